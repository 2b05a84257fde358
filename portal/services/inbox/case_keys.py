"""The key pair of a case's inbox: anybody here can write a mail to a case, and only who holds its key can read it.

The private half is made from the case's own key, so that the person and the team open the same mail, whoever has the
case when it comes and whoever has it later, and an erased case's mail opens for nobody, in no backup. The public half
is written down when the first letter is sent: before that nothing can be answered.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.models.incoming import InboxKey
from portal.services.history import guards
from portal.services.work import CaseWork


def ensure_inbox(work: CaseWork) -> None:
    """Let mail be sealed to this case from now on."""
    if work.session.get(InboxKey, work.case.id) is None:
        work.session.add(InboxKey(case_id=work.case.id, public=vault.public_of(private_key(work))))
        work.session.flush()


def private_key(work: CaseWork) -> bytes:
    """Opens what was sealed to this case."""
    return vault.derive_subkey(work.key, "inbox")


def find_public(session: Session, case_id: UUID) -> bytes | None:
    """The public half; None for a case that has sent nothing since there are such keys, and where somebody put another
    in its place: then the server keeps the mail itself.
    """
    row = session.get(InboxKey, case_id)
    if row is None or InboxKey.__tablename__ in guards.list_bent(session, case_id):
        return None
    return row.public
