import time
from typing import Any

import pytest
from django.utils import timezone

from offers.lists import as_of, looking
from offers.models import Revision
from tests.api.conftest import BASE, DOCUMENTED_OFFER, OFFER, Caller

ITEM = f"{BASE}/offers/personalizedOffer1234"


@pytest.fixture
def changed(editor: Caller) -> Caller:
    """The documented offer at etag 4: renamed, given a priority, renamed again."""
    for patch in (
        [{"op": "replace", "path": "/name", "value": "Second"}],
        [{"op": "replace", "path": "/rank/priority", "value": 7}],
        [{"op": "replace", "path": "/name", "value": "Fourth"}],
    ):
        assert editor("PATCH", OFFER, patch, X_Change_Note="because").status_code == 200
    return editor


def test_revisions_come_newest_first_in_pages(changed: Caller) -> None:
    first = changed("GET", f"{ITEM}/revisions?limit=3").json()
    assert [entry["etag"] for entry in first["results"]] == [4, 3, 2]
    assert (first["count"], first["total"]) == (3, 4)
    second = changed("GET", BASE + first["_links"]["next"]["href"]).json()
    assert [entry["etag"] for entry in second["results"]] == [1]
    assert "next" not in second["_links"]


def test_a_revision_says_what_who_when_how_and_why(changed: Caller) -> None:
    entry = changed("GET", f"{ITEM}/revisions/3").json()
    assert list(entry) == [
        *("etag", "patch", "modifiedBy", "clientId", "modified", "source", "note", "digest", "document")
    ]
    assert entry["patch"] == [{"op": "replace", "path": "/rank/priority", "value": 7}]
    assert (entry["modifiedBy"], entry["clientId"]) == ("Editor-Client", "editor-client")
    assert (entry["source"], entry["note"]) == ("api", "because")
    assert entry["document"] == {**DOCUMENTED_OFFER, "name": "Second", "rank": {"priority": 7}}
    assert entry["digest"] == Revision.objects.get(item__id="personalizedOffer1234", etag=3).digest


@pytest.mark.parametrize("etag", ["5", "0", "99999999999999999999"])
def test_an_etag_that_never_was_is_404(changed: Caller, etag: str) -> None:
    assert changed("GET", f"{ITEM}/revisions/{etag}").status_code == 404


@pytest.mark.parametrize("query", ["start=x", "start=-1", "limit=0"])
def test_a_page_of_revisions_that_cannot_be_is_400(changed: Caller, query: str) -> None:
    assert changed("GET", f"{ITEM}/revisions?{query}").status_code == 400


def test_the_document_as_of_a_time_is_the_one_of_then(changed: Caller) -> None:
    second = Revision.objects.get(item__id="personalizedOffer1234", etag=2)
    then = second.created_at.isoformat().replace("+00:00", "Z")
    response = changed("GET", f"{OFFER}&asOf={then}")
    content = response.json()
    assert (content["name"], content["rank"], content["etag"], response["ETag"]) == (
        "Second",
        {"priority": 0},
        2,
        '"2"',
    )
    assert content["modified"] == second.created_at.isoformat(timespec="milliseconds")
    assert content["lastModifiedBy"] == "Editor-Client"
    assert content["createdBy"] == "Mina Park"


def test_a_time_as_it_was_shown_gives_the_version_that_it_was_shown_with(changed: Caller) -> None:
    entries = {entry["etag"]: entry["modified"] for entry in changed("GET", f"{ITEM}/revisions").json()["results"]}
    last_of = {text: etag for etag, text in sorted(entries.items())}
    receipt = changed("PATCH", OFFER, [{"op": "replace", "path": "/name", "value": "Fifth"}]).json()
    last_of[receipt["lastModifiedDate"]] = 5
    last_of.pop(receipt["lastModifiedDate"].replace("Z", "+00:00"), None)
    for text, etag in last_of.items():
        assert changed("GET", f"{OFFER}&asOf={text}").json()["etag"] == etag


@pytest.mark.parametrize(("instant", "status"), [("2000-01-01T00:00:00Z", 404), ("2999-01-01", 200), ("soon", 400)])
def test_a_time_before_the_offer_is_404_and_no_time_is_400(changed: Caller, instant: str, status: int) -> None:
    assert changed("GET", f"{OFFER}&asOf={instant}").status_code == status


def test_a_list_as_of_a_time_has_the_documents_of_then(changed: Caller) -> None:
    second = Revision.objects.get(item__id="personalizedOffer1234", etag=2)
    then = second.created_at.isoformat().replace("+00:00", "Z")
    page = changed("GET", f"offers?offer-type=personalized&asOf={then}&limit=1").json()
    assert [(one["id"], one["name"], one["etag"]) for one in page["results"]] == [
        ("personalizedOffer1234", "Second", 2)
    ]
    assert (page["count"], page["total"], set(page["_links"])) == (1, 1, {"self"})
    assert changed("GET", "offers?asOf=2020-01-01T00:00:00Z").json()["total"] == 0
    both = changed("GET", f"placements?asOf={then}&orderBy=-name&limit=1")
    assert (both.status_code, both.json()["count"]) == (200, 1)


def test_programs_get_full_pages_of_a_moment_and_its_items_are_counted_once(
    changed: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        changed("POST", "tags", {"name": f"Tag {number}"})
    then = timezone.now().isoformat().replace("+00:00", "Z")
    time.sleep(0.002)
    whole = changed("GET", f"tags?asOf={then}&limit=100").json()
    counts, real = [], as_of.count

    def count(*more: Any) -> int:
        counts.append(real(*more))
        return counts[-1]

    monkeypatch.setattr(as_of, "count", count)
    # A large library: nothing is counted in passing, and what a walk looks at is less than a page.
    monkeypatch.setattr(looking, "FEW", -1)
    monkeypatch.setattr(looking, "LOOKED_NOW", 1)
    page = changed("GET", f"tags?asOf={then}&limit=2").json()
    found = page["results"]
    while "next" in page["_links"]:
        assert (page["count"], page["total"]) == (2, whole["total"])
        page = changed("GET", BASE + page["_links"]["next"]["href"]).json()
        found += page["results"]
    assert ([one["id"] for one in found], len(counts)) == ([one["id"] for one in whole["results"]], 1)
    (forged,) = changed("GET", f"tags?asOf={then}&limit=2&start=x~y").json()["results"][:1]
    assert forged == whole["results"][0], "what was not given for this list is its start"


@pytest.mark.parametrize(
    "query",
    ["asOf=soon", "asOf=2026-01-01&orderBy=priority", "asOf=2026-01-01&property=name==x", "asOf=2026-01-01&limit=0"],
)
def test_a_list_as_of_a_time_refuses_what_it_cannot_do(changed: Caller, query: str) -> None:
    assert changed("GET", f"offers?{query}").status_code == 400


def test_blame_names_the_revision_of_every_value(changed: Caller) -> None:
    told = changed("GET", f"{ITEM}/blame").json()
    results = told["results"]
    assert (told["since"], "next" in told["_links"]) == (1, False)
    lines = {line["pointer"]: line for line in results}
    assert set(results[0]) == {"pointer", "value", "etag", "modifiedBy", "modified"}
    assert (lines["/name"]["value"], lines["/name"]["etag"]) == ("Fourth", 4)
    assert lines["/rank/priority"]["etag"] == 3
    assert (lines["/status"]["etag"], lines["/status"]["modifiedBy"]) == (1, "Mina Park")


def test_blame_goes_on_where_it_stopped(changed: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offers.ledger.blamed.LOOKED_BACK", 0)
    monkeypatch.setattr("offers.ledger.blamed.Blamed.is_whole", False)
    told = changed("GET", f"{ITEM}/blame").json()
    assert told["_links"]["next"]["href"].endswith(f"/blame?start={told['since']}")
    older = changed("GET", f"{ITEM}/blame?start=2").json()
    assert {line["pointer"]: line["etag"] for line in older["results"]}["/status"] == 1
    assert changed("GET", f"{ITEM}/blame?start=99").status_code == 404
    assert changed("GET", f"{ITEM}/blame?start=x").status_code == 400


def test_the_history_of_a_deleted_offer_stays_readable(changed: Caller) -> None:
    changed("DELETE", OFFER)
    entries = changed("GET", f"{ITEM}/revisions").json()["results"]
    assert [entry["etag"] for entry in entries] == [5, 4, 3, 2, 1]
    assert entries[0]["patch"] == [{"op": "remove", "path": ""}]
    assert changed("GET", f"{ITEM}/revisions/5").json()["document"] is None
    assert changed("GET", f"{ITEM}/revisions/4").json()["document"]["name"] == "Fourth"
    assert changed("GET", f"{ITEM}/blame").status_code == 404
    assert changed("GET", f"{OFFER}&asOf=2999-01-01").status_code == 404


def test_history_is_for_members_only(changed: Caller, stranger: Caller) -> None:
    for path in ("revisions", "revisions/1", "blame"):
        assert stranger("GET", f"{ITEM}/{path}").status_code == 404
