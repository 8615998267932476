"""Who else has an item open for editing, and what was saved since a form was opened. Nobody is ever locked out.

The edit page asks every 20 seconds, and so says that its tab is open. Without JavaScript the page shows once who else is
there, and its own tab is not recorded: nothing could say when it closes.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from offers import asked
from offers.access.people import known
from offers.access.permissions import PERSON, Actor, check_edit
from offers.document.kinds.registry import Kind
from offers.document.values import Document
from offers.document.words.describe import Change, describe
from offers.forms.kinds import form_for, form_from, form_problems
from offers.ledger import history
from offers.ledger.heads import head_of_item
from offers.ledger.history import NoSuchRevision
from offers.lists.names import names_in
from offers.models import LibraryItem, Presence
from offers.web.account.session import keeps_typed
from offers.web.edit import form as edit
from offers.web.edit.desk import Desk, preview
from offers.web.edit.saving import people, plan_for, since
from offers.web.frame.access import item_for
from offers.web.frame.addresses import address_at, address_of
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import item_context

# Three polls that did not come (edit/_presence.html asks every 20 seconds): browsers slow tabs in the background down.
GONE_AFTER = timedelta(seconds=60)
# One statement: forget the tabs that are gone, say that this one is here, and name the others. What another request is
# just renewing or forgetting is left to it.
HERE = """
WITH forgotten AS (
    DELETE FROM offers_presence WHERE key IN (
        SELECT key FROM offers_presence
        WHERE seen_at < %(limit)s AND NOT (item_id = %(item)s AND user_id = %(user)s AND tab = %(tab)s)
        FOR UPDATE SKIP LOCKED)
), here AS (
    INSERT INTO offers_presence (item_id, user_id, label, tab, opened_at, seen_at)
    VALUES (%(item)s, %(user)s, %(label)s, %(tab)s, %(now)s, %(now)s)
    ON CONFLICT (item_id, user_id, tab) DO UPDATE SET seen_at = excluded.seen_at, label = excluded.label
)
SELECT key, user_id, label, opened_at FROM offers_presence
WHERE item_id = %(item)s AND seen_at >= %(limit)s AND NOT (user_id = %(user)s AND tab = %(tab)s)
ORDER BY opened_at, key
"""


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab that somebody has open."""

    key: int
    user_id: int
    label: str
    opened_at: datetime
    # The user name, where somebody of the same name is there as well.
    aside: str = ""

    @property
    def name(self) -> str:
        return f"{self.label} ({self.aside})" if self.aside else self.label


@dataclass(frozen=True, slots=True)
class Others:
    """The other people, each with the first of their tabs, and whether this person has a second one."""

    tabs: list[Tab]
    mine: bool


@require_POST
def poll(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Say that this `tab` has the item open since version `etag`; who and what else is news, or 204 when nothing is.

    `shown` is what the page shows already. With `leave`, the tab is closing.
    """
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    check_edit(actor)
    assert actor.user_id is not None, "a page has a person"
    tab, etag = _tab(request), _etag(request)
    if "leave" in request.POST:
        Presence.objects.filter(item=item, user_id=actor.user_id, tab=tab).delete()
        return HttpResponse(status=204)
    now = timezone.now()
    # Who could not save stands in nobody's way, and is not announced to the others.
    may = item.deleted_at is None and not edit.why_closed(actor, item)
    others = here(actor, item, tab, now) if may else who_else(actor, item, now)
    shown = _state(item, others)
    if request.POST.get("shown") == shown:
        return HttpResponse(status=204)
    newer = _newer(item, etag) if item.etag > etag else {}
    context = item_context(item, "", others=others, shown=shown, opened=etag, **newer)
    return answer(request, "edit/_presence_said.html", context)


def here(actor: Actor, item: LibraryItem, tab: str, now: datetime) -> Others:
    """Record that this person has the item open in this tab, and give the others."""
    values = {"item": item.key, "user": actor.user_id, "label": actor.label, "tab": tab, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(HERE, {**values, "limit": now - GONE_AFTER})
        tabs = [Tab(*row) for row in cursor.fetchall()]
    return _others(actor, tabs)


def who_else(actor: Actor, item: LibraryItem, now: datetime) -> Others:
    """The others, without recording anything: when a page is opened. A reload must not meet its own last tab."""
    assert actor.user_id is not None, "a page has a person"
    found = Presence.objects.filter(item=item, seen_at__gte=now - GONE_AFTER).exclude(user_id=actor.user_id)
    rows = found.order_by("opened_at", "key").values_list("key", "user_id", "label", "opened_at")
    return _others(actor, [Tab(*row) for row in rows])


def _others(actor: Actor, tabs: list[Tab]) -> Others:
    first: dict[int, Tab] = {}
    for tab in tabs:
        first.setdefault(tab.user_id, tab)
    mine = first.pop(actor.user_id, None) if actor.user_id is not None else None
    return Others(_told_apart(actor, list(first.values())), mine is not None)


def _told_apart(actor: Actor, tabs: list[Tab]) -> list[Tab]:
    """With the user names of those who share a name, with this person or with each other."""
    times = Counter([actor.label, *(tab.label for tab in tabs)])
    accounts = known([f"{PERSON}{tab.user_id}" for tab in tabs if times[tab.label] > 1])
    asides = {tab.key: accounts[key].aside for tab in tabs if (key := f"{PERSON}{tab.user_id}") in accounts}
    return [replace(tab, aside=asides.get(tab.key, "")) for tab in tabs]


def _state(item: LibraryItem, others: Others) -> str:
    """What there is to say, so that a page is told only what is new to it."""
    return f"{item.etag}:{'me' if others.mine else ''}:{','.join(str(tab.user_id) for tab in others.tabs)}"


def _newer(item: LibraryItem, opened: int) -> dict[str, object]:
    """What others saved since: who, and the changes of all their versions together in words."""
    documents = {etag: _document_at(item, etag) for etag in (opened, item.etag)}
    before, after = documents[opened], documents[item.etag]
    names = names_in(item.sandbox_id, Kind(item.kind), [before, after])
    changes: list[Change] = describe(before, after, names=names)
    return {"savers": people(since(item, opened)), "changes": changes}


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """The form again, made of the newest version, with what was typed merged into it. Nothing is saved.

    Where both changed the same field it stays as it is: Save asks about it, and must know what it is asking.
    """
    if request.method != "POST":
        return redirect(address_at(sandbox, section, id, "edit"))
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    closed = edit.why_closed(actor, item)
    if closed:
        raise PermissionDenied(closed)
    if item.deleted_at is not None:
        return redirect(address_at(sandbox, section, id, "history"))
    kind, etag, zone = Kind(item.kind), _etag(request), edit.sent_zone(request)
    before = _document_at(item, etag)
    if before is None:
        raise BadRequest("no version of the item has this etag")
    form = form_from(kind, before, dict(request.POST.lists()), zone)
    desk = Desk(request, actor, item, etag, form)
    action = address_of(sandbox, item, "edit")
    if form_problems(form):
        return edit.page(desk, status=422, refused=True, **{**preview(desk), "action": action})
    plan = plan_for(head_of_item(item), before, desk.document)
    if plan.conflicts:
        messages.warning(request, _both(len(plan.conflicts)))
        return edit.page(desk, **{**preview(desk), "action": action})
    merged = form_for(kind, plan.document, zone, before=plan.head.document)
    desk = Desk(request, actor, item, plan.head.etag, merged)
    messages.success(request, _("Version {etag} is in the form now, with what you typed.").format(etag=plan.head.etag))
    return edit.page(desk, **{**preview(desk), "action": action})


def _both(count: int) -> str:
    return ngettext(
        "You both changed {n} field: Save asks you which one stays.",
        "You both changed {n} fields: Save asks you which ones stay.",
        count,
    ).format(n=count)


def _tab(request: HttpRequest) -> str:
    tab = request.POST.get("tab", "")
    if not re.fullmatch(r"[0-9a-f]{16}", tab):
        raise BadRequest("a tab has a name of 16 hexadecimal digits")
    return tab


def _etag(request: HttpRequest) -> int:
    etag = asked.number(request.POST.get("etag"))
    if not etag:
        raise BadRequest("an etag is a number")
    return etag


def _document_at(item: LibraryItem, etag: int) -> Document | None:
    """The document of a version; of the newest one without asking again."""
    if etag == item.etag:
        return item.document if item.deleted_at is None else None
    try:
        return history.document_at(item, etag)
    except NoSuchRevision:
        raise BadRequest("no version of the item has this etag") from None
