"""The desk’s words for vocabularies of a request: letters, answers, deadlines, laws and complaints."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.domain.approvals import Approvable
from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.lifecycle import (
    Answer,
    KeptProof,
    LetterKind,
    Proof,
    RequestKind,
    RequestState,
    ReviewVerdict,
    SendingChannel,
    SentAs,
)
from portal.domain.regimes import Binding, Confidence, ObligedParty, RegimeKind
from portal.services.casefile.bulk.actions import BulkAction
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.requests.views import NextStep
from portal.services.tracking.correctable import Fact

REQUEST_WORDS: Mapping[type[StrEnum], Mapping[Any, Any]] = MappingProxyType(
    {
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
        KeptProof: {
            KeptProof.LINK: _l("the link"),
            KeptProof.ACCOUNT: _l("the name of the account"),
            KeptProof.MOMENT: _l("the day and the time"),
            KeptProof.FINGERPRINT: _l("a fingerprint, made on their own device"),
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
