"""What the server of killable processes reads before it makes the first one; importing this takes some seconds."""

from __future__ import annotations

from tests.run.killable import warm_up

warm_up()
