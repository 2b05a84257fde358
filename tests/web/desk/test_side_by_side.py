"""A report and the desk in one browser: each side has a session of its own, and neither ends the other's."""

from __future__ import annotations

from flask import Flask

from tests.web.addresses import at
from tests.web.desk.colleague import Colleague, Desk
from tests.web.pages import Visitor
from tests.web.person.journey import begin


def share_browser(colleague: Colleague) -> Visitor:
    """The same browser on the person's side."""
    visitor = Visitor(colleague.app)
    visitor.client = colleague.client
    return visitor


def test_a_report_begun_in_the_browser_of_an_advocate_leaves_the_desk_signed_in(desk: Desk) -> None:
    colleague = desk.visit("mira")
    visitor = share_browser(colleague)
    begin(visitor)
    assert colleague.go("/desk").path == "/desk"
    assert visitor.go("/report/who").path == "/report/who", "and the desk leaves the report open"


def test_signing_in_and_out_of_the_desk_leaves_a_report_open(desk: Desk) -> None:
    desk.add("mira")
    colleague = Colleague(desk.app)
    visitor = share_browser(colleague)
    begin(visitor)
    colleague.sign_in("mira")
    colleague.press("Sign out")
    assert visitor.go("/report/who").path == "/report/who"
    assert colleague.go("/desk").path == "/desk/sign-in"


def test_a_report_erased_beside_the_desk_leaves_it_signed_in(desk: Desk) -> None:
    colleague = desk.visit("mira")
    visitor = share_browser(colleague)
    begin(visitor)
    visitor.go("/report/erase")
    visitor.press("Erase now")
    assert '"cookies"' not in visitor.page.answer.headers["Clear-Site-Data"], "the browser keeps the desk's"
    assert colleague.go("/desk").path == "/desk"


def test_leaving_ends_both(desk: Desk) -> None:
    colleague = desk.visit("mira")
    visitor = share_browser(colleague)
    begin(visitor)
    kept = {name: colleague.client.get_cookie(name) for name in ("session", "desk")}
    assert colleague.client.get("/leave").status_code == 303
    for name, cookie in kept.items():
        assert cookie is not None
        assert colleague.client.get_cookie(name) is None
        colleague.client.set_cookie(name, cookie.value)  # a copy opens nothing either
    assert colleague.go("/desk").path == "/desk/sign-in"
    assert visitor.go("/report/who").path == "/return"


def test_a_cookie_of_one_side_opens_nothing_on_the_other(desk: Desk, app: Flask) -> None:
    colleague = desk.visit("mira")
    signed_in = colleague.client.get_cookie("desk")
    assert signed_in is not None
    client = app.test_client()
    client.set_cookie("session", signed_in.value)
    assert client.get("/desk").location == "/desk/sign-in"
    assert client.get(at("/case")).location == "/return"
