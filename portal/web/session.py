"""Flask's session kept on the server: the browser holds a random token, the database a sealed row.

The desk has a cookie and a session of its own, so that an advocate can help with a report in the same browser: neither
side reads, renews or ends what the other has open. Leaving the page ends both.

A browser that only looks around has a form token and nothing open. That stays with the browser, sealed, so that nobody
fills the table by asking for pages.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from portal.adapters.vault import CannotOpen, SealContext, open_values, seal_values
from portal.db import begin_reading
from portal.services.signin import sessions
from portal.web.origins import began_elsewhere
from portal.wiring import Parts

VISIT = "v."  # how the cookie of a visit begins; a token of the table has no full stop
VISIT_LASTS = timedelta(hours=12)
OF_A_VISIT = frozenset({"csrf_token", "_flashes"})
_PLACE = SealContext(table="visit", row="", case="")
OPENS = frozenset({"case_id", "staff_id"})  # a session with one of these opens something
DESK = "/desk"  # under it everything is the desk's, and nothing else is


def is_of_desk(path: str) -> bool:
    """Whether an address is the desk's."""
    return path == DESK or path.startswith(f"{DESK}/")


def name_cookie(path: str, *, is_secure: bool) -> str:
    """The cookie that holds the session of the side of the portal to which an address belongs."""
    name = "desk" if is_of_desk(path) else "session"
    return f"__Host-{name}" if is_secure else name


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The content of one browser's session; `loaded_as` is the token under which the table has it, if it does."""

    def __init__(self, token: str, values: dict[str, Any] | None, *, is_due: bool = False) -> None:
        super().__init__(values or {}, self._note_change)
        self.token = token
        self.loaded_as = None if values is None else token
        self.old_tokens: list[str] = []
        self.new = values is None
        self.modified = False
        self.accessed = False
        self.ends_all = False
        self.is_due = is_due  # its activity has to be written

    def _note_change(self, _: object) -> None:
        self.modified = True

    def rotate(self) -> None:
        """The same session under a new token, so that a cookie that was copied before opens nothing from here on."""
        self.token = sessions.new_token()
        self.modified = True

    def renew(self) -> None:
        """An empty session under a new token, so that one planted or seen before is worth nothing after sign-in.

        A session that opened nothing is left to run out: a form sent twice in a hurry still finds its own token there.
        """
        if OPENS & self.keys():
            self.old_tokens.append(self.loaded_as or self.token)
        self._begin_anew()

    def end(self) -> None:
        """Nothing of this session is left."""
        self.old_tokens.append(self.loaded_as or self.token)
        self._begin_anew()

    def end_all(self) -> None:
        """Nothing of it is left, and nothing of the session that this browser has on the other side of the portal."""
        self.end()
        self.ends_all = True

    def _begin_anew(self) -> None:
        self.clear()
        self.token, self.loaded_as = sessions.new_token(), None
        self.modified = True


class DatabaseSessions(SessionInterface):
    """Opens and saves sessions in transactions of their own, so that a refused form never loses its visitor."""

    def __init__(self, made: Parts, *, is_secure: bool, keep_for: timedelta) -> None:
        self._parts, self._is_secure, self._keep_for = made, is_secure, keep_for

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        token = request.cookies.get(name_cookie(request.path, is_secure=self._is_secure), "")
        if not token:
            return ServerSession(sessions.new_token(), None)
        now = self._parts.clock()
        if token.startswith(VISIT):
            made = ServerSession(sessions.new_token(), self._open_visit(token, now))
            made.loaded_as = None
            return made
        with self._parts.sessions() as database:
            begin_reading(database)
            loaded = sessions.load(database, token, now=now)
        if loaded is None:
            fresh = ServerSession(sessions.new_token(), None)
            fresh.old_tokens.append(token)
            return fresh
        return ServerSession(token, loaded.values, is_due=loaded.seen_at < now - sessions.SEEN_EVERY)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession):
            raise TypeError("a session of another kind")
        if began_elsewhere(request, self._parts.config.base_url):
            return  # its cookie may have been left behind, and is neither overwritten nor cleared
        if session.ends_all:
            self._end_other(session, response)
        cookie = name_cookie(request.path, is_secure=self._is_secure)
        is_visit = session.loaded_as is None and session.keys() <= OF_A_VISIT
        is_alive = True
        if session.old_tokens or session.is_due or (session.modified and not is_visit):
            is_alive = self._write(session, is_visit=is_visit)
        if not is_alive:
            return  # ended while this request ran: the browser may have a newer cookie by now, which is left alone
        if session and (session.modified or session.new):
            kept = self._keep_for if session.permanent else None
            token = self._seal_visit(session) if is_visit else session.token
            response.set_cookie(cookie, token, max_age=kept, secure=self._is_secure, httponly=True, samesite="Strict")
        elif session.old_tokens:
            response.delete_cookie(cookie, secure=self._is_secure, httponly=True, samesite="Strict")

    def _end_other(self, session: ServerSession, response: Response) -> None:
        """What this browser has open on the other side goes with this session, and its cookie too."""
        other = name_cookie("/" if is_of_desk(request.path) else DESK, is_secure=self._is_secure)
        if other in request.cookies:
            session.old_tokens.append(request.cookies[other])
            response.delete_cookie(other, secure=self._is_secure, httponly=True, samesite="Strict")

    def _seal_visit(self, session: ServerSession) -> str:
        values = {**session, "until": (self._parts.clock() + VISIT_LASTS).isoformat()}
        return VISIT + seal_values(self._parts.ports.keys.visits, _PLACE, values).hex()

    def _open_visit(self, cookie: str, now: datetime) -> dict[str, Any] | None:
        """What the browser has kept of its visit; None where it is over, or not ours."""
        for keys in self._parts.ports.keys.every():
            try:
                values = open_values(keys.visits, _PLACE, bytes.fromhex(cookie.removeprefix(VISIT)))
            except (CannotOpen, ValueError):
                continue
            return values if datetime.fromisoformat(values.pop("until")) > now else None
        return None

    def _write(self, session: ServerSession, *, is_visit: bool) -> bool:
        """Whether the session is there still."""
        with self._parts.sessions.begin() as database:
            for token in session.old_tokens:
                sessions.end(database, token)
            if not session or is_visit:
                return True
            return sessions.save(
                database,
                session.token,
                dict(session),
                now=self._parts.clock(),
                lasts=self._keep_for if session.permanent else None,
                loaded_as=session.loaded_as,
            )
