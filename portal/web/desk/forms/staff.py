"""Forms of staff: inviting, another role, and a password of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, RadioField, StringField
from wtforms.validators import EqualTo, InputRequired

from portal.domain.lifecycle import Role, Scope
from portal.domain.rights import ACCOUNT_ROLES, SCOPES, first_scope
from portal.services.staff.invitations import Invitee
from portal.services.staff.lists import StaffRow, TeamName
from portal.web.desk.wording import describe_word
from portal.web.fields import PageForm, TextField

NO_TEAM = "none"


class RoleForm(PageForm):
    role = RadioField(_l("Role"), [InputRequired(_l("Choose a role."))])

    def __init__(self) -> None:
        super().__init__()
        self.role.choices = [
            (_join(role, scope), _tell(role, scope)) for role in ACCOUNT_ROLES for scope in SCOPES[role]
        ]

    def begin_with(self, role: Role, scope: Scope) -> None:
        if not self.is_submitted():
            self.role.data = _join(role, scope)

    @property
    def chosen_role(self) -> Role:
        return Role(self.role.data.split(":")[0])

    @property
    def chosen_scope(self) -> Scope:
        return Scope(self.role.data.split(":")[1])


class InviteForm(RoleForm):
    name = TextField(
        _l("Name"),
        [InputRequired(_l("Write the name."))],
        description=_l("As colleagues and the people they help see it"),
    )
    login = TextField(_l("Sign-in name"), [InputRequired(_l("Write a sign-in name."))])
    team = RadioField(_l("Team"), [InputRequired(_l("Choose a team, or none."))])

    def offer(self, teams: Sequence[TeamName]) -> None:
        self.team.choices = [(str(one.id), one.name) for one in teams]
        self.team.choices += [(NO_TEAM, _("None: an administrator or an auditor"))]

    @property
    def guest(self) -> Invitee:
        return Invitee(
            login=self.login.data.strip().lower(),
            name=self.name.data.strip(),
            role=self.chosen_role,
            scope=self.chosen_scope,
            team_id=None if self.team.data == NO_TEAM else UUID(self.team.data),
        )


class TeamForm(PageForm):
    name = TextField(
        _l("Name of the team"),
        [InputRequired(_l("Write the name."))],
        description=_l("As people who look for help see it"),
    )
    countries = TextField(
        _l("Countries it takes cases from (if not from everywhere)"),
        description=_l("Codes of two letters with commas between, as in NZ, AU"),
    )
    first = RadioField(_l("Its first member"), [InputRequired(_l("Choose a supervisor."))])

    def offer(self, supervisors: Sequence[StaffRow]) -> None:
        self.first.choices = [(one.login, f"{one.name} ({one.login})") for one in supervisors]


class JoinForm(PageForm):
    login = StringField(_l("Sign-in name"), [InputRequired(_l("Enter the sign-in name you were given."))])
    words = PasswordField(_l("The six words you were given"), [InputRequired(_l("Enter the six words."))])
    password = PasswordField(_l("A password of your own"), [InputRequired(_l("Enter a password."))])
    again = PasswordField(
        _l("The same password again"), [EqualTo("password", _l("The two passwords are not the same."))]
    )


def _join(role: Role, scope: Scope) -> str:
    return f"{role}:{scope}"


def _tell(role: Role, scope: Scope) -> str:
    return describe_word(role) if scope is first_scope(role) else f"{describe_word(role)} ({describe_word(scope)})"
