"""A new item, from the same form as an edit (web/edit/form.py)."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from offers.access.permissions import Actor, NotAllowed, NotFound, check_edit, get_item_for
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import KINDS, Kind
from offers.document.validate import with_defaults
from offers.document.values import Document
from offers.forms.kinds import fits_form, form_for, form_from, form_problems
from offers.ledger import heads, history, writes
from offers.ledger.leaf import RefersTo
from offers.models import Revision
from offers.review.requests import new_item
from offers.web.account.session import keeps_typed, opened_by_another
from offers.web.edit.desk import Desk
from offers.web.edit.form import not_sent, opened, other, page, refused, sent_zone, too_large
from offers.web.frame.access import actor_for, stamp_of
from offers.web.frame.addresses import address_at, address_of
from offers.web.frame.middleware import zone_of
from offers.web.frame.sections import OFFERS, Section
from offers.web.item.proposals.when import NotSent
from offers.web.item.said import PROPOSALS, is_asked_for, note_of, send
from offers.web.item.template import starting_from, template_for

NEW_OFFER_RUNS = timedelta(days=30)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, sandbox: str, section: Section = OFFERS) -> HttpResponse:
    """A new item (`?kind=fallback-offer` for a fallback offer), from the same form; `?template=ID` fills it from that offer."""
    actor = actor_for(request, sandbox)
    check_edit(actor)
    if request.method != "POST":
        return _opened(request, actor, section)
    desk = _sent(request, actor, section)
    if request.POST.get("action") not in ("save", *PROPOSALS):
        return other(desk)
    return page(desk, status=409) if opened_by_another(request) else _create(desk)


def _opened(request: HttpRequest, actor: Actor, section: Section) -> HttpResponse:
    zone = zone_of(request)
    if section == OFFERS and request.GET.get("template"):
        template = template_for(actor, request.GET["template"])
        if not fits_form(template.document):
            raise PermissionDenied(too_large())
        form = form_for(Kind(template.kind), _begun(Kind(template.kind), template.document, zone), zone)
        return page(Desk(request, actor, None, template.etag, form, template=template))
    kind = _kind(section, request.GET.get("kind"))
    form = form_for(kind, starting_document(kind, timezone.now(), zone), zone, before={})
    return page(Desk(request, actor, None, 0, form))


def _sent(request: HttpRequest, actor: Actor, section: Section) -> Desk:
    """The form that a browser sent. What it was begun from is copied as it was then, whatever it has become meanwhile."""
    id, sent = request.POST.get("template"), dict(request.POST.lists())
    if section != OFFERS or not id:
        form = form_from(
            _kind(section, request.POST.get("kind") or request.GET.get("kind")), {}, sent, sent_zone(request)
        )
        return Desk(request, actor, None, 0, form)
    template = get_item_for(actor, id, kinds=section.kinds, deleted=True)
    etag, document = opened(request, template)
    if not fits_form(document):
        raise PermissionDenied(too_large())
    zone = sent_zone(request)
    form = form_from(Kind(template.kind), _begun(Kind(template.kind), document, zone), sent, zone)
    return Desk(request, actor, None, etag, form, template=template)


def _kind(section: Section, asked: str | None) -> Kind:
    return next((kind for kind in section.kinds if kind == asked), section.kinds[0])


def starting_document(kind: Kind, now: datetime, zone: ZoneInfo) -> Document:
    """What the form for a new item starts with: an offer as a draft, from tomorrow on."""
    if kind != Kind.PERSONALIZED_OFFER:
        return dict(KINDS[kind].starts)
    return {"status": "draft", "selectionConstraint": _window(now, zone), "rank": {"priority": 0}}


def _window(now: datetime, zone: ZoneInfo) -> Document:
    """When a new offer is shown, if nobody says otherwise."""
    start = (now.astimezone(zone) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {"startDate": start.isoformat(), "endDate": (start + NEW_OFFER_RUNS).isoformat()}


def _begun(kind: Kind, template: Document, zone: ZoneInfo) -> Document:
    """What the form for a new item starts with from a template: an offer from tomorrow on, too."""
    document = starting_from(template)
    if kind == Kind.PERSONALIZED_OFFER:
        document["selectionConstraint"] = document.get("selectionConstraint", {}) | _window(timezone.now(), zone)
    return document


def _create(desk: Desk) -> HttpResponse:
    document = desk.document
    # Made when the form was opened, so that sending it twice makes one offer.
    id = desk.request.POST.get("id", "")
    id = id if re.fullmatch(r"[0-9a-f]{24}", id) else heads.new_id()
    copied = RefersTo(copy_of=desk.template.id) if desk.template else RefersTo()
    stamp = stamp_of(desk.request, Revision.Source.FORM, note=note_of(desk.request), refers_to=copied)
    own = form_problems(desk.form)
    try:
        if own:
            raise InvalidDocument(own)
        if is_asked_for(desk.request):
            return send(desk.request, desk.actor, new_item(desk.form.kind, id, document, stamp.source, copied))
        writes.create(desk.actor, desk.form.kind, document, stamp, id=id)
    except NotSent as why:
        # What is in the way of a new item alone is that there is one with its id.
        return not_sent(desk, why) if why.at else _made_before(desk, id)
    except InvalidDocument as error:
        return refused(desk, error)
    except NotAllowed as refusal:
        return page(desk, status=403, refusal=str(refusal))
    except IntegrityError:
        return _made_before(desk, id)
    messages.success(desk.request, said_created(document))
    return redirect(address_at(desk.actor.sandbox.name, desk.section, id))


def _made_before(desk: Desk, id: str) -> HttpResponse:
    """The form was sent before. The same again, by a second click, was meant once; another text, after Back, is kept.

    It comes back under a new id, to be created as an item of its own, if that is what is meant.
    """
    try:
        made = get_item_for(desk.actor, id, kinds=desk.section.kinds, deleted=True)
    except NotFound:
        made = None
    if made and history.document_at(made, 1) == with_defaults(desk.form.kind, desk.document):
        return redirect(address_of(desk.actor.sandbox.name, made))
    return page(desk, status=409, id=heads.new_id(), made=made)


def said_created(document: Document) -> SafeString:
    """What was made. `data-saved`, as on what was saved, tells the browser that its draft is not needed any more."""
    texts = {None: _("Created."), "draft": _("Created as a draft.")}
    return format_html("<span data-saved>{}</span>", texts.get(document.get("status")) or _("Created and approved."))
