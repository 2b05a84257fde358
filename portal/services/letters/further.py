"""The facts of letters after the first one, and to who stands behind a site; and which of them fit a request now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.domain.answers import find_current
from portal.domain.directory import Category
from portal.domain.letters.facts import FollowUpFacts, LetterFacts, LinkFact, Recipient, StatedFact, SupplierFacts
from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.lifecycle import (
    SETTLED,
    Answer,
    History,
    ItemState,
    LetterKind,
    RequestKind,
    RequestState,
    SendingChannel,
    StepRefused,
    require_sent,
)
from portal.models.events import Event
from portal.reference.answers import load_graph
from portal.reference.platform_names import find_named
from portal.services.letters.drafting import answer_facts, read_recipient, running_bases, sent_fact
from portal.services.letters.facts import (
    content_fact,
    find_company,
    header_of,
    links_of,
    platform_recipient,
    stated_of,
    statements_of,
    zone_of,
)
from portal.services.requests.answer_links import find_later_page
from portal.services.requests.channels import ORDERS, list_channels
from portal.services.requests.citations import list_cited
from portal.services.requests.dossier import Dossier
from portal.services.requests.dossier_rows import OpenedItem
from portal.services.work import CaseWork

REFUSED_BECAUSE = (
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
    RequestState.REFUSED: REFUSED_BECAUSE,
    RequestState.GEO_BLOCKED: (FollowUp.GEO_ONLY,),
    RequestState.PARTLY: (FollowUp.LEFT, *REFUSED_BECAUSE),
    RequestState.MORE_ASKED: (FollowUp.MORE_ASKED, FollowUp.EXCESS_ID),
}
_BEHIND = (Supplier.HOST, Supplier.NETWORK, Supplier.REGISTRAR, Supplier.PAYMENT)
_CATEGORIES: Mapping[Supplier, Category] = {
    Supplier.SEARCH: Category.SEARCH,
    Supplier.HOST: Category.HOSTING,
    Supplier.NETWORK: Category.CDN,
    Supplier.REGISTRAR: Category.REGISTRAR,
    Supplier.PAYMENT: Category.PAYMENT,
}
_SUPPLIERS = frozenset({*_CATEGORIES.values(), Category.APP_STORE})
_NAMES: Mapping[Supplier, str] = {
    Supplier.SEARCH: "The search engine",
    Supplier.HOST: "The company that hosts the site",
    Supplier.NETWORK: "The delivery network of the site",
    Supplier.REGISTRAR: "The registrar of the site's name",
    Supplier.PAYMENT: "The payment company of the site",
}


@dataclass(frozen=True, kw_only=True, repr=False)
class FurtherWords:
    """What somebody gives for a further letter: its topic, what they answer, or the company that it goes to."""

    topic: str = ""
    given: str = ""
    company: str = ""
    address: str = ""  # an e-mail address, the address of a form, or the lines of a postal address


NO_WORDS = FurtherWords()
LONGEST = 20_000
# A letter that says "here it is" holds it.
NEEDS_WORDS = frozenset({FollowUp.MORE_ASKED})


def list_topics(dossier: Dossier) -> tuple[FollowUp, ...]:
    """What a further letter about this request can be about now, the likeliest first; nothing before it has left."""
    request = dossier.request
    if request.sent_at is None:
        return ()
    is_back = any(item.row.state is ItemState.BACK for item in dossier.items)
    back = (FollowUp.BACK,) if is_back else ()
    return tuple(dict.fromkeys((*back, *_topics_of_last(dossier), *_BY_STATE.get(request.state, ()))))


def _topics_of_last(dossier: Dossier) -> tuple[FollowUp, ...]:
    """What the last answer that still counts is answered with."""
    nodes = [load_graph()[Answer(event.facts["answer"])] for event in dossier.answers]
    current = find_current(nodes, dossier.request.state)
    return current.topics if current else ()


def list_suppliers(dossier: Dossier) -> tuple[Supplier, ...]:
    """Whom behind the site one can write to: a search engine where there is a link that it could show, the others where
    somebody stands behind the site: behind no household name, and behind none of these companies itself.
    """
    request, platform = dossier.request, dossier.platform
    has_link = any(item.values.get("url") for item in _about(dossier, FollowUp.LEFT))
    if request.sent_at is None or request.state in SETTLED or not has_link:
        return ()
    category = platform.category if platform is not None else None
    search = () if category is Category.SEARCH else (Supplier.SEARCH,)
    is_alone = platform is not None and (platform.is_household or category in _SUPPLIERS)
    return search if is_alone else (*search, *_BEHIND)


def further_facts(dossier: Dossier, kind: LetterKind, words: FurtherWords, *, number: int) -> LetterFacts:
    """The facts of such a letter. Raises StepRefused where it does not fit the request as it stands, or says that it
    holds what it does not hold.
    """
    require_sent(dossier.request.state)
    if max(map(len, (words.given, words.company, words.address))) > LONGEST:
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    if kind is LetterKind.FOLLOW_UP and words.topic in list_topics(dossier):
        return _follow_up(dossier, FollowUp(words.topic), number=number, given=words.given.strip())
    if kind is LetterKind.SUPPLIER and words.topic in list_suppliers(dossier):
        return _supplier(dossier, Supplier(words.topic), words, number=number)
    raise StepRefused("This letter does not fit what has happened so far.")


def _follow_up(dossier: Dossier, topic: FollowUp, *, number: int, given: str) -> FollowUpFacts:
    if topic in NEEDS_WORDS and not given:
        raise StepRefused("Write what they asked for. The letter says that it is in there.")
    work, contents = dossier.work, dossier.content
    cited = list_cited(dossier.citations)
    return FollowUpFacts(
        frame=header_of(
            work,
            contents,
            cited,
            read_recipient(dossier),
            number=number,
            is_later=True,
            answer_page=find_later_page(dossier),
        ),
        content=content_fact(contents),
        topic=topic,
        notice=sent_fact(dossier),
        links=tuple(_tell_gone(dossier, link) for link in links_of(_about(dossier, topic), dossier.name)),
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


def _tell_gone(dossier: Dossier, link: LinkFact) -> LinkFact:
    """A link that is back, with when it had gone last: by what they answered, or by what somebody saw."""
    if link.state is not ItemState.BACK:
        return link
    gone = [event.at for event in dossier.events if _tells_gone(dossier, event, link.number)]
    return replace(link, removed_at=max(gone, default=None))


def _tells_gone(dossier: Dossier, event: Event, number: int) -> bool:
    if event.kind is History.ITEM_GONE:
        return bool(event.facts["item"] == number)
    if event.kind is not History.ANSWERED or event.facts["answer"] != Answer.REMOVED:
        return False
    about = dossier.read_detail(event).get("items") or (number,)
    return number in about


def _about(dossier: Dossier, topic: FollowUp) -> list[OpenedItem]:
    """The links a letter is about: those that are back, those that are not gone, all that an objection is about."""
    if topic is FollowUp.BACK:
        return [item for item in dossier.items if item.row.state is ItemState.BACK]
    if topic is FollowUp.COUNTER_NOTICE:
        return list(dossier.items)  # what was removed is what would come back
    return [item for item in dossier.items if item.row.state is not ItemState.REMOVED]


def _supplier(dossier: Dossier, role: Supplier, words: FurtherWords, *, number: int) -> SupplierFacts:
    work, contents = dossier.work, dossier.content
    recipient = _find_supplier(work, words, role)
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


def _find_supplier(work: CaseWork, words: FurtherWords, role: Supplier) -> Recipient:
    """The company as it was named, by the door that its address is: an e-mail address, a form, else by post.

    Without an address, that of the directory, where it knows a company of this kind by the name.
    """
    name, address = words.company.strip() or _NAMES[role], words.address.strip()
    lines = tuple(line.strip() for line in address.splitlines() if line.strip())
    if len(lines) > 1:
        return Recipient(name=name, channel=SendingChannel.POST, address_lines=lines)
    if address.startswith(("http://", "https://")):
        return Recipient(name=name, channel=SendingChannel.FORM, contact=address)
    known = None if address else _find_known(work, name, role)
    return known or Recipient(name=name, channel=SendingChannel.EMAIL, contact=address or None)


def _find_known(work: CaseWork, name: str, role: Supplier) -> Recipient | None:
    platforms = work.ports.registry.platforms
    platform = platforms.get(find_named(name, platforms) or "")
    if platform is None or platform.category is not _CATEGORIES[role]:
        return None
    channels = list(list_channels(work, platform, ORDERS[RequestKind.NOTICE]))
    via = channels[0].via if channels else SendingChannel.FORM
    company = find_company(platform, work.case.country, RequestKind.NOTICE)
    return platform_recipient(platform.name, platform, channels, via, company=company)
