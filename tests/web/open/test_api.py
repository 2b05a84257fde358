"""The facts for machines: every answer fits its own description, errors say what to do, and no database is needed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from portal.config import load_config
from portal.factory import create_app
from portal.reference.registry import load_registry
from portal.reference.zones import PACKAGE
from portal.web.open.api import ENDPOINTS
from portal.web.open.openapi import Endpoint

BASE = "/api/v1"
REGISTRY = load_registry()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A portal whose database was never made: the facts are there all the same."""
    folder: Path = tmp_path_factory.mktemp("api")
    return create_app(load_config({"RECOURSE_DATA": str(folder), "RECOURSE_DATABASE": "sqlite:////nowhere/at/all.db"}))


def get(app: Flask, path: str, **headers: str) -> TestResponse:
    return app.test_client().get(BASE + path, headers=headers)


def read(app: Flask, path: str) -> Any:
    answer = get(app, path)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["data"]


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    answer = get(app, "/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.path)
def test_every_example_works_and_fits_its_description(app: Flask, document: dict[str, Any], endpoint: Endpoint) -> None:
    answer = get(app, endpoint.example)
    assert answer.status_code == 200, answer.text
    described = document["paths"][endpoint.template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = {**described, "components": document["components"]}
    Draft202012Validator(schema).validate(answer.get_json())
    meta = answer.get_json()["meta"]
    assert meta["licence"] == "CC0-1.0"
    assert meta["credits"]
    assert meta["version"] == max(regime.version for regime in REGISTRY.regimes.values())


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.path)
def test_every_answer_may_be_kept_by_anybody_and_knows_nobody(app: Flask, endpoint: Endpoint) -> None:
    answer = get(app, endpoint.example)
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = get(app, endpoint.example, **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_description_is_whole(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"
    known = set(document["components"]["schemas"])
    references = re.findall(r"#/components/schemas/(\w+)", str(document))
    assert references
    assert set(references) <= known
    for path, item in document["paths"].items():
        names = set(re.findall(r"{(\w+)}", path))
        for described in item.values():
            listed = described["parameters"]
            assert names == {each["name"] for each in listed if each["in"] == "path"}
            assert all(each["schema"] for each in listed)


def test_every_record_can_be_read(app: Flask) -> None:
    client = app.test_client()
    for folder, ids in (
        ("regimes", REGISTRY.regimes),
        ("platforms", REGISTRY.platforms),
        ("regulators", REGISTRY.regulators),
    ):
        for each in ids:
            assert client.get(f"{BASE}/{folder}/{each}").status_code == 200, each


def test_lists_are_narrowed(app: Flask) -> None:
    assert [line["id"] for line in read(app, "/regimes")] == list(REGISTRY.regimes)
    offered = read(app, "/regimes?country=nz&offered=true&kind=removal")
    assert [line["id"] for line in offered] == ["nz-hdca-24"]
    assert {line["category"] for line in read(app, "/platforms?category=dating")} == {"dating"}
    assert "instagram" in {line["slug"] for line in read(app, "/platforms?q=INSTA")}
    found = read(app, "/regulators?country=IE&kind=data-protection")
    assert [line["id"] for line in found] == ["ie-dpc"]
    signed = read(app, "/regulators?signatory=true")
    assert len(signed) == sum(each.joint_statement_signatory is True for each in REGISTRY.regulators.values())


def test_a_deadline_is_the_same_as_on_the_command_line(app: Flask) -> None:
    found = read(app, "/deadlines?regime=eu-gdpr-17&started=2026-03-05T09:00:00Z&country=IE")
    assert (found["clock"], found["last_day"], found["binding"]) == ("respond", "2026-04-07", "duty")
    assert read(app, "/deadlines?regime=eu-gdpr-17&started=2026-03-05t09:00:00z&country=IE") == found
    longer = read(app, "/deadlines?regime=eu-gdpr-17&started=2026-03-05T09:00:00Z&country=IE&extended=true")
    assert longer["last_day"] == "2026-06-05"
    assert found["zone_version"] == longer["zone_version"] == PACKAGE


def test_every_law_is_judged(app: Flask) -> None:
    verdicts = {line["regime"]: line for line in read(app, "/verdicts?country=GB&depiction=ai&on=2026-06-28")}
    assert set(verdicts) == set(REGISTRY.regimes)
    assert verdicts["uk-osa-10-3a"]["applies"] == "no"


@pytest.mark.parametrize(
    ("path", "status", "parameter", "told"),
    [
        ("/regimes/us-takeit-down", 404, None, "us-take-it-down"),
        ("/platforms/instagran", 404, None, "instagram"),
        ("/regulators/ie-dcp", 404, None, "ie-dpc"),
        ("/regimes?colour=red", 400, "colour", "country, kind, status, offered"),
        ("/regimes?kind=red", 400, "kind", "removal"),
        ("/regimes?country=NZ&country=AU", 400, "country", "twice"),
        ("/deadlines?regime=eu-gdpr-17&country=IE", 400, "started", "missing"),
        ("/deadlines?regime=eu-gdpr-17&country=IE&started=soon", 400, "started", "ISO 8601"),
        ("/deadlines?regime=eu-gdpr-17&country=XX&started=2026-03-05T09:00:00Z", 400, "country", "XX"),
        ("/deadlines?regime=eu-gdpr-17&country=IE&started=2026-03-05T09:00:00Z&extended=perhaps", 400, "extended", "b"),
        ("/verdicts?country=US&depiction=real&platform=instagran", 400, "platform", "instagram"),
        ("/verdicts?country=US&depiction=painted", 400, "depiction", "altered"),
        ("/verdicts?country=US&subdivision=QQ&depiction=real", 400, "subdivision", "QQ"),
        ("/verdicts?country=US&depiction=real&on=soon", 400, "on", "soon"),
    ],
)
def test_what_cannot_be_answered_is_told_plainly(
    app: Flask, path: str, status: int, parameter: str | None, told: str
) -> None:
    answer = get(app, path)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    problem = answer.get_json()
    assert problem["parameter"] == parameter
    assert told in problem["detail"]


def test_nothing_can_be_written(app: Flask) -> None:
    assert app.test_client().post(f"{BASE}/regimes").status_code in {400, 405}


def test_the_page_of_the_api_names_every_address_and_parameter(app: Flask) -> None:
    page = get(app, "/").text
    for endpoint in ENDPOINTS:
        assert f"/api/v1{endpoint.template}" in page
    assert "depiction" in page


def test_the_police_of_a_place_are_told_with_their_crimes(app: Flask) -> None:
    data = read(app, "/police?country=GB")
    assert [(door["kind"], door["address"]) for door in data["doors"]] == [("emergency", "999")]
    assert data["a_threat_is_enough"] is True
    assert data["crimes"][0]["citation"] == "Sexual Offences Act 2003, s 66B"
    assert data["crimes"][0]["sources"]
    assert data["bring"]
    assert data["keep"]


def test_the_routes_of_a_place_are_told_with_their_doubts(app: Flask) -> None:
    data = read(app, "/routes?country=AU")
    assert [line["regime"] for line in data[:2]] == ["us-take-it-down", "au-osa-iba"]
    assert (data[1]["whole_time_is_known"], data[1]["first_step"]) == (False, "authority")
    assert data[1]["doubts"]
    assert get(app, "/routes?country=QQ").status_code == 400


def test_the_law_that_takes_the_place_of_another_is_named_and_the_same_on_the_page(app: Flask) -> None:
    verdicts = {line["regime"]: line for line in read(app, "/verdicts?country=CH&depiction=real&platform=instagram")}
    verdicts |= {line["regime"]: line for line in read(app, "/verdicts?country=IE&depiction=real&platform=instagram")}
    replaced = {each: line["replaced_by"] for each, line in verdicts.items() if line["replaced_by"]}
    assert replaced
    shown = app.test_client().get("/law?country=IE&depiction=real&platform=instagram").text
    usable = shown.partition("Not for this, not law yet")[0]
    for old, new in replaced.items():
        assert not verdicts[old]["offered"]
        assert old in REGISTRY.regime(new).in_place_of
        assert f'href="/law/{old}"' not in usable
