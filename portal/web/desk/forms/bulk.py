"""Forms of what is done to many requests at once; the sendings, links and requests themselves stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from portal.domain.lifecycle import Answer, CloseReason
from portal.services.casefile.bulk.actions import BulkAction, Outlook
from portal.services.tracking.answers import AnswerCommand
from portal.web.desk.wording import choices_of
from portal.web.fields import ChoiceField, PageForm, TextField, require_moment
from portal.web.forms.answers import AnswerForm, list_others, read_links
from portal.web.forms.readers import ReaderForm
from portal.web.forms.typed_fields import InstantField

PRESS = re.compile(r"[0-9a-f]{32}")


class PressField(HiddenField):  # type: ignore[misc]  # WTForms carries no types
    """The token by which a press counts once, as we make them. Anything else that is sent is no token and gets a new
    one: it is neither kept nor shown again.
    """

    def process_formdata(self, valuelist: list[str]) -> None:
        given = valuelist[0] if valuelist else ""
        self.data = given if PRESS.fullmatch(given) else uuid4().hex


class BulkForm(PageForm):
    """What every such form carries: the token by which a press counts once."""

    token = PressField()


class WhenForm(BulkForm):
    """When several letters left."""

    at = InstantField(_l("When were they sent?"), [require_moment])


class SentTogetherForm(WhenForm):
    has_checked = BooleanField(
        _l("I looked at the addresses marked above, and they are still right"),
        description=_l("Needed for an address that nobody has checked for a while."),
    )


class MailTogetherForm(BulkForm):
    has_checked = BooleanField(
        _l("I looked today at the addresses marked above, and they are still right"),
        description=_l("Needed for an address that nobody has checked for a while. Without it, those letters stay."),
    )


class LodgedTogetherForm(BulkForm):
    """When several complaints were handed in."""

    at = InstantField(_l("When were they lodged?"), [require_moment])
    has_checked = BooleanField(
        _l("I used the authorities’ addresses or forms today, and they work"),
        description=_l("Needed where the directory’s address was not checked for a while."),
    )


class CloseTogetherForm(BulkForm):
    """Why, from a list; and whether deadlines that run may stop."""

    reason = ChoiceField(_l("Why?"), required=_l("Choose why."))
    note = TextField(_l("Note, if more is to be said"), lines=True)
    is_certain = BooleanField(_l("Also close those with a running deadline, which then stops"))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.reason.offer(choices_of(CloseReason))


class SameAnswerForm(ReaderForm):
    """The same answer to each of several requests, about all their links."""

    vocabularies = MappingProxyType({"answer": Answer})

    token = PressField()
    answer = AnswerForm.answer.desk
    at = AnswerForm.at.desk
    extension_until = AnswerForm.extension_until.desk
    text = AnswerForm.text.desk

    def command(self) -> AnswerCommand:
        return AnswerCommand(
            answer=Answer(str(self.answer.data)),
            at=self.at.data,
            text=self.text.data or "",
            extension_until=self.extension_until.data,
        )


class AnswerTogetherForm(SameAnswerForm):
    """The same to several requests of one case, about all their links or those that are pasted."""

    pasted = TextField(
        _l("Only about some of their links? Paste them here"),
        description=_l("From their mail, in any form. Left empty, the answer is about every link."),
        lines=True,
    )

    def offer(self, looks: Iterable[Outlook]) -> None:
        """The links of the chosen requests."""
        self._numbers = {item.url: item.number for look in looks for item in look.links if item.url}

    def validate_pasted(self, field: Any) -> None:
        """Each has to be a link of one of these requests."""
        if (field.data or "").strip() and (others := list_others(read_links(field.data), self._numbers)):
            raise ValidationError(_("Not a link of these requests: %(links)s", links=others))

    @property
    def links(self) -> frozenset[int]:
        """The numbers of the pasted links; none where the answer is about all."""
        return frozenset(self._numbers[url] for url in read_links(self.pasted.data))


FORMS: MappingProxyType[BulkAction, type[BulkForm]] = MappingProxyType(
    {
        BulkAction.MAIL: MailTogetherForm,
        BulkAction.MAIL_LATER: MailTogetherForm,
        BulkAction.SENT: SentTogetherForm,
        BulkAction.REMINDED: WhenForm,
        BulkAction.LODGED: LodgedTogetherForm,
        BulkAction.CLOSE: CloseTogetherForm,
    }
)
