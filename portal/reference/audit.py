"""What the facts amount to, and what is wrong with them: for `law check` and the gate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter
from urllib.parse import urlsplit

import msgspec

from portal.domain.directory import Medium, Platform
from portal.domain.police import PoliceRecord
from portal.domain.regimes import Confidence, Regime, Source
from portal.domain.regulators import Regulator, RegulatorKind, SignatoryBasis
from portal.reference.level_times import find_lost_levels
from portal.reference.makers_words import find_makers_words
from portal.reference.open_questions import find_lost_questions
from portal.reference.police import find_police_faults
from portal.reference.recipes import find_lost_recipes
from portal.reference.record_history import without_gaps
from portal.reference.registry import Registry, find_dangling, find_faults, list_facts
from portal.reference.territories import TERRITORIES
from portal.reference.zones import is_country


@dataclass(frozen=True)
class Counts:
    """How many records and facts there are. `by_confidence` counts the facts of the laws, one by one."""

    regimes: int
    offered: int
    clocks: int
    elements: int
    escalations: int
    sources: int
    official: int
    by_confidence: dict[Confidence, int]
    platforms: int
    channels: int
    regulators: int
    form_fields: int
    police: int
    crimes: int
    recipes: int  # platforms whose forms somebody looked at
    seen_forms: int  # of which the fields are known


def count_facts(registry: Registry) -> Counts:
    """The size of the registry."""
    regimes = registry.regimes.values()
    sources = [source for regime in regimes for source in regime.sources]
    found = Counter(fact.confidence for regime in regimes for fact in list_facts(regime))
    return Counts(
        regimes=len(regimes),
        offered=sum(regime.offered for regime in regimes),
        clocks=sum(len(regime.rules) for regime in regimes),
        elements=sum(len(regime.elements) for regime in regimes),
        escalations=sum(len(regime.escalation) for regime in regimes),
        sources=len(sources),
        official=sum(source.is_official_text for source in sources),
        by_confidence={confidence: found[confidence] for confidence in Confidence},
        platforms=len(registry.platforms),
        channels=sum(len(platform.channels) for platform in registry.platforms.values()),
        regulators=len(registry.regulators),
        form_fields=sum(len(body.form_fields) for body in registry.regulators.values()),
        police=len(registry.police),
        crimes=sum(len(record.crimes) for record in registry.police.values()),
        recipes=len(registry.recipes),
        seen_forms=sum(len(recipe.forms) for recipe in registry.recipes.values()),
    )


def list_versions(regimes: Iterable[Regime]) -> Iterator[str]:
    """One line for each law: id, version, and the digest of the whole record. A changed record needs a new version."""
    for regime in sorted(regimes, key=lambda regime: regime.id):
        record = without_gaps(msgspec.to_builtins(regime))
        digest = sha256(msgspec.json.encode(record, order="sorted")).hexdigest()
        yield f"{regime.id} {regime.version} {digest[:16]}"


def find_gaps(registry: Registry) -> Iterator[str]:
    """Faults that no single file shows, one line each: what dangles, and what of the directory names no source."""
    yield from find_dangling(registry)
    yield from _find_lost_territories(registry)
    yield from _find_unclear_companies(registry.platforms.values())
    for regime in registry.regimes.values():
        yield from (f"{regime.id}: {fault}" for fault in find_faults(regime))
        yield from (f"{regime.id}: {gap}" for gap in _find_law_gaps(regime))
    for record in registry.police.values():
        yield from (f"{record.id}: {gap}" for gap in _find_police_gaps(record))
    yield from _find_bare_records(registry.platforms.values())
    yield from _find_bare_records(registry.regulators.values())
    yield from _find_makers_words(registry)
    yield from find_lost_questions((*registry.regimes, *(record.id for record in registry.police.values())))
    yield from _find_vain_searches(registry.platforms.values())
    yield from _find_pages_called_forms(registry.platforms.values())
    yield from _find_closed_doors(registry.regulators.values())
    yield from find_lost_recipes(registry.recipes, registry.platforms)
    yield from find_lost_levels(registry.level_times, registry.regimes)
    for body in registry.regulators.values():
        for regime_id in sorted({each for field in body.form_fields for each in field.regimes}):
            if regime_id not in registry.regimes:
                yield f"{body.id}: a form field names the unknown regime {regime_id!r}"
        for form in body.law_forms:
            if form.law not in registry.regimes:
                yield f"{body.id}: a form is for the unknown regime {form.law!r}"


def _find_makers_words(registry: Registry) -> Iterator[str]:
    """Every text of a record is published, so each has to be for its reader."""
    names = frozenset((*registry.regimes, *registry.regulators))
    for name, record in (
        *registry.regimes.items(),
        *((record.id, record) for record in registry.police.values()),
        *registry.platforms.items(),
        *registry.regulators.items(),
        *registry.recipes.items(),
    ):
        yield from find_makers_words(name, record, names)


def _find_lost_territories(registry: Registry) -> Iterator[str]:
    """Laws and authorities that a territory names and that are not there."""
    for territory in TERRITORIES.values():
        for law in (*territory.laws, *territory.without_laws):
            if law not in registry.regimes:
                yield f"{territory.code}: the territory names the unknown regime {law!r}"
        for body in (*territory.bodies, *territory.without_bodies):
            if body not in registry.regulators:
                yield f"{territory.code}: the territory names the unknown regulator {body!r}"


def _find_unclear_companies(platforms: Iterable[Platform]) -> Iterator[str]:
    """Platforms of several companies whose record does not say which of them answers for whom."""
    for platform in platforms:
        if platform.has_several_companies and not any(company.controller_for for company in platform.companies):
            yield f"{platform.slug}: it has more than one company, and no controller by region"
        for role in ("controller_for", "provider_for"):
            regions = [region for company in platform.companies for region in getattr(company, role)]
            for region in sorted({region for region in regions if regions.count(region) > 1}):
                yield f"{platform.slug}: two companies are {role} of {region}"
        for company in platform.companies:
            if company.country is not None and not is_country(company.country):
                yield f"{platform.slug}: {company.name}: there is no country {company.country!r}"


# Who writes about a statute to win clients or readers, and is no copy of its text.
_LAW_FIRM = re.compile(
    r"avvocat|advocat|advogad|abogad|anwalt|kanzlei|bengoshi|lawyer|solicitor|attorney|lawfirm|law-firm|studiolegale"
    r"|mondaq|lexology|(?:^|[.-])(?!p?codes?\.|public\.|lp\.)\w*law\.(?:com|net|africa)$|\.av\.tr$|haerting\.de|dlapiper|mayerbrown"
    r"|kimchang|chenandlin|rahmatlim|michalsons|indie\.law|livelaw\.in$"
)
_PRESS = re.compile(
    r"(?<!x)press\b|presse|news|times\b|herald|guardian|lefigaro|lemonde|elpais|folha|tribune|jornada|quadratin|thestar"
    r"|examiner|fanpage|quifinanza|straitstimes|channelnewsasia|levif|inews24|zdnet|mashable|reuters|diario|nikkei|yahoo"
)
# Law libraries whose names look like a firm's.
_LAW_COPIES = re.compile(
    r"findlaw|instalawyer|uslawyerdatabase|mylaw\.my|apnilaw|getpocketlaw|itlaw\.in|legalserviceindia|lawlibrary|lawbrary"
)


def is_secondary(url: str) -> bool:
    """Whether an address is one of a law firm or of the press, which bear no more than a hint of what a law says."""
    return is_law_firm(url) or bool(_PRESS.search(_host_of(url)))


def is_law_firm(url: str) -> bool:
    """Whether an address is one of a law firm, and none of a library of statutes."""
    return bool(_LAW_FIRM.search(_host_of(url)))


def _host_of(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return "" if _LAW_COPIES.search(host) else host


_BARE_ADDRESS = re.compile(r"https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(?:[:/]|$)")
_UNOPENED = re.compile(
    r"(?:address|it)(?: itself)? was not opened|from memory|only the link was seen|not noted|not the text",
    re.IGNORECASE,
)


def _find_law_gaps(regime: Regime) -> Iterator[str]:
    """What a law's sources do not bear: a grade above them, or an address that nobody can cite."""
    for source in regime.sources:
        if _BARE_ADDRESS.match(source.url):
            yield f"source {source.key} is a bare address of a machine: {source.url}"
        if source.is_official_text and _UNOPENED.search(source.supports):
            yield f"source {source.key} counts as official and says that it was not opened"
    official = {source.key for source in regime.sources if source.is_official_text}
    if regime.confidence is Confidence.HIGH and not official:
        yield "it is graded high, and none of its sources is an official text that was opened"
    for fact in list_facts(regime):
        if fact.confidence is Confidence.HIGH and official.isdisjoint(fact.sources):
            yield f"{fact.place} is graded high, and rests on no official text that was opened"
        yield from _find_weak_grade(fact.place, fact.confidence, fact.sources, regime.sources)


def _find_weak_grade(
    place: str, confidence: Confidence, keys: Sequence[str], sources: Sequence[Source]
) -> Iterator[str]:
    """What a law firm or the press says of a statute is one other source, so it is graded low."""
    borne_by = [source.url for source in sources if source.key in keys]
    if confidence in {Confidence.HIGH, Confidence.MEDIUM} and borne_by and all(map(is_secondary, borne_by)):
        yield f"{place} is graded {confidence}, and only law firms or the press say it: {borne_by[0]}"


def _find_police_gaps(record: PoliceRecord) -> Iterator[str]:
    yield from find_police_faults(record)
    for source in record.sources:
        if _BARE_ADDRESS.match(source.url):
            yield f"source {source.key} is a bare address of a machine: {source.url}"
    for crime in record.crimes:
        yield from _find_weak_grade(f"crime {crime.key}", crime.confidence, crime.sources, record.sources)
        borne_by = [source.url for source in record.sources if source.key in crime.sources]
        if crime.confidence is not Confidence.MEMORY and borne_by and all(map(is_law_firm, borne_by)):
            yield f"crime {crime.key} rests on law firms alone, so it can only be from memory: {borne_by[0]}"


def _find_bare_records(records: Iterable[Platform | Regulator]) -> Iterator[str]:
    for record in records:
        name = _name(record)
        if not record.sources and record.confidence is not Confidence.MEMORY:
            yield f"{name}: it names no source, so it can only be from memory"
        for graded in record.graded:
            if not _has_field(record, graded.field):
                yield f"{name}: grade of {graded.field!r}: it has no such field"


_HELP_PAGE = re.compile(
    r"/answer/a?\d|/hc/(?:[\w-]+/)?articles/|/hc/[\w-]+/?$|/help/policies/|/rules-and-policies/|/knowledge-?base/|"
    r"knowledgeowl\.com/|/collections/|/help/(?:how|what|why)-|[/-]policy/?$|/content_policy/?$|/process-for-|/support/account/|"
    r"/troubleshooting/|/help/[\w-]*right-to-be-forgotten"
)
_PHONE = re.compile(r"[+*]?[0-9][0-9 -]*[0-9]")


def _find_vain_searches(platforms: Iterable[Platform]) -> Iterator[str]:
    """Nobody looked in vain for what is there."""
    for platform in platforms:
        kinds = {channel.kind.value.partition("_")[0] for channel in platform.channels}
        for kind, looked_on in (
            ("appeal", platform.appeal_none_found_on),
            ("contact", platform.contact_none_found_on),
            ("takeitdown", platform.takeitdown_none_found_on),
        ):
            if looked_on is not None and kind in kinds:
                yield f"{platform.slug}: it has a way of the kind {kind}, so nobody looked for one in vain"


def _find_pages_called_forms(platforms: Iterable[Platform]) -> Iterator[str]:
    for platform in platforms:
        for channel in platform.channels:
            if channel.medium is Medium.FORM and _HELP_PAGE.search(channel.address):
                yield f"{platform.slug}: {channel.kind} leads to a help page, which is no form: {channel.address}"


def _find_closed_doors(regulators: Iterable[Regulator]) -> Iterator[str]:
    """Who takes complaints can be reached, or somebody looked and says when; who is called has a number for it."""
    for body in regulators:
        takes = body.kind is not RegulatorKind.HOTLINE and body.takes_complaints is not False
        if takes and not body.has_door and body.no_door_found_on is None:
            yield f"{body.id}: it takes complaints and has no form, no e-mail and no postal address"
        if body.has_door and body.no_door_found_on is not None:
            yield f"{body.id}: it has an address, so nobody looked for one in vain"
        if body.phone is not None and not _PHONE.fullmatch(body.phone):
            yield f"{body.id}: {body.phone!r} is no number that a phone can call"
        yield from (f"{body.id}: {fault}" for fault in _find_form_faults(body))
        if body.kind is RegulatorKind.HOTLINE and body.role is None:
            yield f"{body.id}: a help service has a role"
        if body.joint_statement_signatory and body.joint_statement_basis is not SignatoryBasis.NAMED:
            yield f"{body.id}: only a body that is named has signed"


def _find_form_faults(body: Regulator) -> Iterator[str]:
    """A field of a form has an address where it was seen, and the form one where it is."""
    keys = [field.key for field in body.form_fields]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"form field {key} stands twice"
    yield from _find_law_form_faults(body)
    if body.fields_none_found_on is not None and body.form_fields:
        yield "fields of its form are known, so nobody looked for them in vain"
    if body.fields_none_found_on is not None and not body.forms:
        yield "it has no form whose fields somebody could have looked for"
    for field in body.form_fields:
        if not field.source.startswith("https://"):
            yield f"form field {field.key} names no address where it was seen"
        if field.limit is not None and field.limit < 1:
            yield f"form field {field.key} has room for nothing"


def _find_law_form_faults(body: Regulator) -> Iterator[str]:
    own = {form.law for form in body.law_forms}
    for field in body.form_fields:
        if body.complaint_url is None and not (field.regimes and own.issuperset(field.regimes)):
            yield f"form field {field.key} has no address of the form"
    for form in body.law_forms:
        if not (form.url.startswith("https://") and form.source.startswith("https://")):
            yield f"the form under {form.law} has no address, or names none where it was seen"


def _name(record: Platform | Regulator) -> str:
    return record.slug if isinstance(record, Platform) else record.id


def _has_field(record: Platform | Regulator, path: str) -> bool:
    """Whether there is such a field; `flags.id_demanded` is one of a part."""
    try:
        attrgetter(path)(record)
    except AttributeError:
        return False
    return True
