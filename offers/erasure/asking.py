"""To have something erased: an admin asks, with a reason; another one confirms; only then it happens. Each step is recorded."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from offers.access.members import Moved, Refused, changing
from offers.access.permissions import Actor, NotAllowed, NotFound, Role, account_of
from offers.erasure import keeping, people, values, wordings
from offers.models import Erasure, ErasureStep, LibraryItem

State, What, About = Erasure.State, ErasureStep.What, Erasure.About
# What touches more changes than this is left to the worker: nobody waits for it in front of a page.
AT_ONCE = 1_000


def ask_value(
    actor: Actor, item: LibraryItem, pointer: str, etags: Sequence[int], reason: str, *, seen: int = 0
) -> Erasure:
    """Ask to erase, from the item's whole history, what was said in these versions where the pointer leads in the version `seen` (of
    theirs the last, if none is named). Raises NotAllowed, Refused, NoSuchRevision.
    """
    etags = sorted(set(etags), reverse=True)
    with changing(actor):
        keeping.check_reason(reason)
        if len(etags) > wordings.MOST:
            raise Refused(_("That is more than {n} wordings: ask for them in parts.").format(n=wordings.MOST), "etags")
        # Lists may have been reordered: an erasure has the place in the last of its versions.
        pointer = wordings.moved(item, pointer, seen, etags[0]) if seen else pointer
        wanted = wordings.texts_of(item, pointer, etags)
        keeping.check([item.key])
        values.ready(item, wanted)
        asked = Erasure(sandbox=actor.sandbox, about=About.VALUE, item=item, pointer=pointer, etags=etags)
        return _asked(actor, asked, reason, {"pointer": pointer, "etags": etags})


def ask_person(actor: Actor, key: str, reason: str) -> Erasure:
    """Ask to erase the names of who has this key. Raises NotAllowed, Refused."""
    with changing(actor):
        keeping.check_reason(reason)
        people.check(actor.sandbox, key)
        keeping.check(people.kept_items(actor.sandbox, key))
        asked = Erasure(sandbox=actor.sandbox, about=About.PERSON, subject_key=key)
        # The key of who has no account is made of the name, and that is to go.
        return _asked(actor, asked, reason, {"person": key} if account_of(key) is not None else {})


def confirm(actor: Actor, number: int) -> Erasure:
    """Say yes to what somebody else asked for: what is small is erased at once, else by the worker.

    Raises NotAllowed, NotFound; Moved, where it was answered already; Refused, where it cannot be done as things are.
    """
    with changing(actor):
        erasure = _answered(actor, number)
        if asked_by(erasure).actor_key == actor.key:
            raise NotAllowed(_("A second admin confirms: nobody confirms what they asked for themselves."))
        _check(erasure)
        _to(erasure, State.CONFIRMED)
        keeping.step(actor, erasure.sandbox_id, What.CONFIRMED, erasure=erasure, item_id=erasure.item_id)
        if _size(erasure) <= AT_ONCE:
            carry_out(erasure)
            erasure.refresh_from_db()
    return erasure


def refuse(actor: Actor, number: int, reason: str) -> Erasure:
    """Say no; who asked withdraws. Raises NotAllowed, NotFound, Moved, Refused."""
    with changing(actor):
        keeping.check_reason(reason)
        erasure = _answered(actor, number)
        own = asked_by(erasure).actor_key == actor.key
        _to(erasure, State.WITHDRAWN if own else State.REFUSED)
        what = What.WITHDRAWN if own else What.REFUSED
        keeping.step(actor, erasure.sandbox_id, what, text=reason, erasure=erasure, item_id=erasure.item_id)
    return erasure


def carry_out(erasure: Erasure) -> None:
    """Erase what was confirmed, to the end. Raises Refused: then nothing more of it is erased."""
    while carry_on(erasure):
        pass


@transaction.atomic
def carry_on(erasure: Erasure) -> bool:
    """One step of it, whole; whether there may be more. Raises Refused."""
    erasure = Erasure.objects.select_for_update(of=("self",)).select_related("sandbox", "item").get(key=erasure.key)
    if erasure.state != State.CONFIRMED:
        return False
    if erasure.item is not None:
        erasure.item = values.hold(erasure.item)
    _check(erasure)
    with transaction.atomic():
        # It is done in the name of who confirmed it.
        said = erasure.steps.get(what=What.CONFIRMED)
        by = Actor(erasure.sandbox, Role.ADMIN, said.actor_label, said.actor_id)
        step = keeping.step(by, erasure.sandbox_id, What.ERASED, erasure=erasure, item_id=erasure.item_id)
        if erasure.item is not None:
            count, more = values.carry_out(erasure.item, erasure, step), False
        else:
            count = people.carry_on(erasure, step)
            more = count > 0
        if not count:
            # Of nothing there is no step.
            transaction.set_rollback(True)
    erasure.erased_count += count
    erasure.state = State.CONFIRMED if more else State.DONE
    if not more and erasure.subject_key:
        erasure.subject_key = people.key_after(erasure)
    erasure.save(update_fields=["erased_count", "state", "subject_key"])
    return more


def keep() -> None:
    """Carry out what was confirmed and left to the worker: its upkeep."""
    for erasure in Erasure.objects.filter(state=State.CONFIRMED).select_related("sandbox").order_by("key"):
        try:
            carry_out(erasure)
        except Refused as refused:
            _given_up(erasure, str(refused))


@transaction.atomic
def _given_up(erasure: Erasure, why: str) -> None:
    """What cannot be carried out any more, though it was confirmed: nobody refused it, and it has to be asked for anew."""
    erasure = Erasure.objects.select_for_update(of=("self",)).get(key=erasure.key)
    if erasure.state == State.CONFIRMED:
        keeping.step(None, erasure.sandbox_id, What.REFUSED, text=why, erasure=erasure, item_id=erasure.item_id)
        _to(erasure, State.REFUSED)


def asked_by(erasure: Erasure) -> ErasureStep:
    return erasure.steps.get(what=What.ASKED)


def touched(erasure: Erasure) -> people.Touched | values.Touched:
    """What would go, in numbers. Raises Refused, where it cannot as things are."""
    _check(erasure)
    if erasure.about == About.PERSON:
        return people.touched(erasure.sandbox, erasure.subject_key)
    assert erasure.item is not None
    return values.touched(erasure.item, wordings.texts_of(erasure.item, erasure.pointer, erasure.etags))


def wordings_of(erasure: Erasure) -> list[wordings.Wording]:
    """The wordings that it is about, the newest first. Raises Refused, where they cannot be told any more."""
    assert erasure.item is not None
    texts = wordings.texts_of(erasure.item, erasure.pointer, erasure.etags)
    found = wordings.of(erasure.item, erasure.pointer, erasure.etags[0])
    return [one for one in found if one.text in texts]


def _check(erasure: Erasure) -> None:
    """Whether it can be done as things are. Raises Refused."""
    if erasure.about == About.PERSON:
        if erasure.state == State.ASKED:
            people.check(erasure.sandbox, erasure.subject_key)
        keeping.check(people.kept_items(erasure.sandbox, erasure.subject_key))
        return
    assert erasure.item is not None
    keeping.check([erasure.item.key])
    values.check(erasure.item, wordings.texts_of(erasure.item, erasure.pointer, erasure.etags))


def _size(erasure: Erasure) -> int:
    """How many changes are looked at."""
    if erasure.about == About.PERSON:
        return people.revisions_of(erasure.sandbox, erasure.subject_key).count()
    assert erasure.item is not None
    return erasure.item.etag


def _asked(actor: Actor, erasure: Erasure, reason: str, about: dict[str, Any]) -> Erasure:
    """Raises Refused where one that is not over yet is about all of this."""
    same = Erasure.objects.filter(
        sandbox=erasure.sandbox,
        state__in=(State.ASKED, State.CONFIRMED),
        item=erasure.item,
        pointer=erasure.pointer,
        subject_key=erasure.subject_key,
        etags__contains=erasure.etags,
    )
    if (open_one := same.values_list("key", flat=True).first()) is not None:
        raise Refused(_("Erasure {number} asks for this already.").format(number=open_one))
    erasure.save()
    keeping.step(
        actor, actor.sandbox.pk, What.ASKED, text=reason, about=about, erasure=erasure, item_id=erasure.item_id
    )
    return erasure


def _answered(actor: Actor, number: int) -> Erasure:
    """What is to be answered, held. Raises NotFound, Moved."""
    found = Erasure.objects.select_for_update(of=("self",)).select_related("sandbox", "item")
    erasure = found.filter(sandbox=actor.sandbox, key=number).first()
    if erasure is None:
        raise NotFound
    if erasure.state != State.ASKED:
        raise Moved
    return erasure


def _to(erasure: Erasure, state: str) -> None:
    erasure.state = state
    erasure.save(update_fields=["state"])
