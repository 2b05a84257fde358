"""A blueprint of the desk, and the pages that say why somebody is stopped: not their role, not now, not there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import Forbidden

from portal.domain.lifecycle import Role, StepRefused
from portal.domain.rights import Right, may
from portal.services.cases.opening import UnknownNumber
from portal.web.desk.advocate_words import for_advocate
from portal.web.desk.case_phrases import history_words, name_letter, say_mark, say_next
from portal.web.desk.clock_phrases import describe_clock, describe_state, say_step, say_why_estimated
from portal.web.desk.distances import describe_distance, describe_hours, describe_shortly
from portal.web.desk.pages import Page
from portal.web.desk.wording import describe_word
from portal.web.places import show_country, show_country_within, show_language
from portal.web.refusals import describe_refusal

# Where somebody begins, by the first of these rights that their role has, and why others are stopped there.
HOMES: Mapping[Right, str] = MappingProxyType(
    {Right.READ_CASES: "desk_today.show", Right.READ_AUDIT: "desk_audit.show", Right.KEEP_STAFF: "desk_staff.show"}
)
NOT_YOURS: Mapping[str, Any] = MappingProxyType(
    {
        "desk_staff": _l("The list of staff is for administrators."),
        "desk_team": _l("This page is for supervisors."),
        "desk_snippets": _l("Ready texts are kept by supervisors."),
        "desk_partners": _l("Keys of partners are kept by supervisors and administrators."),
        "desk_webhooks": _l("Addresses that hear of events are kept by supervisors and administrators."),
        "desk_tags": _l("Tags are kept by supervisors."),
        "desk_rules": _l("This page is for supervisors."),
        "desk_reports": _l("This page is for supervisors."),
        "desk_load": _l("This page is for supervisors."),
        "desk_audit": _l("This page is for auditors."),
        "desk_officer": _l("Links for an authority’s officer are made by supervisors."),
    }
)
NOT_FOR_READERS = _l("This step is for advocates and supervisors. You can read the case and write notes.")
ONLY_TEAMS_READ = _l("Cases are read by the team that carries them. Administrators and auditors never read a case.")


def make_blueprint(name: str, module: str, prefix: str) -> Blueprint:
    """A blueprint of the desk, with its answers for what must not or cannot be done."""
    bp = Blueprint(name, module, url_prefix=prefix)
    bp.register_error_handler(403, show_forbidden)
    bp.register_error_handler(StepRefused, show_refusal)
    bp.register_error_handler(UnknownNumber, show_missing)
    bp.add_app_template_filter(describe_word, "desk_word")
    bp.add_app_template_filter(describe_distance, "distance")
    bp.add_app_template_filter(describe_shortly, "short_distance")
    bp.add_app_template_filter(describe_clock, "describe_clock")
    bp.add_app_template_filter(describe_state, "clock_state")
    bp.add_app_template_filter(say_why_estimated, "why_estimated")
    bp.add_app_template_filter(say_step, "step_told")
    bp.add_app_template_filter(say_mark, "mark_sentence")
    bp.add_app_template_filter(say_next, "next_sentence")
    bp.add_app_template_filter(name_letter, "letter_name")
    bp.add_app_template_filter(for_advocate, "for_advocate")
    bp.add_app_template_filter(history_words, "history_words")
    bp.add_app_template_filter(describe_hours, "safe_hours")
    bp.add_app_template_filter(show_country, "country_name")
    bp.add_app_template_filter(show_country_within, "country_within")
    bp.add_app_template_filter(show_language, "language_name")
    return bp


def home_of(role: Role) -> str:
    """The address where somebody of this role begins."""
    return url_for(next(endpoint for right, endpoint in HOMES.items() if may(role, right)))


def show_forbidden(error: Forbidden) -> Page:
    """Told by page, because an administrator will look for the cases once, and an advocate for the staff."""
    role: Role = g.staff_role
    text = NOT_YOURS.get(request.blueprint or "", NOT_FOR_READERS if may(role, Right.READ_CASES) else ONLY_TEAMS_READ)
    heading = _("This page is not for your role")
    return render_template("desk/stopped.html", heading=heading, text=text, place=home_of(role)), 403


def show_refusal(error: StepRefused) -> Page:
    """A step that cannot follow now: the reason, and nothing changed."""
    return render_template(
        "desk/stopped.html", heading=_("This cannot be done now"), text=describe_refusal(error)[0], place=find_way_on()
    ), 409


def show_missing(error: UnknownNumber) -> Page:
    text = _("The case has no request, letter or complaint of this number.")
    return render_template("desk/stopped.html", heading=_("This page is not here"), text=text, place=find_way_on()), 404


def find_way_on() -> str:
    """Where to go on from a stop: the case, if the address names one, else the list."""
    reference = (request.view_args or {}).get("reference")
    return url_for("desk_case.show", reference=reference) if reference else url_for("queue.show")
