"""How the records read on the open pages. Only a duty is said with "must"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType
from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.counting import has_number
from portal.domain.directory import Category, ChannelKind, RegulatorKind
from portal.domain.letters.words import PERIODS, STARTS
from portal.domain.regimes import (
    Actor,
    Binding,
    Confidence,
    Cover,
    Coverage,
    Extension,
    Filers,
    Regime,
    RegimeKind,
    Rule,
    Status,
    Unit,
    When,
)
from portal.domain.steps import Step
from portal.domain.wording import Sentence, Value
from portal.services.verdicts import Picture
from portal.web.filters import show_day, show_moment

_TABLES: Mapping[type[StrEnum], Mapping[Any, Any]] = MappingProxyType(
    {
        RegimeKind: {
            RegimeKind.REMOVAL: _l("Ask the platform to take it down"),
            RegimeKind.ERASURE: _l("Ask to have data about you erased"),
            RegimeKind.DATA_RIGHT: _l("Ask what is held about you, have it corrected, or object"),
            RegimeKind.COPYRIGHT: _l("Use copyright"),
            RegimeKind.APPEAL: _l("Ask for a second decision"),
            RegimeKind.COMPLAINT: _l("Complain to an authority"),
            RegimeKind.COURT: _l("Ask a court"),
            RegimeKind.SUPPORT: _l("Get help from a service"),
        },
        Status: {
            Status.IN_FORCE: _l("in force"),
            Status.NOT_IN_FORCE: _l("not in force"),
            Status.BILL: _l("a proposal, not law"),
            Status.UNVERIFIED: _l("not known to be in force"),
        },
        Confidence: {
            Confidence.HIGH: _l("read in an official text, often in a copy of it"),
            Confidence.MEDIUM: _l("told by several other sources"),
            Confidence.LOW: _l("told by one other source only"),
            Confidence.MEMORY: _l("not seen in any source: do not rely on it"),
        },
        Cover: {Cover.YES: _l("yes"), Cover.NO: _l("no"), Cover.MAYBE: _l("perhaps")},
        Actor: {
            Actor.PLATFORM: _l("The platform"),
            Actor.CONTROLLER: _l("The organisation that holds the data"),
            Actor.AUTHOR: _l("The one who posted it"),
            Actor.REGULATOR: _l("The authority"),
            Actor.BODY: _l("The body outside the courts"),
            Actor.COURT: _l("The court"),
            Actor.PERSON: _l("You"),
        },
        Binding: {
            Binding.DUTY: _l("A duty"),
            Binding.SAFE_HARBOUR: _l("A condition for legal protection, not a duty"),
            Binding.PRECONDITION: _l("A time that has to pass first"),
            Binding.LIMITATION: _l("Your own time limit"),
            Binding.TARGET: _l("An aim, not law"),
            Binding.FOLLOW_UP: _l("A date of ours to look again, not law"),
        },
        When: {
            When.ALWAYS: _l("always"),
            When.REPRESENTATIVE: _l("if somebody acts for the person"),
            When.ADULT_CONTENT: _l("not where it shows somebody under 18"),
            When.OPTIONAL: _l("helps, not needed"),
        },
        Picture: {
            Picture.REAL: _l("A real intimate picture or video"),
            Picture.ALTERED: _l("A real picture that was changed"),
            Picture.AI: _l("A picture made by a computer"),
            Picture.UNKNOWN: _l("Intimate, I cannot tell whether it is real"),
            Picture.OTHER: _l("Another false picture that does harm"),
        },
        Category: {
            Category.SOCIAL: _l("Social networks"),
            Category.VIDEO: _l("Videos"),
            Category.MESSAGING: _l("Messages"),
            Category.FORUM: _l("Forums"),
            Category.ADULT: _l("Sites for adults"),
            Category.DATING: _l("Dating"),
            Category.GAMING: _l("Games"),
            Category.MARKETPLACE: _l("Markets"),
            Category.LINK_PAGE: _l("Link collections"),
            Category.PASTE: _l("Pasted texts"),
            Category.FILE_SHARING: _l("File sharing"),
            Category.HOSTING: _l("Hosts of websites"),
            Category.AI_GENERATOR: _l("Makers of AI pictures"),
            Category.SEARCH: _l("Search engines"),
            Category.FACE_SEARCH: _l("Search by face"),
            Category.APP_STORE: _l("App stores"),
            Category.CDN: _l("Delivery networks"),
            Category.REGISTRAR: _l("Sellers of site names"),
            Category.PAYMENT: _l("Payment"),
        },
        RegulatorKind: {
            RegulatorKind.DATA_PROTECTION: _l("Data protection authorities"),
            RegulatorKind.ONLINE_SAFETY: _l("Online safety authorities"),
            RegulatorKind.APPROVED_AGENCY: _l("Approved agencies"),
            RegulatorKind.TRIBUNAL: _l("Tribunals and courts"),
            RegulatorKind.HOTLINE: _l("People who help"),
        },
        ChannelKind: {
            ChannelKind.NCII_FORM: _l("Form for intimate images"),
            ChannelKind.TAKEITDOWN_FORM: _l("Form under the US TAKE IT DOWN Act"),
            ChannelKind.GENERAL_FORM: _l("General report form"),
            ChannelKind.ABUSE_EMAIL: _l("E-mail for reports"),
            ChannelKind.PRIVACY_FORM: _l("Form for privacy requests"),
            ChannelKind.PRIVACY_EMAIL: _l("E-mail for privacy requests"),
            ChannelKind.PRIVACY_POLICY: _l("Privacy page to read"),
            ChannelKind.PRIVACY_REPRESENTATIVE: _l("Its representative for privacy"),
            ChannelKind.PRIVACY_REPRESENTATIVE_EMAIL: _l("E-mail of its representative for privacy"),
            ChannelKind.DPO_EMAIL: _l("E-mail of its data protection officer"),
            ChannelKind.COPYRIGHT_FORM: _l("Form for copyright"),
            ChannelKind.COPYRIGHT_EMAIL: _l("E-mail for copyright"),
            ChannelKind.COPYRIGHT_PHONE: _l("Telephone for copyright"),
            ChannelKind.COPYRIGHT_POST: _l("Address for copyright"),
            ChannelKind.DSA_FORM: _l("Form for illegal content (European Union)"),
            ChannelKind.DSA_EMAIL: _l("E-mail for illegal content (European Union)"),
            ChannelKind.DSA_PHONE: _l("Telephone for illegal content (European Union)"),
            ChannelKind.DSA_REPRESENTATIVE: _l("Its legal representative in the European Union"),
            ChannelKind.DSA_REPRESENTATIVE_EMAIL: _l("E-mail of its representative in the European Union"),
            ChannelKind.DSA_AUTHORITIES_FORM: _l("Form for authorities only"),
            ChannelKind.DSA_AUTHORITIES_EMAIL: _l("E-mail for authorities only"),
        },
    }
)

_DATED: Mapping[Binding, Any] = MappingProxyType(
    {
        Binding.DUTY: _l("%(who)s must do this within %(period)s of %(start)s: %(what)s."),
        Binding.SAFE_HARBOUR: _l(
            "%(who)s keeps its legal protection by doing this within %(period)s of %(start)s: %(what)s."
        ),
        Binding.PRECONDITION: _l("%(period)s have to pass after %(start)s before the next step: %(what)s."),
        Binding.LIMITATION: _l("You have %(period)s from %(start)s for this: %(what)s."),
        Binding.TARGET: _l("%(who)s aims at this within %(period)s of %(start)s: %(what)s."),
        Binding.FOLLOW_UP: _l("We suggest to look again %(period)s after %(start)s: %(what)s."),
    }
)
_UNDATED: Mapping[Binding, Any] = MappingProxyType(
    {
        Binding.DUTY: _l("%(who)s must do this: %(what)s. The law sets no number, only this: %(standard)s."),
        Binding.SAFE_HARBOUR: _l("%(who)s keeps its legal protection by doing this: %(what)s (%(standard)s)."),
        Binding.PRECONDITION: _l("This comes before the next step: %(what)s (%(standard)s)."),
        Binding.LIMITATION: _l(
            "Your own time limit for this: %(what)s. The law sets no number, only this: %(standard)s."
        ),
        Binding.TARGET: _l("%(who)s aims at this: %(what)s (%(standard)s)."),
        Binding.FOLLOW_UP: _l("We suggest to look again: %(what)s (%(standard)s)."),
    }
)


def say(value: StrEnum) -> str:
    """The word for a member of one of the records' vocabularies. Raises KeyError for one that has none."""
    return str(_TABLES[type(value)][value])


def say_period(amount: int, unit: Unit) -> str:
    """ "48 hours", "1 month"."""
    one, many = PERIODS[unit]
    return str(_(one if amount == 1 else many, count=amount))


def say_rule(rule: Rule) -> str:
    """What a clock says, in one sentence of its own kind."""
    values = {"who": say(rule.owed_by), "what": _(rule.label), "standard": _(rule.standard or "")}
    if rule.amount is None or not has_number(rule):
        return str(_UNDATED[rule.binding]) % values
    start = _(STARTS[rule.trigger])
    return str(_DATED[rule.binding]) % {**values, "period": say_period(rule.amount, rule.unit), "start": start}


def say_filers(filers: Filers) -> str:
    """Who may use a law: "yes: the person; no: anybody else"."""
    return _by_cover(
        (
            (_("the person"), filers.person),
            (_("a parent for a child"), filers.parent),
            (_("someone who acts for the person"), filers.representative),
            (_("anybody else"), filers.anyone),
        )
    )


def say_covers(covers: Coverage) -> str:
    """What a law reaches, in the same way."""
    altered = covers.synthetic if covers.altered is None else covers.altered
    return _by_cover(
        (
            (_("a real picture"), covers.real),
            (_("a changed picture"), altered),
            (_("a picture made by a computer"), covers.synthetic),
            (_("pictures of people under 18"), covers.minors),
            (_("pictures of adults"), covers.adults),
            (_("a threat to post one"), covers.threat),
            (_("another false picture"), covers.false_depiction),
            (_("private facts"), covers.personal_data),
        )
    )


def _by_cover(pairs: Iterable[tuple[str, Cover]]) -> str:
    listed = list(pairs)
    groups = [(cover, [name for name, each in listed if each is cover]) for cover in (Cover.YES, Cover.MAYBE, Cover.NO)]
    return "; ".join(f"{say(cover)}: {', '.join(names)}" for cover, names in groups if names) + "."


def say_state(regime: Regime) -> str:
    """Whether it is law, and from when until when: "in force, from Tuesday 19 May 2026"."""
    said = say(regime.status)
    if regime.in_force_from:
        said += _(", from %(day)s", day=show_day(regime.in_force_from))
    if regime.in_force_until:
        said += _(", until %(day)s", day=show_day(regime.in_force_until))
    return said


def list_choices(values: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Members with their words, for a list to choose from."""
    return [(value.value, say(value)) for value in values]


def list_rules(rules: Iterable[Rule]) -> list[tuple[str, str]]:
    """Clocks by what has to be done; one that the law changed stands once."""
    return list({rule.id: (rule.id, f"{say(rule.owed_by)}: {_(rule.label)}") for rule in rules}.values())


def say_step(step: Step) -> str:
    """One step of the way to a date, in the page's language."""
    return step.render(_, _show_value)


def say_sentence(sentence: Sentence) -> str:
    """What the rules say of a case, in the page's language."""
    return sentence.render(_, _show_value)


def say_extension(extension: Extension) -> str:
    """By how much: "2 months". Only for one of a set length."""
    return say_period(extension.amount or 0, extension.unit)


def group_by_kind(lines: Iterable[Any]) -> list[tuple[RegimeKind, list[Any]]]:
    """Lines of laws that are sorted by kind, apart."""
    return [(kind, list(group)) for kind, group in groupby(lines, key=lambda line: line.regime.kind)]


def group_by_place(laws: Iterable[Regime]) -> list[tuple[str, list[Regime]]]:
    """Laws sorted by their first jurisdiction, under the name of its country or union."""
    known = _territories()
    grouped = groupby(laws, key=lambda law: law.jurisdictions[0].partition("-")[0])
    return sorted(((known.get(code, code), list(group)) for code, group in grouped), key=lambda pair: pair[0])


def name_places(jurisdictions: Iterable[str]) -> str:
    """ "European Union, Norway", "United States (CA)"."""
    known = _territories()
    named = []
    for each in jurisdictions:
        nation, _dash, part = each.partition("-")
        name = known.get(nation, nation)
        named.append(f"{name} ({part})" if part else name)
    return ", ".join(named)


def name_languages(codes: Iterable[str]) -> str:
    """Languages by their names."""
    known = get_locale().languages
    return ", ".join(known.get(code, code) for code in codes)


def init_words(app: Flask) -> None:
    """The filters of the open pages' templates."""
    app.jinja_env.filters.update(
        fact_word=say,
        fact_choices=list_choices,
        state_words=say_state,
        filer_words=say_filers,
        cover_words=say_covers,
        rule_sentence=say_rule,
        rule_choices=list_rules,
        period_words=say_extension,
        sentence_words=say_sentence,
        step_sentence=say_step,
        groupby_kind=group_by_kind,
        groupby_place=group_by_place,
        place_names=name_places,
        language_names=name_languages,
    )


def _territories() -> Mapping[str, str]:
    return {**get_locale().territories, "EEA": str(_("European Economic Area"))}


def _show_value(value: Value) -> str:
    if isinstance(value, datetime):
        return show_moment(value, str(value.tzinfo))
    return show_day(value) if isinstance(value, date) else str(value)
