"""A threat's papers, made when nothing is online: to keep evidence, and the sheet for the police. No request needed."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.letters.facts import Recipient, ThreatFacts
from portal.domain.lifecycle import LetterKind, SendingChannel, StepRefused, require_open
from portal.services.cases.room import require_room_for_words
from portal.services.letters import letters
from portal.services.letters.facts import content_fact, header_of, stated_of, statements_of, zone_of
from portal.services.letters.printing import LetterStopped, check, print_letter
from portal.services.letters.views import LetterView
from portal.services.requests.content import Details, RequestContent
from portal.services.requests.lookup import find_organisation
from portal.services.work import CaseWork

LONGEST = 20_000


@dataclass(frozen=True, kw_only=True, repr=False)
class ThreatCommand:
    """What a threat's paper says. `recipient` is the platform of the account that threatens; empty for the police."""

    accounts: tuple[str, ...]
    recipient: str = ""
    threat: str = ""  # what happened, in the person's words
    threatened_on: str = ""  # when, as the person says it

    @property
    def kind(self) -> LetterKind:
        return LetterKind.PRESERVATION if self.recipient else LetterKind.POLICE


def threat_facts(work: CaseWork, command: ThreatCommand, *, number: int) -> ThreatFacts:
    """The facts of the paper. Raises StepRefused where no account is named or a text is too long."""
    accounts = tuple(account.strip() for account in command.accounts if account.strip())
    if not accounts:
        raise StepRefused("Name at least one account, number or address that the threat came from.")
    if any(len(text) > LONGEST for text in (*accounts, command.threat, command.threatened_on)):
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    contents = RequestContent(report=work.report, details=Details(), places=(), organisation=find_organisation(work))
    name = command.recipient or "The police"
    channel = SendingChannel.FORM if command.recipient else SendingChannel.POST
    return ThreatFacts(
        frame=header_of(work, contents, (), Recipient(name=name, channel=channel), number=number),
        content=content_fact(contents),
        accounts=accounts,
        is_for_police=not command.recipient,
        threat=command.threat.strip() or None,
        threatened_on=command.threatened_on.strip() or None,
        statements=statements_of(contents, ()),
        stated=stated_of(contents, (), now=work.now, zone=zone_of(work)),
    )


def make_threat_paper(work: CaseWork, command: ThreatCommand) -> LetterView:
    """Make and keep it. Raises StepRefused, LetterStopped with every reason, NoRoom."""
    require_open(work.case.status)
    require_room_for_words(work, *command.accounts, command.threat, command.threatened_on)
    facts = threat_facts(work, command, number=work.case.letter_numbers + 1)
    if problems := check(facts):
        raise LetterStopped(problems)
    facts = threat_facts(work, command, number=letters.reserve_number(work))
    return letters.letter_view(letters.store_letter(work, command.kind, facts, print_letter(facts)))
