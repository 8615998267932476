"""Where a person starts: the sandbox last used, and what needs looking at in it."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from offers.document.schema import OFFER_KINDS
from offers.models import LibraryItem, Revision
from offers.queries import LiveState, Wanted, recent
from offers.web.access import actor_for
from offers.web.frame import answer, sandboxes_of
from offers.web.sections import SECTION_OF

PANEL_SIZE = 8


def start(request: HttpRequest) -> HttpResponse:
    """To the sandbox last used, else the person's first one; a page that says so where there is none."""
    names = [sandbox.name for sandbox in sandboxes_of(request)]
    if not names:
        return answer(request, "no_sandbox.html", {})
    last = request.COOKIES.get("sandbox", "")
    return HttpResponseRedirect(reverse("sandbox", args=[last if last in names else names[0]]))


def home(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What ends and starts soon, what waits as a draft, and what changed last."""
    actor = actor_for(request, sandbox)

    def panel(order: str, **wanted: str) -> list[LibraryItem]:
        return recent(actor.sandbox.pk, OFFER_KINDS, Wanted(**wanted), order, PANEL_SIZE)

    context = {
        "ending": panel("ends", state=LiveState.ENDING),
        "scheduled": panel("ends", state=LiveState.SCHEDULED),
        "drafts": panel("-modified", status="draft"),
        "revisions": _last_changes(actor.sandbox.pk),
    }
    return answer(request, "home.html", context)


def _last_changes(sandbox_id: int) -> list[Revision]:
    """The sandbox's last revisions of items that have a page; their documents stay where they are."""
    items = Prefetch("item", LibraryItem.objects.only("kind", "id", "name", "etag"))
    found = Revision.objects.filter(sandbox_id=sandbox_id).order_by("-key").defer("patch", "snapshot")
    return [made for made in found.prefetch_related(items)[: 2 * PANEL_SIZE] if made.item.kind in SECTION_OF]
