"""What goes into a platform's own form: the letter's facts, in the form's order, as far as they fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest
from sqlalchemy.orm import Session

from portal.domain.recipes import Fill, FormRecipe, Recipe, RecipeField
from portal.domain.regimes import Confidence
from portal.domain.regulators import FormInput
from portal.services.ports import Ports
from portal.services.requests.dossier import Dossier, read_dossier
from portal.services.requests.views import TheirFormView
from portal.services.tracking.form_fields import find_ticket_pattern, read_their_form
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case

PAGE = "https://help.x.com/en/forms/safety-and-sensitive-content/private-information"
LINKS = "https://x.com/someone/status/1111\nhttps://x.com/someone/status/2222"
FORM = FormRecipe(
    page=PAGE,
    source="https://a.example/help",
    checked_on=date(2026, 11, 30),
    confidence=Confidence.MEDIUM,
    one_each=True,
    fields=(
        RecipeField(label="Links", takes=FormInput.LINKS, fills=Fill.LINKS, limit=40),
        RecipeField(label="Kind", takes=FormInput.CHOICE, choose="Intimate"),
        RecipeField(label="Name", takes=FormInput.TEXT, fills=Fill.NAME),
        RecipeField(label="Reference", takes=FormInput.TEXT, fills=Fill.REFERENCE),
    ),
)


@pytest.fixture
def opened(session: Session, ports: Ports) -> CaseWork:
    return make_case(session, ports, links=LINKS)


def read(opened: CaseWork, monkeypatch: pytest.MonkeyPatch, form: FormRecipe) -> TheirFormView | None:
    return read_their_form(dossier_with(opened, monkeypatch, form), "")


def dossier_with(opened: CaseWork, monkeypatch: pytest.MonkeyPatch, form: FormRecipe) -> Dossier:
    recipe = Recipe(platform="x", looked_on=date(2026, 11, 30), forms=(form,), ticket="N([0-9]+)")
    monkeypatch.setitem(vars(opened.ports.registry), "recipes", MappingProxyType({"x": recipe}))
    return read_dossier(opened.at(NOW), 1)


def test_facts_go_in_in_the_forms_order_and_are_cut_at_its_limit(
    opened: CaseWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read(opened, monkeypatch, FORM)
    assert found is not None
    assert [each.label for each in found.fields] == ["Links", "Kind", "Name", "Reference"]
    links, kind, name, reference = found.fields
    assert (links.value, links.left_out) == ("https://x.com/someone/status/1111", len(LINKS) - len(links.value))
    assert (kind.is_filled, kind.choose) == (False, "Intimate")
    assert name.value == read_dossier(opened, 1).content.view.name
    assert (reference.label, reference.value) == ("Reference", ""), "no letter was made yet"
    assert found.one_each
    assert found.whole.startswith("Links:\nhttps://x.com/someone/status/1111\n\nName:")


def test_a_form_for_another_country_and_one_from_memory_are_not_used(
    opened: CaseWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(opened, monkeypatch, replace(FORM, countries=("US",))) is None
    assert read(opened, monkeypatch, replace(FORM, confidence=Confidence.MEMORY)) is None
    assert read(opened, monkeypatch, replace(FORM, page="https://help.x.com/other")) is None
    assert read(opened, monkeypatch, replace(FORM, countries=(opened.case.country or "",))) is not None


def test_the_pattern_of_its_number_is_the_platforms_own(opened: CaseWork, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_ticket_pattern(dossier_with(opened, monkeypatch, FORM)) == "N([0-9]+)"
    monkeypatch.setitem(vars(opened.ports.registry), "recipes", MappingProxyType({}))
    assert find_ticket_pattern(read_dossier(opened, 1)) is None
