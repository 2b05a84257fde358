"""Passkeys in a real browser, answered by the browser's own virtual authenticator (WebAuthn level 2, CTAP2)."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import CDPSession, expect

from portal.domain.lifecycle import Role
from tests.browser.conftest import Admit
from tests.browser.site import PASSWORD, Site, start_site
from tests.browser.visitor import Visitor
from tests.second_factor import give_code

SETTING_UP = "Set up your second step"
ASKED_AGAIN = "Is it still you?"


class Device:
    """A phone or key of somebody, plugged into a visitor's browser. It knows its owner by touch."""

    def __init__(self, visitor: Visitor, *, transport: str = "internal") -> None:
        self._client: CDPSession = visitor.context.new_cdp_session(visitor.page)
        self._client.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": transport,
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._client.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = made["authenticatorId"]

    def count_passkeys(self) -> int:
        """How many passkeys it keeps."""
        found = self._client.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return len(found["credentials"])

    def unplug(self) -> None:
        self._client.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self._id})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A portal with a name, because browsers bind passkeys to names."""
    with start_site(tmp_path_factory.mktemp("named") / "var", host="localhost") as running:
        running.make_team(
            "Harbour", [(login, login.title(), Role.ADVOCATE) for login in ("mere", "tane", "ines", "vera", "jonah")]
        )
        yield running


def give_password(visitor: Visitor, login: str) -> None:
    visitor.open("/desk/sign-in")
    visitor.fill("Sign-in name", login)
    visitor.fill("Password", PASSWORD)
    visitor.press("Sign in")


def make_first_passkey(visitor: Visitor, login: str) -> Device:
    give_password(visitor, login)
    visitor.is_at(SETTING_UP)
    device = Device(visitor)
    visitor.press("Make a passkey")
    visitor.is_at("Ten codes for paper")
    assert device.count_passkeys() == 1
    visitor.follow("I have kept them")
    return device


def test_a_passkey_is_made_opens_the_desk_and_is_asked_for_again(site: Site, admit: Admit) -> None:
    visitor = admit()
    device = make_first_passkey(visitor, "mere")
    assert visitor.path == "/desk/today"
    visitor.press("Sign out")
    give_password(visitor, "mere")
    visitor.is_at("One more step")
    visitor.press("Use a passkey")
    visitor.page.wait_for_url("**/desk/today")
    site.clock.move(minutes=6)
    visitor.open("/desk/account")
    visitor.press("Make ten new codes")
    visitor.is_at(ASKED_AGAIN)
    visitor.press("Use a passkey")
    visitor.is_at("Ten codes for paper")
    visitor.follow("I have kept them")
    visitor.sees("10 codes are left.")
    visitor.follow("Add an app or a passkey")
    visitor.press("Make a passkey")
    expect(visitor.page.get_by_role("status").first).to_contain_text("The browser made no passkey.")
    assert device.count_passkeys() == 1, "one device holds one passkey of one account"


def test_the_device_of_somebody_else_opens_nothing(site: Site, admit: Admit) -> None:
    owner, thief = admit(), admit()
    make_first_passkey(owner, "tane")
    Device(thief)
    give_password(thief, "tane")
    thief.press("Use a passkey")
    expect(thief.page.get_by_role("status").first).to_contain_text("The browser gave no passkey.")
    thief.open("/desk")
    assert thief.path == "/desk/sign-in"


def test_a_second_passkey_is_added_and_the_first_taken_away(site: Site, admit: Admit) -> None:
    visitor = admit()
    phone = make_first_passkey(visitor, "ines")
    phone.unplug()
    key = Device(visitor, transport="usb")
    site.clock.move(minutes=1)
    visitor.open("/desk/account/factors/add")
    visitor.press("Make a passkey")
    visitor.sees("Kept. From now on it opens the desk too.")
    assert key.count_passkeys() == 1
    assert visitor.page.get_by_role("button", name="Remove").count() == 2
    visitor.press("Remove", exact=False)
    visitor.sees("Taken away. It opens nothing any more.")
    assert visitor.page.get_by_role("button", name="Remove").count() == 0
    visitor.press("Sign out")
    give_password(visitor, "ines")
    visitor.press("Use a passkey")
    visitor.page.wait_for_url("**/desk/today")


def test_a_hurried_hand_loses_nothing_where_the_second_factor_is_asked_for_again(site: Site, admit: Admit) -> None:
    visitor = admit()
    make_first_passkey(visitor, "vera")
    site.clock.move(minutes=6)
    with site.parts.sessions.begin() as session:
        code = give_code(session, "vera")
    visitor.open("/desk/account")
    visitor.press("Make ten new codes")
    visitor.is_at(ASKED_AGAIN)
    visitor.fill("Code", code)
    visitor.page.get_by_role("button", name="Go on").dblclick()
    visitor.is_at("Ten codes for paper")
    visitor.open("/desk/account")
    assert visitor.path == "/desk/account"


def test_without_javascript_an_app_is_set_up_and_no_passkey_is_offered(site: Site, admit: Admit) -> None:
    visitor = admit(java_script_enabled=False)
    give_password(visitor, "jonah")
    visitor.is_at(SETTING_UP)
    expect(visitor.page.get_by_role("button", name="Make a passkey")).to_have_count(0)
    secret = visitor.page.locator(".secret code").inner_text().replace(" ", "")
    visitor.fill("Code", pyotp.TOTP(secret).at(site.clock.now))
    visitor.press("Keep the app")
    visitor.is_at("Ten codes for paper")
