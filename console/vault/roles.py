"""What each role may read and write, held by the database connection itself.

Rooms get the connection wrapped: SQLite asks about every table and column of their statements
(sqlite3_set_authorizer), and says no whatever a screen or a rule above has forgotten. The vault's
own work does not pass here: it decides by keys and signatures, and copies whole files.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from console.errors import Refused
from console.language import _
from console.vault.database import driver
from console.vault.model import Role

KEYS = frozenset({"note_key", "day_key", "kit_note_key", "return_key"})
SEALED = frozenset({"note", "draft", "amendment", "contact", "return_code", "return_call"})
CALLS = frozenset({"call", "call_mention", "referral"})
CODES = frozenset({"code", "code_change", "code_merge", "card"})
PARTNERS = frozenset(
    {
        "organization", "service", "location", "service_at_location", "phone", "schedule",
        "language", "service_area", "required_document", "accessibility",
    }
)  # fmt: skip
FIGURES = frozenset(
    {
        "release", "release_file", "release_cell",
        "closing", "workstation", "absence", "bundle", "reported", "handed_over",
        "restatement",
    }
)  # fmt: skip
FOLDED = frozenset({"folded", "folded_referral"})
# Counts that nothing protects: of a single call they are its codes.
TRUE_COUNTS = frozenset({"reported", "folded", "release_cell"})

_HIDDEN: dict[Role, frozenset[str]] = {
    "operator": KEYS | TRUE_COUNTS,
    "coordinator": KEYS | SEALED,
    "it": KEYS | SEALED | CALLS | TRUE_COUNTS | {"folded_referral"},
}
"""Tables of which a role may read no column; where they are calls, the rows may be counted."""

_WRITES: dict[Role, frozenset[str]] = {
    # An import may bring codes of the site's own; a call may bring a service to be put right.
    "operator": SEALED | CALLS | {"call_batch", "debrief", "code", "code_change"},
    "coordinator": CODES | PARTNERS | FIGURES | FOLDED | {"shift", "debrief", "referral"},
    "it": frozenset(),
}
"""Tables that a role may write through a room; members, keys and the trail are the vault's."""

_DELETES: dict[Role, frozenset[str]] = {
    "operator": frozenset(),
    # Calls that are folded into counts take along what hangs on them.
    "coordinator": CALLS | SEALED | {"call_batch"},
    "it": frozenset(),
}
"""Tables of which a role may delete rows and no more."""

# Whoever logs in after a shift empties the instants of its calls; a restatement counts late calls
# in the month of their day.
_COARSENS = ("coordinator", 23, "call", "ended_at")
_RESTATES = ("coordinator", 23, "call", "period")

# What a row hangs on may be read in a statement that deletes: SQLite looks for it when a call goes.
_HANGS_ON = frozenset({"call", "return_code", "id"})
_DELETE, _INSERT, _READ, _SELECT, _TRANSACTION, _UPDATE = 9, 18, 20, 21, 22, 23
_FUNCTION, _SAVEPOINT, _RECURSIVE = 31, 32, 33
_ALWAYS = frozenset({_SELECT, _TRANSACTION, _SAVEPOINT, _RECURSIVE})
_FORBIDDEN = frozenset({"sqlcipher_export", "load_extension", "fts3_tokenizer"})
_OK, _DENY, _AUTH = 0, 1, 23
# Statements of rooms differ from the vault's own by this, so that none is taken from the cache
# of those that were prepared without being asked about.
_MARK = "\n/* of a room */"
# What comes back of deleted rows is read like any other column, so SQLite cannot tell it from what
# it looks up itself; no room needs it.
_RETURNING = "returning"


def allowed(
    role: Role, action: int, first: str | None, second: str | None, *, deleting: bool = False
) -> bool:
    """Return whether a role may do what SQLite asks about (sqlite.org/c3ref/c_alter_table.html).

    ``first`` and ``second`` are what the action says: a table and a column; ``deleting``, whether
    the statement deletes rows that others hang on. Pure.
    """
    if action in _ALWAYS:
        return True
    if action == _FUNCTION:
        return second not in _FORBIDDEN
    table = first or ""
    if action == _READ:
        return _reads(role, table, second or "", deleting)
    if action in (_INSERT, _UPDATE):
        return table in _WRITES[role] or (role, action, table, second) in (
            _COARSENS,
            _RESTATES,
        )
    if action == _DELETE:
        return table in _WRITES[role] or table in _DELETES[role]
    return False


def _reads(role: Role, table: str, column: str, deleting: bool) -> bool:
    if table not in _HIDDEN[role]:
        return True
    if not column:
        return table in CALLS
    return deleting and column in _HANGS_ON and table in _DELETES[role]


class Rows:
    """What a statement of a room returned: the rows of a cursor, and no way to run another one."""

    __slots__ = ("_of_driver",)

    def __init__(self, cursor: Any) -> None:
        self._of_driver = cursor

    def __iter__(self) -> Iterator[Any]:
        return chain(self._of_driver)

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        return self._of_driver.fetchone()

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        rows: list[Any] = self._of_driver.fetchall()
        return rows

    @property
    def description(self) -> Any:
        """The columns by name as the driver says them, None for a statement without rows."""
        return self._of_driver.description

    @property
    def rowcount(self) -> int:
        """How many rows the statement wrote, -1 for one that reads."""
        return int(self._of_driver.rowcount)

    @property
    def lastrowid(self) -> int | None:
        """The number of the row that was put in last, None before the first."""
        last: int | None = self._of_driver.lastrowid
        return last


class Guarded:
    """A connection as rooms get it: everything they run is asked about."""

    def __init__(self, connection: Any, role: Role) -> None:
        self._connection = connection
        self._role = role
        self._asked = False
        self._deleting = False
        self._statement = ""
        connection.set_authorizer(self._answer)

    def _answer(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if not self._asked:
            return _OK
        # Asked first, before all that the statement reads.
        self._deleting |= action == _DELETE and first in _DELETES[self._role]
        if self._deleting and _RETURNING in self._statement.casefold():
            return _DENY
        yes = allowed(self._role, action, first, second, deleting=self._deleting)
        return _OK if yes else _DENY

    def execute(self, sql: str, parameters: Any = ()) -> Rows:
        """Run one statement. Raises Refused if the role may not, and the driver's errors."""
        return self._run(self._connection.execute, sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> Rows:
        """Run one statement with each of ``rows``; raises as `execute`."""
        return self._run(self._connection.executemany, sql, rows)

    def _run(self, run: Any, sql: str, values: Any) -> Rows:
        self._asked, self._deleting, self._statement = True, False, sql
        try:
            return Rows(run(sql + _MARK, values))
        except driver().DatabaseError as error:
            # A function that may not be used comes as a plain error.
            code = getattr(error, "sqlite_errorcode", 0)
            if code != _AUTH and "not authorized" not in str(error):
                raise
            raise Refused(
                _(
                    "Your role may not read or write this: ask whoever may, or tell IT that the "
                    "console tried."
                )
            ) from None
        finally:
            self._asked = False

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction has begun."""
        return bool(self._connection.in_transaction)

    @property
    def isolation_level(self) -> str | None:
        """None: transactions are explicit."""
        level: str | None = self._connection.isolation_level
        return level
