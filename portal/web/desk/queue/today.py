"""The first page of the desk: what can be saved today, and what waits."""

from __future__ import annotations

from flask import url_for

from portal.domain.rights import Right
from portal.services.casefile.covering import list_covered_news
from portal.services.casefile.queue import today
from portal.services.casefile.queue.filters import QueueChoice
from portal.services.casefile.queue.listing import MOST_COUNTED
from portal.services.cases.team_handover import count_offers
from portal.services.inbox.unmatched import count_unmatched
from portal.services.operations.troubles import Troubles, find_troubles
from portal.services.phone import calls
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.key_rotation import continue_key_rotation
from portal.web.desk.pages import Page, teams_kept_by
from portal.web.desk.pages import show as show_page
from portal.web.desk.queue.page import columns_of, list_saved, write_choice
from portal.web.desk.requests.incoming import may_sort
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_today", __name__, "/desk/today")


@bp.get("")
@allowed(Right.READ_CASES)
def show(member: SignedInStaff) -> Page:
    continue_key_rotation(member)
    work = unit().work(member.actor)
    found = today.read_today(work, team_ids=tuple(member.team_keys))
    if today.is_to_note(work):
        with unit().writing() as writing:
            today.note_visit(unit().work_in(writing, member.actor))
    return show_page(
        "desk/today.html",
        member,
        today=found,
        most_counted=MOST_COUNTED,
        calls=calls.list_unfinished(work, team_ids=tuple(member.team_keys)),
        view=lambda show: url_for("queue.show", show=show.value),
        since=url_for("queue.show", **write_choice(QueueChoice(since=found.before))),
        typed=None,
        finds_names=unit().config.has_name_search,
        columns=columns_of(member),
        views=list_saved(member),
        covered=list_covered_news(work, team_ids=tuple(member.team_keys)),
        unmatched=count_unmatched(work.session) if may_sort(member) else 0,
        offers=count_offers(work, tuple(member.team_keys)),
        has_teams=bool(member.team_keys),
        troubles=_find_troubles(member),
    )


def _find_troubles(member: SignedInStaff) -> Troubles:
    """What does not work, for those alone who can see to it."""
    if not member.may(Right.KEEP_PARTNER_KEYS):
        return Troubles()
    return find_troubles(unit().work(member.actor), team_ids=teams_kept_by(member))
