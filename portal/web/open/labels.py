"""How the records read on the open pages. Only a duty is said with "must"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.counting import find_scheme, has_number
from portal.domain.directory import Category, DesignationKind, Platform
from portal.domain.letters.phrases import PERIODS, STARTS
from portal.domain.regimes import (
    Binding,
    Certainty,
    Confidence,
    Coverage,
    Extension,
    Filers,
    Regime,
    RegimeKind,
    Rule,
    Status,
    Unit,
)
from portal.domain.regulators import Regulator, SignatoryBasis
from portal.domain.steps import CountingStep
from portal.domain.wording import Sentence, Value
from portal.web.filters import show_day, show_moment
from portal.web.open.vocabulary import label_of, list_choices

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
        Binding.DUTY: _l("%(who)s must do this: %(what)s. By when: %(standard)s. The law gives no number."),
        Binding.SAFE_HARBOUR: _l("%(who)s keeps its legal protection by doing this: %(what)s (%(standard)s)."),
        Binding.PRECONDITION: _l("This comes before the next step: %(what)s (%(standard)s)."),
        Binding.LIMITATION: _l(
            "Your own time limit for this: %(what)s. Until when: %(standard)s. The law gives no number."
        ),
        Binding.TARGET: _l("%(who)s aims at this: %(what)s (%(standard)s)."),
        Binding.FOLLOW_UP: _l("We suggest to look again: %(what)s (%(standard)s)."),
    }
)


_UNSEEN = _l("%(who)s may have to do this: %(what)s. We did not see it in any source, so we give no time for it.")

_SIGNED: Mapping[SignatoryBasis | None, Any] = MappingProxyType(
    {
        SignatoryBasis.NAMED: _l("It signed the joint statement of 23 February 2026 on generated images."),
    }
)
_COUNTRY_LISTED = frozenset(SignatoryBasis) - {SignatoryBasis.NAMED, SignatoryBasis.UNCONFIRMED}


def format_period(amount: int, unit: Unit) -> str:
    """ "48 hours", "1 month"."""
    one, many = PERIODS[unit]
    return str(_(one if amount == 1 else many, count=amount))


def describe_rule(rule: Rule) -> str:
    """What a clock says, in one sentence of its own kind."""
    values = {"who": label_of(rule.owed_by), "what": _(rule.label), "standard": _(rule.standard or "")}
    if rule.confidence is Confidence.MEMORY:
        return str(_(_UNSEEN)) % values
    if rule.amount is None or not has_number(rule):
        return str(_UNDATED[rule.binding]) % values
    start = _(STARTS[rule.trigger])
    return str(_DATED[rule.binding]) % {**values, "period": format_period(rule.amount, rule.unit), "start": start}


def describe_counting(rule: Rule) -> str:
    """How the period is counted, and what happens to days off."""
    scheme = find_scheme(rule.counting)
    said = [str(_("Counted by: %(rests_on)s.", rests_on=_(scheme.rests_on)))]
    if rule.unit is Unit.WORKING_DAYS:
        said.append(str(_("Weekends and holidays are not counted.")))
    elif scheme.rolls and rule.unit is not Unit.HOURS:
        said.append(str(_("If the last day is a weekend day or a holiday, it moves on to the next working day.")))
    if rule.received_by:
        said.append(str(_("What arrives after %(hour)s counts as of the next working day.", hour=rule.received_by)))
    if rule.restarts_on:
        starts = ", ".join(str(_(STARTS[trigger])) for trigger in rule.restarts_on)
        said.append(str(_("It begins again with: %(starts)s.", starts=starts)))
    return " ".join(said)


def describe_scope(regime: Regime, platforms: Mapping[str, Platform]) -> list[tuple[str, str]]:
    """What ties a case to the law, and which services it is for; each with the words before it."""
    reach = regime.reach
    designated = [label_of(DesignationKind(each)) for each in reach.designations]
    named = [platforms[each].name if each in platforms else each for each in reach.platforms]
    rows = (
        (_("It is for cases where:"), [label_of(tie) for tie in reach.ties]),
        (_("Only for these kinds of service:"), _name_categories(reach.platform_categories)),
        (_("Not for these kinds of service:"), _name_categories(reach.not_categories)),
        (_("Only for services that are:"), designated),
        (_("Only for these services:"), named),
    )
    return [(str(label), "; ".join(words)) for label, words in rows if words]


def _name_categories(codes: Iterable[str]) -> list[str]:
    return [label_of(Category(code)) for code in codes]


def describe_filers(filers: Filers) -> str:
    """Who may use a law: "yes: the person; no: anybody else"."""
    return _by_cover(
        (
            (_("the person"), filers.person),
            (_("a parent for a child"), filers.parent),
            (_("someone who acts for the person"), filers.representative),
            (_("anybody else"), filers.anyone),
        )
    )


def describe_covers(covers: Coverage) -> str:
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


def _by_cover(pairs: Iterable[tuple[str, Certainty]]) -> str:
    listed = list(pairs)
    groups = [
        (cover, [name for name, each in listed if each is cover])
        for cover in (Certainty.YES, Certainty.MAYBE, Certainty.NO)
    ]
    return "; ".join(f"{label_of(cover)}: {', '.join(names)}" for cover, names in groups if names) + "."


def describe_state(regime: Regime) -> str:
    """Whether it is law, and from when until when: "in force, from Tuesday 19 May 2026"."""
    is_service = regime.kind is RegimeKind.SUPPORT and regime.status is Status.IN_FORCE
    said = str(_("a service, not a law")) if is_service else label_of(regime.status)
    if regime.in_force_from:
        said += _(", from %(day)s", day=show_day(regime.in_force_from))
    if regime.in_force_until:
        said += _(", until %(day)s", day=show_day(regime.in_force_until))
    return said


def list_rules(rules: Iterable[Rule]) -> list[tuple[str, str]]:
    """Clocks by what has to be done; one that the law changed stands once."""
    return list({rule.id: (rule.id, f"{label_of(rule.owed_by)}: {_(rule.label)}") for rule in rules}.values())


def describe_step(step: CountingStep) -> str:
    """One step of the way to a date, in the page's language."""
    return step.render(_, _show_value)


def format_sentence(sentence: Sentence) -> str:
    """What the rules say of a case, in the page's language."""
    return sentence.render(_, _show_value)


def describe_extension(extension: Extension) -> str:
    """By how much: "2 months". Only for one of a set length."""
    return format_period(extension.amount or 0, extension.unit)


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


# What a service that shows no page of its own can do, so that nobody asks it for what it cannot.
_ASKS: Mapping[Category, tuple[Any, ...]] = MappingProxyType(
    {
        Category.AI_GENERATOR: (
            _l("Delete the pictures of you that somebody put in, and all that was made from them."),
            _l("Stop making pictures with your face, your name or your voice."),
            _l("Take down the model or the character that shows you, and keep the data of who made it for the police."),
            _l("If it does not answer: ask the shop of the app, the payment service and the host that carry it."),
        ),
        Category.SEARCH: (
            _l("Take the results out of its list. The page itself stays where it is."),
            _l("Show its own saved copy and its preview pictures no more."),
        ),
        Category.FACE_SEARCH: (_l("Find your face no more. The pictures themselves stay where they are."),),
        Category.CDN: (_l("Pass your report to the host of the site, and say who that is."),),
        Category.REGISTRAR: (_l("Stop the name of the site, or press its owner. It cannot delete a file."),),
        Category.PAYMENT: (_l("Look into a site that breaks its rules. It can make the site remove content."),),
        Category.APP_STORE: (_l("Take the app out of the shop."),),
        Category.LINK_PAGE: (_l("Switch off the short link or the entry. The page behind it stays where it is."),),
    }
)


def list_asks(category: Category) -> list[str]:
    """What can be asked of a service of this kind, where it is not simply to take a page down."""
    return [str(ask) for ask in _ASKS.get(category, ())]


def describe_statement(body: Regulator) -> str:
    """Whether it signed the joint statement of 23 February 2026; nothing of bodies that could not have."""
    if body.joint_statement_signatory:
        return str(_SIGNED[body.joint_statement_basis])
    if body.joint_statement_basis in _COUNTRY_LISTED:
        return str(
            _(
                "Its country is in the list of the joint statement of 23 February 2026 on generated images. "
                "Whether this authority signed it is not known."
            )
        )
    if body.joint_statement_signatory is None:
        return str(_("Whether it signed the joint statement of 23 February 2026 on generated images is not known."))
    return ""


def begin_large(text: str) -> str:
    """The first letter as at the beginning of a sentence; names inside stay as they are."""
    return text[:1].upper() + text[1:]


def end_with_stop(text: str) -> str:
    """A phrase of the records as a sentence's end: one full stop, whether it brought its own or not."""
    return f"{_(text).rstrip('.')}."


def init_labels(app: Flask) -> None:
    """The filters of the open pages' templates."""
    app.jinja_env.filters.update(
        fact_word=label_of,
        fact_choices=list_choices,
        state_words=describe_state,
        filer_words=describe_filers,
        cover_words=describe_covers,
        reach_words=describe_scope,
        counting_words=describe_counting,
        rule_sentence=describe_rule,
        rule_period=lambda rule: format_period(rule.amount or 0, rule.unit),
        rule_choices=list_rules,
        period_words=describe_extension,
        statement_words=describe_statement,
        ended=end_with_stop,
        sentence_case=begin_large,
        sentence_words=format_sentence,
        step_sentence=describe_step,
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
