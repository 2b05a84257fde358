"""How a process gives up, for good, all that it does not need: files, connections, other processes, its own user.

Only the kernel's own calls and the standard library, so that it holds on any Linux without a package. Each wall stands
by itself, and what the kernel does not give is told by name and never assumed.

Sources: seccomp(2), landlock(7), prctl(2), and the kernel's own tables of system calls.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

ANYWAY = "--anyway"  # an argument: go on also where the kernel does not shut the process in
KEYS = "--keys="  # begins an argument: the keys of senders of e-mail, as JSON
ONLY_WALLS = "--walls"  # an argument in place of the work: only say which walls are missing
MEMORY = 1024 * 1024 * 1024  # bytes of address space: the libraries alone take 300 MB of it
CPU_SECONDS = 10
NOBODY_ELSE = 65533  # a user and a group that no system gives to anything, so that they own no file and no process


class Wall(StrEnum):
    """One thing that shuts a process in."""

    SECCOMP = "seccomp"  # of all calls to the kernel only those that compute, read the input and write the output
    LANDLOCK = "landlock"  # no file, no connection by TCP, and from 6.12 on no signal to a process outside
    PRIVILEGES = "privileges"  # nothing started from here gets more rights; no core file, no reading by others
    USER = "user"  # a user of its own where the portal runs as root
    LIMITS = "limits"  # of memory, time, files and processes


ALL = frozenset(Wall)


# What is open where one of them is missing.
WHAT_IS_OPEN: Mapping[Wall, str] = {
    Wall.SECCOMP: "the kernel filters no calls (it needs seccomp, on x86-64, aarch64 or riscv64)",
    Wall.LANDLOCK: "the kernel has no Landlock or did not switch it on (Linux has it since 5.13; lsm= names it)",
    Wall.PRIVILEGES: "the process cannot say that it never wants more rights (Linux only)",
    Wall.USER: "the portal runs as root and may not become another user; better start it as a user of its own",
    Wall.LIMITS: "limits of memory, time or files cannot be set",
}


def confine(walls: frozenset[Wall] = ALL) -> frozenset[Wall]:
    """Put up these walls around this process. Returns those that this machine does not give.

    Everything that is needed later has to be loaded and open before. Only input and output stay open.
    """
    builders: Sequence[tuple[Wall, Callable[[], bool]]] = (
        (Wall.USER, _change_user),
        (Wall.PRIVILEGES, _drop_privileges),
        (Wall.LANDLOCK, _restrict_by_landlock),  # before the limits, because it opens a descriptor for a moment
        (Wall.LIMITS, _limit),
        (Wall.SECCOMP, _filter_calls),  # last, because it forbids all the others
    )
    os.closerange(3, 65536)
    return frozenset(wall for wall, build in builders if wall in walls and not build())


def _change_user() -> bool:
    """Root becomes a user that owns nothing and is nobody else; any other user stays what it is."""
    if os.geteuid() != 0:
        return True
    try:
        os.setgroups([])
        os.setresgid(NOBODY_ELSE, NOBODY_ELSE, NOBODY_ELSE)
        os.setresuid(NOBODY_ELSE, NOBODY_ELSE, NOBODY_ELSE)
    except (OSError, AttributeError):
        return False
    return True


_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38


def _drop_privileges() -> bool:
    """After the change of user, which would undo two of the three."""
    if sys.platform != "linux":
        return False
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    asked = ((_PR_SET_NO_NEW_PRIVS, 1), (_PR_SET_DUMPABLE, 0), (_PR_SET_PDEATHSIG, signal.SIGKILL))
    nothing = (ctypes.c_ulong(0),) * 3
    return all(prctl(what, ctypes.c_ulong(value), *nothing) == 0 for what, value in asked)


def _limit() -> bool:
    """Less than any honest file needs. No descriptor can be opened, not even in the place of one that was closed."""
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
    )
    is_whole = True
    for what, most in limits:
        _soft, hard = resource.getrlimit(what)
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (lowest, lowest))
        except (ValueError, OSError):
            is_whole = False
    return is_whole


_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same number on every kind of machine
_LANDLOCK_VERSION = 1
# What each version of Landlock can forbid about files; what came between two of them, the lower one cannot.
_FILE_RIGHTS = ((5, (1 << 16) - 1), (3, (1 << 15) - 1), (2, (1 << 14) - 1), (1, (1 << 13) - 1))
_NET_RIGHTS = 0b11  # to bind and to connect by TCP, from version 4 on
_SCOPES = 0b11  # abstract sockets and signals, from version 6 on


def landlock_version() -> int:
    """Which version of Landlock this kernel has; 0 where it has none or it was not switched on."""
    if sys.platform != "linux":
        return 0
    return max(0, _call_kernel(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION))


def _restrict_by_landlock() -> bool:
    """Forbid everything that this version knows, and allow nothing of it again."""
    version = landlock_version()
    if not version:
        return False
    rights = struct.pack("=Q", next(rights for since, rights in _FILE_RIGHTS if version >= since))
    if version >= 4:
        rights += struct.pack("=Q", _NET_RIGHTS)
    if version >= 6:
        rights += struct.pack("=Q", _SCOPES)
    rules = _call_kernel(_LANDLOCK_CREATE, rights, len(rights), 0)
    if rules < 0:
        return False
    try:
        return _call_kernel(_LANDLOCK_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


@dataclass(frozen=True, kw_only=True)
class _Machine:
    """What the kernel calls this kind of machine, and the numbers of its calls."""

    audit_arch: int
    seccomp: int
    read: int
    write: int
    mmap: int
    mprotect: int
    # munmap, brk, mremap, madvise, rt_sigaction, rt_sigprocmask, rt_sigreturn, restart_syscall, futex, sched_yield,
    # clock_gettime, gettimeofday, getrandom, exit, exit_group
    harmless: tuple[int, ...]
    first_of_other_kind: int | None = None  # numbers from here on belong to a second table on the same machine


# aarch64 and riscv64 use the table that Linux gives to every newer machine.
_NEWER_CALLS = (215, 214, 216, 233, 134, 135, 139, 128, 98, 124, 113, 169, 278, 93, 94)
_MACHINES: Mapping[str, _Machine] = {
    "x86_64": _Machine(
        audit_arch=0xC000003E,
        seccomp=317,
        read=0,
        write=1,
        mmap=9,
        mprotect=10,
        harmless=(11, 12, 25, 28, 13, 14, 15, 219, 202, 24, 228, 96, 318, 60, 231),
        first_of_other_kind=0x40000000,
    ),
    **{
        name: _Machine(
            audit_arch=audit_arch, seccomp=277, read=63, write=64, mmap=222, mprotect=226, harmless=_NEWER_CALLS
        )
        for name, audit_arch in (("aarch64", 0xC00000B7), ("riscv64", 0xC00000F3))
    },
}

_SECCOMP_SET_FILTER, _SECCOMP_ALL_THREADS = 1, 1
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06  # instructions of classic BPF
_AT_NUMBER, _AT_ARCH, _AT_ARGUMENTS = 0, 4, 16  # bytes into struct seccomp_data
_PROT_EXEC, _MAP_ANONYMOUS, _WHOLE = 0x4, 0x20, 0xFFFFFFFF

_Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def _filter_calls() -> bool:
    """Let the kernel refuse every call but those of `_Machine`; one of another kind of machine ends the process."""
    machine = _MACHINES.get(platform.machine()) if sys.platform == "linux" and sys.maxsize > 2**32 else None
    if machine is None:
        return False
    program = b"".join(struct.pack("=HBBI", *each) for each in _write_filter(machine))
    kept = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HP", len(program) // 8, ctypes.addressof(kept))
    return _call_kernel(machine.seccomp, _SECCOMP_SET_FILTER, _SECCOMP_ALL_THREADS, head) == 0


def _write_filter(machine: _Machine) -> list[_Instruction]:
    program: list[_Instruction] = [
        (_LOAD, 0, 0, _AT_ARCH),
        (_IF_EQUAL, 1, 0, machine.audit_arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _AT_NUMBER),
    ]
    if machine.first_of_other_kind is not None:
        program += [(_IF_AT_LEAST, 0, 1, machine.first_of_other_kind), (_RETURN, 0, 0, _KILL)]
    program += _allow(machine.read, (0, _WHOLE, 0))  # from the input
    program += _allow(machine.write, (0, _WHOLE, 1))  # to the output
    # Memory of its own that holds no program: what came in can be computed with and never be run.
    program += _allow(machine.mmap, (2, _PROT_EXEC, 0), (3, _MAP_ANONYMOUS, _MAP_ANONYMOUS))
    program += _allow(machine.mprotect, (2, _PROT_EXEC, 0))
    for number in machine.harmless:
        program += _allow(number)
    return [*program, (_RETURN, 0, 0, _REFUSE)]


def _allow(number: int, *conditions: tuple[int, int, int]) -> list[_Instruction]:
    """Allow one call where each of these holds: the lower half of an argument, under a mask, is a value."""
    body: list[_Instruction] = []
    for argument, mask, value in conditions:
        body += [
            (_LOAD, 0, 0, _AT_ARGUMENTS + 8 * argument),
            (_AND, 0, 0, mask),
            (_IF_EQUAL, 1, 0, value),
            (_RETURN, 0, 0, _REFUSE),
        ]
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_IF_EQUAL, 0, len(body), number), *body]


def _call_kernel(number: int, *arguments: int | bytes | None) -> int:
    """A call that the standard library has no name for. Returns -1 where it is refused."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    whole = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return int(call(ctypes.c_long(number), *whole))
