"""Every blueprint, in one list: person, desk and partners are apart, because that is the security boundary."""

from __future__ import annotations

from flask import Blueprint

from portal.web import health, mail_hook
from portal.web.desk.account import alerts as desk_alerts
from portal.web.desk.account import kept_forms as desk_kept
from portal.web.desk.account import page as desk_account
from portal.web.desk.account import session_end as desk_session
from portal.web.desk.account import signin as desk_signin
from portal.web.desk.case import approvals as desk_approvals
from portal.web.desk.case import corrections as desk_corrections
from portal.web.desk.case import documents as desk_documents
from portal.web.desk.case import exchange as desk_exchange
from portal.web.desk.case import first_words as desk_first_words
from portal.web.desk.case import follow_ups as desk_follow_ups
from portal.web.desk.case import handovers as desk_handovers
from portal.web.desk.case import holds as desk_holds
from portal.web.desk.case import looks as desk_looks
from portal.web.desk.case import mandate as desk_mandate
from portal.web.desk.case import officer as desk_officer
from portal.web.desk.case import others as desk_others
from portal.web.desk.case import page as desk_case
from portal.web.desk.case import referrals as desk_referrals
from portal.web.desk.case import reissue as desk_reissue
from portal.web.desk.case import reviews as desk_reviews
from portal.web.desk.case import risks as desk_risks
from portal.web.desk.case import threats as desk_threats
from portal.web.desk.queue import imports as desk_imports
from portal.web.desk.queue import lists as desk_lists
from portal.web.desk.queue import many_cases as desk_many
from portal.web.desk.queue import page as desk_queue
from portal.web.desk.queue import pasted_links as desk_pasted
from portal.web.desk.queue import phone as desk_phone
from portal.web.desk.queue import today as desk_today
from portal.web.desk.queue import views as desk_views
from portal.web.desk.requests import bulk as desk_bulk
from portal.web.desk.requests import by_form as desk_by_form
from portal.web.desk.requests import complaints as desk_complaints
from portal.web.desk.requests import incoming as desk_incoming
from portal.web.desk.requests import letters as desk_letters
from portal.web.desk.requests import link_answers as desk_link_answers
from portal.web.desk.requests import mailing as desk_mailing
from portal.web.desk.requests import page as desk_requests
from portal.web.desk.team import audit as desk_audit
from portal.web.desk.team import exposure as desk_exposure
from portal.web.desk.team import load as desk_load
from portal.web.desk.team import page as desk_team
from portal.web.desk.team import partner_keys as desk_partners
from portal.web.desk.team import reports as desk_reports
from portal.web.desk.team import rules as desk_rules
from portal.web.desk.team import snippets as desk_snippets
from portal.web.desk.team import staff as desk_staff
from portal.web.desk.team import statistics as desk_statistics
from portal.web.desk.team import tags as desk_tags
from portal.web.desk.team import webhooks as desk_webhooks
from portal.web.open import (
    api,
    changes,
    check,
    clock,
    directory,
    downloads,
    embed,
    law,
    officer,
    statistics,
    well_known,
)
from portal.web.partner import api as partner_api
from portal.web.person import report, start
from portal.web.person.case import (
    authority,
    documents,
    erase,
    export,
    fingerprints,
    hand_on,
    mail,
    mandate,
    many,
    messages,
    recovery,
    reminders,
    retention,
    sharing,
    threat,
    ways,
)
from portal.web.person.case import page as case
from portal.web.person.requests import complaint, corrections, incoming, letters, link_answers, mailing, send
from portal.web.person.requests import page as request
from portal.web.recipient import pages as recipient

PERSON: tuple[Blueprint, ...] = (
    start.bp,
    report.bp,
    case.bp,
    request.bp,
    complaint.bp,
    corrections.bp,
    many.bp,
    documents.bp,
    incoming.bp,
    link_answers.bp,
    fingerprints.bp,
    letters.bp,
    threat.bp,
    mandate.bp,
    hand_on.bp,
    send.bp,
    mailing.bp,
    messages.bp,
    sharing.bp,
    recovery.bp,
    ways.bp,
    mail.bp,
    reminders.bp,
    authority.bp,
    retention.bp,
    export.bp,
    erase.bp,
)
DESK: tuple[Blueprint, ...] = (
    desk_signin.bp,
    desk_account.bp,
    desk_alerts.bp,
    desk_kept.bp,
    desk_session.bp,
    desk_today.bp,
    desk_queue.bp,
    desk_bulk.bp,
    desk_by_form.bp,
    desk_many.bp,
    desk_pasted.bp,
    desk_corrections.bp,
    desk_case.bp,
    desk_approvals.bp,
    desk_rules.bp,
    desk_handovers.bp,
    desk_exchange.bp,
    desk_exposure.bp,
    desk_referrals.bp,
    desk_mailing.bp,
    desk_requests.bp,
    desk_letters.bp,
    desk_threats.bp,
    desk_mandate.bp,
    desk_complaints.bp,
    desk_documents.bp,
    desk_reviews.bp,
    desk_reissue.bp,
    desk_holds.bp,
    desk_incoming.bp,
    desk_link_answers.bp,
    desk_follow_ups.bp,
    desk_looks.bp,
    desk_risks.bp,
    desk_others.bp,
    desk_imports.bp,
    desk_lists.bp,
    desk_phone.bp,
    desk_first_words.bp,
    desk_officer.bp,
    desk_tags.bp,
    desk_views.bp,
    desk_team.bp,
    desk_partners.bp,
    desk_webhooks.bp,
    desk_snippets.bp,
    desk_statistics.bp,
    desk_reports.bp,
    desk_load.bp,
    desk_audit.bp,
    desk_staff.bp,
)
OPEN: tuple[Blueprint, ...] = (
    law.bp,
    changes.bp,
    clock.bp,
    directory.bp,
    api.bp,
    downloads.bp,
    embed.bp,
    officer.bp,
    check.bp,
    statistics.bp,
    well_known.bp,
)
PARTNER: tuple[Blueprint, ...] = (partner_api.bp,)
RECIPIENT: tuple[Blueprint, ...] = (recipient.bp, recipient.machines)
RUNNING: tuple[Blueprint, ...] = (health.bp, mail_hook.bp)
BLUEPRINTS = (*PERSON, *DESK, *OPEN, *PARTNER, *RECIPIENT, *RUNNING)
