"""Bulk edits: runs and their rows."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0003_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                ("number", models.AutoField(primary_key=True, serialize=False)),
                ("action", models.JSONField()),
                ("filter", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planning", "Dry run under way"),
                            ("planned", "Ready to run"),
                            ("running", "Running"),
                            ("stopped", "Stopped"),
                            ("finished", "Finished"),
                        ],
                        default="planning",
                        max_length=8,
                    ),
                ),
                ("author_label", models.CharField(max_length=150)),
                ("runner_label", models.CharField(blank=True, max_length=150)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("total", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("heartbeat_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "runner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sandbox",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="offers.sandbox"),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undo_runs",
                        to="offers.bulkrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BulkRow",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("change", "Will change"),
                            ("same", "No change"),
                            ("conflict", "Would conflict"),
                            ("invalid", "Not valid"),
                            ("refused", "Not allowed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("etag", models.PositiveIntegerField(default=0)),
                ("patch", models.JSONField(null=True)),
                ("changes", models.JSONField(default=list)),
                ("change_count", models.PositiveIntegerField(default=0)),
                ("problems", models.JSONField(default=list)),
                ("excluded", models.BooleanField(default=False)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("changed", "Changed"), ("skipped", "Skipped"), ("failed", "Failed")],
                        max_length=8,
                    ),
                ),
                ("result_etag", models.PositiveIntegerField(default=0)),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.libraryitem",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="offers.bulkrun",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="bulkrun",
            index=models.Index(
                models.F("sandbox"), models.OrderBy(models.F("number"), descending=True), name="bulk_run_by_sandbox"
            ),
        ),
        migrations.AddIndex(
            model_name="bulkrow",
            index=models.Index(
                models.F("run"), models.F("verdict"), models.F("result"), models.F("key"), name="bulk_row_by_outcome"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrow",
            constraint=models.UniqueConstraint(fields=("run", "item"), name="bulk_row_once_for_an_item"),
        ),
    ]
