"""The facts of letters after the first one, and to who stands behind a site; and which of them fit a request now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from portal.domain.directory import Category
from portal.domain.letters.facts import (
    FollowUp,
    FollowUpFacts,
    LetterFacts,
    Recipient,
    StatedFact,
    Supplier,
    SupplierFacts,
)
from portal.domain.lifecycle import (
    SETTLED,
    ItemState,
    LetterKind,
    RequestState,
    SendingChannel,
    StepRefused,
    require_sent,
)
from portal.services.letters.drafting import answer_facts, read_recipient, running_bases, sent_fact
from portal.services.letters.facts import content_fact, header_of, links_of, stated_of, statements_of, zone_of
from portal.services.requests.citations import list_cited
from portal.services.requests.dossier import Dossier, OpenedItem

REFUSALS = (
    FollowUp.NOT_VIOLATION,
    FollowUp.ID_WANTED,
    FollowUp.NOT_FOUND,
    FollowUp.LOGIN,
    FollowUp.PUBLIC_INTEREST,
    FollowUp.CONSENT_CLAIMED,
    FollowUp.PARODY,
    FollowUp.OWN_ACCOUNT,
    FollowUp.NO_REASON,
    FollowUp.COUNTER_NOTICE,
)
_BY_STATE: Mapping[RequestState, tuple[FollowUp, ...]] = {
    RequestState.REFUSED: REFUSALS,
    RequestState.GEO_BLOCKED: (FollowUp.GEO_ONLY,),
    RequestState.PARTLY: (FollowUp.LEFT, *REFUSALS),
    RequestState.MORE_ASKED: (FollowUp.MORE_ASKED, FollowUp.EXCESS_ID),
}
_BEHIND = (Supplier.HOST, Supplier.NETWORK, Supplier.REGISTRAR, Supplier.PAYMENT)
_NAMES: Mapping[Supplier, str] = {
    Supplier.SEARCH: "The search engine",
    Supplier.HOST: "The company that hosts the site",
    Supplier.NETWORK: "The delivery network of the site",
    Supplier.REGISTRAR: "The registrar of the site's name",
    Supplier.PAYMENT: "The payment company of the site",
}


def list_topics(dossier: Dossier) -> tuple[FollowUp, ...]:
    """What a further letter about this request can be about now, the likeliest first; nothing before it has left."""
    request = dossier.request
    if request.sent_at is None:
        return ()
    is_back = any(item.row.state is ItemState.BACK for item in dossier.items)
    topics = _BY_STATE.get(request.state, ())
    return (FollowUp.BACK, *topics) if is_back else topics


def list_suppliers(dossier: Dossier) -> tuple[Supplier, ...]:
    """Whom behind the site one can write to: a search engine always, the others where the site is no household name."""
    request, platform = dossier.request, dossier.platform
    if request.sent_at is None or request.state in SETTLED:
        return ()
    search = () if platform is not None and platform.category is Category.SEARCH else (Supplier.SEARCH,)
    return search if platform is not None and platform.is_household else (*search, *_BEHIND)


def further_facts(dossier: Dossier, kind: LetterKind, topic: str, *, number: int, given: str = "") -> LetterFacts:
    """The facts of such a letter. Raises StepRefused where it does not fit the request as it stands."""
    require_sent(dossier.request.state)
    if kind is LetterKind.FOLLOW_UP and topic in list_topics(dossier):
        return _follow_up(dossier, FollowUp(topic), number=number, given=given)
    if kind is LetterKind.SUPPLIER and topic in list_suppliers(dossier):
        return _supplier(dossier, Supplier(topic), number=number)
    raise StepRefused("This letter does not fit what has happened so far.")


def _follow_up(dossier: Dossier, topic: FollowUp, *, number: int, given: str) -> FollowUpFacts:
    work, contents = dossier.work, dossier.content
    cited = list_cited(dossier.citations)
    return FollowUpFacts(
        frame=header_of(work, contents, cited, read_recipient(dossier), number=number, is_later=True),
        content=content_fact(contents),
        topic=topic,
        notice=sent_fact(dossier),
        links=links_of(_about(dossier, topic), dossier.name),
        bases=running_bases(dossier),
        answers=answer_facts(dossier),
        given=given or None,
        statements=statements_of(contents, cited),
        stated=_stated(dossier),
    )


def _stated(dossier: Dossier) -> tuple[StatedFact, ...]:
    """What was stated with its day: for the first letter, so for none that comes after it."""
    work = dossier.work
    made = stated_of(dossier.content, (), now=work.now, zone=zone_of(work))
    return tuple(replace(each, is_for_letter=False) for each in made)


def _about(dossier: Dossier, topic: FollowUp) -> list[OpenedItem]:
    """The links a letter is about: those that are back, or those that are not gone."""
    if topic is FollowUp.BACK:
        return [item for item in dossier.items if item.row.state is ItemState.BACK]
    return [item for item in dossier.items if item.row.state is not ItemState.REMOVED]


def _supplier(dossier: Dossier, role: Supplier, *, number: int) -> SupplierFacts:
    work, contents = dossier.work, dossier.content
    recipient = Recipient(name=_NAMES[role], channel=SendingChannel.EMAIL)
    return SupplierFacts(
        frame=header_of(work, contents, (), recipient, number=number, is_later=True),
        content=content_fact(contents),
        role=role,
        site=dossier.name,
        links=links_of(_about(dossier, FollowUp.LEFT), dossier.name),
        notice=sent_fact(dossier),
        statements=statements_of(contents, ()),
        stated=_stated(dossier),
    )
