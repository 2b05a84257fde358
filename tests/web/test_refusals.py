"""What a use case refuses stands on the form, and nothing of what it had begun is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, g
from sqlalchemy import select
from wtforms import StringField

from portal.domain.documents import DocumentRefused, Refusal
from portal.domain.lifecycle import StepRefused
from portal.models.cases import Case
from portal.services.cases.consent import NoConsent
from portal.services.cases.opening import UnknownNumber
from portal.services.staff.accounts import AccountRefused
from portal.web.fields import PageForm
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit
from tests.web.addresses import at
from tests.web.world import World, make_world


class OneField(PageForm):
    file = StringField("The file")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("refusals")) as made:
        yield made


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    with world.app.test_request_context(at("/case"), method="POST"):
        yield world.app
        unit().finish(is_good=False)


def test_a_refusal_stands_above_the_form(app: Flask) -> None:
    form = OneField()
    with refusals(form):
        raise StepRefused("It was sent already.")
    assert form.problems() == [("", "It was sent already.")]


def test_a_refusal_stands_at_the_field_it_is_about(app: Flask) -> None:
    form = OneField()
    with refusals(form, at=form.file):
        raise DocumentRefused(Refusal.EMPTY)
    assert form.problems() == [("file", "This file is empty. Choose another one.")]


def test_what_is_no_refusal_goes_on(app: Flask) -> None:
    form = OneField()
    for error in (UnknownNumber("no request 7"), AccountRefused("no such account"), ValueError("a fault of ours")):
        with pytest.raises(type(error)), refusals(form):
            raise error
    assert form.problems() == []


def test_a_page_can_ask_for_one_refusal_more(app: Flask) -> None:
    form = OneField()
    with refusals(form, AccountRefused):
        raise AccountRefused("There is no such account.")
    assert form.problems() == [("", "There is no such account.")]


def test_an_advocate_is_not_spoken_to_as_the_person(app: Flask) -> None:
    form = OneField()
    g.staff_role = "advocate"
    with refusals(form):
        raise NoConsent("You have not allowed this sharing.")
    ((_id, text),) = form.problems()
    assert text.startswith("The person has not allowed this sharing")


def test_what_was_half_done_is_undone_even_when_the_answer_is_good(world: World, app: Flask) -> None:
    form = OneField()
    with refusals(form):
        for case in unit().db.scalars(select(Case)):
            case.language = "xx"
        unit().db.flush()
        raise StepRefused("Not now.")
    unit().finish(is_good=True)
    with world.parts.sessions() as session:
        assert "xx" not in session.scalars(select(Case.language)).all()


def test_what_is_written_after_a_refusal_is_not_kept_either(world: World, app: Flask) -> None:
    with refusals(OneField()):
        raise StepRefused("Not now.")
    for case in unit().db.scalars(select(Case)):
        case.language = "xx"
    unit().finish(is_good=True)
    with world.parts.sessions() as session:
        assert "xx" not in session.scalars(select(Case.language)).all()
