"""Revisions are append-only: PostgreSQL refuses to change or remove one, whoever asks."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION offers_refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'offers_revision is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""
TRIGGER = """
CREATE TRIGGER revision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON offers_revision
FOR EACH STATEMENT EXECUTE FUNCTION offers_refuse_history_change()
"""


class Migration(migrations.Migration):
    dependencies = [("offers", "0002_library")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION offers_refuse_history_change"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER revision_append_only ON offers_revision"),
    ]
