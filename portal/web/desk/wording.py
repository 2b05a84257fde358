"""The desk's words for our vocabularies, and how far away a moment is. Each word stands here once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.approvals import Approvable
from portal.domain.handovers import HandoverReason
from portal.domain.imports import Column, DayOrder
from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.lifecycle import (
    ActorKind,
    AgeBand,
    Answer,
    CaseStatus,
    CloseReason,
    Depiction,
    Filer,
    History,
    KeptProof,
    LetterKind,
    Path,
    Proof,
    RequestKind,
    RequestState,
    ReviewVerdict,
    RiskFlag,
    Role,
    Scope,
    SendingChannel,
    SentAs,
)
from portal.domain.referrals import ReferralKind, ReferralPart
from portal.domain.regimes import Binding, Confidence, ObligedParty, RegimeKind
from portal.domain.report import ContactBy, NameKind, YesNo
from portal.domain.rights import SecurityNoticeKind
from portal.domain.safe_hours import EVERY_DAY, SafeHours
from portal.models.case_links import CaseLinkKind
from portal.services.casefile.bulk.actions import BulkAction
from portal.services.casefile.bulk.many_cases import CaseAction
from portal.services.casefile.queue.filters import News, QueueFilter, Risk, WaitsFor, Whose
from portal.services.casefile.queue.lists_out import ListColumn
from portal.services.casefile.timeline import TimelineKind
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.phone.opening import WordsBy
from portal.services.requests.views import NextStep
from portal.services.tracking.correctable import Fact

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

_TABLES: Mapping[type[StrEnum], Mapping[Any, Any]] = MappingProxyType(
    {
        Role: {
            Role.ADVOCATE: _l("advocate"),
            Role.SUPERVISOR: _l("supervisor"),
            Role.LEGAL_REVIEWER: _l("legal reviewer"),
            Role.AUDITOR: _l("auditor"),
            Role.OFFICER: _l("regulator’s officer"),
            Role.ADMINISTRATOR: _l("administrator"),
        },
        Scope: {
            Scope.OWN: _l("only cases given to them"),
            Scope.TEAM: _l("every case of their teams"),
            Scope.ORGANISATION: _l("the whole organisation"),
        },
        SecurityNoticeKind: {
            SecurityNoticeKind.TEAM_MADE: _l("A team was made, with its first member"),
            SecurityNoticeKind.TEAM_SHOWN: _l("A new team is shown to people from now on"),
            SecurityNoticeKind.MEMBER_INVITED: _l("Somebody was invited"),
            SecurityNoticeKind.MEMBER_ADDED: _l("A new account was made"),
            SecurityNoticeKind.LET_IN: _l("A colleague was let in"),
            SecurityNoticeKind.LET_IN_BY_RECOVERY_KEY: _l("Somebody was let in with the organisation’s recovery key"),
            SecurityNoticeKind.PASSWORD_RESET: _l("A new password was set"),
            SecurityNoticeKind.FACTORS_RESET: _l("The second factor was removed, to be set up again"),
            SecurityNoticeKind.ROLE_CHANGED: _l("A role was changed"),
            SecurityNoticeKind.TEAM_LEFT: _l("Somebody was removed from the team"),
            SecurityNoticeKind.ACCOUNT_ENDED: _l("An account was ended"),
            SecurityNoticeKind.TEAM_KEY_CHANGED: _l("The team’s key was changed"),
            SecurityNoticeKind.RECOVERY_KEY_CHANGED: _l("A new recovery key of the organisation was made"),
            SecurityNoticeKind.RULES_CHANGED: _l("What the team lets wait for a second member was changed"),
            SecurityNoticeKind.HISTORY_BROKEN: _l(
                "The nightly check found data that was changed from outside. Ask whoever runs the portal to look"
            ),
        },
        HandoverReason: {
            HandoverReason.AWAY: _l("away"),
            HandoverReason.LOAD: _l("too many cases"),
            HandoverReason.LANGUAGE: _l("language"),
            HandoverReason.KNOWLEDGE: _l("somebody else knows more of this"),
            HandoverReason.TOO_CLOSE: _l("too close, or too heavy"),
            HandoverReason.PLACE: _l("nearer to the person"),
            HandoverReason.OTHER: _l("another reason"),
        },
        ReferralKind: {
            ReferralKind.POLICE: _l("the police"),
            ReferralKind.LAWYER: _l("a lawyer"),
            ReferralKind.SHELTER: _l("a shelter"),
            ReferralKind.COUNSELLING: _l("counselling"),
            ReferralKind.HOTLINE: _l("a hotline"),
            ReferralKind.OTHER: _l("somebody else"),
        },
        ReferralPart: {
            ReferralPart.NAME: _l("the name"),
            ReferralPart.CONTACT: _l("how to reach the person, and when it is safe"),
            ReferralPart.COUNTRY: _l("where the person lives"),
            ReferralPart.ABOUT: _l("what kind of content it is"),
            ReferralPart.WORDS: _l("the person’s own words"),
            ReferralPart.LINKS: _l("the links"),
            ReferralPart.LETTERS: _l("to whom letters went, and when"),
        },
        Approvable: {
            Approvable.SENDING: _l("sending a request"),
            Approvable.LATER: _l("sending a later letter, such as a reminder"),
            Approvable.COMPLAINT: _l("sending a complaint"),
            Approvable.CLOSING: _l("closing the case"),
        },
        ReviewVerdict: {
            ReviewVerdict.REVIEWED: _l("Reviewed, it can go as it is"),
            ReviewVerdict.CHANGES: _l("Something has to be changed first"),
        },
        CaseStatus: {
            CaseStatus.DRAFT: _l("draft"),
            CaseStatus.OPEN: _l("open"),
            CaseStatus.CLOSED: _l("closed"),
            CaseStatus.ERASED: _l("erased"),
        },
        Path: {
            Path.REMOVAL: _l("removal"),
            Path.THREAT: _l("threat, nothing online yet"),
            Path.CHILD: _l("under 18"),
        },
        Depiction: {
            Depiction.REAL: _l("a real intimate image"),
            Depiction.SYNTHETIC: _l("an altered or AI-made image"),
            Depiction.UNSURE: _l("an intimate image; the person cannot tell whether it is real"),
            Depiction.FALSE: _l("another false or harmful depiction"),
            Depiction.PRIVATE: _l("private facts"),
        },
        Filer: {
            Filer.SELF: _l("the person"),
            Filer.PARENT: _l("a parent or guardian"),
            Filer.REPRESENTATIVE: _l("someone with the authority to act"),
        },
        YesNo: {YesNo.YES: _l("yes"), YesNo.NO: _l("no"), YesNo.UNSURE: _l("not sure")},
        ContactBy: {
            ContactBy.NONE: _l("not at all; they come back with their words"),
            ContactBy.EMAIL: _l("by e-mail"),
            ContactBy.PHONE: _l("by phone"),
        },
        NameKind: {
            NameKind.LEGAL: _l("the legal name"),
            NameKind.REPRESENTATIVE: _l("the representative’s name"),
            NameKind.PSEUDONYM: _l("a pseudonym"),
        },
        QueueFilter: {
            QueueFilter.ALL: _l("All open"),
            QueueFilter.RUNNING: _l("Deadline running"),
            QueueFilter.TODAY: _l("Due today"),
            QueueFilter.ANSWER: _l("To answer"),
            QueueFilter.APPROVAL: _l("Second look"),
            QueueFilter.HANDED: _l("Handed to you"),
            QueueFilter.UNASSIGNED: _l("Unassigned"),
            QueueFilter.MINE: _l("Mine"),
            QueueFilter.YOURS: _l("Your next step"),
            QueueFilter.PROMISED: _l("Follow-up due"),
            QueueFilter.OVERDUE: _l("Overdue"),
            QueueFilter.MAIL: _l("Letter not sent"),
            QueueFilter.STUCK: _l("No next step"),
            QueueFilter.CLOSED: _l("Closed"),
        },
        Whose: {Whose.MINE: _l("mine"), Whose.NOBODY: _l("unassigned")},
        Risk: {
            Risk.CHILD: _l("child"),
            Risk.THREAT: _l("threat"),
            Risk.DANGER: _l("in danger now"),
            Risk.SUICIDE: _l("suicide risk"),
        },
        WordsBy: {
            WordsBy.READ: _l("read out now, word by word"),
            WordsBy.PAPER: _l("on paper: print the page"),
            WordsBy.MAIL: _l("none: a link by e-mail brings them back, once the address is confirmed"),
            WordsBy.LATER: _l("in a later call"),
        },
        KeptProof: {
            KeptProof.LINK: _l("the link"),
            KeptProof.ACCOUNT: _l("the name of the account"),
            KeptProof.MOMENT: _l("the day and the time"),
            KeptProof.FINGERPRINT: _l("a fingerprint, made on their own device"),
        },
        CaseLinkKind: {
            CaseLinkKind.LINKED: _l("Linked with"),
            CaseLinkKind.GOES_ON: _l("Closed as a double; the person’s case that goes on"),
            CaseLinkKind.TOOK_IN: _l("The same person’s case, put together with this one"),
        },
        AgeBand: {
            AgeBand.UNDER_13: _l("under 13"),
            AgeBand.FROM_13: _l("13 to 15"),
            AgeBand.FROM_16: _l("16 or 17"),
            AgeBand.ADULT: _l("18 or older"),
        },
        RiskFlag: {RiskFlag.DANGER: _l("in danger now"), RiskFlag.SUICIDE: _l("suicide risk")},
        WaitsFor: {
            WaitsFor.TEAM: _l("the team"),
            WaitsFor.PERSON: _l("the person"),
            WaitsFor.PLATFORM: _l("a platform"),
            WaitsFor.AUTHORITY: _l("an authority"),
        },
        News: {
            News.WROTE: _l("the person wrote"),
            News.LINKS: _l("links added"),
            News.CONSENT: _l("consent withdrawn"),
            News.ANSWER: _l("an answer came"),
        },
        History: {
            History.ITEMS_ADDED: _l("links added"),
            History.ITEM_BACK: _l("back online"),
            History.ANSWERED: _l("answer came"),
            History.COMPLAINT_ANSWERED: _l("authority answered"),
            History.DOCUMENT_ADDED: _l("file added"),
            History.CONSENT_WITHDRAWN: _l("consent withdrawn"),
        },
        Column: {
            Column.NUMBER: _l("own number of the case"),
            Column.LINK: _l("link"),
            Column.PLATFORM: _l("platform, where there is no link"),
            Column.PLACE: _l("account, group or post in words"),
            Column.COUNTRY: _l("country"),
            Column.REGION: _l("part of the country"),
            Column.WHAT: _l("what it is (real, AI, unsure, false, private, threat)"),
            Column.UNDER_18: _l("under 18 (yes, no, unknown)"),
            Column.AGE: _l("age when it was made, in years"),
            Column.NAME: _l("name"),
            Column.EMAIL: _l("e-mail address"),
            Column.NOTE: _l("note for the team"),
            Column.FOUND_ON: _l("found on"),
            Column.SENT_ON: _l("sent to the platform on"),
            Column.TICKET: _l("their ticket number"),
            Column.STATE: _l("gone or online"),
        },
        ListColumn: {
            ListColumn.REFERENCE: _l("reference"),
            ListColumn.STATUS: _l("open or closed"),
            ListColumn.PATH: _l("removal, threat or child"),
            ListColumn.CHILD: _l("under 18"),
            ListColumn.COUNTRY: _l("country"),
            ListColumn.LANGUAGE: _l("language"),
            ListColumn.TEAM: _l("team"),
            ListColumn.ASSIGNEE: _l("assigned to"),
            ListColumn.LINK_COUNT: _l("number of links"),
            ListColumn.REPORTED_AT: _l("reported on"),
            ListColumn.DUE_AT: _l("next date"),
            ListColumn.IS_OVERDUE: _l("overdue"),
            ListColumn.MISSED: _l("dates that passed"),
            ListColumn.UNREAD: _l("unread messages"),
            ListColumn.NAME: _l("the person’s name"),
            ListColumn.LINKS: _l("the links themselves"),
        },
        DayOrder: {
            DayOrder.DAY_FIRST: _l("The day comes first"),
            DayOrder.MONTH_FIRST: _l("The month comes first"),
        },
        SendingChannel: {
            SendingChannel.FORM: _l("By the platform’s own form"),
            SendingChannel.EMAIL: _l("By e-mail"),
            SendingChannel.POST: _l("By post"),
        },
        Answer: {
            Answer.ACKNOWLEDGED: _l("They confirm receipt"),
            Answer.MORE_ASKED: _l("They ask for more information"),
            Answer.IDENTITY_ASKED: _l("They ask who the person is"),
            Answer.UPDATE: _l("They report progress"),
            Answer.EXTENDED: _l("They say that they need longer"),
            Answer.REMOVED: _l("It is removed"),
            Answer.PARTLY: _l("Some of it is removed"),
            Answer.REFUSED: _l("They refuse"),
            Answer.GEO_BLOCKED: _l("It is only hidden in some countries"),
            Answer.NOT_FOUND: _l("They do not find it"),
            Answer.NOT_VIOLATION: _l("They see no violation"),
            Answer.NO_REASON: _l("They closed it without a reason"),
            Answer.LOGIN_ASKED: _l("They ask for a sign-in first"),
            Answer.PASSED_ON: _l("They passed it on to the poster"),
            Answer.WRONG_PLACE: _l("Wrong place: they name another one"),
            Answer.COUNTER_NOTICE: _l("Counter-notice of the poster"),
            Answer.LEGAL_THREAT: _l("They threaten legal action"),
            Answer.AUTO_REPLY: _l("Automatic reply, no answer"),
        },
        ComplaintAnswer: {
            ComplaintAnswer.ACKNOWLEDGED: _l("They confirm receipt"),
            ComplaintAnswer.PROGRESS: _l("They report progress"),
            ComplaintAnswer.DECIDED: _l("They decided"),
            ComplaintAnswer.REFUSED: _l("They refuse to act"),
            ComplaintAnswer.TRANSFERRED: _l("They passed it on to another authority"),
        },
        LetterKind: {
            LetterKind.NOTICE: _l("Notice"),
            LetterKind.REMINDER: _l("Reminder"),
            LetterKind.ERASURE: _l("Erasure request"),
            LetterKind.COMPLAINT: _l("Complaint bundle"),
            LetterKind.COPYRIGHT: _l("Copyright notice"),
            LetterKind.FOLLOW_UP: _l("Answer to the platform"),
            LetterKind.SUPPLIER: _l("Letter to a company behind the site"),
            LetterKind.PRESERVATION: _l("Request to keep evidence"),
            LetterKind.POLICE: _l("Sheet for the police"),
        },
        FollowUp: {
            FollowUp.BACK: _l("It is back"),
            FollowUp.LEFT: _l("A part was left up"),
            FollowUp.NOT_VIOLATION: _l("Refused: no violation"),
            FollowUp.ID_WANTED: _l("Refused: identity document wanted"),
            FollowUp.NOT_FOUND: _l("Refused: not found"),
            FollowUp.LOGIN: _l("Refused: sign in first"),
            FollowUp.PUBLIC_INTEREST: _l("Refused: public interest"),
            FollowUp.CONSENT_CLAIMED: _l("Refused: consent claimed"),
            FollowUp.PARODY: _l("Refused: parody or AI label"),
            FollowUp.OWN_ACCOUNT: _l("Refused: own account"),
            FollowUp.GEO_ONLY: _l("Blocked in some countries only"),
            FollowUp.NO_REASON: _l("Closed without a reason"),
            FollowUp.COUNTER_NOTICE: _l("Counter-notice"),
            FollowUp.MORE_ASKED: _l("More asked: the answer"),
            FollowUp.EXCESS_ID: _l("Too much proof of identity asked"),
        },
        Supplier: {
            Supplier.SEARCH: _l("Search engine"),
            Supplier.HOST: _l("Host"),
            Supplier.NETWORK: _l("Delivery network"),
            Supplier.REGISTRAR: _l("Registrar"),
            Supplier.PAYMENT: _l("Payment company"),
        },
        RequestState: {
            RequestState.PREPARED: _l("not sent"),
            RequestState.SENT: _l("sent"),
            RequestState.ACKNOWLEDGED: _l("received"),
            RequestState.MORE_ASKED: _l("more asked"),
            RequestState.EXTENDED: _l("longer"),
            RequestState.PARTLY: _l("partly gone"),
            RequestState.REMOVED: _l("removed"),
            RequestState.REFUSED: _l("refused"),
            RequestState.GEO_BLOCKED: _l("geo-blocked"),
            RequestState.CLOSED: _l("closed"),
        },
        TimelineKind: {
            TimelineKind.THREAD: _l("Correspondence"),
            TimelineKind.LETTERS: _l("Letters"),
            TimelineKind.ANSWERS: _l("Answers"),
            TimelineKind.DEADLINES: _l("Deadlines"),
            TimelineKind.COMPLAINTS: _l("Complaints"),
            TimelineKind.LINKS: _l("Links"),
            TimelineKind.PERSON: _l("The person"),
            TimelineKind.CASE: _l("The case"),
        },
        NextStep: {
            NextStep.COMPLETE: _l("Add missing"),
            NextStep.CONSENT: _l("Ask consent"),
            NextStep.SEND: _l("Send"),
            NextStep.WAIT: _l("Wait"),
            NextStep.ANSWER_BACK: _l("Answer them"),
            NextStep.REMIND: _l("Remind"),
            NextStep.COMPLAIN: _l("Complain"),
            NextStep.NONE: _l("Done"),
        },
        RequestKind: {
            RequestKind.NOTICE: _l("Notice to the platform"),
            RequestKind.ERASURE: _l("Erasure request to the company"),
            RequestKind.COPYRIGHT: _l("Copyright notice to the platform"),
        },
        Proof: {
            Proof.TICKET: _l("Ticket number"),
            Proof.CONFIRMATION: _l("Their confirmation or answer"),
            Proof.DELIVERY: _l("Delivery report of the mail server"),
            Proof.REGISTERED: _l("Receipt of the post"),
            Proof.ANSWER_LINK: _l("Said over the link in our letter"),
            Proof.NONE: _l("No proof"),
        },
        SentAs: {
            SentAs.LETTER: _l("The letter as it was made here"),
            SentAs.OTHER: _l("Other words, or their form alone"),
        },
        ActorKind: {
            ActorKind.PERSON: _l("the person"),
            ActorKind.STAFF: _l("the team"),
            ActorKind.SYSTEM: _l("the portal"),
            ActorKind.OFFICER: _l("an officer of the authority"),
            ActorKind.PARTNER: _l("a partner’s system"),
            ActorKind.PLATFORM: _l("the platform, over the link in the letter"),
        },
        ObligedParty: {
            ObligedParty.PLATFORM: _l("the platform"),
            ObligedParty.CONTROLLER: _l("the company that decides on the data"),
            ObligedParty.AUTHOR: _l("the one who posted it"),
            ObligedParty.REGULATOR: _l("the authority"),
            ObligedParty.BODY: _l("the appeal body"),
            ObligedParty.COURT: _l("the court"),
            ObligedParty.PERSON: _l("the person"),
        },
        Binding: {
            Binding.DUTY: _l("a duty"),
            Binding.SAFE_HARBOUR: _l("a condition for its legal protection, not a duty"),
            Binding.PRECONDITION: _l("a waiting period before the next step"),
            Binding.LIMITATION: _l("the person’s own time limit"),
            Binding.TARGET: _l("a target, not law"),
            Binding.FOLLOW_UP: _l("a date of our own to look again"),
        },
        Confidence: {
            Confidence.HIGH: _l("read in an official source"),
            Confidence.MEDIUM: _l("read in a source that is not the official one"),
            Confidence.LOW: _l("read in one other source only"),
            Confidence.MEMORY: _l("not checked against a source"),
        },
        Fact: {
            Fact.SENT: _l("Sent"),
            Fact.RECEIVED: _l("Received"),
            Fact.REMINDED: _l("Reminder sent"),
            Fact.GIVEN: _l("Information given"),
            Fact.ANSWER: _l("Answer"),
            Fact.GONE: _l("Link gone"),
            Fact.BACK: _l("Link back"),
            Fact.TICKET: _l("Ticket number"),
            Fact.CLOSED: _l("Request closed"),
            Fact.LODGED: _l("Complaint lodged"),
            Fact.COMPLAINT_ANSWER: _l("Answer of the authority"),
        },
        BulkAction: {
            BulkAction.LETTERS: _l("Prepare letters"),
            BulkAction.CHECK: _l("Addresses checked"),
            BulkAction.MAIL: _l("Send by e-mail from here"),
            BulkAction.SENT: _l("Record as sent"),
            BulkAction.REMIND: _l("Make reminders"),
            BulkAction.MAIL_LATER: _l("Send later letters by e-mail"),
            BulkAction.REMINDED: _l("Record reminders as sent"),
            BulkAction.COMPLAIN: _l("Prepare complaints"),
            BulkAction.LODGED: _l("Record complaints as lodged"),
            BulkAction.ANSWER: _l("Log the same answer"),
            BulkAction.GONE: _l("Links are gone"),
            BulkAction.BACK: _l("Links are back"),
            BulkAction.CLOSE: _l("Close requests"),
        },
        CaseAction: {
            CaseAction.ASSIGN: _l("Assign cases"),
            CaseAction.LETTERS: _l("Prepare letters"),
            CaseAction.CHECK: _l("Addresses checked"),
            CaseAction.SENT: _l("Record as sent"),
            CaseAction.MAIL: _l("Send all that go by e-mail"),
            CaseAction.REMIND: _l("Remind all who are late"),
            CaseAction.MAIL_LATER: _l("Send later letters by e-mail"),
            CaseAction.REMINDED: _l("Record reminders as sent"),
            CaseAction.COMPLAIN: _l("Prepare complaints"),
            CaseAction.LODGED: _l("Record complaints as lodged"),
            CaseAction.TAG: _l("Change the tags"),
            CaseAction.FOLLOW_UP: _l("Set the follow-up date"),
            CaseAction.CLOSE: _l("Close cases"),
        },
        CloseReason: {
            CloseReason.REMOVED: _l("The content is gone"),
            CloseReason.WISHED: _l("The person asked for it"),
            CloseReason.NO_CONTACT: _l("The person cannot be reached"),
            CloseReason.NOTHING_LEFT: _l("Nothing more can be done"),
            CloseReason.HANDED_ON: _l("Others go on with it"),
            CloseReason.TWICE: _l("It is here twice"),
            CloseReason.MISTAKE: _l("Made by mistake"),
        },
        RegimeKind: {
            RegimeKind.REMOVAL: _l("notice"),
            RegimeKind.ERASURE: _l("erasure request"),
            RegimeKind.COPYRIGHT: _l("copyright notice"),
            RegimeKind.DATA_RIGHT: _l("request about data"),
            RegimeKind.APPEAL: _l("appeal"),
            RegimeKind.COMPLAINT: _l("complaint"),
            RegimeKind.COURT: _l("court order"),
            RegimeKind.SUPPORT: _l("help service"),
        },
    }
)


def describe_word(value: StrEnum) -> str:
    """The desk's word for a member of one of our vocabularies. Raises KeyError for one that has none."""
    return str(_TABLES[type(value)][value])


def choices_of(vocabulary: type[StrEnum]) -> list[tuple[str, str]]:
    """All members with their words, for a form."""
    return [(member.value, describe_word(member)) for member in vocabulary]


def describe_distance(at: datetime, now: datetime) -> str:
    """How far `at` is: "in 5 hours", "overdue by 3 days". Rounded down: no time is promised that is not there."""
    return str(_show_left(at - now) if at >= now else _show_late(now - at))


def _show_left(left: timedelta) -> Any:
    if left < HOUR:
        return ngettext("in %(num)d minute", "in %(num)d minutes", left // MINUTE)
    if left < 48 * HOUR:
        return ngettext("in %(num)d hour", "in %(num)d hours", left // HOUR)
    return ngettext("in %(num)d day", "in %(num)d days", left.days)


def _show_late(late: timedelta) -> Any:
    if late < HOUR:
        return _("overdue, within the last hour")
    if late < 48 * HOUR:
        return ngettext("overdue by %(num)d hour", "overdue by %(num)d hours", late // HOUR)
    return ngettext("overdue by %(num)d day", "overdue by %(num)d days", late.days)


def describe_shortly(at: datetime, now: datetime) -> str:
    """The same for one line of many: "5 h left", "3 d late"."""
    apart = abs(at - now)
    if apart < HOUR:
        number, unit_name = apart // MINUTE, _("min")
    elif apart < 48 * HOUR:
        number, unit_name = apart // HOUR, _("h")
    else:
        number, unit_name = apart.days, _("d")
    told = _("%(number)s %(unit)s left", number=number, unit=unit_name) if at >= now else _(
        "%(number)s %(unit)s late", number=number, unit=unit_name
    )  # fmt: skip
    return str(told)


def describe_hours(hours: SafeHours) -> str:
    """ "Mon, Tue · 09:00 to 12:00 (Pacific/Auckland)": the days on which they begin, and whose clock it is."""
    names = get_day_names("abbreviated", locale=get_locale())
    days = _("every day") if hours.days == EVERY_DAY else ", ".join(names[day] for day in sorted(hours.days))
    return str(
        _(
            "%(days)s · %(first)s to %(last)s (%(zone)s)",
            days=days,
            first=f"{hours.first:%H:%M}",
            last=f"{hours.last:%H:%M}",
            zone=hours.zone,
        )
    )
