"""What the form of every step shares: it starts from the report, and gives the report back with its answers in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

from flask_babel import LazyString
from flask_babel import gettext as _

from portal.domain.intake import STEPS, Need, StepId, is_given
from portal.domain.lifecycle import Depiction, Filer, Handler
from portal.domain.report import ContactBy, NameKind, Report, YesNo
from portal.web.fields import PlainForm


def _read_yes_no(text: str) -> bool:
    return {"yes": True, "no": False}[text]


# How the text of a choice becomes the value that the report keeps.
READ: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "filer": Filer,
        "under_18": YesNo,
        "depiction": Depiction,
        "is_online": YesNo,
        "took_it": YesNo,
        "contact_by": ContactBy,
        "share_with_platforms": _read_yes_no,
        "share_with_regulators": _read_yes_no,
        "handler": Handler,
        "name_kind": NameKind,
    }
)
BOOLEANS = frozenset({"share_with_platforms", "share_with_regulators"})


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a step's form has to know besides the report."""

    report: Report
    today: date
    needs: tuple[Need, ...] = ()  # what laws ask for on this step
    blocking: frozenset[str] = frozenset()  # the fields without which no law could be used at all
    legal_name_laws: tuple[str, ...] = ()  # those that want the name in the person's papers
    teams: tuple[tuple[str, str], ...] = ()
    language: str = "en"


class StepForm(PlainForm):
    """The form of one step. Fields bear the names of the report's fields that they fill in."""

    step: ClassVar[StepId]
    heading: ClassVar[LazyString | str] = ""
    intro: ClassVar[LazyString | str] = ""

    def __init__(self, setting: Setting, **kwargs: Any) -> None:
        self.setting = setting
        super().__init__(data=self.start_from(setting.report), **kwargs)
        self.prepare()

    def start_from(self, report: Report) -> dict[str, Any]:
        """The report's answers, as the fields show them."""
        return {name: self._shown(name, getattr(report, name)) for name in STEPS[self.step].fields}

    def prepare(self) -> None:
        """For choices that depend on the setting."""

    def apply(self, report: Report) -> Report:
        """The report with this step's answers."""
        names = [name for name in STEPS[self.step].fields if name in self]
        return replace(report, **{name: self._kept(name, self[name].data) for name in names})

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides the fields' own checks: an answer that every usable law asks for cannot be left out."""
        is_valid = bool(super().validate(extra_validators))
        return self._check_blocking() and is_valid

    def laws_for(self, name: str) -> str:
        """The laws that ask for this field, as a list in words."""
        return "; ".join(law for need in self.setting.needs if need.field == name for law in need.regimes)

    def laws(self) -> list[str]:
        """Every law that asks for something on this page, once each."""
        return list(dict.fromkeys(law for need in self.setting.needs for law in need.regimes))

    def _check_blocking(self) -> bool:
        after = None if self.errors else self.apply(self.setting.report)
        if after is None:
            return True
        missing = [name for name in STEPS[self.step].fields if name in self.setting.blocking and name in self]
        missing = [name for name in missing if not is_given(after, name)]
        for name in missing:
            sentence = _("This is needed by: %(laws)s. No law that we know here can be used without it.")
            self[name].errors = [*self[name].errors, sentence % {"laws": self.laws_for(name)}]
        return not missing

    @staticmethod
    def _shown(name: str, value: Any) -> Any:
        if name in BOOLEANS and value is not None:
            return "yes" if value else "no"
        return value

    @staticmethod
    def _kept(name: str, value: Any) -> Any:
        if name in READ:
            return READ[name](value) if value else None
        return value
