"""Every member of the vocabularies that the open pages show has its word, and no two share one."""

from __future__ import annotations

from enum import StrEnum

import pytest
from flask import Flask

from portal.config import load_config
from portal.domain.directory import AddressRole, Category, ChannelKind, ContactChannel, DesignationKind
from portal.domain.regimes import (
    Binding,
    Certainty,
    Confidence,
    ConnectingFactor,
    ObligedParty,
    RegimeKind,
    Status,
    When,
)
from portal.domain.regulators import Audience, RegulatorKind
from portal.factory import create_app
from portal.services.directory.lookups import Purpose, purpose_of
from portal.services.law.law_finder import ContentKind
from portal.web.open.vocabulary import list_choices

SHOWN: tuple[type[StrEnum], ...] = (
    *(
        ObligedParty,
        AddressRole,
        Audience,
        Binding,
        Category,
        ChannelKind,
        Confidence,
        Certainty,
        DesignationKind,
        ContentKind,
        Purpose,
    ),
    *(RegimeKind, RegulatorKind, Status, ConnectingFactor, When),
)


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(load_config({}))


@pytest.mark.parametrize("vocabulary", SHOWN, ids=lambda each: each.__name__)
def test_every_member_has_a_word_of_its_own(app: Flask, vocabulary: type[StrEnum]) -> None:
    with app.test_request_context():
        words = dict(list_choices(vocabulary))
    assert len(set(words.values())) == len(vocabulary)
    assert all(words.values())


@pytest.mark.parametrize(
    ("purpose", "kinds"),
    [
        (Purpose.AUTHORITIES, {kind for kind in ChannelKind if "authorities" in kind}),
        (Purpose.APPEAL, {kind for kind in ChannelKind if kind.value.startswith("appeal_")}),
        (Purpose.QUESTIONS, {kind for kind in ChannelKind if kind.value.startswith("contact_")}),
        (Purpose.COPYRIGHT, {kind for kind in ChannelKind if "copyright" in kind}),
        (
            Purpose.PRIVACY,
            {kind for kind in ChannelKind if "privacy" in kind} | {ChannelKind.DPO_EMAIL, ChannelKind.DELISTING_FORM},
        ),
    ],
)
def test_each_channel_stands_under_what_it_is_meant_for(purpose: Purpose, kinds: set[ChannelKind]) -> None:
    sorted_there = {kind for kind in ChannelKind if purpose_of(make_channel(kind)) is purpose}
    assert sorted_there == kinds


def make_channel(kind: ChannelKind) -> ContactChannel:
    return ContactChannel(kind=kind, address="https://example.org/", confidence=Confidence.HIGH)
