"""A copy of an item with the longest id there may be names it, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0009_list_orders")]
    operations = [migrations.AlterField("revision", "source_ref", models.CharField(blank=True, max_length=100))]
