"""Charts as SVG, drawn here: bars, and the steps of a curve with its band. No script, no style of their own.

Colours are classes of the sheet `static/css/desk/figures.css`, so dark pages and print have theirs. Each chart says in
its title and its description what it shows, and stands beside a table with the same numbers: nothing is in it alone.
The width is that of a phone; the page makes it larger, and the letters with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring  # written only, never read # nosec B405

from markupsafe import Markup

WIDTH = 360
LONGEST_LABEL = 46  # characters; the table has the whole name
ROW = 40
BAR = 14
NUMBERS = 52  # at the end of a bar
LEFT, TOP, RIGHT, FOOT, HIGH = 40, 10, 12, 34, 170


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar with its label above and its number behind. `number` is how `value` reads."""

    label: str
    value: float
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """From `hours` on the value is `share`, between `low` and `high`, all 0 to 1. `label` at the foot, if any."""

    hours: float
    share: float
    low: float
    high: float
    label: str = ""


def draw_bars(key: str, title: str, description: str, bars: Sequence[Bar]) -> Markup:
    """`key` tells the charts of a page apart. The longest bar fills the width."""
    root = _begin(key, title, description, max(1, len(bars)) * ROW)
    most = max((bar.value for bar in bars), default=0)
    for place, bar in enumerate(bars):
        top = place * ROW
        _text(root, 0, top + 15, _shorten(bar.label), "chart__label")
        length = (WIDTH - NUMBERS) * bar.value / most if most else 0
        _rect(root, 0, top + 20, WIDTH - NUMBERS, "chart__back")
        _rect(root, 0, top + 20, length, "chart__bar")
        _text(root, WIDTH, top + 32, bar.number, "chart__number")
    return _end(root)


def draw_curve(key: str, title: str, description: str, points: Sequence[CurvePoint]) -> Markup:
    """Steps from left to right, as tall as the share; hours stand closer together the later they are."""
    root = _begin(key, title, description, TOP + HIGH + FOOT)
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        _line(root, [(LEFT, _y(part)), (WIDTH - RIGHT, _y(part))], "chart__rule")
        _text(root, LEFT - 6, _y(part) + 5, f"{part:.0%}", "chart__number")
    longest = max((point.hours for point in points), default=1) or 1
    band = [*_steps(points, longest, [each.high for each in points])]
    band += reversed([*_steps(points, longest, [each.low for each in points])])
    SubElement(root, "polygon", {"class": "chart__band", "points": _join(band)})
    _line(root, [*_steps(points, longest, [each.share for each in points])], "chart__curve")
    for point in points:
        if point.label:
            x = _x(point.hours, longest)
            _line(root, [(x, _y(0)), (x, _y(0) + 5)], "chart__tick")
            _text(root, x, _y(0) + 21, point.label, "chart__foot")
    return _end(root)


def _steps(points: Sequence[CurvePoint], longest: float, shares: Sequence[float]) -> Iterable[tuple[float, float]]:
    """Level up to the next point, then down."""
    before: float | None = None
    for point, share in zip(points, shares, strict=True):
        x = _x(point.hours, longest)
        if before is not None:
            yield x, _y(before)
        yield x, _y(share)
        before = share


def _x(hours: float, longest: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * math.log1p(hours) / math.log1p(longest)


def _y(share: float) -> float:
    return TOP + HIGH * (1 - share)


def _begin(key: str, title: str, description: str, height: float) -> Element:
    names = f"{key}-title", f"{key}-about"
    root = Element(
        "svg",
        {"class": "chart", "viewBox": f"0 0 {WIDTH} {height:g}", "role": "img", "aria-labelledby": " ".join(names)},
    )
    SubElement(root, "title", {"id": names[0]}).text = title
    SubElement(root, "desc", {"id": names[1]}).text = description
    return root


def _end(root: Element) -> Markup:
    """Every text and value was escaped by the writer of the XML."""
    return Markup(tostring(root, encoding="unicode"))  # noqa: S704


def _text(root: Element, x: float, y: float, text: str, name: str) -> None:
    SubElement(root, "text", {"x": _number(x), "y": _number(y), "class": name}).text = text


def _rect(root: Element, x: float, y: float, width: float, name: str) -> None:
    values = {"x": _number(x), "y": _number(y), "width": _number(width), "height": str(BAR), "rx": "3"}
    SubElement(root, "rect", {**values, "class": name})


def _line(root: Element, points: Sequence[tuple[float, float]], name: str) -> None:
    SubElement(root, "polyline", {"points": _join(points), "class": name})


def _join(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _shorten(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"
