"""What was erased stays erased where a library goes: missing in the file, missing where it is imported, and proved."""

import hashlib
from typing import Any

import pytest

from offers.access.permissions import Actor
from offers.document.values import canonical_text
from offers.erasure import asking
from offers.ledger.leaf import commitment
from offers.models import LibraryItem, Revision
from offers.transfer import exporting, importing
from tests.cast import make_sandbox, patch, replace
from tests.erasure.conftest import SECRET, wrong
from tests.review.conftest import Cast
from tests.transfer.test_library import brought, exported, file_of, lines_of, past_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(people: Cast, hyun: Actor, sale: LibraryItem) -> bytes:
    patch(people.jun, sale, replace("/rank/priority", 99))
    asked = asking.ask_value(people.jisoo, sale, "/description", [4], "She asked us to")
    asking.confirm(hyun, asked.key)
    return exported(people.sandbox)


def test_it_is_missing_in_the_file_and_where_that_is_imported_and_everything_is_proved(
    people: Cast,
    file: bytes,
) -> None:
    assert SECRET.encode() not in file
    second, third = make_sandbox("second"), make_sandbox("third")
    brought(file, second)
    assert past_of(second) == past_of(people.sandbox)
    brought(b"".join(exporting.lines(second)), third)
    assert past_of(third) == past_of(people.sandbox)
    made = Revision.objects.get(sandbox=third, item__id="sale", etag=4)
    there = Revision.objects.get(sandbox=people.sandbox, item__id="sale", etag=4)
    assert (made.erased, made.patch_salt) == (there.erased, None)
    assert made.refers_to["origin"]["erased"]["patch"] == hashlib.sha256(made.patch.encode()).hexdigest()
    assert wrong() == []


@pytest.mark.parametrize(
    ("name", "instead"),
    [("label", "Grace"), ("note", "[erased:1] She said so"), ("patch", replace("/rank/priority", 99))],
)
def test_who_says_that_a_text_was_erased_puts_no_other_in_its_place(
    people: Cast, file: bytes, name: str, instead: object
) -> None:
    """The commitment stays, so every digest is right, whatever stands there."""
    lines = lines_of(file)
    made: Any = next(line["revision"] for line in lines if line.get("revision", {}).get("etag") == 5)
    text = made[name] if isinstance(made[name], str) else canonical_text(made[name])
    made["erased"] = {name: commitment(bytes.fromhex(made["salts"][name]), text)} | made.get("erased", {})
    made["salts"][name] = None
    made[name] = instead
    with pytest.raises(importing.Refused, match=rf"line \d+, /revision/erased/{name}: has no mark of an erasure"):
        brought(file_of(lines), make_sandbox("elsewhere"))


@pytest.mark.parametrize("change", ["instead", "salt", "more"])
def test_nothing_else_is_put_in_its_place_and_nothing_more_is_said_to_be_erased(
    people: Cast,
    file: bytes,
    change: str,
) -> None:
    lines = lines_of(file)
    gone: Any = next(line["revision"] for line in lines if line.get("revision", {}).get("erased"))
    if change == "instead":
        gone["patch"] = replace("/nothing", 1)
    elif change == "salt":
        gone["salts"]["patch"] = "00" * 16
    else:
        gone["salts"]["note"] = None
    with pytest.raises(importing.Refused, match="line "):
        brought(file_of(lines), make_sandbox("elsewhere"))
    assert not LibraryItem.objects.filter(sandbox__name="elsewhere").exists()
