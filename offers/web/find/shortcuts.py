"""The keys that do something, those of the page first: as the dialog that ? opens, and as a plain page."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from offers.web.find.opened import page_at
from offers.web.frame.access import actor_of_last
from offers.web.frame.respond import answer, wants_fragment


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`ways` are the keys that do it, or one thing each: "Ctrl K" is pressed together, "j k" are two keys that belong together."""

    ways: tuple[str, ...]
    text: Promise

    @property
    def keys(self) -> list[list[str]]:
        """The keys of each way, each as it stands in a box of its own."""
        return [[way] if way.startswith("Ctrl ") else way.split() for way in self.ways]


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """`pages` are the names of the pages (web/urls.py) that have them."""

    title: Promise
    pages: frozenset[str]
    keys: tuple[Shortcut, ...]


EVERYWHERE = Shortcuts(
    _("On every page"),
    frozenset(),
    (
        Shortcut(("Ctrl K",), _("Find an offer, a page or an action")),
        Shortcut(("/",), _("Search on this page, or everywhere")),
        Shortcut(("u",), _("Go to Undo for the last change")),
        Shortcut(("?",), _("Show these shortcuts")),
        Shortcut(("Esc",), _("Close the open panel")),
    ),
)
OF_PAGES = (
    Shortcuts(
        _("In a list"),
        frozenset({"offers", "items"}),
        (
            Shortcut(("↓ ↑", "j k"), _("Next or previous row")),
            Shortcut(("Enter",), _("Open it")),
            Shortcut(("e",), _("Edit it")),
            Shortcut(("d", "p"), _("Change its dates or its priority")),
            Shortcut(("x",), _("Select it")),
            Shortcut(("b",), _("Jump to bulk actions")),
        ),
    ),
    Shortcuts(
        _("In a form"),
        frozenset({"edit", "new"}),
        (Shortcut(("Ctrl S",), _("Save")),),
    ),
    Shortcuts(
        _("In the history of an item"),
        frozenset({"history"}),
        (
            Shortcut(("j k",), _("Next or previous change")),
            Shortcut(("Enter",), _("Show or hide its details")),
            Shortcut(("c",), _("Mark for comparison")),
        ),
    ),
    Shortcuts(
        _("In the review list"),
        frozenset({"reviews"}),
        (
            Shortcut(("j k",), _("Next or previous request")),
            Shortcut(("Enter",), _("Open it")),
            Shortcut(("a", "r", "x"), _("Open it to approve, request changes or reject")),
        ),
    ),
    Shortcuts(
        _("In a request"),
        frozenset({"review"}),
        (
            Shortcut(("a",), _("Go to Approve; Enter approves")),
            Shortcut(("r",), _("Go to Request changes")),
            Shortcut(("x",), _("Go to Reject")),
            Shortcut(("n",), _("Open your next request")),
        ),
    ),
    Shortcuts(
        _("Viewing a past date"),
        frozenset(),
        (
            Shortcut(("[", "]"), _("Previous or next change")),
            Shortcut(("n",), _("Back to now")),
        ),
    ),
)


@require_safe
@login_not_required
def shortcuts(request: HttpRequest) -> HttpResponse:
    """All of them; `from` is the address of the page whose own come first. A page of its own has the frame of the sandbox used last."""
    if not wants_fragment(request):
        actor_of_last(request)
    page = page_at(request.GET.get("from", ""))
    name = page.match.url_name if page.match else None
    own = [group for group in OF_PAGES if name in group.pages or (page.moment and not group.pages)]
    others = [group for group in OF_PAGES if group not in own]
    context = {"groups": [*own, EVERYWHERE, *others], "dialog": wants_fragment(request), "from": page.address}
    return answer(request, "find/shortcuts.html", context, fragment="find/_shortcuts.html")
