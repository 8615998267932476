import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import offers.models.transactions


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
        ("offers", "0001_functions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sandbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("org_id", models.CharField(max_length=100)),
                ("name", models.SlugField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=100)),
                (
                    "type",
                    models.CharField(
                        choices=[("production", "Production"), ("development", "Development")],
                        default="development",
                        max_length=12,
                    ),
                ),
                (
                    "review_policy",
                    models.CharField(
                        choices=[
                            ("none", "Anyone who may edit may also change live offers"),
                            ("live", "Live offers change only through a reviewer"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("require_if_match", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name_plural": "sandboxes",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.CharField(max_length=100)),
                ("value", models.CharField(max_length=128)),
                ("request_digest", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("body", models.BinaryField(null=True)),
                ("etag", models.PositiveIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client_id", "value"), name="idempotency_key_once")],
            },
        ),
        migrations.CreateModel(
            name="LibraryItem",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("personalized-offer", "personalized-offer"),
                            ("fallback-offer", "fallback-offer"),
                            ("placement", "placement"),
                            ("rule", "rule"),
                            ("tag", "tag"),
                            ("collection", "collection"),
                            ("decision", "decision"),
                        ],
                        max_length=20,
                    ),
                ),
                ("id", models.CharField(max_length=64)),
                ("document", models.JSONField()),
                ("etag", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=150)),
                ("created_by_client", models.CharField(blank=True, max_length=100)),
                ("modified_at", models.DateTimeField()),
                ("modified_by", models.CharField(max_length=150)),
                ("modified_by_client", models.CharField(blank=True, max_length=100)),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.Func(models.F("document"), models.Value("name"), function="jsonb_extract_path_text"),
                            models.Value(""),
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "status",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("document"), models.Value("status"), function="jsonb_extract_path_text"
                        ),
                        output_field=models.TextField(null=True),
                    ),
                ),
                (
                    "starts_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.comparison.Coalesce(
                                models.Func(
                                    models.F("document"),
                                    models.Value("selectionConstraint"),
                                    models.Value("startDate"),
                                    function="jsonb_extract_path_text",
                                ),
                                models.Func(
                                    models.F("document"), models.Value("startDate"), function="jsonb_extract_path_text"
                                ),
                            ),
                            function="offers_instant",
                        ),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "ends_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.comparison.Coalesce(
                                models.Func(
                                    models.F("document"),
                                    models.Value("selectionConstraint"),
                                    models.Value("endDate"),
                                    function="jsonb_extract_path_text",
                                ),
                                models.Func(
                                    models.F("document"), models.Value("endDate"), function="jsonb_extract_path_text"
                                ),
                            ),
                            function="offers_instant",
                        ),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "priority",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("document"),
                            function="offers_priority",
                            output_field=models.BigIntegerField(null=True),
                        ),
                        output_field=models.BigIntegerField(null=True),
                    ),
                ),
                (
                    "references",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("document"), function="offers_references"),
                        output_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.TextField(), size=None
                        ),
                    ),
                ),
                (
                    "channels",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("document"), function="offers_channels"),
                        output_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.TextField(), size=None
                        ),
                    ),
                ),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Lower(
                            models.Func(models.F("id"), models.F("document"), function="offers_search_text")
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "sandbox",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="offers.sandbox"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                ("etag", models.PositiveIntegerField()),
                ("patch", models.TextField()),
                ("actor_label", models.CharField(max_length=150)),
                ("client_id", models.CharField(blank=True, max_length=100)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("form", "Form"),
                            ("api", "API"),
                            ("undo", "Undo"),
                            ("restore", "Restore"),
                            ("review", "Review"),
                            ("bulk", "Bulk edit"),
                            ("import", "Import"),
                        ],
                        max_length=8,
                    ),
                ),
                ("refers_to", models.JSONField(default=dict)),
                ("note", models.TextField(blank=True)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
                ("snapshot", models.TextField(null=True)),
                ("patch_salt", models.BinaryField(null=True)),
                ("document_salt", models.BinaryField(null=True)),
                ("label_salt", models.BinaryField(null=True)),
                ("note_salt", models.BinaryField(null=True)),
                ("erased", models.JSONField(null=True)),
                (
                    "xid",
                    offers.models.transactions.TransactionIdField(
                        db_default=models.Func(function="pg_current_xact_id")
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="offers.libraryitem",
                    ),
                ),
                (
                    "sandbox",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="offers.sandbox"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("sandbox"),
                        models.OrderBy(models.F("key"), descending=True),
                        name="revision_by_sandbox",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("item", "etag"), name="revision_once_for_an_etag")],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("auditor", "Auditor"),
                            ("editor", "Marketer"),
                            ("reviewer", "Reviewer"),
                            ("admin", "Admin"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="allauth_idp_oidc.client"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("sandbox", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="offers.sandbox")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("user__isnull", False), ("client__isnull", False), _connector="XOR"),
                        name="membership_is_a_person_or_a_client",
                    ),
                    models.UniqueConstraint(fields=("user", "sandbox"), name="membership_once_for_a_person"),
                    models.UniqueConstraint(fields=("client", "sandbox"), name="membership_once_for_a_client"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="libraryitem",
            index=models.Index(
                models.F("sandbox"),
                models.F("kind"),
                models.OrderBy(models.F("modified_at"), descending=True),
                models.OrderBy(models.F("key"), descending=True),
                name="item_by_modified",
            ),
        ),
        migrations.AddIndex(
            model_name="libraryitem",
            index=models.Index(
                models.F("sandbox"), models.F("kind"), models.F("name"), models.F("key"), name="item_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="libraryitem",
            index=django.contrib.postgres.indexes.GinIndex(models.F("references"), name="item_by_reference"),
        ),
        migrations.AddIndex(
            model_name="libraryitem",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search"], name="item_by_trigram", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="libraryitem",
            constraint=models.UniqueConstraint(fields=("sandbox", "id"), name="item_id_once_in_a_sandbox"),
        ),
        migrations.AddConstraint(
            model_name="libraryitem",
            constraint=models.CheckConstraint(condition=models.Q(("etag__gte", 1)), name="item_etag_counts_from_one"),
        ),
    ]
