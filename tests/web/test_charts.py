"""Charts are well-formed, say in words what they show, and have no style or script of their own."""

from __future__ import annotations

from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

from markupsafe import Markup

from portal.web.charts import WIDTH, Bar, CurvePoint, draw_bars, draw_curve

NAME = "{http://www.w3.org/2000/svg}"


def parts(chart: Markup) -> list[Element]:
    return list(fromstring(str(chart)).iter())  # noqa: S314 - our own chart # nosec B314


def test_a_chart_has_a_title_and_a_description_by_which_it_is_read_aloud() -> None:
    root = parts(draw_bars("one", "By month", "March: 7", [Bar(label="March", value=7, number="7")]))[0]
    assert root.get("role") == "img"
    named = {each.get("id"): each.text for each in root.iter() if each.get("id")}
    assert [named[name] for name in (root.get("aria-labelledby") or "").split()] == ["By month", "March: 7"]


def test_nothing_typed_becomes_markup_and_nothing_has_a_style() -> None:
    bars = [Bar(label="<script>alert(1)</script>", value=1, number="&")]
    chart = draw_bars("one", "<b>", '"><x', bars)
    assert "<script" not in chart
    tags = {each.tag.removeprefix(NAME) for each in parts(chart)}
    assert tags == {"svg", "title", "desc", "text", "rect"}
    assert not any({"style", "fill"} & each.attrib.keys() for each in parts(chart))


def test_the_longest_bar_fills_the_width_and_none_is_wider() -> None:
    bars = [Bar(label=str(value), value=value, number=str(value)) for value in (10, 40, 0)]
    widths = [
        float(each.get("width", ""))
        for each in parts(draw_bars("a", "t", "d", bars))
        if each.get("class") == "chart__bar"
    ]
    assert widths == [77, 308, 0]


def test_bars_of_nothing_are_drawn_too() -> None:
    assert parts(draw_bars("a", "t", "d", []))
    assert parts(draw_bars("a", "t", "d", [Bar(label="x", value=0, number="0")]))


def test_a_curve_goes_level_and_then_down_and_stays_inside() -> None:
    points = [
        CurvePoint(hours=0, share=1, low=1, high=1),
        CurvePoint(hours=24, share=0.6, low=0.5, high=0.7, label="24 h"),
        CurvePoint(hours=48, share=0.2, low=0.1, high=0.3),
    ]
    found = parts(draw_curve("c", "t", "d", points))
    curve = next(each for each in found if each.get("class") == "chart__curve")
    corners = [tuple(map(float, pair.split(","))) for pair in (curve.get("points") or "").split()]
    assert len(corners) == 5
    for (x, y), (next_x, next_y) in pairwise(corners):
        assert (x == next_x and next_y >= y) or y == next_y
    assert all(0 <= x <= WIDTH for x, _y in corners)
    assert [each.text for each in found if each.get("class") == "chart__foot"] == ["24 h"]
