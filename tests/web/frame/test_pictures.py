"""Which sites a preview would load pictures from: each name that becomes part of a header is one."""

import pytest

from offers.web.frame.pictures import MAX_HOSTS, asked_for, hosts_in, hosts_of, query_for


def html(content: str) -> list[str]:
    return list(hosts_in({"type": "html", "content": content}))


@pytest.mark.parametrize(
    ("content", "hosts"),
    [
        ('<img src="https://a.example/x.png">', ["a.example"]),
        ("<img src=https://a.example>", ["a.example"]),
        ("<img src = 'https://A.Example:8443/x'>", ["a.example:8443"]),
        ('<table background="https://b.example/y">', ["b.example"]),
        ('<video poster="https://c.example/z">', ["c.example"]),
        ('<p style="background: url(https://d.example/x)">', ["d.example"]),
        ('<p style="background: url( &quot;https://e.example/x&quot;)">', ["e.example"]),
        ('<img srcset="https://f.example/1 1x">', ["f.example"]),
        ('<img src="https://a.example/1"><img src="https://b.example/2">', ["a.example", "b.example"]),
        ('<a href="https://a.example/">', []),
        ('<img src="http://a.example/x.png">', []),
        ('<img src="/media/x.png">', []),
        ('<img src="https://a.example.evil;script/x">', []),
        ('<img src="https://user@a.example/x">', []),
        ('<img src="https://-a.example/x">', []),
        ('<img data-notsrc="x" src="https://a_b.example/x">', []),
        ("https://a.example/x.png", []),
        ("", []),
    ],
)
def test_the_sites_of_pictures_in_html_are_found(content: str, hosts: list[str]) -> None:
    assert html(content) == hosts


def test_only_html_is_read_for_pictures_and_an_address_of_a_picture_always_is_one() -> None:
    loads = '<img src="https://a.example/x.png">'
    assert list(hosts_in({"type": "text", "content": loads})) == []
    assert list(hosts_in({"content": loads})) == []
    assert list(hosts_in({"type": "text/html", "content": loads})) == ["a.example"]
    both = {"type": "html", "deliveryURL": " https://CDN.example/p.png", "content": loads}
    assert list(hosts_in(both)) == ["cdn.example", "a.example"]


@pytest.mark.parametrize(
    "address", ["http://a.example/x", "https://a.example:x/", "see https://a.example/", "//a.example/"]
)
def test_what_is_no_address_of_another_site_is_none(address: str) -> None:
    assert list(hosts_in({"type": "imagelink", "deliveryURL": address})) == []


def test_the_sites_of_an_offer_come_once_each_in_its_order_and_there_is_an_end_to_them() -> None:
    parts = [{"deliveryURL": f"https://{name}.example/"} for name in ("b", "a", "b")]
    assert hosts_of({"representations": [{"components": parts[:2]}, {}, {"components": parts[2:]}]}) == [
        "b.example",
        "a.example",
    ]
    many = [{"deliveryURL": f"https://h{number}.example/"} for number in range(MAX_HOSTS + 5)]
    assert hosts_of({"representations": [{"components": many}]}) == [f"h{n}.example" for n in range(MAX_HOSTS)]
    assert hosts_of({}) == []


def test_what_a_reader_asks_for_is_taken_only_where_it_is_the_name_of_a_site() -> None:
    wrong = [
        "",
        "*",
        "'unsafe-inline'",
        "a.example; script-src *",
        "a.example\n",
        "a b",
        "https://a.example",
        ".a",
        "a.",
    ]
    assert asked_for([*wrong, "A.example", "a.example:443", "x"]) == ["a.example", "a.example:443", "x"]
    assert len(asked_for(f"h{number}.example" for number in range(50))) == MAX_HOSTS
    assert asked_for(["a" * 254]) == []
    assert asked_for(["a" * 253]) == ["a" * 253]
    assert asked_for(["a.example:123456"]) == []


def test_what_is_asked_for_stands_at_the_end_of_an_address() -> None:
    assert query_for([]) == ""
    assert query_for(["a.example", "b.example:1"]) == "?pictures=a.example&pictures=b.example%3A1"
