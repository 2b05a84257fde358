"""The forms by which somebody states what a letter says above its signature: on their own page, or told to the team.

What is asked are the statements that the laws of the request want, each in the words of who makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.domain.letters.kinds import StatedBy
from portal.domain.regimes import NoticeField
from portal.domain.wording import format_day
from portal.services.cases.team_mandates import TeamMandate
from portal.services.requests.statement_views import LettersToState
from portal.services.requests.statements import StatementCommand
from portal.web.fields import ChoiceField, TextField
from portal.web.forms.readers import Reader, ReaderForm, for_each
from portal.web.forms.typed_fields import CheckboxesField, InstantField

OWN_WORDS: Mapping[NoticeField, Any] = MappingProxyType(
    {
        NoticeField.NO_CONSENT: _l("I did not agree to this being shared."),
        NoticeField.GOOD_FAITH: _l("I honestly believe what I say here."),
        NoticeField.ACCURACY: _l("As far as I know, this letter is true and complete."),
        NoticeField.PERJURY: _l(
            "I took this picture or video myself, and it is mine. I say this under penalty of perjury: "
            "to lie here is a crime."
        ),
    }
)
OTHER_WORDS: Mapping[NoticeField, Any] = MappingProxyType(
    {
        NoticeField.NO_CONSENT: _l("The person I act for did not agree to this being shared."),
        NoticeField.GOOD_FAITH: _l("The person I act for honestly believes this, and so do I."),
        NoticeField.ACCURACY: _l("As far as I know, this letter is true and complete."),
        NoticeField.PERJURY: _l(
            "I may act for the person who took this picture or video, and it is theirs. I say this under penalty of "
            "perjury: to lie here is a crime."
        ),
    }
)


# By whether somebody acts for the owner.
COPYRIGHT_WORDS: Mapping[bool, Any] = MappingProxyType(
    {
        False: _l(
            "I honestly believe that they may not show it: I did not allow it, nobody did for me, and no law does."
        ),
        True: _l(
            "I honestly believe that they may not show it: the owner did not allow it, nobody did for them, and no law "
            "does."
        ),
    }
)


TOLD, MANDATED = "told", "mandated"


def list_speakers(mandate: TeamMandate | None) -> list[tuple[str, Any]]:
    """Who can have stated what was sent in other words, as the team writes it down."""
    found = [
        (StatedBy.PERSON.value, _("The person, in what they sent themselves")),
        (StatedBy.TOLD.value, _("The team sent it, as the person told it")),
    ]
    if mandate is not None:
        day = format_day(mandate.signed_on)
        own = _("I did, as representative under the written mandate of %(day)s", day=day)
        found.append((StatedBy.MANDATED.value, own))
    return found


class StatementTicks(ReaderForm):
    """One tick for each statement that is wanted."""

    said_no_consent = BooleanField()
    said_good_faith = BooleanField()
    said_accuracy = BooleanField()
    said_perjury = for_each(person=BooleanField(), desk=None)  # nobody swears for another

    def list_ticks(self) -> list[Any]:
        """What can be stated, one box each."""
        return [self[f"said_{field.value}"] for field in NoticeField if f"said_{field.value}" in self]

    @property
    def is_stated(self) -> bool:
        """Whether anything is said."""
        return bool(self._said())

    def _offer_ticks(self, letters: LettersToState, *, filled: bool = True) -> None:
        """Those that the laws of the request want; `filled`: what was stated today is ticked already."""
        words = dict(OTHER_WORDS if letters.is_for_another else OWN_WORDS)
        if letters.is_copyright:
            words[NoticeField.GOOD_FAITH] = COPYRIGHT_WORDS[letters.is_for_another]
        for field in NoticeField:
            if (name := f"said_{field.value}") not in self:
                continue
            if field not in letters.wanted:
                del self[name]
                continue
            self[name].label.text = str(words[field])
            if not self.is_submitted():
                self[name].data = filled and not self.reader.is_staff and field in letters.stated_today

    def _said(self) -> frozenset[NoticeField]:
        names = {f"said_{field.value}": field for field in NoticeField}
        return frozenset(field for name, field in names.items() if name in self and self[name].data)


class StatementsForm(StatementTicks):
    """What stands above a signature: the statements, the signature, and the other letters they are for as well.

    Where nothing is ticked, the letter tells what was stated before, with its day.
    """

    signature = for_each(
        person=TextField(_l("Your signature: type your name"), description=_l("We put it at the end of this letter.")),
        desk=None,
    )
    speaker = for_each(person=None, desk=ChoiceField(_l("Who states it?")))
    told_at = for_each(
        person=None,
        desk=InstantField(
            _l("When did the person tell you?"),
            description=_l("The letter says “As I told” the organisation “on” this day. It is no signature."),
        ),
    )
    others = CheckboxesField(_l("This also counts for these letters"))

    @classmethod
    def of(cls, reader: Reader, letters: LettersToState) -> Self:
        """The form with what this request asks for; what was stated today is filled in."""
        form = cls(reader)
        form._offer_ticks(letters)
        if "signature" in form and not form.is_submitted():
            form.signature.data = letters.signed_today
        if "speaker" in form:
            form._offer_speakers(letters.mandate)
        form.others.choices = [(str(number), name) for number, name in letters.others]
        if not letters.others:
            del form.others
        return form

    def _offer_speakers(self, mandate: TeamMandate | None) -> None:
        """Under a written mandate the member may state it; else it is written down as the person told it."""
        if mandate is None:
            del self.speaker
            return
        own = _("I state it, as representative under the written mandate of %(day)s", day=format_day(mandate.signed_on))
        self.speaker.offer([(TOLD, _("The person told me, and I write it down")), (MANDATED, own)])
        if not self.is_submitted():
            self.speaker.data = TOLD

    @property
    def is_mandated(self) -> bool:
        return "speaker" in self and self.speaker.data == MANDATED

    def command(self, number: int) -> StatementCommand:
        others: Iterable[str] = self.others.data or () if "others" in self else ()
        return self.command_for((number, *(int(each) for each in others)))

    def command_for(self, numbers: tuple[int, ...]) -> StatementCommand:
        """What is stated, for letters or complaints of these numbers."""
        return StatementCommand(
            numbers=numbers,
            statements=self._said(),
            signature=self.signature.data or "" if "signature" in self else "",
            told_at=self.told_at.data if "told_at" in self else None,
            is_mandated=self.is_mandated,
        )

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid: bool = super().validate(extra_validators)
        if is_valid and "signature" in self and self.is_stated and not self.signature.data:
            self.signature.errors = [_("Type the name you sign with.")]
            return False
        if is_valid and "told_at" in self and self.is_stated and not (self.told_at.data or self.is_mandated):
            self.told_at.errors = [_("Fill in when the person said it.")]
            return False
        return is_valid
