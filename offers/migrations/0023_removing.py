"""What blame found also says which versions removed something. It is a cache: what is in it counts no more, and is found anew."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0020_library_imports")]

    operations = [
        migrations.AddField(
            model_name="blamefound",
            name="removing",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(), default=list, size=None
            ),
        )
    ]
