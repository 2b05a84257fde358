"""What staff saw of addresses dates them for everybody, and an old one is used only after somebody looked."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.domain.directory import AddressOutcome
from portal.domain.lifecycle import RequestState, SendingChannel
from portal.models.observations import Observation
from portal.services.complaints.complaints import LodgedCommand
from portal.services.directory.address_checks import (
    UnknownAddress,
    list_contacts,
    list_stale,
    note_outcome,
    read_statuses,
)
from portal.services.letters import letters
from portal.services.ports import Ports
from portal.services.requests.channels import Unchecked
from portal.services.requests.lookup import find_request
from portal.services.tracking import request_page, sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_work
from tests.services.fakes import DAY, print_quickly
from tests.services.people import share_case

X_LINK = "https://x.com/someone/status/1"
UNKNOWN_SITE = "https://pictures.example.org/album/7"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def first_form(ports: Ports) -> str:
    """The address of the form that stands first for a notice to X."""
    return next(one.address for one in list_contacts(ports.registry) if one.subject == "x" and "form" in one.what)


def forms_of(session: Session, ports: Ports, opened: CaseWork) -> list[str]:
    view = request_page.request_view(opened.at(NOW), 1)
    return [channel.address for channel in view.channels if channel.via is SendingChannel.FORM]


def test_an_old_address_needs_somebody_of_the_team_who_looked(session: Session, ports: Ports) -> None:
    opened = share_case(session, ports, links=X_LINK).first
    letters.make_missing_letter(opened.at(NOW), 1)
    with pytest.raises(Unchecked, match="tick the box"):
        sending.record_sent(opened.at(NOW), 1, SentCommand(channel=SendingChannel.FORM, sent_at=NOW))
    assert find_request(opened, 1).state is RequestState.PREPARED
    looked = SentCommand(has_checked=True, channel=SendingChannel.FORM, sent_at=NOW)
    letters.make_missing_letter(opened.at(NOW), 1)
    sending.record_sent(opened.at(NOW), 1, looked)
    assert find_request(opened, 1).state is RequestState.SENT


def test_an_address_that_worked_is_fresh_for_everybody_and_not_for_ever(session: Session, ports: Ports) -> None:
    opened = share_case(session, ports, links=X_LINK).first
    for address in forms_of(session, ports, opened):
        note_outcome(make_work(session, ports), "x", address, AddressOutcome.WORKED)
    late = NOW + 91 * DAY
    sent = SentCommand(channel=SendingChannel.FORM, sent_at=late)
    letters.make_missing_letter(opened.at(late), 1)
    with pytest.raises(Unchecked):
        sending.record_sent(opened.at(late), 1, sent)
    letters.make_missing_letter(opened.at(NOW), 1)
    sending.record_sent(opened.at(NOW), 1, SentCommand(channel=SendingChannel.FORM, sent_at=NOW))


def test_a_site_that_is_in_no_directory_needs_no_check(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=UNKNOWN_SITE)
    letters.make_missing_letter(opened.at(NOW), 1)
    sending.record_sent(opened.at(NOW), 1, SentCommand(channel=SendingChannel.FORM, sent_at=NOW))


@pytest.mark.parametrize("outcome", [AddressOutcome.BOUNCED, AddressOutcome.MOVED])
def test_trouble_is_told_until_the_address_works_again(session: Session, ports: Ports, outcome: AddressOutcome) -> None:
    opened = make_case(session, ports, links=X_LINK)
    address = forms_of(session, ports, opened)[0]
    note_outcome(make_work(session, ports), "x", address, outcome)
    view = request_page.request_view(opened.at(NOW), 1)
    told = next(channel for channel in view.channels if channel.address == address)
    assert "reported" in (told.warning or "")
    assert told.is_stale
    note_outcome(make_work(session, ports, now=NOW + DAY), "x", address, AddressOutcome.WORKED)
    again = request_page.request_view(opened.at(NOW + DAY), 1)
    told = next(channel for channel in again.channels if channel.address == address)
    assert "reported" not in (told.warning or "")
    assert (told.is_stale, told.checked_on) == (False, (NOW + DAY).date())


def test_only_addresses_of_the_directory_can_be_noted(session: Session, ports: Ports) -> None:
    with pytest.raises(UnknownAddress):
        note_outcome(make_work(session, ports), "x", "https://elsewhere.example/", AddressOutcome.WORKED)
    assert read_statuses(session) == {}


def test_an_observation_says_nothing_of_a_case() -> None:
    columns = set(Observation.__table__.columns.keys())
    assert columns == {"id", "subject", "address", "outcome", "seen_on", "by_person"}
    assert "case" not in {field.name for field in fields(LodgedCommand)}


def test_what_is_stale_is_listed_until_its_shelf_life_begins_anew(session: Session, ports: Ports) -> None:
    today = NOW.date()
    everything = list(list_contacts(ports.registry))
    assert len(list_stale(ports.registry, {}, on=today)) == sum(not one.checked_on for one in everything)
    note_outcome(make_work(session, ports), "x", first_form(ports), AddressOutcome.WORKED)
    seen = read_statuses(session)

    def is_listed(on: date, days: int | None = None) -> bool:
        rows = list_stale(ports.registry, seen, on=on, days=days)
        return ("x", first_form(ports)) in {(contact.subject, contact.address) for contact, _, _ in rows}

    assert not is_listed(today + timedelta(days=90))
    assert is_listed(today + timedelta(days=91))
    assert is_listed(today + timedelta(days=8), days=7)


TIDA = "https://help.x.com/forms/safety-and-sensitive-content/take-it-down"
REST = "https://help.x.com/en/forms/safety-and-sensitive-content/private-information"


def test_a_form_for_one_country_is_shown_to_people_there_and_first(session: Session, ports: Ports) -> None:
    american = make_case(session, ports, links=X_LINK, country="US")
    assert forms_of(session, ports, american)[:2] == [TIDA, REST]
    irish = make_case(session, ports, links=X_LINK, country="IE")
    assert forms_of(session, ports, irish)[0] == REST
    assert TIDA not in forms_of(session, ports, irish)


def test_a_page_that_leads_to_a_form_says_that_it_is_none(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://www.facebook.com/photo/?fbid=1")
    channels = request_page.request_view(opened.at(NOW), 1).channels
    labels = {channel.address: channel.label for channel in channels}
    page = labels["https://www.meta.com/help/policies/1437976901029950/"]
    assert page == "Page about the US TAKE IT DOWN Act that leads to the form"
