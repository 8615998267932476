import pytest

from tests.api.conftest import OFFER, Caller

RENAME = [{"op": "replace", "path": "/name", "value": "Renamed"}]


@pytest.mark.parametrize("header", ['"1"', '"7", "1"', ' "1" ', "*", '"1",'])
def test_a_patch_is_applied_to_the_version_that_it_names(editor: Caller, header: str) -> None:
    response = editor("PATCH", OFFER, RENAME, If_Match=header)
    assert (response.status_code, response["ETag"]) == (200, '"2"')


@pytest.mark.parametrize("header", ['"2"', 'W/"1"', '"2", W/"1"', '"2", "3"', '"one"', '"01"', f'"{"9" * 30}"', '""'])
def test_a_patch_to_any_other_version_is_412_and_changes_nothing(editor: Caller, header: str) -> None:
    assert editor("PATCH", OFFER, RENAME, If_Match=header).status_code == 412
    assert editor("DELETE", OFFER, If_Match=header).status_code == 412
    assert editor("GET", OFFER).json()["etag"] == 1


@pytest.mark.parametrize(
    "header",
    ["1", '"1', "'1'", '"1" "2"', "", "W/1", '*, "1"', '"' + "x" * 1000 + '"', '"1"' + ", \t" * 200 + "!"],
)
def test_a_malformed_precondition_is_400(editor: Caller, header: str) -> None:
    assert editor("PATCH", OFFER, RENAME, If_Match=header).status_code == 400
    assert editor("GET", OFFER, If_None_Match=header).status_code == 400


def test_a_patch_that_would_change_nothing_still_needs_the_right_version(editor: Caller) -> None:
    editor("PATCH", OFFER, RENAME)
    assert editor("PATCH", OFFER, RENAME, If_Match='"1"').status_code == 412


def test_a_stale_precondition_comes_before_a_conflict(editor: Caller) -> None:
    editor("PATCH", OFFER, RENAME)
    assert editor("PATCH", OFFER, [{"op": "remove", "path": "/nothing"}], If_Match='"1"').status_code == 412


@pytest.mark.parametrize("header", ['"1"', 'W/"1"', '"7", "1"', "*"])
def test_a_version_that_the_caller_has_is_304_without_a_body(editor: Caller, header: str) -> None:
    response = editor("GET", OFFER, If_None_Match=header)
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", '"1"')


def test_a_version_that_the_caller_does_not_have_is_sent(editor: Caller) -> None:
    editor("PATCH", OFFER, RENAME)
    response = editor("GET", OFFER, If_None_Match='"1"')
    assert (response.status_code, response["ETag"]) == (200, '"2"')


def test_a_delete_takes_a_precondition_and_the_deleted_stays_deleted(editor: Caller) -> None:
    assert editor("DELETE", OFFER, If_Match='"1"').status_code == 200
    assert editor("PATCH", OFFER, RENAME, If_Match='"2"').status_code == 404
