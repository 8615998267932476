"""The pages that a person may open, and what can be done from each of them: new items, another sandbox, another look."""

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import get_language, get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from offers.access.members import may_manage
from offers.access.permissions import Actor, can_edit, may_audit
from offers.web.find.commands import Command
from offers.web.frame.access import sandboxes_of
from offers.web.frame.sections import SECTIONS, Section
from offers.web.item.template import MOST, address_from, templates

THEMES = {"auto": _("Theme: like the system"), "light": _("Theme: light"), "dark": _("Theme: dark")}
THEME_ICONS = {"auto": "device-desktop", "light": "sun", "dark": "moon"}


def pages(actor: Actor) -> list[Command]:
    """The pages of the sandbox that this person may open."""
    name = actor.sandbox.name

    def to(page: str) -> str:
        return reverse(page, args=[name])

    found = [
        Command(_("Home"), "home", to("sandbox")),
        *(Command(one.title, one.icon, reverse("items", args=[name, one.slug])) for one in SECTIONS.values()),
        Command(_("Reviews"), "git-pull-request", to("reviews")),
        Command(
            _("Requests waiting for approval"), "circle-check", to("reviews"), also=_("approve or reject requests")
        ),
        Command(_("Audit"), "book", to("audit")),
        Command(_("On air"), "eye", to("on_air")),
        Command(_("Inbox"), "mail", to("inbox")),
        Command(_("Bulk edits"), "list-check", to("bulk_runs")),
        Command(_("What differs between two moments"), "arrows-diff", to("differences")),
        Command(_("Integrity"), "shield-check", to("audit_integrity")),
        Command(_("Sample"), "filter", to("audit_sample")),
    ]
    if may_audit(actor):
        found += [
            Command(_("Controls"), "adjustments", to("audit_controls")),
            Command(_("Erasures and holds"), "lock", to("erasures")),
        ]
    if may_manage(actor):
        found += [
            Command(_("Access"), "users", to("access")),
            Command(_("Access changes"), "users", to("access_changes")),
        ]
    return found


def of_person(shortcuts: str) -> list[Command]:
    """The pages that belong to no sandbox; `shortcuts` is the address of that page."""
    return [
        Command(_("Preferences"), "settings", reverse("preferences")),
        Command(_("Password"), "lock", reverse("account_change_password")),
        Command(_("Keyboard shortcuts"), "forms", shortcuts, shortcuts=True, hint="?"),
    ]


def makes(actor: Actor) -> list[Command]:
    """New items, for those who may make some."""
    if not can_edit(actor):
        return []
    name = actor.sandbox.name
    return [Command(_new(one), "plus", reverse("new", args=[name, slug])) for slug, one in SECTIONS.items()]


def from_templates(actor: Actor) -> list[Command]:
    """New offers, begun from each of the templates."""
    if not can_edit(actor):
        return []
    return [
        Command(format_lazy(_("New from template: {name}"), name=one.name), "layout-board", address_from(actor, one))
        for one in templates(actor)[:MOST]
    ]


def _new(section: Section) -> str:
    # Said when it is read: once in the reader's language, once in English.
    return lazy(lambda: gettext("New %(one)s") % {"one": str(section.one).lower()}, str)()


def around(request: HttpRequest, actor: Actor | None) -> Iterator[Command]:
    """Another sandbox, theme or language, and the way out."""
    for sandbox in sandboxes_of(request):
        if actor is None or sandbox.pk != actor.sandbox.pk:
            text = format_lazy(_("Switch to {sandbox}"), sandbox=sandbox.title)
            yield Command(text, "selector", reverse("sandbox", args=[sandbox.name]), hint=sandbox.name)
    theme = request.COOKIES.get("theme", "auto")
    for value, text in THEMES.items():
        if value != theme:
            yield Command(text, THEME_ICONS[value], post=reverse("preferences"), name="theme", value=value)
    for code, _name in settings.LANGUAGES:
        if code != get_language():
            said = format_lazy(_("Language: {language}"), language=get_language_info(code)["name_local"])
            yield Command(said, "language", post=reverse("set_language"), name="language", value=code)
    yield Command(_("Sign out"), "logout", post=reverse("account_logout"))
