"""Which files stand in the storage: each by digest and size, so that one that was changed or taken away is found.

The bytes are sealed; what is digested is what lies there. Nobody has to be signed in to look.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.adapters.storage import FileMissing, ObjectStorage
from portal.models.guards import StoredFile


def put(storage: ObjectStorage, name: str, content: bytes, *, case_id: UUID) -> StoredFile:
    """Put a sealed file of a case into the storage. The row that says what it is is still to be added."""
    storage.put(name, content)
    return _describe(name, content, case_id)


def keep(session: Session, storage: ObjectStorage, name: str, content: bytes, *, case_id: UUID) -> None:
    """Put a sealed file of a case into the storage, and write down what it is."""
    session.add(put(storage, name, content, case_id=case_id))


def note_found(session: Session, storage: ObjectStorage, name: str, *, case_id: UUID) -> None:
    """Write down a file that was put there before files were known, as it is now."""
    session.add(_describe(name, storage.get(name), case_id))


def _describe(name: str, content: bytes, case_id: UUID) -> StoredFile:
    return StoredFile(name=name, case_id=case_id, size=len(content), digest=hashlib.sha256(content).digest())


def note_gone(session: Session, name: str) -> None:
    """The file is to be destroyed: nothing is expected under its name from here on."""
    session.execute(delete(StoredFile).where(StoredFile.name == name))


def find_fault(storage: ObjectStorage, name: str, size: int, digest: bytes) -> str | None:
    """What is wrong with a file, or None where it is as it was put there."""
    try:
        content = storage.get(name)
    except FileMissing:
        return "is missing"
    if len(content) != size or hashlib.sha256(content).digest() != digest:
        return "is not what was put there"
    return None
