"""Reads a complaint's ZIP or PDF and holds every part of it against the others. It trusts nothing that it reads."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import pikepdf
from pyhanko.pdf_utils.misc import PdfError

from portal.adapters.papers.letter_json import BadFacts, decode_facts
from portal.adapters.papers.pdf_signature_check import check_signature
from portal.domain.bundle_checks import (
    LARGEST_BUNDLE,
    LARGEST_UNPACKED,
    MOST_FILES,
    BundleReading,
    BundleRefusal,
    BundleRefused,
    CheckedFile,
    CheckedSignature,
    FileState,
    WrittenClock,
)
from portal.domain.letters.check_files import SUMS_FILE
from portal.domain.letters.clock_sheets import is_shown
from portal.domain.letters.facts import ComplaintFacts

PDF_FILE, FACTS_FILE = "complaint.pdf", "case.json"
_LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<name>[^\x00-\x1f/\\]{1,120})")
_LONGEST = 300  # characters of a name or a sentence that is given on
_MOST_CLOCKS = 200


def read_bundle(content: bytes, *, roots: Sequence[bytes] = (), now: datetime) -> BundleReading:
    """Raises BundleRefused."""
    if len(content) > LARGEST_BUNDLE:
        raise BundleRefused(BundleRefusal.TOO_LARGE)
    is_zip = content[:4] == b"PK\x03\x04"
    files = _unpack(content) if is_zip else {PDF_FILE: content}
    pdf = files.get(PDF_FILE, b"")
    if not pdf.startswith(b"%PDF-"):
        raise BundleRefused(BundleRefusal.NOT_A_BUNDLE)
    inside = _read_enclosed(pdf)
    facts = _read_facts(inside.get(FACTS_FILE))
    beside = files.get(FACTS_FILE)
    return BundleReading(
        is_zip=is_zip,
        has_sums=SUMS_FILE in files,
        sums=tuple(_check_sums(files)) if SUMS_FILE in files else (),
        exhibits=tuple(_check_exhibits(facts, inside)),
        facts_agree=None if beside is None else beside == inside.get(FACTS_FILE),
        signature=_check_signature(pdf, roots, now),
        clocks=tuple(_list_clocks(facts))[:_MOST_CLOCKS],
        reference=facts.frame.reference[:_LONGEST],
        party=facts.party.name[:_LONGEST],
        country=(facts.frame.reporter.country or "")[:2],
        history_digest=(facts.history_digest or "")[:64],
    )


def _unpack(content: bytes) -> Mapping[str, bytes]:
    """The files of a ZIP by name; nothing is unpacked that would be more than LARGEST_UNPACKED."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            raise BundleRefused(BundleRefusal.TOO_LARGE)
        found: dict[str, bytes] = {}
        left = LARGEST_UNPACKED
        for entry in entries:
            if entry.filename in found:  # two files of one name: which of them is meant nobody can tell
                raise BundleRefused(BundleRefusal.BROKEN)
            with archive.open(entry) as file:
                found[entry.filename] = file.read(left + 1)
            left -= len(found[entry.filename])
            if left < 0:
                raise BundleRefused(BundleRefusal.TOO_LARGE)
    return found


def _check_sums(files: Mapping[str, bytes]) -> Iterator[CheckedFile]:
    """Each line of the list against its file, then each file that no line names."""
    listed: dict[str, str] = {}
    for line in files[SUMS_FILE].decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise BundleRefused(BundleRefusal.BROKEN)
        listed[match["name"]] = match["digest"]
    for name, digest in listed.items():
        yield CheckedFile(name=name, state=_compare(files.get(name), digest))
    for name in files:
        if name not in listed and name != SUMS_FILE:
            yield CheckedFile(name=name[:_LONGEST], state=FileState.UNLISTED)


def _compare(content: bytes | None, digest: str) -> FileState:
    if content is None:
        return FileState.MISSING
    return FileState.SAME if hashlib.sha256(content).hexdigest() == digest else FileState.DIFFERS


def _read_enclosed(pdf: bytes) -> Mapping[str, bytes]:
    """The files inside the PDF by name."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        if len(document.attachments) > MOST_FILES:
            raise BundleRefused(BundleRefusal.TOO_LARGE)
        found, left = {}, LARGEST_UNPACKED
        for name, spec in document.attachments.items():
            found[name] = spec.get_file().read_bytes()
            left -= len(found[name])
            if left < 0:
                raise BundleRefused(BundleRefusal.TOO_LARGE)
    return found


def _read_facts(content: bytes | None) -> ComplaintFacts:
    try:
        facts = decode_facts(content or b"")
    except BadFacts as error:
        raise BundleRefused(BundleRefusal.NOT_A_BUNDLE) from error
    if not isinstance(facts, ComplaintFacts):
        raise BundleRefused(BundleRefusal.NOT_A_BUNDLE)
    return facts


def _check_exhibits(facts: ComplaintFacts, inside: Mapping[str, bytes]) -> Iterator[CheckedFile]:
    """Each exhibit that the complaint lists against the file inside the PDF; then each file that it does not list."""
    names = {FACTS_FILE}
    for exhibit in facts.exhibits:
        if not exhibit.digest:  # left out of a redacted copy
            continue
        name = exhibit.name or f"exhibit-{exhibit.number}"
        names.add(name)
        yield CheckedFile(name=name[:_LONGEST], state=_compare(inside.get(name), exhibit.digest))
    for name in inside:
        if name not in names:
            yield CheckedFile(name=name[:_LONGEST], state=FileState.UNLISTED)


def _check_signature(pdf: bytes, roots: Sequence[bytes], now: datetime) -> CheckedSignature | None:
    try:
        return check_signature(pdf, roots=roots, now=now)
    except PdfError as error:
        raise BundleRefused(BundleRefusal.BROKEN) from error


def _list_clocks(facts: ComplaintFacts) -> Iterator[WrittenClock]:
    for basis in facts.bases:
        for clock in basis.clocks:
            if not is_shown(clock) or clock.started_at is None or clock.due_at is None:
                continue
            yield WrittenClock(
                regime=clock.regime_id[:_LONGEST],
                rule=clock.rule_id[:_LONGEST],
                law=basis.name[:_LONGEST],
                label=clock.label[:_LONGEST],
                letter=(basis.letter or "")[:_LONGEST],
                zone=clock.zone[:64],
                amount=clock.amount,
                unit=clock.unit,
                counting=clock.counting[:64],
                started_at=clock.started_at,
                due_at=clock.due_at,
                last_day=clock.last_day,
                is_extended=clock.extended,
                version=(clock.version or basis.version)[:64],
            )
