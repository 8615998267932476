"""What the templates of the edit form ask: texts, what they were, what is wrong where, and what there is to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from offers import asked
from offers.access.permissions import Actor
from offers.access.policy import ruling
from offers.document.errors import Problem
from offers.document.kinds.fields import component_type
from offers.document.kinds.reading import WORDS
from offers.document.kinds.registry import Kind
from offers.document.words.naming import place_at
from offers.forms.fields import Texts
from offers.forms.kinds import Form, form_for, input_for, row_lists
from offers.forms.library import LibraryForm
from offers.forms.offer import OfferForm, Placement, is_about_placement, taking_over
from offers.forms.rows import Row, original
from offers.lists.filters import having_words
from offers.lists.names import of_ids
from offers.models import Listing, reading
from offers.web.edit.choices import LibraryChoices
from offers.web.edit.wanted import Mark
from offers.web.frame.words import channel_name, place_title, problem_text

# A longer select is no choice any more; what is not in it is searched for.
CHOICES_OFFERED = 100
CONDITION_SHOWN = 600  # characters
TAGS_FOUND = 12
# How a library item that nobody has chosen yet is called.
NOT_CHOSEN = {"": "…"}

Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`condition` is as much of it as a form shows."""

    name: str
    condition: str


@dataclass(frozen=True, slots=True)
class PlacementGroup:
    """Placements of one channel, as (id, placement); where they do not fit, of any."""

    channel: str
    fits: bool
    placements: list[tuple[str, Placement]]


@dataclass
class Choices:
    """The sandbox's placements, rules and chosen tags by id, each asked for when it is needed: who saves needs placements only.

    What the document names is among them, if it is there; otherwise the first ones, or those with all words of `text`.
    """

    actor: Actor
    form: OfferForm
    text: str = ""

    @cached_property
    def placements(self) -> dict[str, Placement]:
        chosen = {row.texts.get("placement", "") for row in self.form.representations}
        chosen |= {item["placement"] for item in self.form.before.get("representations", ())}
        return {
            id: Placement(name, document["channel"], document["componentType"])
            for id, name, document in _offered(self.actor, Kind.PLACEMENT, chosen, self.text)
        }

    def chosen_placements(self) -> dict[str, Placement]:
        """Those that something is taken over from, and no others: all that is needed to save it."""
        chosen = asked.ids({row.texts.get("placement", "") for row in taking_over(self.form)})
        found = reading.rows(_PLACEMENTS, [self.actor.sandbox.pk, Kind.PLACEMENT.value, chosen]) if chosen else ()
        return {id: Placement(*said) for id, *said in found}

    @cached_property
    def rules(self) -> dict[str, Rule]:
        chosen = {self.form.texts.get("selectionConstraint/eligibilityRule", "")}
        return {
            id: Rule(name, document["condition"]["value"][:CONDITION_SHOWN])
            for id, name, document in _offered(self.actor, Kind.RULE, chosen, self.text)
        }

    @cached_property
    def tags(self) -> dict[str, str]:
        chosen = asked.ids([*self.form.tags, *self.form.before.get("tags", ())])
        found = of_ids(self.actor.sandbox.pk, chosen).filter(kind=Kind.TAG, deleted_at=None)
        return dict(found.values_list("id", "name"))

    @property
    def names(self) -> dict[str, str]:
        rules = {id: rule.name for id, rule in self.rules.items()}
        return {**self.tags, **rules, **{id: placement.name for id, placement in self.placements.items()}}

    @property
    def finds_placements(self) -> bool:
        """Whether there are more placements than these, or they were searched for."""
        return bool(self.text) or len(self.placements) > CHOICES_OFFERED

    @property
    def finds_rules(self) -> bool:
        """The same of rules."""
        return bool(self.text) or len(self.rules) > CHOICES_OFFERED

    def placements_for(self, row: Row) -> list[PlacementGroup]:
        """The placements by channel; last, and not to be chosen, those that the types of the row's contents do not fit.

        A content without a type of its own takes the placement's, and so fits all of them.
        """
        types = {component_type(content.texts.get("type", "")) for content in row.rows} - {None, ""}
        groups: dict[tuple[bool, str], list[tuple[str, Placement]]] = {}
        for id, placement in self.placements.items():
            fits = not types - {component_type(placement.component_type)} or id == row.texts.get("placement")
            channel = channel_name(placement.channel) if fits else ""
            groups.setdefault((not fits, channel), []).append((id, placement))
        return [PlacementGroup(channel, not other, found) for (other, channel), found in sorted(groups.items())]


_PLACEMENTS = """
SELECT id, document ->> 'name', document ->> 'channel', document ->> 'componentType' FROM offers_libraryitem
 WHERE sandbox_id = %s AND kind = %s AND id = ANY(%s) AND deleted_at IS NULL
"""


def tags_like(actor: Actor, text: str, chosen: Iterable[str]) -> Options:
    """The first tags, by name, that have all these words in their names or ids and are not chosen yet."""
    tags = having_words(_named(actor, Kind.TAG), text).exclude(id__in=asked.ids(chosen))
    return list(tags.order_by("name", "pk").values_list("id", "name")[:TAGS_FOUND])


def _offered(actor: Actor, kind: Kind, ids: Iterable[str], text: str) -> Any:
    """(id, name, document) of a kind's first items by name that have these words, and of these ids in any case.

    There is one more than CHOICES_OFFERED where there are more.
    """
    named = _named(actor, kind)
    first = having_words(named, text).order_by("name", "pk").values("pk")[: CHOICES_OFFERED + 1]
    found = named.filter(Q(pk__in=first) | Q(item__id__in=asked.ids(ids), item__sandbox=actor.sandbox)).order_by(
        "name", "pk"
    )
    return found.values_list("id", "name", "item__document")


def _named(actor: Actor, kind: Kind) -> Any:
    return Listing.objects.filter(sandbox=actor.sandbox, kind=kind, deleted_at=None)


@dataclass(slots=True)
class FormPage:
    """The form as the page shows it. Texts, what they were, problems and marks go by the name of the input.

    `general` are problems that belong to no input, as (label, text).
    """

    form: Form
    choices: Choices | LibraryChoices
    statuses: Options
    values: Texts
    were: Texts
    problems: dict[str, list[str]] = field(default_factory=dict)
    general: list[tuple[str, str]] = field(default_factory=list)
    found_tags: Options = field(default_factory=list)
    tag_query: str = ""
    marks: dict[str, list[Mark]] = field(default_factory=dict)

    @property
    def rules(self) -> list[tuple[str, Rule]]:
        """The rules to choose from; one that is gone is there by its id, because the document still names it."""
        rules = self.choices.rules if isinstance(self.choices, Choices) else {}
        chosen = self.form.texts.get("selectionConstraint/eligibilityRule", "")
        gone = [] if chosen in ("", *rules) else [(chosen, Rule(chosen, ""))]
        return [*gone, *rules.items()]

    @property
    def listed(self) -> list[tuple[str, str, str]]:
        """Every problem as (name of the input or "", label, text)."""
        found = [("", label, text) for label, text in self.general]
        return found + [(name, self.label(name), text) for name, texts in self.problems.items() for text in texts]

    def label(self, name: str) -> str:
        """What people call an input."""
        if name.startswith("/characteristics/"):
            return _("Attributes")
        if isinstance(self.form, LibraryForm):
            return place_title(place_at({}, name, self.choices.names))
        shown = {
            "representations": [{"placement": row.texts.get("placement", "")} for row in self.form.representations]
        }
        return place_title(place_at(shown, name, {**self.choices.names, **NOT_CHOSEN}))

    def add_problems(self, problems: Iterable[Problem], document: Any, *, elsewhere: bool = False) -> None:
        """Attach problems to their inputs. With `elsewhere`, positions in `document` need not be those of the form."""
        for problem in problems:
            if isinstance(self.form, OfferForm) and is_about_placement(self.form, problem.pointer) and not elsewhere:
                continue
            numbered = any(token.isdecimal() for token in problem.pointer.split("/"))
            name = "" if elsewhere and numbered else input_for(self.form, problem.pointer)
            text = problem_text(problem)
            if name.endswith("/placement") and not self.values.get(name):
                text = _("Choose a placement.")
            if name:
                if text not in self.problems.setdefault(name, []):
                    self.problems[name].append(text)
            else:
                label = place_title(place_at(document, problem.pointer, self.choices.names)) if problem.pointer else ""
                self.general.append((label, text))


def form_page(actor: Actor, form: Form, choices: Choices | LibraryChoices) -> FormPage:
    return FormPage(form, choices, statuses_for(actor, form), form.values(), _were(form))


def statuses_for(actor: Actor, form: Form) -> Options:
    """The statuses that this person can choose here; archiving is an action of its own."""
    before = form.before or None
    current = form.before.get("status", "draft")
    offered = [
        status
        for status in ("draft", "approved")
        if ruling(actor, form.kind, "", before, {"status": status}).is_offered
    ]
    return [(status, _(WORDS["status"][status])) for status in (offered if current in offered else [current])]


def _were(form: Form) -> Texts:
    """The texts that the form was opened with, by the names that its inputs have now: rows move."""
    opened = form_for(form.kind, form.before, form.zone)
    were = {f"/{path}": text for path, text in opened.texts.items()} if form.before else {}
    for rows, opened_rows in zip(row_lists(form), row_lists(opened), strict=True):
        were |= _rows_were(rows, opened_rows)
    return were


def _rows_were(rows: list[Row], opened: list[Row]) -> Texts:
    were: Texts = {}
    for row in rows:
        found: Row | None = original(opened, row)
        if found is not None:
            were |= {f"{row.pointer}/{path}": text for path, text in found.texts.items()}
            were |= _rows_were(row.rows, found.rows)
    return were
