"""Django's admin and its commands store by themselves: what they change of who may do what is found by comparing, and recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from offers.access.asking import asking
from offers.access.changes import NO_REASON, THE_SANDBOX, Author, Facts, Reason, Source, Subject, What, record
from offers.access.members import subject_of
from offers.access.permissions import PERSON, actor_key, label_for_user
from offers.models import Membership, Sandbox


class Standing(NamedTuple):
    """How somebody, or the policy, stands in a sandbox.

    `secret` is a hash, of a client's secret or a person's password: to be compared, and not recorded. Nor is `address`.
    """

    about: Subject
    facts: dict[str, Any]
    secret: str = ""
    is_open: bool = True
    owner: str = ""
    address: str = ""


# By the sandbox, and the key of whom it is about.
Standings = dict[tuple[int, str], Standing]
# Who may sign in to Django's admin, and so let anybody in: by their keys.
Operators = dict[str, tuple[Subject, str]]


class Recorded:
    """For pages of the admin that can change access: whatever a request changes of it is recorded with it."""

    def changeform_view(self, request: HttpRequest, *more: Any, **named: Any) -> HttpResponse:
        with recorded(request):
            return super().changeform_view(request, *more, **named)  # type: ignore[misc,no-any-return]  # ModelAdmin's

    def delete_view(self, request: HttpRequest, *more: Any, **named: Any) -> HttpResponse:
        with recorded(request):
            return super().delete_view(request, *more, **named)  # type: ignore[misc,no-any-return]  # the same

    def changelist_view(self, request: HttpRequest, *more: Any, **named: Any) -> HttpResponse:
        with recorded(request):
            return super().changelist_view(request, *more, **named)  # type: ignore[misc,no-any-return]  # the same


@contextmanager
def recorded(request: HttpRequest) -> Iterator[None]:
    if request.method != "POST":
        yield
        return
    author = Author(request.user.pk, label_for_user(request.user), Source.OPERATOR)
    with transaction.atomic():
        # Nobody else changes access meanwhile (access/members.py locks these, too): so every difference is this request's.
        list(Sandbox.objects.select_for_update(no_key=True).order_by("pk"))
        with differences_recorded(author, Reason(request_id=asking(request).request_id)):
            yield


@contextmanager
def differences_recorded(author: Author, reason: Reason = NO_REASON) -> Iterator[None]:
    """Record what becomes different of access meanwhile as changed by this author. In a transaction of the caller's."""
    before, operators = _standings(), _operators()
    yield
    after = _standings()
    for place in sorted({*before, *after}):
        for what, about, old, new in _differences(before.get(place), after.get(place)):
            record(author, [place[0]], what, about, old, new, reason)
    _record_operators(author, reason, operators, _operators())


def _standings() -> Standings:
    found = {
        (sandbox.pk, ""): Standing(THE_SANDBOX, {"review_policy": sandbox.review_policy})
        for sandbox in Sandbox.objects.all()
    }
    for member in Membership.objects.select_related("user", "client__owner"):
        found[member.sandbox_id, subject_of(member).key] = _standing(member)
    return found


def _standing(member: Membership) -> Standing:
    about, facts = subject_of(member), {"role": member.role, "may_bypass": member.may_bypass}
    if member.user is not None:
        return Standing(about, facts, member.user.password, member.user.is_active, address=member.user.email)
    assert member.client is not None, "a membership is a person's or a client's"
    owner = member.client.owner
    return Standing(about, facts, member.client.secret, owner=actor_key(owner.pk, "", "") if owner else "")


def _operators() -> Operators:
    return {
        key: (Subject(key, label_for_user(user)), "everything" if user.is_superuser else "some")
        for user in User.objects.filter(is_staff=True, is_active=True)
        for key in [actor_key(user.pk, "", "")]
    }


def _differences(old: Standing | None, new: Standing | None) -> Iterator[tuple[str, Subject, Facts, Facts]]:
    """What is to be recorded of one place: what happened, about whom, what was so before and after."""
    about = (new or old or Standing(THE_SANDBOX, {})).about
    facts = _changed(old, new), _changed(new, old)
    if any(facts):
        yield _what(about, old, new), about, *facts
    if old is None or new is None:
        return
    if old.is_open != new.is_open:
        yield What.ACCOUNT_OPENED if new.is_open else What.ACCOUNT_CLOSED, about, {}, {}
    if old.address != new.address:
        yield What.EMAIL_CHANGED, about, {}, {}
    if old.owner != new.owner:
        yield What.OWNER_CHANGED, about, {"owner": old.owner}, {"owner": new.owner}
    if old.secret != new.secret and about.key.startswith(PERSON):
        yield What.PASSWORD_SET, about, {}, {}
    elif old.secret != new.secret:
        yield What.SECRET_MADE, about, {}, {"old_secret_until": None}


def _record_operators(author: Author, reason: Reason, before: Operators, after: Operators) -> None:
    """Whoever may let anybody in, may so in every sandbox."""
    sandboxes = list(Sandbox.objects.order_by("pk").values_list("pk", flat=True))
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        about = (new or old or (THE_SANDBOX, ""))[0]
        was, now = ({"operator": one[1]} if one else {} for one in (old, new))
        if was != now:
            record(author, sandboxes, What.OPERATOR_CHANGED, about, was, now, reason)


def _what(about: Subject, old: Standing | None, new: Standing | None) -> str:
    if about == THE_SANDBOX:
        return What.POLICY_CHANGED
    return What.MEMBER_ADDED if old is None else What.MEMBER_REMOVED if new is None else What.MEMBER_CHANGED


def _changed(one: Standing | None, other: Standing | None) -> Facts:
    """What one says that the other does not."""
    others = other.facts if other else {}
    return {name: value for name, value in (one.facts if one else {}).items() if others.get(name) != value}
