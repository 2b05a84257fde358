"""What is done at the desk is written down: who came in, who was refused, who took papers out; never from where."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.adapters.signing import by_id
from portal.domain.lifecycle import History
from portal.models.cases import Case
from portal.models.events import Event
from portal.models.journal import JournalEntry
from portal.services.history.verification import Against, verify
from portal.services.letters import kept_letters
from tests.web.desk.colleague import Colleague, Desk
from tests.web.pages import Visitor


def list_entries(desk: Desk) -> list[JournalEntry]:
    with desk.parts.sessions() as session:
        return list(session.scalars(select(JournalEntry).order_by(JournalEntry.position)))


def list_kinds(desk: Desk) -> list[str]:
    return [entry.kind for entry in list_entries(desk)]


def test_coming_in_and_going_are_written_down_with_who_it_was(desk: Desk) -> None:
    desk.visit("mira").press("Sign out")
    found = [entry for entry in list_entries(desk) if entry.kind in {"signed_in", "signed_out"}]
    assert [entry.kind for entry in found] == ["signed_in", "signed_out"]
    assert found[0].staff_id == found[1].staff_id is not None


def test_a_refused_sign_in_is_written_down_without_what_was_typed(desk: Desk) -> None:
    desk.add("mira")
    Colleague(desk.app).sign_in("mira", password="not the password at all", status=400)
    Colleague(desk.app).sign_in("canary-name", password="canary-password", status=400)
    refused = [entry for entry in list_entries(desk) if entry.kind == "sign_in_refused"]
    assert [entry.staff_id is None for entry in refused] == [False, True]
    assert [entry.facts for entry in refused] == [{"step": "first"}, {"step": "first"}]


def test_words_that_open_nothing_are_written_down_without_the_words(desk: Desk) -> None:
    visitor = Visitor(desk.app)
    visitor.go("/return")
    words = desk.parts.ports.words.draw()
    visitor.press("Go on", words=words, status=400)
    [entry] = [entry for entry in list_entries(desk) if entry.kind == "words_refused"]
    assert (entry.staff_id, entry.case_id, entry.facts) == (None, None, {})


def test_reading_a_case_and_taking_its_papers_are_written_down(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_letters, "take_letter", lambda *_arguments, **_named: b"%PDF-")
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/report")
    assert colleague.client.get(f"/desk/cases/{reference}/letters/1-full.pdf").data == b"%PDF-"
    with desk.parts.sessions() as session:
        case_id = session.scalars(select(Case.id).where(Case.reference == reference)).one()
    found = [entry for entry in list_entries(desk) if entry.kind in {"opened", "exported"}]
    assert [(entry.kind, entry.case_id) for entry in found] == [("opened", case_id), ("exported", case_id)]
    assert found[0].staff_id == found[1].staff_id is not None
    assert "A copy of the case or of its papers was saved." in desk.visit("otto").go("/desk/audit").text
    with desk.parts.sessions() as session:
        event = session.scalars(select(Event).where(Event.kind == History.EXPORTED)).one()
        assert (event.case_id, event.facts) == (case_id, {"what": "letter"})


def test_the_history_of_a_day_at_the_desk_is_whole(desk: Desk) -> None:
    desk.add_case()
    desk.visit("mira").go("/desk")
    with desk.parts.sessions() as session:
        verdict = verify(session, Against(keys=by_id([]), server=desk.parts.keys), now=desk.parts.clock())
    assert [broken.row for broken in verdict.breaks] == ["heads"]  # no worker was there to sign
    assert verdict.entries > verdict.events
