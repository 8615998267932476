"""Failed attempts to sign in or to get a token, counted for all processes in a table without a write-ahead log."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0011_idempotency_by_sandbox")]
    operations = [
        migrations.CreateModel(
            "Attempt",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("ends_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL("ALTER TABLE offers_attempt SET UNLOGGED", migrations.RunSQL.noop),
    ]
