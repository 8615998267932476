"""What people change of their own accounts: recorded wherever they are members, like what operators change of them."""

from django.contrib.auth.models import User

from offers.access.changes import Author, Source, Subject, record
from offers.access.permissions import actor_key, label_for_user
from offers.models import Membership, Sandbox, Session


def hold(user_id: int) -> User | None:
    """The account, if it is open, locked for the caller's transaction: of two who use one link the second finds it used.

    Its sandboxes come first, as for all who change access: so nobody else takes the change for theirs (offers/admin_changes.py).
    """
    belongs = Membership.objects.filter(user=user_id).values("sandbox")
    list(Sandbox.objects.select_for_update(no_key=True).filter(pk__in=belongs).order_by("pk"))
    return User.objects.select_for_update().filter(pk=user_id, is_active=True).first()


def record_own(user: User, what: str, by: Author | None = None) -> None:
    """Record one change of the account, by themselves unless it says by whom. No password, link or address is recorded."""
    about = Subject(actor_key(user.pk, "", ""), label_for_user(user))
    belongs = Membership.objects.filter(user=user).order_by("sandbox").values_list("sandbox", flat=True)
    record(by or Author(user.pk, about.label, Source.OWN), belongs, what, about, {}, {})


def end_sessions(user: User, *, but: str | None = None) -> None:
    """Sign the person out everywhere, but in the session with this key."""
    Session.objects.filter(user=user).exclude(session_key=but or "").delete()
