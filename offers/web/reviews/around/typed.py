"""What was typed on the page of a request, by its input: what stood beside that which was sent is there again on the next page."""

from collections.abc import Collection

from django.http import HttpRequest

from offers import asked
from offers.models import ChangeRequest

MAX_TEXT = 4_000
TYPED = ("text", "about", "comment", "suggestion")
# In the session: the key of a request, and what was typed there.
KEPT = "typed-beside"
# How static/reviews/typed-beside.js calls what stands in another form than the one that is sent.
BESIDE = "beside-"


def keep(request: HttpRequest, asked_for: ChangeRequest, used: Collection[str]) -> None:
    """Something was done with the inputs that are `used`: the page that follows has the others."""
    left = {name: "" if name in used else request.POST.get(name, "") for name in TYPED}
    typed = {name: asked.text(request.POST.get(BESIDE + name) or said, MAX_TEXT) for name, said in left.items()}
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
    return typed if has_note else typed | {"comment": typed["comment"] or typed["text"]}
