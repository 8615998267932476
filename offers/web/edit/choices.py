"""What the form of a library object offers to choose from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from offers.access.permissions import Actor
from offers.document.kinds.declared import Input
from offers.document.kinds.fields import CHANNEL_PREFIX
from offers.document.kinds.reading import WORDS, members_of
from offers.document.kinds.registry import KINDS, Kind
from offers.forms.collection import BY_LIST, BY_TAGS
from offers.forms.library import LibraryForm, chosen
from offers.web.edit.pickers import Choice, Picker, offered, picker, pickers

Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LibraryChoices:
    """`options` are what selects offer, by the path of the field or what they are about; `pickers` the lists to tick, by the name of their inputs.

    `conditions` are those of the decision rules on offer, by id.
    """

    options: Mapping[str, Options] = field(default_factory=dict)
    pickers: Mapping[str, Picker] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        found = dict(pair for options in self.options.values() for pair in options)
        return found | {one.id: one.name for picked in self.pickers.values() for one in picked.chosen}


def library_choices(actor: Actor, form: LibraryForm) -> LibraryChoices:
    """What this form can choose from, with what it has chosen already."""
    return _CHOICES.get(form.kind, _declared)(actor.sandbox.pk, form)


def _declared(sandbox_id: int, form: LibraryForm) -> LibraryChoices:
    """For each member that refers to a kind, the items of that kind."""
    options = {}
    for found in members_of(KINDS[form.kind].shape):
        kind = found.says.refers_to
        if found.says.input is Input.CHOICE and isinstance(kind, str) and kind:
            items = offered(sandbox_id, Kind(kind), {form.texts[found.name]})
            options[found.name] = _options(items, _("Choose…"))
    return LibraryChoices(options)


def _placement(sandbox_id: int, form: LibraryForm) -> LibraryChoices:
    channels = [(CHANNEL_PREFIX + short, _(word)) for short, word in WORDS["channel"].items()]
    types = [(short, _(word)) for short, word in WORDS["type"].items()]
    return LibraryChoices(
        {
            "channel": _with_present(channels, form.texts["channel"]),
            "componentType": _with_present(types, form.texts["componentType"]),
        }
    )


def _with_present(options: Options, present: str) -> Options:
    """The options, an empty one while nothing is chosen, and the present one where it is none of them."""
    if not present:
        return [("", _("Choose…")), *options]
    known = {value for value, _word in options}
    return options if present in known else [*options, (present, present.removeprefix(CHANNEL_PREFIX))]


def _collection(sandbox_id: int, form: LibraryForm) -> LibraryChoices:
    ids, kinds = chosen(form), {BY_TAGS: Kind.TAG, BY_LIST: Kind.PERSONALIZED_OFFER}
    found = {
        f"/{path}": picker(sandbox_id, f"/{path}", kind, ids[f"/{path}"], form.searches.get(f"/{path}", ""))
        for path, kind in kinds.items()
    }
    return LibraryChoices(pickers=found)


def _decision(sandbox_id: int, form: LibraryForm) -> LibraryChoices:
    rows = [row.texts for row in form.rows]
    fallbacks = offered(sandbox_id, Kind.FALLBACK_OFFER, {form.texts["fallback"]})
    collections = offered(sandbox_id, Kind.COLLECTION, {row.get("optionSelection/filter", "") for row in rows})
    rules = offered(sandbox_id, Kind.RULE, {row.get("profileConstraint/eligibilityRule", "") for row in rows})
    who = "profileConstraint/profileConstraintType"
    present = {row.get(who, "") for row in rows} - {"none", "eligibilityRule", ""}
    kinds = [value for value in WORDS["profileConstraintType"] if value in {"none", "eligibilityRule"} | present]
    return LibraryChoices(
        {
            "fallback": _options(fallbacks, _("None yet")),
            "filter": _options(collections, _("Choose a collection…")),
            "rule": _options(rules, _("Choose a decision rule…")),
            "who": [(value, _(WORDS["profileConstraintType"][value])) for value in kinds],
        },
        pickers(sandbox_id, Kind.PLACEMENT, chosen(form), form.searches),
        {rule.id: rule.item.document["condition"]["value"] for rule in rules if rule.item},
    )


def _options(choices: list[Choice], empty: str) -> Options:
    return [("", empty), *((choice.id, choice.name) for choice in choices)]


# What a form offers besides the items that its members refer to: each asks the library in its own way (found by what is
# typed, several lists from one query), which no declaration of a document could say.
_CHOICES: Mapping[Kind, Callable[[int, LibraryForm], LibraryChoices]] = {
    Kind.PLACEMENT: _placement,
    Kind.COLLECTION: _collection,
    Kind.DECISION: _decision,
}
