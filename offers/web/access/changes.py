"""Changes of who may do what, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from offers.access.changes import What
from offers.access.people import Known, known, readable
from offers.access.permissions import Role
from offers.models import AccessChange, Sandbox
from offers.web.frame.times import exact_text

TITLES: Mapping[str, str] = {
    What.MEMBER_ADDED: gettext_noop("Member added: {name}"),
    What.MEMBER_CHANGED: gettext_noop("Member changed: {name}"),
    What.MEMBER_REMOVED: gettext_noop("Member removed: {name}"),
    What.POLICY_CHANGED: gettext_noop("Review policy changed"),
    What.SECRET_MADE: gettext_noop("New secret: {name}"),
    What.SECRET_ENDED: gettext_noop("Old secret ended: {name}"),
    What.CLIENT_OFF: gettext_noop("Client switched off: {name}"),
    What.CLIENT_ON: gettext_noop("Client switched on: {name}"),
    What.OWNER_CHANGED: gettext_noop("Another owner of a client: {name}"),
    What.ACCOUNT_CLOSED: gettext_noop("Account closed: {name}"),
    What.ACCOUNT_OPENED: gettext_noop("Account opened again: {name}"),
    What.PASSWORD_SET: gettext_noop("Password set by an operator: {name}"),
    What.PASSWORD_CHANGED: gettext_noop("Password changed: {name}"),
    What.PASSWORD_RESET: gettext_noop("Password set anew by a link: {name}"),
    What.PASSWORD_LINK: gettext_noop("Link for a new password made by an operator: {name}"),
    What.EMAIL_CHANGED: gettext_noop("Email address changed: {name}"),
    What.OPERATOR_CHANGED: gettext_noop("Operator: {name}"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What was so and what is; "" where there was or is nothing."""

    label: str
    old: str
    new: str

    @property
    def action(self) -> str:
        return "added" if not self.old else "removed" if not self.new else "changed"


@dataclass(frozen=True, slots=True)
class Line:
    """A change, its title and rows; `short` is what is so now. `aside` tells namesakes apart: user name, client id."""

    change: AccessChange
    title: str
    aside: str
    rows: list[Row]

    @property
    def short(self) -> str:
        if self.change.what == What.MEMBER_ADDED and self.rows:
            name = readable(self.change.subject_label)
            return _("{name} added as {role}").format(name=name, role=self.rows[0].new)
        return " · ".join([self.title, *(row.new or row.old for row in self.rows)])


def lines(changes: Sequence[AccessChange]) -> list[Line]:
    owners = {str(side.get("owner", "")) for change in changes for side in (change.before, change.after)}
    sandbox_id = changes[0].sandbox_id if changes else 0
    accounts = known({*owners, *(change.subject_key for change in changes)} - {""}, sandbox_id)
    return [
        Line(
            change,
            _(TITLES[change.what]).format(name=readable(change.subject_label)),
            accounts[change.subject_key].aside if change.subject_key in accounts else "",
            [_row(name, change, accounts) for name in FACTS if _is_said(name, change)],
        )
        for change in changes
    ]


def _is_said(name: str, change: AccessChange) -> bool:
    # That a new member may not bypass review goes without saying.
    usual = name == "may_bypass" and not change.before.get(name) and not change.after.get(name)
    return (name in change.before or name in change.after) and not usual


def _row(name: str, change: AccessChange, accounts: Mapping[str, Known]) -> Row:
    label, text = FACTS[name]
    sides = [{**side} for side in (change.before, change.after)]
    for side in sides:
        # Whose a client is, is recorded by key: a name in what the log has signed could never be erased.
        if side.get("owner") in accounts:
            side["owner"] = accounts[side["owner"]].name
    old, new = (text(side[name]) if name in side else "" for side in sides)
    return Row(_(label), old, new)


def _role(value: str) -> str:
    return str(Role(value).label)


def _yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _policy(value: str) -> str:
    return str(Sandbox.ReviewPolicy(value).label)


def _name(value: str) -> str:
    return value or _("nobody")


def _operator(value: str) -> str:
    return _("everything") if value == "everything" else _("what was given")


def _good_until(value: str | None) -> str:
    if value is None:
        return _("ended at once")
    return _("good until {time}").format(time=exact_text(datetime.fromisoformat(value)))


FACTS: Mapping[str, tuple[str, Callable[..., str]]] = {
    "role": (gettext_noop("Role"), _role),
    "may_bypass": (gettext_noop("Publishes without review"), _yes_or_no),
    "review_policy": (gettext_noop("Review policy"), _policy),
    "owner": (gettext_noop("Owner"), _name),
    "operator": (gettext_noop("May do in Django's admin"), _operator),
    "old_secret_until": (gettext_noop("Old secret"), _good_until),
}
