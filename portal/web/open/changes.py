"""What changed in the records, and each version of a law as it was: as pages, and as a feed (RFC 4287)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring  # written only, never read # nosec B405

from flask import Blueprint, Flask, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.domain.regimes import Regime
from portal.reference.record_history import (
    RecordChange,
    RecordKind,
    UnknownVersion,
    changes_of,
    find_version,
    list_changes,
)
from portal.services.law.deadline_calculator import InvalidQuery
from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.filters import show_day
from portal.web.open.law import show_law
from portal.web.open.queries import read_query
from portal.web.open.vocabulary import describe_fields
from portal.web.open.way_back import carry_way_back
from portal.web.unit_of_work import parts, unit

bp = Blueprint("changes", __name__)
carry_way_back(bp)
AT_ONCE = 60  # changes on one page
IN_FEED = 60
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, kw_only=True)
class ChangesQuery:
    """Which page of the changes; the newest is the first."""

    page: int = 1


@bp.get("/law/changes")
@public
@cacheable
def show() -> ResponseReturnValue:
    try:
        page = read_query(ChangesQuery).page
    except InvalidQuery:
        page = 0
    known = list_changes()
    shown = known[(page - 1) * AT_ONCE : page * AT_ONCE] if page > 0 else ()
    if not shown:
        return render_template("open/missing.html", back="changes.show"), 404
    days = [(day, list(group)) for day, group in groupby(shown, key=lambda change: change.changed_on)]
    older = page + 1 if page * AT_ONCE < len(known) else None
    return render_template("open/changes.html", days=days, page=page, older=older)


@bp.get("/law/changes.atom")
@public
@cacheable
def feed() -> Response:
    return Response(make_feed(list_changes()[:IN_FEED]), mimetype="application/atom+xml")


@bp.get("/law/<regime>/versions")
@public
@cacheable
def show_versions(regime: str) -> ResponseReturnValue:
    return show_all_versions(RecordKind.LAW, regime, back=url_for("law.show", regime=regime), missing="law.show_all")


def show_all_versions(kind: RecordKind, record: str, *, back: str, missing: str) -> ResponseReturnValue:
    """The list of a record's versions. `back` is the address of the record, `missing` where to go without one."""
    found = changes_of(kind, record)
    if not found:
        return render_template("open/missing.html", back=missing), 404
    return render_template("open/versions.html", back=back, name=found[0].name, changes=found)


@bp.get("/law/<regime>/<version>")
@public
@cacheable
def show_version(regime: str, version: str) -> ResponseReturnValue:
    """A law as it was in that version. That of today is shown too, so that an address that was cited stays."""
    today = parts().registry.regimes.get(regime)
    if today is not None and today.version == version:
        return show_law(today)
    try:
        return show_law(find_version(Regime, regime, version), newest=today.version if today else "-")
    except UnknownVersion:
        return render_template("open/missing.html", back="law.show_all"), 404


def make_feed(changes: tuple[RecordChange, ...]) -> bytes:
    """An Atom feed, newest first. Ids hang on the records alone, so that they stay when the portal moves."""
    base = unit().config.base_url
    root = Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(root, "title", _("Changes of the list"))
    _add(root, "id", uuid5(NAMESPACE_URL, base + url_for("changes.feed")).urn)
    _add(root, "updated", _moment(max((change.changed_on for change in changes), default="1970-01-01")))
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": base + url_for("changes.feed")})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": base + url_for("changes.show")})
    _add(SubElement(root, "author"), "name", _("The list"))
    _add(root, "rights", "CC0-1.0")
    for change in changes:
        _add_entry(root, change, base)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add_entry(root: Element, change: RecordChange, base: str) -> None:
    entry = SubElement(root, "entry")
    _add(entry, "title", change.name)
    _add(entry, "id", uuid5(NAMESPACE_URL, f"{change.kind}:{change.record}/{change.version}").urn)
    _add(entry, "updated", _moment(change.changed_on))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": base + address_of(change)})
    SubElement(entry, "category", {"term": change.kind.value})
    _add(entry, "summary", describe_change(change))


def address_of(change: RecordChange) -> str:
    """The path of the page that shows the version."""
    if change.kind is RecordKind.LAW:
        return url_for("changes.show_version", regime=change.record, version=change.version)
    if change.kind is RecordKind.PLATFORM:
        return url_for("directory.platform_version", platform=change.record, version=change.version)
    return url_for("directory.authority_version", regulator=change.record, version=change.version)


def describe_change(change: RecordChange) -> str:
    """What changed, in one sentence or two."""
    if change.is_first:
        said = str(_("New in the list."))
    elif change.fields:
        said = str(_("Changed: %(what)s.", what=describe_fields(change.fields)))
    else:
        said = str(_("Written anew, with nothing changed in what it says."))
    return f"{said} {_(change.note)}" if change.note else said


def init_changes(app: Flask) -> None:
    """The filters of the templates."""
    app.jinja_env.filters["change_words"] = describe_change
    app.jinja_env.filters["change_address"] = address_of
    app.jinja_env.filters["iso_day"] = lambda day: show_day(date.fromisoformat(day))


def _add(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"
