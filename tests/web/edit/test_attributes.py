"""Which attributes the code editor offers in expressions."""

import pytest
from django.test import Client

from offers.document.kinds.registry import Kind
from offers.models import Sandbox
from tests.cast import actor, make, make_placement, make_sandbox, offer, shown_in

pytestmark = pytest.mark.django_db


def named(client: Client) -> list[str]:
    found: list[str] = client.get("/s/prod/attributes/").json()["names"]
    return found


def test_they_are_those_of_the_sandboxes_contents_and_rules_the_most_used_first(
    editor: Client, sandbox: Sandbox
) -> None:
    admin, elsewhere = actor(sandbox), actor(make_sandbox("other"))
    for by in (admin, elsewhere):
        make_placement(by)
    for name, text in (
        ("One", "{{profile.person.name}} {{ store.city | upper }}"),
        ("Two", "{{profile.person.name}} {{ never closed, {% if gold %}, {{1}}, {{ 설날 }}"),
    ):
        contents = [{"type": "html", "format": "text/html", "content": text}]
        make(admin, offer(name=name, representations=[shown_in("home", components=contents)]))
    condition = 'profile.loyalty.tier = "profile.quoted" and profile.orders.count() > 1 and xprofile.no = 1'
    rule = {"name": "Gold", "condition": {"type": "PQL", "format": "pql/text", "value": condition}}
    make(admin, rule, Kind.RULE)
    rule["condition"] = {"type": "PQL", "format": "pql/text", "value": "profile.elsewhere = 1"}
    make(elsewhere, rule, Kind.RULE)
    assert named(editor)[0] == "profile.person.name"
    assert sorted(named(editor)) == ["profile.loyalty.tier", "profile.orders", "profile.person.name", "store.city"]


def test_an_empty_library_has_none(editor: Client, sandbox: Sandbox) -> None:
    assert named(editor) == []


def test_what_a_hostile_text_has_is_found_in_time(editor: Client, sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    make_placement(admin)
    texts = ["{{" * 30_000, "{{ a" + ".a" * 30_000, "{{" + " " * 60_000]
    html = {"type": "html", "format": "text/html"}
    contents = [
        {**html, "content": text, "language": [lang]} for text, lang in zip(texts, ("en", "ko", "de"), strict=True)
    ]
    make(admin, offer(representations=[shown_in("home", components=contents)]))
    assert named(editor) == []
