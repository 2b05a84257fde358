"""What every test of alerts begins with: letters printed quickly, and a mail server to write to."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.services.ports import Ports
from tests.services.fakes import print_quickly
from tests.services.people import make_mail_ports


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_mail_ports(tmp_path)
