"""Who gets what at every address: one table of groups, one of callers, and no route outside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from portal.config import load_config
from portal.factory import create_app
from tests.web.addresses import at
from tests.web.answer_headers import check_headers
from tests.web.pages import check_page
from tests.web.world import TITLE, VALUES, Caller, World, make_world


class Gets(StrEnum):
    """What a caller gets."""

    OPEN = "the page, or an answer to the form"
    WORDS = "sent to where the six words are asked for"
    RESUME = "sent back to the draft"
    CASE = "sent to the case"
    SIGN_IN = "sent to the sign-in"
    FORBIDDEN = "told that the page is not for this role"
    MISSING = "told that there is no such page"
    KEY = "told that a key is needed"


class Group(StrEnum):
    PUBLIC = "public"
    DRAFT = "draft"
    CASE = "case"
    DESK = "desk"
    READ_CASE = "reading a case on the desk"
    TEAM_CASE = "working on a case on the desk"
    WORK = "working on several cases at once"
    MAIL = "working on the cases of a whole team"
    REVIEW = "reviewing letters and complaints"
    LEAD_CASE = "leading the team that carries a case"
    SUPERVISOR = "supervisor"
    KEYS = "keeping keys of partners"
    PARTNER = "a partner's system, here without a key"
    LINK = "a link of an officer or a recipient, here one that does not work"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    ACCOUNT = "one's own account"
    ENTERING = "between password and second factor"
    OLD = "an address that was a page once, or never"
    TOKEN = "whoever has the token of the figures, or the secret of the mail server"
    SWITCHED = "there where the organisation has switched it on, and here it is off"
    REPORT = "a report of a year, and here none was counted yet"
    FIGURES = "the figures of a year, and here none was counted yet"
    CONTACT = "there where the operator has named a contact, and here none is named"


OPEN, WORDS, RESUME, CASE = Gets.OPEN, Gets.WORDS, Gets.RESUME, Gets.CASE
ENTER, NEVER, NONE, KEY = Gets.SIGN_IN, Gets.FORBIDDEN, Gets.MISSING, Gets.KEY

# fmt: off
# Columns, as in Caller: nobody, draft, person; on the desk advocate, stranger, supervisor, administrator, reviewer,
# auditor, and of those who see their own cases only the one who carries the case and one who does not.
TABLE: Mapping[Group, tuple[Gets, ...]] = MappingProxyType(
    {
        Group.PUBLIC:        (OPEN,  OPEN,   OPEN,  OPEN,  OPEN,  OPEN,  OPEN,  OPEN,  OPEN,  OPEN,  OPEN),
        Group.DRAFT:         (WORDS, OPEN,   CASE,  WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS),
        Group.CASE:          (WORDS, RESUME, OPEN,  WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS),
        Group.OLD:           (WORDS, RESUME, CASE,  WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS),
        Group.DESK:          (ENTER, ENTER,  ENTER, OPEN,  OPEN,  OPEN,  NEVER, OPEN,  NEVER, OPEN,  OPEN),
        Group.READ_CASE:     (ENTER, ENTER,  ENTER, OPEN,  NONE,  OPEN,  NEVER, OPEN,  NEVER, OPEN,  NONE),
        Group.TEAM_CASE:     (ENTER, ENTER,  ENTER, OPEN,  NONE,  OPEN,  NEVER, NEVER, NEVER, OPEN,  NONE),
        Group.WORK:          (ENTER, ENTER,  ENTER, OPEN,  OPEN,  OPEN,  NEVER, NEVER, NEVER, OPEN,  OPEN),
        Group.MAIL:          (ENTER, ENTER,  ENTER, OPEN,  OPEN,  OPEN,  NEVER, NEVER, NEVER, NONE,  NONE),
        Group.REVIEW:        (ENTER, ENTER,  ENTER, NEVER, NEVER, NEVER, NEVER, OPEN,  NEVER, NEVER, NEVER),
        Group.LEAD_CASE:     (ENTER, ENTER,  ENTER, NEVER, NEVER, OPEN,  NEVER, NEVER, NEVER, NEVER, NEVER),
        Group.SUPERVISOR:    (ENTER, ENTER,  ENTER, NEVER, NEVER, OPEN,  NEVER, NEVER, NEVER, NEVER, NEVER),
        Group.KEYS:          (ENTER, ENTER,  ENTER, NEVER, NEVER, OPEN,  OPEN,  NEVER, NEVER, NEVER, NEVER),
        Group.PARTNER:       (KEY,   KEY,    KEY,   KEY,   KEY,   KEY,   KEY,   KEY,   KEY,   KEY,   KEY),
        Group.LINK:          (NONE,  NONE,   NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE),
        Group.AUDITOR:       (ENTER, ENTER,  ENTER, NEVER, NEVER, NEVER, NEVER, NEVER, OPEN,  NEVER, NEVER),
        Group.ADMINISTRATOR: (ENTER, ENTER,  ENTER, NEVER, NEVER, NEVER, OPEN,  NEVER, NEVER, NEVER, NEVER),
        Group.ACCOUNT:       (ENTER, ENTER,  ENTER, OPEN,  OPEN,  OPEN,  OPEN,  OPEN,  OPEN,  OPEN,  OPEN),
        Group.ENTERING:      (ENTER, ENTER,  ENTER, ENTER, ENTER, ENTER, ENTER, ENTER, ENTER, ENTER, ENTER),
        Group.TOKEN:         (NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE),
        Group.SWITCHED:      (NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE),
        Group.FIGURES:       (ENTER, ENTER,  ENTER, NONE,  NONE,  NONE,  NEVER, NONE,  NEVER, NONE,  NONE),
        Group.REPORT:        (ENTER, ENTER,  ENTER, NEVER, NEVER, NONE,  NEVER, NEVER, NEVER, NEVER, NEVER),
        Group.CONTACT:       (NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE),
    }
)
# fmt: on

ROUTES: Mapping[Group, str] = MappingProxyType(
    {
        Group.PUBLIC: """
            start.front start.help_now start.come_back start.enter start.leave start.style report.before report.begin
            mail.ask_link mail.send_link mail.show_link mail.use_link
            signin.show signin.sign_out api.show api.openapi api.list_regimes api.show_regime api.judge
            api.list_routes api.show_police
            api.count law.show_all law.show changes.show changes.feed
            changes.show_versions changes.show_version
            downloads.show downloads.read embed.country embed.clock
            clock.show clock.as_json clock.as_calendar directory.authorities
            directory.platform_versions directory.platform_version
            directory.authority_versions directory.authority_version
            directory.platforms directory.platform api.list_platforms api.show_platform api.list_regulators
            check.show check.check
            api.show_regulator desk_session.show desk_session.stay health.alive health.ready desk_staff.join
            fingerprints.show_public
            reminders.read_feed desk_alerts.read_feed
        """,
        Group.DRAFT: "report.resume report.show report.answer report.ask_erase report.erase_draft",
        Group.CASE: """
            case.show case.receipt case.keep_receipt case.receipt_text case.links case.add_links
            documents.show documents.add documents.read documents.original documents.remove
            incoming.show incoming.read link_answers.show link_answers.take link_answers.set_aside
            case.history sharing.ask_facts sharing.save_facts request.show request.details
            request.change_details request.ask_sent request.record_sent request.ask_received request.record_received
            request.ask_answer request.log_answer request.ask_given request.record_given request.prepare_erasure
            request.close request.ask_ticket request.record_ticket request.ask_reminded request.record_reminded
            request.ask_name request.choose_name request.ask_copyright request.prepare_copyright letters.confirm
            letters.discard complaint.ask_stated complaint.state letters.ask_sent letters.record_sent
            threat.show threat.ask threat.make letters.ask_further letters.make_further
            mandate.show mandate.give mandate.end hand_on.show hand_on.answer
            complaint.bundle complaint.together complaint.lodge_all complaint.bundles
            send.show send.begin send.step send.record_sent send.make send.tell send.end send.keep_proof
            letters.address_sheet
            mailing.ask mailing.send mailing.take_back mailing.ask_later mailing.send_later mailing.take_later_back
            mailing.confirm_returned mailing.doubt_returned
            complaint.options complaint.begin complaint.prepare complaint.show complaint.make_bundle
            complaint.ask_lodged complaint.record_lodged complaint.ask_answer complaint.log_answer letters.show
            letters.make letters.read letters.read_redacted letters.notes letters.read_notice letters.read_links
            letters.read_archive letters.read_volume messages.show messages.send sharing.show
            sharing.change sharing.team sharing.change_team export.show export.download erase.show erase.erase
            recovery.show recovery.make_set recovery.stop_set recovery.set_check recovery.remove_check mail.show
            mail.set_address mail.remove_address mail.choose_link retention.keep retention.reopen
            ways.show ways.end ways.put_away
            reminders.show reminders.save reminders.switch_off reminders.make_feed reminders.show_file
            authority.show authority.renew
            corrections.ask corrections.correct many.mark many.remind
            fingerprints.show fingerprints.keep fingerprints.choose fingerprints.remove
        """,
        Group.OLD: "start.meet_old_address",
        Group.DESK: """
            queue.show queue.find desk_today.show desk_many.show_done desk_many.bundles desk_statistics.show
            desk_handovers.offers
            desk_views.save desk_views.drop desk_views.keep_columns desk_lists.choose desk_lists.take
            desk_alerts.show desk_alerts.save desk_alerts.confirm desk_alerts.mail_again desk_alerts.make_feed
            desk_alerts.end_feed
        """,
        Group.FIGURES: "desk_statistics.as_csv desk_statistics.as_json",
        Group.SWITCHED: "statistics.show statistics.as_csv statistics.as_json",
        Group.WORK: """
            desk_many.foresee desk_many.do desk_pasted.paste desk_pasted.look desk_pasted.do
            desk_handovers.answer_offer desk_handovers.recall
            desk_phone.show_new desk_phone.begin desk_exchange.exchange desk_exposure.show desk_exposure.end
            desk_imports.show_start desk_imports.begin desk_imports.show desk_imports.change desk_imports.discard
        """,
        Group.MAIL: "desk_incoming.show_all desk_incoming.show_one desk_incoming.put desk_incoming.dismiss",
        Group.READ_CASE: """
            desk_documents.show desk_documents.read desk_documents.original desk_incoming.show desk_lists.of_case
            desk_link_answers.show
            desk_case.show desk_case.report desk_case.history desk_case.letter desk_case.enclosed
            desk_case.letter_notes desk_case.all_letters desk_case.talk
            desk_case.notes desk_requests.show desk_complaints.show_all desk_complaints.show desk_complaints.bundle
            desk_reviews.show_all desk_threats.show desk_complaints.together desk_complaints.bundles
            desk_bulk.show_done desk_approvals.show desk_approvals.decide desk_handovers.show desk_exchange.before
            desk_referrals.sheet desk_others.show
        """,
        Group.TEAM_CASE: """
            desk_reissue.show desk_reissue.start desk_reissue.confirm desk_reissue.cancel
            desk_requests.record_proof desk_phone.show desk_phone.save desk_phone.discard
            desk_others.link desk_others.merge desk_others.unlink desk_others.name_poster desk_others.drop_poster
            desk_tags.set_on_case
            desk_risks.show desk_first_words.show desk_first_words.make desk_first_words.hear
            desk_first_words.finish desk_first_words.let_link
            desk_looks.show desk_follow_ups.show desk_follow_ups.move desk_follow_ups.follow_deadlines
            desk_follow_ups.finish desk_holds.show desk_holds.ask desk_holds.confirm desk_holds.end
            desk_case.take desk_case.hand_over desk_case.close desk_case.reopen desk_case.prepare desk_case.add_links
            desk_case.mark_gone desk_case.mark_back desk_case.write desk_requests.change_details
            desk_requests.note_channel desk_requests.make_letter desk_requests.record_sent
            desk_requests.record_received desk_requests.log_answer desk_requests.record_given
            desk_requests.prepare_erasure desk_requests.prepare_again desk_requests.close desk_complaints.prepare
            desk_requests.record_ticket desk_requests.record_reminded desk_requests.record_stated
            desk_letters.record_sent desk_letters.discard desk_threats.make desk_requests.make_further
            desk_requests.prepare_copyright desk_mailing.send desk_mailing.take_back
            desk_mailing.confirm_returned desk_mailing.doubt_returned
            desk_mailing.send_later desk_mailing.take_later_back desk_letters.address_sheet
            desk_requests.record_name desk_mandate.record desk_by_form.begin desk_by_form.step
            desk_by_form.record_sent desk_bulk.choose desk_bulk.foresee desk_bulk.do
            desk_corrections.correct desk_approvals.ask desk_approvals.withdraw
            desk_referrals.show desk_referrals.record_told desk_referrals.record_outcome
            desk_exchange.make desk_exchange.record desk_handovers.answer desk_handovers.finish desk_handovers.offer
            desk_incoming.read desk_link_answers.take desk_link_answers.set_aside
            desk_documents.add desk_documents.remove desk_complaints.record_stated desk_complaints.lodge_all
            desk_complaints.start_bundle desk_complaints.record_lodged desk_complaints.log_answer
        """,
        Group.REVIEW: "desk_reviews.review",
        Group.LINK: "officer.show officer.take recipient.show recipient.send recipient_machines.post",
        Group.LEAD_CASE: "desk_approvals.pass_over",
        Group.SUPERVISOR: """
            desk_team.show desk_team.let_in desk_team.remove desk_team.mark_seen desk_team.show_to_people
            desk_team.set_address desk_rules.change desk_officer.show desk_officer.make desk_officer.end
            desk_snippets.show desk_snippets.add desk_snippets.change desk_snippets.drop
            desk_reports.show_all desk_load.show
            desk_tags.show desk_tags.add desk_tags.change desk_tags.drop
        """,
        Group.KEYS: """
            desk_partners.show desk_partners.make desk_partners.revoke
            desk_webhooks.show desk_webhooks.make desk_webhooks.show_one desk_webhooks.end desk_webhooks.send_again
        """,
        Group.PARTNER: """
            partner.open_case partner.list_cases partner.read_case partner.fetch_paper partner.log_answer
        """,
        Group.REPORT: "desk_reports.show desk_reports.write desk_reports.as_pdf desk_reports.as_json",
        Group.AUDITOR: "desk_audit.show",
        Group.TOKEN: "health.metrics mail_hook.take",
        Group.CONTACT: "well_known.security",
        Group.ADMINISTRATOR: """
            desk_staff.show desk_staff.invite desk_staff.make_team desk_staff.end_invitation desk_staff.change_role
            desk_staff.renew_password desk_staff.end
        """,
        Group.ACCOUNT: """
            account.show account.settings account.end_session account.password account.new_factor account.add_factor
            desk_kept.show desk_kept.discard
            account.remove_factor account.new_codes signin.confirm
        """,
        Group.ENTERING: "signin.factor signin.show_factor signin.set_up signin.finish_set_up",
    }
)
GROUPS = {endpoint: group for group, endpoints in ROUTES.items() for endpoint in endpoints.split()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("routes")) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False  # each answer here is about who asks, not about the form's token
        yield made


def list_routes() -> list[tuple[str, str, str]]:
    """Method, endpoint and rule of every address of the application, the static files aside."""
    app = create_app(load_config({}))
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [
        (method, rule.endpoint, rule.rule)
        for rule in rules
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        if rule.endpoint != "static"
    ]


EVERY_ROUTE = list_routes()


def test_every_route_stands_in_the_table_and_nothing_else_does() -> None:
    assert {endpoint for _method, endpoint, _rule in EVERY_ROUTE} == set(GROUPS)


@pytest.mark.parametrize(("method", "endpoint", "rule"), EVERY_ROUTE, ids=lambda part: str(part))
def test_everybody_gets_what_the_table_says(world: World, method: str, endpoint: str, rule: str) -> None:
    path = _address(world, endpoint)
    expected = dict(zip(Caller, TABLE[GROUPS[endpoint]], strict=True))
    found = {}
    for caller in Caller:
        before = world.count_events()
        answer = world.ask(caller, method, path)
        check_headers(answer)
        found[caller] = _read(answer, GROUPS[endpoint], f"{method} {path} for {caller}")
        if found[caller] is not Gets.OPEN:
            assert world.count_events() == before, f"{caller} was refused, and still something happened"
        elif method == "POST" or endpoint == "start.leave":
            world.restore()
    assert found == expected


def find_callers(endpoint: str) -> list[Caller]:
    """One whom the page is for, and one who is sent elsewhere."""
    gets = dict(zip(Caller, TABLE[GROUPS[endpoint]], strict=True))
    allowed = [caller for caller in Caller if gets[caller] is Gets.OPEN]
    return [*allowed[:1], Caller.SUPERVISOR] if allowed else [Caller.SUPERVISOR]


def _address(world: World, endpoint: str) -> str:
    rule = next(rule for rule in world.app.url_map.iter_rules() if rule.endpoint == endpoint)
    known: dict[str, Any] = {**VALUES, "reference": world.reference, "membership_id": world.membership}
    known["invitation_id"] = uuid4()
    known["option"] = world.option
    with world.app.test_request_context():
        return str(world.app.url_for(endpoint, **{name: known[name] for name in rule.arguments}))


# Where a refused caller is sent, by the group of the page that was asked for.
_OF_PERSONS = (
    *(Group.PUBLIC, Group.DRAFT, Group.CASE, Group.LINK, Group.TOKEN, Group.SWITCHED, Group.CONTACT, Group.OLD),
    Group.PARTNER,
)
SENT_ON: Mapping[Group, Mapping[str, Gets]] = MappingProxyType(
    {
        Group.PUBLIC: {},
        Group.LINK: {},
        Group.TOKEN: {},
        Group.PARTNER: {},
        Group.SWITCHED: {},
        Group.CONTACT: {},
        Group.DRAFT: {"/return": Gets.WORDS, at("/case"): Gets.CASE},
        Group.CASE: {"/return": Gets.WORDS, at("/report/resume"): Gets.RESUME},
        Group.OLD: {"/return": Gets.WORDS, at("/report/resume"): Gets.RESUME, at("/case"): Gets.CASE},
        **{group: {"/desk/sign-in": Gets.SIGN_IN} for group in Group if group not in _OF_PERSONS},
    }
)
# Whoever asks for links that were never made too often has to wait: 429.
REFUSED = {401: Gets.KEY, 403: Gets.FORBIDDEN, 404: Gets.MISSING, 429: Gets.MISSING}


def _read(answer: TestResponse, group: Group, what: str) -> Gets:
    """What was got. Pages on the way are checked for what no page may get wrong."""
    status = answer.status_code
    assert status in {200, 303, 400, 401, 403, 404, 409, 429}, f"{what}: {status}"
    if status == 303:
        return SENT_ON[group].get(answer.headers["Location"], Gets.OPEN)
    if answer.mimetype == "text/html":
        check_page(answer, TITLE)
    return REFUSED.get(status, Gets.OPEN)
