"""How a recipient is reached: a form that a law asks for has its doubt where that law leaves the service out."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.domain.directory import ChannelKind
from portal.services.ports import Ports
from portal.services.requests.channels import channel_views
from portal.services.requests.dossier import read_dossier
from tests.services.factories import make_case

DOUBT = "It is not sure that this law reaches a service of this kind."


@pytest.mark.parametrize(
    ("link", "is_doubted"),
    [("https://www.google.com/search?q=someone", True), ("https://www.instagram.com/p/Abc123/", False)],
)
def test_a_search_engine_in_arizona_has_the_form_of_the_federal_act_with_the_doubt(
    session: Session, ports: Ports, link: str, is_doubted: bool
) -> None:
    opened = make_case(session, ports, links=link, country="US", subdivision="AZ")
    views = {view.kind: view for view in channel_views(read_dossier(opened, 1))}
    form = views[ChannelKind.TAKEITDOWN_PAGE]
    assert (DOUBT in (form.warning or "")) is is_doubted
    assert DOUBT not in (views[ChannelKind.NCII_FORM].warning or "")


def test_an_address_for_authorities_is_no_way_for_a_person(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://bsky.app/profile/someone.bsky.social/post/3abc", country="FR")
    addresses = {view.address for view in channel_views(read_dossier(opened, 1))}
    assert "https://bsky.social/about/support/tida-info" in addresses
    assert not any("verasafe" in address.lower() for address in addresses)
