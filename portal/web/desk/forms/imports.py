"""The forms of an import: the table, and the one word for all people in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField

from portal.domain.imports import DayOrder
from portal.domain.lifecycle import SendingChannel
from portal.domain.regimes import NoticeField
from portal.services.importing.waiting import ToldToAll
from portal.web.desk.wording import choices_of
from portal.web.fields import ChoiceField, ListField, PageForm, PasteField, TextField

STATED = {
    "said_no_consent": NoticeField.NO_CONSENT,
    "said_good_faith": NoticeField.GOOD_FAITH,
    "said_accuracy": NoticeField.ACCURACY,
}


class TableForm(PageForm):
    file = FileField(_l("The file"))
    pasted = PasteField(_l("Or paste the rows, with their headings"))
    team_id = ListField(_l("Which team gets the cases?"))

    def __init__(self, teams: Sequence[tuple[str, str]], **values: Any) -> None:
        """`teams` are those to choose from; with one there is nothing to choose."""
        super().__init__(**values)
        self._team = teams[0][0]
        if len(teams) > 1:
            self.team_id.offer(teams)
        else:
            del self.team_id

    @property
    def chosen_team(self) -> str:
        return str(self.team_id.data) if "team_id" in self else self._team


class WordForm(PageForm):
    order = ChoiceField(_l("Days such as 03/04/2026"))
    told = TextField(
        _l("How and when were these people told that your team acts for them, and how did they agree?"),
        description=_l("It is written into the history of each case. They can read it."),
        lines=True,
        longest=2_000,
    )
    to_platforms = BooleanField(_l("They allowed letters to platforms"))
    to_authorities = BooleanField(_l("They allowed complaints to authorities"))
    channel = ChoiceField(_l("How was it sent to the platforms?"))
    said_no_consent = BooleanField(_l("It said that they never agreed to the content being shown"))
    said_good_faith = BooleanField(_l("It said that they believe in good faith that it must go"))
    said_accuracy = BooleanField(_l("It said that what it tells is correct"))

    def __init__(self, word: ToldToAll, order: DayOrder) -> None:
        data = {
            "order": order,
            "told": word.told,
            "to_platforms": word.to_platforms,
            "to_authorities": word.to_authorities,
            "channel": word.channel,
            **{name: stated in word.stated for name, stated in STATED.items()},
        }
        super().__init__(data=data)
        self.order.offer(choices_of(DayOrder))
        self.channel.offer(choices_of(SendingChannel))

    @property
    def word(self) -> ToldToAll:
        return ToldToAll(
            told=self.told.data or "",
            to_platforms=bool(self.to_platforms.data),
            to_authorities=bool(self.to_authorities.data),
            channel=SendingChannel(self.channel.data) if self.channel.data else None,
            stated=frozenset(stated for name, stated in STATED.items() if self[name].data),
        )

    @property
    def day_order(self) -> DayOrder:
        return DayOrder(self.order.data or DayOrder.DAY_FIRST)
