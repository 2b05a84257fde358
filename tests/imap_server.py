"""A real IMAP server on this machine for tests: pymap over a folder of mails, with TLS under a root of ours."""

from __future__ import annotations

import asyncio
import ssl
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.maildir import Config, Identity, Login
from pymap.backend.maildir.users import PasswordsFile, UsersFile
from pymap.exceptions import InvalidAuth
from pymap.imap import IMAPServer
from pysasl import SASLAuth
from pysasl.creds.external import ExternalCredentials
from pysasl.creds.server import ServerCredentials

from tests.adapters.papers.certificates import issue

USER, PASSWORD, TOKEN = "answers", "an app password", "a fresh token"
PATIENCE = 20.0  # seconds


class _Config(Config):
    @property
    def tls_auth(self) -> SASLAuth:
        return SASLAuth.named([b"PLAIN", b"LOGIN", b"XOAUTH2"])


class _Login(Login):
    """By the password, or by the token of the moment (XOAUTH2)."""

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        if isinstance(credentials, ExternalCredentials):
            if (credentials.authzid, credentials._token) != (USER, TOKEN):
                raise InvalidAuth
            return Identity(self.config, self.tokens, USER, None, set())
        return await super().authenticate(credentials)


@dataclass
class ImapServer:
    """`tls_port` speaks TLS at once, `port` after STARTTLS; `authorities` vouches for both."""

    folder: Path
    authorities: Path
    certificate: Path
    port: int = 0
    tls_port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def write_settings(self, path: Path, has_tls: bool = True, /, **more: str) -> Path:
        """A file of mailboxes with this one, by the name "answers"."""
        address = f"imaps://localhost:{self.tls_port}" if has_tls else f"imap://localhost:{self.port}"
        values = {"name": "answers", "address": address, "user": USER, "password": PASSWORD}
        values |= {"authorities": str(self.authorities), **more}
        path.write_text("[[mailbox]]\n" + "".join(f'{name} = "{value}"\n' for name, value in values.items()))
        path.chmod(0o600)
        return path

    @contextmanager
    def look(self) -> Iterator[IMAPClient]:
        """As somebody who reads the mailbox with a program of their own."""
        context = ssl.create_default_context(cafile=str(self.authorities))
        with IMAPClient("localhost", self.tls_port, ssl_context=context) as client:
            client.login(USER, PASSWORD)
            yield client

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        with self.look() as client:
            for each in mails:
                client.append(folder, each)

    def list_flags(self, folder: str = "INBOX") -> list[set[bytes]]:
        """The flags of each mail of a folder, in its order."""
        with self.look() as client:
            client.select_folder(folder, readonly=True)
            uids = client.search()
            found = client.fetch(uids, ["FLAGS"]) if uids else {}
            return [set(found[uid][b"FLAGS"]) - {b"\\Recent"} for uid in sorted(found)]


@contextmanager
def open_imap_server(folder: Path) -> Iterator[ImapServer]:
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)  # noqa: TID251 - TLS looks at the real clock
    root = issue("a root of ours", at=now)
    own = issue("localhost", root, at=now, host="localhost")
    (folder / "root.pem").write_bytes(root.certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "own.pem").write_bytes(own.pem)
    server = ImapServer(folder / "mails", folder / "root.pem", folder / "own.pem")
    ready = threading.Event()
    thread = threading.Thread(target=_run, args=(server, ready), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield server
    finally:
        server._loop.call_soon_threadsafe(server._loop.stop)
        thread.join(PATIENCE)


def _run(server: ImapServer, ready: threading.Event) -> None:
    loop = server._loop
    asyncio.set_event_loop(loop)
    stack = AsyncExitStack()
    loop.run_until_complete(_start(server, stack))
    ready.set()
    loop.run_forever()
    loop.run_until_complete(stack.aclose())
    for each in asyncio.all_tasks(loop):
        each.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


async def _start(server: ImapServer, stack: AsyncExitStack) -> None:
    arguments = Namespace(
        base_dir=str(server.folder), layout="++", colon=None, concurrency=2, debug=False, tls=True,
        cert=str(server.certificate), key=str(server.certificate), host=["127.0.0.1"], port="0",
        proxy_protocol=None, inherited_sockets=None, passlib_cfg=None, skip_services=[],
    )  # fmt: skip
    config = _Config.from_args(arguments)
    config.apply_context()
    server.folder.mkdir(exist_ok=True)
    async with UsersFile.with_write(config.base_dir) as users, PasswordsFile.with_write(config.base_dir) as passwords:
        users.set(users.build_record(USER, USER))
        passwords.set(passwords.build_record(USER, config.hash_context.hash(PASSWORD)))
    imap = IMAPServer(_Login(config), config)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server.certificate)
    server.port = await _listen(stack, config, imap, None)
    server.tls_port = await _listen(stack, config, imap, context)


async def _listen(stack: AsyncExitStack, config: Config, imap: IMAPServer, context: ssl.SSLContext | None) -> int:
    callback = ProxyProtocolReader(config.proxy_protocol).get_callback(imap)
    listening: Any = await stack.enter_async_context(await asyncio.start_server(callback, "127.0.0.1", 0, ssl=context))
    return int(listening.sockets[0].getsockname()[1])
