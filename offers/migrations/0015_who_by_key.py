"""Who changed an item last, by key instead of by name: filters, drafts and saved addresses go by it."""

from urllib.parse import parse_qsl, urlencode

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Q

# The same as offers.access.permissions.actor_key makes of an author.
FROM_HISTORY = """
UPDATE offers_libraryitem AS item
   SET modified_by_key = CASE WHEN made.client_id <> '' THEN 'client-' || made.client_id
                              WHEN made.actor_id IS NOT NULL THEN 'user-' || made.actor_id
                              ELSE 'name-' || made.actor_label END
  FROM offers_revision AS made WHERE made.item_id = item.key AND made.etag = item.etag
"""


def carry_over_addresses(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Kept filters that name somebody get her key. A name that was several people's says so no more, and filters nobody."""
    for model, member in (("SavedView", "query"), ("BulkRun", "filter")):
        for kept in apps.get_model("offers", model).objects.filter(**{f"{member}__contains": "by="}):
            parts = dict(parse_qsl(getattr(kept, member)))
            if "by" not in parts:
                continue
            made = apps.get_model("offers", "LibraryItem").objects.filter(
                sandbox_id=kept.sandbox_id, modified_by=parts["by"]
            )
            keys = set(made.values_list("modified_by_key", flat=True)[:2_000])
            parts["by"] = keys.pop() if len(keys) == 1 else ""
            setattr(kept, member, urlencode({name: value for name, value in parts.items() if value}))
            kept.save(update_fields=[member])


class Migration(migrations.Migration):
    dependencies = [("offers", "0012_attempts")]
    operations = [
        migrations.AddField(
            "libraryitem", "modified_by_key", models.CharField(max_length=160, default=""), preserve_default=False
        ),
        migrations.RunSQL(FROM_HISTORY, migrations.RunSQL.noop),
        migrations.RunPython(carry_over_addresses, migrations.RunPython.noop),
        migrations.RemoveIndex("libraryitem", "item_by_person"),
        migrations.RemoveIndex("libraryitem", "item_draft_by_person"),
        migrations.AddIndex(
            "libraryitem",
            models.Index(
                *("sandbox", "kind", "modified_by_key", F("modified_at").desc(), F("key").desc()),
                name="item_by_person",
                condition=Q(deleted_at=None),
            ),
        ),
        migrations.AddIndex(
            "libraryitem",
            models.Index(
                *("sandbox", "modified_by_key", F("modified_at").desc(), F("key").desc()),
                name="item_draft_by_person",
                condition=Q(status="draft", deleted_at=None),
            ),
        ),
    ]
