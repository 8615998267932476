"""For the home page of a large library: the approved by their start, and the few drafts by person and by time."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("offers", "0006_presence")]
    operations = [
        migrations.AddIndex(
            "libraryitem",
            models.Index(
                *("sandbox", "kind", "starts_at", "key"),
                name="item_approved_by_start",
                condition=Q(status="approved", deleted_at=None),
            ),
        ),
        migrations.AddIndex(
            "libraryitem",
            models.Index(
                *("sandbox", "modified_by", F("modified_at").desc(), F("key").desc()),
                name="item_draft_by_person",
                condition=Q(status="draft", deleted_at=None),
            ),
        ),
        migrations.AddIndex(
            "libraryitem",
            models.Index(
                *("sandbox", F("modified_at").desc(), F("key").desc()),
                name="item_draft_by_modified",
                condition=Q(status="draft", deleted_at=None),
            ),
        ),
    ]
