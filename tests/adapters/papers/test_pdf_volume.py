"""All letters in one file are as readable aloud as each of them: the tags of each stand in the one tree."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Object

from portal.adapters.papers.pdf import make_letter
from portal.adapters.papers.pdf_volume import NoStructure, VolumePart, bind_parts
from portal.domain.letters.kinds import Paper
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import LetterKind
from tests.letters.samples import SAMPLES

KINDS = (LetterKind.NOTICE, LetterKind.REMINDER, LetterKind.ERASURE)


@lru_cache(maxsize=1)
def parts() -> tuple[VolumePart, ...]:
    return tuple(VolumePart(kind.value, make_letter(SAMPLES[kind](Paper.A4), English()).pdf) for kind in KINDS)


@pytest.fixture(scope="module")
def volume() -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(bind_parts(parts(), title="ABCD-EFGH"))) as opened:
        yield opened


def walk(element: Object) -> Iterator[Object]:
    """Every element of a structure tree below this one."""
    kids = element.get("/K", Array())
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
            yield from walk(kid)


def shape_of(pdf: pikepdf.Pdf) -> list[str]:
    return [str(element.S) for element in walk(pdf.Root.StructTreeRoot)]


def test_its_tree_is_that_of_each_letter_one_behind_the_other(volume: pikepdf.Pdf) -> None:
    alone: list[str] = []
    for part in parts():
        with pikepdf.open(io.BytesIO(part.content)) as letter:
            alone += shape_of(letter)
    assert shape_of(volume) == alone
    assert len(alone) > 100


def test_each_page_finds_its_own_parts_in_the_tree_and_they_find_it(volume: pikepdf.Pdf) -> None:
    flat = list(volume.Root.StructTreeRoot.ParentTree.Nums)
    parents = {int(key): list(value) for key, value in zip(flat[::2], flat[1::2], strict=True)}
    keys = [int(page.StructParents) for page in volume.pages]
    assert len(set(keys)) == len(volume.pages)
    assert list(parents) == sorted(parents)
    for page, key in zip(volume.pages, keys, strict=True):
        assert parents[key]
        for number, parent in enumerate(parents[key]):
            assert number in [int(kid) for kid in parent.K if not isinstance(kid, Dictionary)]
            assert parent.Pg.objgen == page.obj.objgen


def test_it_says_what_it_is_in_which_language_and_holds_no_files(volume: pikepdf.Pdf) -> None:
    with volume.open_metadata() as metadata:
        assert (metadata["pdfuaid:part"], metadata["dc:title"]) == ("1", "ABCD-EFGH")
    assert volume.Root.MarkInfo.Marked
    assert volume.Root.ViewerPreferences.DisplayDocTitle
    assert {str(kid.Lang) for kid in volume.Root.StructTreeRoot.K} == {"en"}
    assert not volume.attachments
    with volume.open_outline() as outline:
        assert [item.title for item in outline.root] == [kind.value for kind in KINDS]


def test_the_same_letters_make_the_same_bytes_and_hardly_more_of_them() -> None:
    content = bind_parts(parts(), title="ABCD-EFGH")
    assert bind_parts(parts(), title="ABCD-EFGH") == content
    assert len(content) <= sum(len(part.content) for part in parts())


def test_a_paper_without_tags_is_refused_as_it_would_be_silent() -> None:
    with pikepdf.new() as bare:
        bare.add_blank_page()
        stream = io.BytesIO()
        bare.save(stream)
    with pytest.raises(NoStructure):
        bind_parts([VolumePart("bare", stream.getvalue())], title="ABCD-EFGH")
