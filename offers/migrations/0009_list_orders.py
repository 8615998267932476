"""For lists of a large library: every column as a walk along an index, and the items that one person changed last."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("offers", "0008_personal")]
    operations = [
        # The one by start serves every status, so the home page's own is not needed any more.
        migrations.RemoveIndex("libraryitem", "item_approved_by_start"),
        migrations.AddIndex("libraryitem", models.Index("sandbox", "kind", "starts_at", "key", name="item_by_start")),
        migrations.AddIndex("libraryitem", models.Index("sandbox", "kind", "status", "key", name="item_by_status")),
        migrations.AddIndex("libraryitem", models.Index("sandbox", "kind", "channels", "key", name="item_by_channels")),
        migrations.AddIndex(
            "libraryitem", models.Index("sandbox", "kind", "created_at", "key", name="item_by_created")
        ),
        migrations.AddIndex(
            "libraryitem",
            models.Index(
                *("sandbox", "kind", "modified_by", F("modified_at").desc(), F("key").desc()),
                name="item_by_person",
                condition=Q(deleted_at=None),
            ),
        ),
    ]
