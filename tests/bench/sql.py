"""The same edits in SQL alone, by pgbench: the product's own statements, caught from a PATCH, and the least that would do.

Names, priorities, dates, times, etags, patches, digests and salts vary as the product's do. An edit that lost a race wrote nothing; it is not counted.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from offeradmin.devdb_place import find_place, find_programs
from tests.bench.load import Sample
from tests.servers import PrivateDatabase

# Prints the statements of one PATCH as (sql, parameters): the first statements of a connection look up types.
CATCH = """
import django; django.setup()
import orjson, sys
import psycopg
from django.db import connection
from django.test import Client
caught = []
def catch(execute, sql, params, many, context):
    caught.append((sql, list(params or [])))
    return execute(sql, params, many, context)
offer = sys.argv[1]
headers = orjson.loads(sys.argv[2])
def patch(name):
    body = orjson.dumps([{"op": "replace", "path": "/name", "value": name}, {"op": "replace", "path": "/rank/priority", "value": 7}])
    return Client().generic("PATCH", f"/data/core/dps/offers/{offer}", body, "application/json", headers=headers)
assert patch("Before").status_code == 200
with connection.execute_wrapper(catch):
    assert patch("An offer of the benchmark").status_code == 200
read, write = caught
filling = psycopg.ClientCursor(connection.connection)
print(orjson.dumps([[sql, [filling.mogrify("%s", [value]) for value in params]] for sql, params in (read, write)]).decode())
"""
NEW = {
    "name": """jsonb_set(jsonb_set(:document::jsonb, '{name}', to_jsonb('Offer ' || :number::int || ', edit ' || :etag::int)),
               '{rank,priority}', to_jsonb(:priority::int))""",
    "dates": """jsonb_set(jsonb_set(:document::jsonb, '{selectionConstraint,startDate}', to_jsonb('202' || :priority::int % 10 || '-01-05T00:00:00.000Z')),
                '{selectionConstraint,endDate}', to_jsonb('203' || :priority::int % 9 || '-07-05T00:00:00.000Z'))""",
}
# In parentheses: they are given a type where they are used.
PATCH = {
    "name": """('[{"op":"replace","path":"/name","value":"Offer ' || :number::int || ', edit ' || :etag::int || '"},{"op":"replace","path":"/rank/priority","value":' || :priority::int || '}]')""",
    "dates": """('[{"op":"replace","path":"/selectionConstraint/startDate","value":"202' || :priority::int % 10 || '-01-05T00:00:00.000Z"},{"op":"replace","path":"/selectionConstraint/endDate","value":"203' || :priority::int % 9 || '-07-05T00:00:00.000Z"}]')""",
}
DIGEST = "encode(sha256(convert_to(:number::int || ' ' || :etag::int || ' ' || :priority::int, 'UTF8')), 'hex')"
SALT = "uuid_send(gen_random_uuid())"
BEGIN = r"\set number random(1, {count})" + "\n" + r"\set priority random(0, 1000)"
BARE_TABLES = """
DROP TABLE IF EXISTS bare_item, bare_revision;
CREATE TABLE bare_item (key bigint PRIMARY KEY, sandbox int, id text, document jsonb, etag int, modified_at timestamptz,
                        UNIQUE (sandbox, id));
CREATE TABLE bare_revision (item bigint, etag int, patch text, made_at timestamptz, PRIMARY KEY (item, etag));
INSERT INTO bare_item SELECT key, sandbox_id, id, document, etag, modified_at FROM offers_libraryitem;
"""
BARE = """
SELECT key, etag, document FROM bare_item WHERE sandbox = 1 AND id = (SELECT id FROM bench_offer WHERE number = :number::bigint) \\gset
WITH item AS (UPDATE bare_item SET document = {new}, etag = :etag::int + 1, modified_at = clock_timestamp()
               WHERE key = :key::bigint AND etag = :etag::int RETURNING key)
INSERT INTO bare_revision SELECT key, :etag::int + 1, {patch}, clock_timestamp() FROM item;
"""


def own(caught: list[list[object]], mix: str) -> str:
    """pgbench's script of the product's statements."""
    (read, read_values), (write, write_values) = caught
    values = [str(value) for value in write_values]  # type: ignore[attr-defined]
    columns = re.findall(r"(\w+) = %s", str(write).partition("WHERE")[0])
    names = {
        "document": NEW[mix],
        "etag": ":etag::int + 1",
        "digest": DIGEST,
        "patch": PATCH[mix],
        **dict.fromkeys(("modified_at", "created_at"), "clock_timestamp()"),
        **dict.fromkeys(("patch_salt", "document_salt", "label_salt", "note_salt"), SALT),
    }
    for number, column in enumerate(columns):
        values[number] = names.get(column, values[number])
    # Where the row is written: what it is found by, and that nothing was erased of it.
    values[len(columns) : len(columns) + 3] = [":key::bigint", ":etag::int", "0"]
    revision = re.findall(r"\w+", str(write).partition("(item_id, ")[2].partition(")")[0])
    for number, column in enumerate(revision, len(columns) + 3):
        values[number] = names.get(column, values[number])
    wanted = "(SELECT id FROM bench_offer WHERE number = :number::bigint)"
    asked = _filled(str(read), [str(read_values[0]), wanted])  # type: ignore[index]
    return f"{asked} \\gset\n{_filled(str(write), values)};"


def _filled(sql: str, values: list[str]) -> str:
    # A colon before a letter would be a variable to pgbench; in JSON a space may follow it.
    texts = [re.sub(":(?=[a-z])", ": ", value) if value.startswith("'") else value for value in values]
    return " ".join((sql.replace("%s", "{}").format(*texts)).split())


def pgbench(database: PrivateDatabase, script: str, clients: int, seconds: float) -> Sample:
    """What so many clients get in this time, edits that lost a race included."""
    programs = find_programs(find_place(database.local))
    program = programs / "pgbench"
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "edit.sql"
        path.write_text(script + "\n")
        done = subprocess.run(
            [
                *(str(program) if program.exists() else shutil.which("pgbench") or "pgbench", "-n", "-M", "prepared"),
                *("-c", str(clients), "-j", str(min(2, clients)), "-T", str(max(1, round(seconds)))),
                *("-l", "--log-prefix", f"{directory}/log", "-f", str(path), database.url),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LD_LIBRARY_PATH": str(programs.parent / "lib")},
        )
        assert done.returncode == 0, done.stderr
        times = sorted(
            int(line.split()[2]) / 1000
            for log in Path(directory).glob("log.*")
            for line in log.read_text().splitlines()
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, done.stdout
    return Sample(float(found[1]), len(times), times[len(times) // 2], times[int(len(times) * 0.99)], times[-1])
