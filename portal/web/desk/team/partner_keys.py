"""Keys for partners' systems: a supervisor or an administrator makes one for a team, sees its use, and revokes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.validators import DataRequired

from portal.domain.partners import PartnerScope
from portal.domain.rights import Right
from portal.services.partners import keys
from portal.services.partners.keys import KeyRefused, NewPartnerKey
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

bp = make_blueprint("desk_partners", __name__, "/desk/partners")
DAYS = (30, 90, 180, 365)
SCOPES = {
    PartnerScope.OPEN: _l("Open a case for a person who said yes"),
    PartnerScope.READ: _l("Read how far the cases are that it opened"),
    PartnerScope.PAPERS: _l("Fetch the letters of these cases"),
    PartnerScope.ANSWERS: _l("Write down what platforms answered in them"),
}


class KeyForm(PageForm):
    team_id = ChoiceField(_l("For which team?"), required=_l("Choose the team."))
    name = TextField(
        _l("Partner"),
        [DataRequired(_l("Write the partner’s name."))],
        longest=keys.LONGEST_NAME,
        description=_l("The organisation. It shows in the history of each case, which the person reads too."),
    )
    scopes = CheckboxesField(_l("What may its system do?"), [DataRequired(_l("Choose what the key is good for."))])
    days = ChoiceField(_l("For how long?"), required=_l("Choose how many days."))

    def __init__(self, teams: Sequence[tuple[str, str]]) -> None:
        super().__init__(data={"team_id": teams[0][0] if len(teams) == 1 else "", "scopes": [PartnerScope.OPEN.value]})
        self.team_id.offer(teams)
        self.scopes.choices = [(scope.value, words) for scope, words in SCOPES.items()]
        self.days.offer([(str(days), ngettext("%(num)d day", "%(num)d days", days)) for days in DAYS])


@bp.get("")
@allowed(Right.KEEP_PARTNER_KEYS)
def show(member: SignedInStaff) -> Answered:
    found = keys.list_keys(unit().work(member.actor), team_ids=teams_kept_by(member))
    return show_page("desk/team/partner_keys.html", member, found=found, scopes=SCOPES)


@bp.route("/new", methods=["GET", "POST"])
@allowed(Right.KEEP_PARTNER_KEYS)
@confirmed
def make(member: SignedInStaff) -> Answered:
    """Answers with the key itself, because there is no other moment at which it can be seen."""
    form = KeyForm([(str(each.id), each.name) for each in list_kept_teams(member)])
    if form.validate_on_submit():
        new = NewPartnerKey(
            team_id=UUID(str(form.team_id.data)),
            name=form.name.data or "",
            scopes=frozenset(map(PartnerScope, form.scopes.data or ())),
            ends_at=unit().now + timedelta(days=int(str(form.days.data))),
        )
        with refusals(form, KeyRefused):
            secret = keys.make_key(unit().work(member.actor), new, team_ids=teams_kept_by(member))
            return show_page("desk/team/partner_key_made.html", member, secret=secret, new=new)
    return show_entry(
        member,
        form,
        title=_("A new key for a partner"),
        button_label=_("Make the key"),
        back_to=url_for("desk_partners.show"),
        back_words=_("Back to the keys"),
    )


@bp.post("/<uuid:key_id>/revoke")
@allowed(Right.KEEP_PARTNER_KEYS)
def revoke(member: SignedInStaff, key_id: UUID) -> Answered:
    form = PageForm(formdata=None)
    with refusals(form, KeyRefused):
        keys.revoke(unit().work(member.actor), key_id, team_ids=teams_kept_by(member))
        flash(_("Revoked. It opens nothing any more."))
    return go("desk_partners.show")
