"""Documents to try things on: arbitrary JSON that provokes the identity rules, and valid offers with a few shared ids."""

from typing import Any

from hypothesis import strategies as st

from offers.document.kinds.fields import CHANNEL_PREFIX

NAMES = [
    "a", "b", "a/b", "m~n", "~1", "", "ü", "0", "-",
    "tags", "ids", "representations", "placement", "channel", "components", "format", "language", "criteria",
    "frequencyCappingConstraints", "segmentIdentities", "xid", "events", "id",
]  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e300]),
    st.sampled_from(["", "a", "b", "a/b", "~", "가나", "\U0001f600"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES), children, max_size=5)
        | st.dictionaries(
            st.sampled_from(["tags", "ids", "representations", "components", "frequencyCappingConstraints"]),
            st.lists(children, max_size=4),
            max_size=3,
        )
    ),
    max_leaves=20,
)
objects = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)

channels = st.sampled_from([CHANNEL_PREFIX + "web", CHANNEL_PREFIX + "email"])
texts = st.sampled_from(["Save 10%", "Save 20% on everything today only", "{{name}}, hello", "안녕하세요", ""])
starts = st.sampled_from(["2026-01-01T00:00:00Z", "2026-02-01T00:00:00.000+09:00"])
ends = st.sampled_from(["2026-11-30T23:59:59Z", "2027-01-01T00:00:00-05:00"])


def optional(required: dict[str, Any], **others: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=others)


components = optional(
    {
        "type": st.sampled_from(["html", "text", "json", "imagelink"]),
        "format": st.sampled_from(["text/html", "text/plain"]),
    },
    language=st.lists(st.sampled_from(["en-us", "ko", "fr"]), max_size=2, unique=True),
    content=texts,
    linkURL=st.sampled_from(["https://shop.example/a", "https://shop.example/b"]),
    id=st.sampled_from(["c1", "c2", "c3"]),
)
representations = optional(
    {"placement": st.sampled_from(["p1", "p2", "p3", "p4"]), "channel": channels},
    components=st.lists(components, max_size=3),
)
cappings = optional(
    {
        "limit": st.integers(1, 3),
        "scope": st.sampled_from(["global", "profile"]),
        "entity": st.sampled_from(["offer", "placement"]),
    },
    enabled=st.booleans(),
    events=st.lists(st.sampled_from(["decisioning", "click", "impression"]), max_size=2, unique=True),
    repeat=optional({}, enabled=st.booleans(), unit=st.sampled_from(["day", "week"]), unitCount=st.integers(1, 3)),
    id=st.sampled_from(["f1", "f2"]),
)
offers: st.SearchStrategy[dict[str, Any]] = optional(
    {
        "name": st.sampled_from(["Spring", "Summer", "가을 할인"]),
        "status": st.sampled_from(["draft", "approved", "archived"]),
        "selectionConstraint": optional({"startDate": starts, "endDate": ends}),
        "rank": st.fixed_dictionaries({"priority": st.integers(0, 3)}),
    },
    description=texts,
    representations=st.lists(representations, max_size=4, unique_by=lambda item: (item["placement"], item["channel"])),
    characteristics=st.dictionaries(st.sampled_from(["tone", "a/b", "m~n", "색"]), texts, max_size=3),
    tags=st.lists(st.sampled_from(["t1", "t2", "t3", "t4", "t5"]), max_size=5, unique=True),
    labels=st.lists(st.sampled_from(["core/C1", "core/C5"]), max_size=2, unique=True),
    cappingConstraint=optional({}, globalCap=st.integers(1, 3), profileCap=st.integers(1, 3)),
    frequencyCappingConstraints=st.lists(cappings, max_size=3),
)
documents = st.one_of(offers, objects)


@st.composite
def edited(draw: st.DrawFn, document: dict[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """A document and an edited version of it: some members taken from another document, lists shuffled."""
    before = draw(documents) if document is None else document
    other = draw(offers if "rank" in before else objects)
    after = dict(before)
    for name in draw(st.lists(st.sampled_from(sorted(before.keys() | other.keys()) or ["a"]), max_size=4)):
        if name in other:
            after[name] = other[name]
        else:
            after.pop(name, None)
    for name, value in list(after.items()):
        if isinstance(value, list) and draw(st.booleans()):
            after[name] = draw(st.permutations(value))
    return before, after
