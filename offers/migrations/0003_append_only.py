"""What happened, what lists knew and the log are append-only: PostgreSQL refuses to change or remove any of it, whoever asks.

But for this: a text that a step of an erasure names, of the same transaction, asked for and confirmed by two, goes with its salt, and
its commitment stays.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION offers_refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""
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
WHOLE = """
CREATE TRIGGER {name}_{kind} BEFORE {operations} ON offers_{name}
FOR EACH STATEMENT EXECUTE FUNCTION offers_refuse_history_change()
"""
# By row, so that what is let through is looked at.
BY_ROW = """
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON offers_{name}
FOR EACH ROW EXECUTE FUNCTION {function}
"""
ALL = "UPDATE OR DELETE OR TRUNCATE"
# Of which nothing is ever erased, and of which something may be, with what is looked at.
KEPT = ("libraryimport", "erasedtext")
ERASABLE = {
    "revision": "offers_only_erased(2, 'patch:patch', 'document:snapshot', 'label:actor_label', 'note:note')",
    "requestevent": "offers_only_erased(1, 'label:actor_label', 'text:text', 'about:about')",
    "accesschange": "offers_only_erased(0, 'label:actor_label', 'subject_label:subject_label', 'note:note')",
    "erasurestep": "offers_only_erased(3, 'label:actor_label', 'text:text', 'about:about')",
    "listingpast": "offers_only_named()",
    "logentry": "offers_only_named()",
}


def made(name: str, kind: str, statement: str) -> migrations.RunSQL:
    return migrations.RunSQL(statement, f"DROP TRIGGER {name}_{kind} ON offers_{name}")


class Migration(migrations.Migration):
    dependencies = [("offers", "0002_library")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION offers_refuse_history_change"),
        migrations.RunSQL(ONLY_ERASED, "DROP FUNCTION offers_only_erased"),
        migrations.RunSQL(ONLY_NAMED, "DROP FUNCTION offers_only_named"),
        migrations.RunSQL(ERASE, "DROP FUNCTION offers_erase"),
        migrations.RunSQL(ITS_TABLES, migrations.RunSQL.noop),
        *(made(name, "append_only", WHOLE.format(name=name, kind="append_only", operations=ALL)) for name in KEPT),
        *(made(name, "append_only", BY_ROW.format(name=name, function=looked)) for name, looked in ERASABLE.items()),
        *(
            made(name, "not_emptied", WHOLE.format(name=name, kind="not_emptied", operations="TRUNCATE"))
            for name in ERASABLE
        ),
    ]
