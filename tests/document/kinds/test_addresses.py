"""Which addresses a link and a picture may have, and that no spelling and no template hides another one."""

import pytest

from offers.document.kinds.addresses import LINKS, PICTURES, lacks_scheme, refused_scheme
from offers.document.kinds.registry import Kind
from offers.document.validate import validate
from tests.cast import offer, shown_in
from tests.measure import least


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://www.shop.example/sale?utm=a:b#x",
        " {{link}}\n",
        "HTTPS://shop.example",
        "http://shop.example:8080/",
        "/sale",
        "/sale:today",
        "?page=2",
        "#javascript:",
        "sale.html",
        "https://shop.example/javascript:intro",
        "{{base}}/sale",
        "{{host}}:8080/sale",
        "{{ scheme }}://shop.example",
        "{{ url('shop:home') }}",
        "https://shop.example/{{ date|format('hh:mm') }}",
        "{% if gold %}https://a.example{% else %}https://b.example{% endif %}",
        "https://shop.example/{% if gold %}gold{% else %}all{% endif %}/x",
        "mailto:help@shop.example",
        "tel:+82-2-000-0000",
    ],
)
def test_it_takes_addresses_that_are_fetched_or_dialled(address: str) -> None:
    assert refused_scheme(address, LINKS) == ""
    assert not lacks_scheme(address)


@pytest.mark.parametrize(
    "address",
    [
        "//cdn.shop.example/a.png",
        " //x",
        "\\\\server\\share",
        "/\\x",
        "/\t/x",
        "&#47;/x",
        "//{{host}}",
        "{% if a %}//x{% endif %}",
    ],
)
def test_a_host_without_a_scheme_is_found(address: str) -> None:
    assert lacks_scheme(address)


@pytest.mark.parametrize("address", ["{{scheme}}//x", "https:{% if a %}//x{% endif %}", "/a//b", "{{}}", "/"])
def test_a_scheme_may_come_from_a_template(address: str) -> None:
    assert not lacks_scheme(address)


@pytest.mark.parametrize(
    ("address", "scheme"),
    [
        ("javascript:alert(1)", "javascript"),
        ("JaVaScRiPt:alert(1)", "javascript"),
        ("  \t javascript:alert(1)", "javascript"),
        ("java\nscript:alert(1)", "javascript"),
        ("\x01java\tscript\r\n:alert(1)", "javascript"),
        ("javascript :alert(1)", "javascript"),
        ("java\u200bscript:alert(1)", "javascript"),
        ("javascript&colon;alert(1)", "javascript"),
        ("&#106;avascript&#58;alert(1)", "javascript"),
        ("javascript://shop.example/%0aalert(1)", "javascript"),
        ("data:text/html,<script>alert(1)</script>", "data"),
        ("vbscript:msgbox(1)", "vbscript"),
        ("file:///etc/passwd", "file"),
        ("blob:https://shop.example/1", "blob"),
        ("view-source:https://shop.example", "view-source"),
        ("intent://scan/#Intent;end", "intent"),
        ("javascript:{{x}}", "javascript"),
        ("java{{x}}script:alert(1)", "javascript"),
        ("java{# nothing #}script:alert(1)", "javascript"),
        ("{{x}}javascript:alert(1)", "javascript"),
        ("{{'javascript:alert(1)'}}", "javascript"),
        ("{{ 'java' ~ 'script:' }}alert(1)", "javascript"),
        ("{{ 'java' }}script:alert(1)", "script"),
        ('{{ "data:text/html,x" }}', "data"),
        ("{% if a %}javascript:alert(1){% endif %}", "javascript"),
        ("{% if a %}https://a.example{% else %}javascript:alert(1){% endif %}", "javascript"),
        ("https://a.example{% else %}\tDATA:text/html,x", "data"),
        ("{{ 'javascript:alert(1)'", "javascript"),
    ],
)
def test_it_refuses_what_is_run_or_read_however_it_is_written(address: str, scheme: str) -> None:
    assert refused_scheme(address, LINKS) == scheme


def test_a_picture_is_only_fetched() -> None:
    assert refused_scheme("mailto:help@shop.example", PICTURES) == "mailto"


@pytest.mark.parametrize("piece", ["{{", "{%", "{{}}", "&", "&#", "a", "a:", "java{{x}}", "\t", "'", "{%a:"])
def test_no_address_takes_long(piece: str) -> None:
    address = piece * (100_000 // len(piece))
    assert least(lambda: (refused_scheme(address, LINKS), lacks_scheme(address)), 0.2) < 0.2


def _offer(**component: str) -> dict[str, object]:
    shown = shown_in("home")
    shown["components"][0] |= component
    return offer(representations=[shown])


def test_the_problem_stands_at_the_field() -> None:
    document = _offer(linkURL="javascript:alert(1)", deliveryURL="data:image/png;base64,AAAA")
    problems = validate(Kind.PERSONALIZED_OFFER, document)
    at = "/representations/0/components/0"
    assert [(problem.pointer, problem.code, problem.params) for problem in problems] == [
        (f"{at}/deliveryURL", "address-scheme", {"scheme": "data"}),
        (f"{at}/linkURL", "address-scheme", {"scheme": "javascript"}),
    ]


def test_a_host_without_a_scheme_is_a_problem_of_links_and_pictures() -> None:
    document = _offer(linkURL="//shop.example/sale", deliveryURL="//cdn.shop.example/a.png")
    problems = validate(Kind.PERSONALIZED_OFFER, document)
    assert [(problem.pointer.rpartition("/")[2], problem.code) for problem in problems] == [
        ("deliveryURL", "address-without-scheme"),
        ("linkURL", "address-without-scheme"),
    ]
    assert validate(Kind.PERSONALIZED_OFFER, {**document, "name": "Renamed"}, document) == ()


def test_an_address_is_looked_at_whatever_else_is_wrong() -> None:
    document = _offer(linkURL="javascript:alert(1)")
    del document["representations"][0]["placement"]  # type: ignore[index]  # a list of representations
    codes = [problem.code for problem in validate(Kind.PERSONALIZED_OFFER, document)]
    assert codes == ["required", "address-scheme"]


def test_an_address_that_was_there_is_in_nobodys_way_until_it_goes_live() -> None:
    kind, before = Kind.PERSONALIZED_OFFER, _offer(linkURL="javascript:alert(1)")
    assert validate(kind, {**before, "name": "Renamed"}, before) == ()
    other = _offer(linkURL="javascript:alert(2)")
    assert [problem.code for problem in validate(kind, other, before)] == ["address-scheme"], "it is another one"
    live = {**before, "status": "approved"}
    assert [problem.code for problem in validate(kind, live, before)] == ["address-scheme"]
    assert validate(kind, {**live, "name": "Renamed"}, live) == ()
