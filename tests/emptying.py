"""How the test database becomes empty again after tests whose transactions are their own."""

import functools

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

# What `migrate` stored itself: Django's command would empty these, too, and fill them again, a quarter of a second each time.
KEPT = {"django_content_type", "auth_permission"}
# Django does not manage those of the queue.
QUEUE = ["procrastinate_jobs", "procrastinate_workers"]

# It waits for whoever is still writing, as a TRUNCATE would, but leaves alone what has no rows: new files for fifty tables and
# their indexes take a tenth of a second. History refuses to be deleted, as it should, so its triggers are off meanwhile.
EMPTY = """
DO $$
DECLARE
  name text;
  found boolean;
  filled text[] := '{{}}';
BEGIN
  LOCK TABLE {locked};
  FOREACH name IN ARRAY ARRAY[{names}] LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO found;
    IF found THEN
      EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', name);
      EXECUTE format('DELETE FROM %I', name);
      filled := filled || name;
    END IF;
  END LOOP;
  SET CONSTRAINTS ALL IMMEDIATE;
  FOREACH name IN ARRAY filled LOOP
    EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', name);
  END LOOP;
END
$$
"""


def empty() -> None:
    """Delete every row of the test database, whoever wrote it, but what `migrate` stored."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        while True:
            try:
                cursor.execute(_statement())
                return
            except OperationalError as error:
                # Somebody's last request was waiting for us as we for them: they go on, and then it is our turn.
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise


@functools.cache
def _statement() -> str:
    managed = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [*sorted(set(managed) - KEPT), *QUEUE]
    return EMPTY.format(
        locked=", ".join(connection.ops.quote_name(name) for name in tables),
        names=", ".join(f"'{name}'" for name in tables),
    )
