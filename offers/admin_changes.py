"""Django's admin stores by itself: what its requests change of who may do what is found by comparing before and after, and recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from offers.access.asking import asking
from offers.access.changes import THE_SANDBOX, Author, Facts, Reason, Source, Subject, What, record
from offers.access.members import subject_of
from offers.access.permissions import label_for_user
from offers.models import Membership, Sandbox


class Standing(NamedTuple):
    """How somebody, or the policy, stands in a sandbox. A client's `secret` is a hash, to be compared and not recorded."""

    about: Subject
    facts: dict[str, Any]
    secret: str = ""


# By the sandbox, and the key of whom it is about.
Standings = dict[tuple[int, str], Standing]


class Recorded:
    """For pages of the admin that can change access: whatever a request changes of it is recorded with it."""

    def changeform_view(self, request: HttpRequest, *more: Any, **named: Any) -> HttpResponse:
        with _recorded(request):
            return super().changeform_view(request, *more, **named)  # type: ignore[misc,no-any-return]  # ModelAdmin's

    def delete_view(self, request: HttpRequest, *more: Any, **named: Any) -> HttpResponse:
        with _recorded(request):
            return super().delete_view(request, *more, **named)  # type: ignore[misc,no-any-return]  # the same

    def changelist_view(self, request: HttpRequest, *more: Any, **named: Any) -> HttpResponse:
        with _recorded(request):
            return super().changelist_view(request, *more, **named)  # type: ignore[misc,no-any-return]  # the same


@contextmanager
def _recorded(request: HttpRequest) -> Iterator[None]:
    if request.method != "POST":
        yield
        return
    with transaction.atomic():
        # Nobody else changes access meanwhile (access/members.py locks these, too): so every difference is this request's.
        list(Sandbox.objects.select_for_update(no_key=True).order_by("pk"))
        before = _standings()
        yield
        _record(request.user, Reason(request_id=asking(request).request_id), before, _standings())


def _standings() -> Standings:
    found = {
        (sandbox.pk, ""): Standing(THE_SANDBOX, {"review_policy": sandbox.review_policy})
        for sandbox in Sandbox.objects.all()
    }
    for member in Membership.objects.select_related("user", "client"):
        about = subject_of(member)
        facts = {"role": member.role, "may_bypass": member.may_bypass}
        secret = member.client.secret if member.client else ""
        found[member.sandbox_id, about.key] = Standing(about, facts, secret)
    return found


def _record(user: User | AnonymousUser, reason: Reason, before: Standings, after: Standings) -> None:
    author = Author(user.pk, label_for_user(user), Source.OPERATOR)
    for place in sorted({*before, *after}):
        old, new = before.get(place), after.get(place)
        about = (new or old or Standing(THE_SANDBOX, {})).about
        facts = _changed(old, new), _changed(new, old)
        if any(facts):
            record(author, [place[0]], _what(about, old, new), about, *facts, reason)
        if old and new and old.secret != new.secret:
            record(author, [place[0]], What.SECRET_MADE, about, {}, {"old_secret_until": None}, reason)


def _what(about: Subject, old: Standing | None, new: Standing | None) -> str:
    if about == THE_SANDBOX:
        return What.POLICY_CHANGED
    return What.MEMBER_ADDED if old is None else What.MEMBER_REMOVED if new is None else What.MEMBER_CHANGED


def _changed(one: Standing | None, other: Standing | None) -> Facts:
    """What one says that the other does not."""
    others = other.facts if other else {}
    return {name: value for name, value in (one.facts if one else {}).items() if others.get(name) != value}
