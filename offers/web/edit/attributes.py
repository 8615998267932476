"""Which attributes the library's contents and rules ask for: what the code editor completes expressions from."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.document.values import Document
from offers.models import Listing
from offers.web.frame.access import actor_for

# What was changed last says what is used now; the names of a large library are no list to choose from.
LAST_CHANGED, OFFERED = 100, 300
TEXT_READ = 20_000  # characters of a content
_IN_CONTENT = re.compile(r"\{\{\s*([A-Za-z_]\w{0,99}(?:\.\w{1,99}){0,9})\s*[|}]")
# A word with a dot; what is called (`count()`), compared with or in quotation marks is none of the customer's.
_IN_RULE = re.compile(r"(?<![\w.\"'])(profile(?:\.\w{1,99}){1,9})(?![\w(])")


@require_GET
@cache_control(private=True, max_age=60)
def names(request: HttpRequest, sandbox: str) -> JsonResponse:
    """The names in what was changed last, the most used first."""
    return JsonResponse({"names": known(actor_for(request, sandbox))})


def known(actor: Actor) -> list[str]:
    found = Counter(_in_contents(_last(actor, Kind.PERSONALIZED_OFFER))) + Counter(_in_rules(_last(actor, Kind.RULE)))
    return [name for name, _count in found.most_common(OFFERED)]


def _last(actor: Actor, kind: Kind) -> Iterable[Document]:
    listed = Listing.objects.filter(sandbox=actor.sandbox, kind=kind, deleted_at=None)
    return listed.order_by("-modified_at", "-pk").values_list("item__document", flat=True)[:LAST_CHANGED]


def _in_contents(documents: Iterable[Document]) -> Iterator[str]:
    for document in documents:
        for representation in document.get("representations", ()):
            for component in representation.get("components", ()):
                yield from _IN_CONTENT.findall(component.get("content", "")[:TEXT_READ])


def _in_rules(documents: Iterable[Document]) -> Iterator[str]:
    for document in documents:
        yield from _IN_RULE.findall(document["condition"]["value"][:TEXT_READ])
