"""Whether what guards history in the database is on and is what migrations made: triggers, functions, and how sessions begin.

Who owns the tables can switch a trigger off, drop it or give its function another body, and leave it so. What migrations say is
read out of the migrations themselves, so a guard that is new there is one here.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

from offers.models import reading

APP = "offers"
_FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?AS \$\$(.*?)\$\$", re.DOTALL)
_TRIGGER = re.compile(
    r"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER (?P<name>\w+)\s+(?P<when>BEFORE|AFTER) (?P<events>\w+(?:,? \w+)*?)\s+"
    r"ON (?:\w+\.)?(?P<table>\w+)\s(?P<between>(?:(?!EXECUTE|CREATE).)*)EXECUTE FUNCTION (?:\w+\.)?(?P<function>\w+)"
    r"\((?P<given>[^)]*)\)",
    re.DOTALL,
)
_DROPPED = re.compile(r"DROP (FUNCTION|TRIGGER) (?:IF EXISTS )?(\w+)(?: ON (\w+))?")


class Trigger(NamedTuple):
    """What a trigger does: when, on which events, by which function. What stands between has parentheses of PostgreSQL's own."""

    when: str
    events: frozenset[str]
    between: str
    function: str
    given: str


class _Guards(NamedTuple):
    functions: dict[str, str]
    # By table and name.
    triggers: dict[tuple[str, str], Trigger]


_OURS = r"""relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'offers_revision'::regclass) AND relname LIKE 'offers\_%%'"""
_TRIGGERS = f"""
SELECT relname, tgname, tgenabled IN ('O', 'A'), tgisinternal, pg_get_triggerdef(pg_trigger.oid)
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE {_OURS} ORDER BY relname, tgname
"""
_FUNCTIONS = r"""
SELECT proname, prosrc FROM pg_proc
 WHERE pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'offers_revision'::regclass) AND proname LIKE 'offers\_%%'
"""
# What makes others do something else, or nothing, without touching a trigger of ours. Extensions bring event triggers of their own.
_AROUND = f"""
SELECT 'the rule ' || rulename || ' of ' || relname || ' is none that a migration made'
  FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class WHERE {_OURS} AND relkind IN ('r', 'p')
UNION ALL
SELECT 'the event trigger ' || evtname || ' is none that a migration made'
  FROM pg_event_trigger WHERE NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = 'pg_event_trigger'::regclass AND objid = pg_event_trigger.oid AND deptype = 'e')
UNION ALL
SELECT 'sessions of ' || COALESCE((SELECT 'the role ' || rolname FROM pg_roles WHERE pg_roles.oid = setrole), 'everybody')
       || ' begin with triggers off: ' || setting
  FROM pg_db_role_setting CROSS JOIN unnest(setconfig) AS setting
 WHERE setting LIKE 'session_replication_role=%%' AND setting NOT LIKE '%%=origin'
   AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
UNION ALL
SELECT 'sessions begin with triggers off: session_replication_role=' || current_setting('session_replication_role')
 WHERE current_setting('session_replication_role') <> 'origin'
"""


def problems() -> Iterator[str]:
    """Where the database's guards are not those that migrations made, in words."""
    said = _said()
    yield from _triggers_apart(said.triggers)
    functions = reading.rows(_FUNCTIONS, [])
    for name, body in functions:
        if name not in said.functions:
            yield f"the function {name} is none that a migration made"
        elif body != said.functions[name]:
            yield f"the function {name} is another one than migrations made"
    yield from (f"the function {name} is gone" for name in sorted(said.functions.keys() - dict(functions).keys()))
    yield from (message for (message,) in reading.rows(_AROUND, []))


def _triggers_apart(said: dict[tuple[str, str], Trigger]) -> Iterator[str]:
    found = set()
    for table, name, is_on, is_internal, definition in reading.rows(_TRIGGERS, []):
        found.add((table, name))
        what = f"the trigger {name} of {table}"
        if not is_on:
            yield f"{what} is switched off"
        if is_internal:
            continue
        if (table, name) not in said:
            yield f"{what} is none that a migration made"
        elif not _are_one(said[table, name], _trigger(definition)):
            yield f"{what} is another one than migrations made"
    yield from (f"the trigger {name} of {table} is gone" for table, name in sorted(said.keys() - found))


def _are_one(said: Trigger, found: Trigger | None) -> bool:
    """PostgreSQL prints a condition in its own way: of that only its presence is compared."""
    return found is not None and (
        said._replace(between=_spaced(said.between)) == found._replace(between=_spaced(found.between))
    )


def _spaced(between: str) -> str:
    level, is_when, _condition = " ".join(between.split()).partition(" WHEN")
    return level + is_when


def _trigger(text: str) -> Trigger | None:
    found = _TRIGGER.search(text)
    return _made(found) if found else None


def _made(found: "re.Match[str]") -> Trigger:
    events = frozenset(" ".join(one.split()) for one in found["events"].split(" OR "))
    # PostgreSQL prints every argument as a text.
    return Trigger(found["when"], events, found["between"], found["function"], found["given"].replace("'", ""))


def _said() -> _Guards:
    """What is left of all that migrations make and drop, in their order."""
    guards = _Guards({}, {})
    for statement in _statements():
        for kind, name, table in _DROPPED.findall(statement):
            if kind == "FUNCTION":
                guards.functions.pop(name, None)
            else:
                guards.triggers.pop((table, name), None)
        guards.functions.update(_FUNCTION.findall(statement))
        for found in _TRIGGER.finditer(statement):
            guards.triggers[found["table"], found["name"]] = _made(found)
    return guards


def _statements() -> Iterator[str]:
    loader = MigrationLoader(None)
    ((_app, last),) = loader.graph.leaf_nodes(APP)
    for app, name in loader.graph.forwards_plan((APP, last)):
        if app == APP:
            for operation in loader.disk_migrations[app, name].operations:
                if isinstance(operation, RunSQL):
                    yield from _texts(operation.sql)


def _texts(sql: Any) -> Iterator[str]:
    yield from [sql] if isinstance(sql, str) else (one if isinstance(one, str) else one[0] for one in sql)
