"""A PDF made anew without what acts, calls out, hides a file or tells who made it. Never rendered.

Of the kinds of dictionary whose entries ISO 32000-2 lists in full (catalog, page, form, annotation), only the entries
that show something are kept. Everywhere else what is known to act or to tell is taken out by its name.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pikepdf

from portal.adapters.readers.picture_parts import strip_jpeg, strip_jpeg2000
from portal.domain.documents import MOST_PAGES, CleanDocument, Cleaned, DocumentKind, DocumentRefused, Refusal

MOST_OBJECTS = 200_000
DEEPEST = 100  # of values within one object
LONGEST_ADDRESS = 1_000  # characters of an address behind a link
LONGEST_ADDRESSES = 2_000  # characters of all of them that are told beside the file

# What is not told by the entry's name alone counts as metadata.
_TOLD: Mapping[str, Cleaned] = {
    "/OpenAction": Cleaned.SCRIPTS,
    "/AA": Cleaned.SCRIPTS,
    "/PA": Cleaned.SCRIPTS,
    "/JS": Cleaned.SCRIPTS,
    "/JavaScript": Cleaned.SCRIPTS,
    "/Renditions": Cleaned.SCRIPTS,
    "/URLS": Cleaned.SCRIPTS,
    "/SpiderInfo": Cleaned.SCRIPTS,
    "/URI": Cleaned.SCRIPTS,
    "/Requirements": Cleaned.SCRIPTS,
    "/PresSteps": Cleaned.SCRIPTS,
    "/RichMediaSettings": Cleaned.SCRIPTS,
    "/XFA": Cleaned.FORMS,
    "/CO": Cleaned.FORMS,
    "/NeedsRendering": Cleaned.FORMS,
    "/EmbeddedFiles": Cleaned.FILES_INSIDE,
    "/EF": Cleaned.FILES_INSIDE,
    "/RF": Cleaned.FILES_INSIDE,
    "/AF": Cleaned.FILES_INSIDE,
    "/Collection": Cleaned.FILES_INSIDE,
    "/RichMediaContent": Cleaned.FILES_INSIDE,
    "/DestOutputProfileRef": Cleaned.FILES_INSIDE,
    "/Perms": Cleaned.SIGNATURES,
    "/DSS": Cleaned.SIGNATURES,
    "/SigFlags": Cleaned.SIGNATURES,
    "/SV": Cleaned.SIGNATURES,
    "/Lock": Cleaned.SIGNATURES,
}
# Taken out wherever it stands. The second line tells who, when and where.
_NOWHERE = frozenset(_TOLD) - {"/CO"} | {
    "/Metadata", "/PieceInfo", "/Thumb", "/LastModified", "/CreationDate", "/ModDate", "/CreatorInfo", "/Measure",
    "/PtData", "/LGIDict", "/DPM", "/RegistryName", "/IDS", "/RV", "/User",
}  # fmt: skip
_IN_STREAMS = {  # of a stream alone: elsewhere these names mean other things
    "/F": Cleaned.FILES_INSIDE,  # its content lies in another file
    "/FFilter": Cleaned.FILES_INSIDE,
    "/FDecodeParms": Cleaned.FILES_INSIDE,
    "/Ref": Cleaned.FILES_INSIDE,  # a page of another file is to be drawn in its place
    "/OPI": Cleaned.FILES_INSIDE,  # the picture behind it lies elsewhere, with path and name
}
_OF_TRAILER = frozenset({
    "/Root", "/Size", "/ID", "/Prev", "/XRefStm", "/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms",
})  # fmt: skip
_OF_CATALOG = frozenset({
    "/Type", "/Version", "/Pages", "/PageLabels", "/Names", "/Dests", "/ViewerPreferences", "/PageLayout", "/PageMode",
    "/Outlines", "/AcroForm", "/StructTreeRoot", "/MarkInfo", "/Lang", "/OutputIntents", "/OCProperties",
})  # fmt: skip
_OF_NAMES = frozenset({"/Dests"})
_OF_FORM = frozenset({"/Fields", "/NeedAppearances", "/DR", "/DA", "/Q"})
_OF_PAGE = frozenset({
    "/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/BoxColorInfo",
    "/Contents", "/Rotate", "/Group", "/Dur", "/Trans", "/Annots", "/StructParents", "/Tabs", "/UserUnit",
})  # fmt: skip
_OF_ANNOTATION = frozenset({
    "/Type", "/Subtype", "/Rect", "/Contents", "/P", "/F", "/AP", "/AS", "/Border", "/C", "/StructParent", "/OC",
    "/BM", "/CA", "/ca", "/Lang", "/Popup", "/Parent", "/IRT", "/RT", "/IT", "/A", "/Dest", "/H", "/QuadPoints", "/BS",
    "/BE", "/Open", "/Name", "/State", "/StateModel", "/DA", "/Q", "/DS", "/CL", "/RD", "/LE", "/L", "/IC", "/LL",
    "/LLE", "/Cap", "/LLO", "/CP", "/Vertices", "/InkList", "/Path", "/Sy", "/RO", "/OverlayText", "/Repeat",
    "/FixedPrint", "/MN",
})  # fmt: skip
_OF_FIELD = frozenset({"/FT", "/Kids", "/T", "/TU", "/TM", "/Ff", "/V", "/DV", "/MaxLen", "/Opt", "/TI", "/I", "/MK"})
_ACTING_ANNOTATIONS = frozenset(
    {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/Projection", "/TrapNet"}
)
_SIGNATURES = frozenset({"/Sig", "/DocTimeStamp"})
_FILE_NAMES = frozenset({"/F", "/UF", "/DOS", "/Mac", "/Unix", "/Desc", "/ID", "/FS", "/CI"})
_NUMBERS = frozenset({"/FontMatrix", "/FontBBox", "/Matrix", "/BBox"})  # some viewers make a program of them
_ACTIONS = frozenset({"/A", "/Next"})
_PICTURES: Mapping[str, Callable[[bytes], bytes]] = {
    "/DCTDecode": strip_jpeg,
    "/DCT": strip_jpeg,
    "/JPXDecode": strip_jpeg2000,
}
_STAYING = frozenset({"/GoTo"})  # the one kind of action that leads nowhere else
_PERHAPS_INLINE = re.compile(rb"(?:^|[\s\0>\])}])BI(?=[\s\0/%]|$)")


def clean_pdf(content: bytes) -> CleanDocument:
    """The pages as they are, and nothing of what this module takes out.

    Raises DocumentRefused, and what pikepdf raises for a broken file.
    """
    with _open(content) as locked:
        is_locked = locked.is_encrypted
        if is_locked:
            content = _unlock(locked)
    with _open(content) as pdf:
        _require_fitting(pdf)
        addresses = _keep_addresses(pdf)
        _take_out_inline_pictures(pdf)
        cleaned = _strip(pdf, list(_dictionaries(pdf)))
        if "/ID" in pdf.trailer:
            del pdf.trailer["/ID"]  # the same in every version of a file since it was first made
        stream = io.BytesIO()
        pdf.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    _require_harmless(stream)
    found = {*cleaned, *([Cleaned.LOCK] if is_locked else [])}
    cleaned = tuple(each for each in Cleaned if each in found)
    about = " · ".join(addresses)[:LONGEST_ADDRESSES]
    return CleanDocument(kind=DocumentKind.PDF, content=stream.getvalue(), cleaned=cleaned, about=about)


def _open(content: bytes) -> pikepdf.Pdf:
    try:
        return pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise DocumentRefused(Refusal.ENCRYPTED) from error


def _unlock(pdf: pikepdf.Pdf) -> bytes:
    """The same file without the lock that lets everybody read and only some print or change it."""
    if len(pdf.objects) > MOST_OBJECTS:
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    stream = io.BytesIO()
    pdf.save(stream, encryption=False)
    return stream.getvalue()


def _require_fitting(pdf: pikepdf.Pdf) -> None:
    """Raises DocumentRefused where it is too large, or has nothing of its own to keep."""
    if len(pdf.objects) > MOST_OBJECTS:
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    if len(pdf.pages) > MOST_PAGES:
        raise DocumentRefused(Refusal.TOO_MANY_PAGES)
    if not len(pdf.pages):
        raise DocumentRefused(Refusal.BROKEN)
    if "/Collection" in pdf.Root:
        raise DocumentRefused(Refusal.PORTFOLIO)


def _keep_addresses(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """Write the address behind each link into its note, as words: a way to appeal often stands nowhere else.

    The link itself acts on a click, and so it is taken out like all that acts. Returns the addresses, each once.
    """
    found: dict[str, None] = {}
    for page in pdf.pages:
        notes: Any = page.obj.get("/Annots")
        for note in notes if _is_list(notes) else ():
            address = _read_address(note)
            if address:
                found[address] = None
                was = note.get("/Contents")
                words = str(was) if isinstance(was, pikepdf.String) else ""
                note["/Contents"] = pikepdf.String(words if address in words else f"{words} {address}".strip())
    return tuple(found)


def _read_address(note: Any) -> str:
    """Where a note leads on the web; empty where it leads nowhere, or to another file, or runs something."""
    action = note.get("/A") if isinstance(note, pikepdf.Dictionary) else None
    target = action.get("/URI") if isinstance(action, pikepdf.Dictionary) else None
    if not isinstance(target, pikepdf.String):
        return ""
    address = "".join(sign for sign in str(target) if sign.isprintable() and sign != " ")[:LONGEST_ADDRESS]
    return address if address.lower().startswith(("http://", "https://", "mailto:", "tel:", "www.")) else ""


def _strip(pdf: pikepdf.Pdf, holders: Iterable[Any]) -> tuple[Cleaned, ...]:
    """Take everything out of all dictionaries of the file. Returns what was taken; nothing where it was done before."""
    found = _keep(pdf.trailer, _OF_TRAILER) | _keep(pdf.Root, _OF_CATALOG)
    for name, kept in (("/Names", _OF_NAMES), ("/AcroForm", _OF_FORM)):
        if isinstance(pdf.Root.get(name), pikepdf.Dictionary):
            found |= _keep(pdf.Root[name], kept)
    for page in pdf.pages:
        found |= _keep(page.obj, _OF_PAGE)
    for holder in holders:
        found |= _strip_one(holder)
        if isinstance(holder, pikepdf.Stream) and _strip_picture(pdf, holder):
            found.add(Cleaned.METADATA)
    return tuple(each for each in Cleaned if each in found)


def _keep(holder: Any, names: frozenset[str]) -> set[Cleaned]:
    """Keep these entries of one dictionary. Returns what was taken."""
    return _delete(holder, holder.keys() - names)


def _delete(holder: Any, names: Iterable[str]) -> set[Cleaned]:
    for name in names:
        del holder[name]
    return {_TOLD.get(name, Cleaned.METADATA) for name in names}


def _strip_one(holder: Any) -> set[Cleaned]:
    """Take out of one dictionary what acts and what tells. Returns what was taken."""
    names = holder.keys()
    found = _delete(holder, names & _NOWHERE)
    acting = [name for name in names & _ACTIONS if _is_leading_out(holder[name])]
    if _delete(holder, [*acting, *(name for name in names & _NUMBERS if not _is_numbers(holder[name]))]):
        found.add(Cleaned.SCRIPTS)
    if isinstance(holder, pikepdf.Stream):
        found |= {_IN_STREAMS[name] for name in names & _IN_STREAMS.keys()}
        _delete(holder, names & _IN_STREAMS.keys())
    if "/Rect" in names:
        found |= _strip_annotation(holder)
    if "/Annots" in names and _is_list(holder["/Annots"]):
        found |= _strip_annotations(holder)
    return found | _strip_signatures(holder, names) | _strip_names(holder, names)


def _strip_annotations(page: Any) -> set[Cleaned]:
    """Of the notes on a page those that act; of each other one, who wrote it when."""
    kept = [each for each in page["/Annots"] if not _is_acting_annotation(each)]
    is_whole = len(kept) == len(page["/Annots"])
    if not is_whole:
        page["/Annots"] = pikepdf.Array(kept)
    found: set[Cleaned] = set() if is_whole else {Cleaned.FILES_INSIDE}
    return found.union(*map(_strip_annotation, kept))


def _strip_annotation(annotation: Any) -> set[Cleaned]:
    is_field = str(annotation.get("/Subtype", "")) == "/Widget"
    return _keep(annotation, _OF_ANNOTATION | _OF_FIELD if is_field else _OF_ANNOTATION)


def _strip_signatures(holder: Any, names: set[str]) -> set[Cleaned]:
    """Who signed, with which certificate. What was made anew is not what was signed, so none of them holds any more."""
    signed: Iterable[str] = ()
    if _is_signature(holder):
        signed = holder.keys()
    elif "/V" in names and _is_signature(holder.get("/V")):
        signed = ("/V",)
    return {Cleaned.SIGNATURES} if _delete(holder, signed) else set()


def _strip_names(holder: Any, names: set[str]) -> set[Cleaned]:
    """Names and places of other files, and properties that somebody made up for parts of the text."""
    if "/UF" in names or ("/Type" in names and str(holder.get("/Type", "")) == "/Filespec"):
        return _delete(holder, holder.keys() & _FILE_NAMES)
    is_made_up = "/O" in names and str(holder.get("/O", "")) == "/UserProperties"
    return _delete(holder, holder.keys() & {"/P"} if is_made_up else ())


def _is_signature(value: Any) -> bool:
    return isinstance(value, pikepdf.Dictionary) and (
        "/ByteRange" in value or ("/Type" in value and str(value["/Type"]) in _SIGNATURES)
    )


def _strip_picture(pdf: pikepdf.Pdf, stream: Any) -> bool:
    """Take out of a photo what it tells beside its points. Returns whether there was something. Raises ValueError."""
    filters, parameters = _listed(stream.get("/Filter")), _listed(stream.get("/DecodeParms"))
    places = [place for place, name in enumerate(filters) if str(name) in _PICTURES]
    if not places:
        return False
    if places != [len(filters) - 1]:
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    before = len(filters) - 1
    packed = pdf.make_stream(stream.read_raw_bytes(), Filter=filters[:before], DecodeParms=parameters[:before])
    photo = packed.read_bytes()
    bare = _PICTURES[str(filters[-1])](photo)
    if bare == photo:
        return False
    stream.write(bare, filter=filters[-1], decode_parms=parameters[before] if len(parameters) > before else None)
    return True


def _take_out_inline_pictures(pdf: pikepdf.Pdf) -> None:
    """Pictures in the middle of drawing commands become objects of their own, which are cleaned like all others."""
    for page in pdf.pages:
        page.externalize_inline_images(min_size=0, shallow=True)
    for stream in _drawings(_dictionaries(pdf)):
        if "/Resources" in stream and _PERHAPS_INLINE.search(stream.read_bytes()):
            _take_out_of_one(stream)


def _take_out_of_one(stream: Any) -> None:
    """qpdf looks into a form only, so a pattern is one for that moment."""
    was = {name: stream.get(name) for name in ("/Type", "/Subtype")}
    stream["/Type"], stream["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
    pikepdf.Page(stream).externalize_inline_images(min_size=0, shallow=True)
    for name, value in was.items():
        if value is None:
            del stream[name]
        else:
            stream[name] = value


def _require_no_inline_photo(pdf: pikepdf.Pdf, holders: Iterable[Any]) -> None:
    """Raises DocumentRefused where a photo is left in drawing commands: in a font's letter, or in a broken stream."""
    for drawn in (*(page.obj for page in pdf.pages if "/Contents" in page), *_drawings(holders)):
        parts = _listed(drawn["/Contents"]) if isinstance(drawn, pikepdf.Dictionary) else [drawn]
        if any(_PERHAPS_INLINE.search(part.read_bytes()) for part in parts) and _has_inline_photo(drawn):
            raise DocumentRefused(Refusal.TOO_COMPLEX)


def _has_inline_photo(drawn: Any) -> bool:
    images: list[Any] = [
        each.iimage
        for each in pikepdf.parse_content_stream(drawn, "BI ID EI")
        if isinstance(each, pikepdf.ContentStreamInlineImage)
    ]
    return any(str(name) in _PICTURES for image in images for name in _listed(image.obj.get("/Filter")))


def _drawings(holders: Iterable[Any]) -> Iterator[Any]:
    """Streams of drawing commands beside the pages' own: forms, patterns, and the letters of fonts that are drawn."""
    for holder in holders:
        if isinstance(holder, pikepdf.Stream):
            if str(holder.get("/Subtype", "")) == "/Form" or "/PatternType" in holder:
                yield holder
        elif isinstance(holder.get("/CharProcs"), pikepdf.Dictionary):
            yield from (each for _name, each in holder["/CharProcs"].items() if isinstance(each, pikepdf.Stream))


def _listed(value: Any) -> list[Any]:
    """The entries of what may be missing, one value or a list of them."""
    if value is None:
        return []
    return list(value) if _is_list(value) else [value]


def _is_leading_out(action: Any) -> bool:
    """Whether it is an action other than going to a place in the same file. /A and /Next mean other things as well."""
    if _is_list(action):
        return any(_is_leading_out(each) for each in action)
    return isinstance(action, pikepdf.Dictionary) and "/S" in action and str(action["/S"]) not in _STAYING


def _is_acting_annotation(annotation: Any) -> bool:
    if not isinstance(annotation, pikepdf.Dictionary):
        return True
    return str(annotation.get("/Subtype", "")) in _ACTING_ANNOTATIONS


def _is_numbers(value: Any) -> bool:
    return _is_list(value) and all(isinstance(each, int | float | Decimal) for each in value)


def _is_list(value: Any) -> bool:
    return isinstance(value, pikepdf.Array)


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and stream of the file, also those that stand within another value."""
    yield pdf.trailer
    for whole in pdf.objects:
        waiting: list[tuple[Any, int]] = [(whole, 0)]
        while waiting:
            value, depth = waiting.pop()
            if depth > DEEPEST:
                raise DocumentRefused(Refusal.TOO_COMPLEX)
            if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
                yield value
                inner = [each for _name, each in value.items()]
            elif _is_list(value):
                inner = list(value)
            else:
                continue
            waiting.extend((each, depth + 1) for each in inner if _is_within(each))


def _is_within(value: Any) -> bool:
    """Whether it stands in this object itself; one of its own is met in its turn."""
    return isinstance(value, pikepdf.Object) and not value.is_indirect


def _require_harmless(stream: io.BytesIO) -> None:
    """Look once more at what was made. Raises DocumentRefused where there is still something to take out."""
    with pikepdf.open(io.BytesIO(stream.getvalue())) as made:
        holders = list(_dictionaries(made))
        _require_no_inline_photo(made, holders)
        if _strip(made, holders):
            raise DocumentRefused(Refusal.TOO_COMPLEX)
