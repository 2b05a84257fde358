"""The redacted twin as a file leaks nothing: not in its text, not in its bytes, not in the file inside it."""

from __future__ import annotations

import pytest

from portal.domain.letters.kinds import Paper
from portal.domain.lifecycle import LetterKind
from tests.letters.reading import read_everything, read_strings, read_text, read_without_spaces, sample_letter
from tests.letters.samples import ARABIC, EMAIL, KOREAN, NAME, PHONE, SAMPLES, STREET

SECRETS = (
    NAME,
    *NAME.split(),
    "Zuzana",
    EMAIL,
    EMAIL.split("@")[0],
    PHONE,
    STREET,
    "Wellington 6011",
    "zuzana.sample.99",
    "a-very-long-path-segment",
    "late night clips",
    ARABIC.split()[1],
    ARABIC.split()[1][::-1],
    KOREAN.split()[1],
    "EXB-2026-0099123",
    "no violation of our rules",
)


@pytest.mark.parametrize("kind", LetterKind)
def test_the_twin_shows_no_secret(kind: LetterKind) -> None:
    pdf = sample_letter(kind, is_redacted=True).pdf
    text, dense = read_text(pdf).casefold(), read_without_spaces(pdf).casefold()
    for secret in SECRETS:
        assert secret.casefold() not in text, secret
        assert secret.casefold().replace(" ", "") not in dense, secret
    assert "redacted" in text


@pytest.mark.parametrize("kind", LetterKind)
def test_the_twin_holds_no_secret_in_its_bytes(kind: LetterKind) -> None:
    pdf = sample_letter(kind, is_redacted=True).pdf
    strings = "\n".join(read_strings(pdf))
    assert "Letter RC-7K2M-9TQX" in strings  # the search looks where strings are
    pieces = list(read_everything(pdf))
    for secret in SECRETS:
        assert secret.casefold() not in strings.casefold(), secret
        for form in (secret.encode(), secret.encode("utf-16-be"), secret.encode("unicode_escape")):
            assert not any(form in piece for piece in pieces), secret


def test_the_search_finds_the_secrets_of_a_full_letter() -> None:
    pdf = sample_letter(LetterKind.COMPLAINT).pdf
    assert any(NAME.encode() in piece for piece in read_everything(pdf))  # in the facts inside the file
    assert EMAIL in read_text(pdf)


@pytest.mark.parametrize("kind", LetterKind)
def test_the_twin_keeps_what_makes_it_the_same_letter(kind: LetterKind) -> None:
    text = read_text(sample_letter(kind, is_redacted=True).pdf)
    frame = SAMPLES[kind](Paper.A4).frame
    assert frame.reference in text
    assert frame.recipient.name in text
    assert "Redacted copy" in text
    dense = read_without_spaces(sample_letter(kind, is_redacted=True).pdf)
    for basis in SAMPLES[kind](Paper.A4).bases:
        named = (basis.citation, basis.name, basis.wording.title if basis.wording else basis.name)
        assert any(name.replace(" ", "") in dense for name in named)
