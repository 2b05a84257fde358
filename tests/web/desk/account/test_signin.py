"""Who gets in, and who sees what."""

from __future__ import annotations

from tests.cost import REAL_COST
from tests.web.desk.colleague import PASSWORD, Colleague, Desk

pytestmark = REAL_COST
PAGES = (
    "",
    "/report",
    "/history",
    "/messages",
    "/notes",
    "/complaints",
    "/hand-over",
    "/close",
    "/links/add",
    "/requests/1",
)


def test_an_advocate_signs_in_to_the_list_of_cases(desk: Desk) -> None:
    colleague = desk.visit("mira")

    assert colleague.page.path == "/desk/today"
    assert "Mira Anker, advocate" in colleague.page.text


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(desk: Desk) -> None:
    desk.add("mira")
    colleague = Colleague(desk.app)

    unknown = colleague.sign_in("nobody", status=400)
    wrong = colleague.sign_in("mira", password="not the password at all", status=400)

    assert unknown.errors == wrong.errors == ["The sign-in name or the password is wrong."]


def test_a_refused_password_is_not_shown_again(desk: Desk) -> None:
    page = Colleague(desk.app).sign_in("mira", password="not the password at all", status=400)

    assert "not the password at all" not in page.answer.text


def test_an_empty_form_names_each_field(desk: Desk) -> None:
    colleague = Colleague(desk.app)
    colleague.go("/desk/sign-in")

    page = colleague.press("Sign in", status=400)

    assert page.errors == ["Enter your sign-in name.", "Enter your password."]


def test_signing_out_ends_the_session(desk: Desk) -> None:
    colleague = desk.visit("mira")

    colleague.press("Sign out")

    assert colleague.go("/desk").path == "/desk/sign-in"


def test_an_ended_account_is_out_at_once(desk: Desk) -> None:
    colleague = desk.visit("tane")
    desk.app.test_cli_runner().invoke(args=["staff", "end", "tane"])

    assert colleague.go("/desk").path == "/desk/sign-in"
    assert colleague.sign_in("tane", password=PASSWORD, status=400).errors


def test_another_team_does_not_find_the_case_at_all(desk: Desk) -> None:
    reference, colleague = desk.add_case(), desk.visit("odd")

    for page in PAGES:
        colleague.go(f"/desk/cases/{reference}{page}", status=404)


def test_an_administrator_is_told_that_cases_are_not_theirs(desk: Desk) -> None:
    reference, administrator = desk.add_case(), desk.visit("vera")

    for page in PAGES:
        shown = administrator.go(f"/desk/cases/{reference}{page}", status=403)
        assert "never read a case" in shown.text
        assert "/desk/staff" in shown.links().values()


def test_a_member_who_waits_sees_no_case(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("newt")

    assert "You cannot read your team’s cases yet" in colleague.page.text
    assert reference not in colleague.page.text
    colleague.go(f"/desk/cases/{reference}", status=404)


def test_nobody_sees_a_case_without_signing_in(desk: Desk) -> None:
    reference = desk.add_case()

    assert Colleague(desk.app).go(f"/desk/cases/{reference}").path == "/desk/sign-in"


def test_the_administrator_sees_everybody_with_role_and_team(desk: Desk) -> None:
    desk.add("newt")
    colleague = desk.visit("vera")

    assert colleague.page.path == "/desk/staff"
    assert "Newt newt · advocate Harbour (waits to be let in)" in colleague.page.text


def test_the_list_of_staff_is_for_administrators(desk: Desk) -> None:
    assert "for administrators" in desk.visit("ines").go("/desk/staff", status=403).text
