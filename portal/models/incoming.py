"""Tables of mail that comes in: each as it came until somebody looks, and the key by which a case is written to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.incoming import IncomingState, MatchedBy, Nature
from portal.models.guards import Guarded


class IncomingMail(Base):
    """One mail. `digest` is a keyed hash of it, so that the same mail comes in once.

    `sealed` holds the whole mail: under the server's key until it has found its case, then under a key of its own that
    `wrapped` holds for the case alone; and once it was read what is kept of it, under the case's key. `mark` is the
    guard of a mail that waits in a case: what its case takes in is what the portal put there.
    """

    __tablename__ = "incoming_mails"
    __table_args__ = (UniqueConstraint("case_id", "number"), Index("ix_incoming_mails_state", "state", "received_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    server_key: Mapped[str] = mapped_column(String(16))  # under which of the server's secrets `sealed` is, or was
    state: Mapped[IncomingState] = mapped_column(Word(IncomingState))
    received_at: Mapped[datetime]
    size: Mapped[int]  # bytes, as it came
    nature: Mapped[Nature | None] = mapped_column(Word(Nature))
    matched_by: Mapped[MatchedBy | None] = mapped_column(Word(MatchedBy))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), index=True)
    number: Mapped[int | None]  # within its case
    over_at: Mapped[datetime | None]  # when it was read, or set aside
    sealed: Mapped[bytes | None]
    wrapped: Mapped[bytes | None]
    mark: Mapped[bytes | None]


class InboxKey(Guarded, Base):
    """The public half of the key pair under which mail is sealed to one case; the private one comes from its key."""

    __tablename__ = "inbox_keys"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    public: Mapped[bytes]


class MailboxPlace(Base):
    """How far one mailbox at a mail server was read. Nothing in it is about a case.

    Mails up to `last_uid` are kept, as long as the server counts as it did (`validity`). `held_until`: a worker reads
    it, or it is left alone after a failure, until then. `token` is the refresh token, sealed for the server, that the
    issuer gave in place of that of the file, whose digest is `token_of`: with another in the file it counts no more.
    `is_refused`: the issuer takes neither any more.
    """

    __tablename__ = "mailbox_places"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    place: Mapped[str] = mapped_column(String(64))  # a digest of server, user and folder
    validity: Mapped[int | None] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int]  # one after the other
    held_until: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]  # when it was last read to its end
    token: Mapped[bytes | None]
    token_of: Mapped[str | None] = mapped_column(String(64))
    server_key: Mapped[str | None] = mapped_column(String(16))  # under which of the server's secrets `token` is
    is_refused: Mapped[bool] = mapped_column(default=False, server_default=false())

    def __repr__(self) -> str:
        return f"<MailboxPlace {self.name}>"
