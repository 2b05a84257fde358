"""Adding pasted links to a case: read and planned while nobody waits for it, written in a moment."""

from __future__ import annotations

from portal.services.intake import drafts, submission
from portal.services.intake.submission import AddedLinks
from portal.services.work import CaseWork
from portal.web.late_writing import let_go, plan_and_keep


def add_pasted(work: CaseWork, text: str) -> AddedLinks:
    """What became of the links in a text. It is written down at once, so that the page is made without a lock.

    Raises NoRoom, and StepRefused where the case was erased or taken back.
    """
    read = drafts.read_text(text, ports=work.ports)
    found = plan_and_keep(
        work, lambda: submission.plan_items(work, read), lambda plan: submission.keep_items(work, plan)
    )
    let_go(work)
    return found
