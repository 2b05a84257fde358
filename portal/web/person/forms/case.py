"""The small forms of a case: what was sent, what was answered, what a law still asks for, a message, erasing."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import ValidationError

from portal.domain.lifecycle import Answer, SendingChannel
from portal.services.complaints.complaints import ComplaintAnswerCommand, LodgedCommand
from portal.services.requests.preparing import DetailsCommand
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from portal.services.tracking.views import RequestView
from portal.web.fields import ChoiceField, DayField, MomentField, PlainForm, TextField, require_moment
from portal.web.person.forms.places import PasteField
from portal.web.person.forms.reach import check_mail
from portal.web.person.phrases import ANSWERS, CHANNELS

TICKET = _l("The number they gave it, if any")


class ZonedForm(PlainForm):
    """A form with moments in the reader's zone, which every moment's hint names."""

    def __init__(self, zone: str, **kwargs: Any) -> None:
        self.zone_name = zone
        super().__init__(**kwargs)

    def process(self, *args: Any, **kwargs: Any) -> None:
        for field in self._fields.values():
            if isinstance(field, MomentField):
                field.zone = ZoneInfo(self.zone_name)
                place = self.zone_name.rpartition("/")[2].replace("_", " ")
                field.description = _("The time on your own clock (%(place)s time).", place=place)
        super().process(*args, **kwargs)


CHECKED = _l("I looked: the address I used is the right one")
CHECKED_WHY = _l("Needed where nobody has checked our address for a while.")


class SentForm(ZonedForm):
    channel = ChoiceField(
        _l("How did you send it?"), choices=[(each.value, CHANNELS[each]) for each in SendingChannel], required=True
    )
    sent_at = MomentField(_l("When did you send it?"), validators=[require_moment])
    ticket = TextField(TICKET)
    received_at = MomentField(_l("If they wrote that they got it: when?"))
    has_checked = BooleanField(CHECKED, description=CHECKED_WHY)

    def command(self) -> SentCommand:
        return SentCommand(
            channel=SendingChannel(str(self.channel.data)),
            sent_at=self.sent_at.data,
            received_at=self.received_at.data,
            ticket=self.ticket.data or "",
            has_checked=bool(self.has_checked.data),
        )


class ReceivedForm(ZonedForm):
    received_at = MomentField(_l("When did they get it?"), validators=[require_moment])


class InformationSentForm(ZonedForm):
    at = MomentField(_l("When did you send it?"), validators=[require_moment])


class AnswerForm(ZonedForm):
    answer = ChoiceField(
        _l("What did they answer?"), choices=[(each.value, ANSWERS[each]) for each in Answer], required=True
    )
    at = MomentField(_l("When did the answer come?"), validators=[require_moment])
    extension_until = DayField(_l("If they need more time: until which day?"))
    text = TextField(_l("Their words, if you like to keep them"), lines=True)

    def command(self, items: tuple[int, ...]) -> AnswerCommand:
        return AnswerCommand(
            answer=Answer(str(self.answer.data)),
            at=self.at.data,
            text=self.text.data or "",
            extension_until=self.extension_until.data,
            items=items,
        )


class DetailsForm(PlainForm):
    """What laws ask for in one request. It changes this request only."""

    name = TextField(_l("The name under this letter"))
    email = TextField(_l("E-mail address"), validators=[check_mail])
    phone = TextField(_l("Phone number"))
    postal_address = TextField(_l("Postal address"), lines=True, longest=1000)
    explanation = TextField(_l("Why it should come down, in your own words"), lines=True)
    identity_offer = TextField(
        _l("How you prove who you are"),
        description=_l(
            "Mostly nothing is needed at first, or it is enough to answer from the e-mail address of the account. Some "
            "laws want the number of an identity document; then this page names it as missing. What you write here "
            "stands in the letter."
        ),
        lines=True,
        longest=1000,
    )
    release_to_poster = BooleanField(_l("They may tell the one who posted it who I am"))
    use_copyright = BooleanField(
        _l("Also use copyright"),
        description=_l("The last way: it can pass your name on to the one who posted it, and it can be published."),
    )
    states_ownership = BooleanField(
        _l("I took the picture or video myself, or act for the one who did. I state this under penalty of perjury.")
    )

    @classmethod
    def of(cls, view: RequestView) -> DetailsForm:
        """The form as the request stands; without copyright where there can be none."""
        details = view.details
        form = cls(data={name: getattr(details, name) for name in DETAILS})
        if not view.can_use_copyright:
            del form.use_copyright
            del form.states_ownership
        return form

    def command(self, confirmed: tuple[str, ...] | None) -> DetailsCommand:
        values = {name: self[name].data for name in DETAILS if name in self}
        return DetailsCommand(**values, confirmed=confirmed)


DETAILS = (
    "name", "email", "phone", "postal_address", "explanation", "identity_offer",
    "release_to_poster", "use_copyright", "states_ownership",
)  # fmt: skip


class AddLinksForm(PlainForm):
    pasted = PasteField(_l("More links"), description=_l("In any form. We never open a link."))


class MessageForm(PlainForm):
    text = TextField(_l("Your message to the team"), lines=True)


class WishForm(PlainForm):
    wish = TextField(_l("What do you want the authority to do? In your own words, if you like"), lines=True)


class LodgedForm(ZonedForm):
    at = MomentField(_l("When did you send the complaint?"), validators=[require_moment])
    ticket = TextField(TICKET)
    has_checked = BooleanField(CHECKED, description=CHECKED_WHY)

    def command(self) -> LodgedCommand:
        return LodgedCommand(at=self.at.data, ticket=self.ticket.data or "", has_checked=bool(self.has_checked.data))


class ComplaintAnswerForm(ZonedForm):
    at = MomentField(_l("When did the answer come?"), validators=[require_moment])
    is_final = ChoiceField(
        _l("Is it their decision?"),
        choices=[("yes", _l("Yes, they have decided")), ("no", _l("No, they only say that they have got it"))],
        required=True,
    )
    text = TextField(_l("Their words, if you like to keep them"), lines=True)

    def command(self) -> ComplaintAnswerCommand:
        return ComplaintAnswerCommand(at=self.at.data, text=self.text.data or "", is_final=self.is_final.data == "yes")


class EraseForm(PlainForm):
    sure = BooleanField(_l("Yes, erase everything. I know that nobody can bring it back."))

    def validate_sure(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Tick this box to erase, or go back."))
