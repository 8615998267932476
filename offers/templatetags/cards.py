"""The cards of representations: which are folded to a line and what it says, and which of a card's contents is in front."""

from dataclasses import dataclass

from django import template
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from offers.document.words.layout import laid_out
from offers.forms.offer import FORMATS, OfferForm, Placement
from offers.forms.rows import Row
from offers.web.edit.form_page import Choices, FormPage
from offers.web.item.shown import looks
from offers.web.item.shown.markup import read_of

register = template.Library()

# With more of them, a page of open cards is longer than anybody reads.
OPEN_TOGETHER = 3
# As much of a content as a line may need; a tag that is longer hides nothing that the line could show.
_READ, _SAID = 2_000, 100


@dataclass(frozen=True, slots=True)
class Tab:
    """A content by its language, `nameless` where that is not said; `is_front` where it is the one that is shown.

    One that was added beside others is asked for its language first.
    """

    content: Row
    nameless: str
    is_front: bool
    has_problem: bool
    asks_language: bool

    @property
    def asks_text(self) -> bool:
        return self.content.fresh and not self.asks_language


@register.simple_tag
def is_folded(page: FormPage, row: Row) -> bool:
    """Whether the card is a line at first: one of many, not the first of them, and nothing in it is new or wrong."""
    rows = page.form.representations if isinstance(page.form, OfferForm) else []
    is_new = row.was is None or any(content.fresh for content in row.rows)
    return len(rows) > OPEN_TOGETHER and row is not rows[0] and not is_new and not _is_wrong(page, row)


@register.simple_tag
def tabs_of(page: FormPage, row: Row) -> list[Tab]:
    """The contents of a representation. In front is the one that was added just now, one that is wrong, else the one
    in the reader's language, as on the overview."""
    wrong = [_is_wrong(page, content) for content in row.rows]
    fresh = [content.fresh for content in row.rows]
    front = fresh.index(True) if any(fresh) else wrong.index(True) if any(wrong) else _own(row)
    return [
        Tab(
            content,
            _("Content {n}").format(n=index + 1),
            is_front=index == front,
            has_problem=wrong[index],
            asks_language=content.fresh and len(row.rows) > 1,
        )
        for index, content in enumerate(row.rows)
    ]


@register.simple_tag
def placement_name(page: FormPage, row: Row) -> str:
    """How the placement that is chosen is called."""
    found = _placement_of(page, row)
    return found.name if found else row.texts.get("placement") or _("New representation")


@register.simple_tag
def device_of(page: FormPage, row: Row, type: str) -> str:
    """On what a content of this type is seen in the placement that is chosen, as on the overview."""
    placement = _placement_of(page, row)
    return looks.device_of(placement.channel) if placement and type != "json" else "plain"


@register.simple_tag
def room_in(where: str, type: str, content: Row) -> int:
    """How high the frame of a content is (`looks.ROOMS`, from 1), "below" its text or "beside" it."""
    text = content.texts.get("content", "")
    if type == "json" and len(text) < _READ:
        text = laid_out(text)
    return looks.room_of(where, type, text)[0]


@register.filter
def place_of(device: str) -> str:
    """Where in a wide form its frame stands, as static/edit/content.css has it."""
    return "below" if device in ("browser", "mail") else "beside"


@register.filter
def unusual_for(format: str, type: str) -> str:
    """A format that the type does not say already."""
    return "" if format == FORMATS.get(type) else format


@register.filter
def device_name(channel: str) -> str:
    return looks.device_of(channel)


def _own(row: Row) -> int:
    """The place of the content in the language that is the reader's own, else of the first."""
    spoken = [content.texts.get("language", "").replace(",", " ").split() for content in row.rows]
    own = looks.chosen([name for names in spoken for name in names], "")
    return next((place for place, names in enumerate(spoken) if own in names), 0)


def _placement_of(page: FormPage, row: Row) -> Placement | None:
    return page.choices.placements.get(row.texts.get("placement", "")) if isinstance(page.choices, Choices) else None


def _is_wrong(page: FormPage, row: Row) -> bool:
    return any(name.startswith(f"{row.pointer}/") for name in page.problems)


@register.filter
def languages(row: Row) -> str:
    """ "en-us · ko" """
    return " · ".join(text for content in row.rows if (text := content.texts.get("language", "")))


@register.filter
def first_words(row: Row) -> str:
    """How the first content begins, without its markup."""
    text = row.rows[0].texts.get("content", "")[:_READ] if row.rows else ""
    return Truncator(read_of(text)).chars(_SAID)
