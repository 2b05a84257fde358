"""Forms for handing a case to another team, and for the answer to a handing over."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from portal.domain.handovers import HandoverReason
from portal.services.cases.team_handover import LONGEST, TeamHandover
from portal.services.staff.lists import TeamName
from portal.web.desk.wording import choices_of
from portal.web.fields import ChoiceField, PageForm, TextField
from portal.web.forms.typed_fields import IsoDayField


class OtherTeamForm(PageForm):
    team = RadioField(_l("To which team?"), [InputRequired(_l("Choose one."))])
    reason = ChoiceField(_l("Why?"), required=_l("Choose why."))
    note = TextField(_l("What should the other team know first?"), lines=True, longest=LONGEST)
    ends_on = IsoDayField(
        _l("Last day with the other team"),
        description=_l("Then it comes back by itself. Empty: it stays with the other team, and yours cannot read it."),
    )
    told = TextField(
        _l("If the person has told you yes: when, how, and what they said"),
        description=_l("Empty: they are asked on the page of their case."),
        lines=True,
        longest=LONGEST,
    )

    def offer(self, teams: Sequence[TeamName]) -> None:
        self.team.choices = [(str(one.id), one.name) for one in teams]
        self.reason.offer(choices_of(HandoverReason))

    @property
    def command(self) -> TeamHandover:
        return TeamHandover(
            team_id=UUID(self.team.data),
            reason=HandoverReason(str(self.reason.data)),
            note=self.note.data or "",
            ends_on=self.ends_on.data,
            told=self.told.data or "",
        )


class HandoverAnswerForm(PageForm):
    words = TextField(
        _l("If you do not take it: why"),
        description=_l("Whoever handed it over reads this."),
        lines=True,
        longest=LONGEST,
    )
