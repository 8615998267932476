"""What a line of the audit page says of fields besides their names, from the patch alone."""

import orjson
import pytest

from offers.models import Revision
from offers.web.audit.shown.given import given

LONG = "Cards count double in December, capped because last year they were not"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("/rank/priority", 3, {"Priority": "Priority → 3"}),
        ("/description", LONG, {"Description": "Description → Cards count double in December…"}),
        ("/characteristics/creative", "v2", {"Attributes": "Attribute creative → v2"}),
        ("/frequencyCappingConstraints/0/limit", 2, {"Times": "Limits → at most 2 times"}),
        ("/frequencyCappingConstraints", [{"limit": 2}], {"Limits": "Limits → at most 2 times"}),
        ("/frequencyCappingConstraints", [{"limit": 2}, {"limit": 3}], {"Limits": "Limits changed"}),
        ("/tags/1", "c4bdaa6663bf6e1996dfef6d", {"Tags": "Tags changed"}),
        ("/tags", ["c4bdaa6663bf6e1996dfef6d"], {"Tags": "Tags changed"}),
        ("/status", "approved", {"Status": "Status"}),
        ("/representations/0/components/0/content", "<h2>Hello</h2>", {"Text": "Text → Hello"}),
        ("/representations/0/components/0/content", '{"title": "Hello"}', {"Text": "Text changed"}),
        ("/representations/0/components/0/content", '{\n  "title": "Hello"}', {"Text": "Text changed"}),
        ("/representations/0/components/0/content", "{{ profile.name }}", {"Text": "Text → {{ profile.name }}"}),
    ],
)
def test_a_value_is_told_where_it_is_short_and_needs_no_name(path: str, value: object, expected: object) -> None:
    patch = orjson.dumps([{"op": "replace", "path": path, "value": value}]).decode()
    assert given(Revision(patch=patch)) == expected


def test_nothing_is_told_of_two_of_one_name_of_what_was_made_whole_or_erased() -> None:
    both = [
        {"op": "replace", "path": f"/{one}/endDate", "value": "2027-01-28T23:59:59.000+00:00"} for one in ("a", "b")
    ]
    dates = [{"op": "replace", "path": f"/frequencyCappingConstraints/{n}/limit", "value": n} for n in (1, 2)]
    assert given(Revision(patch=orjson.dumps(dates).decode())) == {"Times": "Limits changed"}
    assert given(Revision(patch=orjson.dumps(both).decode())) == {}
    assert given(Revision(patch='[{"op":"add","path":"","value":{"name":"Sale"}}]')) == {}
    assert given(Revision(patch="")) == {}
