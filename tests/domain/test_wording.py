"""Sentences with values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from portal.domain.wording import format_sentence, format_value


def test_a_sentence_reads_in_english_at_once() -> None:
    assert (
        str(format_sentence("Day %(n)s is %(day)s.", n=3, day=date(2026, 10, 3))) == "Day 3 is Saturday 3 October 2026."
    )


def test_a_sentence_is_rendered_in_another_language_with_its_dates() -> None:
    translations = {"It ends on %(day)s.": "Es endet am %(day)s."}
    rendered = format_sentence("It ends on %(day)s.", day=date(2026, 10, 3)).render(
        lambda key, **values: translations[key] % values,
        lambda value: f"{value:%d.%m.%Y}" if isinstance(value, date) else "",
    )
    assert rendered == "Es endet am 03.10.2026."


def test_an_instant_is_shown_with_its_offset() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert format_value(datetime(2026, 2, 20, 2, tzinfo=india)) == "Friday 20 February 2026 at 02:00 (UTC+05:30)"
    assert (
        format_value(datetime(2026, 2, 20, 2, 0, 9, 5, tzinfo=UTC)) == "Friday 20 February 2026 at 02:00:09 (UTC+00:00)"
    )
