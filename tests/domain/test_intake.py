"""The order of the questions, for every way a report can take."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain import intake
from portal.domain.intake import TEAM, StepId
from portal.domain.lifecycle import Depiction, Filer, Handler, Path
from portal.domain.report import ContactBy, Report, ReportedLink, YesNo

LINK = ReportedLink(url="https://a.example/p/1", host="a.example", platform="a.example")

reports = st.builds(
    Report,
    filer=st.none() | st.sampled_from(Filer),
    under_18=st.none() | st.sampled_from(YesNo),
    depiction=st.none() | st.sampled_from(Depiction),
    is_online=st.none() | st.sampled_from(YesNo),
    country=st.sampled_from(["", "NZ", "US", "CA", "GB", "DE"]),
    handler=st.none() | st.sampled_from(Handler),
)


def ids(report: Report, *needed: str) -> list[StepId]:
    return [step.id for step in intake.steps_for(report, needed)]


def test_age_and_country_come_before_any_detail() -> None:
    order = ids(Report())
    assert order[:4] == [StepId.START, StepId.WHO, StepId.AGE, StepId.COUNTRY]
    assert order.index(StepId.COUNTRY) < order.index(StepId.WHAT) < order.index(StepId.LINKS)


def test_a_child_is_shown_who_helps_before_any_detail() -> None:
    order = ids(Report(under_18=YesNo.YES))
    assert StepId.CHILD in order
    assert order.index(StepId.CHILD) < order.index(StepId.WHAT) < order.index(StepId.LINKS)


@pytest.mark.parametrize(("country", "asked"), [("DE", True), ("US", True), ("FR", False), ("", False)])
def test_the_part_is_asked_where_law_or_authority_depend_on_it(country: str, asked: bool) -> None:
    assert (StepId.STATE in ids(Report(country=country))) is asked


def test_not_being_sure_of_the_age_shows_who_helps_children_and_keeps_the_adult_way() -> None:
    report = Report(under_18=YesNo.UNSURE)
    assert report.path is Path.REMOVAL
    assert {StepId.CHILD, StepId.WHAT} <= set(ids(report))


def test_the_common_way_asks_at_most_eight_things() -> None:
    report = Report(links=(LINK,), country="NZ")
    asked = [step for step in intake.steps_for(report, {TEAM}) if step.is_question]
    assert len(asked) == 8


def test_what_is_not_online_yet_asks_for_no_link() -> None:
    for report in (Report(is_online=YesNo.NO), Report(is_online=YesNo.NO, under_18=YesNo.YES)):
        order = ids(report)
        assert StepId.THREAT in order
        assert not {StepId.LINKS, StepId.PLACES} & set(order)


def test_being_under_18_goes_before_a_threat() -> None:
    assert Report(under_18=YesNo.YES, is_online=YesNo.NO).path is Path.CHILD


def test_what_has_no_link_is_asked_once_somebody_says_so_and_can_be_opened_before() -> None:
    visited = frozenset({StepId.LINKS.value})
    assert StepId.PLACES not in ids(Report())
    assert StepId.PLACES not in ids(Report(visited=visited, links=(LINK,)))
    assert StepId.PLACES in ids(Report(visited=visited))
    assert StepId.PLACES in {step.id for step in intake.open_steps(Report(links=(LINK,)))}


def test_who_sends_the_letters_is_asked_only_where_there_is_a_team() -> None:
    assert StepId.HANDLER not in ids(Report())
    assert StepId.HANDLER in ids(Report(), TEAM)


@pytest.mark.parametrize(("country", "asked"), [("US", True), ("CA", True), ("AU", True), ("GB", True), ("NZ", False)])
def test_the_part_of_a_country_is_asked_only_where_it_changes_the_law(country: str, asked: bool) -> None:
    assert (StepId.STATE in ids(Report(country=country))) is asked


def test_only_a_representative_is_asked_who_gave_the_authority() -> None:
    assert StepId.AUTHORITY in ids(Report(filer=Filer.REPRESENTATIVE))
    assert StepId.AUTHORITY not in ids(Report(filer=Filer.SELF))


@given(reports)
def test_going_forward_from_the_start_visits_every_step_of_the_way_once(report: Report) -> None:
    seen, now = [StepId.START], StepId.START
    while now is not StepId.REVIEW:
        now = intake.next_step(report, now)
        seen.append(now)
    assert seen == ids(report)


@given(reports)
def test_going_back_undoes_going_forward(report: Report) -> None:
    for step in intake.steps_for(report)[:-1]:
        assert intake.previous_step(report, intake.next_step(report, step.id)) is step.id


@given(reports, st.sampled_from(StepId))
def test_from_any_step_even_one_that_left_the_way_there_is_a_way_on(report: Report, step: StepId) -> None:
    if step is not StepId.REVIEW:
        assert intake.next_step(report, step) in ids(report)


@given(reports, st.sampled_from(StepId))
def test_progress_never_exceeds_the_number_of_questions(report: Report, step: StepId) -> None:
    done, total = intake.progress(report, step)
    assert 0 <= done <= total


def test_nothing_follows_the_review() -> None:
    with pytest.raises(intake.UnknownStep):
        intake.next_step(Report(), StepId.REVIEW)


def test_nothing_comes_before_the_start() -> None:
    assert intake.previous_step(Report(), StepId.START) is None


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(intake.UnknownStep):
        intake.find_step("upload")


def test_whoever_comes_back_goes_on_at_the_first_open_question() -> None:
    report = Report(visited=frozenset({"start", "who", "age"}))
    assert intake.first_open_step(report) is StepId.COUNTRY


def test_whoever_has_answered_all_comes_back_to_the_review() -> None:
    report = Report(visited=frozenset(step.value for step in StepId))
    assert intake.first_open_step(report) is StepId.REVIEW


def test_skipping_a_question_takes_the_answer_back_and_remembers_that_it_was_seen() -> None:
    report = intake.skip(Report(depiction=Depiction.REAL, contact_by=ContactBy.EMAIL), StepId.WHAT)
    assert report.depiction is None
    assert report.contact_by is ContactBy.EMAIL
    assert "what" in report.visited


def test_skipping_keeps_links_that_were_collected() -> None:
    assert intake.skip(Report(links=(LINK,), pasted="x"), StepId.LINKS).links == (LINK,)


def test_a_part_of_another_country_is_forgotten() -> None:
    report = Report(country="CA", subdivision="QC")
    assert intake.forget_parts_of_other_country(report, "US").subdivision == ""
    assert intake.forget_parts_of_other_country(report, "CA").subdivision == "QC"


def test_a_removal_without_any_place_is_missing_one() -> None:
    assert [one.step for one in intake.missing(Report())] == [StepId.LINKS]
    assert intake.missing(Report(links=(LINK,))) == ()


def test_neither_a_child_nor_a_threat_must_give_a_link() -> None:
    assert intake.missing(Report(under_18=YesNo.YES)) == ()
    assert intake.missing(Report(is_online=YesNo.NO)) == ()


@pytest.mark.parametrize(
    "report",
    [
        Report(links=(LINK,), contact_by=ContactBy.EMAIL),
        Report(links=(LINK,), contact_by=ContactBy.PHONE),
    ],
)
def test_a_chosen_way_of_contact_needs_its_address(report: Report) -> None:
    assert [one.step for one in intake.missing(report)] == [StepId.CONTACT]
    assert intake.missing(replace(report, contact_by=ContactBy.NONE)) == ()


def test_choosing_a_team_needs_the_team() -> None:
    report = Report(links=(LINK,), handler=Handler.TEAM)
    assert [one.step for one in intake.missing(report)] == [StepId.HANDLER]


def test_every_field_a_step_fills_in_exists_and_belongs_to_one_step_only() -> None:
    names = [name for step in intake.STEPS.values() for name in step.fields]
    assert set(names) <= {one.name for one in fields(Report)}
    assert len(names) == len(set(names))
