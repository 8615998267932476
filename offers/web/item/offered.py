"""What a page offers to do with an item: what the policy (offers/access/policy.py) would allow or let be proposed, and nothing else.

Templates ask by `{% offered item as can %}` (templatetags/offered.py). Where something is not offered, `closed` says why.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from offers.access.permissions import Actor
from offers.access.policy import Ruling, is_reached, ruling
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
    # Whether something live refers to it (policy.is_reached), where that is known already.
    reached: bool | None = None
    _rulings: dict[str | None, Ruling] = field(default_factory=dict, repr=False)

    @cached_property
    def closed(self) -> str:
        """Why this person does not edit the item as it stands; "" where they do, or may propose it."""
        return self._ruling(self.item.document).refusal

    @property
    def proposes(self) -> str:
        """Why an edit of it is a proposal that a second person looks at; "" where it is saved at once."""
        return self._ruling(self.item.document).review

    @property
    def edit(self) -> bool:
        return not self.closed and self.item.deleted_at is None

    @property
    def duplicate(self) -> bool:
        return self._may(None, self._with("draft"))

    @property
    def delete(self) -> bool:
        return self._may(self.item.document, None)

    @property
    def not_undeleted(self) -> str:
        """Why this person does not bring the deleted item back; "" where they do, or may propose it."""
        return self._asked(None, self.item.document).refusal

    @cached_property
    def steps(self) -> frozenset[str]:
        """The statuses that it can be taken to by one button."""
        others = (status for status in KINDS[self._kind].steps if status != self.item.status)
        return frozenset(status for status in others if self._is_step(status))

    @cached_property
    def asked_steps(self) -> frozenset[str]:
        """Those of them that this person only proposes."""
        return frozenset(status for status in self.steps if self._ruling(self._with(status)).review)

    @property
    def later(self) -> list[str]:
        """The statuses between draft and live that this person could take it to at a moment to come; a step that is proposed asks when by itself."""
        return (
            sorted(self.steps - self.asked_steps - {"complete", "archived"}) if self.item.status != "archived" else []
        )

    @cached_property
    def fixed(self) -> bool:
        """Whether there is nothing of it that this person could change, or propose to."""
        return bool(self.closed) and not self.steps

    @property
    def missing(self) -> list[str]:
        """What keeps it from going live, in words, where it would be this person's to do."""
        live = KINDS[self._kind].live
        if self.item.status != "draft" or not self._ruling(self._with(live)).allows:
            return []
        found = ((place_title(place_at(self.item.document, one.pointer)), one) for one in self._problems(live))
        return [f"{place}: {problem_text(problem)}" for place, problem in found]

    @property
    def returns(self) -> bool:
        """Whether this person could bring it back once it is archived."""
        return self._may(self._with("archived"), self._with("draft"))

    def undo(self, entry: Entry) -> bool:
        """Whether this change may be taken back. A later change of the same fields is another matter: the page asks."""
        if not entry.can_undo or self.item.deleted_at is not None:
            return False
        was, made = entry.status or ("", self.item.status)
        if self.item.status not in (was, made):
            return False  # its step was followed by another one, which would be in the way
        return self._ruling(self._with(was) if was and made == self.item.status else self.item.document).is_offered

    def restore(self, entry: Entry) -> bool:
        """Whether the version that this change made may become the current one again."""
        if entry.after is None or entry.revision.etag == self.item.etag or self.item.deleted_at is not None:
            return False
        return self._ruling(entry.after).is_offered

    @property
    def _kind(self) -> Kind:
        return Kind(self.item.kind)

    def _ruling(self, after: Document) -> Ruling:
        """What the policy says to this person making the item so.

        Of what it would be the policy reads the status alone, so it is asked once for each: a history asks for all of its versions.
        """
        status = after.get("status")
        if status not in self._rulings:
            self._rulings[status] = self._asked(self.item.document, after)
        return self._rulings[status]

    def _may(self, before: Document | None, after: Document | None) -> bool:
        return self._asked(before, after).is_offered

    def _asked(self, before: Document | None, after: Document | None) -> Ruling:
        return ruling(self.actor, self._kind, self.item.id, before, after, reached=self._is_reached)

    def _is_reached(self, sandbox_id: int, id: str) -> bool:
        if self.reached is None:
            self.reached = is_reached(sandbox_id, id)
        return self.reached

    def _is_step(self, status: str) -> bool:
        goes_live = status == KINDS[self._kind].live
        return self._ruling(self._with(status)).is_offered and not (goes_live and self._problems(status))

    def _problems(self, status: str) -> tuple[Problem, ...]:
        return validate(self._kind, self._with(status), self.item.document)

    def _with(self, status: str) -> Document:
        document: dict[str, Any] = self.item.document
        return {**document, "status": status} if "status" in document else document
