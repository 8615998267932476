"""The mail that tells somebody what is in their inbox: text and HTML, in their language and zone. It has links, and no decision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.models import ChangeRequest, Notice
from offers.review.notices import happened
from offers.web.account.mail import Wish
from offers.web.frame.times import exact_text

# Change requests that are told of, and lines about each: the rest is counted.
MOST_REQUESTS = 20
MOST_LINES = 10
MOST_TEXT = 300
MOST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened to a request. `who` is empty for what nobody did."""

    who: str
    what: str
    when: str
    text: str

    @property
    def said(self) -> str:
        return capfirst(f"{self.who} {self.what}".strip())


@dataclass(frozen=True, slots=True)
class Block:
    """A request with the last things that happened to it; `more` happened before."""

    request: ChangeRequest
    title: str
    sandbox: str
    address: str
    lines: Sequence[Line]
    more: int


def about(user: User, notices: Sequence[Notice], wish: Wish) -> EmailMultiAlternatives:
    """The mail about these notices, oldest first. They come with their requests and sandboxes."""
    with translation.override(wish.language), timezone.override(wish.zone):
        blocks = blocks_of(notices)
        choose = settings.PUBLIC_URL + reverse("mail_preferences")
        shown, more = blocks[:MOST_REQUESTS], more_said(blocks)
        mail = EmailMultiAlternatives(
            subject_of(blocks),
            text_of(shown, more, choose),
            to=[user.email],
            headers={
                # The same for the same notices: see sending.py.
                "Message-ID": f"<notices-{user.pk}-{notices[-1].key}@{urlsplit(settings.PUBLIC_URL).hostname}>",
                "List-Unsubscribe": f"<{choose}>",
                "Auto-Submitted": "auto-generated",
            },
        )
        context = {"blocks": shown, "more": more, "choose": choose, "language": wish.language}
        mail.attach_alternative(render_to_string("inbox/mail.html", context), "text/html")
        return mail


def blocks_of(notices: Iterable[Notice]) -> list[Block]:
    """By request, in the order in which they were told of first."""
    told: dict[int, list[Notice]] = {}
    for notice in notices:
        told.setdefault(notice.request_id, []).append(notice)
    return [_block(each) for each in told.values()]


def _block(notices: list[Notice]) -> Block:
    request, sandbox = notices[0].request, notices[0].sandbox
    address = settings.PUBLIC_URL + reverse("review", args=[sandbox.name, request.number])
    lines = [_line(notice) for notice in notices[-MOST_LINES:]]
    return Block(request, one_line(request.title), one_line(sandbox.title), address, lines, len(notices) - len(lines))


def _line(notice: Notice) -> Line:
    text = "\n".join(map(one_line, Truncator(notice.text.strip()).chars(MOST_TEXT).splitlines()))
    return Line(one_line(notice.actor_label), happened(notice), exact_text(notice.created_at), text)


def subject_of(blocks: Sequence[Block]) -> str:
    if len(blocks) > 1:
        return ngettext("News of {n} change request", "News of {n} change requests", len(blocks)).format(n=len(blocks))
    (block,) = blocks
    title, last, more = (
        Truncator(block.title).chars(MOST_TITLE),
        block.lines[-1].said,
        len(block.lines) + block.more - 1,
    )
    said = ngettext("{last}, and {n} more", "{last}, and {n} more", more).format(last=last, n=more) if more else last
    return one_line(f"{title}: {said}")


def more_said(blocks: Sequence[Block]) -> str:
    """That there is more than is shown; "" where that is all."""
    more = len(blocks) - MOST_REQUESTS
    if more <= 0:
        return ""
    return ngettext(
        "{n} more change request is in your inbox.", "{n} more change requests are in your inbox.", more
    ).format(n=more)


def text_of(blocks: Iterable[Block], more: str, choose: str) -> str:
    """The part for who reads no HTML. What people wrote is quoted: no line of it can be taken for one of ours."""
    parts = ["\n".join(_block_text(block)) for block in blocks]
    foot = "\n".join(["-- ", _("What comes by mail, and when, you choose here:"), choose, ""])
    return "\n\n".join(part for part in (*parts, more, foot) if part)


def _block_text(block: Block) -> Iterable[str]:
    yield f"{block.title} (#{block.request.number}, {block.sandbox})"
    yield _("Now: {state}").format(state=block.request.state_word)
    for line in block.lines:
        yield f"* {line.said} ({line.when})"
        yield from (f"  > {part}" for part in line.text.splitlines())
    yield block.address


def one_line(text: str) -> str:
    """Nothing in it ends a line or a header, or turns what follows around."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
