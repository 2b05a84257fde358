"""Each step of the desk is decided on: whether it asks for the second factor again, or why it does not."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select

from portal.config import load_config
from portal.factory import create_app
from portal.models.events import Event
from portal.models.invitations import Invitation
from portal.web.blueprints import DESK
from portal.web.desk.step_up import ASKS_AGAIN
from tests.second_factor import give_code
from tests.web.conftest import TestClock
from tests.web.desk.account.test_second_factor import find_token, list_noted
from tests.web.desk.colleague import Desk
from tests.web.world import VALUES

# Who may take the step, by the step: it gives somebody a way in, takes one away, or takes papers out.
WEIGHTY = {
    "account.new_factor": "mira",
    "account.new_codes": "mira",
    "account.remove_factor": "mira",
    "desk_alerts.save": "mira",
    "desk_alerts.make_feed": "mira",
    "desk_case.all_letters": "mira",
    "desk_complaints.bundle": "mira",
    "desk_complaints.bundles": "mira",
    "desk_many.bundles": "mira",
    "desk_reissue.confirm": "mira",
    "desk_first_words.make": "mira",
    "desk_first_words.let_link": "mira",
    "desk_officer.make": "ines",
    "desk_team.let_in": "ines",
    "desk_team.show_to_people": "ines",
    "desk_team.remove": "ines",
    "desk_team.set_address": "ines",
    "desk_rules.change": "ines",
    "desk_partners.make": "ines",
    "desk_webhooks.make": "ines",
    "desk_exchange.make": "mira",
    "desk_lists.take": "mira",
    "desk_staff.invite": "vera",
    "desk_staff.make_team": "vera",
    "desk_staff.change_role": "vera",
    "desk_staff.renew_password": "vera",
    "desk_staff.end": "vera",
}
# Every other form of the desk, by the reason why it does not ask.
LIGHT = {
    "asks for a password, words or a factor by itself": """
        signin.show signin.show_factor signin.finish_set_up signin.confirm account.password account.add_factor
        desk_staff.join desk_alerts.confirm desk_alerts.mail_again
    """,
    "ends something, which must not be held up": """
        signin.sign_out desk_kept.discard account.end_session desk_alerts.end_feed
        desk_partners.revoke desk_webhooks.end
        desk_officer.end desk_staff.end_invitation desk_reissue.cancel
    """,
    "changes nothing but the member's own pages": """
        account.settings desk_session.stay desk_views.save desk_views.drop desk_views.keep_columns
    """,
    "keeps texts that every member reads again before they are used": """
        desk_snippets.add desk_snippets.change desk_snippets.drop
    """,
    "keeps the team’s words for its cases, which stand in no paper": "desk_tags.add desk_tags.change desk_tags.drop",
    "says that something was seen": "desk_team.mark_seen",
    "tells an address again what it was told before": "desk_webhooks.send_again",
    "writes words of a report that its own page shows before it leaves": "desk_reports.write",
    "only looks, and is posted so that nothing stays in an address": "queue.find desk_pasted.look",
    "takes a second member, or begins what a second one has to go on with": """
        desk_exchange.exchange desk_exchange.record
        desk_handovers.offer desk_handovers.answer_offer desk_handovers.recall
        desk_approvals.ask desk_approvals.decide desk_approvals.withdraw desk_approvals.pass_over
        desk_reissue.start desk_holds.ask desk_holds.confirm desk_holds.end
    """,
    "is the daily work on a case, stands in its history, and gives nobody a way in": """
        desk_link_answers.take desk_link_answers.set_aside
        desk_bulk.do desk_by_form.record_sent desk_corrections.correct desk_many.do desk_pasted.do
        desk_case.take desk_case.hand_over desk_case.close desk_case.reopen desk_case.prepare desk_case.add_links
        desk_case.mark_gone desk_case.mark_back desk_case.write desk_case.notes desk_requests.change_details
        desk_requests.note_channel desk_requests.make_letter desk_requests.record_sent desk_requests.record_received
        desk_requests.log_answer desk_requests.record_given desk_requests.prepare_erasure desk_requests.prepare_again
        desk_requests.close desk_complaints.prepare desk_complaints.start_bundle desk_complaints.record_lodged
        desk_requests.record_ticket desk_requests.record_reminded desk_requests.record_stated
        desk_letters.record_sent desk_letters.discard desk_threats.make desk_requests.make_further
        desk_requests.record_name desk_mandate.record
        desk_requests.prepare_copyright desk_complaints.record_stated desk_complaints.lodge_all
        desk_complaints.log_answer desk_documents.add desk_documents.remove desk_reviews.review
        desk_looks.show desk_follow_ups.show desk_follow_ups.finish desk_follow_ups.move
        desk_follow_ups.follow_deadlines
        desk_risks.show desk_requests.record_proof desk_mailing.send desk_mailing.take_back
        desk_mailing.send_later desk_mailing.take_later_back
        desk_mailing.confirm_returned desk_mailing.doubt_returned
        desk_others.link desk_others.merge desk_others.unlink desk_others.name_poster desk_others.drop_poster
        desk_tags.set_on_case
        desk_phone.begin desk_phone.save desk_phone.discard desk_first_words.hear desk_first_words.finish
        desk_handovers.answer desk_handovers.finish desk_exposure.show desk_exposure.end
        desk_imports.begin desk_imports.change desk_imports.discard
        desk_referrals.show desk_referrals.record_told desk_referrals.record_outcome
        desk_incoming.read desk_incoming.put desk_incoming.dismiss
    """,
}


def find_address(app: Flask, endpoint: str, reference: str) -> tuple[str, str]:
    """The method and the address of a step."""
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    known = {**VALUES, "reference": reference, "membership_id": UUID(int=1), "login": "tane"}
    with app.test_request_context():
        path = url_for(endpoint, **{name: known[name] for name in rule.arguments})
    return ("POST" if "POST" in (rule.methods or ()) else "GET"), path


def count_changes(desk: Desk) -> list[int]:
    with desk.parts.sessions() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Event, Invitation)]


def test_every_step_of_the_desk_is_decided_on() -> None:
    app = create_app(load_config({}))
    names = {blueprint.name for blueprint in DESK}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in names]
    asking = {rule.endpoint for rule in rules if hasattr(app.view_functions[rule.endpoint], ASKS_AGAIN)}
    forms = {rule.endpoint for rule in rules if "POST" in (rule.methods or ())}
    light = [endpoint for endpoints in LIGHT.values() for endpoint in endpoints.split()]
    assert asking == set(WEIGHTY)
    assert sorted([*light, *(asking & forms)]) == sorted(forms)


@pytest.mark.parametrize("endpoint", WEIGHTY)
def test_a_weighty_step_asks_again_and_nothing_happens_before(desk: Desk, clock: TestClock, endpoint: str) -> None:
    desk.add("tane")
    reference = desk.add_case()
    colleague = desk.visit(WEIGHTY[endpoint])
    token = find_token(colleague.go("/desk/account"))
    method, path = find_address(desk.app, endpoint, reference)
    clock.move(minutes=6)
    before = count_changes(desk)
    answer = colleague.client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
    assert answer.status_code == 403
    assert "Is it still you?" in answer.text
    if method == "POST":  # a page that is looked at may note that its case was opened
        assert count_changes(desk) == before
    assert "stepped_up" not in list_noted(desk)


def test_the_question_leads_back_to_the_page_that_was_left(desk: Desk, clock: TestClock) -> None:
    """A browser that saves a file stays on the question."""
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go("/desk/list?show=all")
    clock.move(minutes=6)
    colleague.press("Make the file", status=403, column="country")
    assert colleague.page.links()["Back to where you were"] == "/desk/list"
    colleague.go(f"/desk/cases/{reference}/letters.zip", status=403)
    assert colleague.page.links()["Back to where you were"] == f"/desk/cases/{reference}"
    assert colleague.go("/desk/account/factors/add", status=403).links()["Back to where you were"] == "/desk/account"


def test_both_ways_of_asking_again_stand_in_the_journal(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("mira")
    for number, step in enumerate(("/desk/account/factors/add", "/desk/account"), start=1):
        clock.move(minutes=6)
        colleague.go(step, status=403 if number == 1 else 200)
        if number == 2:
            colleague.press("Make ten new codes", status=403)
        with desk.parts.sessions.begin() as session:
            code = give_code(session, "mira")
        colleague.press("Go on", second_code=code)
        assert list_noted(desk).count("stepped_up") == number


def test_a_page_left_open_gives_nobody_a_new_factor_later(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("mira")
    token = find_token(colleague.go("/desk/account/factors/add"))
    clock.move(minutes=11)
    answer = colleague.client.post("/desk/account/factors/add", data={"csrf_token": token, "second_code": "000000"})
    assert answer.status_code == 303
    assert colleague.client.get(answer.location).status_code == 403
