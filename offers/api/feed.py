"""The sandbox's log for programs that follow it: in order, dense, and nothing is ever put before what was answered."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.utils.translation import gettext as _

from offers import asked
from offers.api.auth import ApiRequest
from offers.api.wire import answers, shapes
from offers.api.wire.dates import shown
from offers.api.wire.problems import ApiError, bad_parameter
from offers.lists import programs
from offers.log import following
from offers.log.following import Told
from offers.models import Revision

PATH = "changes"


def changes(request: ApiRequest) -> HttpResponse:
    """GET: the entries from the index `since` on, the oldest first; `next` is where to ask from then on, also when there are none."""
    given = request.GET.get("since", "0")
    since = asked.number(given, asked.MAX_KEY)
    if since is None:
        detail = _("since is the index of the first entry wanted: a whole number from 0.")
        raise bad_parameter(detail)
    found, size = following.entries(request.actor.sandbox, since, programs.limit(request.GET.get("limit")))
    if since > size:
        # A database that was set back, or another log: who went on asking from there would miss all that comes until then.
        detail = _("The log has {size} entries, so it is not the one that was followed up to {since}.")
        raise ApiError(404, "another-log", _("Not found"), detail.format(size=size, since=since))
    made = [told.revision for told in found if told.revision]
    revisions = dict(zip(made, answers.revision_entries(request.actor.sandbox.pk, made), strict=True))
    query = request.GET.copy()
    query["since"] = str(since + len(found))
    content: shapes.ChangePage = {
        "results": [_entry(told, revisions) for told in found],
        "count": len(found),
        "total": size,
        "next": since + len(found),
        "_links": {"self": answers.link(PATH, request.GET), "next": answers.link(PATH, query)},
    }
    return answers.json_response(content)


def _entry(told: Told, revisions: Mapping[Revision, shapes.Revision]) -> shapes.LogEntry:
    entry = told.entry
    said: shapes.LogEntry = {
        "index": entry.index,
        "leafHash": bytes(entry.leaf_hash).hex(),
        "time": shown(entry.created_at),
        "byKey": entry.actor_key,
        "by": told.name,
    }
    if (made := told.revision) is not None:
        said["revision"] = {**revisions[made], "id": made.item.id, "kind": made.item.kind}
    if told.step is not None:
        said["changeRequest"] = {
            "number": entry.request or 0,
            "what": told.step.what,
            "version": told.step.version,
            "digest": told.step.digest,
            "text": told.step.text,
        }
    if told.access is not None:
        said["access"] = {
            "what": told.access.what,
            "subject": told.access.subject_key,
            "before": told.access.before,
            "after": told.access.after,
            "note": told.access.note,
        }
    if told.erasure is not None:
        said["erasure"] = {
            "number": told.erasure.erasure_id,
            "what": told.erasure.what,
            "item": told.erasure.item.id if told.erasure.item else "",
            "about": told.erasure.about,
            "text": told.erasure.text,
        }
    if told.brought is not None:
        said["imported"] = {
            "origin": told.brought.origin,
            "exported": shown(told.brought.exported_at),
            "checkpoint": told.brought.checkpoint,
            "sha256": told.brought.sha256,
            "items": told.brought.items,
            "revisions": told.brought.revisions,
            "note": told.brought.note,
        }
    return said
