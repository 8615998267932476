"""Whatever is sent in any parameter of any address, nothing answers 500.

The addresses are the resolver's. The parameters are those that the views ask for: they are listened to while they answer, so a
new view is tried as it is, with everything that it reads. What has no sample of its own in `SAMPLES` fails here, by name.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from django.contrib.auth.models import User
from django.core.handlers import wsgi
from django.db import transaction
from django.http import QueryDict
from django.http.request import HttpHeaders
from django.test import Client
from django.utils.datastructures import MultiValueDict
from pytest_django import Settings

from offers.access import members
from offers.access.permissions import actor_for_user
from offers.api.resources import RESOURCES
from offers.bulk import runs
from offers.bulk.actions import Action, Do
from offers.document.kinds.registry import Kind
from offers.document.patch import applied
from offers.erasure import asking
from offers.models import LibraryItem, Membership, Sandbox, SavedView
from offers.review import comments
from tests.api.conftest import BASE, make_caller, make_sandbox
from tests.cast import Role, actor, make, patch, replace
from tests.hostile import (
    ADDRESSES,
    ALL,
    DOCUMENTS,
    OTHERS,
    TEXTS,
    VALUES,
    Heard,
    samples,
)
from tests.review.asking import ask
from tests.review.conftest import member
from tests.web.form_reader import form_in

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


ADDRESSES |= {"offer-rules": "adults", "tags": "holiday", "offer-collections": "all", "rules": "adults"}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Listens to what views ask of requests."""
    found = Heard()

    def listen(cls: type, method: str, names: set[str], kinds: type | tuple[type, ...]) -> None:
        plain = getattr(cls, method)

        def heard_by(self: Any, name: Any, *more: Any) -> Any:
            if isinstance(self, kinds) and isinstance(name, str):
                names.add(name)
            return plain(self, name, *more)

        monkeypatch.setattr(cls, method, heard_by)

    for method in ("__getitem__", "get", "getlist"):
        listen(MultiValueDict, method, found.parameters, QueryDict)
    for method in ("__getitem__", "__contains__"):
        listen(HttpHeaders, method, found.headers, HttpHeaders)
    listen(QueryDict, "__contains__", found.parameters, QueryDict)

    class Cookies(dict[str, str]):
        def get(self, name: str, *more: Any) -> Any:
            found.cookies.add(name)
            return super().get(name, *more)

    plain = wsgi.parse_cookie  # type: ignore[attr-defined]  # imported there
    monkeypatch.setattr(wsgi, "parse_cookie", lambda text: Cookies(plain(text)))
    return found


@pytest.fixture
def library(db: None, settings: Settings) -> dict[str, str]:
    """One item of each kind, changed once; a bulk edit and a view. Gives the keys that addresses need. Mail is sent."""
    settings.SENDS_MAIL, settings.PUBLIC_URL = True, "https://offers.example"
    sandbox = make_sandbox()
    admin = actor(sandbox, label="Jisoo Kim")
    for kind, (id, document) in DOCUMENTS.items():
        patch(admin, make(admin, document, kind, id), replace("/name", "Renamed"))
    user = User.objects.create_user("mina", first_name="Mina" * 30, last_name="Park" * 30, password="x")
    user.is_staff = user.is_superuser = True
    user.save()
    Membership.objects.create(sandbox=sandbox, user=user, role=Role.ADMIN)
    Membership.objects.create(sandbox=sandbox, user=User.objects.create_user("auditor"), role=Role.AUDITOR)
    User.objects.create_user("stranger")
    person = actor_for_user(user, "prod")
    run = runs.begin(person, Action(Do.STATUS, "approved"), [LibraryItem.objects.get(id="sale").key])
    view = SavedView.objects.create(user=user, sandbox=sandbox, name="Mine", query="q=x", columns=["name"])
    make_caller("feed", (sandbox, Role.EDITOR))
    members.change_policy(person, "reviewer", was="none")
    client = Membership.objects.get(client_id="feed")
    asked = ask(member(sandbox, "ena", Role.EDITOR), LibraryItem.objects.get(id="sale"), replace("/name", "Asked for"))
    comment = comments.say(person, asked, "Why?", comments.About("sale", ("name",)), "Better")
    keys = {"number": run.number, "view": view.key, "user": user.pk, "member": client.pk}
    erasure = asking.ask_person(person, actor(sandbox, label="Jisoo Kim").key, "Why")
    keys |= {"request": asked.number, "comment": comment.key, "erasure": erasure.key}
    return {name: str(key) for name, key in keys.items()}


@dataclass
class Sender:
    """Sends requests as one person or program, takes back what they did, and keeps what was answered with 5xx."""

    name: str
    client: Client = field(default_factory=Client)
    headers: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __call__(
        self,
        method: str,
        path: str,
        query: dict[str, Any] | None = None,
        form: dict[str, Any] | None = None,
        *,
        headers: dict[str, Any] | None = None,
        cookies: dict[str, Any] | None = None,
        body: bytes | None = None,
    ) -> "Answer | None":
        asked = f"{path}?{urlencode(query, doseq=True)}" if query else path
        sent = {name: _header(value) for name, value in {**self.headers, **(headers or {})}.items()}
        if cookies:
            own = [f"{name}={morsel.value}" for name, morsel in self.client.cookies.items()]
            sent["Cookie"] = "; ".join([*own, *(f"{name}={_header(value)}" for name, value in cookies.items())])
        data, kind = urlencode(form or {}, doseq=True).encode(), "application/x-www-form-urlencoded"
        if body is not None:
            data, kind = body, "application/json"
        what = f"{self.name}: {method} {asked[:150]} {str(form or headers or cookies or body or '')[:250]}"
        try:
            with transaction.atomic():
                answer = self.client.generic(method, asked, data, content_type=kind, headers=sent)
                transaction.set_rollback(True)
        except Exception as error:  # noqa: BLE001  # what a page's view raised is the finding
            self.faults.append(f"{what}: {type(error).__name__} {str(error)[:200]}")
            return None
        if answer.status_code >= 500:
            self.faults.append(f"{what}: {answer.status_code} {answer.content[:200]!r}")
        return answer


def _header(value: Any) -> str:
    """As a server hands it over: bytes as Latin-1, and no line ends."""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value).encode().decode("latin-1")
    return re.sub(r"[\r\n]", "", text)


def _try(
    send: Sender, heard: Heard, path: str, methods: tuple[str, ...], texts: list[str | bytes], each: int
) -> set[int]:
    """Everything that this address asks for: all of it at once with each text, and each by itself with some (`each`).

    Gives how the plain requests were answered.
    """
    some = cycle(texts)
    found = set()
    for method in methods:
        heard.clear()
        page = send(method, path)
        found.add(page.status_code if page is not None else 500)
        if page is not None and page.status_code == 405:
            continue
        form: dict[str, Any] = {}
        if (
            method == "POST"
            and (shown := send("GET", path)) is not None
            and b'id="offer-form"' in getattr(shown, "content", b"")
        ):
            form = {**form_in(shown.content.decode()), "action": "save"}
            heard.parameters |= set(form)
        done: set[str] = set()
        while names := sorted(heard.parameters - done):
            done |= set(names)
            # A form of many fields reads them all alike.
            many = len(names) > 12
            for text in texts[::3] if many else texts:
                asked = dict.fromkeys(names, text)
                send(method, path, asked, {**form, **asked} if method == "POST" else None)
            for name in names[::3] if many else names:
                for text in islice(some, 1 if many else each):
                    send(method, path, {name: text}, {**form, name: text} if method == "POST" else None)
        send(method, path, {name: ["1", "\0"] for name in done}, {name: ["1", "\0", "x"] for name in done})
    plain = {name for name in heard.headers if name.lower() not in ("cookie", "host", "origin", "referer")}
    for text in islice(some, 2 * each):
        send(methods[0], path, headers=dict.fromkeys(plain - {"authorization", "Authorization"}, text))
        send(methods[0], path, cookies=dict.fromkeys(heard.cookies - {"sessionid", "csrftoken"}, text))
    return found


def _report(*senders: Sender) -> None:
    faults = [fault for sender in senders for fault in sender.faults]
    assert not faults, f"{len(faults)} answers of 5xx:\n" + "\n".join(faults[:40])


def _signed_in(name: str) -> Sender:
    sender = Sender(name)
    sender.client.force_login(User.objects.get(username=name))
    return sender


OURS = [address for address in ALL if not address.route.startswith((*OTHERS, BASE[1:], "ims/"))]
OF_OTHERS = [address for address in ALL if address.route.startswith(OTHERS)]
OF_THE_API = [address for address in ALL if address.route.startswith((BASE[1:], "ims/"))]


@pytest.mark.parametrize("part", range(4))
def test_no_parameter_of_a_page_is_a_500(part: int, library: dict[str, str], heard: Heard) -> None:
    admin, auditor, stranger, nobody = *map(_signed_in, ("mina", "auditor", "stranger")), Sender("nobody")
    some = cycle(TEXTS)
    for address in OURS[part::4]:
        answers = set[int]()
        for values in samples(address, library):
            answers |= _try(admin, heard, address.path(values), ("GET", "POST"), TEXTS, 2)
            for name, text in zip(address.names, islice(some, 99), strict=False):
                for text in islice(some, 5):
                    admin("GET", address.path({**values, name: quote(text, safe="/")}))
            names = sorted(heard.parameters)
            for sender in (auditor, stranger, nobody):
                for method in ("GET", "POST"):
                    asked = dict.fromkeys(names, next(some))
                    sender(method, address.path(values), asked, asked)
        # Three are told by form or query alone what they are about, and others' log is empty.
        told_elsewhere = address.route.endswith(("leave-out/", "history/field/", "bulk/<int:number>/withdraw/"))
        nowhere = told_elsewhere or "log/tile" in address.route or "<int:index>" in address.route
        assert nowhere or answers - {404, 405}, f"what SAMPLES says leads nowhere at {address.route}"
    _report(admin, auditor, stranger, nobody)


@pytest.mark.parametrize("part", range(2))
def test_no_parameter_of_a_page_of_others_is_a_500(part: int, library: dict[str, str], heard: Heard) -> None:
    admin = _signed_in("mina")
    for address in OF_OTHERS[part::2]:
        for values in samples(address, library):
            _try(admin, heard, address.path(values), ("GET", "POST"), ["\0", "9" * 5_000, "²"], 0)
    _report(admin)


@pytest.mark.parametrize("part", range(2))
def test_no_parameter_or_header_of_the_api_is_a_500(part: int, library: dict[str, str], heard: Heard) -> None:
    sandbox = Sandbox.objects.get()
    callers = [make_caller(role, (sandbox, role)) for role in (Role.ADMIN, Role.AUDITOR)]
    admin, auditor = (Sender(caller.client_id, headers=caller.headers) for caller in callers)
    nobody = Sender("nobody")
    for address in OF_THE_API[part::2]:
        for values in samples(address, library):
            path = address.path(values)
            _try(admin, heard, path, ("GET", "POST"), TEXTS, 2)
            for sender in (auditor, nobody):
                _try(sender, heard, path, ("GET",), TEXTS[:3], 0)
            for text in TEXTS[:6] if address.names else ():
                admin("GET", address.path({**values, address.names[-1]: quote(text, safe="/")}))
    many = {f"field{number}": "x" for number in range(5_001)}
    admin("POST", "/ims/token/v3", form=many)
    _report(admin, auditor, nobody)


def _places(value: Any, pointer: str = "") -> Iterator[str]:
    yield pointer
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from _places(child, f"{pointer}/{name}")


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_no_value_in_a_body_is_a_500(kind: Kind, library: dict[str, str]) -> None:
    id, document = DOCUMENTS[kind]
    caller = make_caller("admin", (Sandbox.objects.get(), Role.ADMIN))
    send = Sender("admin", headers={**caller.headers, "Idempotency-Key": "one"})
    resource = next(found for found in RESOURCES if kind in found.kinds)
    address = f"{BASE}/{resource.path}"
    kinds = {"offer-type": kind.removesuffix("-offer")} if len(resource.kinds) > 1 else {}
    some = cycle(VALUES)
    for place in _places(document):
        for value in VALUES if place.count("/") < 2 else islice(some, 6):
            operation = {"op": "replace", "path": place, "value": value}
            send("PATCH", f"{address}/{id}", kinds, body=json.dumps([operation]).encode())
        made = applied(document, [{"op": "replace", "path": place, "value": "MARK"}])[0] if place else "MARK"
        for value in islice(some, 4):
            body = json.dumps(made).replace('"MARK"', json.dumps(value))
            send("POST", address, {**kinds, "dryRun": "true"}, body=body.encode())
    for value in VALUES:
        for body in (
            value,
            [value],
            *(
                [{"op": "copy", "path": "/name", "from": "/name", "value": 1, name: value}]
                for name in ("op", "path", "from")
            ),
        ):
            send("PATCH", f"{address}/{id}", kinds, body=json.dumps(body).encode())
    _report(send)
