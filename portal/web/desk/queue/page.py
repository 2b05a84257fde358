"""The team's cases, what can still be saved first; and finding one by its reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from portal.domain.rights import Right
from portal.models.accounts import QueueColumn
from portal.services.casefile.bulk.many_cases import MOST_CASES
from portal.services.casefile.queue.filters import News, QueueChoice, QueueFilter, Risk, WaitsFor, Whose
from portal.services.casefile.queue.listing import MOST_COUNTED, list_queue
from portal.services.cases import finding, name_search, tags
from portal.services.cases.opening import NoAccess, open_for_staff
from portal.services.staff import saved_views
from portal.services.staff.lists import list_addresses
from portal.services.staff.saved_views import ViewSaved
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.key_rotation import continue_key_rotation
from portal.web.desk.pages import Answered, Page, go, read_page, read_reference
from portal.web.desk.pages import show as show_page
from portal.web.unit_of_work import unit

bp = make_blueprint("queue", __name__, "/desk")

Word = TypeVar("Word", bound=StrEnum)
NARROWING: Mapping[str, type[StrEnum]] = {"whose": Whose, "risk": Risk, "waits": WaitsFor, "news": News}
LONGEST = 80
USUAL = (
    QueueColumn.DUE,
    QueueColumn.MARKS,
    QueueColumn.CONTACT,
    QueueColumn.COUNTRY,
    QueueColumn.LINKS,
    QueueColumn.ASSIGNEE,
)


@bp.get("")
@allowed(Right.READ_CASES)
def show(member: SignedInStaff) -> Page:
    continue_key_rotation(member)
    return show_queue(member)


@bp.post("/find")
@allowed(Right.READ_CASES)
def find(member: SignedInStaff) -> Answered:
    """By a reference, a link, a ticket number, an account, and a name where that is on; posted, so that nothing of it
    stays in an address or a browser's list.

    A reference as it is read aloud on the telephone: small letters, spaces or no hyphen are all the same.
    """
    typed = request.form.get("sought", "")
    if not typed.strip():
        return go("queue.show")
    reference = read_reference(typed[:LONGEST])
    work = unit().work(member.actor)
    try:
        open_for_staff(work, reference, team_keys=member.team_keys, to_change=False)
        return go("desk_case.show", reference=reference)
    except NoAccess:
        named = name_search.find_by_name(work, typed, member.team_keys)
        found = tuple(dict.fromkeys((*finding.find_cases(work, typed, team_ids=tuple(member.team_keys)), *named)))
    if len(found) == 1:
        return go("desk_case.show", reference=found[0])
    if found:
        names = unit().config.has_name_search
        return show_page("desk/queue/found.html", member, found=found, typed=None, finds_names=names)
    return show_queue(member, typed=typed)


def show_queue(member: SignedInStaff, *, typed: str | None = None) -> Page:
    """The list; `typed` is what none of the team's cases was found by."""
    choice = read_choice(request.args)
    page = read_page(request.args.get("page", ""))
    work = unit().work(member.actor)
    after = read_reference(before) if (before := request.args.get("after", "")[:LONGEST]) else ""
    found = list_queue(work, team_ids=tuple(member.team_keys), choice=choice, page=page, after=after)
    columns = read_columns(request.args)
    asked = write_asked(choice, columns)
    teams = tuple(member.team_keys)
    registry = unit().ports.registry
    return show_page(
        "desk/queue.html",
        member,
        status=200 if typed is None else 404,
        queue=found,
        writes_mail=unit().config.mail is not None,
        choice=choice,
        is_narrowed=bool(asked.keys() - {"show", "columns"}),
        asked=asked,
        narrowed_by=list(MultiDict(asked).items(multi=True)),  # the way back, where nothing was ticked
        asks_columns=bool(columns),
        all_columns=tuple(QueueColumn),
        columns=columns or columns_of(member),
        views=list_saved(member),
        teams=[(each.team, str(each.team_id)) for each in list_addresses(unit().db, teams)] if len(teams) > 1 else [],
        tags=[(each.name, str(each.id)) for each in tags.list_tags(work, teams)],
        words=NARROWING,
        platforms=sorted((each.name, slug) for slug, each in registry.platforms.items()),
        laws=sorted((each.name, name) for name, each in registry.regimes.items()),
        typed=typed,
        view=lambda show: url_for("queue.show", **{**asked, "show": show.value}),
        address=lambda number: url_for("queue.show", **asked, page=number),
        most_counted=MOST_COUNTED,
        most_cases=MOST_CASES,
        behind=url_for("queue.show", **asked, after=found.behind) if found.behind else "",
        finds_names=unit().config.has_name_search,
        has_teams=bool(member.team_keys),
        away=url_for("desk_lists.choose", **asked),
    )


def list_saved(member: SignedInStaff) -> list[tuple[ViewSaved, str]]:
    """The member's named views, each with its address."""
    return [
        (each, f"{url_for('queue.show')}?{each.asked}") for each in saved_views.list_views(unit().work(member.actor))
    ]


def read_columns(asked: MultiDict[str, str]) -> tuple[QueueColumn, ...]:
    """The columns that an address or a form asks for, in their order; none where it says nothing of them."""
    wanted = set(asked.getlist("columns"))
    return tuple(each for each in QueueColumn if each.value in wanted)


def columns_of(member: SignedInStaff) -> tuple[QueueColumn, ...]:
    """Those that the member chose for good, else the usual ones."""
    chosen = set(member.staff.queue_columns or ())
    return tuple(each for each in QueueColumn if each.value in chosen) or USUAL


def read_choice(asked: Mapping[str, str]) -> QueueChoice:
    """What an address asks for. What is none of ours narrows nothing."""
    return QueueChoice(
        show=_read(QueueFilter, asked.get("show", "")) or QueueFilter.ALL,
        whose=_read(Whose, asked.get("whose", "")),
        risk=_read(Risk, asked.get("risk", "")),
        waits=_read(WaitsFor, asked.get("waits", "")),
        news=_read(News, asked.get("news", "")),
        platform=_read_word(asked.get("platform", "")),
        law=_read_word(asked.get("law", "")),
        country=_read_word(asked.get("country", "")).upper()[:2],
        language=_read_word(asked.get("language", ""))[:16],
        team=_read_id(asked.get("team", "")),
        tag=_read_id(asked.get("tag", "")),
        is_stale=asked.get("stale", "") == "y",
        since=_read_moment(asked.get("since", "")),
    )


def write_choice(choice: QueueChoice) -> dict[str, Any]:
    """The same as parts of an address; what narrows nothing is left out."""
    parts: dict[str, Any] = {
        "show": choice.show.value,
        **{name: getattr(choice, name) for name in (*NARROWING, "platform", "law", "country", "language")},
        "team": str(choice.team or ""),
        "tag": str(choice.tag or ""),
        "stale": "y" if choice.is_stale else "",
        "since": choice.since.strftime("%Y-%m-%dT%H:%M:%S") if choice.since else "",
    }
    return {name: value for name, value in parts.items() if value}


def write_asked(choice: QueueChoice, columns: Sequence[QueueColumn]) -> dict[str, Any]:
    """The parts of the address of a list: what it is narrowed by, and its columns where they were asked for."""
    return write_choice(choice) | ({"columns": [each.value for each in columns]} if columns else {})


def _read(vocabulary: type[Word], text: str) -> Word | None:
    return vocabulary(text) if text in set(vocabulary) else None


def _read_word(text: str) -> str:
    """Letters, digits and hyphens, as our slugs and tags are made of; anything else finds nothing of ours."""
    word = text.strip()[:LONGEST]
    return word if word.isascii() and word.replace("-", "").replace(".", "").replace("_", "").isalnum() else ""


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _read_moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
