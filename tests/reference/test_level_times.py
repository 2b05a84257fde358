"""When teams are told of deadlines is data: ours is sound, an organisation's own wins, and a slip is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from portal.domain.deadline_levels import LawPace, LevelTimes, Pace
from portal.reference.level_times import find_level_faults, find_lost_levels, load_level_times
from portal.reference.registry import FOLDER, load_registry
from portal.reference.strict import BadReference

OURS = load_registry().level_times
SHORT, LONG = (
    Pace(longest=6, before=1, after=6, supervisor=24, draft=48),
    Pace(before=1, after=6, supervisor=9, draft=9),
)
TIMES = LevelTimes(warns_at_most=9, paces=(SHORT, LONG))
DAY = timedelta(days=1)


def test_ours_name_laws_and_clocks_that_are_there_and_say_why() -> None:
    assert list(find_level_faults(OURS)) == []
    assert list(find_lost_levels(OURS, load_registry().regimes)) == []
    assert OURS.laws
    assert all(each.why for each in OURS.laws)


def test_of_a_child_the_next_step_comes_sooner() -> None:
    child = OURS.find_pace("it-l71-2017-platform", "act", 2 * DAY)
    usual = OURS.find_pace("us-take-it-down", "remove", 2 * DAY)
    assert (usual.after, usual.supervisor, usual.draft) == (24, 48, 72)
    assert (child.after, child.supervisor, child.draft) == (6, 12, 24)


@pytest.mark.parametrize(
    ("times", "fault"),
    [
        (replace(TIMES, paces=()), "without longest"),
        (replace(TIMES, paces=(SHORT,)), "without longest"),
        (replace(TIMES, paces=(SHORT, SHORT, LONG)), "grow in longest"),
        (replace(TIMES, paces=(LONG, SHORT, LONG)), "grow in longest"),
        (replace(TIMES, warns_at_most=0), "an hour or more"),
        (replace(TIMES, paces=(SHORT, replace(LONG, after=10))), "the order of its levels"),
        (replace(TIMES, laws=(LawPace(regime="a", why="b", draft=8),)), "the order of its levels"),
    ],
)
def test_a_slip_is_named(times: LevelTimes, fault: str) -> None:
    assert list(find_level_faults(TIMES)) == []
    assert any(fault in found for found in find_level_faults(times))


def test_a_law_or_clock_that_is_not_there_is_told() -> None:
    laws = (LawPace(regime="nobody", why="b"), LawPace(regime="us-take-it-down", rule="no", why="b"))
    lost = list(find_lost_levels(replace(TIMES, laws=laws), load_registry().regimes))
    assert ["nobody" in lost[0], "'no' of us-take-it-down" in lost[1]] == [True, True]


def test_an_organisations_own_times_win_law_by_law(tmp_path: Path) -> None:
    own = "laws:\n  - regime: us-take-it-down\n    rule: remove\n    draft: 400\n    why: We wait.\n"
    (tmp_path / "own.yaml").write_text(own)
    found = load_level_times(FOLDER / "levels", tmp_path)
    assert found.paces == OURS.paces
    assert found.find_pace("us-take-it-down", "remove", 2 * DAY).draft == 400
    assert found.find_pace("it-l71-2017-platform", "act", 2 * DAY).draft == 24
    (tmp_path / "own.yaml").write_text(own.replace("400", "1"))
    with pytest.raises(BadReference, match=r"own.yaml: .* does not keep the order"):
        load_level_times(FOLDER / "levels", tmp_path)
    (tmp_path / "own.yaml").write_text("colour: red\n")
    with pytest.raises(BadReference, match="colour"):
        load_level_times(FOLDER / "levels", tmp_path)


def test_an_organisations_own_times_for_a_law_that_is_not_there_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "levels").mkdir()
    (tmp_path / "levels" / "own.yaml").write_text("laws:\n  - regime: nobody\n    draft: 400\n    why: We wait.\n")
    with pytest.raises(BadReference, match="unknown regime 'nobody'"):
        load_registry(tmp_path)
