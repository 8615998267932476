"""What has to be kept: legal holds, and retention classes. Set and lifted by admins, each time with a step in the log."""

from calendar import monthrange
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db.models import ProtectedError, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from offers.access.members import Refused, changing
from offers.access.permissions import Actor
from offers.ledger.erasing import lock
from offers.models import Erasure, ErasureStep, Keeping, LibraryItem, RetentionClass

What = ErasureStep.What
MAX_NAME = 60
MAX_MONTHS = 1_200


def step(
    actor: Actor | None,
    sandbox_id: int,
    what: str,
    *,
    text: str = "",
    about: dict[str, Any] | None = None,
    erasure: Erasure | None = None,
    item_id: int | None = None,
) -> ErasureStep:
    """Write down that this happened; `actor` is None for what nobody did."""
    return ErasureStep.objects.create(
        sandbox_id=sandbox_id,
        what=what,
        text=text,
        about=about or {},
        erasure=erasure,
        item_id=item_id,
        created_at=timezone.now(),
        actor_key=actor.key if actor else "",
        actor_label=actor.label if actor else "",
        actor_id=actor.user_id if actor else None,
        client_id=actor.client_id if actor else "",
    )


def check_reason(reason: str) -> None:
    """Whatever a person does here has a reason. Raises Refused."""
    if not reason:
        raise Refused(_("Say why."), "note")


def set_hold(actor: Actor, item: LibraryItem, reason: str) -> None:
    """Nothing of the item is erased, and it is not deleted, until the hold is lifted. Raises NotAllowed, Refused."""
    with _held(actor, item, reason) as kept:
        if kept.hold_id is not None:
            raise Refused(_("There is a legal hold on it already."))
        kept.hold = step(actor, actor.sandbox.pk, What.HOLD_SET, text=reason, item_id=item.key)
        kept.save()


def lift_hold(actor: Actor, item: LibraryItem, reason: str, hold: int | None) -> None:
    """Lift the hold that this step set, and none that was set since somebody looked. Raises NotAllowed, Refused."""
    with _held(actor, item, reason) as kept:
        if kept.hold_id is None:
            raise Refused(_("There is no legal hold on it."))
        if kept.hold_id != hold:
            raise Refused(_("The legal hold on it is another one than you saw. Look at it first."))
        step(actor, actor.sandbox.pk, What.HOLD_LIFTED, text=reason, item_id=item.key)
        kept.hold = None
        kept.save()


def give_class(actor: Actor, item: LibraryItem, name: str, reason: str) -> None:
    """Keep the item's history as this class says; "" for no longer than anybody asks. Raises NotAllowed, Refused."""
    with _held(actor, item, reason) as kept:
        found = RetentionClass.objects.filter(sandbox=actor.sandbox, name=name).first() if name else None
        if name and found is None:
            raise Refused(_("Choose one of the classes."), "retention")
        was = kept.retention.name if kept.retention else ""
        if was == name:
            return
        kept.retention = found
        kept.save()
        step(actor, actor.sandbox.pk, What.CLASS_GIVEN, text=reason, about={"was": was, "is": name}, item_id=item.key)


@contextmanager
def _held(actor: Actor, item: LibraryItem, reason: str) -> Iterator[Keeping]:
    """What is kept of an item, with the item held: so a hold comes before or after a deletion or an erasure, never beside one."""
    with changing(actor):
        check_reason(reason)
        lock(item.key)
        yield Keeping.objects.select_related("retention").filter(item=item).first() or Keeping(item=item)


def classes(sandbox_id: int) -> QuerySet[RetentionClass]:
    return RetentionClass.objects.filter(sandbox=sandbox_id).order_by("name")


def set_class(actor: Actor, name: str, months: int | None, reason: str) -> None:
    """Make a class, or give it another length: that counts for all of its items at once. Raises NotAllowed, Refused."""
    if not name or len(name) > MAX_NAME:
        raise Refused(_("Give the class a name."), "name")
    if not months or months > MAX_MONTHS:
        raise Refused(_("Say for how many months: a whole number from 1 to 1,200."), "months")
    check_reason(reason)
    with changing(actor):
        known = RetentionClass.objects.select_for_update().filter(sandbox=actor.sandbox, name=name).first()
        was = known.months if known else None
        RetentionClass.objects.update_or_create(sandbox=actor.sandbox, name=name, defaults={"months": months})
        step(actor, actor.sandbox.pk, What.CLASS_SET, text=reason, about={"name": name, "was": was, "months": months})


def remove_class(actor: Actor, name: str, reason: str) -> None:
    """Raises NotAllowed, Refused: items have it."""
    check_reason(reason)
    try:
        with changing(actor):
            found, _each = RetentionClass.objects.filter(sandbox=actor.sandbox, name=name).delete()
            if not found:
                raise Refused(_("There is no class of this name."), "name")
            step(actor, actor.sandbox.pk, What.CLASS_REMOVED, text=reason, about={"name": name})
    except ProtectedError:
        raise Refused(_("Offers have this class. Give them another one first.")) from None


def kept_until(kept: Keeping) -> datetime | None:
    """Until when its class keeps the item's history: so long after it was last changed, or after the end of its dates if that is later."""
    if kept.retention is None:
        return None
    item = kept.item
    last = max(one for one in (item.modified_at, item.ends_at) if one is not None).astimezone(UTC)
    years, month = divmod(last.month - 1 + kept.retention.months, 12)
    year = last.year + years
    if year > 9999:
        return datetime.max.replace(tzinfo=UTC)
    return last.replace(year=year, month=month + 1, day=min(last.day, monthrange(year, month + 1)[1]))


def check(items: Collection[int]) -> None:
    """Refuse to erase anything of these items (by key) where one is held or its time is not over. Raises Refused."""
    for kept in Keeping.objects.filter(item__in=items).select_related("item", "retention").order_by("item"):
        if kept.hold_id is not None:
            raise Refused(_("There is a legal hold on “{name}”: nothing of it is erased.").format(name=kept.item.name))
        until = kept_until(kept)
        if until is not None and kept.retention is not None and until > timezone.now():
            message = _("“{name}” has to be kept whole until {date} ({retention}).")
            date = date_format(until, _("j M Y"))
            raise Refused(message.format(name=kept.item.name, date=date, retention=kept.retention.name))
