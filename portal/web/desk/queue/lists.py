"""Taking lists out as CSV or JSON: the cases of the view in the address, and the links or requests of one case."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import request
from flask.json import jsonify
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.domain.csv_text import MEDIA, write_csv
from portal.domain.lifecycle import StepRefused
from portal.domain.rights import Right
from portal.services.casefile.queue import listing as queue
from portal.services.casefile.queue import lists_out
from portal.services.casefile.queue.filters import QueueChoice
from portal.services.casefile.queue.lists_out import LIST, SEALED, CaseListKind, ListColumn, ListOut
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case_to_read
from portal.web.desk.pages import Answered, Page, note_export
from portal.web.desk.pages import show as show_page
from portal.web.desk.queue.page import read_choice, write_choice
from portal.web.desk.step_up import confirmed
from portal.web.fields import ChoiceField, PageForm
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_lists", __name__, "/desk")
KINDS = ("csv", "json")
LONGEST_VIEW = 1_000


class ListForm(PageForm):
    kind = ChoiceField(
        _l("Which kind of file?"),
        choices=[("csv", _l("CSV, for a spreadsheet")), ("json", _l("JSON, for a program"))],
        default="csv",
        required=_l("Choose the kind of file."),
    )


@bp.get("/list")
@allowed(Right.READ_CASES)
def choose(member: SignedInStaff) -> Page:
    """Which columns, of the view in the address. None about a person is ticked."""
    return _show(member, ListForm(), read_choice(request.args), set(ListColumn) - SEALED)


@bp.post("/list")
@allowed(Right.READ_CASES)
@confirmed
@locks_late
def take(member: SignedInStaff) -> Answered:
    form = ListForm()
    choice = read_choice(dict(parse_qsl(request.form.get("view", "")[:LONGEST_VIEW])))
    columns = {ListColumn(word) for word in request.form.getlist("column") if word in set(ListColumn)}
    if form.validate():
        with refusals(form):
            if SEALED & columns and not member.may(Right.WORK_ON_CASES):
                raise StepRefused("Names and links are taken out by who works on cases. Choose other columns.")
            made = lists_out.make_list(
                unit().work(member.actor), list(columns | {ListColumn.REFERENCE}), choice, team_keys=member.team_keys
            )
            references = [str(row[0]) for row in made.rows]
            unit().end_transaction()
            with unit().writing() as writing:
                lists_out.note_list(unit().work_in(writing, member.actor), columns, choice, references)
            return _answer(made, str(form.kind.data), f"cases-{choice.show.value}")
    return _show(member, form, choice, columns, status=400)


@bp.get("/cases/<reference>/<any(links, requests):rows>.<any(csv, json):ending>")
@on_case_to_read
def of_case(member: SignedInStaff, work: CaseWork, rows: str, ending: str) -> Response:
    made = lists_out.list_case(work, CaseListKind(rows))
    note_export(member, work, LIST)
    return _answer(made, ending, f"{work.reference}-{rows}")


def _answer(made: ListOut, kind: str, name: str) -> Response:
    answer: Response = jsonify(made.as_records())
    if kind == "csv":
        answer = Response(write_csv(made.columns, made.rows), content_type=MEDIA)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def _show(
    member: SignedInStaff, form: ListForm, choice: QueueChoice, columns: set[ListColumn], *, status: int = 200
) -> Page:
    may_open = member.may(Right.WORK_ON_CASES)
    return show_page(
        "desk/queue/list_out.html",
        member,
        status=status,
        form=form,
        problems=form.problems() if status == 400 else [],
        choice=choice,
        view=urlencode(write_choice(choice)),
        count=queue.count_chosen(unit().work(member.actor), team_ids=tuple(member.team_keys), choice=choice),
        plain=[each for each in ListColumn if each not in SEALED and each is not ListColumn.REFERENCE],
        sealed=[each for each in ListColumn if each in SEALED] if may_open else [],
        chosen=columns,
        most=lists_out.MOST_OPENED,
        legend=_("Columns, beside the reference"),
    )
