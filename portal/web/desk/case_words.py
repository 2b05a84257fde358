"""The desk’s words for vocabularies of a case, of those who work on it and of what joins them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.domain.handovers import HandoverReason
from portal.domain.lifecycle import (
    ActorKind,
    AgeBand,
    CaseStatus,
    CloseReason,
    Depiction,
    Filer,
    History,
    Path,
    RiskFlag,
    Role,
    Scope,
)
from portal.domain.referrals import ReferralKind, ReferralPart
from portal.domain.report import ContactBy, NameKind, YesNo
from portal.domain.rights import SecurityNoticeKind
from portal.models.case_links import CaseLinkKind
from portal.services.casefile.timeline import TimelineKind
from portal.services.phone.opening import WordsBy

CASE_WORDS: Mapping[type[StrEnum], Mapping[Any, Any]] = MappingProxyType(
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
        WordsBy: {
            WordsBy.READ: _l("read out now, word by word"),
            WordsBy.PAPER: _l("on paper: print the page"),
            WordsBy.MAIL: _l("none: a link by e-mail brings them back, once the address is confirmed"),
            WordsBy.LATER: _l("in a later call"),
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
        History: {
            History.ITEMS_ADDED: _l("links added"),
            History.ITEM_BACK: _l("back online"),
            History.ANSWERED: _l("answer came"),
            History.COMPLAINT_ANSWERED: _l("authority answered"),
            History.DOCUMENT_ADDED: _l("file added"),
            History.CONSENT_WITHDRAWN: _l("consent withdrawn"),
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
        ActorKind: {
            ActorKind.PERSON: _l("the person"),
            ActorKind.STAFF: _l("the team"),
            ActorKind.SYSTEM: _l("the portal"),
            ActorKind.OFFICER: _l("an officer of the authority"),
            ActorKind.PARTNER: _l("a partner’s system"),
            ActorKind.PLATFORM: _l("the platform, over the link in the letter"),
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
    }
)
