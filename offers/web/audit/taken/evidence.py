"""What an offer said, to whom and when, who prepared it and who approved it: a sheet to print, as supervisors ask for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import asked
from offers.document.kinds.registry import Kind
from offers.document.values import Document
from offers.lists.names import names_in
from offers.log.taken.evidence import ATTRIBUTES, CONTENT, LIMIT, Aired, Evidence, Piece, evidence, first_and_last
from offers.models import LibraryItem, Revision
from offers.review.changes.consent import Consent, consents_of
from offers.web.frame.access import item_for
from offers.web.frame.addresses import address_of
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.frame.words import filled
from offers.web.item.entries import item_context
from offers.web.item.shown.looks import Content, content_in, room_of
from offers.web.item.shown.sentences import Sentence, beside, constraints

# Pieces of a page, and characters of one content: what is longer is at its version.
SHOWN, LONGEST = 60, 20_000


@dataclass(frozen=True, slots=True)
class Text:
    """A content of a wording: all of it, or `cut` where it is longer than anybody prints; `looks` where text is not how it looks."""

    type: str
    languages: Sequence[str]
    link: str
    picture: str
    text: str
    cut: bool
    looks: Content | None
    # The height of its frame on a phone, as that of `looks` is on a desk.
    room: int


@dataclass(frozen=True, slots=True)
class Time:
    """A time on air, with whose approval that had."""

    aired: Aired
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A piece of the offer as the page tells it: a wording in a placement, its limits, or its attributes."""

    piece: Piece
    title: str
    channel: str
    texts: list[Text]
    sentences: list[Sentence]
    attributes: list[tuple[str, object]]
    prepared: Consent | None
    times: list[Time]


@dataclass(frozen=True, slots=True)
class Period:
    """A time with the same limits: all of its sentences for the first one, then those that differ from the time before.

    `is_rest`: what else there is, is as before.
    """

    sheet: Sheet
    time: Time
    sentences: list[Sentence]
    is_rest: bool


def page(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """`?before=` a version goes on from there, where a page could not hold all of them."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    now, before = timezone.now(), asked.number(request.GET.get("before"))
    found = evidence(item, now, before)
    first, last = first_and_last(item, now)
    shown = found.pieces[:SHOWN]
    consents = consents_of(actor.sandbox.pk, filter(None, _revisions(shown)))
    known = names_in(actor.sandbox.pk, Kind(item.kind), map(_document, shown))
    sheets = [_sheet(item, piece, consents, known) for piece in shown]
    context = item_context(
        item,
        "history",
        now=now,
        first=first,
        last=last,
        is_on_air=last == now,
        is_unbroken=last == now and first == _since_when_unbroken(found),
        found=found,
        before=before,
        wordings=[one for one in sheets if one.piece.key[0] == CONTENT],
        periods=list(_periods([one for one in sheets if one.piece.key[0] == LIMIT])),
        others=[one for one in sheets if one.piece.key[0] == ATTRIBUTES],
        unshown=max(0, len(found.pieces) - SHOWN),
    )
    return answer(request, "audit/taken/evidence.html", context)


def _since_when_unbroken(found: Evidence) -> datetime | None:
    """Since when it was on air without a gap, until now; None where it is not, or where the page has no whole history."""
    times = sorted((time for piece in found.pieces for time in piece.times), key=lambda one: one.since)
    if found.older or not times:
        return None
    reached = times[0].since
    for time in times:
        if time.since > reached:
            return None
        if time.until is None:
            return times[0].since
        reached = max(reached, time.until)
    return None


def _revisions(pieces: Sequence[Piece]) -> Iterator[Revision | None]:
    for piece in pieces:
        yield piece.brought
        yield from (time.made for time in piece.times)


def _document(piece: Piece) -> Document:
    """As much of an offer as the piece is, to find what it refers to."""
    if piece.key[0] == CONTENT:
        return {"representations": [{"placement": piece.placement}]}
    return dict(piece.value) if piece.key[0] == LIMIT else {}


def _periods(limits: Sequence[Sheet]) -> Iterator[Period]:
    """The times of all limits, in their order."""
    before: list[Sentence] | None = None
    times = [(time, sheet) for sheet in limits for time in sheet.times]
    for time, sheet in sorted(times, key=lambda one: one[0].aired.since):
        brief = [_brief(one, sheet.piece.value) for one in sheet.sentences]
        every = sheet.sentences if before is None else beside(brief, before)
        told = [one for one in every if before is None or one.mark]
        yield Period(sheet, time, told, is_rest=len(told) < len(every))
        before = brief


def _brief(one: Sentence, limits: Mapping[str, Any]) -> Sentence:
    """What a priority means is told once."""
    if one.key != "priority":
        return one
    return replace(one, text=filled(_("Priority {priority}"), priority=limits["rank"]["priority"]))


def _sheet(item: LibraryItem, piece: Piece, consents: Mapping[int, Consent], known: Mapping[str, str]) -> Sheet:
    is_content = piece.key[0] == CONTENT
    return Sheet(
        piece,
        known.get(piece.placement, piece.placement),
        piece.key[2] if is_content else "",
        [_text(item, piece, number) for number in range(len(piece.value))] if is_content else [],
        constraints(piece.value, known) if piece.key[0] == LIMIT else [],
        sorted(piece.value.items()) if piece.key[0] == ATTRIBUTES else [],
        _consent(piece.brought, consents),
        [Time(time, _consent(time.made, consents)) for time in piece.times],
    )


def _consent(made: Revision | None, consents: Mapping[int, Consent]) -> Consent | None:
    return consents.get(made.refers_to.get("request", 0)) if made else None


def _text(item: LibraryItem, piece: Piece, number: int) -> Text:
    component: Document = piece.value[number]
    content = component.get("content", "")
    address = address_of(
        item.sandbox.name, item, "preview", etag=piece.etag, representation=piece.position, component=number
    )
    looks = content_in(piece.key[2], component, address=address)
    return Text(
        component.get("type", ""),
        component.get("language", []),
        component.get("linkURL", ""),
        component.get("deliveryURL", ""),
        content[:LONGEST],
        len(content) > LONGEST,
        looks if looks.type in ("html", "imagelink") else None,
        room_of("beside", looks.type, content)[0],
    )
