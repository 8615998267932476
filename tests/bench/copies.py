"""The statements that make a small library a large one (tests/bench/million.py), in their order; `bench` holds what they make on the way."""

ASKED = """
DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench;
CREATE UNLOGGED TABLE bench.asked AS
SELECT sandbox.id AS sandbox, {offers}::bigint AS offers, {revisions}::bigint AS revisions,
       (SELECT max(modified_at) FROM offers_libraryitem) AS now, (SELECT max(key) FROM offers_libraryitem) AS last_item,
       (SELECT max(key) FROM offers_revision) AS last_made, (SELECT count(*) FROM offers_revision) AS made,
       (SELECT count(*) FROM offers_libraryitem WHERE sandbox_id = sandbox.id AND kind LIKE '%-offer') AS items
  FROM offers_sandbox AS sandbox WHERE name = 'prod';
-- A number from 0 to 1 that is always the same for these two.
CREATE FUNCTION bench.part(one bigint, other bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT ((hashint8extended(one, other) >> 11) & 1048575) / 1048576.0 $$;
CREATE FUNCTION bench.later(ends text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT to_char((offers_instant(ends) + interval '7 days') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"') $$;
CREATE FUNCTION bench.digest(item bigint, etag int) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT sha256(int8send(item) || int4send(etag)) $$;
"""
# What copies are made of, and who and what their edits are drawn from.
SAMPLE = """
CREATE UNLOGGED TABLE bench.sample AS
SELECT item.key, item.etag, item.created_at, item.modified_at, listing.since, offers_priority(document)::int AS priority,
       document #>> '{selectionConstraint,endDate}' AS ends, document ->> 'description' AS description,
       document ->> 'status' AS status, document
  FROM offers_libraryitem AS item JOIN offers_listing AS listing USING (key)
 WHERE item.sandbox_id = (SELECT sandbox FROM bench.asked) AND item.kind = 'personalized-offer' AND item.deleted_at IS NULL
   AND document ? 'description' AND offers_priority(document) IS NOT NULL
   AND document #>> '{selectionConstraint,endDate}' IS NOT NULL;
CREATE UNLOGGED TABLE bench.author AS
SELECT row_number() OVER () - 1 AS number, author.*,
       CASE WHEN client_id <> '' THEN 'client-' || client_id WHEN actor_id IS NULL THEN 'name-' || actor_label
            ELSE 'user-' || actor_id END AS key
  FROM (SELECT actor_id, actor_label, client_id, source FROM offers_revision
         WHERE sandbox_id = (SELECT sandbox FROM bench.asked) AND source IN ('form', 'api') ORDER BY md5(key::text) LIMIT 200) AS author;
CREATE UNLOGGED TABLE bench.note AS
SELECT row_number() OVER () - 1 AS number, text FROM (
  SELECT note AS text FROM offers_revision WHERE note <> '' GROUP BY note ORDER BY md5(note) LIMIT 200) AS noted;
CREATE UNLOGGED TABLE bench.approval AS
SELECT row_number() OVER (PARTITION BY bypass) - 1 AS number, bypass, request, approved_by, refers_to FROM (
  SELECT DISTINCT ON (request) request, approved_by, entry.bypass, refers_to
    FROM offers_logentry AS entry JOIN offers_revision AS made ON made.key = entry.row
   WHERE entry.event = 2 AND request IS NOT NULL AND entry.sandbox_id = (SELECT sandbox FROM bench.asked)) AS found;
CREATE UNLOGGED TABLE bench.logged AS SELECT * FROM offers_logentry WHERE sandbox_id = (SELECT sandbox FROM bench.asked);
ANALYZE bench.sample;
"""
# Each copy: when it was made, and how many pairs of edits it has besides; one of ten thousand has a long history.
COPIED = """
CREATE UNLOGGED TABLE bench.copied AS
WITH copies AS (
  SELECT key AS base, bench.part(key, copy) * interval '20 days' + interval '1 hour' AS earlier, created_at, modified_at, etag, copy
    FROM bench.sample CROSS JOIN generate_series(1, 1 + (SELECT offers FROM bench.asked) / (SELECT count(*) FROM bench.sample)) AS copy
   ORDER BY copy, key LIMIT (SELECT offers - items FROM bench.asked)),
more AS (
  SELECT ((SELECT revisions - made FROM bench.asked) - sum(etag)) / 2.0 / count(*) AS pairs FROM copies),
numbered AS (
  SELECT *, (SELECT last_item FROM bench.asked) + row_number() OVER (ORDER BY created_at - earlier, base, copy) AS key FROM copies)
SELECT key, base, earlier, modified_at - earlier AS modified_at, etag,
       substr(encode(sha256(convert_to(base || '/' || copy, 'UTF8')), 'hex'), 1, 24) AS id,
       GREATEST(0, CASE WHEN bench.part(key, 1) < 0.0001 THEN 250
                        ELSE round(((SELECT pairs FROM more) - 0.025) * 2 * bench.part(key, 2)::numeric) END)::int AS pairs
  FROM numbered;
ANALYZE bench.copied;
"""
# The edits besides, in the order of each offer. `listed`: when lists last saw a difference before.
MADE = """
CREATE UNLOGGED TABLE bench.made AS
SELECT *, max(at) FILTER (WHERE field <> 'description')
            OVER (PARTITION BY item ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS listed
  FROM (
    SELECT key AS item, base, etag + n AS etag, n, 2 * pairs = n AS is_last, earlier,
           modified_at + ((SELECT now FROM bench.asked) - modified_at) * ((n - 0.9 + 0.8 * bench.part(key, n)) / (2 * pairs)) AS at,
           CASE WHEN kind.part < 0.45 THEN 'priority' WHEN kind.part < 0.65 THEN 'ends' WHEN kind.part < 0.9 THEN 'description'
                ELSE 'status' END AS field,
           floor(bench.part(key, 10000 + n) * (SELECT count(*) FROM bench.author))::int AS author,
           CASE WHEN bench.part(key, 20000 + n) < 0.15
                THEN floor(bench.part(key, 30000 + n) * (SELECT count(*) FROM bench.note))::int END AS note,
           CASE WHEN said.part < 0.05 THEN floor(bench.part(key, 50000 + n) * (SELECT count(*) FROM bench.approval WHERE NOT bypass))::int
                WHEN said.part < 0.052 THEN floor(bench.part(key, 50000 + n) * (SELECT count(*) FROM bench.approval WHERE bypass))::int
           END AS approval, said.part >= 0.05 AS bypass
      FROM bench.copied CROSS JOIN generate_series(1, 2 * pairs) AS n
           CROSS JOIN LATERAL (SELECT bench.part(key, 60000 + (n + 1) / 2) AS part) AS kind
           CROSS JOIN LATERAL (SELECT bench.part(key, 40000 + n) AS part) AS said) AS made;
ANALYZE bench.made;
"""
# Everything that the log is to have, in its order.
ENTRIES = """
CREATE UNLOGGED TABLE bench.entry AS
SELECT row_number() OVER (ORDER BY at, logged, item, etag) - 1 AS index, found.* FROM (
  SELECT item, base, etag, at, n, field, listed, author, note, approval, bypass, earlier, NULL::bigint AS copied, NULL::bigint AS logged
    FROM bench.made
  UNION ALL
  SELECT copied.key, base, made.etag, made.created_at - earlier, NULL, NULL, NULL, NULL, NULL, NULL, NULL, earlier, made.key, NULL
    FROM bench.copied JOIN offers_revision AS made ON made.item_id = copied.base
  UNION ALL
  SELECT NULL, NULL, NULL, created_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, index FROM bench.logged) AS found;
ANALYZE bench.entry;
"""
ITEMS = """
INSERT INTO offers_libraryitem (key, sandbox_id, kind, id, document, etag, digest, created_at, created_by, created_by_client,
                                modified_at, modified_by, modified_by_client, modified_by_key, last_erasure)
SELECT copied.key, item.sandbox_id, item.kind, copied.id, item.document, COALESCE(last.etag, copied.etag),
       encode(bench.digest(copied.key, COALESCE(last.etag, copied.etag)), 'hex'), item.created_at - copied.earlier, item.created_by,
       item.created_by_client, COALESCE(last.at, copied.modified_at), COALESCE(author.actor_label, item.modified_by),
       COALESCE(author.client_id, item.modified_by_client), COALESCE(author.key, item.modified_by_key), 0
  FROM bench.copied JOIN offers_libraryitem AS item ON item.key = copied.base
       LEFT JOIN bench.made AS last ON last.item = copied.key AND last.is_last
       LEFT JOIN bench.author ON author.number = last.author
 ORDER BY copied.key
"""
LISTINGS = """
INSERT INTO offers_listing (key, sandbox_id, kind, id, name, status, starts_at, ends_at, priority, "references", channels, since,
                            created_at, modified_at, modified_by, modified_by_key)
SELECT copied.key, listing.sandbox_id, listing.kind, copied.id, name, status, starts_at, ends_at, priority, "references", channels,
       CASE WHEN last.field <> 'description' THEN last.at ELSE COALESCE(last.listed, listing.since - copied.earlier) END,
       created_at - copied.earlier, COALESCE(last.at, copied.modified_at), COALESCE(author.actor_label, modified_by),
       COALESCE(author.key, modified_by_key)
  FROM bench.copied JOIN offers_listing AS listing ON listing.key = copied.base
       LEFT JOIN bench.made AS last ON last.item = copied.key AND last.is_last
       LEFT JOIN bench.author ON author.number = last.author
 ORDER BY copied.key
"""
TEXTS = """
INSERT INTO offers_searchtext (item_key, part, text)
SELECT copied.key, part, CASE part WHEN 'about' THEN copied.id || substr(text, length(item.id) + 1) ELSE text END
  FROM bench.copied JOIN offers_libraryitem AS item ON item.key = copied.base JOIN offers_searchtext AS found ON item_key = item.key
"""
# What an edit of a field puts there: another value, and the one after it the value that there was.
VALUE = """CASE field
  WHEN 'priority' THEN (CASE n % 2 WHEN 1 THEN (priority + 1 + floor(bench.part(item, n) * 50)::int) % 100 ELSE priority END)::text
  WHEN 'ends' THEN to_json(CASE n % 2 WHEN 1 THEN bench.later(ends) ELSE ends END)::text
  WHEN 'description' THEN to_json(CASE n % 2 WHEN 1 THEN description || ' Reviewed.' ELSE description END)::text
  WHEN 'status' THEN to_json({status})::text END"""
STATUS = (
    "CASE n % 2 WHEN 1 THEN (CASE sample.status WHEN 'draft' THEN 'approved' ELSE 'draft' END) ELSE sample.status END"
)
POINTER = (
    "CASE field WHEN 'priority' THEN 'rank/priority' WHEN 'ends' THEN 'selectionConstraint/endDate' ELSE field END"
)
DOOR = """CASE WHEN approval.request IS NOT NULL THEN 'review'
               WHEN n % 2 = 0 AND author.client_id = '' AND bench.part(item, 70000 + n) < 0.2 THEN 'undo' ELSE author.source END"""
DRAWN = """
  FROM bench.entry JOIN bench.sample ON sample.key = entry.base
       LEFT JOIN bench.author ON author.number = entry.author
       LEFT JOIN bench.approval ON approval.number = entry.approval AND approval.bypass = entry.bypass
"""
REVISIONS = f"""
INSERT INTO offers_revision (key, item_id, sandbox_id, etag, patch, actor_id, actor_label, client_id, source, refers_to, note,
                             request_id, created_at, digest, snapshot, patch_salt, document_salt, label_salt, note_salt)
SELECT (SELECT last_made + 1 FROM bench.asked) + entry.index, item, (SELECT sandbox FROM bench.asked), entry.etag,
       COALESCE(was.patch, '[{{"op":"replace","path":"/' || {POINTER} || '","value":' || {VALUE.format(status=STATUS)} || '}}]'),
       COALESCE(was.actor_id, author.actor_id), COALESCE(was.actor_label, author.actor_label),
       COALESCE(was.client_id, author.client_id), COALESCE(was.source, {DOOR}),
       COALESCE(was.refers_to, approval.refers_to, CASE WHEN {DOOR} = 'undo' THEN jsonb_build_object('undoes', entry.etag - 1)
                                                        ELSE '{{}}' END),
       COALESCE(was.note, note.text, ''), COALESCE(was.request_id, ''), at, encode(hash, 'hex'),
       CASE WHEN entry.etag % 50 = 0 AND was.key IS NULL
            THEN jsonb_set(document, string_to_array({POINTER}, '/'), ({VALUE.format(status=STATUS)})::jsonb)::text
            ELSE was.snapshot END,
       substr(hash, 1, 16), substr(hash, 2, 16), substr(hash, 3, 16), substr(hash, 4, 16)
{DRAWN}
       LEFT JOIN bench.note ON note.number = entry.note
       LEFT JOIN offers_revision AS was ON was.key = entry.copied
       CROSS JOIN LATERAL bench.digest(item, entry.etag) AS hash
"""
PAST = """
INSERT INTO offers_listingpast (item_id, sandbox_id, kind, name, status, starts_at, ends_at, priority, "references", channels, deleted,
                                since, until)
"""
COPIED_PAST = f"""{PAST}
SELECT copied.key, sandbox_id, kind, name, status, starts_at, ends_at, priority, "references", channels, deleted, since - earlier,
       until - earlier
  FROM bench.copied JOIN offers_listingpast AS past ON past.item_id = copied.base ORDER BY until - earlier
"""
MADE_PAST = f"""{PAST}
SELECT item, sandbox_id, kind, name,
       CASE WHEN field = 'status' AND n % 2 = 0 THEN CASE sample.status WHEN 'draft' THEN 'approved' ELSE 'draft' END
            ELSE listing.status END,
       starts_at, CASE WHEN field = 'ends' AND n % 2 = 0 THEN ends_at + interval '7 days' ELSE ends_at END,
       CASE WHEN field = 'priority' AND n % 2 = 0 THEN (listing.priority + 1 + floor(bench.part(item, n - 1) * 50)::int) % 100
            ELSE listing.priority END,
       "references", channels, false, COALESCE(listed, listing.since - earlier), at
  FROM bench.entry JOIN bench.sample ON sample.key = entry.base JOIN offers_listing AS listing ON listing.key = entry.base
 WHERE field <> 'description'
"""
LOG = f"""
DELETE FROM offers_logentry WHERE sandbox_id = (SELECT sandbox FROM bench.asked);
INSERT INTO offers_logentry (sandbox_id, index, event, row, leaf_hash, created_at, actor_key, door, what, item_id, kind, fields, status,
                             request, bypass, approved_by)
SELECT sandbox_id, entry.index, event, row, leaf_hash, created_at, actor_key, door, what, item_id, kind, fields, status, request,
       logged.bypass, approved_by
  FROM bench.entry JOIN bench.logged ON logged.index = entry.logged
 UNION ALL
SELECT (SELECT sandbox FROM bench.asked), entry.index, 2, (SELECT last_made + 1 FROM bench.asked) + entry.index,
       bench.digest(item, entry.etag), at, COALESCE(was.actor_key, author.key), COALESCE(was.door, {DOOR}), '', item,
       'personalized-offer',
       COALESCE(was.fields, CASE field WHEN 'priority' THEN ARRAY['rank', 'rank/priority']
                                       WHEN 'ends' THEN ARRAY['selectionConstraint', 'selectionConstraint/endDate'] ELSE ARRAY[field] END),
       COALESCE(was.status, CASE field WHEN 'status' THEN {STATUS} ELSE '' END), COALESCE(was.request, approval.request),
       COALESCE(was.bypass, approval.bypass, false), COALESCE(was.approved_by, approval.approved_by, '{{}}')
{DRAWN}
       LEFT JOIN bench.logged AS was ON was.event = 2 AND was.row = entry.copied
"""
NUMBERED = """
SELECT setval(pg_get_serial_sequence('offers_libraryitem', 'key'), (SELECT max(key) FROM offers_libraryitem)),
       setval(pg_get_serial_sequence('offers_revision', 'key'), (SELECT max(key) FROM offers_revision))
"""
# What was stored is in the log, so the sequencer goes on after it.
LOGGED = """
UPDATE offers_loghead SET size = (SELECT max(index) + 1 FROM bench.entry), xid = pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1,
                          event = 4, row = 9223372036854775807
 WHERE sandbox_id = (SELECT sandbox FROM bench.asked)
"""
FORGOTTEN = """
DELETE FROM offers_logday WHERE sandbox_id = (SELECT sandbox FROM bench.asked);
DELETE FROM offers_lognote WHERE sandbox_id = (SELECT sandbox FROM bench.asked);
DELETE FROM offers_logtile WHERE sandbox_id = (SELECT sandbox FROM bench.asked)
"""
# Indexes and keys are made once, at the end; those that other tables refer to stay. What a table refers to is looked at last.
TAKEN_DOWN = """
CREATE UNLOGGED TABLE bench.kept AS
SELECT relid::regclass::text AS name, CASE contype WHEN 'f' THEN 2 ELSE 0 END AS turn,
       format('ALTER TABLE %s DROP CONSTRAINT %I', relid::regclass, conname) AS gone,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', relid::regclass, conname, pg_get_constraintdef(oid)) AS made
  FROM (SELECT *, conrelid AS relid FROM pg_constraint) AS kept
 WHERE relid = ANY('{tables}'::regclass[]) AND contype IN ('p', 'u', 'f')
   AND (contype = 'f' OR NOT EXISTS (SELECT FROM pg_constraint AS other WHERE other.contype = 'f' AND other.conindid = kept.conindid))
 UNION ALL
SELECT indrelid::regclass::text, 1, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index WHERE indrelid = ANY('{tables}'::regclass[])
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'));
SET CONSTRAINTS ALL IMMEDIATE;
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT format('ALTER TABLE %s DISABLE TRIGGER USER', name) FROM unnest('{tables}'::regclass[]) AS name
   UNION ALL (SELECT gone FROM bench.kept ORDER BY turn DESC) LOOP EXECUTE one; END LOOP;
END $$
"""
PUT_UP = """
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT made FROM bench.kept WHERE name = 'offers_{name}' AND turn < 2 ORDER BY turn LOOP EXECUTE one; END LOOP;
END $$
"""
REFERRING = """
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT made FROM bench.kept WHERE turn = 2 UNION ALL
             SELECT format('ALTER TABLE %s ENABLE TRIGGER USER', name) FROM unnest('{tables}'::regclass[]) AS name
  LOOP EXECUTE one; END LOOP;
END $$
"""
