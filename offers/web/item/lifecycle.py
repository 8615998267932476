"""What can be done with an item besides editing it and its status: duplicate it, and delete it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from offers.access.permissions import check_edit
from offers.access.policy import ReviewRequired, refusal, ruling
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import Kind
from offers.document.values import clone
from offers.ledger import writes
from offers.ledger.heads import head_of_item, new_id
from offers.ledger.references import InUse, used_by
from offers.models import Revision
from offers.review.applying import DELETE
from offers.review.requests import new_item, proposal
from offers.web.frame.access import item_for, stamp_of
from offers.web.frame.addresses import address_of
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import item_context
from offers.web.item.facts import collected
from offers.web.item.proposals.when import NotSent
from offers.web.item.said import ask_for, in_words, note_of, say_stale, seen, to_item

MAX_NAME = 255


@require_POST
def duplicate(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """A new item like this one, recorded as its copy; a decision's starts as a draft. Leads to it, to be edited."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    document = clone(item.document)
    # Cut, so that the longest name is still one with the words in front.
    document["name"] = _("Copy of {name}").format(name=item.name)[:MAX_NAME]
    if "status" in document:
        document["status"] = "draft"
    stamp = stamp_of(request, Revision.Source.FORM, refers_to={"copy_of": item.id})
    try:
        made = writes.create(actor, Kind(item.kind), document, stamp).head
    except ReviewRequired:
        wanted = new_item(Kind(item.kind), new_id(), document, Revision.Source.FORM, stamp.refers_to)
        return ask_for(request, actor, wanted)
    except InvalidDocument as error:
        messages.error(request, " ".join(in_words(item, found) for found in error.problems))
        return to_item(actor, item)
    messages.success(
        request,
        format_html(
            '{} <a href="{}">{}</a>',
            _("This is a copy of {name}.").format(name=item.name),
            address_of(actor.sandbox.name, item),
            _("View original"),
        ),
    )
    return HttpResponseRedirect(address_of(actor.sandbox.name, made, "edit"))


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Ask (GET), then delete what nothing refers to (POST). Otherwise 409 with the users, by name."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    # Before the question: nobody is asked whether to do what they may not.
    check_edit(actor)
    proposes = ruling(actor, Kind(item.kind), item.id, item.document, None).review
    users = used_by(actor.sandbox.pk, item.id)

    def question(not_sent: NotSent | None = None) -> HttpResponse:
        context = item_context(item, "", users=users, collected=collected(item), proposes=proposes, not_sent=not_sent)
        return answer(request, "item/delete.html", context, status=422 if not_sent else 200)

    if writes.is_on_hold(item.pk):
        context = item_context(item, "", on_hold=_(writes.OnHold.said))
        return answer(request, "item/delete.html", context, status=409 if request.method == "POST" else 200)
    if request.method != "POST":
        return question()
    stamp = stamp_of(request, Revision.Source.FORM, note=note_of(request))
    try:
        writes.delete(actor, section.kinds, id, stamp, if_match=seen(request, item))
    except writes.StaleEtag as stale:
        say_stale(request, actor, item, stale.head)
        return HttpResponseRedirect(request.path)
    except ReviewRequired:
        wanted = proposal(head_of_item(item), [DELETE], Revision.Source.FORM)
        return ask_for(request, actor, wanted, question)
    except InUse as use:
        context = item_context(item, "", users=use.users)
        return answer(request, "item/delete.html", context, status=409)
    said = _("{name} is deleted. Its history stays.").format(name=item.name)
    if not refusal(actor, Kind(item.kind), item.id, None, item.document):
        back = address_of(actor.sandbox.name, item)
        said = format_html('{} <a href="{}">{}</a>', said, back, _("Undo"))
    messages.success(request, said)
    return HttpResponseRedirect(reverse("items", args=[actor.sandbox.name, section.slug]))
