"""A complaint in the shape of the authority's own form: its fields in their order, with what is ready to copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest
from sqlalchemy.orm import Session

from portal.domain.regimes import NoticeField
from portal.domain.regulators import FormField, FormInput, Regulator
from portal.reference.audit import find_gaps
from portal.reference.registry import load_registry
from portal.services.complaints import complaints, reading
from portal.services.complaints.form_rows import FILLED, FormRow, form_rows, form_searched_on
from portal.services.letters.facts import regulator_recipient
from portal.services.ports import Ports
from tests.services.complaints.bundle_stories import INSTAGRAM, X_LINK
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_quickly, send

REGISTRY = load_registry()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def test_the_rows_follow_the_form_and_say_what_only_the_person_can_answer(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, links="https://x.com/a/status/1", country="AU", subdivision="VIC").at(NOW)
    number = complaints.prepare(work, "au-osa-iba", "au-esafety", ())
    rows = form_rows(work, reading.complaint_view(work, number))
    assert [row.field.key for row in rows] == ["who", "contact", "state", "evidence"]
    values = {row.field.key: row.value for row in rows}
    assert values["who"] == "I am the person in the image."
    assert values["contact"]
    assert values["state"] == "Victoria, Australia"
    assert values["evidence"]


def test_the_form_is_filled_with_the_one_organisation_and_its_links_alone(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, links=f"{X_LINK} {INSTAGRAM} https://pictures.example.org/album/7")
    send(session, work, ports)
    work = work.at(NOW + 9 * DAY)
    number = complaints.prepare(work, "nz-netsafe", "nz-netsafe", (1,))
    rows = form_rows(work, reading.complaint_view(work, number))
    assert [row.value for row in rows if row.field.fills is NoticeField.LOCATION] == [X_LINK]


def test_the_organisation_is_named_as_people_know_it(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, links=X_LINK, country="IE")
    send(session, work, ports)
    work = work.at(NOW + 3 * DAY)
    number = complaints.prepare(work, "ie-cnam-dsa", "ie-cnam", (1,))
    rows = form_rows(work, reading.complaint_view(work, number))
    (named,) = [row.value for row in rows if row.field.fills is NoticeField.RECIPIENT]
    assert named.splitlines()[:2] == ["X (Twitter)", "X Internet Unlimited Company"]


def test_a_place_without_a_record_is_named_by_its_address_and_no_code(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, links="https://pictures.example.org/album/7")
    send(session, work, ports)
    work = work.at(NOW + 9 * DAY)
    number = complaints.prepare(work, "nz-netsafe", "nz-netsafe", (1,))
    assert reading.complaint_view(work, number).about == "example.org"
    assert [line.about for line in reading.list_lines(work)] == ["example.org"]


def test_fields_of_another_law_of_the_same_authority_are_left_out() -> None:
    fields = REGISTRY.regulators["es-aepd"].form_fields
    assert fields
    assert not any(field.is_for("eu-gdpr-77") for field in fields)
    assert all(field.is_for("es-aepd-canal-prioritario") for field in fields)


def test_a_text_longer_than_the_field_says_so() -> None:
    field = FormField(
        key="what", label="What happened", takes=FormInput.TEXT, required=True, source="https://a.example/form",
        checked_on=date(2026, 11, 30), limit=5,
    )  # fmt: skip
    assert FormRow(field=field, value="123456").is_too_long
    assert not FormRow(field=field, value="12345").is_too_long


def list_gaps(body: Regulator) -> list[str]:
    registry = replace(REGISTRY)
    vars(registry)["regulators"] = MappingProxyType({**REGISTRY.regulators, body.id: body})
    return [gap for gap in find_gaps(registry) if gap.startswith(f"{body.id}: ")]


ESAFETY = REGISTRY.regulators["au-esafety"]
FIELD = ESAFETY.form_fields[0]
GARANTE = REGISTRY.regulators["it-garante"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (replace(ESAFETY, form_fields=(FIELD, FIELD)), "stands twice"),
        (replace(ESAFETY, complaint_url=None), "has no address of the form"),
        (replace(ESAFETY, form_fields=(replace(FIELD, source="a friend"),)), "no address where it was seen"),
        (replace(ESAFETY, form_fields=(replace(FIELD, limit=0),)), "has room for nothing"),
        (replace(ESAFETY, law_forms=(replace(GARANTE.law_forms[0], law="zz-law"),)), "unknown regime 'zz-law'"),
        (replace(ESAFETY, law_forms=(replace(GARANTE.law_forms[0], source="a friend"),)), "names none where it was"),
        (replace(ESAFETY, form_fields=(replace(FIELD, regimes=("zz-law",)),)), "unknown regime 'zz-law'"),
    ],
)
def test_a_field_that_nobody_saw_is_a_gap(body: Regulator, told: str) -> None:
    assert any(told in gap for gap in list_gaps(body))


def test_the_form_is_that_of_the_law_where_the_body_keeps_one_for_it(session: Session, ports: Ports) -> None:
    garante = ports.registry.regulators["it-garante"]
    (own,) = garante.law_forms
    work = make_case(session, ports, links=X_LINK, country="IT").at(NOW)
    number = complaints.prepare(work, own.law, garante.id, ())
    view = reading.complaint_view(work, number)
    assert view.complaint_url == own.url
    assert regulator_recipient(garante, own.law).contact == own.url
    assert regulator_recipient(garante, "eu-gdpr-77").contact == garante.email
    assert [row.field.key for row in form_rows(work, view)] == ["platforms", "reasons", "files"]


def test_every_field_that_is_filled_can_be() -> None:
    fields = [field for body in REGISTRY.regulators.values() for field in body.form_fields]
    assert {field.fills for field in fields if field.fills} <= FILLED
    assert len(fields) >= 45


def test_where_nobody_found_what_a_form_asks_the_day_of_the_search_is_known(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, links="https://x.com/a/status/1", country="AU", subdivision="VIC").at(NOW)
    number = complaints.prepare(work, "au-osa-iba", "au-esafety", ())
    view = reading.complaint_view(work, number)
    assert form_searched_on(work, view) is None
    assert form_searched_on(work, replace(view, regulator="us-ftc")) == date(2026, 11, 30)
    assert form_searched_on(work, replace(view, regulator="nobody")) is None
