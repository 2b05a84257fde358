"""Cases from a table: the file, what its columns hold, what will come of it, and the one press that imports it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import abort, flash, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.adapters.readers.tables import read_table
from portal.domain.imports import Column, has_slashes
from portal.domain.lifecycle import StepRefused
from portal.domain.rights import Right
from portal.domain.tables import LARGEST, MOST_ROWS, ReadTable, TableRefusal, TableRefused
from portal.reference.holidays import name_part
from portal.services.cases.opening import NoAccess
from portal.services.importing import waiting as imports
from portal.services.importing.reading import CountryNames
from portal.services.importing.waiting import OpenedImport, WaitingTable
from portal.services.intake import drafts
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.forms.imports import TableForm, WordForm
from portal.web.desk.pages import Answered, Page, go
from portal.web.desk.pages import show as show_page
from portal.web.forms.parts import PARTS
from portal.web.places import country_names
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_imports", __name__, "/desk/import")
MOST_FAULTS = 100  # on the page at a time
SAMPLES = 2
REFUSALS: Mapping[TableRefusal, Any] = MappingProxyType(
    {
        TableRefusal.EMPTY: _l("There are no rows in it. Choose a file with headings, and rows under them."),
        TableRefusal.TOO_LARGE: _l("This is too large. A file may have 5 MB. Cut it into two."),
        TableRefusal.TOO_MANY_ROWS: _l("There are more than 5,000 rows. Cut the table in two, with headings in both."),
        TableRefusal.TOO_MANY_COLUMNS: _l("There are more than 60 columns. Take out those that are not needed."),
        TableRefusal.CELL_TOO_LONG: _l("A cell has more than 20,000 characters. Shorten it."),
        TableRefusal.OLD_OR_LOCKED: _l("This is an old workbook, or one with a password. Save it as XLSX or CSV."),
        TableRefusal.BROKEN: _l("This cannot be read as a table. Save it as XLSX or CSV, and choose that file."),
        TableRefusal.TOO_COMPLEX: _l("This file is larger inside than any usual table. Save the sheet alone as CSV."),
        TableRefusal.BUSY: _l("Another table is being read. Wait a moment, and send it again."),
        TableRefusal.UNCONFINED: _l(
            "No table can be read safely on this server, also not a pasted one. Tell the people who run this portal."
        ),
    }
)


@bp.get("")
@allowed(Right.WORK_ON_CASES)
def show_start(member: SignedInStaff) -> Page:
    teams = list_teams(member)
    return _show_start(member, TableForm(teams) if teams else None)


@bp.post("")
@allowed(Right.WORK_ON_CASES)
@locks_late
def begin(member: SignedInStaff) -> Answered:
    teams = list_teams(member)
    form = TableForm(teams) if teams else None
    if form is None or not form.validate():
        return _show_start(member, form)
    with refusals(form):
        try:
            table = _read_sent(form)
        except TableRefused as refused:
            raise StepRefused(str(REFUSALS[refused.reason])) from refused
        work = unit().work(member.actor)
        planned = imports.plan(work, table, names=list_names(), language=str(get_locale()))
        unit().end_transaction()
        with unit().writing() as writing:
            work = unit().work_in(writing, member.actor)
            import_id = imports.begin(work, planned, team_id=UUID(form.chosen_team))
        return go("desk_imports.show", import_id=import_id)
    return _show_start(member, form)


@bp.get("/<uuid:import_id>")
@allowed(Right.WORK_ON_CASES)
def show(member: SignedInStaff, import_id: UUID) -> Answered:
    opened = _open(member, import_id)
    if opened is None:
        return _go_back()
    if opened.waiting is None:
        seen = imports.view_import(unit().work(member.actor), opened.row)
        return show_page("desk/import/done.html", member, seen=seen, percent=seen.job.percent if seen.job else 0)
    return _show_table(member, import_id, opened.waiting, WordForm(opened.waiting.word, opened.waiting.order))


@bp.post("/<uuid:import_id>")
@allowed(Right.WORK_ON_CASES)
@locks_late
def change(member: SignedInStaff, import_id: UUID) -> Answered:
    """Kept first, whatever was pressed, so that nothing that was typed is lost; then imported where that was meant."""
    opened = _open(member, import_id)
    if opened is None:
        return _go_back()
    if opened.waiting is None:
        return go("desk_imports.show", import_id=import_id)
    form = WordForm(opened.waiting.word, opened.waiting.order)
    if not form.validate():
        return _show_table(member, import_id, opened.waiting, form, status=400)
    planned = imports.plan_anew(
        unit().work(member.actor),
        opened.waiting,
        columns=_read_columns(len(opened.waiting.columns)),
        order=form.day_order,
        word=form.word,
        names=list_names(),
    )
    unit().end_transaction()
    with refusals(form):
        _keep(member, import_id, planned, is_pressed=False)
        is_shown = (planned.columns, planned.order) == (opened.waiting.columns, opened.waiting.order)
        if "go" in request.form and is_shown:
            _keep(member, import_id, planned, is_pressed=True)
        elif "go" in request.form:
            flash(_("It was read anew. Look at what will come of it, then import it."))
        return go("desk_imports.show", import_id=import_id)
    return _show_table(member, import_id, planned, form, status=400)


@bp.post("/<uuid:import_id>/discard")
@allowed(Right.WORK_ON_CASES)
def discard(member: SignedInStaff, import_id: UUID) -> Response:
    with suppress(NoAccess):
        imports.discard(unit().work(member.actor), import_id)
        flash(_("The table is thrown away. Nothing of it is left here."))
    return go("desk_imports.show_start")


def list_teams(member: SignedInStaff) -> list[tuple[str, str]]:
    """The member's teams that take cases now."""
    mine = {str(team_id) for team_id in member.team_keys}
    return [each for each in drafts.list_teams_to_ask(unit().db, "") if each[0] in mine]


def list_names() -> CountryNames:
    """How countries and their parts may be written, in small letters: by code, in English, in the page's language."""
    named = [(name, code) for language in ("en", str(get_locale())) for code, name in country_names(language)]
    countries = {name.casefold(): code for name, code in named} | {code.casefold(): code for _name, code in named}
    parts = {country: _list_part_names(country, known) for country, known in PARTS.items()}
    return CountryNames(countries=countries | {"uk": "GB", "usa": "US"}, parts=parts)


def _list_part_names(country: str, known: Iterable[tuple[str, Any]]) -> Mapping[str, str]:
    """Codes by themselves, by the name in the page's language, and by that in the country."""
    found: dict[str, str] = {}
    for code, name in known:
        found |= dict.fromkeys((code.casefold(), str(name).casefold(), name_part(country, code).casefold()), code)
    return found


def _read_sent(form: TableForm) -> ReadTable:
    """The file, else what was pasted. Raises TableRefused."""
    upload = request.files.get("file")
    content = upload.read(LARGEST + 1) if upload is not None and upload.filename else b""
    content = content or (form.pasted.data or "").encode("utf-8", "replace")
    return read_table(content, may_be_unconfined=unit().config.takes_files_unconfined)


def _read_columns(count: int) -> Sequence[Column | None]:
    """What each column holds, in their order; one that was chosen twice counts where it stands first."""
    chosen: list[Column | None] = []
    for word, _place in zip_longest(request.form.getlist("column")[:count], range(count), fillvalue=""):
        column = Column(str(word)) if word in set(Column) else None
        chosen.append(None if column in chosen else column)
    return chosen


def _keep(member: SignedInStaff, import_id: UUID, planned: WaitingTable, *, is_pressed: bool) -> None:
    with unit().writing() as writing:
        work = unit().work_in(writing, member.actor)
        try:
            opened = imports.open_import(work, import_id, member.private_key, to_change=True)
        except NoAccess:
            abort(404)
        if is_pressed:
            imports.press(work, opened, planned, team_keys=member.team_keys)
        else:
            imports.keep(work, opened, planned)


def _open(member: SignedInStaff, import_id: UUID) -> OpenedImport | None:
    with suppress(NoAccess):
        return imports.open_import(unit().work(member.actor), import_id, member.private_key)
    return None


def _go_back() -> Response:
    flash(_("This table is not here any more. Choose the file again."))
    return go("desk_imports.show_start")


def _show_start(member: SignedInStaff, form: TableForm | None) -> Page:
    is_sent = request.method == "POST"
    return show_page(
        "desk/import/start.html",
        member,
        status=400 if is_sent else 200,
        form=form,
        problems=form.problems() if form and is_sent else [],
        columns=list(Column),
        most=f"{MOST_ROWS:,}",
        before=imports.list_own(unit().work(member.actor)),
    )


def _show_table(
    member: SignedInStaff, import_id: UUID, waiting: WaitingTable, form: WordForm, *, status: int = 200
) -> Page:
    table, reading = waiting.table, waiting.reading
    platforms = unit().ports.registry.platforms
    named = ((platforms[slug].name if slug in platforms else slug, n) for slug, n in reading.count_platforms().items())
    return show_page(
        "desk/import/table.html",
        member,
        status=status,
        form=form,
        problems=form.problems() if status == 400 else [],
        reading=reading,
        choices=list(Column),
        columns=[
            (heading, column, [row[place] for row in table.rows[:SAMPLES] if row[place]])
            for place, (heading, column) in enumerate(zip(table.headings, waiting.columns, strict=True))
        ],
        rows=len(table.rows),
        asks_order=any(has_slashes(cell) for row in table.rows for cell in row),
        platforms=sorted(named, key=lambda each: (-each[1], each[0])),
        faults=reading.faults[:MOST_FAULTS],
        action=url_for("desk_imports.change", import_id=import_id),
        away=url_for("desk_imports.discard", import_id=import_id),
    )
