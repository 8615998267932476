"""What is said to a request: on the whole, on a field, and with another value that somebody accepts."""

import pytest

from offers.access.permissions import NotAllowed, NotFound
from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem
from offers.review import comments, requests
from offers.review.comments import About, NoSuggestion, NothingSaid
from offers.review.requests import HasMoved
from tests.cast import offer, replace
from tests.review.asking import agree, ask, new, now, wanted
from tests.review.conftest import Cast

RENAME = replace("/name", "Autumn sale")
NAME = About("sale", ("name",))


def again(request: ChangeRequest) -> ChangeRequest:
    return ChangeRequest.objects.get(key=request.key)


def test_a_comment_counts_and_is_resolved(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    said = comments.say(people.jun, request, "Why now?")
    assert again(request).comment_count == 1
    comments.resolve(people.mina, said)
    assert comments.get(request, said.key).resolved_by == "Mina"


def test_what_is_suggested_is_accepted_and_then_takes_a_third_person(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    said = comments.say(people.jun, request, "Shorter", NAME, "Autumn")
    comments.accept(people.mina, comments.get(request, said.key))
    with pytest.raises(NotAllowed, match="You wrote part of it"):
        agree(people.jun, request)
    agree(people.jisoo, again(request))
    assert now(sale).name == "Autumn"


def test_a_suggestion_for_what_is_new_is_accepted_too(people: Cast) -> None:
    made = new(Kind.PERSONALIZED_OFFER, "fresh", offer(name="Fresh"))
    request = requests.propose(people.mina, [made], "A new one", "")
    path = ("rank", "priority")
    said = comments.say(people.jun, request, "", About("fresh", path), "12")
    comments.accept(people.mina, comments.get(request, said.key))
    agree(people.jisoo, again(request))
    assert LibraryItem.objects.get(id="fresh").document["rank"]["priority"] == 12


def test_a_suggestion_for_a_value_that_is_another_by_now_changes_nothing(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    said = comments.say(people.jun, request, "Shorter", NAME, "Autumn")
    requests.add(people.mina, request, [wanted(sale, replace("/name", "Winter sale"))])
    with pytest.raises(HasMoved):
        comments.accept(people.mina, comments.get(request, said.key))
    assert people.jun.key not in again(request).contributors


def test_what_cannot_be_said(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    with pytest.raises(NotAllowed):
        comments.say(people.ara, request, "Hello")
    with pytest.raises(NothingSaid):
        comments.say(people.jun, request, "  ")
    with pytest.raises(NotFound):
        comments.say(people.jun, request, "Hello", About("other"))
    with pytest.raises(NotFound):
        comments.say(people.jun, request, "Hello", About("sale", ("nothing",)))
    with pytest.raises(NoSuggestion):
        comments.say(people.jun, request, "Hello", About("sale", ("rank", "priority")), "many")
    assert again(request).comment_count == 0
