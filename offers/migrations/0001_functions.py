"""What PostgreSQL reads out of a document for lists and search (0004_listings.py)."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# Every date is checked to carry an offset before it is stored (document/validate.py), so that the cast depends on
# nothing but the text; that is what makes `immutable` true here.
INSTANT = """
CREATE FUNCTION offers_instant(value text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT value::timestamptz $$
"""
PRIORITY = """
CREATE FUNCTION offers_priority(document jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN jsonb_typeof(document #> '{rank,priority}') = 'number'
              THEN (document #>> '{rank,priority}')::numeric::bigint END
$$
"""
REFERENCES = """
CREATE FUNCTION offers_references(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT COALESCE(array_agg(DISTINCT id #>> '{}'), '{}') FROM (
    SELECT jsonb_path_query(document, '$.representations[*].placement')
    UNION ALL SELECT jsonb_path_query(document, '$.tags[*]')
    UNION ALL SELECT jsonb_path_query(document, '$.selectionConstraint.eligibilityRule')
    UNION ALL SELECT jsonb_path_query(document, '$.ids[*]')
    UNION ALL SELECT jsonb_path_query(document, '$.fallback')
    UNION ALL SELECT jsonb_path_query(document, '$.criteria[*].placements[*]')
    UNION ALL SELECT jsonb_path_query(document, '$.criteria[*].profileConstraint.eligibilityRule')
    UNION ALL SELECT jsonb_path_query(document, '$.criteria[*].optionSelection.filter')
  ) AS found(id) WHERE jsonb_typeof(id) = 'string'
$$
"""
CHANNELS = """
CREATE FUNCTION offers_channels(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT COALESCE(array_agg(DISTINCT channel #>> '{}'), '{}') FROM (
    SELECT jsonb_path_query(document, '$.representations[*].channel')
    UNION ALL SELECT jsonb_path_query(document, '$.channel')
  ) AS found(channel) WHERE jsonb_typeof(channel) = 'string'
$$
"""
SEARCHED_NAME = """
CREATE FUNCTION offers_searched_name(id text, document jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(id || ' ' || COALESCE(document ->> 'name', '') || ' ' || COALESCE(document ->> 'description', ''))
$$
"""
SEARCHED_CONTENT = """
CREATE FUNCTION offers_searched_content(document jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(COALESCE(string_agg(content #>> '{}', ' '), ''))
    FROM jsonb_path_query(document, '$.representations[*].components[*].content') AS content
$$
"""


def function(sql: str) -> migrations.RunSQL:
    name = sql.split("FUNCTION ", 1)[1].split("(", 1)[0]
    return migrations.RunSQL(sql, f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        TrigramExtension(),
        *map(function, [INSTANT, PRIORITY, REFERENCES, CHANNELS, SEARCHED_NAME, SEARCHED_CONTENT]),
    ]
