"""Erasures, and what has to be kept; and the one way in which history lets a text go.

PostgreSQL refuses to change or remove what is append-only, whoever asks, but for this: a text that a step of an erasure names, of the
same transaction, asked for and confirmed by two, goes with its salt, and its commitment stays.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import offers.models.transactions

# TG_ARGV: the log's kind of event, and then each text that may go, as name:column. What the rows say besides stays as it is.
ONLY_ERASED = """
CREATE FUNCTION offers_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb := to_jsonb(NEW);
  known jsonb;
  kept jsonb;
  pair text;
  name text;
  col text;
  salt bytea;
  proof text;
  touched boolean := false;
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
  END IF;
  known := CASE WHEN jsonb_typeof(was->'erased') = 'object' THEN was->'erased' ELSE '{}' END;
  kept := CASE WHEN jsonb_typeof(becomes->'erased') = 'object' THEN becomes->'erased' ELSE '{}' END;
  was := was - ARRAY['erased', 'salts', 'salt'];
  becomes := becomes - ARRAY['erased', 'salts', 'salt'];
  FOREACH pair IN ARRAY TG_ARGV[1:] LOOP
    name := split_part(pair, ':', 1);
    col := split_part(pair, ':', 2);
    IF kept ? name AND (NOT known ? name OR was->col IS DISTINCT FROM becomes->col) THEN
      touched := true;
      proof := kept->>name;
      IF known ? name THEN
        IF proof <> known->>name THEN proof := NULL; END IF;
      ELSIF name <> 'document' THEN
        salt := CASE
          WHEN TG_TABLE_NAME = 'offers_revision' THEN decode(substr(was->>(name || '_salt'), 3), 'hex')
          WHEN to_jsonb(OLD)->>'salt' IS NOT NULL
            THEN substring(sha256(decode(substr(to_jsonb(OLD)->>'salt', 3), 'hex') || convert_to(name, 'UTF8')) FOR 16)
          ELSE decode(to_jsonb(OLD)->'salts'->>name, 'hex') END;
        IF jsonb_typeof(was->col) = 'string'
           AND proof <> encode(sha256(salt || convert_to(was->>col, 'UTF8')), 'hex') THEN proof := NULL; END IF;
      END IF;
      IF becomes->>(name || '_salt') IS NOT NULL OR to_jsonb(NEW)->'salts' ? name
         OR (TG_TABLE_NAME <> 'offers_revision' AND to_jsonb(NEW)->>'salt' IS NOT NULL)
         OR (was->>col IS NULL) <> (becomes->>col IS NULL)
         OR NOT EXISTS (
           SELECT FROM offers_erasedtext AS gone JOIN offers_erasurestep AS step ON step.key = gone.step_id
            WHERE step.xid = pg_current_xact_id() AND step.what = 'erased'
              AND gone.event = TG_ARGV[0]::int AND gone.row = (was->>'key')::bigint AND gone.name = split_part(pair, ':', 1)
              AND gone.kept = proof
              AND (jsonb_typeof(becomes->col) <> 'string'
                   OR gone.instead = encode(sha256(convert_to(becomes->>col, 'UTF8')), 'hex'))
              AND EXISTS (SELECT FROM offers_erasurestep AS asked JOIN offers_erasurestep AS said USING (erasure_id)
                           WHERE erasure_id = step.erasure_id AND asked.what = 'asked' AND said.what = 'confirmed'
                             AND asked.actor_key <> said.actor_key))
      THEN
        RAISE EXCEPTION '% is append-only: UPDATE refused, no erasure names its %', TG_TABLE_NAME, name
          USING ERRCODE = 'restrict_violation';
      END IF;
      was := was - col - (name || '_salt');
      becomes := becomes - col - (name || '_salt');
      known := known - name;
      kept := kept - name;
    ELSIF known->name = kept->name THEN
      known := known - name;
      kept := kept - name;
    END IF;
  END LOOP;
  IF NOT touched OR was IS DISTINCT FROM becomes OR known <> '{}' OR kept <> '{}' THEN
    RAISE EXCEPTION '% is append-only: UPDATE refused', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$
"""
# What lists knew of an item, and whose an entry of the log is (of authors without an account the key is made of the name), follow.
ONLY_NAMED = """
CREATE FUNCTION offers_only_named() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  col text := CASE TG_TABLE_NAME WHEN 'offers_listingpast' THEN 'name' ELSE 'actor_key' END;
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - col = to_jsonb(OLD) - col AND to_jsonb(NEW)->>col ~ '^(name-)?\\[erased:[0-9]+\\]$' AND (
    CASE TG_TABLE_NAME
      WHEN 'offers_listingpast' THEN EXISTS (
        SELECT FROM offers_erasurestep AS step JOIN offers_erasure AS erasure ON erasure.key = step.erasure_id
         WHERE step.xid = pg_current_xact_id() AND step.what = 'erased' AND erasure.item_id = (to_jsonb(OLD)->>'item_id')::bigint)
      ELSE to_jsonb(OLD)->>col LIKE 'name-%' AND EXISTS (
        SELECT FROM offers_erasedtext AS gone JOIN offers_erasurestep AS step ON step.key = gone.step_id
         WHERE step.xid = pg_current_xact_id() AND step.what = 'erased' AND gone.name = 'label'
           AND gone.event = (to_jsonb(OLD)->>'event')::int AND gone.row = (to_jsonb(OLD)->>'row')::bigint)
    END) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""
# What has no right to change history erases by this, as the owner of the tables, and no more than the triggers let through.
ERASE = """
CREATE FUNCTION offers_erase(which text, rows jsonb) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  changed bigint;
BEGIN
  CASE which
    WHEN 'revision' THEN
      UPDATE offers_revision AS made
         SET patch = gone.patch, patch_salt = gone.patch_salt, document_salt = gone.document_salt, snapshot = gone.snapshot,
             actor_label = gone.actor_label, label_salt = gone.label_salt, note = gone.note, note_salt = gone.note_salt,
             erased = gone.erased
        FROM jsonb_populate_recordset(NULL::offers_revision, rows) AS gone WHERE made.key = gone.key;
    WHEN 'requestevent' THEN
      UPDATE offers_requestevent AS made
         SET actor_label = gone.actor_label, text = gone.text, about = gone.about, salt = NULL, salts = gone.salts, erased = gone.erased
        FROM jsonb_populate_recordset(NULL::offers_requestevent, rows) AS gone WHERE made.key = gone.key;
    WHEN 'accesschange' THEN
      UPDATE offers_accesschange AS made
         SET actor_label = gone.actor_label, subject_label = gone.subject_label, note = gone.note, salt = NULL, salts = gone.salts,
             erased = gone.erased
        FROM jsonb_populate_recordset(NULL::offers_accesschange, rows) AS gone WHERE made.key = gone.key;
    WHEN 'erasurestep' THEN
      UPDATE offers_erasurestep AS made
         SET actor_label = gone.actor_label, text = gone.text, about = gone.about, salt = NULL, salts = gone.salts, erased = gone.erased
        FROM jsonb_populate_recordset(NULL::offers_erasurestep, rows) AS gone WHERE made.key = gone.key;
    WHEN 'listingpast' THEN
      UPDATE offers_listingpast AS made SET name = gone.name
        FROM jsonb_populate_recordset(NULL::offers_listingpast, rows) AS gone WHERE made.key = gone.key;
    WHEN 'logentry' THEN
      UPDATE offers_logentry AS made SET actor_key = gone.actor_key
        FROM jsonb_populate_recordset(NULL::offers_logentry, rows) AS gone
       WHERE made.sandbox_id = gone.sandbox_id AND made.event = gone.event AND made.row = gone.row;
  END CASE;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$
"""
# Whoever calls it brings no tables of their own along.
ITS_TABLES = """
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION offers_erase(text, jsonb) SET search_path = %I, pg_temp', current_schema());
  REVOKE ALL ON FUNCTION offers_erase(text, jsonb) FROM PUBLIC;
END
$$
"""
BY_ROW = """
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON offers_{name}
FOR EACH ROW EXECUTE FUNCTION {function}
"""
WHOLE = """
CREATE TRIGGER {name}_{kind} BEFORE {operations} ON offers_{name}
FOR EACH STATEMENT EXECUTE FUNCTION offers_refuse_history_change()
"""
ALL = "UPDATE OR DELETE OR TRUNCATE"
STEPS = {
    "revision": "offers_only_erased(2, 'patch:patch', 'document:snapshot', 'label:actor_label', 'note:note')",
    "requestevent": "offers_only_erased(1, 'label:actor_label', 'text:text', 'about:about')",
    "accesschange": "offers_only_erased(0, 'label:actor_label', 'subject_label:subject_label', 'note:note')",
    "erasurestep": "offers_only_erased(3, 'label:actor_label', 'text:text', 'about:about')",
    "listingpast": "offers_only_named()",
    "logentry": "offers_only_named()",
}


def triggers(name: str, function: str) -> list[migrations.RunSQL]:
    """By row, so that what is let through is looked at; emptying the table is refused as before."""
    drop = f"DROP TRIGGER {name}_append_only ON offers_{name}"
    made = migrations.RunSQL(BY_ROW.format(name=name, function=function), drop)
    whole = WHOLE.format(name=name, kind="not_emptied", operations="TRUNCATE")
    emptied = migrations.RunSQL(whole, f"DROP TRIGGER {name}_not_emptied ON offers_{name}")
    if name == "erasurestep":
        return [made, emptied]
    before = WHOLE.format(name=name, kind="append_only", operations=ALL)
    return [migrations.RunSQL(drop, before), made, emptied]


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0018_log_server"),
    ]

    operations = [
        migrations.AddField(
            model_name="accesschange",
            name="erased",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="accesschange",
            name="salts",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="requestevent",
            name="erased",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="requestevent",
            name="salts",
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name="logentry",
            name="event",
            field=models.SmallIntegerField(choices=[(0, "access"), (1, "request"), (2, "revision"), (3, "erasure")]),
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "about",
                    models.CharField(
                        choices=[("person", "A person's name and address"), ("value", "A text of an item")],
                        max_length=6,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for a second admin"),
                            ("confirmed", "Under way"),
                            ("done", "Erased"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=9,
                    ),
                ),
                ("subject_key", models.CharField(blank=True, max_length=160)),
                ("pointer", models.TextField(blank=True)),
                (
                    "etags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), default=list, size=None
                    ),
                ),
                ("erased_count", models.PositiveIntegerField(default=0)),
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
                    "sandbox",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="offers.sandbox"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ErasureStep",
            fields=[
                ("erased", models.JSONField(null=True)),
                ("salts", models.JSONField(null=True)),
                ("actor_key", models.CharField(max_length=160)),
                ("actor_label", models.CharField(max_length=150)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("client_id", models.CharField(blank=True, max_length=100)),
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("asked", "asked to erase"),
                            ("confirmed", "confirmed it"),
                            ("refused", "refused it"),
                            ("withdrawn", "withdrew it"),
                            ("erased", "erased"),
                            ("hold-set", "set a legal hold"),
                            ("hold-lifted", "lifted a legal hold"),
                            ("class-set", "set a retention class"),
                            ("class-removed", "removed a retention class"),
                            ("class-given", "gave a retention class"),
                        ],
                        max_length=16,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("about", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                (
                    "xid",
                    offers.models.transactions.TransactionIdField(
                        db_default=models.Func(function="pg_current_xact_id")
                    ),
                ),
                ("salt", models.BinaryField(db_default=offers.models.transactions.RandomSalt(), null=True)),
                (
                    "erasure",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="offers.erasure",
                    ),
                ),
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
                    "sandbox",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.sandbox",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ErasedText",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                ("event", models.SmallIntegerField()),
                ("row", models.BigIntegerField()),
                ("name", models.CharField(max_length=16)),
                ("kept", models.CharField(max_length=64)),
                ("instead", models.CharField(max_length=64)),
                (
                    "step",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="offers.erasurestep",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RetentionClass",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("months", models.PositiveIntegerField()),
                (
                    "sandbox",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.sandbox",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Keeping",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="keeping",
                        serialize=False,
                        to="offers.libraryitem",
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.erasurestep",
                    ),
                ),
                (
                    "retention",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.retentionclass",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(
                models.F("sandbox"), models.OrderBy(models.F("key"), descending=True), name="erasure_by_sandbox"
            ),
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(
                models.F("item"), condition=models.Q(("item__isnull", False)), name="erasure_of_an_item"
            ),
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(models.F("key"), condition=models.Q(("state", "confirmed")), name="erasure_under_way"),
        ),
        migrations.AddIndex(
            model_name="erasurestep",
            index=models.Index(models.F("erasure"), models.F("key"), name="erasure_step_in_order"),
        ),
        migrations.AddIndex(
            model_name="erasurestep",
            index=models.Index(
                models.F("item"),
                models.OrderBy(models.F("key"), descending=True),
                condition=models.Q(("item__isnull", False)),
                name="erasure_step_of_an_item",
            ),
        ),
        migrations.AddIndex(
            model_name="erasurestep",
            index=models.Index(models.F("sandbox"), models.F("xid"), models.F("key"), name="erasure_step_for_the_log"),
        ),
        migrations.AddIndex(
            model_name="erasedtext",
            index=models.Index(models.F("step"), name="erased_text_by_step"),
        ),
        migrations.AddIndex(
            model_name="erasedtext",
            index=models.Index(models.F("event"), models.F("row"), name="erased_text_of_a_row"),
        ),
        migrations.AddConstraint(
            model_name="retentionclass",
            constraint=models.UniqueConstraint(fields=("sandbox", "name"), name="retention_class_once_in_a_sandbox"),
        ),
        migrations.RunSQL(ONLY_ERASED, "DROP FUNCTION offers_only_erased"),
        migrations.RunSQL(ERASE, "DROP FUNCTION offers_erase"),
        migrations.RunSQL(ITS_TABLES, migrations.RunSQL.noop),
        migrations.RunSQL(ONLY_NAMED, "DROP FUNCTION offers_only_named"),
        *(operation for name, function in STEPS.items() for operation in triggers(name, function)),
        migrations.RunSQL(
            WHOLE.format(name="erasedtext", kind="append_only", operations=ALL),
            "DROP TRIGGER erasedtext_append_only ON offers_erasedtext",
        ),
    ]
