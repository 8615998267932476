"""The page that promotes offers to another sandbox: where to, what that would do there, and the request that it opens."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.models import ChangeRequest, LibraryItem, Membership, Revision, Sandbox
from offers.review import verdicts
from offers.review.standing import standing
from tests.cast import Role, actor, make, make_sandbox, patch, replace
from tests.review.conftest import member
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db
PAGE = "/s/prod/promote/"


@pytest.fixture
def stage(db: None) -> Sandbox:
    return make_sandbox("stage", review_policy=Sandbox.ReviewPolicy.EVERYTHING)


@pytest.fixture
def mina(item: LibraryItem, stage: Sandbox, sign_in: SignIn) -> Client:
    """A marketer of both sandboxes."""
    browser = sign_in(Role.EDITOR)
    Membership.objects.create(sandbox=stage, user=User.objects.get(username="mina"), role=Role.EDITOR)
    return browser


def agreed(stage: Sandbox) -> None:
    request = ChangeRequest.objects.get(sandbox=stage, state="open")
    verdicts.approve(member(stage, f"jun{request.number}", Role.REVIEWER), request, standing(request).digest)


def form(page: Client, **more: str) -> dict[str, object]:
    """What the preview carries, as a browser would send it."""
    preview = page.post(PAGE, {"id": "sale", "to": "stage", **more}).content.decode()
    seen = dict(re.findall(r'name="(seen:[^"]+)" value="([^"]*)"', preview))
    return {"id": "sale", "to": "stage", "propose": "1", **seen, **more}


def test_offers_are_promoted_with_what_they_refer_to_and_history_says_where_they_came_from(
    mina: Client, stage: Sandbox
) -> None:
    assert "Promote to Stage" in text_of(mina.get(f"{PAGE}?id=sale")), "who has one other sandbox is not asked which"
    preview = mina.post(PAGE, {"id": "sale", "to": "stage"})
    assert "Refers to what is not there" in text_of(preview)
    assert [one.id for one in preview.context["replaced"]] == ["holiday", "home"]
    sent = mina.post(PAGE, {"id": "sale", "to": "stage", "propose": "1"})
    assert "still to be decided" in text_of(sent)
    assert not ChangeRequest.objects.exists()
    taken = mina.post(PAGE, {"id": "sale", "to": "stage", "along": "1"})
    assert [(one.id, one.chosen) for one in taken.context["replaced"]] == [("holiday", "+"), ("home", "+")]
    assert "New there" in text_of(taken), "one button takes all that is missing along"
    arrives = text_of(taken).split("What arrives")[-1]
    assert "Created" not in arrives
    assert "Priority" in arrives, "of what is new each field is told"
    along = form(mina, **{"ref:home": "+", "ref:holiday": "+"}, title="Promotion")
    sent = mina.post(PAGE, along)
    assert sent["Location"] == "/s/stage/reviews/1/"
    assert mina.post(PAGE, along)["Location"] == sent["Location"], "what is sent twice is one request"
    agreed(stage)
    assert "brought back" not in text_of(mina.get("/s/stage/reviews/1/")), "it was new, and stays so in the record"
    again = mina.post(PAGE, {"id": "sale", "to": "stage", "propose": "1"})
    assert "all of it is the same there" in text_of(again)
    assert "Propose change" not in text_of(again), "there is nothing to propose"
    assert sorted(LibraryItem.objects.filter(sandbox=stage).values_list("id", flat=True)) == ["holiday", "home", "sale"]
    page = mina.get("/s/stage/offers/sale/history/").content.decode()
    assert "promoted from prod" in page
    assert "/s/prod/offers/sale/history/3/" in page
    stranger = Client()
    stranger.force_login(User.objects.get(username="jun1"))
    page = stranger.get("/s/stage/offers/sale/history/").content.decode()
    assert "promoted from prod" in page
    assert "/s/prod/" not in page, "who may not see the source gets no link"


def test_the_source_says_what_became_of_it_to_those_who_may_see_that(
    mina: Client, stage: Sandbox, sandbox: Sandbox, sign_in: SignIn
) -> None:
    mina.post(PAGE, form(mina, **{"ref:home": "+", "ref:holiday": "+"}))
    ours = "/s/prod/offers/sale/"
    assert "promoted to stage" not in text_of(mina.get(f"{ours}history/")), "nobody has agreed yet"
    agreed(stage)
    patch(actor(sandbox), LibraryItem.objects.get(sandbox=sandbox, id="sale"), replace("/rank/priority", 8))
    entries = mina.get(f"{ours}history/").content.decode().split("data-entry")[1:]
    assert ["promoted to stage" in one for one in entries] == [False, True, False, False], "it was version 3"
    for link in ("/s/stage/offers/sale/history/1/", "/s/stage/reviews/1/"):
        assert link in entries[1]
        assert link in mina.get(ours).content.decode()
    assert "promoted to stage" in text_of(mina.get(f"{ours}history/3/"))
    assert "promoted to" not in text_of(mina.get(f"{ours}history/2/"))
    assert "promoted to" not in text_of(mina.get(f"{ours}?at=2026-01-01T00:00Z")), "as of a moment before"
    other = sign_in(Role.EDITOR, "Ola Berg")
    for page in (ours, f"{ours}history/", f"{ours}history/3/"):
        assert "stage" not in other.get(page).content.decode(), "who may not see the target learns nothing"


def test_what_both_changed_is_asked_with_both_values_and_what_moved_is_shown_again(
    mina: Client, stage: Sandbox
) -> None:
    mina.post(PAGE, form(mina, **{"ref:home": "+", "ref:holiday": "+"}))
    agreed(stage)
    prod = Sandbox.objects.get(name="prod")
    patch(actor(prod), LibraryItem.objects.get(sandbox=prod, id="sale"), replace("/name", "Autumn <b>sale"))
    Sandbox.objects.filter(pk=stage.pk).update(review_policy="none")
    setup = actor(Sandbox.objects.get(pk=stage.pk))
    there = LibraryItem.objects.get(sandbox=stage, id="sale")
    patch(setup, there, replace("/name", "Theirs"))
    preview = text_of(mina.post(PAGE, {"id": "sale", "to": "stage"}))
    assert "Theirs" in preview
    assert "1 field left to decide" in preview
    for side, said in (("source", "Changes there"), ("target", "Stays as it is there")):
        taken = mina.post(PAGE, {"id": "sale", "to": "stage", "take": side})
        assert said in text_of(taken), "one button decides all, and writes nothing"
    assert "Autumn &lt;b&gt;sale" in mina.post(PAGE, {"id": "sale", "to": "stage"}).content.decode()
    decided = mina.post(PAGE, {"id": "sale", "to": "stage", "pick:/name@sale": "source", "look": "1"})
    assert [field.chosen for row in decided.context["rows"] for field in row.contested] == ["source"], "it is kept"
    chosen = form(mina, **{"pick:/name@sale": "source"})
    patch(setup, there, replace("/rank/priority", 55))
    moved = mina.post(PAGE, chosen)
    assert moved.status_code == 409
    assert "has changed since you looked" in text_of(moved)
    assert mina.post(PAGE, form(mina, **{"pick:/name@sale": "source"})).status_code == 302
    assert Revision.objects.filter(item=there).count() == 3


def test_a_field_of_a_limit_is_told_by_the_sentence_of_the_limit(
    mina: Client, stage: Sandbox, sandbox: Sandbox
) -> None:
    limit = {"limit": 2, "scope": "profile", "entity": "offer", "events": ["click"]}
    ours = LibraryItem.objects.get(sandbox=sandbox, id="sale")
    patch(actor(sandbox), ours, [{"op": "add", "path": "/frequencyCappingConstraints", "value": [limit]}])
    mina.post(PAGE, form(mina, **{"ref:home": "+", "ref:holiday": "+"}))
    agreed(stage)
    Sandbox.objects.filter(pk=stage.pk).update(review_policy="none")
    for where, times in ((sandbox, 3), (stage, 4)):
        there = LibraryItem.objects.get(sandbox=where, id="sale")
        by = actor(Sandbox.objects.get(pk=where.pk))
        patch(by, there, replace("/frequencyCappingConstraints/0/limit", times))
    (label,) = _labels(mina)
    assert label == "Limit 1 (At most 3 times for each person, counted by click) › Times"
    (label,) = _labels(mina, HTTP_ACCEPT_LANGUAGE="ko")
    assert not re.search("[A-Za-z≤]", label)


def test_one_item_is_decided_by_its_own_button_and_contents_are_read_not_shown_as_sources(
    mina: Client, stage: Sandbox, sandbox: Sandbox
) -> None:
    ours = LibraryItem.objects.get(sandbox=sandbox, id="sale")
    make(actor(sandbox), {**ours.document, "name": "Second"}, id="second")
    both = {"id": ["sale", "second"], "to": "stage"}
    along = {"ref:home": "+", "ref:holiday": "+"}
    preview = mina.post(PAGE, {**both, **along}).content.decode()
    seen = dict(re.findall(r'name="(seen:[^"]+)" value="([^"]*)"', preview))
    assert mina.post(PAGE, {**both, **along, **seen, "propose": "1"}).status_code == 302
    agreed(stage)
    Sandbox.objects.filter(pk=stage.pk).update(review_policy="none")
    for where, name, text in ((sandbox, "Here", "<p>Now <b>half</b></p>"), (stage, "There", "<p>Now all</p>")):
        for id in both["id"]:
            there = LibraryItem.objects.get(sandbox=where, id=id)
            by = actor(Sandbox.objects.get(pk=where.pk))
            content = replace("/representations/0/components/0/content", text)
            patch(by, there, [*replace("/name", name), *content])
    asked = mina.post(PAGE, both)
    assert "&lt;b&gt;" not in asked.content.decode(), "nobody chooses between sources"
    assert "Formatting changed too" in text_of(asked)
    one = mina.post(PAGE, {**both, "take": "source:second", "pick:/name@sale": "target"})
    chosen = {row.one.here.id: [field.chosen for field in row.contested] for row in one.context["rows"]}
    assert chosen == {"sale": ["target", ""], "second": ["source", "source"]}, "what else was chosen stays"


def _labels(browser: Client, **headers: str) -> list[str]:
    preview = browser.post(PAGE, {"id": "sale", "to": "stage"}, **headers)  # type: ignore[arg-type]
    return [field.label for row in preview.context["rows"] for field in row.contested]


def test_without_offers_it_says_what_to_do_and_leads_to_the_list(mina: Client) -> None:
    page = mina.get(PAGE)
    assert "Then choose Promote" in text_of(page)
    assert 'class="btn btn-primary" href="/s/prod/offers/"' in page.content.decode()


def test_where_to_is_chosen_among_sandboxes_with_their_rules_beside_what_is_promoted(
    mina: Client, stage: Sandbox
) -> None:
    other = make_sandbox("trial", review_policy=Sandbox.ReviewPolicy.NONE)
    Membership.objects.create(sandbox=other, user=User.objects.get(username="mina"), role=Role.EDITOR)
    page = mina.get(f"{PAGE}?id=sale")
    assert page.context["names"] == ["Summer sale"]
    said = text_of(page)
    assert "Every change needs a second person" in said
    assert "All editors can change live offers" in said
    assert "Promote to Trial" in text_of(mina.post(PAGE, {"id": "sale", "to": "trial"}))


def test_only_sandboxes_where_one_may_propose_are_offered(item: LibraryItem, stage: Sandbox, sign_in: SignIn) -> None:
    person = sign_in(Role.AUDITOR)
    assert "There is no sandbox to promote to" in text_of(person.get(f"{PAGE}?id=sale"))
    user = User.objects.get(username="mina")
    Membership.objects.create(sandbox=stage, user=user, role=Role.AUDITOR)
    assert "There is no sandbox to promote to" in text_of(person.post(PAGE, {"id": "sale", "to": "stage"}))
    Membership.objects.filter(user=user, sandbox=stage).update(role=Role.EDITOR)
    assert person.post(PAGE, {"id": "sale", "to": "stage"}).context["rows"]
    assert sign_in(None, "Otto Lee").get(f"{PAGE}?id=sale").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["id=nothing&to=stage", "id=sale&to=stage&ref:home=%00", "id=%00&to=stage", "id=sale&to=stage&ref:%00=%2B"],
)
def test_what_is_none_is_not_there_or_asked_again(mina: Client, query: str) -> None:
    assert mina.get(f"{PAGE}?{query}").status_code in (200, 404)
