"""From a case to the facts a letter is made from: plain values, kept with the letter for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from portal.adapters.translations import choose_letter_language, name_country_within
from portal.domain.directory import AddressRole, ChannelKind, Company, Platform
from portal.domain.fingerprints import FileFingerprint, Media
from portal.domain.letters.facts import (
    ContentFact,
    CopyFact,
    LetterHeader,
    LinkFact,
    Recipient,
    Reporter,
    SenderOrganisation,
    Signature,
    StatedFact,
)
from portal.domain.letters.kinds import ErasureAsk, Paper, StatedBy, Statement
from portal.domain.lifecycle import Depiction, Filer, Path, RequestKind, SendingChannel
from portal.domain.regimes import (
    NoticeField,
)
from portal.domain.regulators import Regulator
from portal.domain.report import NameKind
from portal.domain.territories import find_region
from portal.reference.territories import find_territory
from portal.services.law.local_days import place_zone
from portal.services.requests.citations import Citation, Disclosed, disclose
from portal.services.requests.content import RequestContent
from portal.services.requests.content import RequestStatement as StatedForRequest
from portal.services.requests.dossier_rows import OpenedItem
from portal.services.requests.views import ChannelView
from portal.services.work import CaseWork

# Grounds for laws that name none of their own, as the person says them and as somebody who acts for the person does.
_CONSENT_GROUND = (
    "The data were made public without my consent.",
    "The data were made public without the consent of the person concerned.",
)
_OBJECTION_GROUND = (
    "I object to the processing, and no interest of anybody else outweighs the harm it does.",
    "The person concerned objects to the processing, and no interest of anybody else outweighs the harm it does.",
)
ERASURE_ASKS = (ErasureAsk.ERASE, ErasureAsk.TELL_OTHERS, ErasureAsk.STOP_PROCESSING)
_SWORN = (Statement.COPYRIGHT_GOOD_FAITH, Statement.COPYRIGHT_OWNER, Statement.PERJURY)
# What has to be stated for a statement to stand in a letter.
_PROOFS: Mapping[Statement, NoticeField] = {
    Statement.GOOD_FAITH: NoticeField.GOOD_FAITH,
    Statement.ACCURACY: NoticeField.ACCURACY,
    Statement.COPYRIGHT_GOOD_FAITH: NoticeField.GOOD_FAITH,
    Statement.COPYRIGHT_OWNER: NoticeField.PERJURY,
    Statement.PERJURY: NoticeField.PERJURY,
}


def header_of(
    work: CaseWork,
    contents: RequestContent,
    cited: Sequence[Citation],
    recipient: Recipient,
    *,
    number: int,
    is_later: bool = False,
    answer_page: str | None = None,
) -> LetterHeader:
    """What every letter of this case has. `number` is the letter's own; the reference is made from it. `is_later`: what
    was signed before was signed for another letter.
    """
    language = choose_letter_language(recipient.languages)
    return LetterHeader(
        reference=f"{work.reference}-{number}",
        language=language,
        paper=Paper(work.ports.config.paper),
        written_at=work.now,
        zone=zone_of(work).key,
        recipient=recipient,
        reporter=_reporter(contents, disclose(contents, cited), language),
        signature=_signature(contents, now=work.now, zone=zone_of(work), is_later=is_later),
        organisation=_organisation(contents),
        answer_page=answer_page,
    )


def _list_made(contents: RequestContent, statement: Statement | None = None) -> Iterator[tuple[StatedForRequest, bool]]:
    """What was stated for the request, then for the letters it tells of, and whether it was for this one: unless the
    whole report was signed again after it. What is sworn is never in the report.
    """
    signed_at = contents.report.signed_at
    for made, is_own in ((contents.statement, True), (contents.earlier, False)):
        if made is not None and (statement in _SWORN or signed_at is None or signed_at <= made.at):
            yield made, is_own


def _signature(contents: RequestContent, *, now: datetime, zone: ZoneInfo, is_later: bool) -> Signature | None:
    """The newest signature, and whether it was made for this letter: for it by name, or with the report that day."""
    report = contents.report
    for made, is_own in _list_made(contents):
        if made.signature:
            return Signature(
                name=made.signature,
                signed_at=made.at,
                is_for_letter=is_own and not is_later,
                is_mandated=made.by is StatedBy.MANDATED,
            )
    if not report.signature or report.signed_at is None:
        return None
    is_today = report.signed_at.astimezone(zone).date() == now.astimezone(zone).date()
    return Signature(name=report.signature, signed_at=report.signed_at, is_for_letter=is_today and not is_later)


def zone_of(work: CaseWork) -> ZoneInfo:
    """The sender's zone: of the country the person named, else the portal's own."""
    return place_zone(work.case.country, work.case.subdivision, work.ports.config)


def platform_recipient(
    name: str,
    platform: Platform | None,
    channels: Sequence[ChannelView],
    via: SendingChannel,
    *,
    company: Company | None = None,
    addressee: str | None = None,
) -> Recipient:
    """A platform, reached by its best address of this kind.

    `company` is the one that answers for this person; `addressee` who has to be named under a cited law.
    """
    contact = next((channel.address for channel in channels if channel.via is via), None)
    entity = company.name if company else only_entity(platform)
    country = company.country if company else platform.seat_country if platform else None
    return Recipient(
        name=entity or name,
        service=name if entity and entity != name else None,
        channel=via,
        department=addressee or _department(channels, via),
        address_lines=company_lines(platform, company) if via is SendingChannel.POST else (),
        contact=contact if via is not SendingChannel.POST else None,
        country=country,
    )


def find_company(platform: Platform | None, country: str | None, kind: RequestKind) -> Company | None:
    """The company that answers for people who live there, as far as it is surely known."""
    if platform is None or not country:
        return None
    region = find_region(country, find_territory(country))
    for company in platform.companies:
        regions = company.controller_for if kind is RequestKind.ERASURE else company.provider_for
        if company.is_sure and region in regions:
            return company
    return None


def only_entity(platform: Platform | None) -> str | None:
    """The company behind a platform, where its record names one only."""
    if platform is None or platform.has_several_companies or platform.companies:
        return None
    return platform.legal_entity


def company_lines(platform: Platform | None, company: Company | None) -> tuple[str, ...]:
    """The postal address of that company; of the platform's first one where no company is known."""
    if platform is None:
        return ()
    own = [each for each in platform.postal_addresses if each.role is AddressRole.COMPANY]
    near = [each for each in own if company is None or each.country == company.country]
    lines = near[0].lines if near else ()
    return lines[1:] if company and lines and lines[0] == company.name else lines


def regulator_recipient(regulator: Regulator, law: str) -> Recipient:
    """Where a complaint under a law goes: by the body's form for it, else by e-mail, else by post."""
    form = regulator.form_under(law)
    via = SendingChannel.FORM if form else SendingChannel.EMAIL if regulator.email else SendingChannel.POST
    contact = {SendingChannel.FORM: form, SendingChannel.EMAIL: regulator.email}.get(via)
    return Recipient(
        name=regulator.name,
        channel=via,
        address_lines=regulator.postal_address,
        contact=contact,
        country=regulator.country,
        languages=regulator.languages,
    )


def content_fact(contents: RequestContent) -> ContentFact:
    report = contents.report
    return ContentFact(
        depiction=report.depiction or Depiction.UNSURE,
        under_18=report.path is Path.CHILD,
        explanation=contents.view.explanation or None,
        work=contents.work or None,
        is_open=report.depiction is None,
    )


def copies_of(many: Iterable[FileFingerprint]) -> tuple[CopyFact, ...]:
    """As a letter names them. A PDQ that would find too much else is left out, and so are the frames of a video."""
    return tuple(
        CopyFact(
            media=one.media,
            sha256=one.sha256,
            md5=one.md5,
            pdq=next((each.pdq for each in one.pictures if one.media is Media.PHOTO and each.is_good), None),
        )
        for one in many
    )


def links_of(items: Iterable[OpenedItem], name: str) -> tuple[LinkFact, ...]:
    return tuple(_link(item, name) for item in items)


def statements_of(contents: RequestContent, cited: Iterable[Citation]) -> tuple[Statement, ...]:
    """What stands above the signature. A copyright notice has its own, and only where they were sworn for it."""
    if contents.kind is RequestKind.COPYRIGHT:
        return _SWORN if contents.is_sworn else ()
    facts = contents.notice
    # Of a threat nothing was published, so nobody can believe that it was published without consent.
    is_published = not contents.report.is_threat or bool(contents.places)
    said = [Statement.GOOD_FAITH] if facts.good_faith and is_published else []
    return (*said, Statement.ACCURACY) if facts.accuracy else tuple(said)


def stated_of(
    contents: RequestContent, cited: Iterable[Citation], *, now: datetime, zone: ZoneInfo
) -> tuple[StatedFact, ...]:
    """The same statements, each with its day and with who made it."""
    return tuple(_find_stated(each, contents, now=now, zone=zone) for each in statements_of(contents, cited))


def _find_stated(statement: Statement, contents: RequestContent, *, now: datetime, zone: ZoneInfo) -> StatedFact:
    report = contents.report
    for made, is_own in _list_made(contents, statement):
        if _PROOFS[statement] in made.statements:
            is_for_letter = is_own and made.by is not StatedBy.TOLD
            return StatedFact(
                statement=statement,
                at=made.at,
                by=made.by,
                is_for_letter=is_for_letter,
                speaker=made.signature if made.by is StatedBy.MANDATED else None,
                mandated_on=made.mandated_on,
                mandate_covers=made.covers,
                mandate_limit=made.limit or None,
            )
    by = StatedBy.PERSON if report.filer in {None, Filer.SELF} else StatedBy.REPRESENTATIVE
    at = report.signed_at or now
    is_today = at.astimezone(zone).date() == now.astimezone(zone).date()
    return StatedFact(statement=statement, at=at, by=by, is_for_letter=is_today)


def _reporter(contents: RequestContent, disclosed: Disclosed, language: str) -> Reporter:
    report, view = contents.report, contents.view
    return Reporter(
        role=report.filer or Filer.SELF,
        name=view.name or contents.signature or None,  # whoever signs with a name does not withhold it
        is_pseudonym=report.name_kind is NameKind.PSEUDONYM,
        authority=report.authority or None,
        email=disclosed.email or None,
        phone=disclosed.phone or None,
        address_lines=tuple(line.strip() for line in disclosed.postal_address.splitlines() if line.strip()),
        country=report.country or None,
        country_name=name_country_within(report.country, language) if report.country else None,
        subdivision=report.subdivision or None,
    )


def _organisation(contents: RequestContent) -> SenderOrganisation | None:
    own = contents.organisation
    if own is None:
        return None
    return SenderOrganisation(
        name=own.name, address_lines=own.address_lines, email=own.email, phone=own.phone, website=own.website
    )


def _department(channels: Sequence[ChannelView], via: SendingChannel) -> str | None:
    first = next((channel for channel in channels if channel.via is via), None)
    return "Data protection officer" if first and first.kind == ChannelKind.DPO_EMAIL else None


def _link(item: OpenedItem, name: str) -> LinkFact:
    return LinkFact(
        number=item.row.number,
        platform=name,
        url=item.values.get("url"),
        description=item.values.get("description"),
        state=item.row.state,
        state_at=item.row.changed_at,
    )


def erasure_grounds(contents: RequestContent) -> tuple[str, ...]:
    """The grounds of an erasure request whose laws name none. Of a child nothing is argued about consent."""
    report = contents.report
    is_own = (report.filer or Filer.SELF) is Filer.SELF
    grounds = (_OBJECTION_GROUND,) if report.path is Path.CHILD else (_CONSENT_GROUND, _OBJECTION_GROUND)
    return tuple(own if is_own else other for own, other in grounds)
