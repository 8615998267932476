"""The pages of erasures: one admin asks, another confirms, auditors read; history shows marks; others have no way there."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from offers.access.permissions import Actor
from offers.erasure import asking, keeping, told
from offers.log import sequencer
from offers.models import (
    AccessChange,
    Erasure,
    Keeping,
    LibraryItem,
    LogEntry,
    Membership,
    RetentionClass,
    Revision,
)
from tests.cast import Role, patch, replace
from tests.erasure.conftest import SECRET, found
from tests.review.conftest import Cast, member
from tests.web.frame.test_respond import flat, text_of

pytestmark = pytest.mark.django_db
HOME = "/s/prod/erasures/"
KEEP = "/s/prod/offers/sale/keep/"


def as_(name: str) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(username=name))
    return browser


def test_what_waits_for_an_admin_stands_in_front_however_many_were_answered_since(
    people: Cast, hyun: object, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"etag": "4", "pointer": "/description", "said": "54", "note": "She asked us to"}
    as_("jisoo").post(f"{KEEP}erase/", asked)
    made = Erasure.objects.get()
    refused = {"about": Erasure.About.PERSON, "state": Erasure.State.REFUSED, "subject_key": "user-99"}
    Erasure.objects.bulk_create(Erasure(sandbox=sale.sandbox, **refused) for _ in range(3))
    monkeypatch.setattr(told, "PAGE_SIZE", 1)
    for page in (HOME, f"{HOME}?before={made.key}"):
        shown = text_of(as_("hyun").get(page))
        assert f"{HOME}{made.key}/" in shown
        assert "waits for you" in flat(shown)


def test_a_text_is_asked_for_on_its_version_confirmed_by_another_and_marked_from_then_on(
    people: Cast, hyun: object, sale: LibraryItem
) -> None:
    jisoo, second, ara = as_("jisoo"), as_("hyun"), as_("ara")
    assert f"{KEEP}?etag=4" in text_of(jisoo.get("/s/prod/offers/sale/history/4/"))
    fields = text_of(jisoo.get(f"{KEEP}?etag=4"))
    assert 'value="/description"' in fields
    assert "In use now" not in fields[fields.index('value="/description"') :].partition("</label>")[0]
    assert "In use now" in text_of(jisoo.get(f"{KEEP}?etag={sale.etag}")), "it says these now"
    shown = text_of(jisoo.get(f"{KEEP}?etag=4&p=/description"))
    assert SECRET in shown
    assert 'value="54" checked' in shown, "the last version of each wording, all chosen at first"
    assert "Versions 4 to 54" in shown
    wanted = {"etag": "4", "pointer": "/description", "said": "54", "note": "She asked us to"}
    assert "at least one wording" in text_of(jisoo.post(f"{KEEP}erase/", wanted | {"said": []}))
    refused = text_of(jisoo.post(f"{KEEP}erase/", wanted | {"note": ""}))
    assert "Say why." in refused
    assert 'value="54" checked' in refused
    answer = jisoo.post(f"{KEEP}erase/", wanted)
    made = Erasure.objects.get()
    page = f"{HOME}{made.key}/"
    assert answer["Location"] == page
    listed = flat(text_of(jisoo.get(HOME)))
    assert "Asked for by you: waits for another admin" in listed, "what is to be done stands in front"
    assert "waits for you" in flat(text_of(second.get(HOME)))
    assert '<span title="/description">Description</span>' in listed, "a field by its name"
    assert '<details class="kept-form">' in listed, "no form is open that nobody asked for"
    own = text_of(jisoo.get(page))
    assert SECRET in own
    assert "Another admin confirms" in own
    assert "confirm/" not in own
    assert jisoo.post(f"{page}confirm/").status_code == 403
    assert "confirm/" in text_of(second.get(page))
    assert SECRET not in text_of(ara.get(page)), "an auditor reads the record, and not what is to go"
    assert second.post(f"{page}confirm/").status_code == 302
    assert found(SECRET) == set()
    for address in ("history/", "history/2/", "history/4/", "history/56/", "compare/?from=2&to=56", "blame/?version=4"):
        shown = text_of(ara.get(f"/s/prod/offers/sale/{address}"))
        assert "Jisoo asked for it, Hyun confirmed it." in shown, address
    assert f"erased (no. {made.key})" in text_of(ara.get("/s/prod/offers/sale/history/4/"))
    ara.cookies["django_language"] = "ko"
    korean = text_of(ara.get("/s/prod/offers/sale/history/4/"))
    assert f"삭제됨({made.key}번)" in korean
    assert "요청했고" in korean
    assert second.post(f"{page}confirm/").status_code == 409
    for address in ("/s/prod/audit/", HOME, page, "/s/prod/audit.csv", "/s/prod/audit.ndjson", f"{KEEP}?etag=4"):
        assert ara.get(address).status_code == 200, address
    taken_home = b"".join(ara.get("/s/prod/library.ndjson"))
    assert b"[erased:" in taken_home
    assert taken_home.rstrip().rpartition(b"\n")[2].startswith(b'{"end"'), "it does not break off"
    for address in ("edit/", "", "?at=2020-01-01T00:00Z", "history/4/restore/", "history/4/undo/"):
        assert jisoo.get(f"/s/prod/offers/sale/{address}").status_code in (200, 404), address


def test_a_name_that_was_erased_is_told_in_words_where_the_item_is_shown_as_it_was(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    patch(people.jun, sale, replace("/name", "Call Hana 010"))
    called = Revision.objects.filter(item=sale).latest("etag")
    # A moment is a millisecond, and shows what was so at its end.
    while timezone.now() <= called.created_at + timedelta(milliseconds=1):
        pass
    patch(people.jun, sale, replace("/name", "Call us"))
    sale.refresh_from_db()
    asking.confirm(hyun, asking.ask_value(people.jisoo, sale, "/name", [called.etag], "She asked us to").key)
    at = called.created_at.isoformat()
    for address in ("/s/prod/offers/sale/", "/s/prod/offers/sale/blame/"):
        page = flat(text_of(as_("ara").get(address, {"at": at})))
        assert f"erased (no. {Erasure.objects.get().key})" in page, address


@pytest.mark.parametrize("name", ["mina", "jun"])
def test_other_roles_are_refused(people: Cast, sale: LibraryItem, name: str) -> None:
    made = asking.ask_value(people.jisoo, sale, "/description", [4], "Why")
    browser = as_(name)
    for address in (HOME, KEEP, f"{HOME}{made.key}/"):
        assert browser.get(address).status_code == 403
    posts = ("person/", "classes/", "classes/remove/", f"{made.key}/confirm/", f"{made.key}/refuse/")
    for address in (*(HOME + post for post in posts), f"{KEEP}hold/", f"{KEEP}class/", f"{KEEP}erase/"):
        assert browser.post(address, {"note": "Why", "name": "x", "months": "3"}).status_code in (403, 405), address
    assert "keep/" not in text_of(browser.get("/s/prod/offers/sale/history/"))
    assert Erasure.objects.get().state == "asked"
    assert not Keeping.objects.exists()
    assert not RetentionClass.objects.exists()


def test_an_admin_who_is_the_only_one_is_told_so_before_and_after_asking(people: Cast, sale: LibraryItem) -> None:
    Membership.objects.filter(user__username="mina").delete()
    AccessChange.objects.create(
        sandbox=people.sandbox, what="client-off", actor_label="manage.py", source="operator", created_at=timezone.now()
    )
    sequencer.keep()
    browser, said = as_("jisoo"), "There is no other admin here."
    assert said in text_of(browser.get(HOME))
    assert "manage.py" not in text_of(browser.get(HOME)), "nothing of whom could be erased is not offered"
    assert said in text_of(browser.get(f"{KEEP}?etag=4&p=/description"))
    made = asking.ask_value(people.jisoo, sale, "/description", [4], "Why")
    assert said in text_of(browser.get(f"{HOME}{made.key}/"))
    member(people.sandbox, "hyun", Role.ADMIN)
    assert said not in text_of(browser.get(f"{HOME}{made.key}/")) + text_of(browser.get(HOME))


def test_an_auditor_reads_and_changes_nothing(people: Cast, sale: LibraryItem) -> None:
    browser = as_("ara")
    for address in (f"{KEEP}hold/", f"{KEEP}class/", f"{HOME}classes/"):
        assert browser.post(address, {"note": "Why", "name": "x", "months": "3"}).status_code == 403
    shown = text_of(browser.get(KEEP)) + text_of(browser.get(HOME))
    assert "keep/hold/" not in shown
    assert "classes/" not in shown
    assert "person/" not in shown


def test_holds_and_classes_are_set_with_a_reason_and_what_is_refused_says_why(people: Cast, sale: LibraryItem) -> None:
    browser = as_("jisoo")
    assert "Set a retention class…" in text_of(browser.get(KEEP))
    assert "Say why." in text_of(browser.post(f"{KEEP}hold/"))
    assert browser.post(f"{KEEP}hold/", {"note": "Case 7"}).status_code == 302
    assert "Case 7" in text_of(browser.get(KEEP))
    assert "Case 7" in text_of(browser.get(HOME))
    asked, sent = (ask("/s/prod/offers/sale/delete/") for ask in (browser.get, browser.post))
    assert (asked.status_code, sent.status_code) == (200, 409)
    assert "There is a legal hold on it" in text_of(asked), "before anybody is asked whether to"
    assert "There is a legal hold on it" in text_of(sent)
    assert 'name="etag"' not in text_of(asked)
    refused = browser.post(f"{KEEP}erase/", {"etag": "4", "pointer": "/description", "said": "54", "note": "Why this"})
    assert refused.status_code == 422
    assert "legal hold" in text_of(refused)
    assert text_of(refused).count("Why this") == 1, "it is no reason to lift the hold, nor for another class"
    set_by = Keeping.objects.get().hold_id
    assert f'name="lift" value="{set_by}"' in text_of(browser.get(KEEP))
    assert browser.post(f"{KEEP}hold/", {"note": "Over", "lift": set_by}).status_code == 302
    assert browser.post(f"{KEEP}hold/", {"note": "Case 8"}).status_code == 302
    for stale in (set_by, "1", "x", "9" * 30):
        answer = browser.post(f"{KEEP}hold/", {"note": "Over", "lift": stale})
        assert answer.status_code == 422
        assert "another one than you saw" in text_of(answer)
    assert browser.post(f"{KEEP}hold/", {"note": "Over", "lift": Keeping.objects.get().hold_id}).status_code == 302
    for months in ("", "0", "x", "99999999999999999999"):
        answer = browser.post(f"{HOME}classes/", {"name": "Ads", "months": months, "note": "Law"})
        assert answer.status_code == 422
        assert 'value="Ads"' in text_of(answer)
    assert browser.post(f"{HOME}classes/", {"name": "Ads", "months": "36", "note": "Law"}).status_code == 302
    assert browser.post(f"{KEEP}class/", {"retention": "Ads", "note": "It is one"}).status_code == 302
    assert "nothing of it is erased until" in text_of(browser.get(KEEP))
    assert "Change retention class…" in text_of(browser.get(KEEP))
    assert browser.post(f"{HOME}classes/remove/", {"name": "Ads", "note": "Law"}).status_code == 422
    unknown = browser.post(f"{HOME}classes/remove/", {"name": "Adverts", "note": "Law"})
    assert unknown.status_code == 422
    assert 'value="Adverts"' in text_of(unknown)


def test_a_persons_name_is_asked_for_by_a_choice_of_who_is_gone(people: Cast, hyun: object, sale: LibraryItem) -> None:
    Membership.objects.filter(user__username="mina").delete()
    sequencer.keep()
    browser = as_("jisoo")
    if LogEntry.objects.exists():
        assert 'value="user-' in text_of(browser.get(HOME))
    answer = browser.post(f"{HOME}person/", {"person": people.mina.key, "note": "She asked us to"})
    assert answer.status_code == 302
    assert "She asked us to" in text_of(browser.get(answer["Location"]))
    assert as_("hyun").post(f"{answer['Location']}confirm/").status_code == 302
    assert "Mina" not in text_of(browser.get("/s/prod/offers/sale/history/"))
    wrong = browser.post(f"{HOME}person/", {"person": "user-0", "note": "Why"})
    assert wrong.status_code == 422
    assert "Nobody of this name" in text_of(wrong)


def test_what_cannot_be_done_any_more_says_so_before_anybody_confirms(
    people: Cast, hyun: object, sale: LibraryItem
) -> None:
    made = asking.ask_value(people.jisoo, sale, "/description", [4], "Why")
    patch(people.mina, sale, replace("/name", SECRET))
    shown = text_of(as_("hyun").get(f"{HOME}{made.key}/"))
    assert "still says it" in shown
    assert "confirm/" not in shown
    answer = as_("hyun").post(f"{HOME}{made.key}/confirm/")
    assert answer.status_code == 422
    assert as_("jisoo").post(f"{HOME}{made.key}/refuse/", {"note": ""}).status_code == 422
    assert as_("jisoo").post(f"{HOME}{made.key}/refuse/", {"note": "Later"}).status_code == 302
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_the_audit_page_says_which_class_and_what_became_of_it(people: Cast, sale: LibraryItem) -> None:
    for months in (36, 12):
        keeping.set_class(people.jisoo, "Adverts", months, "FCA")
    keeping.give_class(people.jisoo, sale, "Adverts", "It is one")
    keeping.give_class(people.jisoo, sale, "", "It is none")
    keeping.remove_class(people.jisoo, "Adverts", "No more")
    sequencer.keep()
    shown = flat(text_of(as_("ara").get("/s/prod/audit/?event=erasure")))
    for said in (
        ": Adverts, 36 months<",
        ": Adverts, 36 months → 12 months<",
        ": – → Adverts<",
        ": Adverts → –<",
        "class: Adverts<",
    ):
        assert said in shown, said
    rows = {
        row["note"]: row
        for row in map(json.loads, b"".join(as_("ara").get("/s/prod/audit.ndjson")).splitlines())
        if "note" in row
    }
    assert (rows["It is one"]["id"], rows["It is one"]["name"], rows["It is one"]["kind"]) == (
        "sale",
        sale.name,
        sale.kind,
    )
    assert (rows["It is one"]["before"], rows["It is one"]["after"]) == ({}, {"class": "Adverts"})
    assert rows["It is none"]["before"] == {"class": "Adverts"}
    assert rows["No more"]["before"] == {"class": "Adverts"}
