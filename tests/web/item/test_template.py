"""Templates: who may make an offer one, what a new offer begun from it has, and who is offered which."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem, OfferTemplate, RequestedChange, Revision, Sandbox
from offers.web.item.template import MOST
from tests.cast import Role, actor, differences, make, make_sandbox, offer, patch, replace, shown_in
from tests.web.conftest import SignIn
from tests.web.edit.filling import DESCRIPTION, END, NAME, NEW, opened, submit, with_texts
from tests.web.frame.test_respond import text_of

MARK, PAGE = "/s/prod/offers/sale/template/", "/s/prod/offers/sale/"
FROM = f"{NEW}?template=sale"
START = "/selectionConstraint/startDate"
DATES = {START: "2030-05-01T00:00", END: "2030-06-01T00:00"}
# What no input of the form shows, or only in part.
RICH: dict[str, Any] = {
    "description": "Begin with this",
    "selectionConstraint": {
        "startDate": "2026-03-01T00:00:00+09:00",
        "endDate": "2026-04-01T00:00:00+09:00",
        "profileConstraintType": "anySegments",
        "segmentIdentities": [{"_id": "s1", "namespace": {"code": "ups"}, "xid": "vip"}],
    },
    "frequencyCappingConstraints": [
        {"limit": 3, "scope": "profile", "entity": "offer", "events": ["decisioning"], "repeat": {"enabled": False},
         "startDate": "2026-03-01T00:00:00+09:00"},
    ],
    "characteristics": {"campaign": "spring"},
    "tags": ["holiday"],
    "representations": [shown_in("home")],
}  # fmt: skip


def marked(item: LibraryItem) -> LibraryItem:
    OfferTemplate.objects.create(item=item, sandbox=item.sandbox, marked_at=timezone.now())
    return item


@pytest.fixture
def template(item: LibraryItem) -> LibraryItem:
    return marked(item)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR, None])
def test_who_may_edit_marks_and_begins_from_it(sign_in: SignIn, item: LibraryItem, role: Role | None) -> None:
    browser, refused = sign_in(role), {None: 404, Role.AUDITOR: 403}.get(role)
    assert browser.post(MARK, {"template": "yes"}).status_code == (refused or 302)
    if refused:
        assert not OfferTemplate.objects.exists()
        marked(item)
        assert browser.get(FROM).status_code == refused
        assert browser.post(MARK, {"template": "no"}).status_code == refused
        assert OfferTemplate.objects.exists()
        if role:
            assert "New from template" not in text_of(browser.get("/s/prod/find/", {"q": "summer"}))
            assert "Use as a template" not in text_of(browser.get(PAGE))
        return
    mark = OfferTemplate.objects.get()
    assert (mark.who, mark.sandbox, mark.item) == ("Mina Park", item.sandbox, item)
    browser.post(MARK, {"template": "yes"})
    page = text_of(browser.get(PAGE))
    assert "No longer a template" in page
    assert "Use as a template" not in page
    assert browser.get(FROM).status_code == 200
    browser.post(MARK, {"template": "no"})
    assert not OfferTemplate.objects.exists()
    assert "Use as a template" in text_of(browser.get(PAGE))
    assert LibraryItem.objects.get(id="sale").etag == 3, "no change of the offer"
    assert browser.get(MARK).status_code == 405


def test_a_new_offer_has_all_of_it_but_name_and_dates_and_says_what_it_was_copied_from(
    editor: Client, sandbox: Sandbox, item: LibraryItem
) -> None:
    rich = marked(make(actor(sandbox), offer(**RICH, name="Standard"), id="rich"))
    patch(actor(sandbox), rich, replace("/status", "approved"))
    form = opened(editor, f"{NEW}?template=rich")
    assert form[NAME] == [""]
    assert all(form[name][0] for name in (START, END)), "as a new one from nothing: from tomorrow on"
    assert form[DESCRIPTION] == ["Begin with this"]
    assert form["template"] == ["rich"]
    # What becomes of the template while the form is open makes no difference to what is created.
    patch(actor(sandbox), rich, replace("/description", "Another one"))
    OfferTemplate.objects.all().delete()
    refused = submit(editor, with_texts(form, {NAME: "Autumn", START: "", END: ""}), address=NEW)
    assert refused.status_code == 422
    assert {START, END} <= set(refused.context["page"].problems)
    submit(editor, with_texts(form, {NAME: "Autumn", **DATES}), address=NEW)
    made = LibraryItem.objects.get(listing__name="Autumn")
    window = made.document["selectionConstraint"]
    assert (made.status, made.etag, window["startDate"][:10]) == ("draft", 1, "2030-05-01")
    same = {"description", "frequencyCappingConstraints", "characteristics", "tags", "representations", "rank"}
    begun = {**offer(), **RICH}
    del begun["frequencyCappingConstraints"][0]["startDate"]
    assert {name: made.document[name] for name in same} == {name: begun[name] for name in same}
    assert window["segmentIdentities"] == RICH["selectionConstraint"]["segmentIdentities"]
    assert Revision.objects.get(item=made).refers_to == {"copy_of": "rich"}
    assert "Copied from" in text_of(editor.get(f"/s/prod/offers/{made.id}/"))
    assert differences() == []


def test_what_is_proposed_from_a_template_says_so_too(editor: Client, template: LibraryItem) -> None:
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.EVERYTHING)
    form = with_texts(opened(editor, FROM), {NAME: "Autumn", **DATES})
    submit(editor, form, "propose", NEW)
    assert ChangeRequest.objects.count() == 1
    assert RequestedChange.objects.get().refers_to == {"copy_of": "sale"}


def test_only_what_is_a_template_of_this_sandbox_is_offered(
    editor: Client, template: LibraryItem, sandbox: Sandbox
) -> None:
    dev = make_sandbox("dev")
    marked(make(actor(dev), offer(name="Elsewhere"), id="elsewhere"))
    make(actor(sandbox), offer(name="No template"), id="other")
    over = marked(make(actor(sandbox), offer(name="Over"), id="over"))
    patch(actor(sandbox), over, replace("/status", "archived"))
    gone = marked(make(actor(sandbox), offer(name="Gone"), id="gone"))
    editor.post("/s/prod/offers/gone/delete/", {"etag": str(gone.etag)})
    page = text_of(editor.get(NEW)).partition("<main")[2]
    assert [brand.name for brand in editor.get(NEW).context["desk"].brands] == ["Holiday 2026"]
    assert "?template=sale" in page
    assert "?template=sale" in text_of(submit(editor, with_texts(opened(editor, NEW), {NAME: ""}), address=NEW))
    for id in ("elsewhere", "other", "over", "gone", "none"):
        assert f"?template={id}" not in page
        assert editor.get(NEW, {"template": id}).status_code == 404, id
    assert editor.post("/s/prod/offers/elsewhere/template/", {"template": "yes"}).status_code == 404
    sent = with_texts(opened(editor, FROM), {NAME: "Autumn", **DATES}) | {"template": ["elsewhere"]}
    assert submit(editor, sent, address=NEW).status_code == 404
    editor.post("/s/prod/offers/over/template/", {"template": "no"})
    editor.post("/s/prod/offers/over/template/", {"template": "yes"})
    assert not OfferTemplate.objects.filter(item=over).exists()


def test_a_fallback_offer_is_a_template_for_fallback_offers_alone(editor: Client, sandbox: Sandbox) -> None:
    marked(make(actor(sandbox), {"name": "Leaflet", "status": "approved"}, Kind.FALLBACK_OFFER, "leaflet"))
    submit(editor, with_texts(opened(editor, f"{NEW}?template=leaflet"), {NAME: "Second"}), address=NEW)
    assert LibraryItem.objects.get(listing__name="Second").kind == Kind.FALLBACK_OFFER
    assert "Leaflet" in text_of(editor.get(NEW))


def test_the_palette_begins_from_a_template(editor: Client, template: LibraryItem) -> None:
    for asked in ({}, {"q": "template summ"}):
        assert "New from template: Summer sale" in text_of(editor.get("/s/prod/find/", asked))
        assert f'href="{FROM}"' in text_of(editor.get("/s/prod/find/", asked))


def test_it_asks_as_many_queries_for_many_templates_as_for_one_and_there_is_an_end_to_them(
    editor: Client, template: LibraryItem, sandbox: Sandbox, django_assert_max_num_queries: Any
) -> None:
    editor.get(NEW)
    with django_assert_max_num_queries(12) as one:
        editor.get(NEW)
    for number in range(1, MOST):
        marked(make(actor(sandbox), offer(name=f"Template {number}", tags=["holiday"]), id=f"t{number}"))
    with django_assert_max_num_queries(len(one)):
        assert text_of(editor.get(NEW)).count("?template=") == MOST
    make(actor(sandbox), offer(name="One more"), id="more")
    answer = editor.post("/s/prod/offers/more/template/", {"template": "yes"}, follow=True)
    assert "There are 100 templates already" in text_of(answer)
    assert OfferTemplate.objects.count() == MOST
