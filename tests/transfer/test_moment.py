"""An export is of one moment, whatever others store while it is written."""

import orjson
import pytest

from offers.models import LibraryItem, reading
from offers.transfer import exporting
from tests.cast import actor, at_once, make, make_sandbox, offer, patch, replace


@pytest.mark.django_db(transaction=True)
def test_an_export_is_of_one_moment_whatever_is_stored_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    mina = actor(make_sandbox())
    for id in ("one", "two"):
        make(mina, offer(), id=id)
    monkeypatch.setattr(reading, "CHUNK", 1)
    file = exporting.lines(mina.sandbox)
    written = [next(file)]

    def work(_number: int) -> None:
        make(mina, offer(), id="three")
        patch(mina, LibraryItem.objects.get(id="two"), replace("/name", "Later"))

    assert at_once(1, work) == [None]
    written += file
    lines = [orjson.loads(line) for line in b"".join(written).splitlines()]
    assert [line["item"]["id"] for line in lines if "item" in line] == ["one", "two"]
    assert [line["revision"]["etag"] for line in lines if "revision" in line] == [1, 1]
    assert {key: lines[-1]["end"][key] for key in ("items", "revisions")} == {"items": 2, "revisions": 2}
