"""The front page, what can be done at once, coming back, and leaving."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import current_app, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.adapters.word_list import UnknownWord, WrongCount
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus
from portal.domain.readable import show_unreadable
from portal.services.cases.opening import WordsUnknown, move_words, open_by_words
from portal.services.history import journal
from portal.services.ports import PERSON
from portal.services.signin import guess_throttle
from portal.services.signin.guess_throttle import Guess, TooSoon
from portal.services.work import CaseWork
from portal.web import access
from portal.web.access import enter_case, public
from portal.web.helplines import FINDER, list_helplines
from portal.web.network import find_bucket
from portal.web.origins import began_elsewhere
from portal.web.person import next_steps, phrases
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.forms.words import WordsForm
from portal.web.person.pages import near_help
from portal.web.places import country_names
from portal.web.styles import StyleSheet, join_sheets
from portal.web.unit_of_work import unit

bp = PersonBlueprint("start", __name__)


@bp.get("/")
@public
def front() -> str:
    return render_template("person/front.html", is_inside="case_id" in session, organisation=unit().config.organisation)


@bp.get("/help")
@public
def help_now() -> str:
    names = dict(country_names(str(get_locale())))
    lines = list_helplines(unit().ports.registry.regulators)
    listeners = [line for line in lines if line.id == FINDER]
    country = request.args.get("country", "").upper()
    near = near_help(country) if country in names else None
    own = [line for line in lines if line.country == country and not line.is_worldwide]
    return render_template(
        "person/help_now.html", lines=lines, listeners=listeners, names=names, country=country, near=near, own=own
    )


@bp.get("/return")
@public
def come_back() -> str:
    return render_template("person/come_back.html", form=WordsForm())


@bp.post("/return")
@public
def enter() -> ResponseReturnValue:
    form = WordsForm()
    if form.validate():
        try:
            typed = form.words.data or ""
            enter_case(_open(typed), words=unit().ports.words.read(typed))
            return redirect(url_for("case.show"), 303)
        except TooSoon as error:
            problem = _("That was a lot of tries. Try again in %(count)s seconds.", count=error.seconds)
            form.words.errors = [problem]
        except (WrongCount, UnknownWord) as error:
            form.words.errors = [describe_wrong_words(error)]
        except WordsUnknown as error:
            form.words.errors = [describe_wrong_words(error)]
            with unit().writing() as writing:
                journal.note(writing, Noted.WORDS_REFUSED, now=unit().now)
    return render_template("person/come_back.html", form=form), 400


def _open(words: str) -> CaseWork:
    """The case of these words. A slip of the pen costs nothing; a guess is counted before it is looked at.

    Raises WrongCount, UnknownWord, TooSoon, WordsUnknown.
    """
    ports = unit().ports
    ports.words.read(words)
    bucket = guess_throttle.name_bucket(ports.keys, Guess.WORDS, find_bucket())
    with (
        guess_throttle.attempt(unit().parts.sessions, [bucket], now=unit().now),
        unit().reading() as reading,  # the slow part holds nobody up
    ):
        opened = open_by_words(unit().work_in(reading, PERSON), words)
    if ports.keys.older:
        with unit().writing() as writing:
            move_words(unit().work_in(writing, PERSON), words)
    return opened


@public
def meet_old_address(**_rest: str) -> ResponseReturnValue:
    """An address that is no page any more, or never was one. Whoever has nothing open gets what every page of a case
    answers them; whoever has is led to what they have open.
    """
    opened = access.open_own_case()
    if opened is None:
        return access.ask_for_words()
    return redirect(url_for("report.resume" if opened.case.status is CaseStatus.DRAFT else "case.show"), 303)


bp.add_old_rules(meet_old_address)


@bp.get("/leave")
@public
def leave() -> Response:
    if not began_elsewhere(request, unit().config.base_url):
        access.leave_all()
    return redirect(unit().config.leave_url, 303)


@bp.get("/style.css")
@public
def style() -> Response:
    answer = current_app.response_class(style_sheet().text, mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def describe_wrong_words(error: WrongCount | UnknownWord | WordsUnknown) -> str:
    """What is wrong with the words, as far as it may be told."""
    if isinstance(error, WrongCount):
        return str(_("There are six words. You wrote %(count)s.", count=error.count))
    if isinstance(error, UnknownWord):
        wrong = _("Word %(place)s, “%(word)s”, is not in our list.", place=error.position, word=error.text)
        near = _("Did you mean: %(near)s?", near=", ".join(error.near)) if error.near else _("Check the spelling.")
        return f"{wrong} {near}"
    days = _("We keep an unfinished report for %(days)s days.", days=unit().config.draft_days)
    return f"{_('We could not find a case with these words. Check their order.')} {days}"


@cache
def style_sheet() -> StyleSheet:
    """Read once per process."""
    return join_sheets(Path(__file__).resolve().parents[3] / "static" / "css")


@bp.record_once
def prepare(state: BlueprintSetupState) -> None:
    """The words and filters that base and components use are there as soon as these pages are."""
    words = state.app.jinja_env
    words.globals.update(get_locale=get_locale, style_version=style_sheet().version)
    words.filters.update(
        plain_state=phrases.plain_state,
        plain_word=phrases.plain_word,
        clock_sentence=phrases.clock_sentence,
        clock_promise=phrases.clock_promise,
        in_words=phrases.format_short_moment,
        day_and_time=phrases.format_day_and_time,
        due=phrases.format_due,
        short_moment=phrases.format_short_moment,
        visible=show_unreadable,
        turn_words=next_steps.say_turn,
        group_words=next_steps.say_group,
        group_address=next_steps.address_of_group,
        step_words=phrases.step_words,
        short_body=phrases.short_body,
        body_within=phrases.body_within,
        until_words=phrases.say_until,
        turn_tag=next_steps.say_tag,
        time_left=next_steps.say_left,
        near_moment=next_steps.say_when,
    )
