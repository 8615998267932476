"""History and what lists knew are append-only: PostgreSQL refuses to change or remove any of it, whoever asks."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION offers_refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""
TRIGGER = """
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON offers_{name}
FOR EACH STATEMENT EXECUTE FUNCTION offers_refuse_history_change()
"""


class Migration(migrations.Migration):
    dependencies = [("offers", "0002_library")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION offers_refuse_history_change"),
        *(
            migrations.RunSQL(TRIGGER.format(name=name), f"DROP TRIGGER {name}_append_only ON offers_{name}")
            for name in ("revision", "listingpast")
        ),
    ]
