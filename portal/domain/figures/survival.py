"""How long something lasts when part of it is still going on: the estimate of Kaplan and Meier, with its band.

A request that is not answered yet has lasted at least until now. Leaving it out would make every platform look quicker
than it is, and counting it as answered today would too. The estimate uses what is known of it: that it lasted so long.

Sources: E. L. Kaplan and P. Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53 (1958) 457-481;
the variance is Greenwood's, the band is on the scale of log(-log), so that it never leaves 0 to 1.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

NORMAL_95 = 1.959963984540054  # the standard normal distribution's quantile for a band of 95 %


@dataclass(frozen=True, slots=True)
class Lasted:
    """`count` things lasted `hours`: they ended then, or were still going on when they were last looked at."""

    hours: float
    has_ended: bool
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveStep:
    """From `hours` on, `share` (0 to 1) still goes on; with 95 % confidence it is between `low` and `high`.

    `at_risk` is how many were known to go on just before, `ended` how many ended then.
    """

    hours: float
    at_risk: int
    ended: int
    share: float
    low: float
    high: float


def estimate(known: Iterable[Lasted]) -> tuple[CurveStep, ...]:
    """The curve, one step for each time at which something ended. Empty where nothing has ended.

    Raises ValueError for hours or counts below nothing.
    """
    ended, left = _count(known)
    at_risk = sum(ended.values()) + sum(left.values())
    share, spread = 1.0, 0.0
    steps = []
    for hours in sorted({*ended, *left}):
        if ended[hours]:
            share *= 1 - ended[hours] / at_risk
            rest = at_risk - ended[hours]
            spread += ended[hours] / (at_risk * rest) if rest else math.inf
            low, high = _band(share, spread)
            steps.append(CurveStep(hours=hours, at_risk=at_risk, ended=ended[hours], share=share, low=low, high=high))
        at_risk -= ended[hours] + left[hours]
    return tuple(steps)


def find_quantile(steps: Iterable[CurveStep], part: float) -> float | None:
    """By when `part` (0 to 1) has ended; None where the curve does not come so far."""
    return next((step.hours for step in steps if step.share <= 1 - part + 1e-12), None)


def share_at(steps: Iterable[CurveStep], hours: float) -> float:
    """Which share still goes on after so many hours."""
    share = 1.0
    for step in steps:
        if step.hours > hours:
            break
        share = step.share
    return share


def _count(known: Iterable[Lasted]) -> tuple[dict[float, int], dict[float, int]]:
    ended, left = defaultdict[float, int](int), defaultdict[float, int](int)
    for each in known:
        if each.hours < 0 or each.count < 0:
            raise ValueError("nothing lasts less than no time")
        (ended if each.has_ended else left)[each.hours] += each.count
    return ended, left


def _band(share: float, spread: float) -> tuple[float, float]:
    """Nothing is left once all have ended, and the scale has no place for that."""
    if share <= 0 or math.isinf(spread):
        return 0.0, 0.0
    middle = math.log(-math.log(share))
    width = NORMAL_95 * math.sqrt(spread) / abs(math.log(share))
    return math.exp(-math.exp(middle + width)), math.exp(-math.exp(middle - width))
