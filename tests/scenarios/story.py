"""How a walked situation is told: what the person reports, what is sent and answered, and what the portal then says.

Everything goes through the product's use cases. Instants are written as a lawyer would, local time and zone; the portal
answers in UTC, and equal instants compare equal whatever the zone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.domain.escalation import EscalationState
from portal.domain.lifecycle import Answer, SendingChannel
from portal.models.complaints import Complaint
from portal.models.requests import Request
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.clocks.views import ClockView
from portal.services.complaints import complaints, reading
from portal.services.complaints.complaints import ComplaintAnswerCommand, LodgedCommand
from portal.services.complaints.views import ComplaintOption
from portal.services.letters import letters
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.requests.lookup import list_complaints, list_requests
from portal.services.requests.preparing import DetailsCommand
from portal.services.requests.views import EscalationView
from portal.services.tracking import answers, request_page, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork
from tests.services.factories import make_case, make_work

UTC = "UTC"


def end_of(day: str, zone: str) -> datetime:
    """The last second of that day on the clocks of that zone."""
    return at(f"{day} 23:59:59", zone)


def at(written: str, zone: str = UTC) -> datetime:
    """`2026-11-25 23:00` on the clocks of that zone."""
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone))


@dataclass
class Teller:
    """Begins stories."""

    session: Session
    ports: Ports

    def begin(self, *, reported_at: datetime, links: str, **report: Any) -> Story:
        """A submitted report. What is not said is as in `make_report`: an adult, for herself, a real picture."""
        opened = make_case(self.session, self.ports, links=links, now=reported_at, **report)
        return Story(self.session, self.ports, opened, reported_at)


@dataclass
class Story:
    """One case. `now` is the instant at which the portal is asked; each step moves it on."""

    session: Session
    ports: Ports
    opened: CaseWork
    now: datetime

    def until(self, now: datetime) -> Story:
        """Time passes and nothing happens; the portal's regular round looks at every clock."""
        self.now = now
        owners: list[Request | Complaint] = [*list_requests(replace(self.opened, session=self.session))]
        owners += list_complaints(replace(self.opened, session=self.session))
        for owner in owners:
            refresh_clocks(make_work(self.session, self.ports, now=now), self.opened.case, owner)
        return self

    def request(self, platform: str) -> RequestView:
        """The newest request to a platform, by its slug in the directory or by its name."""
        found = request_page.request_views(replace(self.opened, session=self.session, now=self.now, ports=self.ports))
        return next(each for each in reversed(found) if platform in {each.platform, each.platform_name})

    def prepare_erasure(self, platform: str) -> RequestView:
        """A data-protection request to the company behind the platform."""
        first = self.request(platform).number
        number = preparing.prepare_erasure(
            replace(self.opened, session=self.session, now=self.now, ports=self.ports), first
        )
        return request_page.request_view(
            replace(self.opened, session=self.session, now=self.now, ports=self.ports), number
        )

    def send(self, platform: str, *, sent_at: datetime, received_at: datetime | None = None) -> RequestView:
        """The request has left by the platform's form, perhaps with a receipt."""
        self.now = received_at or sent_at
        command = SentCommand(
            has_checked=True, channel=SendingChannel.FORM, sent_at=sent_at, received_at=received_at, ticket="T-1"
        )
        number = self.request(platform).number
        work = replace(self.opened, session=self.session, now=self.now, ports=self.ports)
        letters.make_missing_letter(work, number)
        sending.record_sent(work, number, command)
        return self.request(platform)

    def answered(self, platform: str, answer: Answer, when: datetime, *, until: date | None = None) -> RequestView:
        """The platform answers."""
        self.now = when
        command = AnswerCommand(answer=answer, at=when, extension_until=until)
        number = self.request(platform).number
        answers.log_answer(replace(self.opened, session=self.session, now=when, ports=self.ports), number, command)
        return self.request(platform)

    def gave_information(self, platform: str, when: datetime) -> RequestView:
        """The person sends back what the platform asked for."""
        self.now = when
        number = self.request(platform).number
        sending.record_information_sent(
            replace(self.opened, session=self.session, now=when, ports=self.ports), number, when
        )
        return self.request(platform)

    def cited(self, platform: str) -> list[str]:
        """The laws that the letter names, in its order."""
        return [basis.regime for basis in self.request(platform).bases if basis.is_cited]

    def reasons(self, platform: str) -> dict[str, str]:
        """Why each law is named."""
        return {basis.regime: basis.reason for basis in self.request(platform).bases if basis.is_cited}

    def clock(self, platform: str, regime: str, rule: str) -> ClockView:
        """One clock of the newest request to the platform."""
        return _one(self.request(platform).clocks, regime, rule)

    def set_details(self, platform: str, **changes: Any) -> None:
        """The person adds what a law asks for, for this request."""
        number = self.request(platform).number
        command = DetailsCommand(**changes)
        preparing.set_details(
            replace(self.opened, session=self.session, now=self.now, ports=self.ports), number, command
        )

    def missing(self, platform: str) -> list[str]:
        """What a law asks for and the letter does not have."""
        return [element.key for element in self.request(platform).missing]

    def clocks(self, platform: str) -> set[tuple[str, str]]:
        """Every clock that has started, by law and rule."""
        return {(clock.regime, clock.rule) for clock in self.request(platform).clocks}

    def steps(self, platform: str, state: EscalationState) -> list[str]:
        """The next steps in that state, in the order in which the portal shows them: kind, and law or body if any."""
        options = self.request(platform).escalation
        return [
            f"{option.kind} {option.regime or option.regulator or ''}".strip()
            for option in options
            if option.state is state
        ]

    def open_steps(self, platform: str) -> list[str]:
        return self.steps(platform, EscalationState.OPEN)

    def waiting_steps(self, platform: str) -> list[str]:
        return self.steps(platform, EscalationState.WAITING)

    def option(self, platform: str, who: str) -> EscalationView:
        """The step that a law governs, or that goes to an authority."""
        return next(option for option in self.request(platform).escalation if who in {option.regime, option.regulator})

    def complaints(self) -> dict[tuple[str, str], bool]:
        """Every complaint, by law and authority, and whether it is open now."""
        found = complaints.options(replace(self.opened, session=self.session, now=self.now, ports=self.ports))
        return {(option.regime, option.regulator): option.is_open for option in found}

    def complaint(self, regime: str, regulator: str) -> ComplaintOption:
        found = complaints.options(replace(self.opened, session=self.session, now=self.now, ports=self.ports))
        return next(option for option in found if (option.regime, option.regulator) == (regime, regulator))

    def lodge(self, regime: str, regulator: str, *, lodged_at: datetime, received_at: datetime | None = None) -> int:
        """A complaint is prepared about every request it can rest on, and handed in."""
        self.now = received_at or lodged_at
        about = self.complaint(regime, regulator).request_numbers
        number = complaints.prepare(
            replace(self.opened, session=self.session, now=lodged_at, ports=self.ports), regime, regulator, about
        )
        command = LodgedCommand(has_checked=True, at=lodged_at, received_at=received_at)
        complaints.record_lodged(
            replace(self.opened, session=self.session, now=self.now, ports=self.ports), number, command
        )
        return number

    def authority_answered(self, number: int, meaning: ComplaintAnswer, when: datetime) -> None:
        self.now = when
        command = ComplaintAnswerCommand(at=when, meaning=meaning)
        complaints.log_complaint_answer(
            replace(self.opened, session=self.session, now=when, ports=self.ports), number, command
        )

    def complaint_clocks(self, number: int) -> tuple[ClockView, ...]:
        """What the body that has the complaint owes, and by when."""
        return reading.complaint_view(
            replace(self.opened, session=self.session, now=self.now, ports=self.ports), number
        ).clocks

    def complaint_clock(self, number: int, rule: str) -> ClockView:
        """One of them."""
        return next(clock for clock in self.complaint_clocks(number) if clock.rule == rule)


def _one(clocks: tuple[ClockView, ...], regime: str, rule: str) -> ClockView:
    found = [clock for clock in clocks if (clock.regime, clock.rule) == (regime, rule)]
    assert found, f"{regime}/{rule} has not started; there are {[(each.regime, each.rule) for each in clocks]}"
    return found[0]
