"""What the page of a request shows: what it asks for where that does not fit any more, and all of what goes live by it."""

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.heads import head_of_item
from offers.models import ChangeRequest, LibraryItem
from offers.review import requests
from tests.cast import FORM, make, offer, patch, replace, shown_in
from tests.review.asking import ask, new, now, wanted
from tests.review.conftest import Cast
from tests.review.test_requests import BY_RULE, RULE
from tests.web.reviews.conftest import As
from tests.web.reviews.test_page import RENAME, at, send, text_of

THEIRS = [
    *replace("/name", "Winter sale"),
    *replace("/rank/priority", 9),
    {"op": "add", "path": "/description", "value": "Their words"},
]


def shown_of(browser: Client, request: ChangeRequest) -> tuple[list[str], str]:
    """The fields that the page says are changed, and all that it says of the first item."""
    page = browser.get(at(request)).content.decode().partition('class="review-main"')[2].partition("</section>")[0]
    return re.findall(r'<span class="change-label">([^<]*)<', page), page


def test_a_conflict_shows_what_is_asked_for_and_nothing_that_others_changed_as_taken_back(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, replace("/rank/priority", 8))
    patch(people.setup, sale, THEIRS)
    labels, page = shown_of(browser_of(people.jun), request)
    assert labels == ["Priority"]
    assert "Winter sale" not in page.partition('class="changes"')[2]
    assert "Their words" not in page
    assert page.count("changed by somebody else, too") == 1


def test_of_what_is_in_conflict_only_the_fields_that_others_changed_are_marked(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, [*replace("/rank/priority", 8), *replace("/status", "archived")])
    patch(people.setup, sale, replace("/rank/priority", 9))
    labels, page = shown_of(browser_of(people.jun), request)
    assert (sorted(labels), page.count("changed by somebody else, too")) == (["Priority", "Status"], 1)


def test_what_was_deleted_meanwhile_is_said_with_what_was_wanted_of_it(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, RENAME)
    writes.delete(people.setup, list(Kind), "sale", FORM)
    labels, page = shown_of(browser_of(people.jun), request)
    assert labels == ["Name"]
    assert ("deleted meanwhile" in page, "brought back" in page) == (True, False)


def test_a_new_item_whose_id_was_taken_is_shown_as_it_was_asked_for(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = requests.propose(people.mina, [new(Kind.TAG, "autumn", {"name": "Autumn"})], "")
    make(people.setup, {"name": "Winter"}, Kind.TAG, "autumn")
    labels, page = shown_of(browser_of(people.jun), request)
    assert (labels, "Winter" in page.partition('class="changes"')[2]) == (["Name"], False)


CONTENT = {"type": "html", "format": "text/html", "content": "Half price", "linkURL": "https://shop.example/half"}


def going_live(people: Cast, rule: LibraryItem, number: int = 0) -> LibraryItem:
    window = offer()["selectionConstraint"]
    by_rule = {**window, "profileConstraintType": "eligibilityRule", "eligibilityRule": rule.id}
    caps = {"globalCap": 500}
    shown = [shown_in("home", components=[CONTENT])]
    document = offer(selectionConstraint=by_rule, cappingConstraint=caps, representations=shown, description="For all")
    return make(people.mina, document, id=f"draft-{number}")


def test_what_goes_live_is_shown_whole(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    rule = make(people.mina, RULE, Kind.RULE, "gold")
    item = going_live(people, rule)
    page = browser_of(people.jun).get(at(ask(people.mina, item, replace("/status", "approved")))).content.decode()
    whole = page.partition('<details class="rendered whole" open>')[2].partition("</section>\n  <aside")[0]
    for said in ("People who match", "Shown from", "500", "For all", ">Gold</a>", "<code>true</code>", ">Home</a>"):
        assert said.lower() in whole.lower(), said
    assert f'data-src="/s/{people.sandbox.name}/offers/draft-0/' in whole
    assert 'href="https://shop.example/half"' in whole


def test_of_many_that_go_live_each_is_folded_and_costs_no_statement(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    rule = make(people.mina, RULE, Kind.RULE, "gold")
    items = [going_live(people, rule, number) for number in range(5)]
    costs = []
    for count in (2, 5):
        changes = [wanted(item, replace("/status", "approved")) for item in items[:count]]
        request = requests.propose(people.mina, changes, "Go", "")
        with CaptureQueriesContext(connection) as statements:
            page = browser_of(people.jun).get(at(request)).content.decode()
        costs.append(len(statements))
    assert (page.count('<details class="rendered whole">'), page.count('whole" open')) == (5, 0)
    assert costs[0] == costs[1]


def test_what_is_shown_of_what_goes_live_is_what_the_request_makes_of_it(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    item = going_live(people, make(people.mina, RULE, Kind.RULE, "gold"))
    text = replace("/representations/0/components/0/content", "Nearly free")
    request = ask(people.mina, item, [*text, *replace("/status", "approved")])
    whole = browser_of(people.jun).get(at(request)).content.decode().partition('whole" open>')[2]
    assert 'name="content" value="Nearly free"' in whole


def test_what_it_is_shown_with_is_told_as_the_same_request_makes_it_and_when_each_of_it_is_seen(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    rule = make(people.mina, RULE, Kind.RULE, "gold")
    window = {"startDate": "2999-11-30T00:00:00Z", "endDate": "2999-12-24T00:00:00Z"}
    by_rule = {**window, "profileConstraintType": "eligibilityRule"}
    later = offer(status="approved", selectionConstraint={**by_rule, "eligibilityRule": "gold"})
    by_new = offer(status="approved", selectionConstraint={**by_rule, "eligibilityRule": "silver"})
    silver = {"name": "Silver", "condition": {"type": "PQL", "value": "age > 5", "format": "pql/text"}}
    patch(people.setup, sale, BY_RULE)
    proposals = [
        wanted(rule, replace("/condition/value", "points > 9")),
        new(Kind.RULE, "silver", silver),
        new(Kind.PERSONALIZED_OFFER, "later", later),
        new(Kind.PERSONALIZED_OFFER, "later-too", by_new),
    ]
    request = requests.propose(people.mina, proposals, "Gold", "")
    page = browser_of(people.jun).get(at(request)).content.decode()
    first, second = (one.partition("</details>")[0] for one in page.split('<details class="rendered whole" open>')[1:])
    assert 'href="#change-gold">with this request applied' in first, "what of it, its own change says, and once"
    assert page.partition('id="change-gold"')[2].partition("</section>")[0].count("points &gt; 9") >= 1
    assert "age &gt; 5" in second.partition("Silver")[2]
    assert '<a href="#change-gold">Approving changes' in page
    items = page.partition('review-items">')[2].partition("</p>")[0]
    assert (f"{len(proposals)} items" in items, '"#change-gold"' in items, "(new)" in items) == (True,) * 3
    said = text_of(browser_of(people.jun).get(at(request)))
    assert "2 offers start on 30 Nov 2999" in said
    assert "or later. Approving changes 1 live offer at once." in said
    assert "Goes live at once" not in said


def test_decisions_that_start_later_are_not_counted_as_offers(people: Cast, browser_of: As) -> None:
    make(people.setup, {"name": "Nothing", "status": "approved"}, Kind.FALLBACK_OFFER, "nothing")
    later = {"status": "live", "fallback": "nothing", "startDate": "2099-03-01T00:00:00Z"}
    both = [new(Kind.DECISION, name.lower(), {"name": name, **later}) for name in ("Home", "Cart")]
    said = text_of(browser_of(people.jun).get(at(requests.propose(people.mina, both, ""))))
    assert "2 items start on 1 Mar 2099, 00:00 UTC or later." in said.replace("\N{NO-BREAK SPACE}", " ")


def test_a_rule_that_live_offers_show_says_which_ones_it_changes(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    rule = make(people.setup, RULE, Kind.RULE, "gold")
    window = {**offer()["selectionConstraint"], "profileConstraintType": "eligibilityRule", "eligibilityRule": "gold"}
    for number in range(5):
        live = offer(status="approved", name=f"Live {number}", selectionConstraint=window)
        make(people.setup, {**live, "representations": [shown_in("home")]})
    request = ask(people.mina, rule, replace("/condition/value", "false"))
    assert re.search(
        r"Changes who sees 5 live offers: (“Live \d”, ){2}“Live \d” and 2 more\.",
        text_of(browser_of(people.jun).get(at(request))),
    )


def test_a_placement_names_the_live_offer_and_the_decision_that_serves_it_through_a_draft_fallback(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    fallback = {"name": "Nothing", "status": "draft", "representations": [shown_in("home")]}
    make(people.setup, fallback, Kind.FALLBACK_OFFER, "nothing")
    make(people.setup, {"name": "Choice", "status": "live", "fallback": "nothing"}, Kind.DECISION, "choice")
    request = ask(people.mina, LibraryItem.objects.get(id="home"), replace("/name", "Front page"))
    said = text_of(browser_of(people.jun).get(at(request)))
    assert "Changes what 1 live offer shows: “Spring sale”." in said
    assert "Changes what 1 live decision shows: “Choice”." in said


def test_a_stale_yes_shows_what_the_request_asks_for_since_then(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, replace("/rank/priority", 8))
    browser = browser_of(people.jun)
    page = browser.get(at(request)).content.decode()
    form = dict(re.findall(r'name="(digest|seen|version)" value="([^"]*)"', page))
    requests.revise(people.mina, request, head_of_item(now(sale)), {**now(sale).document, "name": "Autumn sale"})
    done = send(browser, request, "approve/", **form)
    top = text_of(done).partition("It has changed since you opened")[2].partition("Legal asked")[0]
    assert done.status_code == 409
    assert re.search(r"asks for this of “Spring sale” now, which you have not seen: Name .*Autumn", top)
    assert re.search(r"does not ask for this of “Spring sale” any more: Priority", top)
