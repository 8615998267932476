"""How an offer came to be as it is: drafted, edited, approved, changed while live, archived."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from offers.access.permissions import Actor
from offers.demo import edits
from offers.demo.edits import Edit, Scene
from offers.demo.people import Cast
from offers.demo.representations import Json
from offers.demo.times import in_order, moments
from offers.document.merge import merge
from offers.ledger.imports import Version
from offers.ledger.records import Stamp

FORM = Stamp("form")


@dataclass(frozen=True, slots=True)
class Story:
    """When it happens, whether at length, and how it ends (undo, merge, restore, or as most do)."""

    created: datetime
    start: datetime
    end: datetime
    now: datetime
    rich: bool
    ending: str


def tell(story: Story, scene: Scene, cast: Cast, draft: Json) -> Iterator[Version]:
    """The versions of an offer, from its draft on, each later than the one before."""
    rng = scene.rng
    author = cast.marketers[1 if scene.campaign.korean else rng.choice((0, 0, 2))]
    reviewer = cast.reviewers[1 if scene.campaign.korean or rng.random() < 0.3 else 0]
    first = Version(author, story.created, draft, FORM)
    yield first
    work = rng.randrange(1, 6) if story.rich else rng.choice((0, 0, 1))
    live = rng.randrange(0, 4) if story.rich else rng.choice((0, 0, 0, 1))
    ready = min(max(story.start - timedelta(days=1), story.created + timedelta(days=1)), story.now)
    plan = _plan(story, rng.random())
    version, versions = first, [first]
    steps: list[tuple[datetime, Actor, Edit, Stamp]] = []
    for at in moments(rng, story.created, ready, work):
        actor, stamp = (cast.program, Stamp("api")) if rng.random() < 0.08 else (author, FORM)
        steps.append((at, actor, edits.legal if rng.random() < 0.3 else rng.choice(edits.WORK), stamp))
    if plan in ("approved", "archived"):
        until = min(story.end, story.now)
        approval, *changes = moments(rng, ready - (ready - story.created) / 4, until, 1 + live)
        steps.append((approval, reviewer, _status("approved"), FORM))
        steps += [_live_step(scene, cast, reviewer, at) for at in changes]
    if plan == "archived":
        at = moments(rng, min(story.end, story.now - timedelta(hours=1)), story.now, 1)[0]
        stamp = Stamp("bulk", note="Season is over") if scene.campaign.season else FORM
        steps.append((at, cast.admin, _status("archived"), stamp))
    times = in_order([step[0] for step in steps], story.created, story.now)
    for at, (_, actor, edit, stamp) in zip(times, steps, strict=True):
        assert version.document is not None
        edited = edit(scene, version.document)
        if edited is None or edited[0] == version.document:
            continue
        document, note = edited
        version = Version(actor, at, document, Stamp(stamp.source, note=note or stamp.note))
        versions.append(version)
        yield version
    if story.ending:
        yield from _ENDINGS[story.ending](scene, reviewer, versions, story.now)


def _plan(story: Story, chance: float) -> str:
    """What the offer is in the end. What ran is approved, mostly, or archived by now; what is to come may be a draft."""
    if story.ending:
        return "approved"
    if story.end < story.now:
        return "archived" if chance < 0.55 else "approved" if chance < 0.92 else "draft"
    if story.start < story.now:
        return "approved" if chance < 0.88 else "draft"
    return "approved" if chance < 0.4 else "draft"


def _status(status: str) -> Edit:
    def edit(scene: Scene, document: Json) -> edits.Edited:
        return {**document, "status": status}, ""

    return edit


def _live_step(scene: Scene, cast: Cast, reviewer: Actor, at: datetime) -> tuple[datetime, Actor, Edit, Stamp]:
    if scene.rng.random() < 0.35:
        return at.replace(hour=2, minute=10, second=scene.rng.randrange(60)), cast.feed, edits.new_amount, Stamp("api")
    return at, reviewer, scene.rng.choice(edits.LIVE), FORM


def _undo(scene: Scene, actor: Actor, versions: list[Version], now: datetime) -> Iterator[Version]:
    """Take back an early edit; what came after it stays."""
    head = versions[-1].document
    for etag in range(2, len(versions)):
        base, theirs = versions[etag - 1].document, versions[etag - 2].document
        merged = merge(base, head, theirs)
        if not merged.conflicts and merged.document != head and merged.document["status"] == "approved":
            stamp = Stamp("undo", note="This was meant for another offer", refers_to={"undoes": etag})
            yield Version(actor, _later(versions, now), merged.document, stamp)
            return


def _restore(scene: Scene, actor: Actor, versions: list[Version], now: datetime) -> Iterator[Version]:
    """Go back to how it was when it was approved, after a change that went wrong."""
    head = versions[-1].document
    assert head is not None
    wrong = {**head, "name": f"{head['name']} (copy)", "rank": {"priority": 99}}
    changed = Version(actor, _later(versions, now), wrong, FORM)
    yield changed
    stamp = Stamp("restore", note="I had the wrong tab open, sorry", refers_to={"restores": len(versions)})
    yield Version(actor, _later([changed], now), head, stamp)


def _merge(scene: Scene, actor: Actor, versions: list[Version], now: datetime) -> Iterator[Version]:
    """Two people had the form open: the second one's edit is merged with the first one's."""
    base = versions[-1].document
    assert base is not None
    ours = {**base, "description": f"{base['description']} Agreed with both teams."}
    theirs = {**base, "rank": {"priority": 65}, "characteristics": {**base["characteristics"], "creative": "v7"}}
    first = Version(actor, _later(versions, now), theirs, FORM)
    yield first
    stamp = Stamp("form", note="Description for the audit", refers_to={"merged_with": len(versions) + 1})
    yield Version(actor, _later([first], now), merge(base, theirs, ours).document, stamp)


def _later(versions: list[Version], now: datetime) -> datetime:
    last = versions[-1].at
    return last + min((now - last) / 3, timedelta(hours=9))


_ENDINGS: dict[str, Callable[[Scene, Actor, list[Version], datetime], Iterator[Version]]] = {
    "undo": _undo,
    "restore": _restore,
    "merge": _merge,
}
