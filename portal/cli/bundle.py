"""`bundle`: check the file of a complaint as an officer would, and print the form of its case.json."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.adapters.papers.letter_json import write_schema
from portal.cli.command_context import database_of, find_parts
from portal.db import begin_reading
from portal.domain.bundle_checks import BundleRefused, ChainState, CheckedSignature, FileState, RevocationState
from portal.services.complaints.checking import BundleReport, CheckedDate, DateState, HistoryState, check_file

_DATES = {
    DateState.SAME: "the same here",
    DateState.DIFFERS: "DIFFERS, here it is {counted}",
    DateState.LONGER: "later than the plain period ({counted}): it was extended or stood still",
    DateState.UNKNOWN: "not counted: that law or that version of it is not here",
}
_CHAINS = {
    ChainState.TRUSTED: "leads to a root in RECOURSE_TRUST_ROOTS",
    ChainState.SELF_MADE: "SELF-MADE, nobody else vouches for the name in it",
    ChainState.EXPIRED: "leads to a root in RECOURSE_TRUST_ROOTS, but WAS NOT VALID at the moment in question",
    ChainState.UNKNOWN: "LEADS TO NO ROOT in RECOURSE_TRUST_ROOTS",
    ChainState.NOT_CHECKED: "not followed to a root, because RECOURSE_TRUST_ROOTS is not set",
}
_REVOCATIONS = {
    RevocationState.GOOD: "was not taken back at the moment in question, by the data in the file",
    RevocationState.REVOKED: "WAS TAKEN BACK, by the data in the file",
    RevocationState.UNCLEAR: "not settled: the data in the file are too old, or of others",
    RevocationState.NOT_CHECKED: "not checked: the file holds no such data on a certificate that leads to a root",
}
_HISTORY = {
    HistoryState.KNOWN: "The history of a case here has the entry that the complaint names.",
    HistoryState.UNKNOWN: "Note: no case here has the entry that the complaint names; it was erased, or is elsewhere.",
    HistoryState.NOT_TOLD: "Note: the complaint names no entry of a history.",
}


@click.group("bundle")
def bundle() -> None:
    """The file of a complaint: whether it is as it was made."""


@bundle.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def verify(file: Path) -> None:
    """Count digests, signature and dates of FILE (ZIP or PDF) again; ends with 1 and says what differs."""
    parts = find_parts()
    with database_of(parts), parts.sessions() as session:
        begin_reading(session)
        try:
            report = check_file(parts.work(session), file.read_bytes())
        except BundleRefused as refused:
            raise click.ClickException(f"The file could not be checked: {refused.reason.value}.") from refused
    for line in _describe(report):
        click.echo(line)
    if not report.is_whole:
        raise click.ClickException("The file is not as it was made, or it is not known who signed it.")
    click.echo("The file is as it was made.")


@bundle.command("schema")
@with_appcontext
def schema() -> None:
    """Print the JSON schema of case.json, as static/schemas/case-1.json publishes it."""
    click.echo(write_schema().decode(), nl=False)


def _describe(report: BundleReport) -> Iterator[str]:
    reading = report.reading
    yield f"Complaint {reading.reference} about {reading.party}"
    for listed in reading.sums:
        yield f"SHA256SUMS: {listed.name}: {_shout(listed.state)}"
    for exhibit in reading.exhibits:
        yield f"inside the PDF: {exhibit.name}: {_shout(exhibit.state)}"
    if reading.is_zip and not reading.has_sums:
        yield "SHA256SUMS IS MISSING"
    if reading.facts_agree is False:
        yield "case.json beside the PDF DIFFERS from the one inside it"
    yield from _describe_signature(reading.signature, is_ours=report.is_ours)
    yield from map(_describe_date, report.dates)
    yield _HISTORY[report.history]


def _describe_signature(signature: CheckedSignature | None, *, is_ours: bool | None) -> Iterator[str]:
    if signature is None:
        yield "signature: THERE IS NONE"
        return
    if not signature.is_intact:
        yield "signature: DOES NOT FIT, the file was changed"
    elif not signature.is_whole:
        yield "signature: fits, but SOMETHING WAS ADDED BEHIND IT"
    else:
        yield "signature: fits"
    whose = "" if is_ours else " (NOT the one in use here)"
    yield f"certificate: {signature.signer}, SHA-256 {signature.fingerprint}{whose}"
    yield f"certificate: {_CHAINS[signature.chain]}"
    stamp = signature.stamp
    if stamp is None:
        yield "time stamp: there is none; when it was signed is said by the portal alone"
    elif not stamp.is_intact:
        yield "time stamp: DOES NOT FIT, it was changed or is of another file"
    else:
        yield f"time stamp: fits, {stamp.at.isoformat()}, by {stamp.signer}: {_CHAINS[stamp.chain]}"
    yield f"certificate taken back: {_REVOCATIONS[signature.revocation]}"
    if stamp is not None and stamp.is_intact:
        yield f"time stamp's certificate taken back: {_REVOCATIONS[stamp.revocation]}"


def _describe_date(date: CheckedDate) -> str:
    clock = date.clock
    due = clock.last_day.isoformat() if clock.last_day else clock.due_at.isoformat()
    told = _DATES[date.state].format(counted=date.counted)
    return f"date: {clock.letter} {clock.law}, {clock.label}: {due}: {told}"


def _shout(state: FileState) -> str:
    return "same" if state is FileState.SAME else state.value.upper()
