"""What the person's pages and the desk share about files: the field, taking one in, saying why not, giving one out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import FileField
from wtforms.validators import ValidationError

from portal.domain.bundle_checks import LARGEST_SENT
from portal.domain.documents import LARGEST, Cleaned, DocumentKind, DocumentRefused, Refusal, SignatureVerdict
from portal.domain.incoming import LARGEST_MAIL
from portal.domain.tables import LARGEST as LARGEST_TABLE
from portal.domain.typed import LARGEST_FORM
from portal.services.cases.documents import DocumentFile, DocumentSubject, HandIn, KeptOriginal
from portal.web.access import is_read_by_staff
from portal.web.fields import ListField, PlainForm, TextField

LARGEST_UPLOAD = LARGEST + 256 * 1024  # the file and the rest of its form
UPLOADS = {  # the only addresses that may be sent a file, and the bytes that each takes
    "documents.add": LARGEST_UPLOAD,
    "desk_documents.add": LARGEST_UPLOAD,
    "desk_exchange.exchange": LARGEST_UPLOAD,
    "desk_imports.begin": LARGEST_TABLE + LARGEST_FORM,
    "check.check": LARGEST_SENT + 256 * 1024,
    "mail_hook.take": LARGEST_MAIL,
}

REFUSALS: Mapping[Refusal, Any] = MappingProxyType(
    {
        Refusal.EMPTY: _l("This file is empty. Choose another one."),
        Refusal.TOO_LARGE: _l("This file is too large. Up to 10 MB fit, and a million characters of text."),
        Refusal.UNKNOWN_KIND: _l("This kind of file does not work here. Use a PDF, a picture of an answer (PNG, "
                                 "JPEG or WebP), a saved e-mail, or plain text."),
        Refusal.BROKEN: _l("This file cannot be read. It may be damaged. Save it once more and choose it again."),
        Refusal.ENCRYPTED: _l("This PDF is locked. Open it, print or save it as a PDF without a password, "
                              "and choose that one."),
        Refusal.PORTFOLIO: _l("This PDF is a folder with other files in it. Open it, save the file with the answer "
                              "by itself, and choose that one."),
        Refusal.TOO_MANY_PAGES: _l("This PDF has too many pages. Up to 200 fit. Keep only the pages with the answer."),
        Refusal.TOO_MANY_PIXELS: _l("This picture is too large to open. Make it smaller, or take a new screenshot."),
        Refusal.BUSY: _l("Other files are being looked at just now. Nothing is wrong with yours. "
                         "Wait a minute, choose it again and try once more."),
        Refusal.UNCONFINED: _l("This site cannot open files safely just now. Nothing is wrong with yours. "
                               "Write down the words of the answer instead."),
        Refusal.TOO_COMPLEX: _l("This file takes too much work to open. Print or save it as a new PDF, "
                                "and choose that one."),
    }
)  # fmt: skip
TAKEN_OUT: Mapping[Cleaned, Any] = MappingProxyType(
    {
        Cleaned.METADATA: _l("hidden details, such as where it was taken, or by whom"),
        Cleaned.SCRIPTS: _l("links and other things that act on a click"),
        Cleaned.FILES_INSIDE: _l("files inside the file"),
        Cleaned.PICTURES: _l("pictures and files hidden in the text"),
        Cleaned.FORMS: _l("programs behind a form"),
        Cleaned.SIGNATURES: _l("digital signatures, which only hold in the first file"),
        Cleaned.FRAMES: _l("all pictures but the first"),
        Cleaned.LOCK: _l("a lock against printing or changing it"),
        Cleaned.ENCODING: _l("its old way of writing letters"),
        Cleaned.CHARACTERS: _l("signs that cannot be seen"),
        Cleaned.LETTERS: _l("letters that could not be read; you see a mark for each"),
        Cleaned.CUT: _l("what came after the longest text that fits"),
    }
)
KINDS: Mapping[DocumentKind, Any] = MappingProxyType(
    {
        DocumentKind.PDF: _l("PDF"),
        DocumentKind.PNG: _l("Picture (PNG)"),
        DocumentKind.JPEG: _l("Picture (JPEG)"),
        DocumentKind.EMAIL: _l("E-mail, its words only"),
        DocumentKind.TEXT: _l("Text"),
    }
)


class DocumentForm(PlainForm):
    about = ListField(_l("What is it about?"))
    label = TextField(_l("A name for it, if you like"))
    file = FileField(_l("The file"))

    @classmethod
    def of(cls, subjects: Iterable[DocumentSubject], chosen: str = "") -> DocumentForm:
        """The form with the case's requests and complaints to choose from; empty `choices` where there are none."""
        form = cls(data={"about": chosen})
        form.about.offer((f"{each.kind}-{each.number}", _describe_subject(each)) for each in subjects)
        return form

    def validate_file(self, field: Any) -> None:
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise ValidationError(_("Choose a file first."))

    def command(self) -> HandIn:
        kind, _sign, number = str(self.about.data).partition("-")
        about = {f"{kind}_number": int(number)}
        return HandIn(**about, label=self.label.data or "", given=self.file.data.stream.read())


def _describe_subject(subject: DocumentSubject) -> str:
    if subject.kind == "request" and not is_read_by_staff():
        return str(_("%(number)s. Letter to %(name)s", number=subject.number, name=subject.name))
    if subject.kind == "request":
        return str(_("Request %(number)s: %(name)s", number=subject.number, name=subject.name))
    # What stands in brackets behind an authority's name tells its offices apart, and the company says more here.
    name = subject.name if is_read_by_staff() or not subject.about else subject.name.partition(" (")[0]
    if subject.about and subject.about != subject.name:
        about = _(
            "Complaint %(number)s: %(name)s about %(about)s", number=subject.number, name=name, about=subject.about
        )
        return str(about)
    return str(_("Complaint %(number)s: %(name)s", number=subject.number, name=name))


def describe_refused_file(error: DocumentRefused) -> str:
    """Why a file is not taken, and what to do."""
    return str(REFUSALS[error.reason])


def describe_cleaned(cleaned: Iterable[Cleaned]) -> str:
    """What was taken out, in words."""
    return ", ".join(str(TAKEN_OUT[each]) for each in cleaned if each in TAKEN_OUT)


def describe_missing_words(kind: DocumentKind, cleaned: Iterable[Cleaned]) -> str:
    """What to do where nothing of a file could be read; empty where there was something."""
    if Cleaned.NO_WORDS not in cleaned:
        return ""
    if kind is DocumentKind.EMAIL:
        return str(_("No words could be read in this e-mail. Open it, copy its words into a text, and add that too."))
    return str(_("No words could be read in this text. Open it, copy its words into a new text, and add that as well."))


SIGNED: Mapping[SignatureVerdict, Any] = MappingProxyType(
    {
        SignatureVerdict.HOLDS: _l("Signed by %(domain)s. The signature holds."),
        SignatureVerdict.FAILS: _l("Signed by %(domain)s. The signature does not hold, so the e-mail may be changed."),
        SignatureVerdict.NO_KEY: _l("Signed by %(domain)s. Not checked: no key."),
        SignatureVerdict.UNREADABLE: _l("Signed by %(domain)s. Not checked: the signature cannot be read."),
    }
)


def describe_original(original: KeptOriginal | None) -> tuple[str, ...]:
    """What is kept of a file as it came, one sentence each; empty where nothing is."""
    if original is None:
        return ()
    if original.is_whole:
        kept = _("The first e-mail is kept too, as it came. It proves what they sent.")
    else:
        kept = _("A record of the first e-mail is kept too: its headers, its words and its check sums. "
                 "Pictures and files in it are not kept.")  # fmt: skip
    told = [str(kept)]
    for signature in original.signatures:
        told.append(str(SIGNED[signature.verdict] % {"domain": signature.domain or "?"}))
        if signature.body_fits is not None and signature.verdict is SignatureVerdict.NO_KEY:
            told.append(str(_("Its words are the ones that were signed.") if signature.body_fits else
                            _("Its words are not the ones that were signed.")))  # fmt: skip
    return tuple(told)


def describe_kind(kind: DocumentKind) -> str:
    return str(KINDS[kind])


def make_download(file: DocumentFile) -> Response:
    """To be saved, never shown in the page: whatever it is, the browser runs none of it as ours."""
    answer = Response(file.content, content_type=file.media)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def widen_for_files(request: Request) -> None:
    """Let the forms that hold a file be as large as one."""
    if request.endpoint in UPLOADS:
        request.max_content_length = UPLOADS[request.endpoint]
