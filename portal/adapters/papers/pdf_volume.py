"""Papers one behind the other in one PDF that a screen reader can read: PDF/UA-1, as each of them is.

The pages are copied as they are. Their structure trees become the parts of one tree: a page names its parts by a number
in that tree, so the numbers of each paper begin where those of the one before it end. Files inside the papers are left
out. The same papers make the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, OutlineItem, Pdf, String

_TREE, _KEY = "/StructTreeRoot", "/StructParents"


class NoStructure(ValueError):
    """A paper has no structure tree: in one volume with others nobody could read it aloud."""


@dataclass(frozen=True, repr=False)
class VolumePart:
    """A paper under the title of its bookmark."""

    title: str
    content: bytes


def bind_parts(parts: Iterable[VolumePart], *, title: str) -> bytes:
    """These tagged papers as one PDF/UA-1 file, with a bookmark for each. Raises NoStructure."""
    stream = io.BytesIO()
    with pikepdf.new() as volume:
        numbers = Dictionary(Nums=Array())
        tree = volume.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array(), ParentTree=numbers))
        volume.Root[_TREE] = tree
        languages = [_add(volume, tree, part) for part in parts]
        volume.Root.MarkInfo = Dictionary(Marked=True)
        volume.Root.Lang = String(languages[0] if languages else "en")
        volume.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        volume.docinfo["/Title"] = title
        _describe(volume, title)
        volume.save(stream, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return stream.getvalue()


def _add(volume: Pdf, tree: Object, part: VolumePart) -> str:
    """One paper behind what is there. Returns its language."""
    with pikepdf.open(io.BytesIO(part.content)) as paper:
        if _TREE not in paper.Root:
            raise NoStructure("a paper without a structure tree")
        begins, language = len(volume.pages), str(paper.Root.get("/Lang", "en"))
        volume.pages.extend(paper.pages)  # before the tree: only pages that are there are found again from it
        found = volume.copy_foreign(paper.make_indirect(paper.Root[_TREE]))
        taken = [int(key) for key in list(tree.ParentTree.Nums)[::2]]
        first = max(taken, default=-1) + 1
        _hang_up(tree, found, language)
        for key, parents in _list_numbers(found.ParentTree):
            for value in (key + first, parents):
                tree.ParentTree.Nums.append(value)
        for page in list(volume.pages)[begins:]:
            _renumber(page.obj, first)
    with volume.open_outline() as outline:
        outline.root.append(OutlineItem(part.title, begins))
    return language


def _hang_up(tree: Object, found: Object, language: str) -> None:
    """What stood at the top of the paper's tree stands at the top of the volume's, each in its own language."""
    kids = found.get("/K", Array())
    for kid in kids if isinstance(kids, Array) else [kids]:
        kid.P = tree
        if "/Lang" not in kid:
            kid.Lang = String(language)
        tree.K.append(kid)


def _list_numbers(node: Object) -> list[tuple[int, Object]]:
    """The entries of a number tree, through all its branches."""
    flat = list(node.get("/Nums", Array()))
    own = [(int(key), value) for key, value in zip(flat[::2], flat[1::2], strict=True)]
    return own + [entry for kid in node.get("/Kids", Array()) for entry in _list_numbers(kid)]


def _renumber(page: Object, first: int) -> None:
    """A page and its links name their parts by the number that they have in the volume."""
    if _KEY in page:
        page[_KEY] = int(page[_KEY]) + first
    for link in page.get("/Annots", Array()):
        if "/StructParent" in link:
            link["/StructParent"] = int(link["/StructParent"]) + first


def _describe(volume: Pdf, title: str) -> None:
    with volume.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title
        metadata["pdfuaid:part"] = "1"
