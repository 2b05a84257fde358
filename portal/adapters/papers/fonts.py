"""The faces letters are set in, by language, and the check that every character of a letter has a glyph in one of them.

No font is bundled: they come from the system (`fonts-noto-core`, and `fonts-noto-cjk` for Chinese, Japanese, Korean).
The order matters. Han characters are drawn differently in Chinese, Japanese and Korean, so a language names its own
face first; every letter then names all others, because a name or a quotation may be in any script.
"""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from fontTools.ttLib import TTFont

from portal.domain.letters.blocks import BAR, Closing, LetterDocument, Paragraph, Tone
from portal.domain.letters.checks import LetterProblem, ProblemCode
from portal.domain.letters.texts import change_texts, walk_texts

TEXT_FACE = "Noto Sans"

# In every letter, after the language's own. One face a script; fontconfig never has to guess.
SCRIPT_FACES = (
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Gurmukhi",
    "Noto Sans Gujarati",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Kannada",
    "Noto Sans Malayalam",
    "Noto Sans Sinhala",
    "Noto Sans Thai",
    "Noto Sans Lao",
    "Noto Sans Khmer",
    "Noto Sans Myanmar",
    "Noto Sans Georgian",
    "Noto Sans Armenian",
    "Noto Sans Ethiopic",
    "Noto Sans Oriya",
    "Noto Sans Thaana",
    "Noto Serif Tibetan",
    "Noto Sans Cherokee",
    "Noto Sans Canadian Aboriginal",
    "Noto Sans Syriac",
    "Noto Sans Mongolian",
    "Noto Sans Tifinagh",
    "Noto Sans NKo",
    "Noto Sans Adlam",
    "Noto Sans Ol Chiki",
    "Noto Sans Meetei Mayek",
    "Noto Sans Chakma",
    "Noto Sans Javanese",
    "Noto Sans Balinese",
    "Noto Sans Sundanese",
    "Noto Sans Yi",
    "Noto Sans Vai",
    "Noto Sans Hanifi Rohingya",
    "Noto Sans CJK KR",
    "Noto Sans Symbols",
    "Noto Sans Symbols2",
    "Noto Sans Math",
)

OWN_FACES = {
    "ar": "Noto Naskh Arabic",
    "fa": "Noto Naskh Arabic",
    "ur": "Noto Nastaliq Urdu",
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
    "zh": "Noto Sans CJK SC",
    "zh-Hans": "Noto Sans CJK SC",
    "zh-Hant": "Noto Sans CJK TC",
    "zh-TW": "Noto Sans CJK TC",
    "zh-HK": "Noto Sans CJK HK",
}

_SKINS = range(0x1F3FB, 0x1F400)  # the colour of the hand or face before it, which print does not have

# Nothing to draw: spaces, joiners, marks of direction, the soft hyphen, selectors of a variant.
_UNDRAWN = frozenset([0x0A, 0x20, 0xA0, 0xAD, 0x061C, *range(0x200B, 0x2010), 0x2060, *range(0xFE00, 0xFE10)])
_BAR_CODE = ord(BAR[0])  # set as a box, not as a character


class FontsUnknown(RuntimeError):
    """The system's fonts cannot be looked up. The message says what to install."""


def faces_of(language: str) -> tuple[str, ...]:
    """The faces for a language in the order in which they are tried."""
    own = OWN_FACES.get(language) or OWN_FACES.get(language.split("-")[0])
    return tuple(dict.fromkeys(face for face in (TEXT_FACE, own, *SCRIPT_FACES) if face))


def font_rules() -> str:
    """Style rules that name the faces for every language; more particular tags come later and win."""
    rules = [f"html {{ font-family: {_family_list(faces_of('und'))} }}"]
    for language in sorted(OWN_FACES, key=len):
        rules.append(f":lang({language}) {{ font-family: {_family_list(faces_of(language))} }}")
    return "\n".join(rules)


def _family_list(faces: Iterable[str]) -> str:
    return ", ".join(f'"{face}"' for face in faces)


def find_glyph_problems(document: LetterDocument) -> tuple[LetterProblem, ...]:
    """A missing text face: without it no letter can be set. A sign without a glyph stops nothing (`name_undrawn`)."""
    try:
        has_text_face = bool(_codes_of_face(TEXT_FACE))
    except FontsUnknown as error:
        return (LetterProblem(ProblemCode.FONT, str(error)),)
    if not has_text_face:
        text = f"The font {TEXT_FACE} is not installed, so no letter can be made. Install fonts-noto-core."
        return (LetterProblem(ProblemCode.FONT, text),)
    return ()


def name_undrawn(document: LetterDocument) -> LetterDocument:
    """The letter with each sign that no installed face can draw replaced by its name, and a line that says so."""
    faces = faces_of(document.language)
    used = {ord(character) for _, text in walk_texts(document) for character in text}
    try:
        wanting = {code: _name_sign(code) for code in sorted(used) if not _is_drawn(code, faces)}
    except FontsUnknown:  # the check of the letter says so
        return document
    if not wanting:
        return document
    named = change_texts(document, lambda _, text: text.translate(wanting))
    note = Paragraph(text=document.note_label, tone=Tone.NOTE)
    places = [number for number, block in enumerate(named.blocks) if isinstance(block, Closing)]
    place = places[0] + 1 if places else len(named.blocks)
    return replace(named, blocks=(*named.blocks[:place], note, *named.blocks[place:]))


def _name_sign(code: int) -> str:
    """The sign's name in square brackets; a tone of skin goes with the picture before it, which is named already."""
    if code in _SKINS:
        return ""
    name = unicodedata.name(chr(code), "").lower()
    return f"[{name}]" if name else f"[U+{code:04X}]"


@lru_cache(maxsize=8192)
def _is_drawn(code: int, faces: tuple[str, ...]) -> bool:
    if code in _UNDRAWN or code == _BAR_CODE:
        return True
    # Faces are opened one after the other: a letter in Latin letters reads one file only.
    return any(code in _codes_of_face(face) for face in faces)


@lru_cache(maxsize=64)
def _codes_of_face(face: str) -> frozenset[int]:
    """The characters a face can draw; none where it is not installed."""
    family, path, index = _match_face(face)
    if face not in family.split(","):
        return frozenset()
    with TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _match_face(face: str) -> tuple[str, str, int]:
    """Family names, file and number inside the file of what the system would take for a face."""
    program = shutil.which("fc-match")
    if program is None:
        raise FontsUnknown("The installed fonts cannot be looked up, so no letter can be made. Install fontconfig.")
    # The face is one of the names above, never anybody's input.
    answer = subprocess.run(  # noqa: S603
        [program, "--format=%{family}\t%{file}\t%{index}", face], capture_output=True, text=True, check=True
    )
    family, path, index = answer.stdout.split("\t")
    return family, path, int(index) & 0xFFFF
