"""How a team works together: a supervisor chooses which steps a second member looks at first."""

from __future__ import annotations

from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional, Regexp

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import StepRefused
from portal.domain.rights import Right
from portal.services.staff import team_rules
from portal.services.staff.accounts import AccountRefused
from portal.services.staff.team_rules import TeamRules
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.pages import Answered, go
from portal.web.desk.step_up import confirmed
from portal.web.desk.team.words import show_entry
from portal.web.desk.wording import choices_of
from portal.web.fields import PageForm, TextField
from portal.web.forms.typed_fields import CheckboxesField
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_rules", __name__, "/desk/team/<uuid:team_id>/rules")


NUMBER = Regexp(r"[0-9]{1,4}\Z", message=_l("Write a whole number, like 30."))


class RulesForm(PageForm):
    approvals = CheckboxesField(
        _l("What does a second member look at before it is done?"),
        description=_l("Nothing ticked: nobody waits. Whoever asks never agrees to it themselves."),
    )

    case_cap = TextField(
        _l("Warn when one member carries more open cases than"),
        [Optional(), NUMBER],
        description=_l("Empty: no warning. Nobody is kept from taking a case."),
    )
    hard_cap = TextField(
        _l("Warn when more of them are about a child, a threat or a suicide risk than"), [Optional(), NUMBER]
    )

    no_answer_link = CheckboxesField(
        _l("Answers over a link in the letters"),
        description=_l("With it a platform answers on a page, without an account. Nothing counts before you read it."),
    )

    def __init__(self, rules: TeamRules) -> None:
        chosen = [each.value for each in rules.approvals]
        super().__init__(
            data={
                "approvals": chosen,
                "case_cap": _text(rules.case_cap),
                "hard_cap": _text(rules.hard_cap),
                "no_answer_link": ["off"] if rules.no_answer_link else [],
            }
        )
        self.approvals.choices = choices_of(Approvable)
        self.no_answer_link.choices = [("off", _l("Leave the link out of this team’s letters"))]


def _text(most: int | None) -> str:
    return "" if most is None else str(most)


def _number(text: str | None) -> int | None:
    return int(text) if text else None


@bp.route("", methods=["GET", "POST"])
@allowed(Right.LEAD_TEAM)
@confirmed
def change(member: SignedInStaff, team_id: UUID) -> Answered:
    try:
        rules = team_rules.read_rules(unit().db, team_id, member.team_keys)
    except AccountRefused as refused:
        raise StepRefused(str(refused)) from refused
    form = RulesForm(rules)
    if form.is_submitted() and form.validate():
        with refusals(form, AccountRefused):
            chosen = [Approvable(each) for each in form.approvals.data or ()]
            team_rules.set_rules(
                unit().db,
                team_id,
                chosen,
                member.team_keys,
                caps=(_number(form.case_cap.data), _number(form.hard_cap.data)),
                no_answer_link=bool(form.no_answer_link.data),
                by=member.staff.id,
                now=unit().now,
            )
            return go("desk_team.show")
    return show_entry(
        member,
        form,
        title=_("Working together"),
        above=rules.team,
        back_to=url_for("desk_team.show"),
        back_words=_("Back to the team"),
        button_label=_("Save"),
    )
