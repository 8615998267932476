"""The list's other orders, so that sorting a large library is a walk along an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0004_bulk")]
    operations = [
        migrations.AddIndex("libraryitem", models.Index("sandbox", "kind", "priority", "key", name="item_by_priority")),
        migrations.AddIndex("libraryitem", models.Index("sandbox", "kind", "ends_at", "key", name="item_by_end")),
    ]
