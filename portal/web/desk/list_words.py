"""The desk’s words for lists of cases: what narrows them, what is done in many, and columns of tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.domain.imports import Column, DayOrder
from portal.services.casefile.bulk.many_cases import CaseAction
from portal.services.casefile.queue.filters import News, QueueFilter, Risk, WaitsFor, Whose
from portal.services.casefile.queue.lists_out import ListColumn

LIST_WORDS: Mapping[type[StrEnum], Mapping[Any, Any]] = MappingProxyType(
    {
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
    }
)
