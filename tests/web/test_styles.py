"""The one style sheet of all pages: the rules of the files, and none of the notes in them."""

from __future__ import annotations

from pathlib import Path

from portal.web.styles import join_sheets, leave_out_notes

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
HEAVIEST = 24_500  # bytes; a person’s page may weigh 60,000 with all it loads


def test_notes_and_indents_stay_behind_and_every_rule_comes_along() -> None:
    noted = "/* Why\n   it is so. */\n.a {\n  color: red; /* here */\n}\n\n"
    printed = '@media print {\n  .a {\n    content: "*";\n  }\n}\n'
    assert leave_out_notes(noted + printed) == '.a{color:red}@media print{.a{content:"*"}}'


def test_the_joined_sheet_has_what_the_files_have_and_is_light() -> None:
    joined = join_sheets(CSS).text
    files = [CSS / "tokens.css", CSS / "base.css", *(CSS / "components").glob("*.css")]
    assert joined.count("{") == joined.count("}") == sum(path.read_text("utf-8").count("{") for path in files)
    assert "/*" not in joined
    assert len(joined.encode()) < HEAVIEST
