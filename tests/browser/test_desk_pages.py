"""Every page of the desk, in its main states: axe, narrow and wide, light and dark."""

from __future__ import annotations

import pytest

from portal.web.blueprints import DESK
from tests.browser.looks import look_at
from tests.browser.scenes import WITHOUT_CASE, Scenes
from tests.browser.site import Site
from tests.browser.visitor import Visitor

CASE = "/desk/cases/{reference}"
PAGES = {
    "nobody": "/desk/sign-in /desk/staff/join",
    "half way": "/desk/second-factor",
    "new": "/desk/second-factor/set-up",
    "lena": "/desk /desk/statistics?by=platform {case}/reviews {case}/reviews/letter/1",
    "otto": "/desk/audit",
    "mere": """
        /desk/today {case}/follow-ups {case}/gone {case}/risk
        /desk/new /desk/new/{call} {case}/first-words {case}/requests/7/proof
        /desk /desk?show=overdue /desk?show=closed /desk/staff
        /desk/account /desk/account/password /desk/account/factors/add /desk/typed /desk/account/settings
        /desk/account/alerts
        {case}/mail/1 {case}/mail/2 /desk/mail /desk/mail/{mail}
        {case}/documents {case}/words {case}/hold
        {case} {case}/report {case}/history {case}/hand-over {case}/close {case}/links/add {case}/messages {case}/notes
        {case}/by-form/6
        {case}/requests/1 {case}/requests/2 {case}/requests/3 {case}/requests/7 {case}/requests/8
        {case}/requests/5 {case}/requests/6/mail {case}/letters/6/mail {case}/letters/6/address
        {case}/requests/7/details {case}/requests/7/sent {case}/requests/3/received {case}/requests/1/answer
        {case}/requests/1/given {case}/requests/1/ticket {case}/requests/1/reminded {case}/requests/7/stated
        {case}/complaints {case}/complaints/1 {case}/complaints/2 {case}/complaints/1/lodged {case}/complaints/2/answer
        {case}/complaints/prepare/us-take-it-down/us-ftc {case}/requests/99 {case}/mandate {case}/letters/1/notes
        {case}/complaints/1/stated {case}/complaints/1/together {case}/complaints/1/together/lodged
        {case}/requests/7/name {case}/requests/1/further/3 {case}/requests/1/further/16 {case}/letters/6/sent
        {case}/said/1 {case}/threat {case}/threat/preservation {case}/requests/1/close
        {case}/correct/{entry}
        {case}/together {case}/together/letters?pick=all {case}/together/check?pick=all {case}/together/sent?pick=all
        {case}/together/remind?pick=all {case}/together/reminded?pick=all {case}/together/answer?pick=all
        {case}/together/gone?pick=all {case}/together/back?pick=all {case}/together/close?pick=all
        {case}/handed {case}/other-team /desk/offers /desk/exchange /desk/exposure {case}/before
        {case}/sealed-file {case}/referrals {case}/referrals/{referral} {case}/referrals/{referral}/told
        {case}/referrals/{referral}/outcome {case}/follow-ups/{promise}/move {case}/second-look
        {case}/second-look/ask/sending/7
        {case}/others {case}/others/link {case}/others/merge {case}/others/account {case}/tags /desk?tag={tag}
        /desk?columns=team&columns=reported&country=NZ /desk/together?action=tag&cases={reference}
        {case}/history?kind=thread /desk/together?action=complain&cases={reference}
        {case}/together/complain?pick=all /desk/together?action=lodged&cases={reference}
        /desk/together?action=follow_up&cases={reference}
        {case}/together/done/{done} /desk/together?action=assign&cases={reference}
        /desk/together?action=close&cases={reference} /desk/together/done/{done}
        /desk/pasted-links /desk/import /desk/import/{table} /desk/list?show=all
    """,
    "ines": """
        /desk/reports /desk/reports/funder/2025 /desk/reports/funder/2025/words
        /desk/reports/flagger/2025 /desk/statistics /desk/team/load /desk/team/load?days=7
        /desk /desk/team /desk/team/snippets /desk/team/snippets/new /desk/team/snippets/{snippet}
        /desk/team/members/{membership}/remove /desk/team/{team}/address /desk/team/{team}/rules
        /desk/team/tags /desk/team/tags/new /desk/team/tags/{tag} /desk/partners /desk/partners/new
        /desk/webhooks /desk/webhooks/new /desk/webhooks/{webhook}
        {case}/second-look/without/sending/7 {case}/complaints/1/officer
    """,
    "vera": """
        /desk/staff /desk /desk/staff/invite /desk/staff/team /desk/staff/mere/role /desk/staff/mere/password
        /desk/staff/mere/end
    """,
}
ROWS = [(scene, path) for scene, paths in PAGES.items() for path in paths.split()]
# No pages: files, and one that leads on.
NO_PAGES = {
    "desk_alerts.read_feed",
    "desk_by_form.begin",
    "desk_case.all_letters",
    "desk_case.enclosed",
    "desk_case.letter",
    "desk_complaints.bundle",
    "desk_complaints.bundles",
    "desk_documents.read",
    "desk_documents.original",
    "desk_lists.of_case",
    "desk_many.bundles",
    "desk_session.show",
    "desk_reports.as_json",
    "desk_reports.as_pdf",
    "desk_statistics.as_csv",
    "desk_statistics.as_json",
}


def fill_in(path: str, scenes: Scenes) -> str:
    filled = path.replace("{case}", CASE.format(reference=scenes.reference))
    filled = filled.replace("{call}", scenes.call).replace("{entry}", str(scenes.entry)).replace("{done}", scenes.done)
    filled = filled.replace("{reference}", scenes.reference).replace("{snippet}", str(scenes.snippet))
    filled = filled.replace("{tag}", str(scenes.tag)).replace("{webhook}", str(scenes.webhook))
    filled = filled.replace("{referral}", str(scenes.referral)).replace("{promise}", str(scenes.promise))
    filled = filled.replace("{table}", str(scenes.table)).replace("{mail}", str(WITHOUT_CASE))
    return filled.replace("{membership}", str(scenes.membership)).replace("{team}", str(scenes.team))


@pytest.mark.parametrize(("who", "path"), ROWS, ids=[f"{who} {path}" for who, path in ROWS])
def test_nothing_is_wrong_with_the_page(visitors: dict[str, Visitor], scenes: Scenes, who: str, path: str) -> None:
    visitor = visitors[who]
    visitor.open(fill_in(path, scenes))
    assert visitor.page.url == visitor.address + fill_in(path, scenes)
    assert look_at(visitor, f"desk {who} {path}", is_light=False) == []


def test_a_request_of_many_answers_is_under_two_screens_with_each_deadline_in_one_line(
    visitors: dict[str, Visitor], scenes: Scenes
) -> None:
    visitor = visitors["mere"]
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    visitor.open(fill_in(f"{CASE}/requests/1", scenes))
    clocks = visitor.page.locator(".desk-clock:not([open]) > summary:visible")
    assert clocks.count()
    assert all((clocks.nth(at).bounding_box() or {"height": 99})["height"] < 40 for at in range(clocks.count()))
    assert visitor.page.evaluate("document.documentElement.scrollHeight") <= 2 * 800
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_of_two_browsers_on_one_case_the_second_sees_what_the_first_changed(
    visitors: dict[str, Visitor], scenes: Scenes
) -> None:
    first, second = visitors["mere"], visitors["ines"]
    for visitor in (first, second):
        visitor.open(fill_in(f"{CASE}/requests/7/details", scenes))
    first.page.locator("[name=phone]").fill("+64 20 0000 1111")
    first.press("Save")
    first.sees("Request 7:")
    second.page.locator("[name=phone]").fill("+64 20 0000 2222")
    second.press("Save")
    second.sees("Somebody changed this while you wrote.")
    second.sees("is now: “+64 20 0000 1111”")
    assert second.page.locator("[name=phone]").input_value() == "+64 20 0000 2222", "what was typed is kept"
    second.press("Save")
    second.open(fill_in(f"{CASE}/requests/7/details", scenes))
    assert second.page.locator("[name=phone]").input_value() == "+64 20 0000 2222", "pressing again is a choice"


def test_every_page_of_the_desk_is_looked_at(site: Site, scenes: Scenes) -> None:
    names = {blueprint.name for blueprint in DESK}
    adapter = site.app.url_map.bind("")
    seen = {adapter.match(fill_in(path, scenes).partition("?")[0])[0] for _who, path in ROWS}
    pages = {
        rule.endpoint
        for rule in site.app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and rule.endpoint.partition(".")[0] in names
    }
    assert pages - NO_PAGES == seen


@pytest.mark.parametrize("words", ["We reviewed the post and have removed it. Case number: ZX-90210.", "See our tips."])
def test_nothing_is_wrong_with_an_answer_that_was_read(
    visitors: dict[str, Visitor], scenes: Scenes, words: str
) -> None:
    visitor = visitors["mere"]
    visitor.open(fill_in(f"{CASE}/requests/1/answer", scenes))
    visitor.page.get_by_label("What they wrote").fill(words)
    visitor.press("Suggest what it means")
    is_clear = "removed" in words
    visitor.sees("Suggested: It is removed" if is_clear else "No suggestion: the words do not say it")
    assert look_at(visitor, f"desk answer read {is_clear}", is_light=False) == []
