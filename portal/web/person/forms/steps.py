"""What the form of every step shares: it starts from the report, and gives the report back with its answers in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

from flask_babel import LazyString

from portal.domain.intake import STEPS, StepId
from portal.domain.lifecycle import Depiction, Filer, Handler
from portal.domain.report import ContactBy, NameKind, Report, YesNo
from portal.web.fields import PlainForm

# How the text of a choice becomes the value that the report keeps.
READ: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "filer": Filer,
        "under_18": YesNo,
        "depiction": Depiction,
        "is_online": YesNo,
        "took_it": YesNo,
        "contact_by": ContactBy,
        "handler": Handler,
        "name_kind": NameKind,
    }
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a step's form has to know besides the report."""

    report: Report
    today: date
    teams: tuple[tuple[str, str], ...] = ()
    language: str = "en"
    likely_countries: tuple[str, ...] = ()  # that the visitor's browser speaks of


class StepForm(PlainForm):
    """The form of one step. Fields bear the names of the report's fields that they fill in.

    `one_tap` names the field whose answers are buttons: one press answers and goes on.
    """

    step: ClassVar[StepId]
    one_tap: ClassVar[str] = ""
    heading: LazyString | str = ""
    intro: LazyString | str = ""

    def __init__(self, setting: Setting, **kwargs: Any) -> None:
        self.setting = setting
        super().__init__(data=self.start_from(setting.report), **kwargs)
        self.prepare()

    def start_from(self, report: Report) -> dict[str, Any]:
        """The report's answers, as the fields show them."""
        return {name: getattr(report, name) for name in STEPS[self.step].fields}

    def prepare(self) -> None:
        """For choices that depend on the setting."""

    def apply(self, report: Report) -> Report:
        """The report with this step's answers."""
        names = [name for name in STEPS[self.step].fields if name in self]
        return replace(report, **{name: read_answer(name, self[name].data) for name in names})


def read_answer(name: str, value: Any) -> Any:
    """What the report keeps of what a field of that name holds."""
    if name in READ:
        return READ[name](value) if value else None
    return value
