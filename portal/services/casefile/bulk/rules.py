"""What a step for many requests will do to each of them, what it will not, and why: the rules of the single steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import (
    UNSENT,
    ComplaintState,
    ItemState,
    RequestKind,
    RequestState,
    StepRefused,
)
from portal.services.casefile.bulk import mail as bulk_mail
from portal.services.casefile.bulk.actions import (
    ABOUT_LINKS,
    NO_COMPLAINT,
    NO_REMINDER,
    NOT_LATE,
    BulkAction,
    Outlook,
)
from portal.services.casefile.bulk.complaining import NOT_SENT, ComplaintPlan, Need, plan_complaints
from portal.services.casefile.bulk.mail import SENT_ALREADY, MailLook
from portal.services.casefile.front import read_lines
from portal.services.cases.approvals import list_waiting
from portal.services.cases.consent import NoConsent
from portal.services.cases.mandates import require_permission
from portal.services.complaints.bundle_files import list_made
from portal.services.complaints.complaints import list_resting_on_none
from portal.services.complaints.reading import list_lines
from portal.services.complaints.views import ComplaintLine
from portal.services.letters import letters
from portal.services.requests.channels import channel_views
from portal.services.requests.dossier import Dossier
from portal.services.requests.statements import list_unsaid
from portal.services.requests.views import ItemView
from portal.services.tracking import sending
from portal.services.tracking.request_page import item_views
from portal.services.tracking.send_round import Hindrance, find_hindrance
from portal.services.work import CaseWork

_HINDERED: Mapping[Hindrance, str] = MappingProxyType(
    {
        Hindrance.FORM_ONLY: "No law and no rule of theirs is known that a letter could use. Use their own form.",
        Hindrance.UNSAID: "Nobody has said yet what the letter states above the signature. The person says it on their "
        "own page, or you record what they told you.",
    }
)
_NEEDS: Mapping[Hindrance, Need] = MappingProxyType(
    {
        Hindrance.FORM_ONLY: Need.OWN_FORM,
        Hindrance.LACKING: Need.DETAILS,
        Hindrance.UNSAID: Need.LETTER_STATEMENT,
    }
)
_SWORN = "A copyright notice is sworn. Only the person does that, on their own page."


class Rules:
    """What a step would do to each request of a case; what is the same for all is looked at once."""

    def __init__(self, work: CaseWork, dossiers: Sequence[Dossier], chosen: Sequence[Dossier]) -> None:
        self._work = work
        self._chosen = chosen
        sent = [each for each in dossiers if each.request.sent_at is not None]
        self._late = {line.number for line in read_lines(work, sent) if line.is_late}
        self._items: dict[int | None, list[ItemView]] = {}
        for item in item_views(work):
            self._items.setdefault(item.request_number, []).append(item)
        self._forbidden = _find_forbidden(work)
        self._waits = list_waiting(work, Approvable.SENDING, (each.number for each in dossiers))

    @cached_property
    def _plans(self) -> Mapping[int, ComplaintPlan]:
        """The complaint that each chosen request would be in."""
        return {number: plan for plan in plan_complaints(self._work, self._chosen) for number in plan.numbers}

    @cached_property
    def _lines(self) -> Mapping[int, ComplaintLine]:
        return {each.number: each for each in list_lines(self._work)}

    @cached_property
    def _unready(self) -> Mapping[int, str]:
        """Why each complaint that waits cannot be handed in: its bundle is not made, or a second member has to look."""
        waiting = [each for each in self._lines.values() if each.state is ComplaintState.PREPARED]
        made = list_made(self._work)
        unmade = {each.number: "Its bundle is not made yet." for each in waiting if each.number not in made}
        return {**list_waiting(self._work, Approvable.COMPLAINT, (each.number for each in waiting)), **unmade}

    def _find_complaint(self, dossier: Dossier) -> ComplaintLine | None:
        """The one about this request that waits to be handed in."""
        waiting = (each for each in dossier.complaints if each.state is ComplaintState.PREPARED)
        found = next(waiting, None)
        return self._lines.get(found.number) if found else None

    def list_without_request(self) -> tuple[Outlook, ...]:
        """The complaints that rest on no request and wait to be handed in."""
        waiting = list_resting_on_none(self._work)
        return tuple(
            Outlook(
                number=0,
                platform_name=line.about or line.regulator_name,
                state=None,
                why=self._unready.get(line.number, ""),
                complaint=line,
            )
            for line in self._lines.values()
            if line.number in waiting and line.state is ComplaintState.PREPARED
        )

    def look(self, action: BulkAction, dossier: Dossier) -> Outlook:
        number, mail = dossier.number, self._look_at_mail(action, dossier)
        why = mail.why if mail else self._find_why(action, dossier)
        wants_doors = action in {BulkAction.SENT, BulkAction.CHECK, BulkAction.REMINDED}
        return Outlook(
            number=number,
            platform_name=dossier.name,
            state=dossier.request.state,
            why=why,
            doors=channel_views(dossier) if wants_doors else (),
            links=tuple(self._list_links(action, number)) if action in ABOUT_LINKS else (),
            goes=mail.goes if mail else (),
            is_running=sending.is_duty_running(dossier),
            need=self._find_need(action, dossier, why),
            plan=self._plans[number] if action is BulkAction.COMPLAIN else None,
            complaint=self._find_complaint(dossier) if action is BulkAction.LODGED else None,
        )

    def _look_at_mail(self, action: BulkAction, dossier: Dossier) -> MailLook | None:
        if action is BulkAction.MAIL:
            return bulk_mail.look_at_first(dossier, self._forbidden, self._waits)
        return bulk_mail.look_at_later(dossier, self._forbidden) if action is BulkAction.MAIL_LATER else None

    def _find_need(self, action: BulkAction, dossier: Dossier, why: str) -> Need | None:
        if action is BulkAction.COMPLAIN:
            return self._plans[dossier.number].need
        is_hindered = action is BulkAction.LETTERS and why and not _why_needless(dossier)
        obstacle = _find_obstacle(dossier) if is_hindered else None
        return _NEEDS.get(obstacle) if obstacle else None

    def _list_links(self, action: BulkAction, number: int) -> list[ItemView]:
        items = self._items.get(number, [])
        if action is BulkAction.ANSWER:
            return items
        return [item for item in items if (item.state is ItemState.REMOVED) is (action is BulkAction.BACK)]

    def _find_why(self, action: BulkAction, dossier: Dossier) -> str:
        rules: Mapping[BulkAction, Callable[[Dossier], str]] = {
            BulkAction.LETTERS: _why_no_letter,
            BulkAction.CHECK: _why_no_check,
            BulkAction.SENT: self._why_not_sent,
            BulkAction.REMIND: self._why_no_reminder,
            BulkAction.REMINDED: self._why_not_reminded,
            BulkAction.COMPLAIN: lambda each: self._plans[each.number].why,
            BulkAction.LODGED: self._why_not_lodged,
            BulkAction.ANSWER: _why_no_answer,
            BulkAction.GONE: lambda each: self._why_no_link(each, BulkAction.GONE, "All its links are marked as gone."),
            BulkAction.BACK: lambda each: self._why_no_link(each, BulkAction.BACK, "None of its links is gone."),
            BulkAction.CLOSE: lambda each: "It is closed." if each.request.state is RequestState.CLOSED else "",
        }
        return rules[action](dossier)

    def _why_not_sent(self, dossier: Dossier) -> str:
        if dossier.request.state not in UNSENT:
            return SENT_ALREADY
        if self._forbidden:
            return self._forbidden
        if dossier.last_letter is None and find_hindrance(dossier) is not Hindrance.FORM_ONLY:
            return "No letter is ready. Prepare it first. What was sent in other words is recorded on its own page."
        return self._waits.get(dossier.number, "")

    def _why_no_reminder(self, dossier: Dossier) -> str:
        if dossier.number not in self._late:
            return NOT_LATE
        if self._forbidden:
            return self._forbidden
        return "A reminder is ready to be sent." if dossier.has_waiting_reminder else ""

    def _why_not_reminded(self, dossier: Dossier) -> str:
        if self._forbidden:
            return self._forbidden
        waiting = [letter.number for letter in dossier.reminders if letter.left_at is None]
        if not waiting:
            return NO_REMINDER
        return list_waiting(self._work, Approvable.LATER, waiting[-1:]).get(waiting[-1], "")

    def _why_not_lodged(self, dossier: Dossier) -> str:
        found = self._find_complaint(dossier)
        return self._unready.get(found.number, "") if found else NO_COMPLAINT

    def _why_no_link(self, dossier: Dossier, action: BulkAction, none: str) -> str:
        return "" if self._list_links(action, dossier.number) else none


def _why_no_letter(dossier: Dossier) -> str:
    if needless := _why_needless(dossier):
        return needless
    hindrance = _find_obstacle(dossier)
    if hindrance is Hindrance.LACKING:
        lacking = " ".join(problem.text for problem in letters.find_problems(dossier))
        return lacking or "Something that every law asks for was not given."
    return _HINDERED[hindrance] if hindrance else ""


def _why_needless(dossier: Dossier) -> str:
    """Why no letter is made from here, whether it could be or not."""
    if dossier.request.state not in UNSENT:
        return SENT_ALREADY
    if dossier.request.kind is RequestKind.COPYRIGHT:
        return _SWORN
    letter = dossier.last_letter
    is_ready = letter is not None and not letters.is_outdated(dossier, letter)
    return "Its letter is ready." if is_ready else ""


def _find_obstacle(dossier: Dossier) -> Hindrance | None:
    """What keeps the letter from being made; the team makes none with something left unsaid."""
    return find_hindrance(dossier) or (Hindrance.UNSAID if list_unsaid(dossier) else None)


def _why_no_check(dossier: Dossier) -> str:
    doors = channel_views(dossier)
    if not doors:
        return "No address of it is known."
    return "" if doors[0].is_stale else "Its address was checked not long ago."


def _why_no_answer(dossier: Dossier) -> str:
    state = dossier.request.state
    if state in UNSENT:
        return NOT_SENT
    return "It is closed." if state is RequestState.CLOSED else ""


def _find_forbidden(work: CaseWork) -> str:
    """Why nothing may go to a platform at all; empty where it may."""
    try:
        require_permission(work, "platforms")
    except NoConsent:
        return "The person has not allowed this sharing, or has withdrawn it."
    except StepRefused as refused:
        return str(refused)
    return ""
