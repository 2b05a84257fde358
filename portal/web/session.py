"""Flask's session kept on the server: the browser holds a random token, the database a sealed row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import CallbackDict

from portal.services import sessions


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The content of one browser's session. `renew` gives it a new token at the end of the request."""

    def __init__(self, token: str, values: dict[str, Any] | None, started_at: datetime | None = None) -> None:
        super().__init__(values or {}, self._note_change)
        self.token = token
        self.old_tokens: list[str] = []
        self.new = values is None
        self.modified = False
        self.accessed = False
        self.started_at = started_at

    def _note_change(self, _: object) -> None:
        self.modified = True

    def renew(self) -> None:
        """A new token, so that one planted or seen before is worth nothing after sign-in."""
        self.old_tokens.append(self.token)
        self.token = sessions.new_token()
        self.modified = True


class DatabaseSessions(SessionInterface):
    """Opens and saves sessions in transactions of their own, so that a refused form never loses its visitor."""

    def __init__(self, factory: Callable[[], sessionmaker[Session]], *, is_secure: bool, keep_for: timedelta) -> None:
        self._factory, self._is_secure, self._keep_for = factory, is_secure, keep_for
        self.cookie = "__Host-session" if is_secure else "session"

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        token = request.cookies.get(self.cookie, "")
        if not token:
            return ServerSession(sessions.new_token(), None)
        with self._factory()() as database:
            loaded = sessions.load(database, token, now=datetime.now(UTC))  # noqa: TID251 - the frame reads the clock
        if loaded is None:
            fresh = ServerSession(sessions.new_token(), None)
            fresh.old_tokens.append(token)
            return fresh
        return ServerSession(token, loaded.values, loaded.started_at)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession):
            raise TypeError("a session of another kind")
        if session or session.old_tokens:
            self._write(session)
        if session and (session.modified or session.new):
            kept = self._keep_for if session.permanent else None
            response.set_cookie(
                self.cookie, session.token, max_age=kept, secure=self._is_secure, httponly=True, samesite="Strict"
            )
        elif session.old_tokens:
            response.delete_cookie(self.cookie, secure=self._is_secure, httponly=True, samesite="Strict")

    def _write(self, session: ServerSession) -> None:
        now = datetime.now(UTC)  # noqa: TID251 - the frame reads the clock
        with self._factory().begin() as database:
            for token in session.old_tokens:
                sessions.end(database, token)
            if session and (session.modified or sessions.needs_sign_of_life(database, session.token, now=now)):
                lasts = self._keep_for if session.permanent else None
                sessions.save(database, session.token, dict(session), now=now, lasts=lasts)
