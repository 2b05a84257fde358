"""The addresses of a person's pages: neutral numbers, because a browser keeps them and somebody else may read that.

Views say by a name where they are ("/case/words"); this table says what stands in the browser. Nothing there names a
law, an authority, a question or what is done. A name without a line here is refused when the application starts.

Addresses that anybody may print or send on keep their words: the front page, the report's first page, coming back,
what can be done now, mailed links, what a calendar reads, leaving.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

ROOT = "/p"

# A number is never given to another page: what stands in an old history must not open something else.
NEUTRAL: Mapping[str, str] = MappingProxyType(
    {
        "/case": "/p",
        "/case/receipt": "/p/1",
        "/case/receipt.txt": "/p/1/1",
        "/case/links": "/p/2",
        "/case/links/state": "/p/2/1",
        "/case/links/remind": "/p/2/2",
        "/case/history": "/p/3",
        "/case/requests/<int:number>": "/p/4/<int:number>",
        "/case/requests/<int:number>/details": "/p/4/<int:number>/2",
        "/case/requests/<int:number>/sent": "/p/4/<int:number>/3",
        "/case/requests/<int:number>/received": "/p/4/<int:number>/4",
        "/case/requests/<int:number>/answer": "/p/4/<int:number>/5",
        "/case/requests/<int:number>/given": "/p/4/<int:number>/6",
        "/case/requests/<int:number>/erasure": "/p/4/<int:number>/7",
        "/case/requests/<int:number>/close": "/p/4/<int:number>/8",
        "/case/requests/<int:number>/letter/<letter:kind>": "/p/4/<int:number>/9/<letter:kind>",
        "/case/requests/<int:number>/ticket": "/p/4/<int:number>/10",
        "/case/requests/<int:number>/reminded": "/p/4/<int:number>/11",
        "/case/requests/<int:number>/name": "/p/4/<int:number>/12",
        "/case/requests/<int:number>/copyright": "/p/4/<int:number>/13",
        "/case/requests/<int:number>/further/<topic:topic>": "/p/4/<int:number>/20/<topic:topic>",
        "/case/complaints": "/p/5",
        "/case/complaints/new/<option>": "/p/6/<option>",
        "/case/complaints/<int:number>": "/p/7/<int:number>",
        "/case/complaints/<int:number>/bundle": "/p/7/<int:number>/1",
        "/case/complaints/<int:number>/sent": "/p/7/<int:number>/2",
        "/case/complaints/<int:number>/answer": "/p/7/<int:number>/3",
        "/case/complaints/<int:number>/stated": "/p/7/<int:number>/4",
        "/case/complaints/<int:number>/together": "/p/7/<int:number>/5",
        "/case/complaints/<int:number>/together/bundle": "/p/7/<int:number>/5/1",
        "/case/documents": "/p/8",
        "/case/documents/<int:number>": "/p/8/<int:number>",
        "/case/documents/<int:number>/remove": "/p/8/<int:number>/1",
        "/case/documents/<int:number>/original": "/p/8/<int:number>/2",
        "/case/letters": "/p/9",
        "/case/letters/<int:number>.pdf": "/p/9/<int:number>",
        "/case/letters/<int:number>-redacted.pdf": "/p/9/<int:number>/1",
        "/case/letters/<int:number>/discard": "/p/9/<int:number>/2",
        "/case/letters/<int:number>/links.txt": "/p/9/<int:number>/3",
        "/case/letters/<int:number>/notice.json": "/p/9/<int:number>/4",
        "/case/letters/<int:number>/notes": "/p/9/<int:number>/5",
        "/case/letters/<int:letter_number>/sent": "/p/9/<int:letter_number>/6",
        "/case/letters.zip": "/p/34",
        "/case/letters.pdf": "/p/35",
        "/case/messages": "/p/10",
        "/case/sharing": "/p/11",
        "/case/facts": "/p/12",
        "/case/help": "/p/13",
        "/case/words": "/p/14",
        "/case/words/stop": "/p/14/1",
        "/case/words/check": "/p/14/2",
        "/case/words/no-check": "/p/14/3",
        "/case/mail": "/p/15",
        "/case/mail/remove": "/p/15/1",
        "/case/mail/link": "/p/15/2",
        "/case/authority": "/p/16",
        "/case/keep": "/p/17/1",
        "/case/reopen": "/p/17/2",
        "/case/take-along": "/p/18",
        "/case/erase": "/p/19",
        "/case/ways": "/p/20",
        "/case/ways/known": "/p/20/1",
        "/case/correct/<int:number>": "/p/42/<int:number>",
        "/case/prints": "/p/30",
        "/case/prints/keep": "/p/30/1",
        "/case/prints/letters": "/p/30/2",
        "/case/prints/remove": "/p/30/3",
        "/case/reminders": "/p/31",
        "/case/reminders/off": "/p/31/1",
        "/case/reminders/feed": "/p/31/2",
        "/case/reminders/file": "/p/31/3",
        "/case/mandate": "/p/33",
        "/case/mandate/end": "/p/33/1",
        "/case/hand-on": "/p/43",
        "/case/came/<int:number>": "/p/48/<int:number>",
        "/case/came/<int:number>/read": "/p/48/<int:number>/1",
        "/case/said/<int:number>": "/p/49/<int:number>",
        "/case/said/<int:number>/save": "/p/49/<int:number>/1",
        "/case/said/<int:number>/aside": "/p/49/<int:number>/2",
        "/case/threat": "/p/32",
        "/case/threat/<letter:paper>": "/p/32/<letter:paper>",
        "/case/send": "/p/40",
        "/case/send/<int:number>": "/p/40/<int:number>",
        "/case/send/<int:number>/make": "/p/40/<int:number>/1",
        "/case/send/<int:number>/told": "/p/40/<int:number>/2",
        "/case/send/<int:number>/kept": "/p/40/<int:number>/3",
        "/case/send/<int:number>/mail": "/p/40/<int:number>/4",
        "/case/send/<int:number>/mail/back": "/p/40/<int:number>/4/1",
        "/case/send/<int:number>/mail/returned": "/p/40/<int:number>/4/2",
        "/case/send/<int:number>/mail/arrived": "/p/40/<int:number>/4/3",
        "/case/letters/<int:letter_number>/mail": "/p/9/<int:letter_number>/7",
        "/case/letters/<int:letter_number>/mail/back": "/p/9/<int:letter_number>/7/1",
        "/case/letters/<int:number>/address": "/p/9/<int:number>/8",
        "/case/send/end": "/p/41",
        "/report/resume": "/p/21",
        "/report/erase": "/p/21/1",
        "/report/<step:step>": "/p/22/<step:step>",
    }
)
# Where these pages were before, or what somebody guesses there: each is answered as a page of a case is to whoever has
# none open.
ONCE = ("/case", "/case/<path:rest>", "/report/<path:rest>", "/erased", f"{ROOT}/<path:rest>")
PUBLISHED = frozenset(
    {
        "/",
        "/help",
        "/fingerprint",
        "/return",
        "/leave",
        "/style.css",
        "/report",
        "/return/mail",
        "/mail",
        "/mail/<link>",
        "/dates/<link>",
    }
)


class PersonBlueprint(Blueprint):
    """A blueprint whose rules are names of the table. `place` stands before each of them."""

    def __init__(self, name: str, import_name: str, *, place: str = "") -> None:
        super().__init__(name, import_name)
        self._place = place

    def add_url_rule(self, rule: str, *arguments: Any, **options: Any) -> None:
        """Raises KeyError for a name that is neither published nor in the table."""
        name = self._place + rule
        super().add_url_rule(name if name in PUBLISHED else NEUTRAL[name], *arguments, **options)

    def add_old_rules(self, view: Callable[..., ResponseReturnValue]) -> None:
        """Let a view answer where no page is any more, or ever was."""
        for rule in ONCE:
            super().add_url_rule(rule, view_func=view, methods=["GET", "POST"])
        super().add_url_rule(ROOT, view_func=view, methods=["POST"])  # as everywhere else: no other answer to a form
