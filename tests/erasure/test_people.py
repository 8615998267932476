"""A person's name is taken out of all that they did in a sandbox, and of the account that nobody needs any more."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from offers.access import members
from offers.access.members import Given, Refused
from offers.access.people import choices
from offers.access.permissions import Actor, actor_for_user
from offers.document.erased import mark
from offers.erasure import asking, keeping
from offers.erasure import people as erased
from offers.log import audit, sequencer
from offers.log.found.wanted import Wanted
from offers.models import (
    AccountMail,
    ChangeRequest,
    Erasure,
    IdempotencyKey,
    Keeping,
    LibraryItem,
    Listing,
    Membership,
    PersonalSettings,
    RequestEvent,
    Revision,
    Sandbox,
    Session,
)
from offers.review import comments, records, requests
from offers.review.verdicts import request_changes
from tests.cast import Role, actor, make, make_placement, offer, patch, replace
from tests.erasure.conftest import found, wrong
from tests.review.asking import ask, digest
from tests.review.conftest import Cast

pytestmark = pytest.mark.django_db
NAME = "Hana Seo-Lindqvist"


@pytest.fixture
def hana(people: Cast) -> Actor:
    user = User.objects.create_user("hana-seo", "hana@seo.example", first_name="Hana", last_name="Seo-Lindqvist")
    members.add_person(people.jisoo, "hana-seo", Given(Role.REVIEWER))
    return actor_for_user(user, "prod")


def touched(wanted: Erasure) -> erased.Touched:
    found = asking.touched(wanted)
    assert isinstance(found, erased.Touched)
    return found


def gone(people: Cast, hana: Actor) -> None:
    member = Membership.objects.get(user=hana.user_id)
    members.remove_member(people.jisoo, member.pk, was=Given(Role.REVIEWER))


def test_nobody_is_called_by_the_name_any_more_and_everything_still_verifies(
    people: Cast, hyun: Actor, hana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offers.erasure.people.AT_ONCE", 2)
    make_placement(hana)
    made = make(hana, offer(), id="sale")
    patch(people.mina, made, replace("/name", "Autumn sale"))
    for count in range(4):
        patch(hana, made, replace("/rank/priority", count + 2))
    asked = ask(people.mina, made, replace("/name", "Winter sale"))
    comments.say(hana, asked, "Why?")
    request_changes(hana, asked, digest(asked), "No")
    requests.withdraw(people.mina, asked)
    answer = {"client_id": "feed", "value": "k", "request_digest": "", "body": f'{{"createdBy": "{NAME}"}}'.encode()}
    IdempotencyKey.objects.create(sandbox=people.sandbox, created_at=timezone.now(), **answer)
    gone(people, hana)
    account, now = User.objects.get(username="hana-seo"), timezone.now()
    PersonalSettings.objects.create(user=account, new_email="hana@seo.example", new_email_at=now)
    AccountMail.objects.create(
        about="new-address", user=account, address="hana@seo.example", created_at=now, next_at=now
    )
    AccountMail.objects.create(about="asked", named="Hana@seo.example", created_at=now, next_at=now)
    Client().force_login(account)
    before = found(NAME)
    assert {"offers_revision.actor_label", "offers_libraryitem.created_by", "offers_listing.modified_by"} <= before
    wanted = asking.ask_person(people.jisoo, hana.key, "She asked us to")
    assert touched(wanted).versions == 6
    assert touched(wanted).account == "hana-seo"
    done = asking.confirm(hyun, wanted.key)
    assert done.state == Erasure.State.DONE
    assert found(NAME) == found("hana-seo") == found("hana@seo.example") == found("Lindqvist") == set()
    assert not AccountMail.objects.exists(), "whatever was typed there, in whatever case"
    assert not Session.objects.filter(user_id=account.pk).exists(), "it keeps by which name somebody signed in"
    assert wrong() == []
    assert done.steps.filter(what="erased").count() > 1, "in bounded steps, each of them in the log"
    item = LibraryItem.objects.get(id="sale")
    assert item.modified_by == item.created_by == Listing.objects.get(item=item).modified_by == mark(wanted.key)
    assert item.modified_by_key == hana.key, "what one did is still one's"


def test_who_still_works_here_or_never_did_is_not_erased(people: Cast, hyun: Actor, hana: Actor) -> None:
    make(hana, offer())
    with pytest.raises(Refused, match="still works here"):
        asking.ask_person(people.jisoo, hana.key, "Why")
    for nobody in ("user-999999", "user-x", "client-feed", "", "name-Nobody"):
        with pytest.raises(Refused):
            asking.ask_person(people.jisoo, nobody, "Why")


def test_a_key_that_only_looks_like_a_persons_is_nobodys(people: Cast, hana: Actor) -> None:
    assert hana.user_id is not None
    make(hana, offer(name="Sale"), id="sale")
    make(actor(people.sandbox, label="manage.py import"), offer(name="Old sale"), id="old")
    gone(people, hana)
    for odd in ("user-", "user-None", "user-x", "user-1e3", f"user-0{hana.user_id}", f"user-{hana.user_id}x"):
        with pytest.raises(Refused, match="Nobody of this name"):
            asking.ask_person(people.jisoo, odd, "Why")
    assert not Erasure.objects.exists()


def test_whoever_is_still_named_here_can_be_chosen_even_after_their_account_was_closed_by_an_erasure_elsewhere(
    people: Cast, hyun: Actor, hana: Actor
) -> None:
    make(hana, offer())
    other = Sandbox.objects.create(org_id="x", name="dev", title="Dev")
    for admin in (people.jisoo, hyun):
        Membership.objects.create(sandbox=other, user_id=admin.user_id, role=Role.ADMIN)
    there = [actor_for_user(User.objects.get(username=name), "dev") for name in ("jisoo", "hyun")]
    member = members.add_person(there[0], "hana-seo", Given(Role.REVIEWER))
    members.remove_member(there[0], member.pk, was=Given(Role.REVIEWER))
    gone(people, hana)
    sequencer.keep()
    assert erased.gone(other) == {hana.key: NAME}, "she was let in, and did nothing"
    asking.confirm(hyun, asking.ask_person(people.jisoo, hana.key, "Why").key)
    assert erased.gone(people.sandbox) == {}
    assert erased.gone(other) == {hana.key: NAME}, "not by what the account is called now"
    asking.confirm(there[1], asking.ask_person(there[0], hana.key, "Why").key)
    assert erased.gone(other) == {}
    assert found(NAME) == set()


def test_an_account_that_works_elsewhere_stays(people: Cast, hyun: Actor, hana: Actor) -> None:
    make(hana, offer())
    other = Sandbox.objects.create(org_id="x", name="dev", title="Dev")
    Membership.objects.create(sandbox=other, user_id=hana.user_id, role=Role.EDITOR)
    member = Membership.objects.get(user=hana.user_id, sandbox=people.sandbox)
    members.remove_member(people.jisoo, member.pk, was=Given(Role.REVIEWER))
    wanted = asking.ask_person(people.jisoo, hana.key, "Why")
    with pytest.raises(Refused, match=f"Erasure {wanted.key} asks for this already"):
        asking.ask_person(hyun, hana.key, "Why")
    assert touched(wanted).account == ""
    asking.confirm(hyun, wanted.key)
    assert found(NAME) == set(), "first and last name are apart in the account"
    assert User.objects.get(username="hana-seo").last_name == "Seo-Lindqvist"
    assert wrong() == []
    sequencer.keep()
    instead = f"erased (no. {wanted.key})"
    assert dict(choices({hana.key: ""}, people.sandbox.pk)) == {hana.key: instead}
    assert dict(choices({hana.key: ""}, other.pk)) == {hana.key: NAME}, "where she works she is called by her name"
    browser = Client()
    browser.force_login(User.objects.get(username="jisoo"))
    for page in (
        "audit/",
        "offers/",
        "erasures/",
        f"erasures/{wanted.key}/",
        "access/",
        "access/changes/",
        "audit/controls/",
    ):
        shown = browser.get(f"/s/prod/{page}").content.decode()
        assert NAME not in shown, page
        assert "hana-seo" not in shown, page
    members.add_person(people.jisoo, "hana-seo", Given(Role.REVIEWER))
    assert dict(choices({hana.key: ""}, people.sandbox.pk)) == {hana.key: NAME}, "who comes back is called by it again"


def test_an_author_without_account_goes_with_the_key_that_is_made_of_the_name(people: Cast, hyun: Actor) -> None:
    author = actor(people.sandbox, label="Olga Petrova")
    item = make(author, offer())
    assert item.modified_by_key == "name-Olga Petrova"
    sequencer.keep()
    wanted = asking.ask_person(people.jisoo, item.modified_by_key, "Why")
    asking.confirm(hyun, wanted.key)
    assert found("Olga Petrova") == set()
    item.refresh_from_db()
    (made,) = audit.page(people.sandbox.pk, Wanted(by=item.modified_by_key)).page.items
    assert made.item_id == item.key, "found by the key that it has now"
    assert item.modified_by_key == f"name-{mark(wanted.key)}" == f"name-{Revision.objects.get(item=item).actor_label}"
    assert wrong() == []


def test_in_the_history_of_an_item_that_is_held_names_stay(people: Cast, hyun: Actor, hana: Actor) -> None:
    item = make(hana, offer())
    gone(people, hana)
    wanted = asking.ask_person(people.jisoo, hana.key, "Why")
    keeping.set_hold(hyun, item, "Case 7")
    with pytest.raises(Refused, match="legal hold"):
        asking.confirm(hyun, wanted.key)
    assert people_of(hana) == NAME
    keeping.lift_hold(hyun, item, "Over", Keeping.objects.get().hold_id)
    asking.confirm(hyun, wanted.key)
    assert people_of(hana) == mark(wanted.key)


def people_of(who: Actor) -> str:
    return Revision.objects.filter(actor_id=who.user_id).values_list("actor_label", flat=True)[0]


def test_what_is_long_is_left_to_the_worker_which_goes_on_where_it_was(
    people: Cast, hyun: Actor, hana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offers.erasure.asking.AT_ONCE", 1)
    monkeypatch.setattr("offers.erasure.people.AT_ONCE", 1)
    for _ in range(3):
        make(hana, offer())
    gone(people, hana)
    wanted = asking.ask_person(people.jisoo, hana.key, "Why")
    assert asking.confirm(hyun, wanted.key).state == Erasure.State.CONFIRMED
    assert asking.carry_on(wanted)
    assert 0 < Revision.objects.filter(actor_label=NAME).count() < 3, "the worker died here"
    assert wrong() == []
    asking.keep()
    wanted.refresh_from_db()
    assert wanted.state == Erasure.State.DONE
    assert found(NAME) == set()
    assert wrong() == []


@pytest.mark.parametrize("name", ["replace", "sale"])
def test_only_whose_name_it_is_goes_from_steps_and_not_what_has_it_in_it(people: Cast, hyun: Actor, name: str) -> None:
    members.add_person(people.jisoo, User.objects.create_user(name).username, Given(Role.REVIEWER))
    known = actor_for_user(User.objects.get(username=name), "prod")
    item = make(people.mina, offer(), id="a-sale")
    patch(known, item, replace("/rank/priority", 2))
    asked = ask(people.mina, item, replace("/name", "Winter sale"))
    told: dict[str, Any] = {"verdict": 1, "whose": name, "changes": [{"id": item.id, "trouble": "gone", "fields": []}]}
    records.event(asked, people.jun, RequestEvent.What.DROPPED, about=told)
    gone(people, known)
    before = steps_of(asked)
    wanted = asking.ask_person(people.jisoo, known.key, "Why")
    asking.confirm(hyun, wanted.key)
    assert told in before
    told_now = told | {"whose": mark(wanted.key)}
    assert steps_of(asked) == [told_now if one == told else one for one in before]
    assert wrong() == []


def steps_of(asked: ChangeRequest) -> list[dict[str, Any]]:
    return list(RequestEvent.objects.filter(request=asked).order_by("key").values_list("about", flat=True))
