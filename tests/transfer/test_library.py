"""A library that is exported with its history and imported again, here or elsewhere: the same past, proved, or nothing at all."""

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from offers import proof
from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.history import document_at
from offers.ledger.records import Stamp
from offers.log import checkpoints, sequencer
from offers.models import LibraryImport, LibraryItem, LogEntry, Revision, Sandbox
from offers.transfer import exporting, importing
from tests.cast import FORM, Role, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in

pytestmark = pytest.mark.django_db

Lines = list[dict[str, Any]]
SEED = bytes(range(32))
NIGHT = "T00:00:00.000000+00:00"


@pytest.fixture
def mina(db: None) -> Actor:
    return actor(make_sandbox())


@pytest.fixture
def library(mina: Actor) -> Sandbox:
    """A placement, an offer in it with a past, a copy of it by a program, and a tag that was deleted and came back."""
    make_placement(mina)
    sale = make(mina, offer(representations=[shown_in("home")]), id="sale")
    patch(mina, sale, replace("/name", "Summer – 여름"))
    feed = Actor(mina.sandbox, Role.EDITOR, "Feed", client_id="feed")
    writes.change(feed, list(Kind), "sale", replace("/rank/priority", 7), Stamp("api", "Prices", "req-12345678"))
    copied = Stamp("form", refers_to={"copy_of": "sale", "request": 12, "bypass": True})
    writes.create(
        Actor(mina.sandbox, Role.EDITOR, "Mina Park", user_id=7), Kind.PERSONALIZED_OFFER, offer(), copied, id="copy"
    )
    make(mina, {"name": "Spring"}, Kind.TAG, "tag")
    writes.delete(mina, [Kind.TAG], "tag", FORM)
    return mina.sandbox


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    return {}


@pytest.fixture
def file(kept: dict[str, bytes], request: pytest.FixtureRequest) -> bytes:
    """The library's file, written once for all who only read it."""
    if "file" not in kept:
        kept["file"] = exported(request.getfixturevalue("library"))
    return kept["file"]


def exported(sandbox: Sandbox) -> bytes:
    return b"".join(exporting.lines(sandbox))


def lines_of(file: bytes) -> Lines:
    return [orjson.loads(line) for line in file.splitlines()]


def file_of(lines: Lines) -> bytes:
    """A file of these lines, with an end that is over them as they are."""
    body = b"".join(orjson.dumps(line) + b"\n" for line in lines if "end" not in line)
    counts = {f"{name}s": sum(name in line for line in lines) for name in ("item", "revision")}
    return body + orjson.dumps({"end": {**counts, "sha256": hashlib.sha256(body).hexdigest()}}) + b"\n"


def brought(file: bytes, sandbox: Sandbox, **more: str) -> LibraryImport:
    return importing.bring(sandbox, io.BytesIO(file), by="Olga Operator", note="We moved", **more)


def wrong() -> list[str]:
    return [f"{one.id} {one.etag}: {one.message}" for one in proof.verify(Sandbox.objects.all())]


def past_of(sandbox: Sandbox) -> dict[str, list[object]]:
    """Of every item what its past says of itself: by whom, when, why, and the document after each change."""
    return {
        item.id: [
            (made.etag, made.patch, made.actor_label, made.note, made.created_at, document_at(item, made.etag))
            for made in item.revisions.order_by("etag")
        ]
        for item in LibraryItem.objects.filter(sandbox=sandbox)
    }


def test_a_library_imported_elsewhere_has_the_same_past_and_is_proved(library: Sandbox) -> None:
    file = exported(library)
    elsewhere = make_sandbox("elsewhere", review_policy=Sandbox.ReviewPolicy.EVERYTHING)
    made = brought(file, elsewhere)
    assert past_of(elsewhere) == past_of(library)
    assert (made.items, made.revisions) == (4, 7)
    assert wrong() == []
    tag = LibraryItem.objects.get(sandbox=elsewhere, id="tag")
    assert tag.deleted_at == Revision.objects.get(item=tag, etag=2).created_at


def test_who_made_it_there_is_a_name_here_and_no_account(library: Sandbox) -> None:
    elsewhere = make_sandbox("elsewhere")
    brought(exported(library), elsewhere)
    made = Revision.objects.filter(sandbox=elsewhere)
    assert not made.exclude(actor_id=None, client_id="", source="import").exists()
    copy = LibraryItem.objects.get(sandbox=elsewhere, id="copy")
    assert (copy.modified_by, copy.modified_by_key) == ("Mina Park", "name-Mina Park")
    there = Revision.objects.get(sandbox=library, item__id="copy")
    assert made.get(item=copy).refers_to == {
        "copy_of": "sale",
        "origin": {"actor": 7, "digest": there.digest, "door": "form",
                   "refers_to": {"copy_of": "sale", "request": 12, "bypass": True}},
    }  # fmt: skip


def test_the_log_says_that_it_was_imported_from_where_by_whom_and_why(library: Sandbox, settings: Any) -> None:
    settings.LOG_KEY = SEED
    while sequencer.advance(library):
        pass
    file = exported(library)
    elsewhere = make_sandbox("elsewhere")
    vkey = checkpoints.signer_of(library).vkey
    made = brought(file, elsewhere, vkey=vkey)
    sequencer.advance(elsewhere)
    last = LogEntry.objects.filter(sandbox=elsewhere).order_by("index").last()
    assert last is not None
    assert (last.index, last.event, last.row, last.actor_key) == (7, 4, made.pk, "name-Olga Operator")
    assert (made.origin, made.sha256) == (checkpoints.origin_of(library), hashlib.sha256(file).hexdigest())
    assert checkpoints.read(made.checkpoint, vkey).size == 7
    assert (made.actor_label, made.note) == ("Olga Operator", "We moved")


def test_a_checkpoint_that_the_key_did_not_sign_refuses_all_of_it(library: Sandbox, settings: Any) -> None:
    settings.LOG_KEY = SEED
    file, vkey = exported(library), checkpoints.signer_of(make_sandbox("other")).vkey
    with pytest.raises(importing.Refused, match="line 1, /library/checkpoint"):
        brought(file, make_sandbox("elsewhere"), vkey=vkey)


def test_what_was_imported_can_be_exported_and_imported_again(library: Sandbox) -> None:
    second, third = make_sandbox("second"), make_sandbox("third")
    brought(exported(library), second)
    brought(exported(second), third)
    assert past_of(third) == past_of(library)
    origin = Revision.objects.get(sandbox=third, item__id="sale", etag=3).refers_to["origin"]
    assert origin["digest"] == Revision.objects.get(sandbox=second, item__id="sale", etag=3).digest
    assert origin["refers_to"]["origin"]["client"] == "feed"
    assert wrong() == []


def test_an_imported_item_goes_on_in_the_write_path(library: Sandbox) -> None:
    elsewhere = make_sandbox("elsewhere")
    brought(exported(library), elsewhere)
    change = patch(actor(elsewhere), LibraryItem.objects.get(sandbox=elsewhere, id="sale"), replace("/name", "Now"))
    assert change.head.etag == 4
    assert wrong() == []


def test_a_filled_sandbox_takes_it_where_no_id_is_taken(library: Sandbox) -> None:
    file, elsewhere = exported(library), make_sandbox("elsewhere")
    make(actor(elsewhere), offer(), id="theirs")
    brought(file, elsewhere)
    with pytest.raises(importing.Refused, match="line 8: the id copy is taken in elsewhere"):
        brought(file, elsewhere)
    assert LibraryItem.objects.filter(sandbox=elsewhere).count() == 5
    assert LibraryImport.objects.count() == 1
    assert wrong() == []


def test_what_says_that_it_was_imported_and_came_with_no_import_is_asked_for_a_second_person(library: Sandbox) -> None:
    """Else a policy would be got round by writing `import` into the row."""
    strict = make_sandbox("strict", review_policy=Sandbox.ReviewPolicy.EVERYTHING)
    by = Actor(strict, Role.ADMIN, "Mina Park")
    writes.create(by, Kind.TAG, {"name": "A"}, Stamp("import", reviewed=True), id="invented")
    assert wrong() == ["invented 1: it changed what was live, and names no second person and no bypass"]


Change = Callable[[Lines], object]


def _line(what: str, place: int = 0) -> Callable[[Lines], dict[str, Any]]:
    def found(lines: Lines) -> dict[str, Any]:
        return [line[what] for line in lines if what in line][place]  # type: ignore[no-any-return]

    return found


def _put(what: str, place: int, **values: object) -> Change:
    return lambda lines: _line(what, place)(lines).update(values)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_put("revision", 2, label="Somebody"), r"line 6, /revision/digest: is not that"),
        (_put("revision", 2, note="Another"), r"line 6, /revision/digest"),
        (_put("revision", 2, time="2026-01-01T00:00:00.000000+00:00"), r"line 6, /revision/time: is not later"),
        (_put("revision", 2, time="2026-01-01"), r"line 6, /revision/time: is no time"),
        (_put("revision", 0, time=f"0001-01-01{NIGHT}"), r"line 3, /revision/time: is before the year 2000"),
        (_put("revision", 2, patch=replace("/name", "Else")), r"line 6, /revision/digest"),
        (_put("revision", 2, patch=replace("/nothing/x", 1)), r"line 6, /revision/patch/0: There is nothing"),
        (_put("revision", 2, patch=[{"op": "burn"}]), r"line 6, /revision/patch/0: "),
        (_put("revision", 2, patch=replace("/rank", 1)), r"line 6, /revision/patch: makes a document that is not valid"),
        (_put("revision", 2, etag=3), r"line 6, /revision/etag: is not 2"),
        (_put("revision", 2, etag="2"), r"line 6, /revision/etag: Input should be a valid integer"),
        (_put("revision", 2, etag=True), r"line 6, /revision/etag"),
        (_put("revision", 2, salts={"patch": "0"}), r"line 6, /revision/salts/patch"),
        (_put("revision", 2, more=1), r"line 6, /revision/more: Extra inputs"),
        (_put("revision", 2, refers_to={"undoes": "x"}), r"line 6, /revision/"),
        (_put("item", 1, kind="spell"), r"line 4, /item/kind: is no kind"),
        (_put("item", 1, id="../x"), r"line 4, /item/id"),
        (_put("item", 1, id="gone"), r"line 5, /revision/digest"),
        (_put("item", 1, revisions=2), r"line 6, /revision/digest: is not that of the item's last"),
        (_put("item", 1, revisions=4), r"line 8, /item: stands where a line “revision”"),
        (_put("item", 1, digest="0" * 64), r"line 7, /revision/digest: is not that of the item's last"),
        (
            _put("library", 0, format="offeradmin-library/2", seen=1),
            r"line 1, /library/format: is 'offeradmin-library/2', and this version of the application reads 'offeradmin-library/1'",
        ),
        (_put("library", 0, origin="host/org/staging"), r"line 3, /revision/digest"),
        (_put("library", 0, exported="yesterday"), r"line 1, /library/exported"),
        (lambda lines: lines.pop(0), r"line 1, /item: stands where a line “library”"),
        (lambda lines: lines.insert(2, {}), r"line 3: has to have one member"),
        (lambda lines: lines.append(lines[1]), r"line \d+: the file is cut off|line \d+, /end"),
        (lambda lines: lines.extend(lines[1:3]), r"line 13: the id home is there twice|line 13: the id home is taken"),
        (lambda lines: lines.__delitem__(slice(1, 3)), r"line 2: sale: there is no placement with the id home"),
    ],
)  # fmt: skip
def test_a_line_that_is_wrong_refuses_all_of_it_and_is_named(
    db: None, file: bytes, change: Change, problem: str
) -> None:
    lines, elsewhere = lines_of(file), make_sandbox("elsewhere")
    change(lines)
    with pytest.raises(importing.Refused, match=problem):
        brought(file_of(lines), elsewhere)
    assert not LibraryItem.objects.filter(sandbox=elsewhere).exists()
    assert not LibraryImport.objects.exists()


def test_a_time_that_is_still_to_come_is_refused(mina: Actor) -> None:
    """Everything that is changed later would have to be later still."""
    elsewhere = make_sandbox("elsewhere")
    make(mina, {"name": "Spring"}, Kind.TAG, "tag")
    with pytest.MonkeyPatch.context() as clock:
        tomorrow = timezone.now() + timedelta(days=1)
        clock.setattr("offers.ledger.writes.timezone.now", lambda: tomorrow)
        patch(mina, LibraryItem.objects.get(id="tag"), replace("/name", "Later"))
    with pytest.raises(importing.Refused, match="line 4, /revision/time: is still to come"):
        brought(exported(mina.sandbox), elsewhere)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda file: file[: len(file) // 2], r"line \d+: the file is cut off in the middle of it"),
        (lambda file: b"\n".join(file.splitlines()[:-1]) + b"\n", r"the file is cut off"),
        (lambda file: b"", r"line 1: the file is empty"),
        (lambda file: file.replace(b"Summer", b"Winter"), r"/revision/digest"),
        (lambda file: file.replace(b'"exported":"2', b'"exported":"1'), r"/end/sha256: .* was changed"),
        (lambda file: file + b"{}\n", r"comes after the end"),
        (lambda file: file.replace(b'"etag":2', b'"etag":2,"etag":2', 1), r"line 6, /revision: .* twice"),
        (lambda file: file.replace(b"Summer", b"Sum\\u0000mer"), r"line 6, .*NUL"),
        (lambda file: b"[" * 100_000 + file, r"line 1: .*nested"),
        (lambda file: b" " * 2_000_001 + file, r"line 1: is longer than"),
        (lambda file: b"\xef\xbb\xbf" + file, r"line 1: .*byte order"),
        (lambda file: b"\xff\xfe" + file, r"line 1: .*UTF-8"),
        (lambda file: b"1\n" + file, r"line 1: Input should be"),
        (lambda file: b"PK\x03\x04" + bytes(1000), r"line 1: "),
    ],
)  # fmt: skip
def test_a_file_that_was_cut_off_changed_or_made_to_hurt_is_refused(
    db: None, file: bytes, change: Callable[[bytes], bytes], problem: str
) -> None:
    elsewhere = make_sandbox("elsewhere")
    with pytest.raises(importing.Refused, match=problem):
        brought(change(file), elsewhere)
    assert not LibraryItem.objects.filter(sandbox=elsewhere).exists()


def test_the_commands_write_a_file_and_read_it(library: Sandbox, tmp_path: Path, capsys: Any) -> None:
    out, elsewhere = tmp_path / "prod.ndjson", make_sandbox("elsewhere")
    call_command("export_library", sandbox="prod", out=out)
    call_command("import_library", str(out), sandbox="elsewhere", note="We moved", by="Olga")
    assert past_of(elsewhere) == past_of(library)
    assert "4 items with 7 revisions from localhost/DEMO@OfferOrg/prod" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [out]
    with pytest.raises(CommandError, match=r"Nothing was imported\. line 8: the id copy is taken"):
        call_command("import_library", str(out), sandbox="elsewhere", note="Again")
    for wanted in ({"sandbox": "nowhere", "note": "x"}, {"sandbox": "elsewhere", "note": " "}):
        with pytest.raises(CommandError):
            call_command("import_library", str(out), **wanted)
