"""What there is to know before somebody decides about a request, each in a short true sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from offers.access.permissions import REVIEWERS, Actor, actor_key, label_for_user
from offers.document.identity import Path
from offers.models import ChangeRequest, Membership, RequestedChange, RequestEvent, Revision, Sandbox
from offers.review import schedule
from offers.review.changes.meanwhile import Made
from offers.review.changes.whose import may_own
from offers.review.standing import Place, Standing, Trouble
from offers.web.frame.times import ago, exact_text
from offers.web.frame.words import place_title
from offers.web.item.said import fields_said
from offers.web.reviews.around.outcome import in_its_zone
from offers.web.reviews.remarks import Said
from offers.web.reviews.shown import LOOKED_UP, places_of, revisions_since

# Other requests for the same items that are looked at, and people who are named.
RIVALS, RIVALS_TOLD = 200, 5
NAMED = 3


@dataclass(frozen=True, slots=True)
class Check:
    """`mark` is "yes", "no", "look" for what is to be looked at, or "wait" for what is still to come. `number` is the request that it is about, if any; `each` says of
    several items what it says of all of them; `at` is the id of what it is about on the page.
    """

    mark: str
    text: str
    number: int = 0
    each: tuple[str, ...] = ()
    at: str = ""


def checks(actor: Actor, found: Standing, known: Mapping[str, str], said: Sequence[Said]) -> list[Check]:
    """What is so of a request that is under way, and of what was `said` to it; first what somebody has to see to."""
    found_so = [
        _fits(found),
        *_moved(found, known),
        *_rivals(found, known),
        *_return_with_it(found, known),
        *_dropped(actor.sandbox, found, known),
        *_talked_about(said),
        *_agreed(found),
    ]
    return sorted(found_so, key=lambda one: one.mark == "yes")


def _fits(found: Standing) -> Check:
    if not found.troubled:
        return Check("yes", _("Can be applied as it stands."))
    count = len(found.troubled)
    said = ngettext("{n} change cannot be made as it stands.", "{n} changes cannot be made as they stand.", count)
    return Check("no", said.format(n=count))


def trouble_said(place: Place) -> str:
    """Why a change cannot be made, in words; "" where it can."""
    return trouble_words(place.trouble) if place.trouble else ""


def trouble_words(trouble: Trouble) -> str:
    words = {
        Trouble.CONFLICT: _("Somebody changed the same fields meanwhile."),
        Trouble.GONE: _("It was deleted meanwhile."),
        Trouble.ARCHIVED: _("It was archived meanwhile: what is archived is not changed."),
        Trouble.TAKEN: _("There is another one with this id by now."),
        Trouble.INVALID: _("Together with what others changed it breaks a rule."),
        Trouble.DONE: _("It says all of this already: there is nothing left to change."),
    }
    return words[trouble]


def _moved(found: Standing, known: Mapping[str, str]) -> Iterator[Check]:
    told = {made.id for made in found.made_since}
    carried = [place for place in found.places if place.is_carried and place.change.id not in told]
    if not carried and not told and not found.troubled:
        yield Check("yes", _("Nothing else has changed since it was proposed."))
    live = [place for place in found.places if place.goes_live]
    if live:
        yield Check("look", _whole_said(live, known))
    for made in found.made_since[:LOOKED_UP]:
        yield Check("look", _made_said(found, made, known))
    for place in carried[:LOOKED_UP]:
        assert place.head is not None, "what is carried is there"
        said = _("Kept: {person} changed {fields} of “{name}” meanwhile, which this leaves as it is.")
        fields = fields_said(place.change.base, place.before, dict(known))
        if fields:
            name = known.get(place.change.id) or place.change.id
            yield Check("yes", said.format(person=place.head.modified_by, fields=fields, name=name))


def _whole_said(live: Sequence[Place], known: Mapping[str, str]) -> str:
    """That all of these goes live, whatever of them changes."""
    if len(live) == 1:
        name = known.get(live[0].change.id) or live[0].change.id
        return _("“{name}” was not live before: look at all of it.").format(name=name)
    return _("What goes live was not live before: look at all of it.")


def _made_said(found: Standing, made: Made, known: Mapping[str, str]) -> str:
    """Who changed what goes live by the request after it was proposed, and when."""
    said = _("{person} changed {fields} of “{name}” after this was proposed: version {etag}, {when}.")
    fields, name = made.fields(found.document_of(made.id)), known.get(made.id) or found.name_of(made.id)
    return said.format(person=made.actor_label, fields=fields, name=name, etag=made.etag, when=exact_text(made.at))


def _rivals(found: Standing, known: Mapping[str, str]) -> Iterator[Check]:
    """Other requests for the same fields, while this one can still be decided."""
    mine = {place.change.id: place for place in found.places if place.change.item_id is not None}
    items = [place.change.item_id for place in mine.values()]
    under_way = Q(request__state__in=ChangeRequest.UNDER_WAY)
    others = RequestedChange.objects.filter(under_way | schedule.with_a_time("request__"), item__in=items)
    others = others.exclude(request=found.request).select_related("request").order_by("-request")
    told: dict[int, list[tuple[ChangeRequest, str, str]]] = {}
    for other in others[:RIVALS]:
        here, theirs = mine[other.id], schedule.touched_by(other)
        shared = [path for path in here.judged if any(_overlap(path, one) for one in theirs)]
        meets = schedule.period_of(found.request).meets(schedule.period_of(other.request))
        if shared and meets and (other.request_id in told or len(told) < RIVALS_TOLD):
            fields, name = _labels(here, shared, known), known.get(here.change.id) or here.change.id
            fields = "" if () in theirs and other.base is not None else fields
            told.setdefault(other.request_id, []).append((other.request, fields, name))
    for several in told.values():
        yield _rival(several)
    if not told:
        yield Check("yes", _("No other request changes the same fields."))


def _rival(several: list[tuple[ChangeRequest, str, str]]) -> Check:
    """Another request, with the fields and the names of the items that both are about; no fields of what it deletes."""
    other, fields, name = several[0]
    if len(several) == 1:
        return Check("wait", rival_said(other, fields, name), other.number)
    said = _("#{number} of {person} touches {n} of these, too.")
    said = said.format(number=other.number, person=other.actor_label, n=len(several))
    each = (f"{name}: {fields or pgettext('item', 'deleted')}" for _request, fields, name in several)
    return Check("wait", said, other.number, tuple(each))


def _return_with_it(found: Standing, known: Mapping[str, str]) -> Iterator[Check]:
    """What of that which it is shown with is taken back at the end of a period."""
    heads = {head.key: head for head in found.shown_with.values()}
    if not heads:
        return
    ending = schedule.with_a_time("request__") & Q(request__state=ChangeRequest.State.APPLIED)
    others = RequestedChange.objects.filter(ending, item__in=heads).select_related("request").order_by("-request")
    for other in others[:RIVALS_TOLD]:
        place = Place(other, heads[other.item_id or 0])
        fields, name = _labels(place, list(place.touched), known), known.get(other.id) or other.id
        yield Check("wait", rival_said(other.request, fields, name), other.request.number)


def rival_said(other: ChangeRequest, fields: str, name: str) -> str:
    """That another request is about the same fields of an item, and when; that it deletes it, where there are none."""
    if not fields and other.state != ChangeRequest.State.APPLIED:
        said = _("Request {number} of {person} deletes “{name}”.")
        return said.format(number=other.number, person=other.actor_label, name=name)
    if other.state == ChangeRequest.State.APPLIED and other.until is not None:
        said, at = _("#{number} of {person} reverts {fields} of “{name}” on {when}."), other.until
    elif other.apply_at is not None and other.apply_at > timezone.now():
        said, at = _("#{number} of {person} changes {fields} of “{name}” on {when}, too."), other.apply_at
    else:
        said, at = _("Request {number} of {person} changes the same of “{name}”: {fields}."), other.created_at
    when = in_its_zone(other, at)
    return said.format(number=other.number, person=other.actor_label, fields=fields, name=name, when=when)


def _overlap(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _labels(place: Place, paths: list[Path], known: Mapping[str, str]) -> str:
    places = places_of(place, known)
    return ", ".join(dict.fromkeys(place_title(places.place(path)) for path in paths[:NAMED]))


def _dropped(sandbox: Sandbox, found: Standing, known: Mapping[str, str]) -> Iterator[Check]:
    for event in found.dropped:
        why = [said for place in found.places[:LOOKED_UP] for said in _moved_since(sandbox, place, event, known)]
        why += _shown_since(found, event, known)
        if event.actor_key not in found.reviewers:
            why = [_("They are no reviewer any more.")]
        said = _("The approval of {person} does not count any more.").format(person=event.actor_label)
        yield Check("no", " ".join([said, *why[:NAMED]]))


def _moved_since(sandbox: Sandbox, place: Place, event: RequestEvent, known: Mapping[str, str]) -> Iterator[str]:
    """Who changed what this place is about since the approval."""
    if place.head is None or place.head.modified_at <= event.created_at:
        return
    then = Revision.objects.filter(item=place.head.key, created_at__lte=event.created_at).order_by("-etag").first()
    told = revisions_since(sandbox, place, then.etag, list(place.judged)) if then else {}
    for path in place.judged:
        made = next((made for changed, made in told.items() if _overlap(changed, path)), None)
        if made is not None:
            said = _("{person} changed {field} in version {etag}.")
            yield said.format(person=made.actor_label, field=_labels(place, [path], known), etag=made.etag)


def _shown_since(found: Standing, event: RequestEvent, known: Mapping[str, str]) -> Iterator[str]:
    """Who changed what it is shown with since the approval."""
    for head in found.shown_with.values():
        if head.modified_at > event.created_at:
            said = _("{person} changed “{name}”, which it is shown with, in version {etag}.")
            yield said.format(person=head.modified_by, name=known.get(head.id) or head.id, etag=head.etag)


def _talked_about(said: Sequence[Said]) -> Iterator[Check]:
    """What was said and nobody has dealt with yet; of one suggestion, which."""
    left = [one for one in said if one.comment.resolved_at is None]
    suggesting = [one for one in left if one.instead]
    if not left:
        return
    if len(suggesting) == 1:
        text = ngettext(
            "{n} comment open: it suggests {field} {value}.",
            "{n} comments open, one suggests {field} {value}.",
            len(left),
        )
        text = text.format(n=len(left), field=suggesting[0].label, value=suggesting[0].suggestion)
    else:
        text = ngettext("{n} comment open.", "{n} comments open.", len(left)).format(n=len(left))
    yield Check("look", text, at=f"comment-{left[0].comment.key}")


def _agreed(found: Standing) -> Iterator[Check]:
    for event in found.approvals:
        yield Check("yes", _("{person} approved it.").format(person=event.actor_label))


def still_to_agree(actor: Actor, request: ChangeRequest, found: Standing, said: Sequence[Said]) -> str:
    """Who must still say yes, in words, the reader first; "" where nobody has to. Of who asked for changes, what is to be done.

    `said` to the request, oldest first: whoever was asked and has answered since waits for the other side.
    """
    if found.objections:
        people = ", ".join(event.actor_label for event in found.objections)
        if not may_own(actor, request):
            wait = _("{people} asked for changes, and has to approve the next version or this one.")
            return wait.format(people=people)
        last = said[-1].comment if said else None
        if last and last.actor_key == actor.key and last.created_at > max(one.created_at for one in found.objections):
            answered = _(
                "You answered {when}. No reply yet from {people}. Changing the proposal asks for review again."
            )
            return format_html(answered, when=ago(last.created_at), people=people)
        return _("{people} asked for changes. Change the proposal, or answer.").format(people=people)
    if found.is_approved:
        alone = _("Nobody has to agree: {person} could make this change at once.").format(person=request.owner_label)
        return "" if found.approvals else alone
    # No more of them are looked at than are named: whose programs changed something is a question about each.
    reviewers = list(islice(_reviewers(actor, request, found), NAMED + 1))
    if not reviewers:
        return _("A reviewer or an admin who wrote none of it must approve it, and there is none in this sandbox.")
    names = [_("you") if key == actor.key else name for key, name in reviewers]
    if len(reviewers) > NAMED:
        if reviewers[0][0] == actor.key:
            return _("Needs approval from you or another reviewer.")
        names[NAMED:] = [_("another reviewer")]
    if len(names) == 1:
        return _("Needs approval from {people}.").format(people=names[0])
    people = _("{people} or {person}").format(people=", ".join(names[:-1]), person=names[-1])
    return _("Needs one approval: {people}.").format(people=people)


def _reviewers(actor: Actor, request: ChangeRequest, found: Standing) -> Iterator[tuple[str, str]]:
    """Those who may say yes, by their keys and names; the reader comes first."""
    members = Membership.objects.filter(
        sandbox=request.sandbox_id, role__in=REVIEWERS, user__is_active=True
    ).select_related("user")
    keyed = [(actor_key(member.user_id, "", ""), member) for member in members]
    for key, member in sorted(keyed, key=lambda one: one[0] != actor.key):
        if member.user and key not in request.contributors and not found.changed_by(key, timezone.now()):
            yield key, label_for_user(member.user)


def period_said(request: ChangeRequest, known: Mapping[str, str]) -> list[Check]:
    """Of a request that was applied for a period; [] of any other. `known` has the names of its items."""
    if request.state != ChangeRequest.State.APPLIED or request.until is None:
        return []
    if request.taken_back_at is None:
        return [Check("wait", _("It is reverted on {when}.").format(when=in_its_zone(request, request.until)))]
    ended = RequestEvent.objects.filter(request=request, what=RequestEvent.What.TAKEN_BACK).order_by("-key").first()
    about: dict[str, Any] = ended.about if ended else {}
    kept = about.get("kept", [])
    said = _("Its period ended on {when}.") if kept else _("It was reverted on {when}.")
    said = said.format(when=in_its_zone(request, request.taken_back_at))
    lines = [Check("no", _kept(one["why"]).format(name=known.get(one["id"]) or one["id"])) for one in kept]
    asked = about.get("asked")
    if asked:
        lines.append(Check("wait", _("Request {number} asks for a second person.").format(number=asked), asked))
    return [Check("no" if kept else "yes", said), *lines]


def _kept(why: str) -> str:
    words = {
        "review": _("“{name}” stays as it is: changing it back takes a second person by now."),
        "gone": _("“{name}” was deleted meanwhile."),
        "in-use": _("“{name}” stays: others use it by now."),
        "invalid": _("“{name}” stays as it is: changed back, it would break a rule."),
    }
    return words.get(why) or _("“{name}” keeps what others changed meanwhile.")
