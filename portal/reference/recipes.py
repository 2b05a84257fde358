"""Loads the recipes for platforms' own forms: one record for each platform that somebody looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from babel.localedata import exists as is_language

from portal.domain.directory import Platform
from portal.domain.recipes import FormRecipe, MailPace, Recipe
from portal.domain.regulators import FormInput
from portal.reference.strict import BadReference, build, read_yaml


@dataclass(frozen=True, kw_only=True)
class RecipeFile:
    """The form of one file."""

    recipes: tuple[Recipe, ...]


def load_recipes(*folders: Path) -> Mapping[str, Recipe]:
    """All recipes by the platform's slug; a later folder's win. Raises BadReference."""
    found: dict[str, Recipe] = {}
    for folder in folders:
        found |= _read_folder(folder)
    return found


def _read_folder(folder: Path) -> dict[str, Recipe]:
    found: dict[str, Recipe] = {}
    for path in sorted(folder.glob("*.yaml")):
        for recipe in build(read_yaml(path), RecipeFile, where=path.name).recipes:
            if recipe.platform in found:
                raise BadReference(f"{path.name}: {recipe.platform} has two recipes")
            for fault in find_recipe_faults(recipe):
                raise BadReference(f"{path.name}: {recipe.platform}: {fault}")
            found[recipe.platform] = recipe
    return found


def find_recipe_faults(recipe: Recipe) -> Iterator[str]:
    """What a recipe says that cannot be, one line each."""
    pages = [form.page for form in recipe.forms]
    for page in sorted({page for page in pages if pages.count(page) > 1}):
        yield f"the form {page} stands twice"
    for form in recipe.forms:
        yield from (f"{form.page}: {fault}" for fault in _find_form_faults(form))
    if recipe.pace is not None:
        yield from _find_pace_faults(recipe.pace)
    if recipe.ticket is not None:
        yield from _find_pattern_faults(recipe.ticket)


def find_lost_recipes(recipes: Mapping[str, Recipe], platforms: Mapping[str, Platform]) -> Iterator[str]:
    """Recipes for platforms and pages that the directory does not have."""
    for slug, recipe in recipes.items():
        platform = platforms.get(slug)
        if platform is None:
            yield f"{slug}: a recipe names the unknown platform {slug!r}"
            continue
        known = {channel.address for channel in platform.channels}
        for form in recipe.forms:
            if form.page not in known:
                yield f"{slug}: a recipe is for {form.page}, which is no address of the directory"


def _find_form_faults(form: FormRecipe) -> Iterator[str]:
    if not form.source.startswith("https://"):
        yield "it names no address where its fields were seen"
    if not is_language(form.language.replace("-", "_")):
        yield f"its language {form.language!r} is none"
    if not form.fields:
        yield "it has no fields"
    for field in form.fields:
        if field.limit is not None and field.limit < 1:
            yield f"field {field.label!r} has room for nothing"
        if field.choose and field.takes is not FormInput.CHOICE:
            yield f"field {field.label!r} names words to choose, and is no list"
        if field.takes in {FormInput.CHOICE, FormInput.FILE} and field.fills is not None:
            yield f"field {field.label!r} takes no text, so nothing fills it"


def _find_pace_faults(pace: MailPace) -> Iterator[str]:
    if not pace.source.startswith("https://"):
        yield "its pace names no address where it was seen"
    if pace.letters_an_hour is not None and pace.letters_an_hour < 1:
        yield "its pace lets no letter leave"
    if any(not 0 <= hour <= 23 for hour in pace.gathered_at):
        yield "its pace names an hour that no day has"
    if pace.zone not in available_timezones():
        yield f"its pace names the unknown time zone {pace.zone!r}"


def _find_pattern_faults(pattern: str) -> Iterator[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        yield f"the pattern of its number cannot be read: {error}"
        return
    if compiled.groups != 1:
        yield "the pattern of its number has one group, which is the number"
