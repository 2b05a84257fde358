"""The form for the organisation's own words in a yearly report."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from portal.domain.figures.reports import LONGEST_PART, PARTS, Part, ReportKind
from portal.services.figures.words import WrittenParts
from portal.web.fields import PlainForm, TextField


class ReportWordsForm(PlainForm):
    """`version` is that of the words it was made from."""

    part_who = TextField(_l("Who reports"), lines=True, longest=LONGEST_PART)
    part_work = TextField(_l("How the work is done"), lines=True, longest=LONGEST_PART)
    part_independence = TextField(
        _l("How independence is ensured"),
        lines=True,
        longest=LONGEST_PART,
        description=_l("The law asks for the procedures by which you stay independent of providers of platforms."),
    )
    part_remarks = TextField(_l("Remarks"), lines=True, longest=LONGEST_PART)

    @classmethod
    def of(cls, kind: ReportKind, kept: WrittenParts) -> ReportWordsForm:
        """The form with what is kept, and the parts of that report alone."""
        form = cls(data={**{name_of(part): text for part, text in kept.words.items()}, "version": str(kept.version)})
        for part in Part:
            if part not in PARTS[kind]:
                delattr(form, name_of(part))
        return form

    def words(self, kind: ReportKind) -> Mapping[Part, str]:
        return {part: self[name_of(part)].data or "" for part in PARTS[kind]}


def name_of(part: Part) -> str:
    return f"part_{part}"
