"""What was typed on the page of a request, by the name of its input: whatever is pressed, what was not used is there again on the next page."""

from collections.abc import Callable, Collection, Mapping

from django.http import HttpRequest, QueryDict

from offers.models import ChangeRequest

MAX_TEXT = 4_000
# The note of a decision, and the comment to the whole; of the last two each field has its own, named by what it is:
# 'comment ["sale","name"]'.
NOTE, ABOUT, COMMENT, SUGGESTION = INPUTS = ("text", "about", "comment", "suggestion")
# In the session: the key of a request, and what was typed there.
KEPT = "typed-on-request"


def at_field(name: str, about: str) -> str:
    """The name of the input for a comment or a suggestion at a field; that of the main one, about nothing."""
    return f"{name} {about}" if about else name


def typed_in(sent: QueryDict) -> dict[str, str]:
    """What was typed, by the name of the input."""
    texts = {name: sent.get(name, "") for name in sent if name.partition(" ")[0] in INPUTS}
    return {name: said for name, said in texts.items() if said.strip()}


def is_typed(sent: QueryDict) -> bool:
    """Whether anything was typed on the page that sent this."""
    return has_words(typed_in(sent))


def has_words(typed: Mapping[str, str]) -> bool:
    """Whether anything of that is to be kept: what a comment was to be about alone is nothing yet."""
    return bool(typed.keys() - {ABOUT})


def keep(request: HttpRequest, asked_for: ChangeRequest, used: Collection[str]) -> None:
    """Something was done with the inputs that are `used`: the page that follows has the others."""
    left = {name: said for name, said in typed_in(request.POST).items() if name not in used}
    if has_words(left):
        request.session[KEPT] = {"request": asked_for.key, "typed": left}


def typed_on(request: HttpRequest, asked_for: ChangeRequest) -> dict[str, str]:
    """What was just sent or, on the page that follows, was typed beside it, by the name of the input."""
    if request.method == "GET" and request.session.get(KEPT, {}).get("request") == asked_for.key:
        kept: dict[str, str] = request.session.pop(KEPT)["typed"]
        return kept
    return typed_in(request.POST)


def note_and_comment(
    typed: Mapping[str, str],
    fields: Collection[str],
    abouts: Collection[str],
    title_of: Callable[[str], str],
    *,
    has_note: bool,
) -> dict[str, str]:
    """The texts of the note and of the main comment, whose inputs every page has: `fields` have inputs of their own.

    What has no input any more is part of the main comment: a note to a decision that somebody else made meanwhile, and, by its
    title, what was said of something that is none of the `fields`, or none of the `abouts` that the main comment can be about.
    """
    main, lost = {name: typed.get(name, "") for name in INPUTS}, []
    if main[ABOUT] and main[ABOUT] not in abouts:
        lost = [_said_of(title_of(main[ABOUT]), main[name]) for name in (COMMENT, SUGGESTION) if main[name]]
        main |= {ABOUT: "", COMMENT: "", SUGGESTION: ""}
    for name, said in typed.items():
        about = name.partition(" ")[2]
        if about and about not in fields:
            lost.append(_said_of(title_of(about), said))
    note = "" if has_note else main[NOTE]
    return main | {COMMENT: "\n\n".join(said for said in (main[COMMENT], note, *lost) if said)}


def _said_of(title: str, said: str) -> str:
    return f"{title}: {said}" if title else said
