"""What PostgreSQL reads out of a document for lists and search (0004_listings.py)."""

from collections.abc import Iterable

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
# Where documents name other items, and channels.
NAMES_ITEMS = (
    "representations[*].placement",
    "tags[*]",
    "selectionConstraint.eligibilityRule",
    "ids[*]",
    "fallback",
    "criteria[*].placements[*]",
    "criteria[*].profileConstraint.eligibilityRule",
    "criteria[*].optionSelection.filter",
)
NAMES_CHANNELS = ("representations[*].channel", "channel")
# The texts at these places, each once.
TEXTS = """
CREATE FUNCTION {name}(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT COALESCE(array_agg(DISTINCT found #>> '{{}}'), '{{}}') FROM (
    {places}
  ) AS at(found) WHERE jsonb_typeof(found) = 'string'
$$
"""


def texts(name: str, places: Iterable[str]) -> str:
    found = "\n    UNION ALL ".join(f"SELECT jsonb_path_query(document, '$.{place}')" for place in places)
    return TEXTS.format(name=name, places=found)


REFERENCES = texts("offers_references", NAMES_ITEMS)
CHANNELS = texts("offers_channels", NAMES_CHANNELS)
# The parts of a document that these places are in: where none of them has changed, neither have references nor channels.
PARTS = dict.fromkeys(place.partition("[")[0].replace(".", ",") for place in (*NAMES_ITEMS, *NAMES_CHANNELS))
NAMING = f"""
CREATE FUNCTION offers_naming(document jsonb) RETURNS jsonb[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY[{", ".join(f"document #> '{{{part}}}'" for part in PARTS)}]
$$
"""
# A percent sign is searched as a letter, of which the index of trigrams knows (lists/filters.PER); a letter with an accent and a
# Hangul syllable as one character, however they were typed: what is copied on a Mac often comes in parts.
SEARCHED_NAME = """
CREATE FUNCTION offers_searched_name(document jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT translate(normalize(lower(COALESCE(document ->> 'name', ''))), '%', 'ꝑ')
$$
"""
SEARCHED_ABOUT = """
CREATE FUNCTION offers_searched_about(id text, document jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT translate(normalize(lower(id || ' ' || COALESCE(document ->> 'description', ''))), '%', 'ꝑ')
$$
"""
SEARCHED_CONTENT = """
CREATE FUNCTION offers_searched_content(document jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT translate(normalize(lower(COALESCE(string_agg(content #>> '{}', ' '), ''))), '%', 'ꝑ')
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
        *map(
            function, [INSTANT, PRIORITY, REFERENCES, CHANNELS, NAMING, SEARCHED_NAME, SEARCHED_ABOUT, SEARCHED_CONTENT]
        ),
    ]
