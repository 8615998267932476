"""What was deleted, in the order of its deletion; only a deletion pays for it."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("offers", "0015_who_by_key")]
    operations = [
        migrations.AddIndex(
            "libraryitem",
            models.Index(
                *("sandbox", "kind", F("modified_at").desc(), F("key").desc()),
                name="item_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
        ),
    ]
