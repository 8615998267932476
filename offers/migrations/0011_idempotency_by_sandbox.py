"""A key belongs to a client in one sandbox, and the address of what it made is kept. Answers kept so far are let go."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0009_list_orders")]
    operations = [
        migrations.RunSQL("DELETE FROM offers_idempotencykey", migrations.RunSQL.noop),
        migrations.RemoveConstraint("idempotencykey", "idempotency_key_once"),
        migrations.AddField(
            "idempotencykey",
            "sandbox",
            models.ForeignKey(db_index=False, on_delete=models.CASCADE, related_name="+", to="offers.sandbox"),
        ),
        migrations.AddField("idempotencykey", "location", models.CharField(blank=True, max_length=200)),
        migrations.AddConstraint(
            "idempotencykey",
            models.UniqueConstraint(fields=["client_id", "sandbox", "value"], name="idempotency_key_once"),
        ),
    ]
