"""Recipes for platforms' forms: every record is sound, and a slip in one is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal.domain.recipes import Fill, FormRecipe, MailPace, Recipe, RecipeField
from portal.domain.regimes import Confidence
from portal.domain.regulators import FormInput
from portal.reference.recipes import find_lost_recipes, find_recipe_faults, load_recipes
from portal.reference.registry import load_registry
from portal.reference.strict import BadReference

REGISTRY = load_registry()
FIELD = RecipeField(label="Links", takes=FormInput.LINKS, fills=Fill.LINKS)
FORM = FormRecipe(
    page="https://a.example/form",
    source="https://a.example/help",
    checked_on=date(2026, 11, 30),
    confidence=Confidence.MEDIUM,
    fields=(FIELD,),
)
RECIPE = Recipe(platform="a", looked_on=date(2026, 11, 30), forms=(FORM,), ticket="N([0-9]+)")
PACE = MailPace(source="https://a.example/help", checked_on=date(2026, 11, 30), letters_an_hour=5)
FAULTS = [
    (replace(RECIPE, forms=(FORM, FORM)), "stands twice"),
    (replace(RECIPE, forms=(replace(FORM, source="memory"),)), "where its fields were seen"),
    (replace(RECIPE, forms=(replace(FORM, fields=()),)), "has no fields"),
    (replace(RECIPE, forms=(replace(FORM, fields=(replace(FIELD, limit=0),)),)), "room for nothing"),
    (replace(RECIPE, forms=(replace(FORM, fields=(replace(FIELD, choose="X"),)),)), "is no list"),
    (replace(RECIPE, forms=(replace(FORM, fields=(replace(FIELD, takes=FormInput.FILE),)),)), "takes no text"),
    (replace(RECIPE, forms=(replace(FORM, language="xx-none"),)), "is none"),
    (replace(RECIPE, pace=replace(PACE, letters_an_hour=0)), "lets no letter leave"),
    (replace(RECIPE, pace=replace(PACE, gathered_at=(24,))), "an hour that no day has"),
    (replace(RECIPE, pace=replace(PACE, zone="Mars/Base")), "unknown time zone"),
    (replace(RECIPE, pace=replace(PACE, source="memory")), "where it was seen"),
    (replace(RECIPE, ticket="("), "cannot be read"),
    (replace(RECIPE, ticket="[0-9]+"), "has one group"),
]


def test_forty_platforms_were_looked_at_and_each_is_in_the_directory() -> None:
    assert len(REGISTRY.recipes) >= 40
    assert list(find_lost_recipes(REGISTRY.recipes, REGISTRY.platforms)) == []
    assert [list(find_recipe_faults(recipe)) for recipe in REGISTRY.recipes.values() if recipe.forms] == [[]] * 14


@pytest.mark.parametrize(("recipe", "fault"), FAULTS)
def test_a_slip_is_named(recipe: Recipe, fault: str) -> None:
    assert list(find_recipe_faults(RECIPE)) == []
    assert any(fault in found for found in find_recipe_faults(recipe))


def test_a_recipe_for_nobody_or_for_no_address_of_theirs_is_told() -> None:
    lost = list(find_lost_recipes({"nobody": RECIPE, "discord": RECIPE}, REGISTRY.platforms))
    assert any("unknown platform" in each for each in lost)
    assert any("no address of the directory" in each for each in lost)


def test_an_unknown_key_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("recipes:\n  - platform: a\n    looked_on: 2026-11-30\n    colour: red\n")
    with pytest.raises(BadReference, match="colour"):
        load_recipes(tmp_path)
