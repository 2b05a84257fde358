"""Recipes for forms are filled in the form's order and cut where they have to be; a confirmation tells its number."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.recipes import Fill, FormRecipe, MailPace, Recipe, RecipeField, fill_form, read_ticket
from portal.domain.regimes import Confidence
from portal.domain.regulators import FormInput

LINKS = RecipeField(label="Links", takes=FormInput.LINKS, fills=Fill.LINKS, limit=50)
KIND = RecipeField(label="Kind", takes=FormInput.CHOICE, choose="Intimate images")
FORM = FormRecipe(
    page="https://a.example/form",
    source="https://a.example/help",
    checked_on=date(2026, 11, 30),
    confidence=Confidence.MEDIUM,
    fields=(LINKS, KIND),
)


def test_fields_are_filled_in_the_forms_order_and_what_only_the_person_knows_stays_empty() -> None:
    filled = fill_form(FORM, {Fill.LINKS: "https://a.example/1"})
    assert [(each.field.label, each.value, each.left_out) for each in filled] == [
        ("Links", "https://a.example/1", 0),
        ("Kind", "", 0),
    ]


def test_no_link_is_cut_in_two_and_what_is_left_out_is_counted() -> None:
    text = "\n".join(f"https://a.example/{number}" for number in (1, 22, 333))
    (links, _kind) = fill_form(FORM, {Fill.LINKS: text})
    assert links.value == "https://a.example/1\nhttps://a.example/22"
    assert links.left_out == len("\nhttps://a.example/333")


@given(st.text(alphabet="ab \n", max_size=120))
def test_never_more_than_fits_and_nothing_is_lost_uncounted(text: str) -> None:
    (links, _kind) = fill_form(FORM, {Fill.LINKS: text})
    assert len(links.value) <= 50
    assert len(links.value) + links.left_out == len(text)
    assert text.startswith(links.value)


def test_what_rests_on_memory_is_never_used() -> None:
    unseen = FormRecipe(
        page=FORM.page, source=FORM.source, checked_on=FORM.checked_on, confidence=Confidence.MEMORY, fields=FORM.fields
    )
    day = date(2026, 11, 30)
    assert Recipe(platform="a", looked_on=day, forms=(FORM,)).find_form(FORM.page) is FORM
    assert Recipe(platform="a", looked_on=day, forms=(unseen,)).find_form(FORM.page) is None
    assert Recipe(platform="a", looked_on=day).find_form(FORM.page) is None


@pytest.mark.parametrize(
    ("page", "numbers"),
    [
        ("Thank you. Your case number is 4711-AB. We will write to you.", ("4711-AB",)),
        ("Report ID: 9f3c2d1e", ("9f3c2d1e",)),
        ("Request #12345678 was received.\nReference number: ZX-90210", ("12345678", "ZX-90210")),
        ("Ihre Vorgangsnummer: 2026-0815-X", ("2026-0815-X",)),
        ("Numéro de dossier : A-99812", ("A-99812",)),
        ("Número de caso: 55512", ("55512",)),
        ("We got your report. Reports take two days.", ()),
        ("Report received 2026-11-30", ()),
        ("Your reference UF9Z-QZK9-1 and ticket T-10001", ("T-10001",)),
        ("", ()),
    ],
)
def test_a_confirmation_tells_its_number_and_none_where_there_is_none(page: str, numbers: tuple[str, ...]) -> None:
    assert read_ticket(page, ours=("UF9Z-QZK9-1",)) == numbers


def test_the_platforms_own_pattern_comes_first() -> None:
    page = "Ticket number 12345 for submission AB-1. Follow up as NCII~778899."
    assert read_ticket(page, pattern=r"NCII~([0-9]+)") == ("778899",)
    assert "12345" in read_ticket(page, pattern=r"NONE~([0-9]+)")


def test_a_long_page_is_read_to_its_end_in_no_time() -> None:
    assert read_ticket("case " * 100_000) == ()
    assert read_ticket("reference number " + "a-" * 50_000) == ()


@pytest.mark.parametrize(
    ("put", "leaves"),
    [
        ("2026-10-24 06:00", "2026-10-24 06:00"),  # 08:00 there: the very moment
        ("2026-10-24 06:01", "2026-10-24 12:00"),
        ("2026-10-24 12:01", "2026-10-25 07:00"),  # the clock there went back in the night
        ("2027-03-27 13:01", "2027-03-28 06:00"),  # and forward
        ("2026-12-31 20:00", "2027-01-01 07:00"),
    ],
)
def test_letters_are_gathered_for_hours_of_the_recipients_own_day(put: str, leaves: str) -> None:
    pace = MailPace(
        source="https://a.example", checked_on=date(2026, 11, 30), gathered_at=(8, 14), zone="Europe/Berlin"
    )
    at = datetime.fromisoformat(f"{put}+00:00")
    assert pace.find_round(at) == datetime.fromisoformat(f"{leaves}+00:00")
    assert MailPace(source="https://a.example", checked_on=date(2026, 11, 30)).find_round(at) == at
