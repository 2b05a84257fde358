"""Forms that the person and the desk both fill in: one class each, of which both see their own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from portal.web.fields import MomentField, PageForm

Choices = Iterable[tuple[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who fills in a form: in which zone they read times, and in which words they choose from a vocabulary."""

    is_staff: bool
    zone: str
    words: Mapping[type[StrEnum], Choices] = field(default_factory=dict)


class ForEach:
    """A field in the words of the person and in those of the desk; None where one of the two has no such field."""

    _formfield = True  # by which WTForms knows what belongs to a form

    def __init__(self, *, person: Any, desk: Any) -> None:
        self.person, self.desk = person, desk
        self.creation_counter: int = (person or desk).creation_counter


def for_each(*, person: Any, desk: Any) -> Any:
    """A field of a form in the words of each reader; the form itself has the one that its reader sees."""
    return ForEach(person=person, desk=desk)


class ReaderForm(PageForm):
    """A form with the fields of whoever fills it in."""

    desk_order: ClassVar[tuple[str, ...]] = ()  # where the desk sees the fields in another order
    vocabularies: ClassVar[Mapping[str, type[StrEnum]]] = MappingProxyType({})  # whose words some fields offer

    def __init__(self, reader: Reader, **values: Any) -> None:
        self.reader = reader
        self._unbound_fields = self._list_fields()  # which WTForms has by class otherwise
        super().__init__(**values)
        for name, vocabulary in self.vocabularies.items():
            if name in self:
                self[name].offer(reader.words[vocabulary])

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Moments are in the reader's zone, which each one's hint names."""
        for each in self._fields.values():
            if isinstance(each, MomentField):
                each.zone = ZoneInfo(self.reader.zone)
                place = self.reader.zone.rpartition("/")[2].replace("_", " ")
                each.description = _("The time on your own clock (%(place)s time).", place=place)
        super().process(*args, **kwargs)

    def _list_fields(self) -> list[tuple[str, Any]]:
        declared: Any = type(self)
        found = [(name, self._choose(each)) for name, each in declared._unbound_fields]
        kept = [(name, each) for name, each in found if each is not None]
        if self.reader.is_staff and self.desk_order:
            kept.sort(key=lambda pair: self.desk_order.index(pair[0]))
        return kept

    def _choose(self, each: Any) -> Any:
        if not isinstance(each, ForEach):
            return each
        return each.desk if self.reader.is_staff else each.person
