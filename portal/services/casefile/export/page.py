"""The page of a case that is taken along: read on a phone or a computer, with nothing else at hand.

One file: no script, no picture, nothing from elsewhere. Its links lead to the files beside it. What only programs and
authorities need, such as digests, is folded away at the end.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.domain.letters import phrases
from portal.domain.lifecycle import ActorKind, ItemState
from portal.domain.wording import format_day
from portal.services.casefile.export.data import ExportedCase
from portal.services.casefile.export.words import QUESTIONS, describe
from portal.services.cases import documents
from portal.services.cases.documents import DocumentView
from portal.services.cases.messages import MessageView
from portal.services.cases.safe_contact import Choices
from portal.services.clocks.views import ClockView
from portal.services.letters.views import LetterView
from portal.services.requests.views import ItemView
from portal.services.tracking.views import AnswerView, RequestView

STYLE = """
:root{color-scheme:light dark;--paper:#faf8f3;--card:#fff;--ink:#1d2a2c;--quiet:#4a585a;--line:#ddd6c8;--accent:#17605a}
@media (prefers-color-scheme:dark){
:root{--paper:#12191a;--card:#192324;--ink:#e9efed;--quiet:#b4c1be;--line:#36453f;--accent:#86d3c6}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:42rem;padding:1rem;background:var(--paper);color:var(--ink);
font:1.0625rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.75rem;line-height:1.25}h2{font-size:1.25rem;margin:2rem 0 .75rem}
h3{font-size:1.0625rem;margin:1rem 0 .25rem}
section,.sum{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.75rem 1rem;margin:0 0 1rem}
section h2,section h3:first-child{margin-top:0}
dl{margin:0}dt{font-weight:700}dd{margin:0 0 .75rem}
ul,ol{padding-inline-start:1.25rem}li{margin-bottom:.5rem}
.quiet{color:var(--quiet);font-size:.9375rem}a{color:var(--accent)}
section a{display:inline-block;padding:.6rem 0}
summary{padding:.6rem 0;color:var(--accent);cursor:pointer}
.state{font-weight:700}.sum{font-size:1.1875rem}
@media print{body{max-width:none}section{break-inside:avoid}}
"""


FEW_LINKS = 3


class CasePage:
    """One page, written part by part. Times are in the person's `zone`."""

    def __init__(self, view: ExportedCase, files: Sequence[DocumentView], zone: ZoneInfo) -> None:
        self.view, self.files, self.zone = view, files, zone

    def write(self) -> str:
        """The whole page."""
        parts = (
            *self._write_top(), *self._write_requests(), *self._write_complaints(), *self._write_messages(),
            *self._write_files(), *self._write_answers(), *self._write_choices(), *self._write_history(),
            *self._write_chain(),
        )  # fmt: skip
        head = (
            '<meta charset="utf-8"><title>Case</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style>'
        )
        language = _escape(self.view.language)
        return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{"".join(parts)}</body></html>'

    def _write_top(self) -> Iterator[str]:
        yield f"<h1>Case {_escape(self.view.reference)}</h1>"
        if self.view.unfit:
            said = "Something in your case was changed, and not by you or by us. Please don’t rely on its dates."
            yield f"<section><p><strong>{said}</strong></p>{_list(self.view.unfit)}</section>"
        gone = sum(item.state is ItemState.REMOVED for item in self.view.items)
        yield f'<p class="sum">{gone} of {len(self.view.items)} links gone.</p>'
        sent_by = self.view.team_name or "You"
        saved = f"Report saved: {self._text(self.view.submitted_at)}."
        yield f'<p class="quiet">Who sends the letters: {_escape(sent_by)}. {saved}</p>'

    def _write_requests(self) -> Iterator[str]:
        if self.view.requests:
            yield "<h2>Your letters</h2>"
        for request in self.view.requests:
            yield f"<section>{''.join(self._write_request(request))}</section>"
        free = [item for item in self.view.items if item.request_number is None]
        if free:
            yield f"<h2>Links without a letter</h2><section>{self._list_items(free)}</section>"

    def _write_request(self, request: RequestView) -> Iterator[str]:
        yield f"<h2>{_escape(request.platform_name)}</h2>"
        state = describe(request.state)
        yield f'<p>{describe(request.kind)}: <span class="state">{state}</span></p>'
        yield self._pairs(
            (
                ("Sent", request.sent_at),
                ("They got it", request.received_at),
                ("Their number for it", request.ticket),
                ("What was sent in place of the letter", request.sent_text),
            )
        )
        if (clock := request.main_clock) is not None and clock.due_at is not None:
            guess = " (our best guess)" if clock.estimated else ""
            yield f"<p>Deadline: <strong>{self._text(clock.due_at)}</strong>{guess}</p>"
        if request.answers:
            yield f"<h3>What they answered</h3><ul>{''.join(map(self._write_answer, request.answers))}</ul>"
        yield self._fold_items(request.items)
        yield self._list_letters(request.letters)
        if request.clocks:
            yield f"<details><summary>Why this date?</summary>{self._list_clocks(request)}</details>"

    def _write_answer(self, answer: AnswerView) -> str:
        until = f" Until {format_day(answer.extension_until)}." if answer.extension_until else ""
        words = f"<br>“{self._text(answer.text)}”" if answer.text else ""
        return f"<li>{self._text(answer.at)}: {describe(answer.answer)}.{until}{words}</li>"

    def _list_clocks(self, request: RequestView) -> str:
        laws = "; ".join(basis.citation for basis in request.bases)
        return f'<p class="quiet">{_escape(laws)}</p>{"".join(map(self._write_clock, request.clocks))}'

    def _write_clock(self, clock: ClockView) -> str:
        until = self._text(clock.due_at) if clock.due_at else _escape(clock.standard or "no date")
        steps = "".join(f"<li>{_escape(step.text)}</li>" for step in clock.steps)
        kind, state = phrases.BINDINGS[clock.binding], phrases.STATES[clock.state]
        return (
            f"<h3>{_escape(clock.regime_name)}</h3><p>{_escape(clock.label)}: {until}. "
            f'<span class="quiet">{_escape(kind)}; {_escape(state)}</span></p><ol>{steps}</ol>'
        )

    def _list_items(self, items: Iterable[ItemView]) -> str:
        rows = (
            f'<li value="{item.number}">{_escape(item.url or f"{item.platform_name}: {item.description}")}<br>'
            f'<span class="state">{describe(item.state)}</span></li>'
            for item in items
        )
        return f"<ol>{''.join(rows)}</ol>"

    def _fold_items(self, items: Sequence[ItemView]) -> str:
        """Few links lie open; more of them unfold."""
        if len(items) <= FEW_LINKS:
            return f"<h3>Links</h3>{self._list_items(items)}"
        gone = sum(item.state is ItemState.REMOVED for item in items)
        return f"<details><summary>{len(items)} links, {gone} gone</summary>{self._list_items(items)}</details>"

    def _list_letters(self, letters: Iterable[LetterView]) -> str:
        rows = [self._write_letter(letter) for letter in letters]
        return f"<h3>Letters</h3><ul>{''.join(rows)}</ul>" if rows else ""

    def _write_letter(self, letter: LetterView) -> str:
        whole, without = (
            _link(name_letter(letter, is_redacted=is_redacted), words)
            for is_redacted, words in ((False, "Open (PDF)"), (True, "Without names (PDF)"))
        )
        left = "sent" if letter.left_at else "put aside" if letter.discarded_at else "not sent"
        named = f"{describe(letter.kind)} {letter.number}, {self._text(letter.made_at)}, {left}"
        return f"<li>{named}<br>{whole} · {without}</li>"

    def _write_complaints(self) -> Iterator[str]:
        if self.view.complaints:
            yield "<h2>Your complaints</h2>"
        for each in self.view.complaints:
            rows = (
                ("About", each.about),
                ("What you asked for", each.wish),
                ("Sent", each.lodged_at),
                ("Their number for it", each.ticket),
                ("Answered", each.answered_at),
            )
            yield (
                f'<section><h2>{_escape(each.regulator_name)}</h2><p class="state">{describe(each.state)}</p>'
                f"{self._pairs(rows)}{self._list_letters(each.letters)}</section>"
            )

    def _write_messages(self) -> Iterator[str]:
        if self.view.messages:
            yield f"<h2>Messages</h2><section>{''.join(map(self._write_message, self.view.messages))}</section>"

    def _write_message(self, message: MessageView) -> str:
        author = "You" if message.author is ActorKind.PERSON else message.author_name or "The team"
        said = f"{_escape(author)}, {self._text(message.sent_at)}"
        return f'<p class="quiet">{said}</p><p>{self._text(message.text)}</p>'

    def _write_files(self) -> Iterator[str]:
        others = [each for each in self.view.letters if each.request_number is None and each.complaint_number is None]
        if others:
            yield f"<h2>Other letters</h2><section>{self._list_letters(others)}</section>"
        if self.files:
            rows = (
                f"<li>{_escape(file.label or f'File {file.number}')}, {self._text(file.handed_in_at)}<br>"
                f"{_link(name_document(file), 'Open')}</li>"
                for file in self.files
            )
            yield f"<h2>Their answers as files</h2><section><ul>{''.join(rows)}</ul></section>"

    def _write_answers(self) -> Iterator[str]:
        report = vars(self.view.report)
        asked = [name for name in QUESTIONS if name != "pasted"]
        rows = [(QUESTIONS[name], report[name]) for name in asked if report[name] not in (None, "", False)]
        places = [(place.platform, place.text) for place in self.view.report.places]
        notes = [("Your note", each.text) for each in self.view.report.rejected]
        pasted = f"<details><summary>{QUESTIONS['pasted']}</summary><p>{self._text(report['pasted'])}</p></details>"
        yield f"<h2>What you told us</h2><section>{self._pairs((*rows, *places, *notes))}{pasted}</section>"

    def _write_choices(self) -> Iterator[str]:
        view = self.view
        rows: list[tuple[str, object]] = [
            *((f"May see what you told us: {each.recipient}", each.withdrawn_at is None) for each in view.consents),
            *(("Acting for you", f"{each.authority} ({self._until(each.ends_on)})") for each in view.mandates),
            ("E-mail from us to", view.mail_address),
            *self._list_safe(view.safe_contact),
            ("What the team asks you for new words", view.check_question),
            ("Kept by the team until", view.hold.ends_on if view.hold and view.hold.is_confirmed else None),
            ("Kept until", view.retention_until),
        ]
        yield f"<h2>What you chose</h2><section>{self._pairs(rows) or '<p>Nothing yet.</p>'}</section>"

    def _list_safe(self, chosen: Choices) -> Iterator[tuple[str, object]]:
        hours = chosen.hours
        if hours is not None:
            days = ", ".join(phrases.WEEKDAYS[day] for day in sorted(hours.days))
            yield "We write only", f"{days}, {hours.first:%H:%M} to {hours.last:%H:%M}"
        yield "What is safe to say", chosen.words
        yield "Title of e-mails and dates", chosen.title

    def _write_history(self) -> Iterator[str]:
        rows = "".join(
            f'<li>{self._text(row.text)}<br><span class="quiet">{self._text(row.at)}</span></li>'
            for row in self.view.history
        )
        yield f"<h2>What happened</h2><section><ul>{rows}</ul></section>"

    def _write_chain(self) -> Iterator[str]:
        """What shows that nothing of it was changed: of use to whoever checks it."""
        rows = [f"{each.sequence}: {each.at.isoformat()} {each.digest}" for each in self.view.chain]
        letters = [f"{each.number}: {each.digest} {each.redacted_digest}" for each in self.view.letters]
        files = [f"{each.number}: {each.digest}" for each in self.files]
        yield (
            "<details><summary>For whoever checks this: digests (SHA-256)</summary>"
            f"<h3>Letters, and without names</h3>{_list(letters)}<h3>Files</h3>{_list(files)}"
            f"<h3>The chain of events</h3>{_list(rows)}</details>"
        )

    def _pairs(self, rows: Iterable[tuple[str, object]]) -> str:
        """Names with their values; those that are empty are left out."""
        given = [(name, value) for name, value in rows if value not in (None, "")]
        shown = [f"<dt>{_escape(name)}</dt><dd>{self._text(value)}</dd>" for name, value in given]
        return f"<dl>{''.join(shown)}</dl>" if shown else ""

    def _until(self, last: date | None) -> str:
        return f"until {format_day(last)}" if last else "without an end"

    def _text(self, value: object) -> str:
        """Escaped: instants in the person's own time, words of our vocabularies as people say them."""
        if isinstance(value, datetime):
            local = value.astimezone(self.zone)
            place = self.zone.key.rpartition("/")[2].replace("_", " ")
            return _escape(f"{format_day(local.date())}, {local:%H:%M} ({place} time)")
        if isinstance(value, date):
            return format_day(value)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, StrEnum):
            return _escape(describe(value))
        return _escape(str("" if value is None else value)).replace("\n", "<br>")


def name_letter(letter: LetterView, *, is_redacted: bool) -> str:
    """Where in the archive it is."""
    return f"letters/{letter.number}-{letter.kind}{'-redacted' if is_redacted else ''}.pdf"


def name_document(file: DocumentView) -> str:
    """Where in the archive it is."""
    return f"documents/{documents.name_file(file.number, file.kind)}"


def _link(file: str, words: str) -> str:
    return f'<a href="{_escape(file)}">{words}</a>'


def _list(texts: Iterable[str]) -> str:
    return f'<ul class="quiet">{"".join(f"<li>{_escape(text)}</li>" for text in texts)}</ul>'


def _escape(text: str) -> str:
    return html.escape(text)
