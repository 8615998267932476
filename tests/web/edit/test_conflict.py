"""Two people changed the same field: the page that asks, what it keeps, and what is saved in the end."""

import re
from typing import Any

import pytest
from django.test import Client

from offers.document.kinds.declared import WRITTEN, Input
from offers.document.kinds.reading import everywhere
from offers.document.kinds.registry import KINDS, Kind
from offers.document.merge import Conflict
from offers.models import LibraryItem, Sandbox
from offers.web.item.history.contested import kind_of
from tests.cast import WEB, actor, make, offer, patch, replace, shown_in
from tests.web.edit.filling import EDIT, END, NAME, PRIORITY, last_patch, now, opened, revisions, submit, with_texts
from tests.web.form_reader import Sent, form_in
from tests.web.frame.test_respond import flat, text_of


@pytest.fixture
def contested(editor: Client, item: LibraryItem, sandbox: Sandbox) -> Sent:
    """Mina's form with name and description changed, after Jisoo changed name and priority (version 5)."""
    form = with_texts(opened(editor), {NAME: "Winter sale", "/description": "Mina's\r\nwords", "note": "why"})
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/name", "Autumn sale"))
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/rank/priority", 50))
    return form


def names_of_picks(text: str) -> list[str]:
    return sorted(set(re.findall(r'name="(pick:[0-9a-f]{32})"', text)))


def decide(browser: Client, text: str, side: str, other: str = "") -> Any:
    """Answer every conflict of the page the same way and save."""
    sent = form_in(text, "conflict")
    for name in names_of_picks(text):
        sent[name] = [side]
        if other:
            sent[name.replace("pick:", "other:")] = [other]
    return submit(browser, sent)


def test_the_page_names_who_and_shows_all_three_sides(editor: Client, item: LibraryItem, contested: Sent) -> None:
    response = submit(editor, contested)
    assert response.status_code == 409
    text = text_of(response)
    assert "Jisoo Kim changed this while you were editing" in text
    (field,) = response.context["fields"]
    assert (field.label, field.before.text, field.theirs.text, field.yours.text) == (
        "Name", "Summer sale", "Autumn sale", "Winter sale",
    )  # fmt: skip
    assert (field.made.actor_label, field.made.etag) == ("Jisoo Kim", 4)
    assert [change.title for change in response.context["theirs"]] == ["Priority"]
    assert now(item).etag == 5


def test_all_three_sides_of_a_content_are_sent_to_be_shown(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    content = "/representations/0/components/0/content"
    picture = '<img src="https://pics.example/a"><img src="https://b.example/b">'
    form = with_texts(opened(editor), {content: picture, NAME: "Mine"})
    patch(actor(sandbox, label="Jisoo Kim"), item, [*replace(content, "<b>Jisoo's</b>"), *replace("/name", "Hers")])
    response = submit(editor, form)
    text = text_of(response)
    of_name, of_content = response.context["fields"]
    assert of_name.versions == ()
    names = [shown.name for version in of_content.versions for shown in version.shown]
    assert [form_in(text, f"{name}-form")["content"] for name in names] == [["Hello"], ["<b>Jisoo's</b>"], [picture]]
    assert text.count("data-src") == 3
    asked = f'form="{names[2]}-form" name="pictures" value="pics.example,b.example"'
    assert asked in flat(text)
    sent = {"type": "html", "content": picture, "pictures": "pics.example,b.example"}
    policy = editor.post("/s/prod/preview/", sent)["Content-Security-Policy"]
    assert "img-src 'self' data: https://pics.example https://b.example;" in policy


def test_nothing_typed_is_lost_on_the_way(editor: Client, item: LibraryItem, contested: Sent) -> None:
    sent = form_in(text_of(submit(editor, contested)), "conflict")
    assert sent["note"] == ["why"]
    back = form_in(text_of(submit(editor, sent, "edit")))
    for name, values in contested.items():
        if name not in ("csrfmiddlewaretoken", "tag-query"):
            assert back[name] == values, name


@pytest.mark.parametrize(
    ("side", "other", "name"),
    [("yours", "", "Winter sale"), ("other", "Four seasons", "Four seasons"), ("theirs", "", "Autumn sale")],
)
def test_what_was_decided_is_saved_with_both_sides_other_changes(
    editor: Client, item: LibraryItem, contested: Sent, side: str, other: str, name: str
) -> None:
    text = text_of(submit(editor, contested))
    response = decide(editor, text, side, other)
    assert response.headers["Location"] == "/s/prod/offers/sale/"
    document = now(item).document
    assert (document["name"], document["rank"], document["description"]) == (name, {"priority": 50}, "Mina's\nwords")
    made = revisions(item)[-1]
    assert (made.etag, made.note, made.refers_to) == (6, "why", {"merged_with": 5})
    assert [operation["path"] for operation in last_patch(item)] == (
        ["/description"] if side == "theirs" else ["/description", "/name"]
    )


def test_one_button_chooses_a_side_of_everything_and_saves_nothing(
    editor: Client, item: LibraryItem, contested: Sent
) -> None:
    page = text_of(submit(editor, with_texts(contested, {PRIORITY: "70"})))
    sent = {**form_in(page, "conflict"), "all": ["theirs"]}
    sent[names_of_picks(page)[0].replace("pick:", "other:")] = ["Typed before"]
    chosen = editor.post(EDIT, sent)
    assert (chosen.status_code, chosen.context["undecided"], now(item).etag) == (409, 0, 5)
    assert [field.side for field in chosen.context["fields"]] == ["theirs", "theirs"]
    assert "Typed before" in text_of(chosen)
    assert submit(editor, {**form_in(text_of(chosen), "conflict"), PRIORITY: ["70"]}).status_code == 302
    assert (now(item).name, now(item).priority) == ("Autumn sale", 50)


def test_it_refuses_to_save_until_everything_is_decided(editor: Client, item: LibraryItem, contested: Sent) -> None:
    contested = with_texts(contested, {PRIORITY: "70"})
    text = text_of(submit(editor, contested))
    assert "2 fields left to decide" in text
    sent = form_in(text, "conflict")
    response = submit(editor, {**sent, names_of_picks(text)[0]: ["yours"]})
    assert response.status_code == 409
    again = text_of(response)
    assert "1 field left to decide" in again
    assert "Still to decide" in again
    assert form_in(again, "conflict")[names_of_picks(text)[0]] == ["yours"]
    assert now(item).etag == 5


def test_a_decision_about_values_that_changed_since_is_asked_for_again(
    editor: Client, item: LibraryItem, contested: Sent, sandbox: Sandbox
) -> None:
    text = text_of(submit(editor, contested))
    patch(actor(sandbox, label="Haneul Lee"), item, replace("/name", "Spring again"))
    response = decide(editor, text, "theirs")
    assert response.status_code == 409
    (field,) = response.context["fields"]
    assert field.theirs.text == "Spring again"
    assert not field.is_decided
    assert "Haneul Lee, Jisoo Kim changed this" in text_of(response)
    decide(editor, text_of(response), "theirs")
    assert now(item).document["name"] == "Spring again"


def test_both_making_the_same_change_is_no_conflict(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    form = with_texts(opened(editor), {NAME: "Autumn sale"})
    patch(actor(sandbox), item, replace("/name", "Autumn sale"))
    assert "Nothing was changed" in text_of(submit(editor, form, follow=True))
    assert now(item).etag == 4


def test_a_date_and_a_number_can_be_written_anew(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    editor.cookies["timezone"] = "Asia/Seoul"
    form = with_texts(opened(editor), {END: "2026-05-01T00:00"})
    patch(actor(sandbox), item, replace("/selectionConstraint/endDate", "2026-06-01T00:00:00+09:00"))
    text = text_of(submit(editor, form))
    assert 'type="datetime-local"' in text
    decide(editor, text, "other", "2026-05-15T12:00")
    assert now(item).document["selectionConstraint"]["endDate"] == "2026-05-15T12:00:00.000+09:00"


@pytest.mark.parametrize("kind", Kind)
def test_whatever_a_form_has_people_type_can_be_written_anew(kind: Kind) -> None:
    wanted = {Input.DATE: "date", Input.NUMBER: "number", **dict.fromkeys(WRITTEN, "text")}
    members = [(path, found) for path, found in everywhere(KINDS[kind].shape) if found.says.input in wanted]
    assert members
    for path, found in members:
        values = (1, 2, 3) if found.says.input is Input.NUMBER else ("a", "b", "c")
        assert kind_of(Conflict(path, "/" + "/".join(path), *values)) == wanted[found.says.input or Input.LINE]
    assert kind_of(Conflict(("characteristics", "tone"), "/characteristics/tone", "a", "b", "c")) == "text"
    assert kind_of(Conflict(("status",), "/status", "draft", "approved", "archived")) == ""


def test_another_value_that_is_not_valid_comes_back_to_be_written_anew(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    form = with_texts(opened(editor), {PRIORITY: "70"})
    patch(actor(sandbox), item, replace("/rank/priority", 50))
    response = decide(editor, text_of(submit(editor, form)), "other", "many")
    assert response.status_code == 422
    assert "<b>Priority</b>: This must be a whole number." in " ".join(text_of(response).split())
    assert [field.text for field in response.context["fields"]] == ["many"]
    assert now(item).etag == 4
    decide(editor, text_of(response), "other", "60")
    assert now(item).document["rank"] == {"priority": 60}


def test_what_is_wrong_with_a_row_stays_at_the_row_when_somebody_saved_meanwhile(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    form = opened(editor)
    for number in range(2):
        form = form_in(text_of(submit(editor, form, "add:/characteristics")))
        form[f"/characteristics/{number}/key"] = ["tone"]
    patch(actor(sandbox), item, replace("/rank/priority", 50))
    response = submit(editor, form)
    assert response.status_code == 422
    assert list(response.context["page"].problems) == ["/characteristics/1/key"]


def test_removing_what_somebody_else_edits_is_asked(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    form = form_in(text_of(submit(editor, opened(editor), "remove:/representations/0")))
    patch(actor(sandbox), item, replace("/representations/0/components/0/content", "Theirs"))
    response = submit(editor, form)
    assert response.status_code == 409
    (field,) = response.context["fields"]
    assert (field.yours.how, field.kind) == ("absent", "")
    decide(editor, text_of(response), "yours")
    assert now(item).document["representations"] == []


def test_who_removed_it_is_named_and_not_who_saved_last(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    form = with_texts(opened(editor), {"/representations/0/components/0/content": "Mine"})
    patch(actor(sandbox, label="Jisoo Kim"), item, [{"op": "remove", "path": "/representations/0"}])
    patch(actor(sandbox, label="Haneul Lee"), item, replace("/rank/priority", 50))
    (field,) = submit(editor, form).context["fields"]
    assert (field.theirs.how, field.made.actor_label, field.made.etag) == ("absent", "Jisoo Kim", 4)


def languages(*found: tuple[str, str]) -> dict[str, Any]:
    """A representation for "home" with a content in each of these languages, linked."""
    contents = [
        {"type": "html", "format": "text/html", "language": [language], "content": f"Hello {language}", "linkURL": link}
        for language, link in found
    ]
    return {**shown_in("home"), "components": contents}


EN, KO = ("en", "https://a.example/en"), ("ko", "https://a.example/ko")


def test_a_conflict_names_the_content_that_it_is_about_whatever_its_place(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    """Mina puts Korean first and clears the English link; Jisoo changes that link where it stood."""
    admin = actor(sandbox, label="Jisoo Kim")
    made = make(admin, offer(representations=[languages(EN, KO)]), id="two")
    address = "/s/prod/offers/two/edit/"
    form = form_in(text_of(submit(editor, opened(editor, address), "up:/representations/0/components/1", address)))
    linked = [name for name, values in form.items() if values == [EN[1]]]
    patch(admin, made, replace("/representations/0/components/0/linkURL", "https://a.example/new"))
    response = submit(editor, with_texts(form, dict.fromkeys(linked, "")), address=address)
    (field,) = response.context["fields"]
    assert field.label.endswith(", en › Link")
    assert (field.theirs.text, field.yours.how) == ("https://a.example/new", "absent")


CONTENTS = "/representations/0/components"
JA = {"type": "html", "format": "text/html", "language": ["ja"], "content": "Hello ja"}
THEIR_TEXTS = replace(f"{CONTENTS}/0/content", "Theirs en") + replace(f"{CONTENTS}/1/content", "Theirs ko")
KO_IN_FRONT = [{"op": "move", "from": f"{CONTENTS}/1", "path": f"{CONTENTS}/0"}]
MOVED, TEXT_OF_KO = ("moved", "Home › Content (html, ko)"), ("changed", "Home, ko › Text")


@pytest.mark.parametrize(
    ("theirs", "mine", "merged"),
    [
        (THEIR_TEXTS, "", [TEXT_OF_KO]),
        (THEIR_TEXTS, f"up:{CONTENTS}/1", [TEXT_OF_KO]),
        (THEIR_TEXTS + KO_IN_FRONT, "", [MOVED, TEXT_OF_KO]),
        ([*THEIR_TEXTS, {"op": "add", "path": f"{CONTENTS}/0", "value": JA}], "",
         [("added", "Home › Content (html, ja)"), TEXT_OF_KO]),
        ([*THEIR_TEXTS[:1], {"op": "remove", "path": f"{CONTENTS}/1"}], "", [("removed", "Home › Content (html, ko)")]),
        (THEIR_TEXTS[:1] + KO_IN_FRONT, f"remove:{CONTENTS}/1", []),
    ],
    ids=["in place", "I move", "they move", "they put in front", "they remove", "they move what I remove"],
)  # fmt: skip
def test_what_merges_by_itself_is_listed_and_the_contested_field_is_not(
    editor: Client, item: LibraryItem, sandbox: Sandbox, theirs: Any, mine: str, merged: Any
) -> None:
    """Both change the English text; whatever happens to the places of the two contents."""
    admin = actor(sandbox, label="Jisoo Kim")
    made = make(admin, offer(representations=[languages(EN, KO)]), id="two")
    address = "/s/prod/offers/two/edit/"
    form = opened(editor, address)
    form = form_in(text_of(submit(editor, form, mine, address))) if mine else form
    texts = {name: "Mine en" for name, values in form.items() if values == ["Hello en"]}
    patch(admin, made, theirs)
    response = submit(editor, with_texts(form, texts), address=address)
    assert [field.label for field in response.context["fields"]] == ["Home, en › Text"]
    assert [(row.action, row.title) for row in response.context["theirs"]] == merged


def test_an_order_in_conflict_hides_no_text_that_only_they_changed(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    admin = actor(sandbox)
    made = make(admin, offer(representations=[languages(EN, KO, ("ja", "https://a.example/ja"))]), id="three")
    address = "/s/prod/offers/three/edit/"
    form = form_in(text_of(submit(editor, opened(editor, address), f"up:{CONTENTS}/1", address)))
    patch(admin, made, [*THEIR_TEXTS[1:], {"op": "move", "from": f"{CONTENTS}/2", "path": f"{CONTENTS}/0"}])
    response = submit(editor, form, address=address)
    assert [field.label for field in response.context["fields"]] == ["Order of Home › Contents"]
    assert [row.title for row in response.context["theirs"]] == ["Home, ko › Text"]


def test_texts_of_offers_are_escaped(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    form = with_texts(opened(editor), {NAME: "<script>mine</script>"})
    patch(actor(sandbox, label="<script>who</script>"), item, replace("/name", "<script>theirs</script>"))
    text = text_of(submit(editor, form))
    for marker in ("mine", "who", "theirs"):
        assert f"<script>{marker}" not in text
        assert marker in text
    assert EDIT in text
    assert WEB not in names_of_picks(text)


LANGUAGE, TEXT = (f"/representations/0/components/0/{name}" for name in ("language", "content"))


@pytest.fixture
def english(sandbox: Sandbox, item: LibraryItem) -> LibraryItem:
    """The offer, with a language for its content."""
    patch(actor(sandbox), item, [{"op": "add", "path": LANGUAGE, "value": ["en"]}])
    item.refresh_from_db()
    return item


def test_a_text_goes_with_its_content_to_the_language_that_another_gave_it(
    editor: Client, sandbox: Sandbox, english: LibraryItem
) -> None:
    form = with_texts(opened(editor), {TEXT: "Hi"})
    patch(actor(sandbox, label="Jisoo Kim"), english, replace(LANGUAGE, ["en-us"]))
    assert submit(editor, form).status_code == 302
    (content,) = now(english).document["representations"][0]["components"]
    assert (content["language"], content["content"]) == (["en-us"], "Hi")


def test_two_new_languages_of_one_content_are_contested_and_each_is_named(
    editor: Client, sandbox: Sandbox, english: LibraryItem
) -> None:
    form = with_texts(opened(editor), {LANGUAGE: "en-gb"})
    patch(actor(sandbox, label="Jisoo Kim"), english, replace(LANGUAGE, ["en-us"]))
    response = submit(editor, form)
    assert response.status_code == 409
    text = text_of(response)
    for language in ("en", "en-us", "en-gb"):
        assert f"Content (html, {language}): Hello" in text
    assert decide(editor, text, "theirs").status_code == 302
    (content,) = now(english).document["representations"][0]["components"]
    assert content["language"] == ["en-us"]
