"""What lists and search need of an item is made from its document when it is stored, whoever stores it."""

from django.db import migrations

# What a change of an item is looked at for: the columns of both tables that say what lists show of it.
SHOWN = ("name", "status", "starts_at", "ends_at", "priority", '"references"', "channels")
# And what lists know besides of the item as it stands.
STAMPS = ("modified_at", "modified_by", "modified_by_key", "deleted_at")

# The document is read once: as a column, it would be fetched and unpacked for every mention of it. What it refers to is half of the
# work, so that where nothing of it has changed, it is taken from the row `was`.
LISTED = """
CREATE FUNCTION offers_listed(item offers_libraryitem, document jsonb, was offers_listing DEFAULT NULL) RETURNS offers_listing
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  listed offers_listing;
BEGIN
  listed.key := item.key;
  listed.sandbox_id := item.sandbox_id;
  listed.kind := item.kind;
  listed.id := item.id;
  listed.name := COALESCE(document ->> 'name', '');
  listed.status := document ->> 'status';
  listed.starts_at := offers_instant(COALESCE(document #>> '{selectionConstraint,startDate}', document ->> 'startDate'));
  listed.ends_at := offers_instant(COALESCE(document #>> '{selectionConstraint,endDate}', document ->> 'endDate'));
  listed.priority := offers_priority(document);
  listed."references" := COALESCE(was."references", offers_references(document));
  listed.channels := COALESCE(was.channels, offers_channels(document));
  listed.created_at := item.created_at;
  listed.modified_at := item.modified_at;
  listed.modified_by := item.modified_by;
  listed.modified_by_key := item.modified_by_key;
  listed.deleted_at := item.deleted_at;
  listed.since := item.created_at;
  RETURN listed;
END
$$
"""

KEEP = f"""
CREATE FUNCTION offers_list_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  document jsonb := NEW.document || '{{}}';
  before jsonb := CASE TG_OP WHEN 'UPDATE' THEN OLD.document || '{{}}' END;
  was offers_listing;
  listed offers_listing;
  content text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    SELECT * INTO was FROM offers_listing WHERE key = NEW.key;
  END IF;
  IF was.key IS NULL THEN
    listed := offers_listed(NEW, document);
    -- One that is imported brings its past along; and whoever takes one out of the lists has it made anew by the next change.
    SELECT COALESCE(max(until), NEW.created_at) INTO listed.since FROM offers_listingpast WHERE item_id = NEW.key;
    INSERT INTO offers_listing SELECT listed.*;
    INSERT INTO offers_searchtext (item_key, part, text)
    VALUES (NEW.key, 'name', offers_searched_name(document)), (NEW.key, 'about', offers_searched_about(NEW.id, document)),
           (NEW.key, 'content', offers_searched_content(document))
    ON CONFLICT (item_key, part) DO UPDATE SET text = excluded.text;
    RETURN NULL;
  END IF;
  listed := CASE WHEN offers_naming(document) IS NOT DISTINCT FROM offers_naming(before)
                 THEN offers_listed(NEW, document, was) ELSE offers_listed(NEW, document) END;
  listed.since := was.since;
  IF ({", ".join(f"listed.{name}" for name in SHOWN)}, listed.deleted_at IS NULL)
     IS DISTINCT FROM ({", ".join(f"was.{name}" for name in SHOWN)}, was.deleted_at IS NULL) THEN
    listed.since := NEW.modified_at;
    INSERT INTO offers_listingpast (item_id, sandbox_id, kind, {", ".join(SHOWN)}, deleted, since, until)
    VALUES (was.key, was.sandbox_id, was.kind, {", ".join(f"was.{name}" for name in SHOWN)},
            was.deleted_at IS NOT NULL, was.since, listed.since);
  END IF;
  UPDATE offers_listing SET {", ".join(f"{name} = listed.{name}" for name in (*SHOWN, *STAMPS, "since"))}
   WHERE key = NEW.key;
  IF document -> 'name' IS DISTINCT FROM before -> 'name' THEN
    UPDATE offers_searchtext SET text = offers_searched_name(document) WHERE item_key = NEW.key AND part = 'name';
  END IF;
  IF document -> 'description' IS DISTINCT FROM before -> 'description' THEN
    UPDATE offers_searchtext SET text = offers_searched_about(NEW.id, document) WHERE item_key = NEW.key AND part = 'about';
  END IF;
  IF document -> 'representations' IS DISTINCT FROM before -> 'representations' THEN
    content := offers_searched_content(document);
    UPDATE offers_searchtext SET text = content WHERE item_key = NEW.key AND part = 'content' AND text <> content;
  END IF;
  RETURN NULL;
END
$$
"""
TRIGGER = """
CREATE TRIGGER item_listed AFTER INSERT OR UPDATE ON offers_libraryitem
FOR EACH ROW EXECUTE FUNCTION offers_list_item()
"""
# Only a table's owner may have an index put in order, which the role of the application is not.
TIDY_SEARCH = """
CREATE FUNCTION offers_tidy_search() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT gin_clean_pending_list('search_by_trigram'::regclass)
$$
"""
# Every change makes a new version of a row in these, more often than PostgreSQL expects of tables of their size. It finds room in the
# page of the one before: a page less to write, and of an item no new entry in any index.
ROOM = {
    "offers_libraryitem": "fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02",
    "offers_listing": "fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02",
    "offers_searchtext": "fillfactor = 90",
}


class Migration(migrations.Migration):
    dependencies = [("offers", "0003_append_only")]
    operations = [
        migrations.RunSQL(LISTED, "DROP FUNCTION offers_listed"),
        migrations.RunSQL(KEEP, "DROP FUNCTION offers_list_item"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER item_listed ON offers_libraryitem"),
        migrations.RunSQL(TIDY_SEARCH, "DROP FUNCTION offers_tidy_search"),
        *(
            migrations.RunSQL(f"ALTER TABLE {table} SET ({room})", f"ALTER TABLE {table} RESET (fillfactor)")
            for table, room in ROOM.items()
        ),
    ]
