"""Somebody in a part of a state that has a country code of its own is shown whose laws and authorities are theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from portal.config import load_config
from portal.factory import create_app
from portal.reference.strict import read_yaml
from tests.web.pages import Visitor

CASES = read_yaml(Path(__file__).parents[2] / "data" / "public-cases.yaml")["cases"]
FAULT = [case for case in CASES if case["kind"] == "web" and case["fault"] == "territory-of-a-country"]
# What each of the cases wants, as the ids of the bodies on its page.
WANTED = {
    "the Finnish ombudsman and Traficom": {"fi-tietosuoja", "fi-traficom-dsc"},
    "eSafety": {"au-esafety"},
    "Gibraltar Regulatory Authority": {"gi-gra"},
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("territories")
    settings = {"RECOURSE_DATA": str(folder), "RECOURSE_DATABASE": "sqlite:////nowhere/at/all.db"}
    return create_app(load_config(settings), clock=lambda: datetime(2026, 11, 30, 9, tzinfo=UTC))


@pytest.mark.parametrize("case", FAULT, ids=lambda case: case["id"])
def test_the_authorities_of_a_territory_are_shown(app: Flask, case: dict[str, object]) -> None:
    assert isinstance(case["input"], dict)
    page = Visitor(app).go(case["input"]["page"])
    for body in WANTED[str(case["want"])]:
        assert f'id="{body}"' in page.answer.text


def test_all_cases_of_this_fault_are_played() -> None:
    assert len(FAULT) == len(WANTED)


@pytest.mark.parametrize(
    ("country", "there", "not_there"),
    [
        ("RE", "fr-cnil", "de-bnetza-dsc"),
        ("PF", "fr-cnil", "eu-gdpr-17"),
        ("GL", "us-take-it-down", "eu-dsa-16"),
        ("PR", "us-take-it-down", "us-ca-ccpa-delete"),
    ],
)
def test_the_laws_of_a_territory_are_shown(app: Flask, country: str, there: str, not_there: str) -> None:
    page = Visitor(app).go(f"/law?country={country}&depiction=real").answer.text
    assert f'"/law/{there}"' in page
    assert f'"/law/{not_there}"' not in page


@pytest.mark.parametrize(
    ("country", "body"), [("AX", "fi-tietosuoja"), ("NF", "au-esafety"), ("GL", "dk-datatilsynet")]
)
def test_machines_are_told_the_same(app: Flask, country: str, body: str) -> None:
    client = app.test_client()
    found = client.get(f"/api/v1/regulators?country={country}").get_json()["data"]
    assert body in {line["id"] for line in found}
    laws = client.get("/api/v1/regimes?country=NF").get_json()["data"]
    assert "au-osa-iba" in {line["id"] for line in laws}
