"""From a case to the facts a letter is made from: plain values, kept with the letter for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from portal.adapters.translations import choose_letter_language, name_country_within
from portal.domain.clocks import (
    ClockState,
    DerivedClock,
    EventKind,
    RequestEvent,
    derive_clocks,
    is_rule_in_force,
)
from portal.domain.directory import AddressRole, ChannelKind, Company, Platform
from portal.domain.fingerprints import FileFingerprint, Media
from portal.domain.letters.facts import (
    ContentFact,
    CopyFact,
    ErasureAsk,
    LetterHeader,
    LinkFact,
    Paper,
    Recipient,
    Reporter,
    SenderOrganisation,
    Signature,
    StatedBy,
    StatedFact,
    Statement,
)
from portal.domain.letters.law_facts import (
    BasisFact,
    ClockFact,
    DutyFact,
    ElementFact,
    SourceFact,
    StatementFact,
    StepFact,
    WordingFact,
    step_of,
)
from portal.domain.lifecycle import Depiction, Filer, Path, RequestKind, SendingChannel
from portal.domain.notices import CheckedElement
from portal.domain.regimes import (
    Certainty,
    Confidence,
    LetterSentence,
    LetterStatement,
    NoticeField,
    ObligedParty,
    Regime,
    Rule,
    Trigger,
    Unit,
)
from portal.domain.regulators import Regulator
from portal.domain.report import NameKind
from portal.domain.territories import find_region
from portal.models.clocks import Clock
from portal.reference.territories import find_territory
from portal.services.clocks.snapshot import find_rule_of
from portal.services.law.local_days import place_zone
from portal.services.law.obliged_places import Jurisdiction, place_of_platform
from portal.services.requests.citations import Citation, Disclosed, binding_of, disclose
from portal.services.requests.content import RequestContent, describe_element
from portal.services.requests.content import RequestStatement as StatedForRequest
from portal.services.requests.dossier import OpenedItem
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
_OBLIGED = frozenset({ObligedParty.PLATFORM, ObligedParty.CONTROLLER})


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


def unsent_basis(
    citation: Citation, contents: RequestContent, platform: Platform | None, *, now: datetime
) -> BasisFact:
    """A law as the notice cites it: its periods, not yet running."""
    regime = citation.regime
    place = place_of_platform(regime, platform, contents.report.country or None)
    told = [rule for rule in regime.rules if _is_told(rule) and is_sure(regime, rule, contents)]
    rules = [rule for rule in told if is_rule_in_force(regime, rule, now, place.zone)]
    ends = {clock.id: clock for clock in expect_clocks(regime, place, now)}
    clocks = tuple(_with_end(period_fact(regime, rule, place, contents), ends.get(rule.id), place) for rule in rules)
    return basis_fact(citation, contents, clocks, now=now)


def expect_clocks(regime: Regime, place: Jurisdiction, now: datetime) -> tuple[DerivedClock, ...]:
    """The clocks as they would run if the letter were received when it was written: what its computed dates are."""
    received = RequestEvent(kind=EventKind.NOTICE_RECEIVED, at=now, estimated=True)
    return derive_clocks(regime, (received,), calendar=place.calendar, zone=place.zone, now=now)


def _with_end(fact: ClockFact, clock: DerivedClock | None, place: Jurisdiction) -> ClockFact:
    """With the last moment if the letter is received when it was written; without, where the law gives no number."""
    if clock is None or clock.due is None:
        return fact
    return replace(
        fact,
        started_at=clock.started_at,
        due_at=clock.due.due_at,
        last_day=clock.due.last_day,
        estimated=True,
        steps=tuple(step_of(step) for step in clock.due.steps),
        calendar_version=clock.due.calendar_version or None,
        zone_version=place.zone_version,
    )


def basis_fact(
    citation: Citation, contents: RequestContent, clocks: tuple[ClockFact, ...], *, now: datetime
) -> BasisFact:
    regime = citation.regime
    return BasisFact(
        regime_id=regime.id,
        name=regime.name,
        citation=regime.citation,
        kind=regime.kind,
        basis=regime.basis,
        version=citation.regime.version,
        reason=citation.reason,
        identical_copies=regime.identical_copies is Certainty.YES,
        binding=binding_of(regime, now),
        elements=tuple(_element(each, citation, contents) for each in citation.checked),
        clocks=clocks,
        sources=_sources(regime, [source.key for source in regime.sources]),
        confidence=regime.confidence,
        confirmed=regime.id in contents.view.confirmed,
        wording=wording_fact(regime, contents),
    )


def wording_fact(regime: Regime, contents: RequestContent) -> WordingFact | None:
    """The law's own sentences that are true of this case, in the voice of whoever writes."""
    letter, report = regime.letter, contents.report
    if letter is None:
        return None
    is_child, is_own = report.path is Path.CHILD, (report.filer or Filer.SELF) is Filer.SELF
    releases = contents.view.release_to_poster

    def say(sentence: LetterSentence) -> bool:
        return (
            (not sentence.depictions or report.depiction in sentence.depictions)
            and (not sentence.countries or report.country in sentence.countries)
            and sentence.under_18 in {None, is_child}
            and sentence.releases_name in {None, releases}
        )

    def voice(sentence: LetterSentence | LetterStatement) -> str:
        return sentence.own if is_own else sentence.other or sentence.own

    def state(sentence: LetterStatement) -> str:
        """What the team states under a mandate it states as a representative does."""
        made = contents.statement
        is_mandated = made is not None and made.by is StatedBy.MANDATED and made.statements.issuperset(sentence.states)
        return sentence.other or sentence.own if is_mandated else voice(sentence)

    return WordingFact(
        title=letter.title,
        limit=letter.limit,
        says=tuple(voice(each) for each in letter.says if say(each)),
        grounds=tuple(voice(each) for each in letter.grounds if say(each)),
        statements=tuple(
            StatementFact(states=each.states, text=state(each))
            for each in letter.statements
            if each.under_18 in {None, is_child}
        ),
        duties=tuple(DutyFact(text=each.text, rule=each.rule, asks=each.asks) for each in letter.duties),
        conditions=letter.conditions,
        requests=letter.requests,
        addressee=letter.addressee,
    )


def clock_fact(row: Clock, regime: Regime, contents: RequestContent, *, state: ClockState) -> ClockFact:
    """A started clock as the snapshot keeps it, in the state it has now; what the rule itself says comes from the
    record.
    """
    rule = find_rule_of(row, regime)
    return ClockFact(
        regime_id=row.regime,
        rule_id=row.rule,
        label=row.label,
        owed_by=row.owed_by,
        binding=row.binding,
        trigger=rule.trigger if rule else Trigger.NOTICE_RECEIVED,
        amount=rule.amount if rule else None,
        unit=rule.unit if rule else Unit.NONE,
        zone=row.zone,
        counting=rule.counting if rule else "",
        standard=rule.standard if rule else None,
        started_at=row.started_at,
        due_at=row.due_at,
        last_day=row.last_day,
        ended_at=row.ended_at,
        estimated=row.estimated,
        extended=row.extended,
        state=state,
        steps=msgspec.convert(row.steps, tuple[StepFact, ...]),
        sources=_sources(regime, rule.sources if rule else ()),
        calendar_version=row.calendar or None,
        zone_version=row.zone_version or None,
        version=row.version,
        confidence=rule.confidence if rule else regime.confidence,
        confirmed=rule is not None and f"{regime.id}/{rule.id}" in contents.view.confirmed,
    )


def is_sure(regime: Regime, rule: Rule | None, contents: RequestContent) -> bool:
    """Whether a letter may name the rule. A side rule known from memory only is left out until somebody confirms it;
    the law's main clock is never left out: unconfirmed, it stops the letter.
    """
    if rule is None or rule.confidence is not Confidence.MEMORY or rule.id == regime.primary_clock:
        return True
    return f"{regime.id}/{rule.id}" in contents.view.confirmed


def _is_told(rule: Rule) -> bool:
    """What a notice tells its recipient: what they owe from its receipt on."""
    return rule.owed_by in _OBLIGED and rule.trigger is Trigger.NOTICE_RECEIVED


def period_fact(regime: Regime, rule: Rule, place: Jurisdiction, contents: RequestContent) -> ClockFact:
    """A period that has not started."""
    return ClockFact(
        regime_id=regime.id,
        rule_id=rule.id,
        label=rule.label,
        owed_by=rule.owed_by,
        binding=rule.binding,
        trigger=rule.trigger,
        amount=rule.amount,
        unit=rule.unit,
        zone=place.zone.key,
        counting=rule.counting,
        standard=rule.standard,
        sources=_sources(regime, rule.sources),
        version=regime.version,
        confidence=rule.confidence,
        confirmed=f"{regime.id}/{rule.id}" in contents.view.confirmed,
    )


def _element(each: CheckedElement, citation: Citation, contents: RequestContent) -> ElementFact:
    """What nobody demands is left out where only memory knows of it and nobody confirmed it: then it stops nothing."""
    element = each.element
    is_confirmed = f"{citation.regime.id}/{element.key}" in contents.view.confirmed
    is_left_out = not each.demanded and element.confidence is Confidence.MEMORY and not is_confirmed
    return ElementFact(
        key=element.key,
        label=element.label,
        value=None if is_left_out else describe_element(element, citation.facts),
        proofs=element.proofs,
        required=each.demanded,
        confidence=element.confidence,
        confirmed=is_confirmed,
    )


def _sources(regime: Regime, keys: Iterable[str]) -> tuple[SourceFact, ...]:
    wanted = set(keys)
    return tuple(
        SourceFact(url=source.url, supports=source.supports, seen_on=source.seen_on, official=source.official)
        for source in regime.sources
        if source.key in wanted
    )


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
