"""Stands in for the upload child after a hostile file has taken it over: it tries everything instead of cleaning.

    python -m tests.adapters.readers.takeover txt              as the portal starts it; the plan is the file
    python -m tests.adapters.readers.takeover only seccomp     behind these walls alone (or none); the plan is the input

Nothing that it tries does harm where it succeeds.
"""

from __future__ import annotations

import array
import ctypes
import errno
import json
import os
import resource
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from portal.adapters.confinement import Wall
from portal.adapters.readers import document_child
from portal.domain.documents import CleanDocument, DocumentKind

DONE = "done"
LIBC = ctypes.CDLL(None, use_errno=True)
PIDFD_SEND_SIGNAL, IO_URING_SETUP, PIDFD_OPEN, CLONE3, OPENAT2 = 424, 425, 434, 435, 437  # alike on every machine
PTRACE_SEIZE = 0x4206
CLONE_NEWUSER = 0x10000000
MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE, PROT_EXEC = 0x20, 0x2, 1, 2, 4

Plan = Mapping[str, Any]  # folder, secret, port, socket, abstract: where things are; parent: a process


class Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


def call(name: str, *arguments: Any) -> int:
    """A function of the C library. Raises OSError."""
    return _checked(getattr(LIBC, name)(*arguments))


def call_number(number: int, *arguments: Any) -> int:
    return _checked(LIBC.syscall(ctypes.c_long(number), *arguments))


def _checked(result: int) -> int:
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def list_attacks(plan: Plan) -> dict[str, Callable[[], object]]:
    """Everything that is tried, by a name that says what would be won."""
    folder, parent = Path(plan["folder"]), int(plan["parent"])
    return {
        "read the secret": Path(plan["secret"]).read_bytes,
        "read the locks": (folder / "locks.db").read_bytes,
        "read the database": (folder / "recourse.db").read_bytes,
        "read the parent's settings": Path(f"/proc/{parent}/environ").read_bytes,
        "read the accounts": Path("/etc/passwd").read_bytes,
        "open by the newer call": partial(open_newly, str(plan["secret"])),
        "list the folder": partial(os.listdir, folder),
        "read through a descriptor": partial(os.read, 1, 1),
        "write a file": (folder / "planted").touch,
        "write into the database": partial((folder / "recourse.db").write_bytes, b"planted"),
        "make a folder": (folder / "planted-folder").mkdir,
        "link a file": partial(os.symlink, "/etc/passwd", folder / "planted-link"),
        "rename a file": partial(os.rename, folder / "renamed", folder / "renamed-2"),
        "remove a file": partial(os.unlink, folder / "removed"),
        "cut a file": partial(os.truncate, folder / "cut", 0),
        "open a file to others": partial(os.chmod, folder / "locks.db", 0o666),
        "connect by TCP": partial(connect, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", plan["port"])),
        "listen by TCP": listen,
        "send by UDP": partial(connect, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", plan["port"])),
        "connect to a socket": partial(connect, socket.AF_UNIX, socket.SOCK_STREAM, plan["socket"]),
        "connect to an abstract socket": partial(connect, socket.AF_UNIX, socket.SOCK_STREAM, "\0" + plan["abstract"]),
        "signal the parent": partial(os.kill, parent, 0),
        "signal the parent by a handle": partial(signal_by_handle, parent),
        "signal everybody": partial(os.kill, -1, 0),
        "slow the parent": partial(os.setpriority, os.PRIO_PROCESS, parent, 19 if parent < 0 else 0),
        "limit the parent": partial(resource.prlimit, parent, resource.RLIMIT_CORE),
        "trace the parent": partial(call, "ptrace", PTRACE_SEIZE, parent, None, None),
        "read the parent's memory": partial(read_memory, parent, int(plan["address"])),
        "begin a process": begin_process,
        "begin a process by the newer call": partial(call_number, CLONE3, None, ctypes.c_size_t(0)),
        "run a program": partial(os.execv, "/no/such/program", ["x"]),
        "hold a program in memory": partial(os.memfd_create, "x"),
        "make memory that runs": make_running_memory,
        "let memory run": let_memory_run,
        "mount": partial(call, "mount", b"none", b"/", b"no-such-kind", 0, None),
        "change the root": partial(os.chroot, "/"),
        "ask in a ring": partial(call_number, IO_URING_SETUP, 1, ctypes.create_string_buffer(120)),
        "be another user": partial(os.setresuid, 0, 0, 0),
        "be read by others": partial(call, "prctl", 4, *(ctypes.c_ulong(each) for each in (1, 0, 0, 0))),
        "raise a limit": partial(resource.setrlimit, resource.RLIMIT_NOFILE, (64, 64)),
        "be root among its own": partial(call, "unshare", CLONE_NEWUSER),
    }


def open_newly(path: str) -> None:
    how = array.array("Q", [os.O_RDONLY, 0, 0])
    kept = (ctypes.c_uint64 * 3)(*how)
    os.close(call_number(OPENAT2, -100, path.encode(), kept, ctypes.c_size_t(24)))


def connect(family: int, kind: int, address: Any) -> None:
    with socket.socket(family, kind) as outward:
        outward.settimeout(5)
        outward.connect(address)
        outward.send(b"taken")


def listen() -> None:
    with socket.socket() as inward:
        inward.bind(("127.0.0.1", 0))
        inward.listen()


def signal_by_handle(process: int) -> None:
    handle = call_number(PIDFD_OPEN, process, 0)
    call_number(PIDFD_SEND_SIGNAL, handle, 0, None, 0)


def read_memory(process: int, address: int) -> None:
    here = ctypes.create_string_buffer(8)
    ours = Vector(ctypes.cast(here, ctypes.c_void_p), 8)
    theirs = Vector(address, 8)
    call("process_vm_readv", process, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)


def begin_process() -> None:
    begun = os.fork()
    if not begun:
        os._exit(0)
    os.waitpid(begun, 0)


def make_running_memory() -> None:
    LIBC.mmap.restype = ctypes.c_long
    flags = MAP_ANONYMOUS | MAP_PRIVATE
    call("mmap", None, ctypes.c_size_t(4096), PROT_READ | PROT_EXEC, flags, -1, ctypes.c_long(0))


def let_memory_run() -> None:
    LIBC.mmap.restype = ctypes.c_long
    flags = MAP_ANONYMOUS | MAP_PRIVATE
    at = call("mmap", None, ctypes.c_size_t(4096), PROT_READ | PROT_WRITE, flags, -1, ctypes.c_long(0))
    call("mprotect", ctypes.c_void_p(at), ctypes.c_size_t(4096), PROT_READ | PROT_EXEC)


def attack(plan: Plan) -> dict[str, str]:
    """What came of each attempt: DONE, or the name of the kernel's answer. A descriptor is given back first."""
    try_one(partial(os.close, 2))
    return {name: try_one(attempt) for name, attempt in list_attacks(plan).items()}


def try_one(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    except ValueError:
        return "EPERM"  # what Python makes of it where a limit may not be raised
    return DONE


def clean(kind: DocumentKind, content: bytes, keys: Mapping[str, str] = document_child.NO_KEYS) -> CleanDocument:
    """In place of the cleaner, whatever the keys are."""
    del keys
    return CleanDocument(kind=kind, content=json.dumps(attack(json.loads(content))).encode())


def main(arguments: Sequence[str]) -> None:
    if arguments[0] != "only":
        document_child.clean = clean
        document_child.main(arguments)
    plan = json.loads(sys.stdin.buffer.read(100_000))
    missing = document_child.shut_in(frozenset(map(Wall, arguments[1:])))
    told = json.dumps({"missing": sorted(missing), "results": attack(plan)})
    sys.stdout.write(told)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
