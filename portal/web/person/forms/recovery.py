"""The form of the question that the team asks before it gives out new words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired, ValidationError

from portal.services.cases.recovery_words import LONGEST, SHORTEST_ANSWER, is_long_enough
from portal.web.fields import PlainForm, SecretField, TextField


def check_answer(_form: Any, field: Any) -> None:
    """A validator: an answer that is not guessed at the first try."""
    if not is_long_enough(field.data or ""):
        raise ValidationError(
            _(
                "The answer needs at least %(count)s letters or numbers, so that nobody guesses it.",
                count=SHORTEST_ANSWER,
            )
        )


class CheckQuestionForm(PlainForm):
    question = TextField(
        _l("What should we ask you?"),
        [DataRequired(_l("Write what we should ask you."))],
        description=_l("Your team can read this. For example: Which phrase did you choose?"),
        longest=LONGEST,
    )
    answer = SecretField(
        _l("The answer"),
        [check_answer],
        description=_l("Nobody can read it. Choose something that people who know you can’t guess."),
    )
