"""What a page offers to do with an item: what the policy (offers/access/permissions.py) would allow, and nothing else.

Templates ask by `{% offered item as can %}` (templatetags/offered.py). Where something is not offered, `closed` says why.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from offers.access.permissions import Actor
from offers.access.policy import refusal
from offers.document.errors import Problem
from offers.document.kinds.registry import KINDS, Kind
from offers.document.validate import validate
from offers.document.values import Document
from offers.document.words.naming import place_at
from offers.models import LibraryItem
from offers.web.frame.words import place_title, problem_text
from offers.web.item.entries import Entry


@dataclass
class Offered:
    """Asked for by templates only, so that what a page does not show is not computed."""

    actor: Actor
    item: LibraryItem
    _refusals: dict[str | None, str] = field(default_factory=dict, repr=False)

    @cached_property
    def closed(self) -> str:
        """Why this person does not edit the item as it stands; "" where they do."""
        return self._refusal(self.item.document)

    @property
    def edit(self) -> bool:
        return not self.closed and self.item.deleted_at is None

    @property
    def duplicate(self) -> bool:
        return not refusal(self.actor, self._kind, self.item.id, None, self._with("draft"))

    @property
    def delete(self) -> bool:
        return not refusal(self.actor, self._kind, self.item.id, self.item.document, None)

    @property
    def not_undeleted(self) -> str:
        """Why this person does not bring the deleted item back; "" where they do."""
        return refusal(self.actor, self._kind, self.item.id, None, self.item.document)

    @cached_property
    def steps(self) -> frozenset[str]:
        """The statuses that it can be taken to by one button."""
        others = (status for status in KINDS[self._kind].steps if status != self.item.status)
        return frozenset(status for status in others if self._is_step(status))

    @cached_property
    def fixed(self) -> bool:
        """Whether there is nothing of it that this person could change."""
        return bool(self.closed) and not self.steps

    @property
    def missing(self) -> list[str]:
        """What keeps it from going live, in words, where it would be this person's to do."""
        live = KINDS[self._kind].live
        if self.item.status != "draft" or self._refusal(self._with(live)):
            return []
        found = ((place_title(place_at(self.item.document, one.pointer)), one) for one in self._problems(live))
        return [f"{place}: {problem_text(problem)}" for place, problem in found]

    @property
    def returns(self) -> bool:
        """Whether this person could bring it back once it is archived."""
        return not refusal(self.actor, self._kind, self.item.id, self._with("archived"), self._with("draft"))

    def undo(self, entry: Entry) -> bool:
        """Whether this change may be taken back. A later change of the same fields is another matter: the page asks."""
        if not entry.can_undo or self.item.deleted_at is not None:
            return False
        was, made = entry.status or ("", self.item.status)
        if self.item.status not in (was, made):
            return False  # its step was followed by another one, which would be in the way
        return not self._refusal(self._with(was) if was and made == self.item.status else self.item.document)

    def restore(self, entry: Entry) -> bool:
        """Whether the version that this change made may become the current one again."""
        if entry.after is None or entry.revision.etag == self.item.etag or self.item.deleted_at is not None:
            return False
        return not self._refusal(entry.after)

    @property
    def _kind(self) -> Kind:
        return Kind(self.item.kind)

    def _refusal(self, after: Document) -> str:
        """Why this person may not make the item so.

        Of what it would be the policy reads the status alone, so it is asked once for each: a history asks for all of its versions.
        """
        status = after.get("status")
        if status not in self._refusals:
            self._refusals[status] = refusal(self.actor, self._kind, self.item.id, self.item.document, after)
        return self._refusals[status]

    def _is_step(self, status: str) -> bool:
        goes_live = status == KINDS[self._kind].live
        return not self._refusal(self._with(status)) and not (goes_live and self._problems(status))

    def _problems(self, status: str) -> tuple[Problem, ...]:
        return validate(self._kind, self._with(status), self.item.document)

    def _with(self, status: str) -> Document:
        document: dict[str, Any] = self.item.document
        return {**document, "status": status} if "status" in document else document
