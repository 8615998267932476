import re
from collections.abc import Callable
from typing import Any

import pytest

from offers.models import LibraryItem, Revision, Sandbox
from tests.api.conftest import DOCUMENTED_OFFER, OFFER, PLACEMENT, Caller, make_caller

Make = Callable[..., dict[str, Any]]
DOCUMENTED_PATCH = [
    {"op": "replace", "path": "/name", "value": "Updated personalized offer"},
    {"op": "replace", "path": "/description", "value": "Updated personalized offer description"},
]
RULE = {"name": "Gold", "condition": {"type": "PQL", "format": "pql/text", "value": "person.tier = 'gold'"}}
COLLECTION = {"name": "Both", "filterType": "offers", "ids": ["personalizedOffer1234"]}
DECISION = {
    "name": "Home page hero",
    "startDate": "2026-01-01T00:00:00Z",
    "endDate": "2026-02-01T00:00:00Z",
    "criteria": [],
}


def test_the_documented_patch_gets_the_nine_member_receipt(editor: Caller) -> None:
    response = editor("PATCH", OFFER, DOCUMENTED_PATCH)
    assert response.status_code == 200
    receipt = response.json()
    assert list(receipt) == [
        *("etag", "createdBy", "lastModifiedBy", "id", "sandboxId", "createdDate", "lastModifiedDate"),
        *("createdByClientId", "lastModifiedByClientId"),
    ]
    assert receipt["etag"] == 2
    assert receipt["id"] == "personalizedOffer1234"
    assert (receipt["createdBy"], receipt["createdByClientId"]) == ("Mina Park", "")
    assert (receipt["lastModifiedBy"], receipt["lastModifiedByClientId"]) == ("Editor-Client", "editor-client")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", receipt["lastModifiedDate"])
    assert response["ETag"] == '"2"'


def test_a_patch_is_recorded_with_who_how_and_why(editor: Caller) -> None:
    editor("PATCH", OFFER, DOCUMENTED_PATCH, X_Change_Note="Legal asked", X_Request_Id="request-of-the-test")
    revision = Revision.objects.get(etag=2)
    assert (revision.actor_label, revision.client_id, revision.source) == ("Editor-Client", "editor-client", "api")
    assert (revision.note, revision.request_id) == ("Legal asked", "request-of-the-test")
    assert "Updated personalized offer description" in revision.patch


def test_a_note_in_korean_arrives_as_it_was_sent(editor: Caller) -> None:
    editor("PATCH", OFFER, DOCUMENTED_PATCH, X_Change_Note="설날 행사".encode().decode("latin-1"))
    assert Revision.objects.get(etag=2).note == "설날 행사"


@pytest.mark.parametrize("note", ["x" * 1001, "two\nlines", "\x07"])
def test_it_refuses_a_note_that_is_not_one_line(editor: Caller, note: str) -> None:
    assert editor("PATCH", OFFER, DOCUMENTED_PATCH, X_Change_Note=note).status_code == 400
    assert editor("GET", OFFER).json()["etag"] == 1


def test_it_takes_the_patch_content_type_and_a_charset(editor: Caller) -> None:
    for count, content_type in enumerate(["application/json-patch+json", "application/json; charset=UTF-8"]):
        patch = [{"op": "replace", "path": "/name", "value": f"Name {count}"}]
        assert editor("PATCH", OFFER, patch, Content_Type=content_type).status_code == 200


def test_a_patch_that_changes_nothing_makes_no_revision(editor: Caller) -> None:
    patch = [{"op": "replace", "path": "/name", "value": DOCUMENTED_OFFER["name"]}]
    assert editor("PATCH", OFFER, patch).json()["etag"] == 1
    assert Revision.objects.filter(item__id="personalizedOffer1234").count() == 1


def test_a_get_shows_the_document_and_the_servers_members(editor: Caller) -> None:
    response = editor("GET", OFFER, Accept="*,application/json")
    assert (response.status_code, response["Content-Type"], response["ETag"]) == (200, "application/json", '"1"')
    shown = response.json()
    members = {
        name: shown.pop(name)
        for name in ("id", "created", "modified", "etag", "schemas", "createdBy", "lastModifiedBy")
    }
    assert shown == DOCUMENTED_OFFER
    assert members["schemas"] == ["https://ns.adobe.com/experience/offer-management/personalized-offer;version=0.15"]
    assert (members["etag"], members["createdBy"], members["lastModifiedBy"]) == (1, "Mina Park", "Mina Park")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", members["modified"])


@pytest.mark.parametrize(
    ("path", "document", "change"),
    [
        ("offers?offer-type=personalized", {**DOCUMENTED_OFFER, "name": "Second"}, "Third"),
        ("offers?offer-type=FALLBACK", {"name": "Fallback"}, "Other fallback"),
        ("placements", PLACEMENT, "Start page"),
        ("offer-rules", RULE, "Platinum"),
        ("tags", {"name": "Holiday 2026"}, "Holiday 2027"),
        ("offer-collections", COLLECTION, "One"),
        ("offer-decisions", DECISION, "Footer"),
    ],
)
def test_every_kind_can_be_created_read_changed_listed_and_deleted(
    editor: Caller, path: str, document: dict[str, Any], change: str
) -> None:
    created = editor("POST", path, document)
    assert created.status_code == 201, created.content
    assert created.json()["etag"] == 1
    item = created["Location"]
    assert editor("GET", item).json()["name"] == document["name"]
    changed = editor("PATCH", item, [{"op": "replace", "path": "/name", "value": change}])
    assert changed.json()["etag"] == 2
    assert change in [found["name"] for found in editor("GET", path).json()["results"]]
    deleted = editor("DELETE", item)
    assert (deleted.status_code, deleted.content) == (200, b"")
    assert editor("GET", item).status_code == 404
    assert editor("PATCH", item, [{"op": "remove", "path": "/name"}]).status_code == 404
    assert editor("DELETE", item).status_code == 404
    assert change not in [found["name"] for found in editor("GET", path).json()["results"]]


def test_an_offer_is_a_draft_unless_it_says_otherwise(editor: Caller, offer_like: Make) -> None:
    document = offer_like()
    del document["status"]
    location = editor("POST", "offers?offer-type=personalized", document)["Location"]
    assert editor("GET", location).json()["status"] == "draft"


@pytest.mark.parametrize("offer_type", ["personalized", "PERSONALIZED", "Personalized"])
def test_the_offer_type_is_taken_in_any_case(editor: Caller, offer_type: str) -> None:
    assert editor("GET", f"offers/personalizedOffer1234?offer-type={offer_type}").status_code == 200


def test_the_offer_type_must_be_the_offers_own(editor: Caller) -> None:
    assert editor("GET", "offers/personalizedOffer1234?offer-type=fallback").status_code == 404
    assert editor("GET", "offers/personalizedOffer1234").status_code == 200
    assert editor("GET", "placements/personalizedOffer1234").status_code == 404
    assert editor("GET", "offers/personalizedOffer1234?offer-type=other").status_code == 400
    assert editor("POST", "offers", DOCUMENTED_OFFER).status_code == 400


def test_a_dry_run_shows_the_change_and_stores_nothing(editor: Caller) -> None:
    answer = editor("PATCH", f"{OFFER}&dryRun=true", DOCUMENTED_PATCH).json()
    assert set(answer) == {"etag", "document", "changes"}
    assert answer["etag"] == 2
    assert answer["document"]["name"] == "Updated personalized offer"
    assert [(row["label"], row["new"]) for row in answer["changes"]] == [
        ("Name", "Updated personalized offer"),
        ("Description", "Updated personalized offer description"),
    ]
    assert editor("GET", OFFER).json()["etag"] == 1
    assert Revision.objects.count() == 2


def test_a_dry_run_of_a_post_validates_and_stores_nothing(editor: Caller) -> None:
    answer = editor("POST", "tags?dryRun=true", {"name": "Tried"})
    assert (answer.status_code, answer.json()["document"]) == (200, {"name": "Tried"})
    assert editor("POST", "tags?dryRun=true", {}).status_code == 422
    assert editor("GET", "tags").json()["total"] == 0


def test_a_dry_run_refuses_what_the_real_one_would(editor: Caller, auditor: Caller) -> None:
    assert editor("PATCH", f"{OFFER}&dryRun=true", [{"op": "remove", "path": "/nothing"}]).status_code == 409
    assert auditor("PATCH", f"{OFFER}&dryRun=true", DOCUMENTED_PATCH).status_code == 403
    assert editor("PATCH", f"{OFFER}&dryRun=perhaps", DOCUMENTED_PATCH).status_code == 400


@pytest.mark.parametrize(
    ("method", "parameter"),
    [
        ("DELETE", "dryRun=true"),
        ("DELETE", "dry-run=true"),
        ("PATCH", "dryrun=true"),
        ("PATCH", "dryRun=true&dryRun=false"),
        ("GET", "asof=2020-01-01T00:00:00Z"),
        ("PATCH", "asOf=2020-01-01T00:00:00Z"),
    ],
)
def test_a_call_that_does_not_know_how_to_only_try_or_look_back_does_nothing_instead(
    editor: Caller, method: str, parameter: str
) -> None:
    assert editor(method, f"{OFFER}&{parameter}", DOCUMENTED_PATCH).status_code == 400
    assert editor("GET", OFFER).json()["etag"] == 1


def test_what_is_in_use_is_not_deleted(editor: Caller) -> None:
    response = editor("DELETE", "placements/offerPlacement1234")
    assert response.status_code == 409
    problem = response.json()
    assert "personalizedOffer1234" in problem["errors"][0]["message"]
    assert problem["etag"] == 1
    assert editor("GET", "placements/offerPlacement1234").status_code == 200


def test_a_sandbox_may_require_if_match(sandbox: Sandbox, editor: Caller) -> None:
    Sandbox.objects.update(require_if_match=True)
    assert editor("PATCH", OFFER, DOCUMENTED_PATCH).status_code == 428
    assert editor("DELETE", OFFER).status_code == 428
    assert editor("PATCH", OFFER, DOCUMENTED_PATCH, If_Match="*").status_code == 428
    assert editor("PATCH", OFFER, DOCUMENTED_PATCH, If_Match='"1"').status_code == 200


def test_an_offer_keeps_its_dates_as_they_were_sent(editor: Caller, offer_like: Make) -> None:
    window = {"startDate": "2026-01-01T00:00:00+09:00", "endDate": "2026-02-01T00:00:00.5Z"}
    location = editor("POST", "offers?offer-type=personalized", offer_like(selectionConstraint=window))["Location"]
    assert editor("GET", location).json()["selectionConstraint"] == window


def test_a_client_without_a_name_signs_with_its_id(sandbox: Sandbox) -> None:
    from allauth.idp.oidc.models import Client

    caller = make_caller("nameless", (sandbox, "editor"))
    Client.objects.filter(pk="nameless").update(name="")
    assert caller("PATCH", OFFER, DOCUMENTED_PATCH).json()["lastModifiedBy"] == "nameless"


def test_nothing_but_the_named_item_changes(editor: Caller) -> None:
    before = list(LibraryItem.objects.exclude(id="personalizedOffer1234").values())
    editor("PATCH", OFFER, DOCUMENTED_PATCH)
    assert list(LibraryItem.objects.exclude(id="personalizedOffer1234").values()) == before
