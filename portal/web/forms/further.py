"""The forms of letters after the first one: what the sender answers, or which company behind the site it goes to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.lifecycle import LetterKind
from portal.services.letters.further import NEEDS_WORDS, FurtherWords
from portal.services.tracking.views import RequestView
from portal.web.fields import TextField
from portal.web.forms.readers import Reader, ReaderForm, for_each

# Who it is, is looked up without opening the page itself.
HOW_TO_FIND: Mapping[Supplier, Any] = MappingProxyType(
    {
        Supplier.SEARCH: _l("For example Google or Bing. Each search engine gets a letter of its own."),
        Supplier.HOST: _l("Search for “who hosts” and the name of the site. You don’t have to open the page."),
        Supplier.NETWORK: _l("A search for “who hosts” and the name of the site often names it, such as Cloudflare."),
        Supplier.REGISTRAR: _l("Search for “whois” and the name of the site. The answer calls it “registrar”."),
        Supplier.PAYMENT: _l("Card statements or the site’s terms name it. You don’t have to open the page."),
    }
)


class FurtherForm(ReaderForm):
    """Either `given`, for an answer to the platform, or the company."""

    topic: FollowUp | Supplier

    given = for_each(
        person=TextField(
            _l("Do you want to add something in your own words?"),
            description=_l("You can leave this empty. We put it into the letter as you type it."),
            lines=True,
        ),
        desk=TextField(
            _l("Own words (can stay empty)"), description=_l("Printed as “My answer”, as it stands."), lines=True
        ),
    )
    company = for_each(
        person=TextField(
            _l("What is the company called?"),
            [DataRequired(_l("Type the name of the company, so that the letter goes to it."))],
        ),
        desk=TextField(_l("Company"), [DataRequired(_l("Fill in the company that the letter goes to."))]),
    )
    address = for_each(
        person=TextField(
            _l("Where does the letter go?"),
            description=_l(
                "Their e-mail address, the web address of their form, or their postal address. "
                "Leave it empty if you don’t know it: we look in our list."
            ),
            lines=True,
            longest=1000,
        ),
        desk=TextField(
            _l("E-mail address, form or postal address (can stay empty)"),
            description=_l("Several lines are a postal address."),
            lines=True,
            longest=1000,
        ),
    )

    @classmethod
    def of(cls, reader: Reader, kind: LetterKind, topic: str) -> FurtherForm:
        form = cls(reader)
        if kind is LetterKind.SUPPLIER:
            del form.given
            form.topic = Supplier(topic)
            form.company.description = str(HOW_TO_FIND[form.topic])
            return form
        del form.company
        del form.address
        form.topic = FollowUp(topic)
        if form.topic in NEEDS_WORDS:
            form.given.label.text = _("What they asked for")
            form.given.description = _("The letter says “Here it is”. Don’t send a picture or more than they need.")
            form.given.validators = [DataRequired(_("Type what they asked for. The letter says that it is in there."))]
        return form

    def words(self) -> FurtherWords:
        return FurtherWords(
            topic=self.topic,
            given=self.given.data or "" if "given" in self else "",
            company=self.company.data or "" if "company" in self else "",
            address=self.address.data or "" if "address" in self else "",
        )


def kind_of_topic(view: RequestView, topic: str) -> LetterKind | None:
    """Which kind of letter it is, or None where the request has none of that topic now."""
    if topic in view.topics:
        return LetterKind.FOLLOW_UP
    return LetterKind.SUPPLIER if topic in view.suppliers else None
