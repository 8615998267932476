"""The last changes of a sandbox without noise: a line for each person and item, and one for a bulk edit or a request of many."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.document.kinds.reading import DECLARED
from offers.models import LibraryItem, Revision, Sandbox
from offers.web.frame.addresses import address_of

LINES = 8
# What is made into lines: so many of the last changes, whatever there is before them.
LOOKED_AT = 80
# What a line says of fields comes from so many of its changes, the last ones.
READ = 3
NAMED = 3
Source = Revision.Source


@dataclass
class Line:
    """What one actor did to one item of late; or a bulk edit or request that changed several. `made` is the newest first."""

    made: list[Revision]
    fields: list[str] = field(default_factory=list)
    more_fields: int = 0
    address: str = ""
    title: str = ""

    @property
    def last(self) -> Revision:
        return self.made[0]

    @property
    def at(self) -> datetime:
        return self.last.created_at

    @property
    def what(self) -> str:
        """In words: which fields, or what became of the item."""
        named = ", ".join(self.fields)
        if self.more_fields:
            more = ngettext("{fields} and {n} more", "{fields} and {n} more", self.more_fields)
            return more.format(fields=named, n=self.more_fields)
        return named


def last_changes(sandbox: Sandbox) -> list[Line]:
    """The last lines, newest first: as many statements however much there is."""
    light = Revision.objects.filter(sandbox=sandbox).order_by("-xid", "-key").defer("patch", "snapshot")
    items = Prefetch("item", LibraryItem.objects.select_related("listing").defer("document"))
    lines = _folded(light.prefetch_related(items)[:LOOKED_AT])[:LINES]
    read = [made.pk for line in lines for made in line.made[:READ] if made.etag > 1]
    patches = dict(Revision.objects.filter(pk__in=read).values_list("pk", "patch"))
    for line in lines:
        _say(sandbox, line, patches)
    return lines


def _folded(found: Iterable[Revision]) -> list[Line]:
    lines: dict[tuple[object, ...], Line] = {}
    for made in found:
        lines.setdefault(_together(made), Line([])).made.append(made)
    return list(lines.values())


def _together(made: Revision) -> tuple[object, ...]:
    """What is told in one line: all of a bulk edit or a request, else what one actor did to one item."""
    for many in ("bulk", "request"):
        if many in made.refers_to:
            return many, made.refers_to[many]
    return made.actor_id, made.client_id, made.actor_label, made.item_id


def _say(sandbox: Sandbox, line: Line, patches: dict[int, str]) -> None:
    read = [one for made in line.made[:READ] for one in _labels(made, patches.get(made.pk))]
    whole = {_("created"), _("deleted"), _("brought back")}
    # What became of the whole item says more than which of its fields were touched on the way.
    labels = [one for one in read if one in whole][:1] or list(dict.fromkeys(read))
    line.fields, line.more_fields = labels[:NAMED], max(0, len(labels) - NAMED)
    made = line.last
    count = len({one.item_id for one in line.made})
    if count == 1:
        line.title = made.item.listing.name
        line.address = address_of(sandbox.name, made.item, "history" if made.item.deleted_at else "item")
        return
    offers = ngettext("{n} item", "{n} items", count).format(n=count)
    if "bulk" in made.refers_to:
        number = made.refers_to["bulk"]
        line.title = _("{items} in bulk edit {number}").format(items=offers, number=number)
        line.address = reverse("bulk_run", args=[sandbox.name, number])
    else:
        number = made.refers_to["request"]
        line.title = _("{items} in request #{number}").format(items=offers, number=number)
        line.address = reverse("review", args=[sandbox.name, number])


def _labels(made: Revision, patch: str | None) -> list[str]:
    """The fields that a change touched, as people call them; or what became of the whole item."""
    if made.etag == 1 or patch is None:
        return [_("created")]
    if made.source in (Source.UNDO, Source.RESTORE):
        return [str(made.get_source_display())]
    operations: list[dict[str, Any]] = orjson.loads(patch)
    if any(one["path"] == "" for one in operations):
        return [_("deleted") if one["op"] == "remove" else _("brought back") for one in operations[-1:]]
    return [label for one in operations if (label := _label(one["path"]))]


def _label(pointer: str) -> str:
    """That of the declared field which it leads to, or of the list on the way there; "" for none."""
    found, names = "", list[str]()
    for part in pointer.split("/")[1:]:
        names.append(part)
        label = DECLARED.get("/".join(names))
        if label is None:
            break
        found = label
    return _(found) if found else ""
