"""The files of complaints: bundles as they were made, one or many in a pack, read and taken out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from portal.adapters.papers.pdf_enclosures import read_enclosed
from portal.adapters.vault import CannotOpen
from portal.domain.letters.check_files import CHECK_FILE, SUMS_FILE, describe_check, write_sums
from portal.domain.letters.facts import ComplaintFacts, LetterFacts
from portal.domain.lifecycle import ComplaintState, StepRefused, require_open
from portal.models.complaints import Complaint
from portal.models.jobs import JobKind
from portal.models.letters import Letter
from portal.services.background import jobs
from portal.services.background.jobs import JobView
from portal.services.cases.mandates import require_papers
from portal.services.clocks.agreement import require_whole
from portal.services.complaints.exhibits import exhibits_of
from portal.services.letters import kept_letters
from portal.services.letters.drafting import read_facts
from portal.services.requests.lookup import (
    find_complaint,
)
from portal.services.work import CaseWork


def start_bundle(work: CaseWork, number: int) -> JobView:
    """Make the bundle, or make it again, in the background. Raises StepRefused once the complaint was handed in."""
    require_open(work.case.status)
    complaint = find_complaint(work, number)
    if complaint.state is not ComplaintState.PREPARED:
        raise StepRefused("This complaint was sent, so its papers stay as they are.")
    require_papers(work, "regulators")
    job = jobs.add_job(work, JobKind.BUNDLE, case_id=work.case.id, subject_id=complaint.id, key=work.key)
    return jobs.job_view(job, now=work.now)


def read_bundle(work: CaseWork, number: int, *, redacted: bool) -> bytes:
    """The newest bundle as ZIP: the complaint, its facts, each exhibit as a file, how to check, and the SHA-256 of all.

    The redacted form has the redacted exhibits; of words and uploads that is a sheet that says what they are. Raises
    StepRefused before it is made, RecordsDisagree, CannotOpen.
    """
    files, made_at = _read_files(work, find_complaint(work, number), redacted=redacted)
    return _pack({name: (content, made_at) for name, content in files.items()})


def read_bundles(work: CaseWork, numbers: Sequence[int], *, redacted: bool) -> bytes:
    """Several bundles in one ZIP, each in a folder of its own. Those that are not made yet are left out.

    Raises StepRefused where none is made, RecordsDisagree.
    """
    named = [find_complaint(work, number) for number in numbers]
    is_made = list_made(work)
    made = [complaint for complaint in named if complaint.number in is_made]
    if not made:
        raise StepRefused("The papers for this complaint are not made yet.")
    entries: dict[str, tuple[bytes, datetime]] = {}
    for complaint in made:
        files, made_at = _read_files(work, complaint, redacted=redacted)
        entries |= {f"complaint-{complaint.number}/{name}": (content, made_at) for name, content in files.items()}
    return _pack(entries)


def list_made(work: CaseWork) -> frozenset[int]:
    """The numbers of the complaints whose bundle is made."""
    query = select(Complaint.number).join(Letter, Letter.complaint_id == Complaint.id)
    return frozenset(work.session.scalars(query.where(Complaint.case_id == work.case.id)))


def _read_files(work: CaseWork, complaint: Complaint, *, redacted: bool) -> tuple[Mapping[str, bytes], datetime]:
    """The files of the newest bundle by name, and when it was made."""
    made = kept_letters.letter_views(work, complaint_id=complaint.id)
    if not made:
        raise StepRefused("The papers for this complaint are not made yet.")
    require_whole(work)
    newest = made[-1]
    query = select(Letter).where(Letter.case_id == work.case.id, Letter.number == newest.number)
    facts = read_facts(work, work.session.scalars(query).one())
    paper = kept_letters.read_letter(work, newest.number, redacted=redacted)
    files = {
        "complaint.pdf": paper,
        # The very bytes: written anew, they would be those of this version of the portal.
        "case.json": _read_facts_of(paper),
        **dict(_exhibits_of(work, complaint, facts, redacted=redacted)),
        CHECK_FILE: describe_check(work.ports.config.base_url).encode(),
    }
    files[SUMS_FILE] = write_sums(files)
    return files, newest.made_at


def _pack(entries: Mapping[str, tuple[bytes, datetime]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, made_at) in entries.items():
            archive.writestr(_entry(name, made_at), content)
    return stream.getvalue()


def _read_facts_of(paper: bytes) -> bytes:
    """The facts inside a complaint. Raises CannotOpen for what is none of ours."""
    inside = read_enclosed(paper, "case.json")
    if inside is None:
        raise CannotOpen("the papers hold no case.json")
    return inside


def take_bundle(work: CaseWork, number: int, *, redacted: bool) -> bytes:
    """The bundle for a member of the team, who may hand it in. Raises as `read_bundle` and NoConsent, MandateOver."""
    _require_taking(work, [find_complaint(work, number)])
    return read_bundle(work, number, redacted=redacted)


def take_bundles(work: CaseWork, numbers: Sequence[int], *, redacted: bool) -> bytes:
    """The same for several. Raises as `read_bundles` and NoConsent, MandateOver."""
    _require_taking(work, [find_complaint(work, number) for number in numbers])
    return read_bundles(work, numbers, redacted=redacted)


def _require_taking(work: CaseWork, complaints: Sequence[Complaint]) -> None:
    if any(complaint.state is ComplaintState.PREPARED for complaint in complaints):
        require_papers(work, "regulators")


def _exhibits_of(
    work: CaseWork, complaint: Complaint, facts: LetterFacts, *, redacted: bool
) -> Iterator[tuple[str, bytes]]:
    """The exhibits that these papers list, under their own numbers. What came later is none of them.

    A file that was removed since is left out; its place and digest stay in the bundle.
    """
    files = {file.exhibit.digest: file for file in exhibits_of(work, complaint)}
    for exhibit in facts.exhibits if isinstance(facts, ComplaintFacts) else ():
        file = files.get(exhibit.digest)
        if file is None:
            continue
        if not redacted:
            yield f"exhibit-{exhibit.number}.{file.name.rpartition('.')[2]}", file.read()
        elif exhibit.twin_digest and file.read_twin is not None:
            name = exhibit.twin_name or exhibit.name or f"exhibit-{exhibit.number}.pdf"
            yield name, file.read_twin()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    """An entry dated by what it holds, so that the same content gives the same archive."""
    return zipfile.ZipInfo(name, at.timetuple()[:6])
