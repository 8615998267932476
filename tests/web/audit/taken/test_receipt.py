"""The page of a receipt: what changed, whose it was, what was checked, and how to check it oneself."""

import re

import pytest
from pytest_django import Settings

from offers.erasure import asking
from offers.log import checkpoints, sequencer
from offers.log.taken.scripts import script
from offers.models import LibraryItem, LogEntry, Revision, Sandbox
from offers.review import requests
from tests.cast import Role, actor, make, offer, patch, replace
from tests.log.test_proof import as_owner
from tests.review.asking import agree, ask, wanted
from tests.review.conftest import member
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/s/prod/offers/sale/history/{}/proof/"


@pytest.fixture
def lived(sandbox: Sandbox, settings: Settings) -> Sandbox:
    """Version 2 came by a request that was approved, version 3 was published without review."""
    settings.LOG_KEY = b"\7" * 32
    sale = make(actor(sandbox), offer(status="approved"), id="sale")
    Sandbox.objects.update(review_policy="two-people")
    mina, jisoo = (member(sandbox, name, Role.REVIEWER) for name in ("ena", "jisoo"))
    hasty = member(sandbox, "hasty", Role.EDITOR, may_bypass=True)
    agree(jisoo, ask(mina, sale, replace("/name", "Summer")))
    requests.publish(hasty, [wanted(sale, replace("/rank/priority", 9))], "Quick", "It was wrong")
    sequencer.keep()
    return sandbox


def test_it_says_what_changed_who_agreed_and_what_was_checked(lived: Sandbox, sign_in: SignIn) -> None:
    text = flat(text_of(sign_in("auditor").get(PAGE.format(2))))
    vkey = checkpoints.signer_of(lived).vkey
    size = checkpoints.size_of(lived)
    made = Revision.objects.get(item__id="sale", etag=2)
    for part in ("Spring sale", "Summer", "“Legal asked for it”", "Proposed by", vkey, made.digest):
        assert part in text, part
    assert "Everyone who approved it is someone other than its authors." in text
    assert "Receipt for version 2: " in text, "of what, too"
    index = LogEntry.objects.get(row=made.pk, event=LogEntry.Event.REVISION).index
    assert f"It is entry {index + 1} of {size}" in text, "counted as people do"
    assert re.search(rf"<dt>Index</dt><dd><span[^>]*>{index}</span>", text), "and as the log does"
    assert "2 of 3" in text, "its head tells the version that it is of, and not the present one"
    assert "python verify_receipt.py sale-2.tlog-proof --key KEY" in text
    assert "/s/prod/offers/sale/history/2/receipt" in text


def test_it_names_who_did_not_wait_and_that_nobody_looked(lived: Sandbox, sign_in: SignIn) -> None:
    text = flat(text_of(sign_in("auditor").get(PAGE.format(3))))
    assert "Nobody: published without review by" in text
    assert "“It was wrong”" in text
    assert "Nobody else has reviewed it yet" in text
    assert "someone other than its authors" not in text


def test_a_change_that_was_altered_is_not_shown_as_proved(lived: Sandbox, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    with as_owner("revision") as cursor:
        cursor.execute("UPDATE offers_revision SET note = 'Nothing to see' WHERE etag = 2")
    text = text_of(auditor.get(PAGE.format(2)))
    assert "This change could not be proved" in text
    assert "The record has not been altered" not in text


def test_the_script_that_it_names_can_be_had_and_proves_the_file_that_it_names(lived: Sandbox, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    given = auditor.get("/s/prod/log/verify_receipt.py").content.decode()
    space: dict[str, object] = {"__name__": "verify_receipt"}
    exec(given, space)  # noqa: S102  # what a stranger runs
    receipt = auditor.get("/s/prod/offers/sale/history/2/receipt").content.decode()
    vkey = checkpoints.signer_of(lived).vkey
    assert space["verify"](receipt, vkey)["leaf"]["etag"] == 2  # type: ignore[operator]


def test_it_says_why_there_is_nothing_to_download(lived: Sandbox, sign_in: SignIn, settings: Settings) -> None:
    auditor = sign_in("auditor")
    Sandbox.objects.update(review_policy="none")
    patch(actor(lived), make(actor(lived), offer(), id="late"), replace("/name", "Later"))
    text = text_of(auditor.get("/s/prod/offers/late/history/2/proof/"))
    assert "not in the log yet" in text
    assert "Nobody was asked" in text
    settings.LOG_KEY = b""
    text = text_of(auditor.get(PAGE.format(2)))
    assert "Nothing is signed here" in text
    assert "Download the receipt" not in text
    assert auditor.get(PAGE.format(99)).status_code == 404


def test_what_was_erased_is_missing_and_the_change_is_still_proved(
    lived: Sandbox, sign_in: SignIn, settings: Settings
) -> None:
    first, second = (member(lived, name, Role.ADMIN) for name in ("hyun", "bom"))
    sale = LibraryItem.objects.get(id="sale")
    Sandbox.objects.update(review_policy="none")
    patch(actor(lived), sale, replace("/name", "Call Hana 010"))
    patch(actor(lived), sale, replace("/name", "Call us"))
    sequencer.keep()
    asking.confirm(second, asking.ask_value(first, sale, "/name", [4], "She asked us to").key)
    auditor = sign_in("auditor")
    text = text_of(auditor.get(PAGE.format(4)))
    assert "The log's signature is valid." in text
    assert "Parts were erased since" in text
    assert "Hana 010" not in text
    receipt = auditor.get("/s/prod/offers/sale/history/4/receipt").content.decode()
    found = script("verify_receipt").verify(receipt, checkpoints.signer_of(lived).vkey)
    assert sorted(found["opened"]) == ["label", "note"]
