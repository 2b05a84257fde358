"""How a recipient is reached, best way first, and what to know before anything goes there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum

from portal.domain import directory
from portal.domain.directory import AddressOutcome, AddressRole, ChannelKind, Medium, Platform, is_stale
from portal.domain.lifecycle import Path, RequestKind, SendingChannel, StepRefused
from portal.domain.regimes import Confidence
from portal.domain.wording import format_day
from portal.reference.territories import find_territory
from portal.services.directory.address_checks import NOTHING_SEEN, AddressStatus, last_checked
from portal.services.requests.citations import Citation, disclose, list_cited, passes_on
from portal.services.requests.dossier import Dossier
from portal.services.requests.views import ChannelView
from portal.services.work import CaseWork

ORDERS: Mapping[RequestKind, tuple[ChannelKind, ...]] = {
    RequestKind.NOTICE: (
        ChannelKind.NCII_FORM,
        ChannelKind.TAKEITDOWN_FORM,
        ChannelKind.DSA_FORM,
        ChannelKind.NCII_PAGE,
        ChannelKind.TAKEITDOWN_PAGE,
        ChannelKind.GENERAL_FORM,
        ChannelKind.REPORT_PAGE,
        ChannelKind.TAKEITDOWN_EMAIL,
        ChannelKind.DSA_EMAIL,
        ChannelKind.ABUSE_EMAIL,
        ChannelKind.LEGAL_EMAIL,
        ChannelKind.DSA_REPRESENTATIVE_EMAIL,
        ChannelKind.DSA_REPRESENTATIVE,
    ),
    RequestKind.COPYRIGHT: (ChannelKind.COPYRIGHT_FORM, ChannelKind.COPYRIGHT_PAGE, ChannelKind.COPYRIGHT_EMAIL),
    RequestKind.ERASURE: (
        ChannelKind.DELISTING_FORM,
        ChannelKind.PRIVACY_FORM,
        ChannelKind.DPO_EMAIL,
        ChannelKind.PRIVACY_EMAIL,
        ChannelKind.PRIVACY_REPRESENTATIVE_EMAIL,
        ChannelKind.PRIVACY_REPRESENTATIVE,
    ),
}
LABELS: Mapping[ChannelKind, str] = {
    ChannelKind.NCII_FORM: "Form for intimate images",
    ChannelKind.TAKEITDOWN_FORM: "Form under the US TAKE IT DOWN Act",
    ChannelKind.NCII_PAGE: "Page about intimate images that leads to the form",
    ChannelKind.TAKEITDOWN_PAGE: "Page about the US TAKE IT DOWN Act that leads to the form",
    ChannelKind.TAKEITDOWN_EMAIL: "E-mail under the US TAKE IT DOWN Act",
    ChannelKind.REPORT_PAGE: "Page about reporting that leads to the form",
    ChannelKind.LEGAL_EMAIL: "E-mail of its legal department",
    ChannelKind.APPEAL_FORM: "Form to ask for another decision",
    ChannelKind.APPEAL_EMAIL: "E-mail to ask for another decision",
    ChannelKind.APPEAL_PAGE: "Page about asking for another decision",
    ChannelKind.CONTACT_FORM: "Form for questions about European law",
    ChannelKind.CONTACT_EMAIL: "E-mail for questions about European law",
    ChannelKind.CONTACT_PAGE: "Page about the point of contact under European law",
    ChannelKind.DELISTING_FORM: "Form to take search results for a name out of the list",
    ChannelKind.DSA_FORM: "Form for illegal content (European Union)",
    ChannelKind.DSA_EMAIL: "E-mail for illegal content (European Union)",
    ChannelKind.GENERAL_FORM: "General report form",
    ChannelKind.ABUSE_EMAIL: "E-mail for reports",
    ChannelKind.DSA_REPRESENTATIVE_EMAIL: "E-mail of its representative in the European Union",
    ChannelKind.DSA_REPRESENTATIVE: "Its representative in the European Union",
    ChannelKind.COPYRIGHT_FORM: "Form for copyright",
    ChannelKind.COPYRIGHT_PAGE: "Page about copyright that leads to the form",
    ChannelKind.COPYRIGHT_EMAIL: "E-mail for copyright",
    ChannelKind.PRIVACY_FORM: "Form for privacy requests",
    ChannelKind.DPO_EMAIL: "E-mail of its data protection officer",
    ChannelKind.PRIVACY_EMAIL: "E-mail for privacy requests",
    ChannelKind.PRIVACY_REPRESENTATIVE_EMAIL: "E-mail of its representative for privacy",
    ChannelKind.PRIVACY_REPRESENTATIVE: "Its representative for privacy",
    ChannelKind.PRIVACY_POLICY: "Privacy page to read",
    ChannelKind.COPYRIGHT_PHONE: "Telephone for copyright",
    ChannelKind.COPYRIGHT_POST: "Address for copyright",
    ChannelKind.DSA_PHONE: "Telephone for illegal content (European Union)",
    ChannelKind.DSA_AUTHORITIES_FORM: "Form for authorities",
    ChannelKind.DSA_AUTHORITIES_EMAIL: "E-mail for authorities",
    ChannelKind.DSA_AUTHORITIES_PAGE: "Page for authorities",
}
# A page that explains the way leads to a form; what goes out through it goes out by that form.
_MEDIA = {
    Medium.FORM: SendingChannel.FORM,
    Medium.PAGE: SendingChannel.FORM,
    Medium.EMAIL: SendingChannel.EMAIL,
    Medium.POST: SendingChannel.POST,
}
UNCHECKED = (
    "Nobody has checked this address for a while. Look at their site whether it is still the right one, tick the box "
    "that says so, and save again."
)
_TROUBLES: Mapping[AddressOutcome, str] = {
    AddressOutcome.BOUNCED: "It was reported as not working on",
    AddressOutcome.MOVED: "It was reported as moved on",
    AddressOutcome.ASKED_ELSE: "It was reported as asking for something else on",
}
FROM_MEMORY = "This address was not seen in an official source. Check it before you use it."
NEEDS_ACCOUNT = "This form may ask you to sign in."


COPYRIGHT_READERS = (
    "A copyright notice is often passed on whole, with your name and address, to the person who posted it.",
    "Some companies put copyright notices in a public list that anyone can search.",
    "It is made under penalty of perjury: use it only for a picture or video that you took yourself.",
)


NO_ANSWERS = (
    "The team that writes has no address for answers. A supervisor can add one on the team’s page, or you can choose "
    "to get the answers yourself."
)


class Unchecked(StepRefused):
    """Somebody has to look first whether the address is still right."""


_BORROWED_FORM = (
    "It is not sure that this law reaches a service of this kind. "
    "The service has this form all the same, so you can use it."
)


def channel_views(dossier: Dossier) -> tuple[ChannelView, ...]:
    """Each address once, in the order in which to try them; post last."""
    platform, work = dossier.platform, dossier.work
    if platform is None:
        return ()
    today = work.ports.config.day_at(work.now)
    found: dict[str, ChannelView] = {}
    for view in list_channels(work, platform, ORDERS[dossier.request.kind]):
        found.setdefault(view.address, _doubt(view, platform, dossier))
    for view in _list_post(platform, today):
        found.setdefault(view.address, view)
    seen = dossier.address_statuses
    return tuple(
        _with_seen(view, seen.get((platform.slug, view.address), NOTHING_SEEN), today) for view in found.values()
    )


def list_channels(work: CaseWork, platform: Platform, kinds: Iterable[ChannelKind]) -> Iterator[ChannelView]:
    """A platform's channels of these kinds that are open where the person lives; those made for there come first."""
    today, territory = work.ports.config.day_at(work.now), find_territory(work.case.country)
    usable = platform.channels_for(*kinds)
    near = [channel for channel in usable if channel.is_open_to(work.case.country, territory)]
    for channel in sorted(near, key=lambda channel: not channel.countries):
        if channel.medium in _MEDIA:
            yield _channel_view(channel, platform, today)


def require_address_check(dossier: Dossier, channel: SendingChannel) -> None:
    """Raises Unchecked where nobody has looked at an address of this medium within its shelf life."""
    used = [view for view in channel_views(dossier) if view.via is channel]
    if used and all(view.is_stale for view in used):
        raise Unchecked(UNCHECKED)


def _with_seen(view: ChannelView, seen: AddressStatus, today: date) -> ChannelView:
    """With what staff saw: an address that worked was checked that day; one that did not is told so."""
    checked_on = last_checked(view.checked_on, seen)
    told = [view.warning] if view.warning else []
    if seen.trouble and seen.trouble_on:
        told.append(f"{_TROUBLES[seen.trouble]} {format_day(seen.trouble_on)}.")
    return replace(
        view,
        checked_on=checked_on,
        is_stale=bool(seen.trouble) or is_stale(today, checked_on, directory.PLATFORM_DAYS),
        warning=" ".join(told) or None,
    )


class Read(StrEnum):
    """What the recipient of a letter reads about the person, besides the links and the signature."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    WORDS = "words"
    CHILD = "child"  # that it shows somebody under 18


_READ: Mapping[Read, str] = {
    Read.NAME: "your name",
    Read.EMAIL: "your e-mail address",
    Read.PHONE: "your phone number",
    Read.ADDRESS: "your postal address",
    Read.WORDS: "your own words",
}


def list_read(dossier: Dossier) -> tuple[Read, ...]:
    """What the letter tells of the person, as far as it is there."""
    view, disclosed = dossier.content.view, disclose(dossier.content, list_cited(dossier.citations))
    told = {
        Read.NAME: view.name,
        Read.EMAIL: disclosed.email,
        Read.PHONE: disclosed.phone,
        Read.ADDRESS: disclosed.postal_address,
        Read.WORDS: view.explanation,
        Read.CHILD: dossier.report.path is Path.CHILD,
    }
    return tuple(each for each, value in told.items() if value)


def list_warnings(dossier: Dossier) -> Iterator[str]:
    """What the recipient will learn, and whether the one who posted it could be told. Unknown is not said."""
    name, platform, citations = dossier.name, dossier.platform, dossier.citations
    view = dossier.content.view
    shown = [_READ[each] for each in list_read(dossier) if each in _READ]
    yield f"{name} will read {', '.join([*shown, 'the links', 'and the signature'])}."
    if dossier.content.organisation and not dossier.content.reply_email:
        yield NO_ANSWERS
    if platform and platform.flags.name_passed_on:
        yield f"{name} may pass your name on to the person who posted it."
    if platform and platform.flags.publishes_notices:
        yield f"{name} may put notices in a public archive."
    yield from (_describe_release(citation, view.release_to_poster) for citation in citations if passes_on(citation))
    if dossier.request.kind is RequestKind.COPYRIGHT:
        yield from COPYRIGHT_READERS


def _describe_release(citation: Citation, is_released: bool) -> str:
    law = citation.regime.name
    if is_released:
        return f"{law}: the notice can be shown to the person who posted it. You allowed that your name goes with it."
    asks = "The letter asks them to keep your name to themselves."
    return f"{law}: the notice can be shown to the person who posted it. {asks}"


def _channel_view(channel: directory.ContactChannel, platform: Platform, today: date) -> ChannelView:
    warnings = [FROM_MEMORY] if channel.confidence is Confidence.MEMORY else []
    if channel.medium is Medium.FORM and platform.flags.account_needed:
        warnings.append(NEEDS_ACCOUNT)
    return ChannelView(
        kind=channel.kind,
        label=LABELS[channel.kind],
        via=_MEDIA[channel.medium],
        address=channel.address,
        checked_on=channel.checked_on,
        is_stale=is_stale(today, channel.checked_on, directory.PLATFORM_DAYS),
        warning=" ".join(warnings) or None,
    )


def _doubt(view: ChannelView, platform: Platform, dossier: Dossier) -> ChannelView:
    """A form that a law asks for, at a service of a kind which that law leaves out: with the doubt."""
    left_out = (
        regime.reach.own_form == view.kind.partition("_")[0] and platform.category in regime.reach.not_categories
        for regime in dossier.work.ports.registry.regimes.values()
    )
    if not any(left_out):
        return view
    return replace(view, warning=" ".join(filter(None, [_BORROWED_FORM, view.warning])))


def _list_post(platform: Platform, today: date) -> Iterator[ChannelView]:
    for address in platform.postal_addresses:
        if address.role is AddressRole.COMPANY:
            yield ChannelView(
                kind="post",
                label="By post",
                via=SendingChannel.POST,
                address="\n".join((platform.legal_entity or platform.name, *address.lines)),
                checked_on=None,
                is_stale=is_stale(today, None, directory.PLATFORM_DAYS),
                warning=None,
            )
