"""Sending letter after letter: which letters wait, in which order, what each one needs first, and what has gone.

The order is by what can still be saved: the shortest time that a law gives comes first, post last, and at the very end
what lacks something. A copyright letter is never part of it, because it passes a name on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from portal.domain.directory import AddressOutcome
from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import (
    UNSENT,
    Filer,
    ItemState,
    Path,
    RequestKind,
    RequestState,
    SendingChannel,
    StepRefused,
)
from portal.domain.regimes import Binding, NoticeField
from portal.models.jobs import JobKind
from portal.services.background import jobs
from portal.services.background.jobs import JobView
from portal.services.cases.consent import has_consent, was_decided
from portal.services.cases.opening import UnknownNumber
from portal.services.clocks.snapshot import first_clock
from portal.services.directory.address_checks import note_outcome
from portal.services.law.local_days import place_zone
from portal.services.letters import ahead, kept_letters, letters
from portal.services.letters.drafting import find_own_rules, list_sentences
from portal.services.letters.law_facts import unsent_basis
from portal.services.requests.channels import channel_views, list_read
from portal.services.requests.citations import list_cited, passes_on
from portal.services.requests.content import RequestStatement
from portal.services.requests.dossier import Dossier, read_dossier, read_dossiers
from portal.services.requests.proofs import view_proof
from portal.services.requests.statements import (
    SWORN,
    StatementCommand,
    list_stated_on,
    list_uncovered,
    list_wanted,
    state,
)
from portal.services.tracking import mailing, parcels, person_mailing
from portal.services.tracking.form_fields import find_ticket_pattern, list_fields, read_their_form
from portal.services.tracking.send_views import JustSent, LetterLine, RoundView, SentLine, StepView, ToSay
from portal.services.work import CaseWork

_GONE = frozenset({ItemState.REMOVED})
_SOME_NAME = "…"  # where nobody has signed yet
_Turn = tuple[bool, bool, datetime, bool, int, int]


@dataclass(frozen=True, eq=False, repr=False)
class _Round:
    """The requests of a case, read once."""

    work: CaseWork
    dossiers: Sequence[Dossier]

    @cached_property
    def waiting(self) -> list[Dossier]:
        """In the order in which to send them."""
        found = [each for each in self.dossiers if _waits(each) and each.request.id not in self.leaving_ids]
        return sorted(found, key=self._turn)

    @cached_property
    def leaving_ids(self) -> frozenset[UUID]:
        """The requests whose letter is on its way by e-mail from here."""
        return parcels.list_leaving(self.work)

    @property
    def leaving(self) -> list[Dossier]:
        return [each for each in self.dossiers if each.request.id in self.leaving_ids and _waits(each)]

    @cached_property
    def sent(self) -> list[Dossier]:
        left = [each for each in self.dossiers if each.request.state not in {*UNSENT, RequestState.CLOSED}]
        return sorted(left, key=lambda each: (_sent_at(each), each.number), reverse=True)

    def find(self, number: int) -> Dossier:
        """Raises UnknownNumber."""
        for dossier in self.dossiers:
            if dossier.number == number:
                return dossier
        raise UnknownNumber(f"There is no request {number}.")

    def next_after(self, dossier: Dossier) -> int | None:
        """The number of the letter that follows; None after the last."""
        turn = self._turn(dossier)
        return next((each.number for each in self.waiting if self._turn(each) > turn), None)

    def stated(self, dossier: Dossier) -> Dossier:
        """The request as it will be once its sender has said what its laws ask for. What is sworn is left out."""
        if dossier.number not in self._stated:
            self._stated[dossier.number] = dossier.as_if_stated(_say_all(dossier))
        return self._stated[dossier.number]

    def is_blocked(self, dossier: Dossier) -> bool:
        """Whether the letter cannot be made, not even once everything is said that its laws want said."""
        if dossier.last_letter is not None or not dossier.citations:
            return False
        return not list_cited(self.stated(dossier).citations)

    @cached_property
    def _stated(self) -> dict[int, Dossier]:
        return {}

    @cached_property
    def _turns(self) -> dict[int, _Turn]:
        return {}

    def _turn(self, dossier: Dossier) -> _Turn:
        if dossier.number not in self._turns:
            doors, due = channel_views(dossier), _first_due(self.stated(dossier))
            is_post = bool(doors) and doors[0].via is SendingChannel.POST
            is_last = self.is_blocked(dossier)
            turn = (is_last, due is None, due or self.work.now, is_post, -len(dossier.items), dossier.number)
            self._turns[dossier.number] = turn
        return self._turns[dossier.number]


def read_round(work: CaseWork, *, after: int | None = None) -> RoundView:
    """What waits and what has gone; `after` is the number of the letter that went just now."""
    found = _read(work)
    return replace(_view_of(found), just_sent=_find_just_sent(found, after))


def read_start(work: CaseWork) -> tuple[RoundView, tuple[ToSay, ...], str]:
    """The same with what has to be said before the letters can be made, and the name that was signed with last."""
    found = _read(work)
    return _view_of(found), _list_to_say(found, found.waiting), _signature_of(work, found.waiting)


def list_by_form(work: CaseWork) -> tuple[int, ...]:
    """The numbers of the letters that are ready and leave by a form or by post, in the order in which to send them."""
    return tuple(each.number for each in _read(work).waiting if _goes_by_hand(each))


def read_step(work: CaseWork, number: int, *, after: int | None = None) -> StepView:
    """One letter that is to be sent; `after` is the number of the one that went just now.

    Raises UnknownNumber, and StepRefused for one that has gone.
    """
    found = _read(work)
    dossier = found.find(number)
    if dossier.request.state not in UNSENT:
        raise StepRefused("This letter has gone already.")
    stated, letter = found.stated(dossier), dossier.last_letter
    is_outdated = letter is not None and letters.is_outdated(dossier, letter)
    words = letters.read_words(work, letter) if letter else None
    waits = dossier in found.waiting
    return StepView(
        number=number,
        kind=dossier.request.kind,
        platform=dossier.request.platform,
        platform_name=dossier.name,
        position=len(found.sent) + len(found.leaving) + found.waiting.index(dossier) + 1 if waits else 0,
        total=len(found.sent) + len(found.leaving) + len(found.waiting),
        next_number=found.next_after(dossier) if waits else None,
        links=tuple(item.text for item in dossier.items if item.row.state not in _GONE),
        read=list_read(stated),
        may_tell_poster=_may_tell_poster(stated),
        is_published=bool(dossier.platform and dossier.platform.flags.publishes_notices),
        may_name=dossier.content.view.release_to_poster,
        is_child=dossier.report.path is Path.CHILD,
        is_allowed=_is_allowed(work),
        doors=channel_views(dossier),
        fields=list_fields(dossier.content, "", letters.find_reference(dossier)),
        ticket_pattern=find_ticket_pattern(dossier),
        reference=letters.find_reference(dossier),
        their_form=read_their_form(dossier, words.text if words else ""),
        letter=kept_letters.letter_view(letter, request_number=number) if letter else None,
        words=words,
        is_outdated=is_outdated,
        is_form_only=_is_form_only(dossier),
        job=_find_job(dossier) if letter is None or is_outdated else None,
        lacking=_list_lacking(stated) if letter is None else (),
        problems=letters.find_problems(stated) if letter is None else (),
        to_say=_list_to_say(found, [dossier]),
        signature=_signature_of(work, [dossier]),
        just_sent=_find_just_sent(found, after),
        kept=view_proof(dossier),
        knows_proof=_knows_proof(found, dossier),
        mails=mailing.list_mails(dossier),
        mail_to=person_mailing.find_address(dossier),
    )


def begin_round(work: CaseWork, chosen: Iterable[ToSay], signature: str, *, only: int | None = None) -> None:
    """Write down what was said, letter by letter, and have every letter made that can be. `only` names one alone.

    Raises StepRefused, MandateOver.
    """
    said: set[int] = set()
    for each in chosen:
        state(work, StatementCommand(numbers=each.numbers, statements=each.statements, signature=signature))
        said |= set(each.numbers)
    found = _read(work)
    wanted = [each for each in found.waiting if only in {None, each.number}]
    unmade = [each for each in wanted if each.number in said or each.last_letter is None]
    ahead.order_ahead(work, [each.request for each in unmade if find_hindrance(each) is None])


def note_door(work: CaseWork, number: int, outcome: AddressOutcome) -> None:
    """What came of the address by which a letter went: it dates the directory, once for each letter.

    Raises UnknownNumber, StepRefused where it has not gone, by no known address, or was told of already.
    """
    dossier = read_dossier(work, number)
    address = _read_door(dossier)
    if not address or dossier.sealed.get("door"):
        raise StepRefused("This was told already.")
    note_outcome(work, dossier.request.platform, address, outcome)
    dossier.write_sealed(door=outcome.value)


def renew_letter(work: CaseWork, number: int) -> None:
    """Have a letter that was made already made again, after something in it was changed. Raises UnknownNumber."""
    dossier = read_dossier(work, number)
    if dossier.request.state in UNSENT and dossier.last_letter is not None:
        ahead.order_ahead(work, [dossier.request])


def _say_all(dossier: Dossier) -> RequestStatement:
    """All that its laws want said, as if it were said now, for showing. What is sworn is left out."""
    by = StatedBy.PERSON if dossier.report.filer in {None, Filer.SELF} else StatedBy.REPRESENTATIVE
    signature = dossier.content.signature or _SOME_NAME
    wanted = frozenset(list_wanted(dossier)) - SWORN
    return RequestStatement(statements=wanted, at=dossier.work.now, by=by, signature=signature)


def _read(work: CaseWork) -> _Round:
    return _Round(work, read_dossiers(work))


def _view_of(found: _Round) -> RoundView:
    return RoundView(
        waiting=tuple(_letter_line(found, each) for each in found.waiting),
        leaving=tuple(_letter_line(found, each) for each in found.leaving),
        sent=tuple(_sent_line(each) for each in found.sent),
        is_allowed=_is_allowed(found.work),
    )


def _letter_line(found: _Round, dossier: Dossier) -> LetterLine:
    return LetterLine(
        number=dossier.number,
        platform_name=dossier.name,
        links=len(dossier.items),
        is_blocked=found.is_blocked(dossier),
        has_letter=dossier.last_letter is not None,
        by_mail=person_mailing.goes_by_mail(dossier),
    )


def _knows_proof(found: _Round, dossier: Dossier) -> bool:
    """Whether what to keep was read at an earlier letter of the case."""
    others = (each for each in found.dossiers if each.number != dossier.number)
    return bool(found.sent or found.leaving) or any(view_proof(each) is not None for each in others)


def _sent_line(dossier: Dossier) -> SentLine:
    request = dossier.request
    return SentLine(
        number=dossier.number,
        platform_name=dossier.name,
        sent_at=_sent_at(dossier),
        clock=first_clock(dossier.clocks, dossier.work.ports),
        is_removed=request.state is RequestState.REMOVED,
    )


def _find_just_sent(found: _Round, number: int | None) -> JustSent | None:
    dossier = next((each for each in found.sent if each.number == number), None)
    if dossier is None:
        return None
    via, address = dossier.request.channel, _read_door(dossier)
    is_known = address in {view.address for view in channel_views(dossier)}
    is_open = is_known and via is not SendingChannel.POST and not dossier.sealed.get("door")
    is_mail = via is SendingChannel.EMAIL
    return JustSent(line=_sent_line(dossier), asks_for=address if is_open else "", is_mail=is_mail)


def _read_door(dossier: Dossier) -> str:
    """The address by which it went, as far as it was written down."""
    event = dossier.sent_event
    return str(dossier.read_detail(event).get("address") or "") if event else ""


def _is_allowed(work: CaseWork) -> bool:
    """Whether platforms may be told: who sends a letter allows it, unless they took that back before."""
    is_given = has_consent(work.session, work.case, "platforms")
    return is_given or not was_decided(work.session, work.case, "platforms")


def _sent_at(dossier: Dossier) -> datetime:
    return dossier.request.sent_at or dossier.request.prepared_at


def _waits(dossier: Dossier) -> bool:
    """Whether it is to be sent with the others, and is about something that is still there."""
    if dossier.request.state not in UNSENT or dossier.request.kind is RequestKind.COPYRIGHT:
        return False
    return any(item.row.state not in _GONE for item in dossier.items)


def _goes_by_hand(dossier: Dossier) -> bool:
    """Whether it can leave now, and not by e-mail from here."""
    letter, doors = dossier.last_letter, channel_views(dossier)
    is_ready = _is_form_only(dossier) if letter is None else not letters.is_outdated(dossier, letter)
    is_mail = bool(doors) and doors[0].via is SendingChannel.EMAIL and dossier.work.ports.config.mail is not None
    return is_ready and not is_mail


def _find_job(dossier: Dossier) -> JobView | None:
    """The work on a letter that is not there yet: while it goes on, or why it stopped."""
    newest = jobs.find_newest(dossier.work.session, [dossier.request.id], JobKind.LETTER).get(dossier.request.id)
    job = jobs.job_view(newest, now=dossier.work.now) if newest else None
    return job if job and (not job.is_finished or job.problems) else None


def _is_form_only(dossier: Dossier) -> bool:
    """Whether neither a law nor the platform's own rules are known that a letter could use."""
    has_ground = bool(dossier.citations) or find_own_rules(dossier.platform) is not None
    return dossier.last_letter is None and not has_ground


class Hindrance(StrEnum):
    """Why a letter cannot be made as things stand."""

    FORM_ONLY = "form_only"  # no law and no rule of theirs that it could use
    LACKING = "lacking"  # something that every law asks for was not given
    UNSAID = "unsaid"  # nobody has said the sentences above its signature


def find_hindrance(dossier: Dossier) -> Hindrance | None:
    """Why its letter cannot be made as things stand; None where it can."""
    if _is_form_only(dossier):
        return Hindrance.FORM_ONLY
    if list_uncovered(dossier):
        return Hindrance.UNSAID
    if dossier.citations and not list_cited(dossier.citations):
        said = dossier.as_if_stated(_say_all(dossier))
        return Hindrance.UNSAID if list_cited(said.citations) else Hindrance.LACKING
    return None


def _list_lacking(dossier: Dossier) -> tuple[NoticeField, ...]:
    """What the law that is nearest to being usable still asks for; nothing where one can be used."""
    if list_cited(dossier.citations):
        return ()
    asked = [[proof for each in citation.missing for proof in each.missing] for citation in dossier.citations]
    return tuple(dict.fromkeys(min(asked, key=len) if asked else ()))


def _first_due(dossier: Dossier) -> datetime | None:
    """The end of the shortest time that a law would give from now on; a duty only."""
    now, content, platform = dossier.work.now, dossier.content, dossier.platform
    bases = (unsent_basis(citation, content, platform, now=now) for citation in list_cited(dossier.citations))
    ends = [clock.due_at for basis in bases for clock in basis.clocks if clock.binding is Binding.DUTY and clock.due_at]
    return min(ends, default=None)


def _list_to_say(found: _Round, dossiers: Iterable[Dossier]) -> tuple[ToSay, ...]:
    """Letters that say the same together, in their order. A letter that is made already says what it says."""
    groups: dict[tuple[tuple[str, ...], frozenset[NoticeField]], list[tuple[int, str]]] = {}
    for dossier in dossiers:
        if _asks_to_say(dossier):
            said = list_sentences(found.stated(dossier)), frozenset(list_wanted(dossier)) - SWORN
            groups.setdefault(said, []).append((dossier.number, dossier.name))
    return tuple(
        ToSay(sentences=sentences, statements=statements, letters=tuple(about))
        for (sentences, statements), about in groups.items()
        if sentences
    )


def _asks_to_say(dossier: Dossier) -> bool:
    if dossier.last_letter is not None or dossier.request.kind is RequestKind.COPYRIGHT:
        return False
    return not _is_form_only(dossier) and not _is_said(dossier)


def _is_said(dossier: Dossier) -> bool:
    """Whether all that its laws want said was said today, of every link."""
    work = dossier.work
    zone = place_zone(work.case.country, work.case.subdivision, work.ports.config)
    today = list_stated_on(dossier.report, [dossier], work.now, zone)
    return set(list_wanted(dossier)) - SWORN <= today and not list_uncovered(dossier)


def _signature_of(work: CaseWork, dossiers: Sequence[Dossier]) -> str:
    """The name that was signed with last, else the one on the letters."""
    signed = next((each.content.signature for each in dossiers if each.content.signature), "")
    return signed or work.report.name


def _may_tell_poster(dossier: Dossier) -> bool | None:
    """Whether the one who posted it may be shown the letter, or told of it."""
    if any(passes_on(citation) for citation in list_cited(dossier.citations)):
        return True
    return dossier.platform.flags.name_passed_on if dossier.platform else None
