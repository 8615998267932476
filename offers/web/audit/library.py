"""The whole library with its history, as a file: what an auditor takes home, and what another installation imports."""

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from offers.access.permissions import Actor, NotAllowed, Role
from offers.transfer import exporting
from offers.web.frame.access import actor_for, while_allowed


def may_take(actor: Actor) -> bool:
    return actor.role in (Role.AUDITOR, Role.ADMIN)


def file(request: HttpRequest, sandbox: str) -> HttpResponseBase:
    """As `manage.py export_library` writes it. A file that was cut off on its way is refused by who imports it."""
    actor = actor_for(request, sandbox)
    if not may_take(actor):
        raise NotAllowed(_("Only auditors and admins can download the whole library with its history."))
    lines = while_allowed(request, actor, exporting.lines(actor.sandbox))
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="library-{actor.sandbox.name}.ndjson"'
    return response
