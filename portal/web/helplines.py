"""Who helps: the help services of the directory, chosen for a country and an age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.domain.regulators import Audience, HelpRole, Regulator, RegulatorKind
from portal.services.directory.lookups import is_body_of


@dataclass(frozen=True, kw_only=True)
class Helpline:
    """A help service as a page shows it. `address` is None where it is known by its phone alone."""

    id: str
    name: str
    country: str
    address: str | None
    phone: str | None
    hours: str | None
    languages: tuple[str, ...]
    role: HelpRole
    audience: Audience
    is_worldwide: bool


def list_helplines(regulators: Mapping[str, Regulator]) -> tuple[Helpline, ...]:
    """Every help service of the directory that somebody saw in a source and that can be reached."""
    found = (one for one in regulators.values() if one.kind is RegulatorKind.HOTLINE and one.is_seen)
    return tuple(_shown(one) for one in found if one.complaint_url or one.website or one.phone)


def helplines_for(regulators: Mapping[str, Regulator], country: str, *, is_child: bool) -> tuple[Helpline, ...]:
    """The person's own country first, or the state that it is a territory of; then those for every country.

    Of the country, who is there for children comes first for a child, and who listens before who only takes reports.
    Who takes reports in another country is left out, and so is the one who finds what the country is known to have.
    """
    other = Audience.ADULTS if is_child else Audience.CHILDREN
    fitting = [one for one in list_helplines(regulators) if one.audience is not other]
    own = [one for one in fitting if is_body_of(regulators[one.id], country)]
    near = [one for one in own if not one.is_worldwide or one.role is HelpRole.REPORT]
    near.sort(key=lambda one: (is_child and one.audience is not Audience.CHILDREN, one.role not in LISTENERS))
    for_all = [one for one in fitting if one.is_worldwide and one.role is not HelpRole.REPORT]
    roles = {one.role for one in near}
    found = {FINDER: roles.intersection(LISTENERS), FINDER_OF_HOTLINES: roles & {HelpRole.REPORT}}
    return (*near, *(one for one in for_all if not found.get(one.id)))


def helplines_near(regulators: Mapping[str, Regulator], country: str, *, is_child: bool) -> tuple[Helpline, ...]:
    """The few that stand at the end of a page: one who helps and one who listens, of the country.

    For a child whoever is there for children comes first. Who only takes reports is nobody to talk to. Where the
    country has neither, the finder of such people stands there.
    """
    found = [one for one in helplines_for(regulators, country, is_child=is_child) if not one.is_worldwide]
    firsts = [next((one for one in found if one.role is role), None) for role in LISTENERS]
    near = tuple(one for one in found if one in firsts)
    return near or tuple(one for one in list_helplines(regulators) if one.id == FINDER)


def lines_of_children(regulators: Mapping[str, Regulator], country: str) -> tuple[Helpline, ...]:
    """Take It Down, Report Remove where it can be used, and who else takes reports about children there."""
    found = helplines_for(regulators, country, is_child=True)
    every = {line.id: line for line in (*found, *list_helplines(regulators))}
    first = [every[name] for name in FOR_CHILDREN if name in every and _can_use(every[name], regulators, country)]
    near = [one for one in found if one.role is HelpRole.REPORT or not one.is_worldwide]
    return tuple({line.id: line for line in (*first, *near)}.values())


def put_blocking_third(lines: Sequence[Helpline]) -> tuple[Helpline, ...]:
    """Who blocks copies comes after the first two, so that a child sees it before the rest is folded."""
    blocking = [one for one in lines if one.role is HelpRole.FINGERPRINT]
    others = [one for one in lines if one.role is not HelpRole.FINGERPRINT]
    return (*others[:2], *blocking, *others[2:])


def _can_use(line: Helpline, regulators: Mapping[str, Regulator], country: str) -> bool:
    """Whether somebody there can use it; all of them where nobody has said a country."""
    return line.is_worldwide or not country or is_body_of(regulators[line.id], country)


FOR_CHILDREN = ("us-ncmec-take-it-down", "gb-report-remove")  # in this order, before the hotlines of a country
LISTENERS = (HelpRole.TALK, HelpRole.CRISIS)
FINDER = "int-find-a-helpline"
FINDER_OF_HOTLINES = "int-inhope"  # of those who take reports about children


def _shown(one: Regulator) -> Helpline:
    return Helpline(
        id=one.id,
        name=one.name,
        country=one.country,
        address=one.complaint_url or one.website,
        phone=one.phone,
        hours=one.hours,
        languages=one.languages,
        role=one.role or HelpRole.TALK,
        audience=one.audience or Audience.EVERYONE,
        is_worldwide=one.is_worldwide,
    )
