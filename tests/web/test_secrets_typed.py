"""What was typed into a form and opens something never comes back in a page, whatever was wrong with the form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from wtforms.fields.core import UnboundField

from portal.web.errors import REPEATED
from tests.web.addresses import at
from tests.web.pages import OWN_PAGE, check_page
from tests.web.test_foreign_ids import READ_BY_HAND, list_fields
from tests.web.test_routes import EVERY_ROUTE, GROUPS, Group, _address, find_callers
from tests.web.world import PASSWORD, TITLE, Caller, World, let_in, make_world

MACHINES = ("api.", "partner.", "recipient_machines.")  # no form: nothing that was sent to them is ever shown again
POSTS = [  # the forms: what a program sends has none
    endpoint
    for method, endpoint, _rule in EVERY_ROUTE
    if method == "POST" and not endpoint.startswith(MACHINES) and GROUPS[endpoint] is not Group.TOKEN
]
SECRET = (
    "password", "old", "new", "again", "words", "answer", "token", "second_code", "second_passkey",
    "said_first", "said_second", "csrf_token", "mailed_code",
    "fingerprints",  # of her own pictures; the page makes them anew
)  # fmt: skip
CHOICE = (
    "request.log_answer", "desk_requests.log_answer", "desk_approvals.decide", "desk_handovers.answer",
    "desk_handovers.answer_offer", "hand_on.answer",
)  # fmt: skip  # here `answer` is one of a list, and nothing secret
# Six words with a slip of the pen stay in their box, so that one of six can be mended; they open nothing.
MENDED = {("start.enter", "words")}
NAMES = sorted({*list_fields(), *READ_BY_HAND, *SECRET, "sure", "from", "confirm", "a_name_that_nobody_knows"})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("secrets")) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False
        client = make_client(made, Caller.PERSON, "keys.set_check")
        check = {"question": "What did we paddle?", "answer": "the long waka at dawn"}
        assert client.post(at("/case/words/check"), data=check, headers=OWN_PAGE).status_code == 303
        client.get(at("/case/words"))  # the page that says so takes the word from the session
        made.keep()
        yield made


def canary(name: str) -> str:
    return f"canary {name} typed"


def is_secret(endpoint: str, name: str) -> bool:
    return name in SECRET and not (name == "answer" and endpoint in CHOICE)


def make_client(world: World, caller: Caller, endpoint: str) -> FlaskClient:
    client = world.app.test_client()
    let_in(client, world.cookies[caller])
    if GROUPS.get(endpoint) is Group.ENTERING:  # nobody of the table stands between the two steps
        world.app.config["WTF_CSRF_ENABLED"] = False
        answer = client.post("/desk/sign-in", data={"login": "advocate", "password": PASSWORD})
        assert answer.location == "/desk/second-factor"
    return client


def list_variants() -> list[dict[str, str]]:
    """Ways to fill a form in wrongly."""
    everything = {name: canary(name) for name in NAMES if name != "sure"}
    return [
        everything,
        {name: text for name, text in everything.items() if name in SECRET},
        {name: f"{text}\u202e" for name, text in everything.items()},
        {name: text * 200 for name, text in everything.items()},
        {**dict.fromkeys(NAMES, ""), "answer": "canary"},
    ]


def test_every_field_of_every_form_is_decided_on() -> None:
    """A field of a new form either may be repeated, or is named here because it may not."""
    names = set(list_fields()) | set(READ_BY_HAND)
    assert names - REPEATED == {*SECRET, "sure", "file"} & names
    assert set(find_hidden_fields()) <= set(SECRET)


@pytest.mark.parametrize("endpoint", POSTS)
def test_a_form_from_elsewhere_is_refused_and_shown_to_nobody(world: World, endpoint: str) -> None:
    path = _address(world, endpoint)
    world.app.config["WTF_CSRF_ENABLED"] = True
    for caller, site in zip(find_callers(endpoint), ("same-site", "cross-site"), strict=False):
        client = make_client(world, caller, "")
        answer = client.post(path, data={name: canary(name) for name in NAMES}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
        check_page(answer, TITLE)
        assert "canary" not in answer.text
        assert "<form" not in answer.text.partition("<main")[2].partition("</main>")[0]
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://localhost"}, False),
        ({"Referer": "http://localhost.example/report"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Referer": "http://localhost/report"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
    ],
)
def test_only_a_form_of_ours_is_offered_to_be_sent_again(world: World, headers: dict[str, str], is_ours: bool) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = True
    client = make_client(world, Caller.PERSON, "")
    answer = client.post(at("/case/messages"), data={"text": "Nobody but me."}, headers=headers)
    assert answer.status_code == 400
    check_page(answer, TITLE)
    assert ("Nobody but me." in answer.text) is is_ours
    assert ("Send it again" in answer.text) is is_ours


@pytest.mark.parametrize("endpoint", POSTS)
def test_a_form_that_is_too_old_gives_no_secret_back(world: World, endpoint: str) -> None:
    path = _address(world, endpoint)
    for caller in find_callers(endpoint):
        client = make_client(world, caller, endpoint)
        world.app.config["WTF_CSRF_ENABLED"] = True
        answer = client.post(path, data={name: canary(name) for name in NAMES}, headers=OWN_PAGE)
        assert answer.status_code == 400
        check_page(answer, TITLE)
        for name in ("a_name_that_nobody_knows", "sure", *SECRET):
            assert not is_secret(endpoint, name) or canary(name) not in answer.text, f"{name} at {endpoint}"
        assert canary("a_name_that_nobody_knows") not in answer.text
        assert canary("sure") not in answer.text, "that somebody is sure is asked anew"
        assert canary("explanation") in answer.text, "what is no secret is not lost"
    world.restore()


@pytest.mark.parametrize("endpoint", POSTS)
def test_a_form_that_is_wrong_gives_no_secret_back(world: World, endpoint: str) -> None:
    path = _address(world, endpoint)
    has_page = any(method == "GET" and each == endpoint for method, each, _rule in EVERY_ROUTE)
    for caller in find_callers(endpoint):
        client = None
        for variant in list_variants():
            world.app.config["WTF_CSRF_ENABLED"] = False
            client = client or make_client(world, caller, endpoint)
            if has_page:
                client.get(path)
            answer = client.post(path, data=variant, headers=OWN_PAGE)
            assert answer.status_code < 500
            for name in SECRET:
                is_mended = (endpoint, name) in MENDED
                typed = variant.get(name) or "nothing was typed"
                if is_secret(endpoint, name) and not is_mended:
                    assert typed[:16].encode() not in answer.data, f"{name} at {endpoint}"
            if world.restore() or "Set-Cookie" in answer.headers:
                client = None


def find_hidden_fields() -> Iterator[str]:
    """Names of the fields of every form whose kind hides what is typed."""
    waiting = [FlaskForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        for name in dir(form):
            made = getattr(form, name)
            if isinstance(made, UnboundField) and made.field_class.__name__ in {"PasswordField", "SecretField"}:
                yield name
