"""The open pages: the same for everybody, useful without a case, and never lost for an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import icalendar
import pytest
from flask import Flask

from portal.config import load_config
from portal.domain.counting import has_number
from portal.domain.regimes import Binding, Confidence, Regime, Rule, Status
from portal.factory import create_app
from portal.models.tables import metadata
from portal.reference.registry import load_registry
from portal.reference.zones import PACKAGE
from portal.services.directory.lookups import complaint_laws
from portal.web.open.labels import describe_rule
from tests.web.pages import HEAVIEST, Page, Visitor, weigh

REGISTRY = load_registry()
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
GDPR = "/clock?regime=eu-gdpr-17&day=2026-03-05"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A portal whose database was never made: these pages need none."""
    folder: Path = tmp_path_factory.mktemp("open")
    settings = {"RECOURSE_DATA": str(folder), "RECOURSE_DATABASE": "sqlite:////nowhere/at/all.db"}
    return create_app(load_config(settings), clock=lambda: NOW)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def test_every_law_has_its_page(visitor: Visitor) -> None:
    for regime in REGISTRY.regimes.values():
        page = visitor.go(f"/law/{regime.id}")
        assert page.heading.startswith(" ".join(regime.name.split()))
        assert ("No letter cites it" in page.text) is not regime.offered, regime.id
        for source in regime.sources:
            assert source.url in page.links().values(), source.url


def test_every_platform_has_its_page(visitor: Visitor) -> None:
    for platform in REGISTRY.platforms.values():
        page = visitor.go(f"/platforms/{platform.slug}")
        assert platform.name in page.heading
        for channel in platform.channels:
            assert " ".join(channel.address.split()) in page.text


@pytest.mark.parametrize("typed", ["xhamster19.desi", "https://de.xhamster.one/videos/1", "XHAMSTER"])
def test_a_platform_is_found_by_any_of_its_addresses(visitor: Visitor, typed: str) -> None:
    assert "/platforms/xhamster" in visitor.go("/platforms?" + urlencode({"q": typed})).links().values()


def test_a_platform_page_says_how_many_more_addresses_it_has(visitor: Visitor) -> None:
    assert "more addresses of the same site" in visitor.go("/platforms/xhamster").text
    assert "of the same site" not in visitor.go("/platforms/parler").text


def test_a_law_says_which_services_it_is_for_and_how_it_counts(visitor: Visitor) -> None:
    named = [law for law in REGISTRY.regimes.values() if law.reach.platforms]
    for regime in named:
        text = visitor.go(f"/law/{regime.id}").text
        assert all(REGISTRY.platforms[slug].name in text for slug in regime.reach.platforms)
    assert named
    assert "Not for these kinds of service: Search engines" in visitor.go("/law/us-take-it-down").text
    counted = visitor.go("/law/eu-gdpr-17").text
    assert "Regulation (EEC, Euratom) No 1182/71" in counted
    assert "moves on to the next working day" in counted
    assert "moves on" not in visitor.go("/law/us-take-it-down").text


def test_every_country_with_a_law_shows_it(visitor: Visitor) -> None:
    countries = [href for href in visitor.go("/law").links().values() if href.startswith("/law?country=")]
    shown = {
        href.rpartition("/")[2]
        for country in countries
        for href in visitor.go(country).links().values()
        if href.startswith("/law/") and not href.startswith("/law/changes")
    }
    assert shown == set(REGISTRY.regimes)


def test_the_laws_are_told_apart_by_whether_they_can_be_used(visitor: Visitor) -> None:
    page = visitor.go("/law?country=GB&depiction=ai")
    usable, _, rest = page.text.partition("Not for this, not law yet")
    assert REGISTRY.regime("uk-osa-10-3a").name in usable
    assert REGISTRY.regime("uk-gdpr-17").name in usable
    assert rest


def split_by_group(page: Page) -> tuple[str, str, str]:
    """What can be used, what may fit, and the rest."""
    usable, _, more = page.text.partition("These may fit")
    unsure, _, others = more.partition("Not for this, not law yet")
    return usable, unsure, others


@pytest.mark.parametrize(
    ("query", "regime", "group"),
    [
        ("country=CA&subdivision=QC", "ca-qc-intimate-images", 0),
        ("country=CA", "ca-qc-intimate-images", 1),
        ("country=CA&subdivision=ON", "ca-qc-intimate-images", 2),
        ("country=US&subdivision=CA&depiction=ai", "us-ca-sb981-digital-identity-theft", 1),
        ("country=US&subdivision=CA&depiction=real", "us-ca-sb981-digital-identity-theft", 2),
        ("country=US", "us-dmca-512", 1),
        ("country=KR&depiction=real", "kr-pipa", 0),
        ("country=KR", "kr-pipa", 1),
        ("country=GB&threat=true", "us-take-it-down", 2),
    ],
)
def test_a_law_stands_where_the_answers_put_it(visitor: Visitor, query: str, regime: str, group: int) -> None:
    name = " ".join(REGISTRY.regime(regime).name.split())
    found = [name in text for text in split_by_group(visitor.go(f"/law?{query}"))]
    assert found == [place == group for place in range(3)]


def test_what_is_no_law_yet_is_shown_as_such(visitor: Visitor) -> None:
    for regime in REGISTRY.regimes.values():
        if regime.status is Status.BILL:
            country = regime.jurisdictions[0].partition("-")[0]
            others = split_by_group(visitor.go(f"/law?country={country}"))[2]
            assert f"{regime.name} " in others
            assert "a proposal, not law" in others


def test_a_part_is_asked_for_only_where_laws_differ(visitor: Visitor) -> None:
    assert 'id="subdivision"' in visitor.go("/law?country=CA").answer.text
    assert 'id="subdivision"' not in visitor.go("/law?country=JE").answer.text


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/law?country=XX", "XX"),
        ("/law?country=US&depiction=painted", "painted"),
        ("/law?colour=red", "colour"),
        ("/authorities?country=XX", "XX"),
        ("/platforms?category=bakery", "bakery"),
        ("/clock?regime=eu-gdpr-71&day=2026-03-05", "eu-gdpr"),
        ("/clock?regime=eu-gdpr-17&day=soon", "2026-11-24"),
        ("/clock?regime=eu-gdpr-17&day=2026-03-05&hour=noon", "14:05"),
        ("/clock?regime=eu-gdpr-17&day=2026-03-05&country=XX", "XX"),
        ("/clock?regime=eu-gdpr-17&day=2026-03-05&clock=never", "never"),
        ("/clock?regime=us-take-it-down&day=2026-01-05", "19 May 2026"),
        ("/clock?regime=us-take-it-down&day=2026-11-05&extended=true", "extension"),
    ],
)
def test_bad_input_is_told_and_stays_in_the_form(visitor: Visitor, path: str, told: str) -> None:
    page = visitor.go(path, status=400)
    assert told in " ".join(page.errors)
    assert page.answer.headers["Cache-Control"] == "no-store"


def test_what_was_typed_is_still_there(visitor: Visitor) -> None:
    page = visitor.go("/clock?regime=eu-gdpr-17&day=soon&hour=10:30&subdivision=C", status=400)
    for typed in ('value="soon"', 'value="10:30"', 'value="C"'):
        assert typed in page.answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("day=soon", "day"),
        ("day=2026-03-05&hour=noon", "hour"),
        ("day=2026-03-05&clock=never", "clock"),
        ("day=2026-03-05&country=XX", "country"),
        ("day=2026-03-05&zone=Nowhere", "zone"),
        ("day=2018-01-05", "day"),
        ("regime=us-take-it-down&day=2026-11-05&extended=true", "extended"),
    ],
)
def test_an_error_stands_at_its_field(visitor: Visitor, query: str, field: str) -> None:
    law = "" if query.startswith("regime=") else "regime=eu-gdpr-17&"
    page = visitor.go(f"/clock?{law}{query}", status=400)
    (told,) = (each for each in page.root.iter() if each.get("id") == f"{field}-error")
    assert "".join(told.itertext()) == page.errors[0]
    (wrong,) = (each for each in page.root.iter() if each.get("aria-invalid"))
    assert wrong.get("id") == field
    assert f"{field}-error" in wrong.get("aria-describedby", "").split()


def test_an_instant_in_the_address_is_shown_as_day_and_hour_of_the_organisation(visitor: Visitor) -> None:
    page = visitor.go("/clock?regime=eu-gdpr-17&started=2026-03-05T23:30:00Z&country=DE")
    assert 'value="2026-03-06"' in page.answer.text
    assert 'value="00:30"' in page.answer.text
    assert f"Time zone: Europe/Berlin, {PACKAGE}." in page.text


def test_where_the_law_sets_no_number_its_measure_is_shown(visitor: Visitor) -> None:
    rules = {rule.id: rule for rule in REGISTRY.regime("eu-dsa-16").rules}
    form = visitor.go("/clock?regime=eu-dsa-16")
    assert 'value="decide"' in form.answer.text
    page = visitor.go("/clock?regime=eu-dsa-16&clock=decide&day=2026-11-20")
    assert rules["decide"].standard is not None
    assert rules["decide"].standard in page.text
    assert "there is no date" in page.text


def test_a_law_that_sets_nobody_a_time_says_so(visitor: Visitor) -> None:
    without = [regime.id for regime in REGISTRY.regimes.values() if not regime.rules]
    assert without
    for regime in without:
        assert "says how long" in visitor.go(f"/clock?regime={regime}").text


@pytest.mark.parametrize(
    ("query", "is_estimated"),
    [
        ("regime=us-take-it-down&day=2026-11-20", True),
        ("regime=us-take-it-down&day=2026-11-20&hour=12:00", False),
        ("regime=us-take-it-down&started=2026-11-20T12:00:00Z", False),
        ("regime=eu-gdpr-17&day=2026-03-05", False),
    ],
)
def test_a_date_that_hangs_on_an_unknown_hour_is_estimated(
    app: Flask, visitor: Visitor, query: str, is_estimated: bool
) -> None:
    assert ("noon was taken" in visitor.go(f"/clock?{query}").text) is is_estimated
    assert app.test_client().get(f"/clock.json?{query}").get_json()["estimated"] is is_estimated


def test_a_date_is_shown_with_its_steps(visitor: Visitor) -> None:
    page = visitor.go(GDPR)
    assert "Tuesday 7 April 2026" in page.text
    assert "Easter Monday" in page.text
    assert "must do this within 1 month" in page.text


def list_clocks() -> list[tuple[Regime, Rule, str]]:
    """Every clock with a number, with a day on which it was law."""
    found = []
    for regime in REGISTRY.regimes.values():
        for rule in regime.rules:
            if has_number(rule) and regime.status is Status.IN_FORCE:
                starts = [day for day in (regime.in_force_from, rule.in_force_from) if day]
                found.append((regime, rule, max(starts).isoformat() if starts else "2026-11-23"))
    return found


def test_every_clock_of_every_law_can_be_counted(app: Flask, visitor: Visitor) -> None:
    client = app.test_client()
    for regime, rule, day in list_clocks():
        query = urlencode({"regime": regime.id, "clock": rule.id, "day": day, "hour": "10:00"})
        assert "Why this date?" in visitor.go(f"/clock?{query}").text
        data = client.get(f"/clock.json?{query}").get_json()
        assert (data["regime"], data["clock"], data["binding"]) == (regime.id, rule.id, rule.binding.value)
        assert client.get(f"/clock.ics?{query}").status_code == 200


def test_only_a_duty_is_said_with_must(app: Flask) -> None:
    with app.test_request_context():
        for regime in REGISTRY.regimes.values():
            for rule in regime.rules:
                sentence = describe_rule(rule).replace(rule.label, "").replace(rule.standard or "\0", "")
                is_seen_duty = rule.binding is Binding.DUTY and rule.confidence is not Confidence.MEMORY
                assert ("must" in sentence) is is_seen_duty, sentence


def test_what_only_memory_knows_is_no_must_and_no_number(app: Flask, visitor: Visitor) -> None:
    listed = visitor.go("/law?country=US&subdivision=TX").text
    assert "Texas" in listed
    assert "72 hours of" not in listed
    page = visitor.go("/law/us-tx-98b-sb441").text
    assert "may have to do this" in page
    assert "must do this" not in page
    record = app.test_client().get("/api/v1/regimes/us-tx-98b-sb441").get_json()
    assert [rule["amount"] for rule in (record.get("data") or record)["rules"]] == [None]


def test_a_time_that_nobody_saw_gives_no_date_and_no_duty(app: Flask, visitor: Visitor) -> None:
    query = "regime=hk-pdpo&clock=pcpd-refuse"
    page = visitor.go(f"/clock?{query}&day=2026-11-23").text
    assert "There is no number to count with" in page
    assert "A duty" not in page
    asked = f"/api/v1/deadlines?{query}&started=2026-11-23T10:00:00Z&country=HK"
    answer = app.test_client().get(asked).get_json()["data"]
    assert answer["due_at"] is None
    assert "We did not see this time" in answer["steps"][0]["text"]


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("regime=eu-gdpr-17&day=2026-03-05", "2026-04-07"),
        ("regime=us-take-it-down&day=2026-11-20&hour=10:00", "2026-11-22T15:00:00+00:00"),
    ],
)
def test_the_calendar_entry_tells_a_stranger_nothing(app: Flask, query: str, start: str) -> None:
    answer = app.test_client().get(f"/clock.ics?{query}")
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"] == "attachment; filename=date.ics"
    (event,) = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    assert event["SUMMARY"] == "Date to check"
    assert event.decoded("DTSTART").isoformat() == start
    for word in ("gdpr", "take", "recourse", "law", "image", "notice"):
        assert word not in answer.text.casefold()


@pytest.mark.parametrize("path", ["/clock.json", "/clock.ics"])
def test_machines_get_their_errors_as_problems(app: Flask, path: str) -> None:
    answer = app.test_client().get(f"{path}?regime=eu-dsa-16&day=soon")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json()["parameter"] == "day"


def test_a_law_without_a_number_has_no_calendar_entry(app: Flask) -> None:
    answer = app.test_client().get("/clock.ics?regime=eu-dsa-16&clock=decide&day=2026-11-20")
    assert answer.status_code == 400
    assert "no number" in answer.get_json()["detail"]


def test_the_authorities_of_a_country_say_what_to_send(visitor: Visitor) -> None:
    text = visitor.go("/authorities?country=AT").text
    complaint = REGISTRY.regime("eu-gdpr-77")
    assert f"What to put in under {complaint.name}" in text
    assert all(element.label in text for element in complaint.elements)
    assert "Not checked since" in text


def test_authorities_can_be_looked_for_by_what_it_is_about(visitor: Visitor) -> None:
    text = visitor.go("/authorities?country=IE").text
    only_data = visitor.go("/authorities?country=IE&kind=data-protection").text
    assert "Coimisiún na Meán" in text
    assert "Coimisiún na Meán" not in only_data


def test_every_authority_is_found_under_its_country_and_its_part(visitor: Visitor) -> None:
    for body in REGISTRY.regulators.values():
        query = {"country": body.country, **({"subdivision": body.subdivision} if body.subdivision else {})}
        page = visitor.go(f"/authorities?{urlencode(query)}")
        assert (f'id="{body.id}"' in page.answer.text) is body.is_seen, body.id


def test_a_number_can_be_called_and_an_address_written_to_with_one_press(visitor: Visitor) -> None:
    shown = visitor.go("/authorities?country=IE").links().values()
    assert {"tel:+35319637755", "mailto:usersupport@cnam.ie", "tel:116123"} <= set(shown)


def test_a_body_without_a_door_says_when_somebody_looked_for_one(visitor: Visitor) -> None:
    text = visitor.go("/authorities?country=FR").text
    assert "We looked for a form, an e-mail and a postal address on Monday 30 November 2026 and found none." in text


def test_no_body_is_said_to_have_signed_on_its_country_alone(visitor: Visitor) -> None:
    text = visitor.go("/authorities?country=PH").text
    assert "Whether this authority signed it is not known." in text
    assert "It signed the joint statement" not in text
    assert "It signed the joint statement" in visitor.go("/authorities?country=NZ").text


def test_what_can_be_asked_of_a_service_that_undresses_pictures(visitor: Visitor) -> None:
    text = visitor.go("/platforms/clothoff").text
    assert "Delete the pictures of you that somebody put in" in text
    assert "What you can ask of it" not in visitor.go("/platforms/instagram").text


def test_a_way_that_was_looked_for_in_vain_says_so(visitor: Visitor) -> None:
    assert (
        "In the public texts searched on Monday 30 November 2026 it has no way of its own"
        in visitor.go("/platforms/parler").text
    )
    assert "For people in: United States." in visitor.go("/platforms/x").text


def test_a_part_shows_its_own_authorities_and_those_of_the_whole_country(visitor: Visitor) -> None:
    shown = visitor.go("/authorities?country=DE&subdivision=BE").answer.text
    assert 'id="de-be-dpa"' in shown
    assert 'id="de-by-lda-dpa"' not in shown
    assert 'id="eu-edpb"' in shown
    national = [each for each in REGISTRY.regulators.values() if each.country == "DE" and not each.subdivision]
    assert national
    assert all(f'id="{each.id}"' in shown for each in national)


def test_while_no_part_is_named_the_parts_are_a_list_to_choose_from(visitor: Visitor) -> None:
    page = visitor.go("/authorities?country=DE")
    assert 'id="de-be-dpa"' not in page.answer.text
    page = visitor.follow("Berlin")
    assert 'id="de-be-dpa"' in page.answer.text


@pytest.mark.parametrize(
    ("country", "body", "told"),
    [
        ("CA", "ca-opc", "It signed the joint statement"),
        ("DE&subdivision=BE", "de-be-dpa", "is not known"),
        ("EU", "eu-edpb", "It takes no complaints from people"),
    ],
)
def test_what_is_not_known_of_an_authority_is_never_told_as_a_no(
    visitor: Visitor, country: str, body: str, told: str
) -> None:
    page = visitor.go(f"/authorities?country={country}")
    (entry,) = (each for each in page.root.iter("li") if each.get("id") == body)
    assert told in " ".join("".join(entry.itertext()).split())


def test_what_a_platform_is_to_be_told_is_not_asked_for_by_an_authority(visitor: Visitor) -> None:
    text = visitor.go("/authorities?country=US").text
    law = REGISTRY.regime("us-take-it-down")
    assert law.name in text
    assert f"What to put in under {law.name}" not in text


def test_laws_of_other_countries_do_not_lead_anywhere(visitor: Visitor) -> None:
    (law, *_rest) = complaint_laws(REGISTRY.regulators["in-gac"], REGISTRY)
    assert law.name in visitor.go("/authorities?country=IN").text
    assert law.name not in visitor.go("/authorities?country=DE").text


def test_people_who_help_anywhere_are_shown_in_every_country_and_say_whom_they_are_for(visitor: Visitor) -> None:
    text = visitor.go("/authorities?country=KR&kind=hotline").text
    assert "StopNCII" in text
    assert "For pictures of people of 18 or older, in every country." in text
    assert "For pictures of people under 18, in every country." in text


def test_the_heaviest_country_stays_light(visitor: Visitor) -> None:
    for path in (
        *(f"/{page}?country={code}" for page in ("authorities", "law") for code in ("DE", "US", "GB", "IN")),
        "/clock",
    ):
        visitor.go(path)
        assert weigh(visitor) < HEAVIEST, path


def test_every_link_of_a_law_leads_somewhere(app: Flask, visitor: Visitor) -> None:
    client = app.test_client()
    found = {
        href.partition("#")[0]
        for regime in REGISTRY.regimes.values()
        for href in visitor.go(f"/law/{regime.id}").links().values()
        if href.startswith("/")
    }
    broken = {href for href in found - {"/leave"} if client.get(href).status_code >= 400}
    assert broken <= {"/"}, "only the front page needs the database"


def test_each_authority_takes_complaints_under_laws_of_its_own_kind() -> None:
    found = {each.id: {law.id for law in complaint_laws(each, REGISTRY)} for each in REGISTRY.regulators.values()}
    assert "us-take-it-down" in found["us-ftc"]
    assert "eu-dsa-53" not in found["at-dsb"]
    assert "eu-gdpr-77" in found["at-dsb"]
    assert {"es-aepd-canal-prioritario", "eu-gdpr-77"} <= found["es-aepd"]
    assert "es-aepd-canal-prioritario" not in found["es-cnmc-dsc"], "that law names another body of Spain"


def test_the_national_form_of_a_complaint_stands_in_for_the_general_one() -> None:
    (dpc,) = (each for each in REGISTRY.regulators.values() if each.id == "ie-dpc")
    laws = complaint_laws(dpc, REGISTRY)
    assert "eu-gdpr-77" in {other for law in laws for other in law.in_place_of}
    assert "eu-gdpr-77" not in {law.id for law in laws}


@pytest.mark.parametrize("path", ["/law/none", "/platforms/none"])
def test_what_is_not_in_the_list_leads_to_the_list(visitor: Visitor, path: str) -> None:
    page = visitor.go(path, status=404)
    assert "See the whole list" in page.links()


def test_a_visitor_with_a_case_sees_the_same_page(tmp_path: Path) -> None:
    app = create_app(load_config({"RECOURSE_DATA": str(tmp_path)}), clock=lambda: NOW)
    metadata.create_all(app.extensions["recourse"].engine)
    client = app.test_client()
    alone = client.get("/law?country=NZ")
    with client.session_transaction() as session:
        session["_flashes"] = [("message", "Something that only this visitor may read.")]
    assert client.get("/law?country=NZ").data == alone.data
    assert client.get("/law?country=NZ", headers={"If-None-Match": alone.headers["ETag"]}).status_code == 304


def test_a_service_for_every_country_is_tied_to_no_law_of_one(visitor: Visitor) -> None:
    page = visitor.go("/authorities?country=US&kind=hotline").answer.text
    entry = page[page.index('id="us-ncmec-cybertipline"') :].partition("</li>")[0]
    assert "Laws that lead here" not in entry


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("home=IE&waiting=erase&day=2026-03-05", "Tuesday 7 April 2026"),
        ("home=ie&waiting=platform&day=2026-11-20&hour=10:00", "Sunday 22 November 2026, 10:00 (Europe/Dublin)"),
        ("home=AU&waiting=authority&day=2026-11-20", "Tuesday 24 November 2026"),
        ("home=US&waiting=court", "We know of no law that sets a time for this"),
        ("home=KR&waiting=erase&day=2026-11-20", "This law may not fit"),
    ],
)
def test_a_deadline_is_found_by_country_and_what_somebody_did(visitor: Visitor, query: str, told: str) -> None:
    assert told in visitor.go(f"/clock?{query}").text


def test_the_clocks_that_were_found_lead_to_their_own_answer(visitor: Visitor) -> None:
    page = visitor.go("/clock?home=IE&waiting=erase&day=2026-03-05")
    assert "must do this within 1 month" in page.text
    why = visitor.follow("Why this date?")
    assert "Tuesday 7 April 2026" in why.text
    assert "Easter Monday" in why.text


def test_an_hour_is_that_of_the_person_and_without_one_the_date_is_estimated(visitor: Visitor) -> None:
    assert "This date is estimated" in visitor.go("/clock?home=IE&waiting=platform&day=2026-11-20").text
    exact = visitor.go("/clock?home=IE&waiting=platform&day=2026-11-20&hour=10:00").text
    assert "This date is estimated" not in exact.partition("acknowledge")[0]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("waiting=erase", "home"),
        ("home=IE", "waiting"),
        ("home=XX&waiting=erase", "home"),
        ("home=US&home_part=QQ&waiting=erase", "home"),
        ("home=IE&waiting=erase&day=soon", "day"),
        ("home=IE&waiting=erase&day=2026-03-05&hour=noon", "hour"),
        ("home=IE&waiting=gold", "waiting"),
    ],
)
def test_what_is_missing_is_told_at_its_question_and_what_was_typed_stays(
    visitor: Visitor, query: str, field: str
) -> None:
    page = visitor.go(f"/clock?{query}", status=400)
    wrong = [each.get("id") for each in page.root.iter() if each.get("aria-invalid")]
    assert wrong == [field] or "QQ" in query
    chosen = [each.get("value") for each in page.root.iter("option") if each.get("selected") is not None]
    assert ("IE" in chosen) is ("home=IE" in query)


def test_the_page_begins_with_the_country_and_keeps_the_list_of_laws(visitor: Visitor) -> None:
    page = visitor.go("/clock")
    labels = ["".join(each.itertext()).strip() for each in page.root.iter("label")]
    assert labels[:2] == ["Where do you live?", "What have you done so far?"]
    assert labels[-1] == "Which law?"


def test_the_laws_of_a_country_name_its_crimes_and_how_to_reach_the_police(visitor: Visitor) -> None:
    page = visitor.go("/law?country=US&subdivision=AZ")
    assert "Police: what you can report" in page.text
    for words in ("Arizona Revised Statutes, s 13-1425", "47 U.S.C. 223(h)", "What to bring", "What to keep"):
        assert words in page.text
    assert "tel:911" in page.links().values()
    assert "s 13-1425" not in visitor.go("/law?country=US").text


def test_a_law_that_cannot_be_used_takes_nothings_place() -> None:
    """Only a form of the right that can be cited stands in for the general one."""
    body, general, own = REGISTRY.regulators["ie-dpc"], "eu-gdpr-77", "ie-dpc"
    assert own in [law.id for law in complaint_laws(body, REGISTRY)]
    unusable = {**REGISTRY.regimes, own: replace(REGISTRY.regime(own), offered=False)}
    found = [law.id for law in complaint_laws(body, replace(REGISTRY, regimes=unusable))]
    assert general in found
