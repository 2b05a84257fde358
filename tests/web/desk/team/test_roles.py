"""The legal reviewer, the auditor and the officer at work, each with nothing beyond their part."""

from __future__ import annotations

import io
import zipfile

import pytest

from portal.domain.lifecycle import Role
from portal.models.accounts import Team
from portal.run import worker
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from tests.services.fakes import print_quickly
from tests.web.desk.colleague import PASSWORD, Colleague, Desk
from tests.web.desk.requests.test_complaints import refuse_first_request
from tests.web.pages import Page, Visitor


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def add(desk: Desk, login: str, role: Role) -> Colleague:
    """A member in a browser of their own; in the team where the role has one."""
    with desk.parts.sessions.begin() as session:
        new = NewStaff(login=login, name=login.title(), role=role, password=PASSWORD)
        member = accounts.add_staff(session, new, now=desk.parts.clock())
        if role is Role.LEGAL_REVIEWER:
            team = session.get_one(Team, desk.team_id)
            accounts.add_membership(session, member, team, desk.team_key, now=desk.parts.clock())
    colleague = Colleague(desk.app)
    colleague.sign_in(login)
    return colleague


def make_bundle(desk: Desk) -> tuple[str, str]:
    """The reference of a case and the path of its complaint, whose bundle is made."""
    reference, colleague = desk.add_case(country="IE"), desk.visit("mira")
    refuse_first_request(colleague, reference)
    colleague.go(f"/desk/cases/{reference}/complaints/prepare/ie-cnam-dsa/ie-cnam")
    colleague.press("Prepare the complaint", wish="That it is blocked.")
    assert worker.run_left_jobs(desk.parts) == 1
    return reference, colleague.page.path


def read_link(desk: Desk, page: Page) -> str:
    """The path of the link that the page shows this once."""
    (field,) = [each for each in page.root.iter("textarea") if each.get("id") == "officer-link"]
    return "".join(field.itertext()).strip().removeprefix(desk.parts.config.base_url)


def test_a_reviewer_reads_notes_and_reviews_and_finds_no_way_to_send(desk: Desk) -> None:
    reference, path = make_bundle(desk)
    reviewer = add(desk, "rhea", Role.LEGAL_REVIEWER)

    for page in ("", "/requests/1", "/complaints", "/messages"):
        shown = reviewer.go(f"/desk/cases/{reference}{page}")
        ways = [form.get("action", "") for form in shown.root.iter("form")]
        assert ways == ["/desk/sign-out", "/desk/session/stay"], f"{page} offers {ways}"
    reviewer.go(f"/desk/cases/{reference}/reviews")
    reviewer.follow(next(name for name in reviewer.page.links() if name.startswith("Review ")))
    refused = reviewer.press("Keep the review", verdict="changes", text="", status=400)
    assert "Say what has to be changed." in refused.text
    reviewer.press("Keep the review", verdict="changes", text="Name the second law.")

    team = desk.visit("tane").go(f"/desk/cases/{reference}/reviews")
    assert "Something has to be changed first" in team.text
    assert "Name the second law." in team.text
    assert "for advocates and supervisors" in reviewer.go(f"{path}/lodged", status=403).text


def test_an_auditor_sees_what_happened_and_never_what_was_written(desk: Desk) -> None:
    reference, _path = make_bundle(desk)
    auditor = add(desk, "otto", Role.AUDITOR)

    page = auditor.go(f"/desk/audit?reference={reference.lower()}")

    assert "The report was saved." in page.text
    assert "Mira Anker" in page.text
    for written in ("It does not go against our rules.", "That it is blocked.", "Ana Exemplar", "x.com"):
        assert written not in page.text
    assert "never read a case" in auditor.go(f"/desk/cases/{reference}", status=403).text


def test_an_officer_takes_the_papers_once_by_one_press(desk: Desk) -> None:
    reference, path = make_bundle(desk)
    supervisor = desk.visit("ines")
    supervisor.go(path)
    supervisor.follow("A link for the authority’s officer")
    assert supervisor.press("Make a link", status=400).errors
    page = supervisor.press("Make a link", days="7")
    where = read_link(desk, page)
    assert where.startswith("/papers/")

    officer = Visitor(desk.app)
    for _look in range(2):
        assert "until" in officer.go(where).text
    form, _button = officer.page.form_with("Take the papers")
    token = next(each.get("value", "") for each in form.iter("input") if each.get("name") == "csrf_token")
    taken = officer.client.post(where, data={"csrf_token": token})
    assert "complaint.pdf" in zipfile.ZipFile(io.BytesIO(taken.data)).namelist()
    assert taken.headers["Content-Disposition"].startswith("attachment")

    assert "take them again" in officer.go(where).text, "a download may have broken"
    assert "does not work" in Visitor(desk.app).go(where, status=404).text
    again = officer.client.post(where, data={"csrf_token": token})
    assert again.data == taken.data
    other = Visitor(desk.app)
    other.go("/return")
    token = next(each.get("value", "") for each in other.page.root.iter("input") if each.get("name") == "csrf_token")
    assert other.client.post(where, data={"csrf_token": token}).status_code == 404
    assert "An officer of the authority took the papers." in supervisor.go(f"/desk/cases/{reference}/history").text
    assert "Used on" in supervisor.go(f"{path}/officer").text


def test_a_link_is_taken_back(desk: Desk) -> None:
    _reference, path = make_bundle(desk)
    supervisor = desk.visit("ines")
    supervisor.go(f"{path}/officer")
    page = supervisor.press("Make a link", days="3")
    where = read_link(desk, page)
    supervisor.follow("Go on from here")
    assert "not used" in supervisor.press("Take back every open link").text
    assert "does not work" in Visitor(desk.app).go(where, status=404).text
