"""The upload child after it was taken over: behind all walls, behind each wall alone, and behind none.

Without walls nearly every attempt succeeds here, which shows that the attempts are real.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.adapters import child_process, confinement
from portal.adapters.child_process import ROOT
from portal.adapters.confinement import ALL, Wall, landlock_version
from portal.adapters.readers import documents
from portal.adapters.readers.documents import clean_document, find_missing_walls
from portal.domain.documents import DocumentRefused, Refusal
from tests.adapters.readers.takeover import DONE

CANARY = "canary-of-the-secret"
REFUSED = {"EPERM", "EACCES"}
FILES = ("secret.key", "locks.db", "recourse.db", "renamed", "removed", "cut")
# What needs rights that a tester or a kernel may not have, walls or none.
PERHAPS = {
    "trace the parent", "read the parent's memory", "mount", "change the root", "be root among its own",
    "ask in a ring", "be another user", "signal the parent by a handle", "make memory that runs", "let memory run",
}  # fmt: skip
BY_LANDLOCK = {
    1: {"read the secret", "read the locks", "read the database", "read the parent's settings", "read the accounts",
        "open by the newer call", "list the folder", "write a file", "write into the database", "make a folder",
        "link a file", "rename a file", "remove a file", "trace the parent", "read the parent's memory"},
    3: {"cut a file"},
    4: {"connect by TCP", "listen by TCP"},
    6: {"connect to an abstract socket", "signal the parent"},
}  # fmt: skip


@dataclass(frozen=True)
class Prey:
    """Everything a taken-over child could want, with modes and addresses that stop nobody."""

    folder: Path
    listeners: tuple[socket.socket, ...]
    plan: dict[str, object]

    def require_untouched(self) -> None:
        assert sorted(each.name for each in self.folder.iterdir()) == sorted((*FILES, "socket"))
        assert all((self.folder / name).read_text() == CANARY for name in FILES)
        for listener in self.listeners:
            with pytest.raises(BlockingIOError):
                listener.recv(1) if listener.type == socket.SOCK_DGRAM else listener.accept()


@pytest.fixture
def prey() -> Iterator[Prey]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))  # where another user may go as well
        folder.chmod(0o777)
        for name in FILES:
            (folder / name).write_text(CANARY)
            (folder / name).chmod(0o666)
        tcp = stack.enter_context(socket.socket())
        tcp.bind(("127.0.0.1", 0))
        udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(tcp.getsockname())
        named, abstract = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
        named.bind(str(folder / "socket"))
        (folder / "socket").chmod(0o777)
        abstract.bind(f"\0recourse-{os.getpid()}")
        for each in (tcp, named, abstract):
            each.listen()
        for each in (tcp, udp, named, abstract):
            each.setblocking(False)
        wanted = ctypes.create_string_buffer(CANARY.encode())
        plan = {
            "folder": str(folder),
            "secret": str(folder / "secret.key"),
            "port": tcp.getsockname()[1],
            "socket": str(folder / "socket"),
            "abstract": f"recourse-{os.getpid()}",
            "parent": os.getpid(),
            "address": ctypes.addressof(wanted),
        }
        yield Prey(folder, (tcp, udp, named, abstract), plan)
        del wanted


def take_over(prey: Prey, *walls: Wall) -> dict[str, str]:
    """What came of each attempt behind these walls alone."""
    done = subprocess.run(
        [sys.executable, "-P", "-s", "-B", "-m", "tests.adapters.readers.takeover", "only", *walls],
        input=json.dumps(prey.plan).encode(),
        capture_output=True,
        env={"PYTHONPATH": str(ROOT)},
        timeout=120,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["missing"] == [], "this machine does not give the wall that this test is about"
    results: dict[str, str] = told["results"]
    return results


def test_a_taken_over_upload_child_reads_writes_connects_and_kills_nothing(
    prey: Prey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOURSE_SECRET", CANARY)
    monkeypatch.setattr(documents, "CHILD", "tests.adapters.readers.takeover")
    results = json.loads(clean_document(json.dumps(prey.plan).encode()).content)
    assert {name: found for name, found in results.items() if found not in REFUSED} == {}
    assert len(results) > 30
    prey.require_untouched()


def test_without_walls_every_attempt_succeeds(prey: Prey) -> None:
    results = take_over(prey)
    failed = {name for name, found in results.items() if found in REFUSED}
    assert failed - PERHAPS == set()
    assert (prey.folder / "planted").exists()
    assert not (prey.folder / "removed").exists()
    assert all(results[name] == DONE for name in BY_LANDLOCK[1] - PERHAPS)


def test_seccomp_alone_refuses_everything_also_to_root(prey: Prey) -> None:
    results = take_over(prey, Wall.SECCOMP, Wall.PRIVILEGES)
    assert {name: found for name, found in results.items() if found not in REFUSED} == {}
    prey.require_untouched()


def test_landlock_alone_refuses_all_that_its_version_knows(prey: Prey) -> None:
    results = take_over(prey, Wall.LANDLOCK, Wall.PRIVILEGES)
    known = set().union(*(names for since, names in BY_LANDLOCK.items() if landlock_version() >= since))
    assert {name: results[name] for name in sorted(known) if results[name] not in REFUSED} == {}
    assert all((prey.folder / name).read_text() == CANARY for name in FILES)


def test_a_closed_descriptor_gives_room_for_no_other(prey: Prey) -> None:
    results = take_over(prey, Wall.LIMITS)
    opening = ("read the secret", "read the parent's settings", "write a file", "connect by TCP", "send by UDP")
    assert {results[name] for name in opening} == {"EMFILE"}


def test_a_child_of_root_is_a_user_that_is_nobody_else(prey: Prey) -> None:
    if os.geteuid() != 0:  # anybody else cannot become somebody else, and lacks no wall by that
        assert run_behind("os.write(1, b'%d' % os.getuid())", walls="{Wall.USER}").stdout == b"%d" % os.getuid()
        return
    results = take_over(prey, Wall.USER)
    for name in ("read the parent's settings", "signal the parent", "trace the parent", "be another user", "mount"):
        assert results[name] in REFUSED, name
    (prey.folder / "secret.key").chmod(0o600)
    assert take_over(prey, Wall.USER)["read the secret"] in REFUSED


def run_behind(code: str, *, walls: str = "ALL") -> subprocess.CompletedProcess[bytes]:
    """Code that runs in a process that was shut in."""
    head = f"""
        import ctypes, os
        from portal.adapters.confinement import *
        libc = ctypes.CDLL(None, use_errno=True)
        confine({walls})
    """
    whole = textwrap.dedent(head) + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-c", whole], capture_output=True, env={"PYTHONPATH": str(ROOT)}, timeout=60, check=False
    )


def test_a_call_by_the_table_of_another_machine_ends_the_process() -> None:
    """On x86-64 each call has a second number, which a filter that only compares numbers would let through."""
    done = run_behind("libc.syscall(ctypes.c_long(0x40000000 + 2), b'/etc/passwd', 0); os.write(1, b'alive')")
    if os.uname().machine == "x86_64":
        assert (done.returncode, done.stdout) == (-signal.SIGSYS, b"")
    else:
        assert done.stdout == b"alive"


def test_memory_ends_before_the_machine_does() -> None:
    done = run_behind("try: bytearray(1 << 30)\nexcept MemoryError: os.write(1, b'refused')\nos._exit(0)")
    assert done.stdout == b"refused"


def test_no_descriptor_of_whoever_starts_it_is_left() -> None:
    code = """
        import os, sys
        from portal.adapters.confinement import confine
        kept = os.dup(0)
        os.set_inheritable(kept, True)
        confine(frozenset())
        try: os.fstat(kept)
        except OSError: print("closed")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, env={"PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.stdout == b"closed\n"


def test_this_machine_gives_every_wall() -> None:
    assert find_missing_walls() == frozenset()


def without_seccomp(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The child as it is on a kernel that has no such filter."""
    (folder / "on_an_old_kernel.py").write_text(
        f"import sys\nsys.path.insert(1, {str(ROOT)!r})\n"
        "from portal.adapters import confinement\nfrom portal.adapters.readers import document_child\n"
        "confinement._filter_calls = lambda: False\n"
        "document_child.main(sys.argv[1:])\n"
    )
    monkeypatch.setattr(child_process, "ROOT", folder)
    monkeypatch.setattr(documents, "CHILD", "on_an_old_kernel")


def test_where_the_kernel_filters_no_calls_no_file_is_opened_unless_the_operator_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    without_seccomp(monkeypatch, tmp_path)
    assert find_missing_walls() == {Wall.SECCOMP}
    with pytest.raises(DocumentRefused) as caught:
        clean_document(b"Words.")
    assert caught.value.reason is Refusal.UNCONFINED
    assert "seccomp" in caplog.text
    assert clean_document(b"Words.", may_be_unconfined=True).content == b"Words."


def test_a_child_that_cannot_even_say_so_has_no_wall(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise SystemExit")
    monkeypatch.setattr(child_process, "ROOT", tmp_path)
    monkeypatch.setattr(documents, "CHILD", "broken")
    assert find_missing_walls() == ALL


def test_a_machine_whose_calls_are_not_known_has_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "sparc64")
    assert not confinement._filter_calls()
