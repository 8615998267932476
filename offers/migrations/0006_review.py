"""Change requests, and what happened to them: events are append-only."""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import offers.models.transactions

TRIGGER = import_module("offers.migrations.0003_append_only").TRIGGER


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0005_blame"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                ("actor_key", models.CharField(max_length=160)),
                ("actor_label", models.CharField(max_length=150)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("client_id", models.CharField(blank=True, max_length=100)),
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("reason", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("changes-requested", "Changes requested"),
                            ("approved", "Approved"),
                            ("scheduled", "Scheduled"),
                            ("applied", "Applied"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                            ("failed", "Failed"),
                        ],
                        default="open",
                        max_length=17,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "contributors",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=160), size=None),
                ),
                ("owner_key", models.CharField(max_length=160)),
                ("owner_label", models.CharField(max_length=150)),
                ("apply_at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("time_zone", models.CharField(blank=True, max_length=64)),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("review_due_at", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("comment_count", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "sandbox",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="offers.sandbox"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RequestComment",
            fields=[
                ("actor_key", models.CharField(max_length=160)),
                ("actor_label", models.CharField(max_length=150)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("client_id", models.CharField(blank=True, max_length=100)),
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                ("item_id", models.CharField(blank=True, max_length=64)),
                ("path", models.JSONField(default=list)),
                ("value_digest", models.CharField(blank=True, max_length=64)),
                ("text", models.TextField()),
                ("suggestion", models.JSONField(null=True)),
                ("created_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
                ("resolved_by", models.CharField(blank=True, max_length=150)),
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="offers.changerequest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RequestedChange",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("id", models.CharField(max_length=64)),
                ("base_etag", models.PositiveIntegerField(default=0)),
                ("base", models.JSONField(null=True)),
                ("patch", models.JSONField()),
                ("source", models.CharField(max_length=8)),
                ("refers_to", models.JSONField(default=dict)),
                ("seen_etag", models.PositiveIntegerField(default=0)),
                ("applied_etag", models.PositiveIntegerField(default=0)),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.libraryitem",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="offers.changerequest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RequestEvent",
            fields=[
                ("actor_key", models.CharField(max_length=160)),
                ("actor_label", models.CharField(max_length=150)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("client_id", models.CharField(blank=True, max_length=100)),
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("opened", "opened it"),
                            ("edited", "changed it"),
                            ("approve", "approved it"),
                            ("request-changes", "requested changes"),
                            ("reject", "rejected it"),
                            ("withdrawn", "withdrew it"),
                            ("claimed", "took it over"),
                            ("reopened", "opened it again"),
                            ("dropped", "approval dropped"),
                            ("conflicted", "in conflict"),
                            ("scheduled", "scheduled it"),
                            ("applied", "applied it"),
                            ("bypassed", "published it without waiting"),
                            ("looked", "looked at it afterwards"),
                            ("taken-back", "taken back"),
                            ("failed", "could not be applied"),
                            ("expired", "expired"),
                        ],
                        max_length=16,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("text", models.TextField(blank=True)),
                ("about", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                (
                    "xid",
                    offers.models.transactions.TransactionIdField(
                        db_default=models.Func(function="pg_current_xact_id")
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="offers.changerequest",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="changerequest",
            index=models.Index(
                models.F("sandbox"),
                models.F("state"),
                models.OrderBy(models.F("updated_at"), descending=True),
                models.OrderBy(models.F("key"), descending=True),
                name="request_by_state",
            ),
        ),
        migrations.AddIndex(
            model_name="changerequest",
            index=models.Index(
                models.F("sandbox"),
                models.F("owner_key"),
                models.OrderBy(models.F("updated_at"), descending=True),
                models.OrderBy(models.F("key"), descending=True),
                name="request_by_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="changerequest",
            index=models.Index(
                models.F("apply_at"), condition=models.Q(("state", "scheduled")), name="request_scheduled"
            ),
        ),
        migrations.AddIndex(
            model_name="changerequest",
            index=models.Index(
                models.F("until"),
                condition=models.Q(("taken_back_at", None), ("until__isnull", False)),
                name="request_to_take_back",
            ),
        ),
        migrations.AddIndex(
            model_name="changerequest",
            index=models.Index(
                models.F("sandbox"),
                models.F("review_due_at"),
                condition=models.Q(("looked_at", None), ("review_due_at__isnull", False)),
                name="request_to_look_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.UniqueConstraint(fields=("sandbox", "number"), name="request_number_once_in_a_sandbox"),
        ),
        migrations.AddIndex(
            model_name="requestcomment",
            index=models.Index(models.F("request"), models.F("key"), name="request_comment_in_order"),
        ),
        migrations.AddIndex(
            model_name="requestedchange",
            index=models.Index(models.F("item"), models.F("request"), name="requested_change_of_an_item"),
        ),
        migrations.AddConstraint(
            model_name="requestedchange",
            constraint=models.UniqueConstraint(fields=("request", "id"), name="requested_change_once_for_an_item"),
        ),
        migrations.AddIndex(
            model_name="requestevent",
            index=models.Index(models.F("request"), models.F("key"), name="request_event_in_order"),
        ),
        migrations.RunSQL(
            TRIGGER.format(name="requestevent"), "DROP TRIGGER requestevent_append_only ON offers_requestevent"
        ),
    ]
