"""A threat's papers, made when nothing is online: to keep evidence, and the sheet for the police. No request needed."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.directory import ChannelKind
from portal.domain.letters.facts import Recipient, ThreatFacts
from portal.domain.lifecycle import LetterKind, RequestKind, SendingChannel, StepRefused, require_open
from portal.reference.platform_names import find_named
from portal.services.cases.mandates import require_mandate, require_papers
from portal.services.cases.opening import CaseStamp, read_stamp
from portal.services.cases.room import require_room_for_words
from portal.services.clocks.agreement import require_whole
from portal.services.letters import kept_letters, letters
from portal.services.letters.facts import (
    content_fact,
    find_company,
    header_of,
    platform_recipient,
    stated_of,
    statements_of,
    zone_of,
)
from portal.services.letters.letters import FactsChanged, LetterOrder, LetterRows, PrintedLetter
from portal.services.letters.printing import LetterStopped, check, print_letter
from portal.services.letters.views import LetterView
from portal.services.requests.channels import list_channels
from portal.services.requests.content import Details, RequestContent
from portal.services.requests.lookup import find_organisation
from portal.services.work import CaseWork

KINDS = (LetterKind.PRESERVATION, LetterKind.POLICE)
LONGEST = 20_000
MOST_ACCOUNTS = 50
# Who keeps data: the legal department first, then whoever reads reports.
_KEEPING = (
    ChannelKind.LEGAL_EMAIL,
    ChannelKind.ABUSE_EMAIL,
    ChannelKind.NCII_FORM,
    ChannelKind.GENERAL_FORM,
    ChannelKind.REPORT_PAGE,
    ChannelKind.NCII_PAGE,
)


@dataclass(frozen=True, kw_only=True, repr=False)
class ThreatCommand:
    """What a threat's paper says. `recipient` is the platform of the account that threatens; empty for the police."""

    accounts: tuple[str, ...]
    recipient: str = ""
    threat: str = ""  # what happened, in the person's words
    threatened_on: str = ""  # when, as the person says it

    @property
    def kind(self) -> LetterKind:
        return LetterKind.PRESERVATION if self.recipient.strip() else LetterKind.POLICE


@dataclass(frozen=True, eq=False, repr=False)
class ThreatPlan:
    """What a paper would say as things stood at `stamp`."""

    stamp: CaseStamp
    command: ThreatCommand


def threat_facts(work: CaseWork, command: ThreatCommand, *, number: int) -> ThreatFacts:
    """The facts of the paper. Raises StepRefused where no account is named or a text is too long."""
    accounts = tuple(account.strip() for account in command.accounts if account.strip())
    if not accounts:
        raise StepRefused("Name at least one account, number or address that the threat came from.")
    if len(accounts) > MOST_ACCOUNTS:
        raise StepRefused(f"So many accounts do not fit on one paper: {MOST_ACCOUNTS} do.")
    if any(len(text) > LONGEST for text in (*accounts, command.threat, command.threatened_on)):
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    contents = RequestContent(report=work.report, details=Details(), places=(), organisation=find_organisation(work))
    is_for_police = command.kind is LetterKind.POLICE
    recipient = (
        Recipient(name="The police", channel=SendingChannel.POST)
        if is_for_police
        else _find_recipient(work, command.recipient.strip())
    )
    return ThreatFacts(
        frame=header_of(work, contents, (), recipient, number=number),
        content=content_fact(contents),
        accounts=accounts,
        is_for_police=is_for_police,
        threat=command.threat.strip() or None,
        threatened_on=command.threatened_on.strip() or None,
        statements=statements_of(contents, ()),
        stated=stated_of(contents, (), now=work.now, zone=zone_of(work)),
    )


def _find_recipient(work: CaseWork, said: str) -> Recipient:
    """The platform by the name that somebody gives it, with its company and address where the directory has them."""
    platforms = work.ports.registry.platforms
    slug = find_named(said, platforms)
    if slug is None:
        return Recipient(name=said, channel=SendingChannel.FORM)
    platform = platforms[slug]
    channels = list(list_channels(work, platform, _KEEPING))
    via = channels[0].via if channels else SendingChannel.FORM
    company = find_company(platform, work.case.country, RequestKind.NOTICE)
    return platform_recipient(platform.name, platform, channels, via, company=company)


def plan_threat_paper(work: CaseWork, command: ThreatCommand) -> ThreatPlan:
    """Look whether the paper can be made. Reads only.

    Raises StepRefused, LetterStopped with every reason, NoConsent, MandateOver, NoRoom, RecordsDisagree.
    """
    stamp = read_stamp(work)
    require_open(work.case.status)
    _require_papers(work, command)
    require_room_for_words(work, *command.accounts, command.threat, command.threatened_on)
    require_whole(work)
    if problems := check(threat_facts(work, command, number=work.case.letter_numbers + 1)):
        raise LetterStopped(problems)
    return ThreatPlan(stamp, command)


def _require_papers(work: CaseWork, command: ThreatCommand) -> None:
    """A sheet for the police goes to no platform: only the authority of who acts for the person has to stand."""
    if command.kind is LetterKind.POLICE:
        require_mandate(work)
    else:
        require_papers(work, "platforms")


def reserve_threat_paper(work: CaseWork, plan: ThreatPlan) -> LetterOrder:
    """Reserve its number, for whoever holds the case as it stood at the plan's stamp."""
    number = letters.reserve_number(work)
    return LetterOrder(work, None, plan.command.kind, number, threat_facts(work, plan.command, number=number))


def confirm_threat_paper(work: CaseWork, command: ThreatCommand, order: LetterOrder, rows: LetterRows) -> PrintedLetter:
    """That what was printed still says what is so. Reads only. Raises FactsChanged else, and as `plan_threat_paper`."""
    stamp = read_stamp(work)
    _require_papers(work, command)
    if threat_facts(work.at(order.work.now), command, number=order.number) != order.facts:
        raise FactsChanged
    require_whole(work)
    return PrintedLetter(stamp, rows)


def make_threat_paper(work: CaseWork, command: ThreatCommand) -> LetterView:
    """All of it in one transaction, where nobody waits: invented cases, tests. Raises as `plan_threat_paper`."""
    order = reserve_threat_paper(work, plan_threat_paper(work, command))
    return kept_letters.letter_view(letters.store_letter(work, order.kind, order.facts, print_letter(order.facts)))


def list_threat_papers(work: CaseWork) -> tuple[LetterView, ...]:
    """Those that were made, by number."""
    return kept_letters.letter_views(work, kinds=KINDS)
