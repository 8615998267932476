"""Find and act from anywhere: the palette (Ctrl+K), and the same as a plain page.

`from` is the address of the page that the person is on; `recent` has the ids of the items that their browser had open last.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from offers import asked
from offers.access.people import readable
from offers.access.permissions import Actor
from offers.document.kinds.registry import KINDS, OFFER_KINDS, Kind
from offers.lists.filters import Wanted
from offers.lists.names import of_ids
from offers.lists.pages import recent
from offers.models import ChangeRequest, Listing
from offers.review import queue
from offers.review.verdicts import not_judged_by
from offers.web.find import of_item, places
from offers.web.find.commands import Command, Group, having
from offers.web.find.meant import meant
from offers.web.find.opened import Page, item_of, page_at, request_of
from offers.web.frame.access import actor_for, actor_of_last
from offers.web.frame.addresses import address_of
from offers.web.frame.respond import answer, wants_fragment
from offers.web.frame.sections import OFFERS, SECTION_OF
from offers.web.frame.times import day

OTHERS = tuple(kind for kind in KINDS if kind not in OFFER_KINDS)
MOST_TEXT = 200
# As many are shown: of what can be done and of items; the first are not all, so that both are seen without scrolling.
COMMANDS, OFFERS_SHOWN, OTHERS_SHOWN, REQUESTS, RECENT, TEMPLATES = 6, 8, 5, 5, 6, 3
# As much of an id tells two apart that are alike in everything else.
ID_END = 6


@require_safe
def find(request: HttpRequest, sandbox: str = "") -> HttpResponse:
    """What a person may mean by `q`, the best first; without it what they had open last, and what can be done here."""
    actor = actor_for(request, sandbox) if sandbox else actor_of_last(request)
    text = asked.text(request.GET.get("q"), MOST_TEXT)
    page = page_at(request.GET.get("from", ""))
    groups = _found(request, actor, page, text) if text else _offered(request, actor, page)
    found = [group for group in groups if group.commands]
    context = {
        "groups": found,
        "count": sum(len(group.commands) for group in found),
        "text": text,
        "from": page.address,
        "palette": wants_fragment(request),
    }
    return answer(request, "find/find.html", context, fragment="find/_found.html")


def _found(request: HttpRequest, actor: Actor | None, page: Page, text: str) -> list[Group]:
    """What can be done by these words, then the items and the change requests that have them."""
    commands = having(_commands(request, actor, page), text)[:COMMANDS]
    if actor is None:
        return [Group(_("Pages and actions"), commands)]
    offers = meant(actor.sandbox.pk, OFFER_KINDS, text, OFFERS_SHOWN)
    others = meant(actor.sandbox.pk, OTHERS, text, OTHERS_SHOWN)
    everywhere = f"{reverse('items', args=[actor.sandbox.name, OFFERS.slug])}?{urlencode({'q': text})}"
    is_number = asked.number(text.removeprefix("#")) is not None
    asks = _requests(actor, queue.meant(actor.sandbox.pk, text, REQUESTS))
    more = Command(_("Search the contents of all offers"), "search", everywhere, hint=f"“{text}”")
    return [
        Group(_("Pages and actions"), commands),
        # Digits are in many ids, and a number is what people call a request.
        Group(_("Change requests"), asks if is_number else []),
        Group(_("Offers"), _items(actor, offers)),
        Group(_("Change requests"), [] if is_number else asks),
        Group(_("Library"), _items(actor, others)),
        Group(pgettext_lazy("found", "More"), [more]),
    ]


def _offered(request: HttpRequest, actor: Actor | None, page: Page) -> list[Group]:
    """What there is to choose before anything is typed."""
    if actor is None:
        return [Group(_("Pages and actions"), _commands(request, None, page))]
    item, about = item_of(actor, page), request_of(actor, page)
    here = of_item.commands(actor, item, reads=page.moment) if item else []
    return [
        Group(item.name if item else "", here),
        Group(about.title if about else "", _of_request(actor, about) if about else []),
        Group(_("Recent"), _items(actor, [one for one in _recent(request, actor) if not item or one.id != item.id])),
        Group(_("New"), places.makes(actor)[:1] + places.from_templates(actor)[:TEMPLATES]),
        Group(_("Go to"), places.pages(actor) + places.of_person(_shortcuts(page))),
    ]


def _commands(request: HttpRequest, actor: Actor | None, page: Page) -> list[Command]:
    """All that can be done from this page, the nearest first."""
    found: list[Command] = []
    if actor is not None:
        item, about = item_of(actor, page), request_of(actor, page)
        found += of_item.commands(actor, item, reads=page.moment) if item else []
        found += _of_request(actor, about) if about else []
        found += places.makes(actor) + places.from_templates(actor) + places.pages(actor)
    return [*found, *places.of_person(_shortcuts(page)), *places.around(request, actor)]


def _shortcuts(page: Page) -> str:
    return f"{reverse('shortcuts')}?{urlencode({'from': page.address})}"


def _of_request(actor: Actor, about: ChangeRequest) -> list[Command]:
    """The verdicts, for who may give one: each leads to its button, beside what is decided about."""
    if not about.is_under_way or not_judged_by(actor, about):
        return []
    here = reverse("review", args=[actor.sandbox.name, about.number])
    return [
        Command(pgettext_lazy("request", "Approve"), "circle-check", f"{here}#a", hint="a"),
        Command(_("Request changes"), "message-2", f"{here}#r", hint="r"),
        Command(_("Reject"), "x", f"{here}#x", hint="x"),
    ]


def _requests(actor: Actor, found: Iterable[ChangeRequest]) -> list[Command]:
    name = actor.sandbox.name
    return [
        Command(
            readable(one.title),
            "git-pull-request",
            reverse("review", args=[name, one.number]),
            hint=f"#{one.number}",
            state=one.state_word,
        )
        for one in found
    ]


def _recent(request: HttpRequest, actor: Actor) -> list[Listing]:
    """The items that the browser had open last; without any, the offers that the person changed last."""
    ids = asked.ids(request.GET.get("recent", "").split(",")[: RECENT + 1])
    if not ids:
        return recent(actor.sandbox.pk, OFFER_KINDS, Wanted(by=actor.key), "-modified", RECENT)
    known = {one.id: one for one in of_ids(actor.sandbox.pk, ids).filter(deleted_at=None)}
    return [known[id] for id in dict.fromkeys(ids) if id in known][:RECENT]


def _items(actor: Actor, items: Iterable[Listing]) -> list[Command]:
    """Each with what it is, where that is not an offer as most are; offers of the same name with their dates."""
    name, items = actor.sandbox.name, list(items)
    named: Counter[tuple[str, ...]] = Counter(told for one in items for told in ((one.name,), (one.name, _dates(one))))
    return [
        Command(
            one.name,
            SECTION_OF[one.kind].icon,
            address_of(name, one),
            hint=_told_apart(one, named),
            item=one,
        )
        for one in items
    ]


def _told_apart(one: Listing, named: Mapping[tuple[str, ...], int]) -> str | Promise:
    """What kind it is; an offer's dates where another has its name, and the end of its id where that has its dates, too."""
    if one.kind != Kind.PERSONALIZED_OFFER:
        return SECTION_OF[one.kind].one
    dates = _dates(one) if named[one.name,] > 1 else ""
    return f"{dates} · …{one.id[-ID_END:]}".removeprefix(" · ") if named[one.name, _dates(one)] > 1 else dates


def _dates(one: Listing) -> str:
    return f"{day(one.starts_at)} – {day(one.ends_at)}" if one.starts_at and one.ends_at else ""
