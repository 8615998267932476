"""A person's name that is taken out of a sandbox's history and of what stands beside it; and of the account, where nobody needs it.

The key of an account stays (`user-7`): so what one and the same person did is still one person's. In bounded steps: each is a
transaction of its own, and what is still to be done is found by what still has a name.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from offers.access.members import Refused
from offers.access.people import known
from offers.access.permissions import NAME, PERSON, account_of
from offers.document.erased import holds, mark, number_of
from offers.erasure import texts as steps
from offers.erasure.answers import answers_saying
from offers.ledger import erasing
from offers.log import audit
from offers.log.found import counting
from offers.models import (
    AccessChange,
    AccountMail,
    BulkRun,
    ChangeRequest,
    Erasure,
    ErasureStep,
    IdempotencyKey,
    Keeping,
    LogEntry,
    LogHead,
    Membership,
    Notice,
    PersonalSettings,
    Presence,
    RequestComment,
    RequestEvent,
    Revision,
    Sandbox,
    Session,
)

# Revisions, and steps of each kind, of one transaction.
AT_ONCE = 1_000
# Members of what a step of a request is about (review/records.py) that say who somebody is.
_NAME_SOMEBODY = frozenset({"approvedBy", "whose", "by"})
_NAMED = ~Q(erased__has_key="label") | Q(erased=None)


def check(sandbox: Sandbox, key: str) -> None:
    """Refuse whose names cannot be erased: a program's, and those of who still works here. Raises Refused."""
    account = account_of(key)
    # "user-" or "user-x" would be all who have no account.
    if (account is None and not key.startswith(NAME)) or not _names(sandbox, key):
        raise Refused(_("Nobody of this name did anything here."), "person")
    if account is not None and Membership.objects.filter(sandbox=sandbox, user=account).exists():
        raise Refused(_("Who still works here goes on to be named. Remove them from the sandbox first."), "person")


def revisions_of(sandbox: Sandbox, key: str) -> QuerySet[Revision]:
    """The changes that still have the name."""
    by = {"actor_id": account_of(key)} if key.startswith(PERSON) else {"actor_id": None, "actor_label": _label(key)}
    return Revision.objects.filter(_NAMED, sandbox=sandbox, client_id="", **by)


def kept_items(sandbox: Sandbox, key: str) -> list[int]:
    """The items among those that are kept for a time, or held, in whose history the name stands."""
    kept = Keeping.objects.filter(item__sandbox=sandbox).values("item")
    return list(revisions_of(sandbox, key).filter(item__in=kept).values_list("item", flat=True).distinct())


def account_in(key: str) -> User | None:
    """The account that goes with the name: who works nowhere here, and neither runs nor administers this installation."""
    user = User.objects.filter(pk=account_of(key) or 0, is_staff=False, is_superuser=False).first()
    return None if user is None or Membership.objects.filter(user=user).exists() else user


@dataclass(frozen=True, slots=True)
class Touched:
    """What an erasure of these names touches, in numbers; `account` is the one that is closed, "" if none is."""

    names: list[str]
    versions: int
    steps: int
    account: str


def touched(sandbox: Sandbox, key: str) -> Touched:
    """What would go."""
    names = _names(sandbox, key)
    account = account_in(key)
    steps_found = sum(len(rows) for rows in _steps(sandbox, key, names, ""))
    return Touched(names, revisions_of(sandbox, key).count(), steps_found, account.get_username() if account else "")


def carry_on(erasure: Erasure, step: ErasureStep) -> int:
    """Take the name out of up to AT_ONCE changes and steps of each kind, in the transaction that stored the step; how many texts
    went. 0 is the end: then what stands beside history has been done, too.
    """
    # What is applied says who agreed to it: before this, and is found here, or after, and then says so without the name.
    under_way = ChangeRequest.objects.filter(sandbox=erasure.sandbox_id, state__in=ChangeRequest.UNDER_WAY)
    list(under_way.filter(events__actor_key=erasure.subject_key).select_for_update(of=("self",)).values_list("key"))
    # The log's next entries are made of what is there after this.
    LogHead.objects.select_for_update().filter(sandbox=erasure.sandbox_id).first()
    key, number = erasure.subject_key, erasure.key
    names = _names(erasure.sandbox, key)
    count = _of_revisions(erasure, step)
    for rows in _steps(erasure.sandbox, key, names, mark(number)):
        count += steps.erase(step, rows[:AT_ONCE])
    if not count:
        return 0
    _beside(erasure.sandbox, key, names, mark(number))
    if (user := account_in(key)) is not None:
        _close(user, mark(number))
    return count


def key_after(erasure: Erasure) -> str:
    """The key that they have once their names are gone: of who has no account it was made of the name."""
    return erasure.subject_key if erasure.subject_key.startswith(PERSON) else f"{NAME}{mark(erasure.key)}"


def _of_revisions(erasure: Erasure, step: ErasureStep) -> int:
    number, key = erasure.key, erasure.subject_key
    made = list(revisions_of(erasure.sandbox, key).order_by("key")[:AT_ONCE])
    gone = [one for revision in made for one in erasing.of_revision(revision, {"label": mark(number)})]
    count = erasing.let_go(step, "revision", [erasing.revision_row(one) for one in made], gone)
    now = key_after(erasure)
    erasing.rename_authors(made, number, now)
    if now != key:
        keys = [one.key for one in made]
        with counting.counted_anew(erasure.sandbox_id, keys):
            erasing.rename_entries(erasure.sandbox_id, keys, now)
    return count


def _steps(
    sandbox: Sandbox, key: str, names: list[str], instead: str
) -> Iterator[list[tuple[steps.Step, dict[str, Any]]]]:
    """The steps that still have the name, and what stands in them then; kind by kind."""
    account = account_of(key)
    if account is not None:
        own = AccessChange.objects.filter(_NAMED, sandbox=sandbox, actor_id=account)
        about = AccessChange.objects.filter(
            ~Q(erased__has_key="subject_label") | Q(erased=None), sandbox=sandbox, subject_key=key
        )
        for found, name in ((own, "label"), (about, "subject_label")):
            yield [(one, {name: instead}) for one in found]
    requests = RequestEvent.objects.filter(request__sandbox=sandbox)
    yield [(one, {"label": instead}) for one in requests.filter(_NAMED, actor_key=key)]
    told = [(one, _unnamed(one.about, names, instead)) for one in requests.exclude(about={}) if holds(one.about, names)]
    yield [(one, {"about": about}) for one, about in told if about != one.about]
    yield [(one, {"label": instead}) for one in ErasureStep.objects.filter(_NAMED, sandbox=sandbox, actor_key=key)]


def _unnamed(about: Any, names: Collection[str], instead: str, of: str = "") -> Any:
    """What a step is about, with `instead` where it names them; what is asked for in it is not theirs, whatever that says."""
    if isinstance(about, list):
        return [_unnamed(one, names, instead, of) for one in about]
    if isinstance(about, dict):
        return {name: one if name == "patch" else _unnamed(one, names, instead, name) for name, one in about.items()}
    return instead if of in _NAME_SOMEBODY and about in names else about


def _beside(sandbox: Sandbox, key: str, names: list[str], instead: str) -> None:
    """Where the name was copied to beside history."""
    requests = ChangeRequest.objects.filter(sandbox=sandbox)
    requests.filter(actor_key=key).update(actor_label=instead)
    requests.filter(owner_key=key).update(owner_label=instead)
    comments = RequestComment.objects.filter(request__sandbox=sandbox)
    comments.filter(actor_key=key).update(actor_label=instead)
    comments.filter(resolved_by__in=names).update(resolved_by=instead)
    Notice.objects.filter(sandbox=sandbox, actor_label__in=names).update(actor_label=instead)
    IdempotencyKey.objects.filter(pk__in=answers_saying(sandbox.pk, names)).delete()
    if (account := account_of(key)) is not None:
        BulkRun.objects.filter(sandbox=sandbox, author_id=account).update(author_label=instead)
        BulkRun.objects.filter(sandbox=sandbox, runner_id=account).update(runner_label=instead)
        Presence.objects.filter(item__sandbox=sandbox, user=account).delete()


def _close(user: User, instead: str) -> None:
    """Nobody signs in by this account again, and it says of nobody who that was."""
    called = (
        Q(named__iexact=user.username) | Q(named__iexact=user.email) if user.email else Q(named__iexact=user.username)
    )
    AccountMail.objects.filter(Q(user=user) | called).delete()
    PersonalSettings.objects.filter(user=user).update(new_email="", new_email_at=None)
    # A session keeps by which name somebody signed in.
    Session.objects.filter(user_id=user.pk).delete()
    user.username, user.first_name, user.last_name, user.email = instead, "", "", ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.filter(user=user).delete()
    AdminEntry.objects.filter(content_type__model="user", object_id=str(user.pk)).update(
        object_repr=instead, change_message=""
    )


def _names(sandbox: Sandbox, key: str) -> list[str]:
    """What the one with this key was called here."""
    if key.startswith(NAME):
        return [_label(key)] if revisions_of(sandbox, key).exists() else []
    account = account_of(key)
    found = {
        *Revision.objects.filter(sandbox=sandbox, actor_id=account, client_id="")
        .values_list("actor_label", flat=True)
        .distinct(),
        *RequestEvent.objects.filter(request__sandbox=sandbox, actor_key=key)
        .values_list("actor_label", flat=True)
        .distinct(),
        *AccessChange.objects.filter(sandbox=sandbox, actor_id=account)
        .values_list("actor_label", flat=True)
        .distinct(),
        *AccessChange.objects.filter(sandbox=sandbox, subject_key=key)
        .values_list("subject_label", flat=True)
        .distinct(),
        *ErasureStep.objects.filter(sandbox=sandbox, actor_key=key).values_list("actor_label", flat=True).distinct(),
    }
    return sorted(name for name in found if name and number_of(name) is None)


def _label(key: str) -> str:
    return key.removeprefix(NAME)


def gone(sandbox: Sandbox) -> dict[str, str]:
    """Who is named here and does not work here any more, by key: the name that the account has, else one that still stands here."""
    members = set(Membership.objects.filter(sandbox=sandbox, user__isnull=False).values_list("user_id", flat=True))
    given = AccessChange.objects.filter(sandbox=sandbox, subject_key__startswith=PERSON)
    named = {*audit.people(sandbox.pk), *given.values_list("subject_key", flat=True).distinct()}
    keys = [key for key in named if key.startswith((PERSON, NAME)) and account_of(key) not in members]
    accounts = known(keys, sandbox.pk)
    names = {key: _called(sandbox, key, accounts[key].name if key in accounts else "") for key in keys}
    return {key: name for key, name in names.items() if name}


def _called(sandbox: Sandbox, key: str, name: str) -> str:
    """`name`; where there is none, or it was erased with the account, one that still stands here, else ""."""
    if key.startswith(NAME):
        # Of who has no account only what stands at changes can be erased (`check`); the log finds them by the key.
        made = LogEntry.objects.filter(sandbox=sandbox, actor_key=key, event=LogEntry.Event.REVISION)
        name = _label(key) if made.exists() else ""
    elif not name or number_of(name) is not None:
        name = next(iter(_names(sandbox, key)), "")
    return name if number_of(name) is None else ""
