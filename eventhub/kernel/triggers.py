"""
Rows that never change again, or whose change is told, held by triggers on both databases.

Five kinds of guard:

- `AppendOnly`: rows are written once; UPDATE and DELETE are refused.
- `Words`: rows stay, and the listed columns of them as they were written.
- `Frozen`: a row whose state is one of `frozen` refuses DELETE and every
  UPDATE but the listed change of its state alone.
- `FrozenParts`: rows belong to a frozen row; INSERT, UPDATE and DELETE are
  refused as long as that row is frozen.
- `Tells`: a new row, or a change of one of `columns`, leaves a row for gates in
  `gate_change`, whoever wrote it; its `seq` is counted as that model says.

A refusal is an IntegrityError on both databases. Migrations carry the SQL as
text, so that an old migration never depends on this file; a test compares what
a migrated database has with what stands here. A batch change of a SQLite table
makes the table anew and loses its triggers: such a migration ends with
`create()` of that table's guards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, assert_never

from sqlalchemy import Connection, MetaData

POSTGRESQL_REFUSE: Final = (
    "CREATE FUNCTION eventhub_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation', "
    "CONSTRAINT = TG_NAME; END $$"
)


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """Rows of `table` are written once and stay."""

    table: str


@dataclass(frozen=True, slots=True)
class Words:
    """Rows of `table` stay, and their `columns` as they were written."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A row of `table` whose `column` is in `frozen` stays; only `leave` may happen to it."""

    table: str
    column: str
    frozen: tuple[str, ...]
    leave: tuple[str, str]  # the one allowed change of `column`, old value and new value


@dataclass(frozen=True, slots=True)
class FrozenParts:
    """Rows of `table` stay as they are while the row that `key` names is frozen."""

    table: str
    key: str
    whole: Frozen


@dataclass(frozen=True, slots=True)
class Tells:
    """Gates hear of every new row of `table` and of changes of `columns`."""

    table: str
    columns: tuple[str, ...]


Guard = AppendOnly | Words | Frozen | FrozenParts | Tells

_SCHEDULE: Final = Frozen(
    table="schedule",
    column="state",
    frozen=("released", "archived"),
    leave=("released", "archived"),
)
_REPORT: Final = Frozen(
    table="report",
    column="status",
    frozen=("published", "superseded"),
    leave=("published", "superseded"),
)
GUARDS: Final[tuple[Guard, ...]] = (
    AppendOnly("scan"),
    AppendOnly("consent"),
    Words("consent_text", ("event_id", "purpose", "version", "title", "text", "sha256")),
    AppendOnly("audit_entry"),
    AppendOnly("waitlist_log"),
    AppendOnly("seat_log"),
    AppendOnly("live_status"),
    AppendOnly("metric_def"),
    _SCHEDULE,
    FrozenParts(table="slot", key="schedule_id", whole=_SCHEDULE),
    _REPORT,
    FrozenParts(table="gross_part", key="report_id", whole=_REPORT),
    FrozenParts(table="gross_exclusion", key="report_id", whole=_REPORT),
    Tells("ticket", ("idhash", "ticket_type_id", "window_no", "rev", "party", "status")),
)


def guards(metadata: MetaData) -> list[Guard]:
    """Return the guards whose tables `metadata` holds."""
    return [guard for guard in GUARDS if guard.table in metadata.tables]


def names(metadata: MetaData, dialect: str) -> set[str]:
    """Return the names of all triggers that a database of `metadata` has."""
    return {sql.split()[2] for sql in create(metadata, dialect) if sql.startswith("CREATE TRIGGER")}


def create(metadata: MetaData, dialect: str) -> list[str]:
    """
    Return the statements that add the triggers, in order.

    Args:
        metadata: Tables; guards of other tables are left out.

        dialect: `sqlite` or `postgresql`.
    """
    found = guards(metadata)
    if dialect == "sqlite":
        return [sql for guard in found for sql in _sqlite(guard, metadata)]
    return [POSTGRESQL_REFUSE, *(sql for guard in found for sql in _postgresql(guard))]


def drop(metadata: MetaData, dialect: str) -> list[str]:
    """Return the statements that take the triggers away again, in order."""
    made = create(metadata, dialect)
    triggers = [sql.split() for sql in made if sql.startswith("CREATE TRIGGER")]
    if dialect == "sqlite":
        return [f"DROP TRIGGER {words[2]}" for words in reversed(triggers)]
    functions = [sql.split()[2] for sql in made if sql.startswith("CREATE FUNCTION")]
    tables = [words[words.index("ON") + 1] for words in triggers]
    pairs = zip(triggers, tables, strict=True)
    return [
        *(f"DROP TRIGGER {words[2]} ON {table}" for words, table in reversed(list(pairs))),
        *(f"DROP FUNCTION {name}" for name in reversed(functions)),
    ]


def install(connection: Connection, metadata: MetaData) -> None:
    """Add the triggers to tables that `metadata.create_all` has just made."""
    for sql in create(metadata, connection.dialect.name):
        connection.exec_driver_sql(sql)


def _sqlite(guard: Guard, metadata: MetaData) -> Iterable[str]:
    match guard:
        case AppendOnly(table):
            for operation in ("UPDATE", "DELETE"):
                yield _sqlite_trigger(table, operation, f"{table} is append-only")
        case Words(table, columns):
            text = f"words of {table} stay"
            yield _sqlite_trigger(table, f"UPDATE OF {', '.join(columns)}", text, _reworded(guard))
            yield _sqlite_trigger(table, "DELETE", text)
        case Frozen(table, column, _, leave):
            text = f"{table} is {leave[0]} and stays as it is"
            others = ", ".join(c.name for c in metadata.tables[table].columns if c.name != column)
            frozen = f"OLD.{column} IN {_values(guard.frozen)}"
            leaving = f"OLD.{column} = '{leave[0]}' AND NEW.{column} = '{leave[1]}'"
            yield _sqlite_trigger(table, f"UPDATE OF {others}", text, frozen)
            yield _sqlite_trigger(
                table, f"UPDATE OF {column}", text, f"{frozen} AND NOT ({leaving})"
            )
            yield _sqlite_trigger(table, "DELETE", text, frozen)
        case FrozenParts(table, key, whole):
            text = f"{whole.table} of {table} is {whole.leave[0]} and stays as it is"
            rows = {
                "INSERT": f"NEW.{key}",
                "UPDATE": f"OLD.{key}, NEW.{key}",
                "DELETE": f"OLD.{key}",
            }
            for operation, ids in rows.items():
                yield _sqlite_trigger(table, operation, text, _parts_frozen(whole, ids))
        case Tells(table, columns):
            newest = "SELECT MAX(seq) FROM gate_change WHERE event_id = NEW.event_id"
            row = f"SELECT NEW.event_id, NEW.id, 'ticket', COALESCE(({newest}), 0) + 1"
            for operation in _told(columns):
                yield (
                    f"CREATE TRIGGER {_tell_name(table, operation)} AFTER {operation} ON {table} "
                    f"BEGIN INSERT INTO gate_change (event_id, ticket_id, kind, seq) {row}; END"
                )
        case _:
            assert_never(guard)


def _sqlite_trigger(table: str, operation: str, text: str, when: str = "") -> str:
    name = _name(table, operation)
    condition = f" WHEN {when}" if when else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {operation} ON {table}{condition} "
        f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
    )


def _postgresql(guard: Guard) -> Iterable[str]:
    match guard:
        case AppendOnly(table):
            for operation in ("UPDATE", "DELETE"):
                yield _postgresql_trigger(table, operation, f"{table} is append-only")
        case Words(table):
            text = f"words of {table} stay"
            yield _postgresql_trigger(table, "UPDATE", text, _reworded(guard, as_text=True))
            yield _postgresql_trigger(table, "DELETE", text)
        case Frozen(table, column, _, leave):
            text = f"{table} is {leave[0]} and stays as it is"
            frozen = f"OLD.{column} IN {_values(guard.frozen)}"
            same = f"to_jsonb(OLD) - '{column}' = to_jsonb(NEW) - '{column}'"
            leaving = f"OLD.{column} = '{leave[0]}' AND NEW.{column} = '{leave[1]}' AND {same}"
            yield _postgresql_trigger(table, "UPDATE", text, f"{frozen} AND NOT ({leaving})")
            yield _postgresql_trigger(table, "DELETE", text, frozen)
        case FrozenParts(table, _, whole):
            yield _postgresql_parts_function(guard)
            for operation in ("INSERT", "UPDATE", "DELETE"):
                yield (
                    f"CREATE TRIGGER {_name(table, operation)} BEFORE {operation} ON {table} "
                    f"FOR EACH ROW EXECUTE FUNCTION {table}_of_frozen_{whole.table}()"
                )
        case Tells(table, columns):
            yield (
                f"CREATE FUNCTION {table}_tells_gates() "  # noqa: S608 - our own names
                "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "INSERT INTO gate_change (event_id, ticket_id, kind, seq) VALUES "
                "(NEW.event_id, NEW.id, 'ticket', "
                "CAST(CAST(pg_current_xact_id() AS text) AS bigint)); RETURN NULL; END $$"
            )
            for operation in _told(columns):
                yield (
                    f"CREATE TRIGGER {_tell_name(table, operation)} AFTER {operation} ON {table} "
                    f"FOR EACH ROW EXECUTE FUNCTION {table}_tells_gates()"
                )
        case _:
            assert_never(guard)


def _postgresql_trigger(table: str, operation: str, text: str, when: str = "") -> str:
    condition = f"WHEN ({when}) " if when else ""
    return (
        f"CREATE TRIGGER {_name(table, operation)} BEFORE {operation} ON {table} "
        f"FOR EACH ROW {condition}EXECUTE FUNCTION eventhub_refuse('{text}')"
    )


def _postgresql_parts_function(guard: FrozenParts) -> str:
    whole, key = guard.whole, guard.key
    text = f"{whole.table} of {guard.table} is {whole.leave[0]} and stays as it is"
    refuse = (
        f"RAISE EXCEPTION '{text}' USING ERRCODE = 'integrity_constraint_violation', "
        "CONSTRAINT = TG_NAME; END IF; "
    )
    return (
        f"CREATE FUNCTION {guard.table}_of_frozen_{whole.table}() RETURNS trigger "
        "LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'INSERT' THEN IF {_parts_frozen(whole, f'OLD.{key}')} THEN {refuse}END IF; "
        f"IF TG_OP <> 'DELETE' THEN IF {_parts_frozen(whole, f'NEW.{key}')} THEN {refuse}"
        "RETURN NEW; END IF; RETURN OLD; END $$"
    )


def _parts_frozen(whole: Frozen, ids: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {whole.table} WHERE id IN ({ids}) "  # noqa: S608 - our own names
        f"AND {whole.column} IN {_values(whole.frozen)})"
    )


def _reworded(guard: Words, *, as_text: bool = False) -> str:
    """Return the condition that one of the columns is another; JSON of PostgreSQL by its text."""
    cast = "::text" if as_text else ""
    unlike = "IS DISTINCT FROM" if as_text else "IS NOT"
    return " OR ".join(f"OLD.{one}{cast} {unlike} NEW.{one}{cast}" for one in guard.columns)


def _told(columns: tuple[str, ...]) -> tuple[str, str]:
    return "INSERT", f"UPDATE OF {', '.join(columns)}"


def _tell_name(table: str, operation: str) -> str:
    return f"tr_{table}_tells_{operation.split()[0].lower()}"


def _values(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def _name(table: str, operation: str) -> str:
    words = operation.split()
    suffix = {1: "", 3: f"_{words[-1]}"}.get(len(words), "_rest")
    return f"tr_{table}_no_{words[0].lower()}{suffix}"
