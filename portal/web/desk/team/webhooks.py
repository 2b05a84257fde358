"""Addresses of other systems that hear of events: kept by administrators, and by supervisors for their own teams."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.domain.rights import Right
from portal.domain.webhooks import WebhookEvent
from portal.services.partners import keys
from portal.services.webhooks import deliveries, endpoints
from portal.services.webhooks.endpoints import EndpointRefused, EndpointView, Hears
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.pages import Answered, go, teams_kept_by
from portal.web.desk.pages import show as show_page
from portal.web.desk.step_up import confirmed
from portal.web.desk.team.words import list_kept_teams, show_entry
from portal.web.fields import ChoiceField, PageForm, TextField
from portal.web.forms.typed_fields import CheckboxesField
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_webhooks", __name__, "/desk/webhooks")
LONGEST_ADDRESS = 500
EVENTS = {
    WebhookEvent.REQUEST_ANSWERED: _l("An answer was written down"),
    WebhookEvent.ANSWER_WAITING: _l("An answer came in and waits to be read"),
    WebhookEvent.REQUEST_SENT: _l("A request left"),
    WebhookEvent.LETTER_SENT: _l("A later letter left"),
    WebhookEvent.REQUEST_RECEIVED: _l("A request arrived, by proof"),
    WebhookEvent.REQUEST_CLOSED: _l("A request was closed"),
    WebhookEvent.DEADLINE_LEVEL: _l("A deadline comes near, or was passed a while ago"),
    WebhookEvent.CLOCK_MISSED: _l("A deadline was missed"),
    WebhookEvent.LINK_REMOVED: _l("A link is gone"),
    WebhookEvent.LINK_BACK: _l("A link is back"),
    WebhookEvent.COMPLAINT_LODGED: _l("A complaint was lodged"),
    WebhookEvent.COMPLAINT_ANSWERED: _l("A complaint was answered"),
    WebhookEvent.CASE_OPENED: _l("A case was opened"),
    WebhookEvent.CASE_CLOSED: _l("A case was closed"),
    WebhookEvent.CASE_REOPENED: _l("A case was opened again"),
    WebhookEvent.CASE_TAKEN_BACK: _l("The team has a case no longer"),
    WebhookEvent.CASE_CORRECTED: _l("An entry was corrected: read the case again"),
}


class EndpointForm(PageForm):
    address = TextField(
        _l("Address"),
        [DataRequired(_l("Write the address, with https:// in front."))],
        longest=LONGEST_ADDRESS,
        description=_l("With https:// in front. It gets references, kinds of events and times: no name, no link."),
    )
    cases = ChoiceField(_l("Of which cases?"), required=_l("Choose of which cases it hears."))
    events = CheckboxesField(_l("Of which events?"), [DataRequired(_l("Choose at least one event."))])

    def __init__(self, cases: Sequence[tuple[str, str]]) -> None:
        super().__init__(data={"cases": cases[0][0] if len(cases) == 1 else ""})
        self.cases.offer(cases)
        self.events.choices = [(event.value, words) for event, words in EVENTS.items()]

    def read_hears(self) -> Hears:
        kind, _colon, chosen = str(self.cases.data).partition(":")
        return Hears(
            partner_key_id=UUID(chosen) if kind == "key" else None, team_id=UUID(chosen) if kind == "team" else None
        )


@bp.get("")
@allowed(Right.KEEP_PARTNER_KEYS)
def show(member: SignedInStaff) -> Answered:
    found = endpoints.list_endpoints(unit().work(member.actor), team_ids=teams_kept_by(member))
    told = deliveries.count_by_state(unit().db)
    return show_page("desk/team/webhooks.html", member, found=found, told=told, words=_words())


@bp.route("/new", methods=["GET", "POST"])
@allowed(Right.KEEP_PARTNER_KEYS)
@confirmed
def make(member: SignedInStaff) -> Answered:
    """Answers with the secret itself, because there is no other moment at which it can be seen."""
    form = EndpointForm(_list_cases(member))
    if form.validate_on_submit():
        events = set(map(WebhookEvent, form.events.data or ()))
        with refusals(form, EndpointRefused):
            work, ours = unit().work(member.actor), teams_kept_by(member)
            url = form.address.data or ""
            _id, secret = endpoints.add_endpoint(work, url, events, form.read_hears(), team_ids=ours)
            return show_page("desk/team/webhook_made.html", member, secret=secret)
    return show_entry(
        member,
        form,
        title=_("A new address that hears of events"),
        button_label=_("Keep the address"),
        back_to=url_for("desk_webhooks.show"),
        back_words=_("Back to the addresses"),
    )


@bp.get("/<uuid:endpoint_id>")
@allowed(Right.KEEP_PARTNER_KEYS)
def show_one(member: SignedInStaff, endpoint_id: UUID) -> Answered:
    found = _find(member, endpoint_id)
    if found is None:
        return _refuse()
    told = deliveries.list_last(unit().db, endpoint_id)
    return show_page("desk/team/webhook.html", member, endpoint=found, told=told, words=_words())


@bp.post("/<uuid:endpoint_id>/end")
@allowed(Right.KEEP_PARTNER_KEYS)
def end(member: SignedInStaff, endpoint_id: UUID) -> Answered:
    form = PageForm(formdata=None)
    with refusals(form, EndpointRefused):
        endpoints.end_endpoint(unit().work(member.actor), endpoint_id, team_ids=teams_kept_by(member))
        flash(_("Ended. Nothing is told there any more."))
    return go("desk_webhooks.show")


@bp.post("/<uuid:endpoint_id>/again/<uuid:delivery_id>")
@allowed(Right.KEEP_PARTNER_KEYS)
def send_again(member: SignedInStaff, endpoint_id: UUID, delivery_id: UUID) -> Answered:
    work = unit().work(member.actor)
    if _find(member, endpoint_id) is None:
        return _refuse()
    if deliveries.replay(work, delivery_id=delivery_id, endpoint_id=endpoint_id):
        flash(_("It will be sent again within a minute."))
    return go("desk_webhooks.show_one", endpoint_id=endpoint_id)


def _find(member: SignedInStaff, endpoint_id: UUID) -> EndpointView | None:
    """One that the member keeps."""
    found = endpoints.list_endpoints(unit().work(member.actor), team_ids=teams_kept_by(member))
    return next((each for each in found if each.id == endpoint_id), None)


def _refuse() -> Answered:
    flash(_("This address is not one of yours."))
    return go("desk_webhooks.show")


def _list_cases(member: SignedInStaff) -> list[tuple[str, str]]:
    ours, work = teams_kept_by(member), unit().work(member.actor)
    every = [("all:", _("All cases that teams have"))] if ours is None else []
    teams = [(f"team:{each.id}", _("The cases of %(team)s", team=each.name)) for each in list_kept_teams(member)]
    partners = [
        (f"key:{each.id}", _("The cases that %(partner)s opened for %(team)s", partner=each.name, team=each.team))
        for each in keys.list_keys(work, team_ids=ours)
        if not each.is_over(work.now)
    ]
    return [*every, *teams, *partners]


def _words() -> dict[str, object]:
    return {event.value: words for event, words in EVENTS.items()}
