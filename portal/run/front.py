"""The web server's worker: one loop reads requests whole and writes answers, threads only work.

A client that sends or takes slowly costs a connection and a few kilobytes, never a thread; one that asks without pause
has its turns and leaves the others theirs. Requests are read by gunicorn's own parser and answered through its own
writer, so what is valid HTTP is decided in one place.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, cast

from gunicorn.http import wsgi
from gunicorn.http.errors import InvalidChunkSize, LimitRequestHeaders
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from gunicorn.workers.base import Worker

from portal.config import load_config
from portal.run.guests import Guest, Guests, Stage, find_client, name_guest
from portal.run.spool import Spool, open_input
from portal.run.turns import Turns

HEAD_SECONDS = 15.0  # from the last answer, or the connection, until the next request's head is there
BODY_SECONDS = 30.0  # for a body, and a second more for each SLOWEST bytes of it
STALL_SECONDS = 30.0  # for each PIECE that is read or taken
SLOWEST = 4 * 1024  # bytes a second: a phone at the edge of a cell
PIECE = 64 * 1024
LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 12 * 1024 * 1024  # above all that the portal takes, so that the portal itself says what is too large
LARGEST_LINE = 1024  # of a body in chunks: the size of one
MOST_CONNECTIONS = 1000  # of one process
LET_IN = 16  # by each answer, while no thread is free
END_OF_HEAD, END_OF_LINE = b"\r\n\r\n", b"\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
ENDING = frozenset({signal.SIGTERM})
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

Address = Any  # what the socket says of the other side: a pair for IPv4, four values for IPv6


def keep_signals_for_workers() -> None:
    """In gunicorn's first process: a signal that comes to a worker in its first moments waits until its loop runs.

    Between the fork and the worker's own handlers stand those of the first process, which would take it for theirs; and
    nobody sends it twice.
    """
    unblock = partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, ENDING)
    unblock()  # one that replaces another began with its signals kept
    os.register_at_fork(before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, ENDING), after_in_parent=unblock)


class GuestLeft(ConnectionError):
    """Nobody takes the answer any more."""


class AnswerSocket:
    """Stands in for a socket where the answer is written by a thread, and gives it to the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._spool = Spool()
        self._news = asyncio.Event()
        self._is_ended = self._is_left = False

    def sendall(self, data: bytes) -> None:
        """Never waits. Raises GuestLeft."""
        if self._is_left:
            raise GuestLeft
        self._spool.write(bytes(data))
        self._tell()

    def send(self, data: bytes) -> int:
        """Only gunicorn's "100 Continue" comes here, which was said before the body was read."""
        return len(data)

    def gettimeout(self) -> float:
        """As a socket that does not block, for gunicorn's error pages."""
        return 0.0

    def as_socket(self) -> socket.socket:
        """For gunicorn's writer, which uses no more of a socket than there is here."""
        return cast("socket.socket", self)

    def end(self) -> None:
        """The answer is whole."""
        self._is_ended = True
        self._tell()

    def give_up(self) -> None:
        """Nobody takes the rest."""
        self._is_left = True
        self._spool.close()

    async def take(self) -> bytes:
        """The next piece, when it is there; nothing at the end."""
        while True:
            self._news.clear()
            is_ended = self._is_ended  # before the look into the spool, so that no last piece is missed
            piece = self._spool.read(PIECE)
            if piece or is_ended:
                return piece
            await self._news.wait()

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the loop has ended: the process stops
            self._loop.call_soon_threadsafe(self._news.set)


class Line:
    """One connection, with what is known of both of its ends."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Address, own: Address) -> None:
        self.reader, self.writer = reader, writer
        self.peer, self.own = peer, own
        self.requests = 0

    async def close(self) -> None:
        """Say the rest and hang up; what is not taken in time is lost."""
        self.writer.close()
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await self.writer.wait_closed()
        except (OSError, TimeoutError):
            self.writer.transport.abort()

    async def swallow(self) -> None:
        """Read what still comes for a moment: hanging up on it would take the answer from who sends it."""
        with suppress(OSError, TimeoutError):
            if self.writer.can_write_eof():
                self.writer.write_eof()
            async with asyncio.timeout(STALL_SECONDS):
                while await self.reader.read(PIECE):
                    pass


class Front(Worker):
    """A worker of gunicorn's: `worker_class = "portal.run.front.Front"`."""

    def run(self) -> None:
        """Until told to end."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pool = ThreadPoolExecutor(self.cfg.threads, thread_name_prefix="request")
        settings = load_config(os.environ)
        self._proxies = settings.trusted_proxies
        self._guests = Guests(most=_make_room(), most_of_one=settings.connections)
        self._turns = Turns(self.cfg.threads)
        self._is_listening = False
        self._tasks: set[asyncio.Task[None]] = set()
        ending = asyncio.Event()
        self._loop.add_signal_handler(signal.SIGTERM, ending.set)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        self._listen()
        # gunicorn's own handler was there before ours: a signal that came to it says so in `alive` alone
        while self.alive and not ending.is_set() and self.ppid == os.getppid():
            self.notify()
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), 1.0)
        self.alive = False
        await self._finish()

    async def _finish(self) -> None:
        """Answer what was asked, and take no more."""
        self._listen()
        for guest in self._guests:
            if guest.stage is Stage.WAITING:
                guest.send_away()
        give_up_at = self._loop.time() + self.cfg.graceful_timeout
        while self._tasks and self._loop.time() < give_up_at:
            self.notify()
            await asyncio.wait(self._tasks, timeout=1.0)
        self._pool.shutdown(wait=False)

    def _listen(self) -> None:
        """Take connections while a thread is free; else they wait at the door, where another process may take them."""
        wanted = self.alive and self._turns.is_free
        if wanted == self._is_listening:
            return
        self._is_listening = wanted
        for listener in self.sockets:
            listener.setblocking(False)
            if wanted:
                self._loop.add_reader(listener.fileno(), self._accept, listener)
            else:
                self._loop.remove_reader(listener.fileno())

    def _let_some_in(self) -> None:
        """Those who are in may have every thread busy for as long as they like: each answer lets some more in."""
        if self.alive and not self._is_listening:
            for listener in self.sockets:
                for _ in range(LET_IN):
                    if not self._accept(listener):
                        break

    def _accept(self, listener: Any) -> bool:
        """Whether there was somebody."""
        try:
            connection, peer = listener.accept()
        except OSError:
            return False  # gone again, or another process was quicker
        connection.setblocking(False)
        with suppress(OSError):  # a kernel without it keeps some more of an answer, and takes it for taken
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, PIECE)
        guest = Guest("" if self._proxies else name_guest(_host_of(peer)), lambda: task.cancel())
        if not self._guests.admit(guest):
            connection.close()
            return True
        task = self._loop.create_task(self._host(guest, connection, peer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _host(self, guest: Guest, connection: socket.socket, peer: Address) -> None:
        """Serve one connection to its end."""
        reader = asyncio.StreamReader(limit=LARGEST_HEAD)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            own = connection.getsockname()
            transport, _ = await self._loop.connect_accepted_socket(lambda: protocol, connection)
            # What was written counts as taken once the kernel has it all: whoever then hangs up, for whatever reason,
            # takes nothing of the answer away, and no answer is made ahead for somebody who does not take the last.
            transport.set_write_buffer_limits(high=0)
            line = Line(reader, asyncio.StreamWriter(transport, protocol, reader, self._loop), peer, own)
            try:
                while await self._serve(guest, line):
                    pass
                await line.close()
            finally:
                transport.abort()
        except (OSError, EOFError, TimeoutError):
            pass  # the other side is gone, or too slow
        finally:
            self._guests.leave(guest)
            connection.close()

    async def _serve(self, guest: Guest, line: Line) -> bool:
        """Answer one request. Whether another may follow. Raises OSError, EOFError, TimeoutError."""
        outlet, body = AnswerSocket(self._loop), Spool()
        try:
            request = await self._read_head(guest, line)
            is_whole = await self._read_body(guest, line, request, body)
        except (OSError, EOFError, TimeoutError):
            raise
        except Exception as error:  # whatever the parser makes of bytes from anywhere
            self.handle_error(None, outlet.as_socket(), line.peer, error)
            outlet.end()
            await self._write(guest, line, outlet)
            await line.swallow()
            return False
        if request is None:
            line.writer.write(BUSY)
            return False
        if not is_whole:
            request.force_close()
        may_go_on = await self._answer(guest, line, outlet, partial(self._work, request, body, outlet, line))
        body.close()
        if not is_whole:
            await line.swallow()
        return may_go_on

    async def _read_head(self, guest: Guest, line: Line) -> Request | None:
        """The next request, as far as its head. None where its sender has too many already."""
        guest.stage = Stage.WAITING
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await line.reader.readuntil(END_OF_HEAD)
        except asyncio.LimitOverrunError as error:
            raise LimitRequestHeaders("the head is too large") from error
        line.requests += 1
        request = Request(self.cfg, IterUnreader([head]), line.peer, line.requests)
        guest.stage = Stage.READING
        if not self._proxies:
            return request
        forwarded = ",".join(value for name, value in request.headers if name == "X-FORWARDED-FOR")
        name = name_guest(find_client(forwarded, _host_of(line.peer), proxies=self._proxies))
        return request if self._guests.rename(guest, name) else None

    async def _read_body(self, guest: Guest, line: Line, request: Request | None, body: Spool) -> bool:
        """Whether the body was taken whole. One that is larger than any form is left where it is."""
        if request is None:
            return False
        sent = {name: value for name, value in request.headers}
        length = int(sent.get("CONTENT-LENGTH", "0"))
        if length > LARGEST_BODY:
            return False
        is_in_chunks = "TRANSFER-ENCODING" in sent
        if sent.get("EXPECT", "").lower() == "100-continue" and (length or is_in_chunks):
            line.writer.write(CONTINUE)
        limit = LARGEST_BODY if is_in_chunks else length
        async with asyncio.timeout(BODY_SECONDS + limit / SLOWEST):
            if is_in_chunks:
                return await _take_chunks(line.reader, body)
            await _take(line.reader, body, length)
            return True

    async def _answer(self, guest: Guest, line: Line, outlet: AnswerSocket, work: Callable[[], bool]) -> bool:
        """Let a thread answer, and pass on what it says. Whether another request may follow."""

        def work_ended(_: object) -> None:
            guest.stage = Stage.WRITING
            self._turns.give_back()
            self._listen()
            self._let_some_in()

        guest.stage = Stage.QUEUED
        await self._turns.take(guest.name)
        guest.stage = Stage.WORKING
        working = self._loop.run_in_executor(self._pool, work)
        working.add_done_callback(work_ended)
        self._listen()
        try:
            await self._write(guest, line, outlet)
        finally:
            outlet.give_up()
            may_go_on = await working
        return may_go_on

    async def _write(self, guest: Guest, line: Line, outlet: AnswerSocket) -> None:
        """Pass on an answer as it comes and as it is taken. Raises OSError, TimeoutError."""
        while piece := await outlet.take():
            line.writer.write(piece)
            async with asyncio.timeout(STALL_SECONDS):
                await line.writer.drain()

    def _work(self, request: Request, body: Spool, outlet: AnswerSocket, line: Line) -> bool:
        """In a thread: the application's answer. Whether another request may follow."""
        response = None
        try:
            response, environ = wsgi.create(request, outlet.as_socket(), line.peer, line.own, self.cfg)
            environ["wsgi.multithread"] = True
            environ["wsgi.input"] = open_input(body)
            if not self.alive:
                response.force_close()
            pieces = self.wsgi(environ, cast("Any", response.start_response))
            try:
                for piece in pieces:
                    response.write(piece)
                response.close()
            finally:
                if hasattr(pieces, "close"):
                    pieces.close()
            return not response.should_close()
        except GuestLeft:
            return False
        except Exception as error:
            if response is not None and response.headers_sent:
                self.log.exception("Error handling request")
            else:
                self.handle_error(request, outlet.as_socket(), line.peer, error)
            return False
        finally:
            outlet.end()


def _make_room() -> int:
    """How many connections this process takes, once it may open files for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * MOST_CONNECTIONS  # each may have a file for its body and one for its answer
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(MOST_CONNECTIONS, (soft - 100) // 3))


def _host_of(peer: Address) -> str:
    return str(peer[0])


async def _take(reader: asyncio.StreamReader, body: Spool, length: int) -> None:
    """So many bytes into the spool. Raises EOFError where the sender ends before, TimeoutError where it stalls."""
    while length:
        async with asyncio.timeout(STALL_SECONDS):
            piece = await reader.read(min(PIECE, length))
        if not piece:
            raise EOFError
        body.write(piece)
        length -= len(piece)


async def _take_chunks(reader: asyncio.StreamReader, body: Spool) -> bool:
    """A body in chunks (RFC 9112, section 7.1). False where it is too large. Raises InvalidChunkSize."""
    taken = 0
    while size := _read_size(await reader.readuntil(END_OF_LINE)):
        taken += size
        if taken > LARGEST_BODY:
            return False
        await _take(reader, body, size)
        if await reader.readexactly(len(END_OF_LINE)) != END_OF_LINE:
            raise InvalidChunkSize(b"")
    while await reader.readuntil(END_OF_LINE) != END_OF_LINE:
        pass  # trailers, which nobody reads; the time for the body ends them
    return True


def _read_size(line: bytes) -> int:
    digits = line.removesuffix(END_OF_LINE).partition(b";")[0].rstrip(b" \t")
    if len(line) > LARGEST_LINE or not digits or digits.strip(b"0123456789abcdefABCDEF"):
        raise InvalidChunkSize(b"")
    return int(digits, 16)
