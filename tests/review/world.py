"""People at work by every kind of door, beside a small model of what may become of what they do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from offers import proof
from offers.access import members
from offers.access.permissions import Actor, NotAllowed, NotFound, actor_for_user
from offers.document.diff import diff
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import Kind, api_address
from offers.ledger import history, writes
from offers.ledger.heads import head_of_item
from offers.ledger.records import Stamp
from offers.ledger.references import InUse
from offers.models import ChangeRequest, LibraryItem, Membership, Sandbox
from offers.review import recheck, requests, schedule, verdicts
from offers.review.applying import NoOwner, NotReady, NotYet
from offers.review.requests import HasMoved, NotNow, When, proposal
from tests.api.conftest import Caller
from tests.cast import FORM
from tests.review.asking import digest
from tests.review.conftest import Cast
from tests.review.model import FIELDS, ITEMS, VALUES, Asked, Fields, fields_of, with_field

REFUSALS = (
    *(NotAllowed, NotFound, NotNow, HasMoved, NotReady, NotYet, NoOwner),
    InvalidDocument,
    InUse,
    requests.NothingToPropose,
)
PEOPLE = ("mina", "jun", "jisoo", "bora", "robot")
POLICIES = ("two-people", "two-people", "everything", "none", "reviewer")
UNDER_WAY = [str(state) for state in ChangeRequest.UNDER_WAY]


@dataclass
class World:
    """The library, and the model of it: what each item says, or that it is gone; who may do what."""

    people: Cast
    robot: Caller
    docs: dict[str, Fields]
    gone: set[str] = field(default_factory=set)
    asked: dict[int, Asked] = field(default_factory=dict)
    role: dict[str, str] = field(default_factory=dict)
    policy: str = "two-people"

    def is_live(self, item: str, document: Fields | None = None) -> bool:
        said = document or self.docs[item]
        if item == "gold":
            return any(self.is_live(one) and self.docs[one]["rule"] == "gold" for one in ("sale", "draft"))
        return item not in self.gone and said["status"] == "approved"

    def may_alone(self, who: str, item: str, after: Fields | None) -> bool:
        if self.role[who] not in ("editor", "reviewer", "admin") or self.policy == "everything":
            return False
        if self.policy == "none" or (self.policy == "reviewer" and self.role[who] != "editor"):
            return True
        return not self.is_live(item) and not (after is not None and item != "gold" and after["status"] == "approved")

    def holds(self, after: Fields | None) -> bool:
        """What it refers to is there."""
        return after is None or after["rule"] is None or "gold" not in self.gone

    def judged(self, one: Asked) -> Any:
        """The values that a yes is about."""
        after = {**self.docs[one.item], **one.wanted}
        goes_live = after["status"] == "approved" and not self.is_live(one.item)
        live_by = self.docs[one.item]["rule"] if self.is_live(one.item) else None
        shown = after["status"] == "approved" and after["rule"] == "gold" and live_by != "gold"
        names = tuple(VALUES) if goes_live else tuple(one.wanted)
        return {name: self.docs[one.item][name] for name in names}, shown and dict(self.docs["gold"])

    def goes_live(self, one: Asked) -> set[str]:
        """The items that customers get by it, and do not yet."""
        after = {**self.docs[one.item], **one.wanted}
        if after["status"] != "approved":
            return set()
        known = {one.item, self.docs[one.item]["rule"]} if self.is_live(one.item) else set()
        return {one.item, after["rule"]} - known

    def changed_it(self, who: str, one: Asked) -> bool:
        return any((id, who) in one.changed for id in self.goes_live(one))

    def stored(self, done: bool, who: str, id: str, after: Fields) -> None:
        """What somebody changed without anybody who agreed to it, if they did."""
        if done:
            self.docs[id] = after
            for one in self.asked.values():
                one.changed.add((id, who))

    def fits(self, one: Asked) -> bool:
        now = self.docs[one.item]
        moved = [name for name, value in one.wanted.items() if now[name] not in (one.base[name], value)]
        left = [name for name, value in one.wanted.items() if now[name] != value]
        return one.item not in self.gone and not moved and bool(left)

    def stands(self, one: Asked) -> bool:
        """Somebody who had no part in it, and may, said yes to what there is now, and nobody objects."""
        yes = [who for who, about in one.agreed.items() if about == self.judged(one) and who not in one.wrote]
        yes = [who for who in yes if not self.changed_it(who, one)]
        return any(self.role[who] in ("reviewer", "admin") for who in yes) and not one.objected

    # What people do. Each says whether the model lets it pass.

    def actor(self, who: str) -> Actor:
        if who == "robot":
            member = Membership.objects.select_related("sandbox").get(client="robot")
            return Actor(member.sandbox, member.role, "Robot", client_id="robot", may_bypass=member.may_bypass)
        return actor_for_user(User.objects.get(username=who), "prod")

    def item(self, id: str) -> LibraryItem:
        return LibraryItem.objects.get(id=id)

    def patch_of(self, id: str, name: str, value: Any) -> list[dict[str, Any]]:
        document = self.item(id).document
        return diff(document, with_field(document, name, value))

    def edits(self, who: str, id: str, name: str, value: Any) -> None:
        after = {**self.docs[id], name: value}
        patch = self.patch_of(id, name, value)
        may = id not in self.gone and self.may_alone(who, id, after) and self.holds(after)
        if not patch:
            return
        if who == "robot":
            kind = Kind.RULE if id == "gold" else Kind.PERSONALIZED_OFFER
            done = self.robot("PATCH", api_address(kind, id), patch).status_code == 200
        else:
            done = passes(lambda: writes.change(self.actor(who), list(Kind), id, patch, FORM))
        assert done == may, (who, id, name, value)
        self.stored(done, who, id, after)

    def deletes(self, who: str, id: str, name: str, value: Any) -> None:
        used = id == "gold" and any(self.docs[one]["rule"] and one not in self.gone for one in ("sale", "draft"))
        if id in self.gone:
            after = self.docs[id]
            may = self.may_alone(who, id, after) and self.holds(after)
            done = passes(lambda: writes.undelete(self.actor(who), list(Kind), id, FORM))
            assert done == may, (who, id)
            self.gone -= {id} if done else set()
            self.stored(done, who, id, after)
            return
        may = self.may_alone(who, id, None) and not used
        done = passes(lambda: writes.delete(self.actor(who), list(Kind), id, FORM))
        assert done == may, (who, id)
        self.gone |= {id} if done else set()
        self.stored(done, who, id, self.docs[id])

    def restores(self, who: str, id: str, name: str, value: Any) -> None:
        if id in self.gone:
            return
        document = history.document_at(self.item(id), 1)
        assert document is not None
        patch, after = diff(self.item(id).document, document), fields_of(document)
        may = self.may_alone(who, id, after) and self.holds(after)
        stamp = Stamp("restore", refers_to={"restores": 1})
        if patch:
            done = passes(lambda: writes.change(self.actor(who), list(Kind), id, patch, stamp))
            assert done == may, (who, id)
            self.stored(done, who, id, after)

    def proposes(self, who: str, id: str, name: str, value: Any, when: When = When()) -> None:  # noqa: B008  # frozen
        patch = self.patch_of(id, name, value)
        if not patch or id in self.gone:
            return
        after = {**self.docs[id], name: value}
        may = self.role[who] != "auditor" and self.holds(after)
        one = proposal(head_of_item(self.item(id)), patch, "form")
        made: list[ChangeRequest] = []
        done = passes(lambda: made.append(requests.propose(self.actor(who), [one], "T", "W", when=when)))
        assert done == may, (who, id)
        if done:
            # What they asked for already is the request that there is.
            self.asked.setdefault(made[0].number, Asked(id, dict(self.docs[id]), {name: value}, {who}, who))

    def schedules(self, who: str, id: str, name: str, value: Any) -> None:
        if self.is_live(id) and self.policy in ("two-people", "everything"):
            self.proposes(who, id, name, value, When(timezone.now() + timedelta(minutes=30)))

    def bypasses(self, who: str, id: str, name: str, value: Any) -> None:
        patch = self.patch_of(id, name, value)
        after = {**self.docs[id], name: value}
        if not patch or id in self.gone:
            return
        may = who == "bora" and self.role[who] != "auditor" and self.holds(after)
        one = proposal(head_of_item(self.item(id)), patch, "form")
        done = passes(lambda: requests.publish(self.actor(who), [one], "T", "It is wrong"))
        assert done == may, (who, id)
        self.stored(done, who, id, after)

    def adds(self, who: str, id: str, name: str, value: Any) -> None:
        number = self.chosen(id)
        if number is None:
            return
        one = self.asked[number]
        now = self.docs[one.item]
        has_it = one.wanted.get(name, now.get(name)) == value
        if name not in FIELDS[one.item] or not self.fits(one) or now[name] == value or has_it:
            return
        patch = self.patch_of(one.item, name, value)
        after = {**now, **one.wanted, name: value}
        wanted = {each: told for each, told in {**one.wanted, name: value}.items() if told != now[each]}
        added = proposal(head_of_item(self.item(one.item)), patch, "form")
        done = passes(lambda: requests.add(self.actor(who), self.request(number), [added]))
        own = self.role[who] == "admin" or (who == one.owner and self.can_edit(who))
        assert done == (own and self.holds(after) and self.can_edit(one.owner)), (who, number)
        if done:
            self.asked[number] = Asked(one.item, dict(now), wanted, one.wrote | {who}, one.owner)

    def approves(self, who: str, id: str, name: str, value: Any) -> None:
        number = self.chosen(id)
        if number is None or who == "robot":
            return
        one, request = self.asked[number], self.request(number)
        may = self.role[who] in ("reviewer", "admin") and who not in one.wrote and self.fits(one)
        may = may and not self.changed_it(who, one)
        after = {**self.docs[one.item], **one.wanted}
        others = one.objected - {who}
        applies = may and not others and self.is_time(number)
        may = may and (not applies or (self.holds(after) and self.can_edit(one.owner)))
        if name == "name":
            browser = Client()
            browser.force_login(User.objects.get(username=who))
            browser.post(f"/s/prod/reviews/{number}/approve/", {"digest": digest(request)})
            done = self.request(number).updated_at != request.updated_at
        else:
            done = passes(lambda: verdicts.approve(self.actor(who), request, digest(request)))
        assert done == may, (who, number)
        if done:
            one.agreed[who] = self.judged(one)
            one.objected.discard(who)
            assert (self.request(number).state == "applied") == applies
            self.docs[one.item] = after if applies else self.docs[one.item]

    def objects(self, who: str, id: str, name: str, value: Any) -> None:
        number = self.chosen(id)
        if number is None or who == "robot":
            return
        one, request = self.asked[number], self.request(number)
        may = self.role[who] in ("reviewer", "admin") and who not in one.wrote
        say = verdicts.reject if value in ("B", 2) else verdicts.request_changes
        assert passes(lambda: say(self.actor(who), request, digest(request), "No")) == may, (who, number)
        if may:
            one.objected.add(who)
            one.agreed.pop(who, None)

    def withdraws(self, who: str, id: str, name: str, value: Any) -> None:
        number = self.chosen(id)
        if number is not None:
            one = self.asked[number]
            may = self.role[who] == "admin" or (who == one.owner and self.role[who] != "auditor")
            assert passes(lambda: requests.withdraw(self.actor(who), self.request(number))) == may

    def applies(self, who: str, id: str, name: str, value: Any) -> None:
        number = self.chosen(id)
        if number is None:
            return
        one = self.asked[number]
        after = {**self.docs[one.item], **one.wanted}
        may = self.role[who] in ("reviewer", "admin") or (who == one.owner and self.can_edit(who))
        may = may and self.stands(one) and self.fits(one) and self.holds(after) and self.can_edit(one.owner)
        may = may and (self.is_time(number) or self.may_alone(one.owner, one.item, after))
        assert passes(lambda: requests.apply(self.actor(who), self.request(number))) == may, (who, number)
        self.docs[one.item] = after if may else self.docs[one.item]

    def time_passes(self, who: str, id: str, name: str, value: Any) -> None:
        """What was due is applied only if it stands."""
        self.clock[0] += timedelta(minutes=20)
        due = {number for number, one in self.asked.items() if self.request(number).state == "scheduled"}
        recheck.keep()
        schedule.keep()
        for number in sorted(due, key=lambda number: self.request(number).apply_at or timezone.now()):
            if self.request(number).state == "applied":
                one = self.asked[number]
                assert self.stands(one), number
                assert self.fits(one), number
                self.docs[one.item] = {**self.docs[one.item], **one.wanted}

    def policy_changes(self, who: str, id: str, name: str, value: Any) -> None:
        wanted = POLICIES[len(self.asked) % len(POLICIES)]
        done = passes(lambda: members.change_policy(self.actor(who), wanted, was=self.policy))
        assert done == (self.role[who] == "admin" and who != "robot")
        self.policy = wanted if done else self.policy

    def roles_change(self, who: str, id: str, name: str, value: Any) -> None:
        if who == "jisoo":
            return
        found = Membership.objects.get(client="robot") if who == "robot" else Membership.objects.get(user__username=who)
        was = members.given_of(found)
        ladder = {"editor": "auditor", "auditor": "reviewer", "reviewer": "editor"}
        given = members.Given(ladder[was.role] if who != "bora" else "editor", was.may_bypass)
        members.change_member(self.actor("jisoo"), found.pk, given, was=was)
        self.role[who] = given.role

    clock: list[timedelta] = field(default_factory=lambda: [timedelta(0)])

    def can_edit(self, who: str) -> bool:
        return self.role[who] != "auditor"

    def request(self, number: int) -> ChangeRequest:
        return ChangeRequest.objects.select_related("sandbox").get(number=number)

    def is_time(self, number: int) -> bool:
        return (self.request(number).apply_at or timezone.now()) <= timezone.now()

    def chosen(self, id: str) -> int | None:
        """The oldest request under way about this item, or any."""
        under_way = (
            ChangeRequest.objects.filter(state__in=UNDER_WAY).order_by("number").values_list("number", flat=True)
        )
        found = [number for number in under_way if number in self.asked]
        return next((number for number in found if self.asked[number].item == id), found[0] if found else None)

    def check(self) -> None:
        for id in ITEMS:
            item = self.item(id)
            assert (item.deleted_at is not None) == (id in self.gone), id
            assert fields_of(item.document) == self.docs[id], id
        assert [(one.id, one.etag, one.message) for one in proof.verify(Sandbox.objects.all())] == []


def passes(step: Callable[[], object]) -> bool:
    """Whether it is done; what refuses it leaves no trace."""
    try:
        with transaction.atomic():
            step()
    except REFUSALS:
        return False
    return True
