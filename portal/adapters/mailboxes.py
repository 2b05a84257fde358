"""A mailbox at a mail server, read by IMAP (RFC 3501): what is new in it, one mail as it came, and what was taken in.

Nothing here decides. What a server says is put into no message: it could repeat a password or a sender.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from portal.mailbox_file import MailboxServer, OAuth

CONNECT_SECONDS, ANSWER_SECONDS = 10, 30
MOST_AT_ONCE = 200  # mails of one command
_LONGEST_ANSWER = 100_000  # bytes of a token's answer
_REFUSALS = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})  # no later try helps


class MailboxTrouble(Exception):
    """The mailbox could not be reached, opened or read. The message says at which step, and nothing of its content."""


class TokenRefused(MailboxTrouble):
    """The issuer of access tokens does not take what the settings hold any more: only people can mend that."""


class OpenMailbox:
    """A folder of a mailbox that is open. UIDs count up for as long as `validity` is the same (RFC 3501, 2.3.1.1)."""

    def __init__(self, client: IMAPClient, validity: int, move_to: str) -> None:
        self._client = client
        self._move_to = move_to
        self.validity = validity

    def list_new(self, after: int, *, most: int) -> Sequence[tuple[int, int]]:
        """UID and size in bytes of mails above that UID, from the lowest on. Raises MailboxTrouble."""
        with _told("listing"):
            # The last mail of all answers to "n:*", also where its UID is below n.
            uids = sorted(uid for uid in self._client.search(["UID", f"{after + 1}:*"]) if uid > after)[:most]
            found = {}
            for some in _chunks(uids):
                found.update(self._client.fetch(some, ["RFC822.SIZE"]))
            return [(uid, found[uid][b"RFC822.SIZE"]) for uid in uids if uid in found]

    def fetch(self, uid: int) -> bytes | None:
        """The mail byte for byte, not marked by that; None where it is gone. Raises MailboxTrouble."""
        with _told("fetching"):
            content = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
            return bytes(content) if content is not None else None

    def leave(self, uid: int) -> None:
        """Mark one that is not taken in, for whoever looks into the mailbox. Raises MailboxTrouble."""
        with _told("marking"):
            self._client.add_flags([uid], [b"\\Flagged"], silent=True)

    def put_away(self, upto: int) -> None:
        """Mark or move what was taken in, up to that UID, also what an earlier life left. Raises MailboxTrouble."""
        with _told("putting away"):
            wanted = ["UID", f"1:{upto}", "UNFLAGGED", "UNDELETED", *([] if self._move_to else ["UNSEEN"])]
            for some in _chunks(self._client.search(wanted)):
                self._client.add_flags(some, [b"\\Seen"], silent=True)
                if self._move_to:
                    self._move(some)

    def _move(self, uids: Sequence[int]) -> None:
        if self._client.has_capability("MOVE"):
            self._client.move(uids, self._move_to)
            return
        self._client.copy(uids, self._move_to)
        self._client.delete_messages(uids, silent=True)
        if self._client.has_capability("UIDPLUS"):  # without it EXPUNGE would take what others deleted along
            self._client.uid_expunge(uids)


@contextmanager
def open_mailbox(server: MailboxServer, keep_token: Callable[[str], None] | None = None) -> Iterator[OpenMailbox]:
    """Sign in and open the folder. Raises MailboxTrouble.

    `keep_token` is called with the refresh token that an issuer gives in place of the one that was used, before
    anything else is done: the one before it may count no more.
    """
    context = ssl.create_default_context(cadata=server.authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    token = _ask_token(server.oauth, context, keep_token) if server.oauth else ""
    with _told("connecting"):
        wait = SocketTimeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS)
        client = IMAPClient(
            server.host, server.port, ssl=server.has_tls, ssl_context=context if server.has_tls else None, timeout=wait
        )
    try:
        with _told("connecting"):
            if not server.has_tls:
                client.starttls(context)  # raises where the server offers none: nothing was said before
        with _told("signing in"):
            if token:
                client.oauth2_login(server.user, token)
            else:
                client.login(server.user, server.password)
        with _told("opening the folder"):
            if server.move_to and not client.folder_exists(server.move_to):
                client.create_folder(server.move_to)
            opened = client.select_folder(server.folder)
            mailbox = OpenMailbox(client, int(opened[b"UIDVALIDITY"]), server.move_to)
        yield mailbox
    finally:
        with suppress(OSError, IMAPClientError):
            client.logout()
        with suppress(OSError, IMAPClientError):
            client.shutdown()


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_details: object) -> None:
        """A secret goes to the address in the settings and nowhere else."""


def _ask_token(oauth: OAuth, context: ssl.SSLContext, keep_token: Callable[[str], None] | None) -> str:
    """A fresh access token. Raises MailboxTrouble."""
    fields = {"client_id": oauth.client, "client_secret": oauth.secret, "scope": oauth.scope}
    fields |= (
        {"grant_type": "refresh_token", "refresh_token": oauth.refresh_token}
        if oauth.refresh_token
        else {"grant_type": "client_credentials"}
    )
    body = urlencode({name: value for name, value in fields.items() if value}).encode()
    opener = build_opener(HTTPSHandler(context=context), _NoRedirect)
    with _told("asking for a token"):
        request = Request(oauth.token_address, body)  # noqa: S310 - https, as the file's reader saw to
        try:
            with opener.open(request, timeout=ANSWER_SECONDS) as answer:
                told = json.loads(answer.read(_LONGEST_ANSWER))
                token, newer = told.get("access_token"), told.get("refresh_token")
        except HTTPError as error:
            raise _read_refusal(error) from error
    if keep_token and oauth.refresh_token and isinstance(newer, str) and newer not in {"", oauth.refresh_token}:
        keep_token(newer)
    if not isinstance(token, str) or not token:
        raise MailboxTrouble("asking for a token: the answer holds none")
    return token


def _read_refusal(error: HTTPError) -> MailboxTrouble:
    """What an answer that is no token means (RFC 6749, 5.2)."""
    with error:  # it holds the connection
        try:
            told = json.loads(error.read(_LONGEST_ANSWER)).get("error")
        except (OSError, ValueError, AttributeError):
            told = ""
    step = f"asking for a token: the answer is {error.code}"
    if told in _REFUSALS:
        return TokenRefused(f"{step}, {told}")
    return MailboxTrouble(step)


@contextmanager
def _told(step: str) -> Iterator[None]:
    """Every trouble of the way by the step and its kind alone."""
    try:
        yield
    except (OSError, IMAPClientError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MailboxTrouble(f"{step}: {type(error).__name__}") from error


def _chunks(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(uids), MOST_AT_ONCE):
        yield uids[begin : begin + MOST_AT_ONCE]
