"""What was typed on the page of a request, by its input: what stood beside that which was sent is there again on the next page."""

from collections.abc import Collection

from django.http import HttpRequest, QueryDict

from offers import asked
from offers.models import ChangeRequest

MAX_TEXT = 4_000
TYPED = ("text", "about", "comment", "suggestion")
# Of these each field has its own, named by what it is: 'comment ["sale","name"]'.
SAID = ("comment", "suggestion")
# In the session: the key of a request, and what was typed there.
KEPT = "typed-beside"
# How static/reviews/typed-beside.js calls what stands in another form than the one that is sent.
BESIDE = "beside-"


def is_typed(sent: QueryDict) -> bool:
    """Whether anything was typed on the page that sent this."""
    return any(said and name.removeprefix(BESIDE).partition(" ")[0] in ("text", *SAID) for name, said in sent.items())


def as_said(request: HttpRequest) -> None:
    """What was said at a field, whose inputs have it in their names, as if it were all that the form has of a comment: what else was
    typed is beside it."""
    about = request.POST.get("at", "")
    if not about:
        return
    sent = request.POST.copy()
    for name, value in (("about", about), *((name, sent.get(f"{name} {about}", "")) for name in SAID)):
        sent[BESIDE + name] = sent.get(name, "")
        sent[name] = value
    request.POST = sent  # type: ignore[assignment]  # Django sets it so itself


def _said_elsewhere(request: HttpRequest) -> dict[str, str]:
    """What was typed at a field, the first of them, while another button was pressed; {} for nothing."""
    for name in request.POST:
        which, _space, about = name.partition(" ")
        if which in SAID and about and about != request.POST.get("at") and request.POST.get(name):
            return {"about": about} | {name: request.POST.get(f"{name} {about}", "") for name in SAID}
    return {}


def keep(request: HttpRequest, asked_for: ChangeRequest, used: Collection[str]) -> None:
    """Something was done with the inputs that are `used`: the page that follows has the others."""
    left = {name: "" if name in used else request.POST.get(name, "") for name in TYPED}
    left = {name: request.POST.get(BESIDE + name) or said for name, said in left.items()}
    if not left["comment"] and not left["suggestion"]:
        left |= _said_elsewhere(request)
    typed = {name: asked.text(said, MAX_TEXT) for name, said in left.items()}
    if typed["text"] or typed["comment"] or typed["suggestion"]:
        request.session[KEPT] = {"request": asked_for.key, **typed}


def typed_on(request: HttpRequest, asked_for: ChangeRequest, *, has_note: bool) -> dict[str, str]:
    """What was just sent or, on the page that follows, was typed beside it.

    A note to a decision that somebody else made meanwhile stands where a comment is written.
    """
    kept = {}
    if request.method == "GET" and request.session.get(KEPT, {}).get("request") == asked_for.key:
        kept = request.session.pop(KEPT)
    typed = {name: request.POST.get(name) or request.POST.get(BESIDE + name) or kept.get(name, "") for name in TYPED}
    if not typed["comment"] and not typed["suggestion"]:
        typed |= _said_elsewhere(request)
    return typed if has_note else typed | {"comment": typed["comment"] or typed["text"]}
