"""The whole data as files: each fits its own description, is known by its digest, and no cell is a formula."""

from __future__ import annotations

import csv
import io
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from portal.domain.csv_text import make_cell
from portal.reference.dataset import TABLES, Dataset, list_files
from portal.reference.registry import load_registry
from tests.web.pages import Visitor

REGISTRY = load_registry()
NAMES = list(list_files(REGISTRY))
TYPES: Mapping[str, Callable[[str], Any]] = {
    "integer": int,
    "date": date.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def fetch(app: Flask, name: str, **headers: str) -> TestResponse:
    return app.test_client().get(f"/api/v1/data/{name}", headers=headers)


@pytest.fixture(scope="module")
def package(open_app: Flask) -> Mapping[str, Any]:
    described = msgspec.json.decode(fetch(open_app, "datapackage.json").data)
    return {resource["path"]: resource for resource in described["resources"]}


def test_the_whole_fits_its_schema(open_app: Flask) -> None:
    schema = msgspec.json.decode(fetch(open_app, "facts.schema.json").data)
    Draft202012Validator.check_schema(schema)
    whole = msgspec.json.decode(fetch(open_app, "facts.json").data)
    Draft202012Validator(schema).validate(whole)
    whole["laws"][0]["kind"] = "something else"
    assert list(Draft202012Validator(schema).iter_errors(whole))


def test_the_whole_holds_every_record_as_it_is(open_app: Flask) -> None:
    whole = msgspec.json.decode(fetch(open_app, "facts.json").data, type=Dataset)
    assert whole.laws == tuple(REGISTRY.regimes.values())
    assert whole.platforms == tuple(REGISTRY.platforms.values())
    assert whole.authorities == tuple(REGISTRY.regulators.values())
    assert (whole.about.licence, bool(whole.about.credits)) == ("CC0-1.0", True)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_fits_its_description(open_app: Flask, package: Mapping[str, Any], table: Any) -> None:
    name = f"{table.name}.csv"
    rows = list(csv.reader(io.StringIO(fetch(open_app, name).text, newline="")))
    fields = package[name]["schema"]["fields"]
    assert rows[0] == [field["name"] for field in fields]
    assert len(rows) - 1 == len(list(table.rows(REGISTRY))) > 0
    for row in rows[1:]:
        assert len(row) == len(fields)
        for cell, field in zip(row, fields, strict=True):
            if cell and field["type"] in TYPES:
                TYPES[field["type"]](cell)
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert make_cell(f"{start}1+1") == f"'{start}1+1"
    assert make_cell((f"{start}1", "2")) == f"'{start}1; 2"
    assert make_cell("1=1") == "1=1"
    assert (make_cell(None), make_cell(True), make_cell(3)) == ("", "true", "3")


def test_a_phone_number_with_its_country_is_kept_whole(open_app: Flask) -> None:
    rows = list(csv.DictReader(io.StringIO(fetch(open_app, "authorities.csv").text, newline="")))
    known = {body.id: body.phone for body in REGISTRY.regulators.values() if body.phone}
    assert {row["id"]: row["phone"].removeprefix("'") for row in rows if row["phone"]} == known


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_known_by_its_digest(open_app: Flask, name: str) -> None:
    answer = fetch(open_app, name)
    digest = sha256(answer.data)
    assert answer.headers["ETag"] == f'"{digest.hexdigest()}"'
    assert b64decode(answer.headers["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":")) == digest.digest()
    assert fetch(open_app, name, **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers


def test_the_sums_and_the_package_name_the_same_digests(open_app: Flask, package: Mapping[str, Any]) -> None:
    lines = fetch(open_app, "SHA256SUMS").text.splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert set(sums) == set(NAMES) - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert sha256(fetch(open_app, name).data).hexdigest() == digest
    for name, resource in package.items():
        assert (resource["hash"], resource["bytes"]) == (f"sha256:{sums[name]}", len(fetch(open_app, name).data))


def test_the_files_are_made_once() -> None:
    assert list_files(REGISTRY) is list_files(load_registry())


def test_the_page_lists_every_file_with_licence_and_digest(reader: Visitor) -> None:
    page = reader.go("/data")
    assert "Licence: CC0-1.0" in page.text
    for file in list_files(REGISTRY).values():
        assert page.links()[file.name] == f"/api/v1/data/{file.name}"
        assert file.digest in page.text


def test_the_description_of_the_api_names_every_file(open_app: Flask) -> None:
    paths = open_app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    assert {f"/data/{name}" for name in NAMES} <= set(paths)


def test_a_file_that_is_not_there_is_told(reader: Visitor) -> None:
    reader.go("/api/v1/data/secrets.csv", status=404)
