"""What goes into a platform's own form: field by field where its form is known, else what such forms ask for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from portal.adapters.translations import name_country
from portal.domain.lifecycle import RequestKind, SendingChannel
from portal.domain.recipes import Fill, fill_form
from portal.services.letters import letters
from portal.services.requests.channels import channel_views
from portal.services.requests.content import RequestContent
from portal.services.requests.dossier import Dossier
from portal.services.requests.views import FieldView, TheirFieldView, TheirFormView

_GENERAL: Mapping[Fill, str] = MappingProxyType(
    {
        Fill.LINKS: "Links",
        Fill.NAME: "Name",
        Fill.EMAIL: "E-mail address",
        Fill.PHONE: "Telephone",
        Fill.ADDRESS: "Postal address",
        Fill.COUNTRY: "Country",
        Fill.WORDS: "In your own words",
        Fill.SIGNATURE: "Signature",
        Fill.REFERENCE: "Your reference for it",
        Fill.LETTER: "The whole letter as text",
    }
)


def list_fields(contents: RequestContent, text: str, reference: str) -> tuple[FieldView, ...]:
    """What platforms' forms ask for, each ready to copy; what was not given is left out.

    `reference` is that of the letter's PDF, by which both sides name the same request. Most forms have no field for it,
    so it stands under the sender's own words too.
    """
    values = _list_values(contents, text, reference)
    return tuple(FieldView(label=label, value=values[fill]) for fill, label in _GENERAL.items() if values[fill])


def read_their_form(dossier: Dossier, text: str) -> TheirFormView | None:
    """The fields of the first form of theirs that is known, filled in its order; None where none is known."""
    recipe = dossier.work.ports.registry.recipes.get(dossier.request.platform)
    if recipe is None or dossier.request.kind is not RequestKind.NOTICE:
        return None
    country = dossier.work.case.country
    known = (recipe.find_form(view.address) for view in channel_views(dossier) if view.via is SendingChannel.FORM)
    form = next((each for each in known if each and (not each.countries or country in each.countries)), None)
    if form is None:
        return None
    filled = fill_form(form, _list_values(dossier.content, text, letters.find_reference(dossier)))
    return TheirFormView(
        page=form.page,
        language=form.language,
        checked_on=form.checked_on,
        one_each=form.one_each and len(dossier.content.places) > 1,
        fields=tuple(
            TheirFieldView(
                label=each.field.label,
                value=each.value,
                is_filled=each.field.fills is not None,
                choose=each.field.choose or "",
                note=each.field.note or "",
                limit=each.field.limit,
                left_out=each.left_out,
                beyond_law=each.field.beyond_law,
            )
            for each in filled
        ),
    )


def find_ticket_pattern(dossier: Dossier) -> str | None:
    """By which this platform's confirmation tells its number; None where nobody knows."""
    recipe = dossier.work.ports.registry.recipes.get(dossier.request.platform)
    return recipe.ticket if recipe else None


def _list_values(contents: RequestContent, text: str, reference: str) -> Mapping[Fill, str]:
    """What a letter's facts are worth to a form; empty where something was not given."""
    view, report = contents.view, contents.report
    return {
        Fill.LINKS: "\n".join(contents.places),
        Fill.NAME: view.name,
        Fill.EMAIL: contents.reply_email,
        Fill.PHONE: view.phone,
        Fill.ADDRESS: view.postal_address,
        Fill.COUNTRY: name_country(report.country, "en") if report.country else "",
        Fill.WORDS: letters.add_reference(view.explanation, reference),
        Fill.SIGNATURE: contents.signature,
        Fill.REFERENCE: reference,
        Fill.LETTER: text,
    }
