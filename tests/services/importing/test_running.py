"""A table becomes cases: by the one intake, each wholly or not at all, and the same table again makes no second one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.imports import Column, DayOrder
from portal.domain.lifecycle import AgeBand, CaseStatus, History, ItemState, Path, RequestState, SentAs, StepRefused
from portal.domain.regimes import Regime
from portal.models.cases import Case, CaseKey
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.imports import ImportMark, ImportState, TableImport
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.cases import erasure, handover, messages
from portal.services.cases.messages import note_views
from portal.services.cases.opening import NoAccess
from portal.services.importing import running, waiting
from portal.services.importing.running import BROKE, NEW_PLACE, NOT_SENT, NOT_YOURS, SAID_ONCE
from portal.services.importing.waiting import ToldToAll
from portal.services.ports import Ports
from portal.services.requests import citations
from portal.services.tracking import sending
from tests.services.factories import NOW, make_work
from tests.services.importing.tables import TOLD, WORD, Importer, write_people, write_rows
from tests.statements import counted

# A transaction, the case and what hangs on it: its key, consents, request, link and its mark, history, laws and the
# mark of its row in the table; before that is it there, and the team twice, the second time held; then the journal (3)
# and the sums of guards (2).
OF_ONE_CASE = 19
ASKED_BY_POSTGRESQL = 2  # the locks of the journal and of new sums, and the sums again; it begins by itself
INSTAGRAM = "https://www.instagram.com/p/Invented"


@pytest.fixture
def importer(sessions: sessionmaker[Session], ports: Ports) -> Importer:
    return Importer(sessions, ports)


def list_cases(session: Session) -> list[Case]:
    return list(session.scalars(select(Case).order_by(Case.item_count.desc(), Case.country)))


def test_rows_of_one_number_are_one_case_with_all_they_say(importer: Importer) -> None:
    rows = (
        f"H1,{INSTAGRAM}1/,NZ,no,AI,Ana Exemplar,ana@example.net,Calls on Mondays,,,,,",
        "H1,https://x.com/someone/status/1111,,,,,,Has a lawyer,,,,,",
        "H2,,New Zealand,no,real,,,,,,,Telegram,The group Invented Harbour",
    )
    seen = importer.take_in(write_rows(*rows))
    assert (seen.state, seen.made, seen.refused) == (ImportState.DONE, 2, ())
    with importer.sessions() as session:
        first, second = list_cases(session)
        assert (first.item_count, second.item_count) == (2, 1)
        assert {case.status for case in (first, second)} == {CaseStatus.OPEN}
        assert {case.team_id for case in (first, second)} == {importer.taker.team_id}
        work = importer.open(session, first.reference)
        report = work.report
        assert (report.name, report.email, report.country) == ("Ana Exemplar", "ana@example.net", "NZ")
        assert report.share_with_platforms, "as was said once for all"
        assert (report.states_no_consent, report.signature) == (False, ""), "nothing is stated that nobody stated"
        assert [note.text for note in note_views(work)] == ["Calls on Mondays\nHas a lawyer"]
        kinds = session.scalars(select(Event.kind).where(Event.case_id == first.id)).all()
        assert kinds.count(History.SUBMITTED) == kinds.count(History.CONSENT_TOLD) == 1
        told = session.scalars(select(Event).where(Event.case_id == first.id, Event.kind == History.CONSENT_TOLD)).one()
        assert work.read_sealed(told)["text"] == SAID_ONCE + TOLD
        requests = session.scalars(select(Request.state).where(Request.case_id == first.id)).all()
        assert requests == [RequestState.PREPARED, RequestState.PREPARED]
        assert session.scalar(select(func.count()).select_from(CaseKey)) == 2, "the team's alone: no words yet"


def test_children_and_threats_go_the_way_of_the_intake(importer: Importer) -> None:
    importer.take_in(write_rows(f"H1,{INSTAGRAM}1/,NZ,yes,real,,,,,,,,", "H2,,NZ,no,threat,,,,,,,,"))
    with importer.sessions() as session:
        paths = {case.path: case for case in list_cases(session)}
        assert set(paths) == {Path.CHILD, Path.THREAT}
        assert paths[Path.CHILD].under_18
        threats = select(func.count()).where(Request.case_id == paths[Path.THREAT].id)
        assert session.scalar(threats) == 0


def test_the_age_of_a_child_is_kept_for_the_figures(importer: Importer) -> None:
    head = "Case,Link,Country,Age"
    importer.take_in(write_rows(f"H1,{INSTAGRAM}1/,NZ,14", f"H2,{INSTAGRAM}2/,NZ,31", head=head))
    with importer.sessions() as session:
        child, adult = list_cases(session)
        assert (child.path, child.under_18, child.age_band) == (Path.CHILD, True, AgeBand.FROM_13)
        assert (adult.under_18, adult.age_band) == (False, None), "that they are 18 or older the report says"
        told = select(func.count()).where(Event.kind == History.AGE_TOLD, Event.case_id == child.id)
        assert session.scalar(told) == 1


def test_what_was_sent_before_is_recorded_in_other_words_and_its_clocks_run_from_there(importer: Importer) -> None:
    rows = (
        f"H1,{INSTAGRAM}1/,DE,no,real,Ana Exemplar,ana@example.net,,2026-11-20,T-1,gone,,",
        f"H1,{INSTAGRAM}2/,DE,no,real,,,,2026-11-20,T-1,,,",
        f"H1,{INSTAGRAM}3/,DE,no,real,,,,2026-11-21,T-2,online,,",
        f"H1,{INSTAGRAM}4/,DE,no,real,,,,,,,,",
    )
    assert importer.take_in(write_rows(*rows)).refused == ()
    with importer.sessions() as session:
        requests = session.scalars(select(Request).order_by(Request.number)).all()
        assert [each.state for each in requests] == [RequestState.SENT, RequestState.SENT, RequestState.PREPARED]
        assert [f"{each.sent_at:%d %H:%M}" for each in requests if each.sent_at] == ["20 23:59", "21 23:59"]
        counts = [session.scalar(select(func.count()).where(Item.request_id == each.id)) for each in requests]
        assert counts == [2, 1, 1], "one request left once"
        sent = session.scalars(select(Event).where(Event.kind == History.SENT)).all()
        assert [event.facts["as"] for event in sent if event.facts] == [SentAs.OTHER.value] * 2
        states = Counter(session.scalars(select(Item.state)))
        assert states[ItemState.REMOVED] == 1
        assert session.scalars(select(Clock).where(Clock.request_id == requests[0].id)).all()
        work = importer.open(session, list_cases(session)[0].reference)
        assert [work.read_sealed(each)["ticket"] for each in requests] == ["T-1", "T-2", ""]


def test_the_same_table_again_makes_nothing_twice_and_adds_what_is_new(importer: Importer) -> None:
    rows = [f"H{number},{INSTAGRAM}{number}/,NZ,no,real,,,,,,,," for number in range(3)]
    rows += [f",{INSTAGRAM}9/,NZ,no,real,Bo,,,,,,,", f",{INSTAGRAM}9/,NZ,no,real,Bo,,another note,,,,,"]
    first = importer.take_in(write_rows(*rows))
    assert first.made == 4, "a row without a number that says the same again is the same case"
    again = importer.take_in(write_rows(*rows), now=NOW + timedelta(hours=1))
    assert (again.made, again.added_to, again.there, again.refused) == (0, 0, 4, ())
    more = importer.take_in(write_rows(*rows, f"h1,{INSTAGRAM}77/,,,,,,,2026-11-20,,,,"), now=NOW + timedelta(hours=2))
    assert more.refused == ((3, NOT_SENT),), "what was sent does not join what was not"
    more = importer.take_in(write_rows(*rows, f"h1,{INSTAGRAM}77/,,,,,,,,,,,"), now=NOW + timedelta(hours=3))
    assert (more.made, more.added_to, more.added_links, more.there) == (0, 1, 1, 3)
    with importer.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 4
        assert session.scalar(select(func.count()).select_from(Item)) == 5


def test_a_crash_in_the_middle_leaves_whole_cases_and_the_import_goes_on(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"H{number},{INSTAGRAM}{number}/,NZ,no,real,,,a note,2026-11-20,,,," for number in range(5)]
    import_id = importer.begin(write_rows(*rows))
    importer.press(import_id)
    record, calls = sending.record_sent, []

    def stop(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt  # as a process that is ended: nothing of ours catches it
        record(*given)

    monkeypatch.setattr(sending, "record_sent", stop)
    with pytest.raises(KeyboardInterrupt):
        importer.run()
    monkeypatch.undo()
    with importer.sessions() as session:
        assert session.scalar(select(func.count()).where(Case.status == CaseStatus.OPEN)) == 2
        assert session.scalar(select(func.count()).select_from(Case)) == 2, "nothing is left of the third"
        assert session.scalar(select(func.count()).where(Request.state == RequestState.SENT)) == 2
    importer.run(now=NOW + timedelta(minutes=6))  # once the lease of the dead worker is over
    seen = importer.view(import_id)
    assert (seen.state, seen.made, seen.there, seen.refused) == (ImportState.DONE, 5, 0, ())
    with importer.sessions() as session:
        assert session.scalar(select(func.count()).where(Request.state == RequestState.SENT)) == 5


def test_one_case_that_breaks_holds_up_no_other(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    add_note = messages.add_note

    def refuse(work: Any, text: str) -> None:
        if text == "breaks":
            raise ZeroDivisionError
        add_note(work, text)

    monkeypatch.setattr(messages, "add_note", refuse)
    rows = (f"H1,{INSTAGRAM}1/,NZ,no,real,,,breaks,,,,,", f"H2,{INSTAGRAM}2/,NZ,no,real,,,fine,,,,,")
    seen = importer.take_in(write_rows(*rows))
    assert (seen.made, seen.refused) == (1, ((2, BROKE),))


def test_two_imports_of_one_table_at_the_same_moment_make_each_case_once(importer: Importer) -> None:
    text = write_rows(f"H1,{INSTAGRAM}1/,NZ,no,real,,,,,,,,")
    ids = [importer.begin(text), importer.begin(text)]
    for each in ids:
        importer.press(each)
    importer.run()
    assert sorted(importer.view(each).made for each in ids) == [0, 1]
    assert [importer.view(each).refused for each in ids] == [(), ()]


def test_a_mark_can_be_written_once_also_by_two_at_the_same_moment(importer: Importer) -> None:
    text = write_rows(f"H1,{INSTAGRAM}1/,NZ,no,real,,,,,,,,")
    importer.take_in(text)
    with importer.sessions() as session:
        mark = session.scalars(select(ImportMark)).one()
        case = session.get_one(Case, mark.case_id)
    import_id = importer.begin(text)
    with importer.sessions.begin() as session:
        work = make_work(session, importer.ports, actor=importer.taker.actor)
        opened = waiting.open_import(work, import_id, importer.private_key)
        assert opened.waiting
        order = running._Order(import_id=import_id, team_id=importer.taker.team_id, waiting=opened.waiting, keys={})
    found = order.waiting.reading.cases[0]
    looks: Iterator[dict[str, ImportMark]] = iter([{}, {}])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "find_marks", lambda *_given: next(looks))  # as who looked before the other wrote
        why = running._try(importer.sessions, order, found, importer.taker.actor, NOW, importer.ports)
    assert why == ""
    with importer.sessions() as session:
        assert [each.id for each in session.scalars(select(Case))] == [case.id]


def test_nothing_is_added_to_a_case_that_the_team_has_no_longer_or_to_words(importer: Importer) -> None:
    place = "H2,,NZ,no,real,,,,,,,Telegram,One group"
    importer.take_in(write_rows(f"H1,{INSTAGRAM}1/,NZ,no,real,,,,,,,,", place))
    with importer.sessions.begin() as session:
        reference = next(case.reference for case in list_cases(session) if not read_place(importer, session, case))
        handover.take_back(importer.open(session, reference))
    rows = (f"H1,{INSTAGRAM}2/,NZ,no,real,,,,,,,,", place, "H2,,NZ,no,real,,,,,,,Telegram,Another group")
    seen = importer.take_in(write_rows(*rows), now=NOW + timedelta(hours=1))
    assert seen.refused == ((2, NOT_YOURS), (3, NEW_PLACE))
    with importer.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 2


def read_place(importer: Importer, session: Session, case: Case) -> bool:
    return bool(importer.open(session, case.reference).report.places)


def test_an_erased_case_leaves_no_mark(importer: Importer) -> None:
    importer.take_in(write_rows(f"H1,{INSTAGRAM}1/,NZ,no,real,,,,,,,,"))
    with importer.sessions.begin() as session:
        erasure.erase(importer.open(session, list_cases(session)[0].reference))
    with importer.sessions() as session:
        assert session.scalars(select(ImportMark)).all() == []


@pytest.mark.parametrize(
    ("word", "rest"),
    [
        (ToldToAll(to_platforms=True), ""),
        (ToldToAll(told="  "), ""),
        (ToldToAll(told=TOLD, to_platforms=True), "2026-11-20"),
        (ToldToAll(told=TOLD, channel=WORD.channel), "2026-11-20"),
    ],
)
def test_without_the_word_nothing_is_imported(importer: Importer, word: ToldToAll, rest: str) -> None:
    import_id = importer.begin(write_rows(f"H1,{INSTAGRAM}1/,NZ,no,real,,,,{rest},,,,"))
    with pytest.raises(StepRefused):
        importer.press(import_id, word)
    importer.run()
    with importer.sessions() as session:
        assert session.scalars(select(Case)).all() == []


def test_the_lines_are_sealed_for_their_member_and_gone_when_it_is_done(importer: Importer) -> None:
    import_id = importer.begin(write_rows(f"H1,{INSTAGRAM}1/,NZ,no,real,Ana Exemplar,,,,,,,"))
    with importer.sessions() as session:
        row = session.get_one(TableImport, import_id)
        assert row.sealed
        assert b"Exemplar" not in row.sealed
        work = make_work(session, importer.ports, actor=importer.taker.actor)
        with pytest.raises(NoAccess):
            waiting.open_import(work, import_id, b"\x01" * 32)
    importer.press(import_id)
    importer.run()
    with importer.sessions() as session:
        row = session.get_one(TableImport, import_id)
        assert (row.sealed, row.wrapped) == (None, None)


def test_a_table_without_a_word_is_forgotten_after_a_day(importer: Importer) -> None:
    import_id = importer.begin(write_rows(f"H1,{INSTAGRAM}1/,NZ,no,real,,,,,,,,"))
    for after, left in ((timedelta(hours=23), 1), (timedelta(hours=24), 0)):
        with importer.sessions.begin() as session:
            waiting.purge(make_work(session, importer.ports, now=NOW + after))
        with importer.sessions() as session:
            assert session.scalar(select(func.count()).where(TableImport.id == import_id)) == left


def test_a_row_that_somebody_bent_does_not_open(importer: Importer) -> None:
    import_id = importer.begin(write_rows(f"H1,{INSTAGRAM}1/,NZ,no,real,,,,,,,,"))
    with importer.sessions.begin() as session:
        connection = session.connection()
        connection.exec_driver_sql("UPDATE table_imports SET cases = 7")
    with importer.sessions() as session:
        work = make_work(session, importer.ports, actor=importer.taker.actor)
        with pytest.raises(NoAccess):
            waiting.open_import(work, import_id, importer.private_key)


def test_the_columns_can_be_mapped_by_hand_and_the_order_of_a_day_chosen(importer: Importer) -> None:
    text = write_rows(f"{INSTAGRAM}1/,03/04/2026,New South Wales,Australia?", head="Unheard of,When,R,C")
    import_id = importer.begin(text)
    columns = (Column.LINK, Column.FOUND_ON, None, None)
    assert importer.look(import_id).reading.cases == ()
    for order, month in ((DayOrder.DAY_FIRST, 4), (DayOrder.MONTH_FIRST, 3)):
        reading = importer.map(import_id, columns, order).reading
        assert [case.found_on.month for case in reading.cases if case.found_on] == [month]
    faults = importer.map(import_id, (Column.LINK, None, Column.REGION, Column.COUNTRY)).reading.faults
    assert [fault.column for fault in faults] == [Column.COUNTRY]
    assert importer.look(import_id).word == WORD, "what was typed stays"


def test_a_case_takes_the_same_number_of_statements_in_a_large_table_as_in_a_small_one(importer: Importer) -> None:
    def count(people: int, start: int) -> float:
        with importer.sessions() as session, counted(session) as statements:
            seen = importer.take_in(write_people(people, 20, start=start))
            assert (seen.made, seen.refused) == (people, ())
            return statements() / people

    count(3, 0)  # the process reads what it keeps
    assert count(30, 100) <= count(6, 200) + 2


def test_to_open_a_case_takes_few_statements(importer: Importer) -> None:
    def count(people: int, start: int) -> int:
        with importer.sessions() as session, counted(session) as statements:
            seen = importer.take_in(write_people(people, 1, start=start).replace("2026-11-20", ""))
            assert (seen.made, seen.refused) == (people, ())
            return statements()

    count(1, 0)  # the process reads what it keeps, and the database the laws
    with importer.sessions() as session:
        asks_for_locks = session.get_bind().dialect.name == "postgresql"
    of_one = OF_ONE_CASE + ASKED_BY_POSTGRESQL * asks_for_locks
    assert count(12, 100) - count(2, 200) <= 10 * of_one


def test_cases_that_are_alike_in_all_that_laws_ask_are_judged_once(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []
    find_reason = citations._About.find_reason

    def note(about: citations._About, regime: Regime) -> str | None:
        judged.append(regime.id)
        return find_reason(about, regime)

    monkeypatch.setattr(citations._About, "find_reason", note)
    for people in (2, 6):
        judged.clear()
        seen = importer.take_in(write_people(people, 1, start=people))
        assert seen.state is ImportState.DONE
        assert len(judged) == len(set(judged)) > 0


def test_what_was_judged_is_forgotten_with_the_run(importer: Importer) -> None:
    importer.take_in(write_people(2, 1))
    assert importer.ports.judged is None
