"""What a team keeps for all its members, ready texts and tags: the list of them, and the page of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.services.staff.lists import TeamName, list_addresses, list_teams
from portal.web.access import SignedInStaff
from portal.web.desk.pages import Page, show, teams_kept_by
from portal.web.fields import PageForm
from portal.web.unit_of_work import unit


@dataclass(frozen=True, kw_only=True)
class KeptWords:
    """One of them in the list. `found_at` is the address of what has it, `beside` stands at the end of the line."""

    title: str
    beside: str
    change: str
    drop: str
    text: str = ""
    found_at: str = ""


@dataclass(frozen=True, kw_only=True)
class WordsPage:
    """What the page of such a list says."""

    title: str
    below: str
    add: str
    add_words: str
    change_words: str
    empty: str


def list_own_teams(member: SignedInStaff) -> dict[str, str]:
    """The names of the member's teams by their ids: what a form offers."""
    return {str(each.team_id): each.team for each in list_addresses(unit().db, tuple(member.team_keys))}


def list_kept_teams(member: SignedInStaff) -> list[TeamName]:
    """The teams whose keys and addresses the member keeps, as `teams_kept_by` says: what a form offers."""
    kept = teams_kept_by(member)
    return [each for each in list_teams(unit().db) if kept is None or each.id in kept]


def show_words(member: SignedInStaff, page: WordsPage, rows: Sequence[KeptWords]) -> Page:
    return show("desk/team/words.html", member, words=page, rows=rows)


def show_entry(
    member: SignedInStaff,
    form: PageForm,
    *,
    title: str,
    back_to: str,
    back_words: str,
    above: str = "",
    below_field: str = "",
    button_label: str = "",
) -> Page:
    """A form about a team on a page of its own; 400 once it was sent, because then something in it is wrong.

    `below_field` is what stands beneath its last field.
    """
    return show(
        "desk/team/entry.html",
        member,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=form.problems(),
        title=title,
        back_to=back_to,
        back_words=back_words,
        above=above,
        below_field=below_field,
        button_label=button_label,
    )
