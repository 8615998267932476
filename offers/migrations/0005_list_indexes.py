"""For lists of a large library: the other orders as a walk along an index, and the rare channel found by one."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0004_bulk")]
    operations = [
        migrations.AddIndex("libraryitem", models.Index("sandbox", "kind", "priority", "key", name="item_by_priority")),
        migrations.AddIndex("libraryitem", models.Index("sandbox", "kind", "ends_at", "key", name="item_by_end")),
        migrations.AddIndex("libraryitem", GinIndex("channels", name="item_by_channel")),
    ]
