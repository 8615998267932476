"""Whether what was taken out of steps (of requests, access, erasures) is named by an erasure, and stands as that left it."""

from collections.abc import Iterator
from typing import Any

from offers.document.values import canonical_text
from offers.ledger.leaf import text_hash
from offers.models import AccessChange, ErasedText, ErasureStep, LogEntry, RequestEvent, Sandbox

Event = LogEntry.Event


def unnamed(sandbox: Sandbox) -> Iterator[str]:
    """What is wrong with each such text, in words."""
    steps = {
        Event.ACCESS: AccessChange.objects.filter(sandbox=sandbox),
        Event.REQUEST: RequestEvent.objects.filter(request__sandbox=sandbox),
        Event.ERASURE: ErasureStep.objects.filter(sandbox=sandbox),
    }
    for event, found in steps.items():
        for step in found.exclude(erased=None).order_by("key").iterator():
            yield from _of_step(event, step)


def _of_step(event: Event, step: Any) -> Iterator[str]:
    named = {
        text.name: (text.kept, text.instead)
        for text in ErasedText.objects.filter(event=event, row=step.key, step__what="erased").order_by("key")
    }
    for name, kept in sorted(step.erased.items()):
        said, instead = named.get(name, ("", ""))
        if said != kept:
            yield f"the {name} of {event.label} step {step.key} was erased, and nothing says by whom"
        elif instead != text_hash(_text(step, name)):
            yield f"in the place of the erased {name} of {event.label} step {step.key} stands something else than was put there"


def _text(step: Any, name: str) -> str:
    value = getattr(step, "actor_label" if name == "label" else name)
    return value if isinstance(value, str) else canonical_text(value)
