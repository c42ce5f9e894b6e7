"""Calls from a file: every row or none, in one transaction."""

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from console import codebook
from console.calls import rules, store
from console.calls.guard import Guard, masked
from console.calls.listed_names import guard_names
from console.calls.mapping import Mapping, read
from console.calls.model import AddedCode, ImportReport, MaskedNote
from console.calls.rows import Row, Rows
from console.calls.values import UnreadableError
from console.codebook import Codebook
from console.errors import BadUsage, Refused

if TYPE_CHECKING:
    from console.vault import Vault

Progress = Callable[[str, float], None]

_CHUNK = 2_000
# As many unreadable rows are named; the rest are counted.
_NAMED = 5
# More new codes of one dimension are no code list but free text, which belongs in notes.
_MOST_ADDED = 500


def import_calls(
    vault: "Vault",
    file: Path,
    mapping: Path,
    *,
    now: datetime,
    allowed: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> ImportReport:
    """Bring in the calls of a CSV file through a mapping (docs/import.md): all rows, or none.

    Duplicate rows are separate calls. A note passes the identifier guard, and what that finds is
    masked, before it is sealed; ``allowed`` are phone numbers that are nobody's own (digits), such
    as those of partners. ``progress`` is told the step and the share done, 0 to 1.

    Raises:
        Refused: the member is no operator, or this very file was imported before.
        BadUsage: the mapping makes no sense (the key is named), or rows can't be read (row and
            column are named, the first few of them, with the count); nothing is kept then.
        ConsoleError: the disk is full or fails; nothing is kept.
    """
    vault.require("operator")
    book = codebook.load(vault, str(vault.setting("country", "")))
    plan = read(_text_of(mapping), book)
    if plan.note is not None:
        vault.require_notes()
    with _opened(file) as raw, vault.transaction():
        guard = Guard(book.country, allowed=allowed, names=guard_names(vault))
        job = _Import(vault, plan, book, guard, now)
        return job.run(raw, progress or (lambda _step, _share: None))


def _text_of(path: Path) -> str:
    with _opened(path) as raw:
        try:
            return raw.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadUsage(f"{path.name} is no TOML: it must be UTF-8 text") from error


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadUsage(f"{path.name} can't be read: {error.strerror}") from error


class _Import:
    """One import on its way, inside a transaction that an exception rolls back."""

    def __init__(
        self, vault: "Vault", plan: Mapping, book: Codebook, guard: Guard, now: datetime
    ) -> None:
        self._vault = vault
        self._plan = plan
        self._book = book
        self._guard = guard
        self._now = now
        self._row = 1
        self._rows = 0
        self._notes = 0
        self._days: Counter[str] = Counter()
        self._blank: Counter[str] = Counter()
        self._added: dict[tuple[str, str], AddedCode] = {}
        self._masked: list[MaskedNote] = []
        self._bad: list[str] = []
        self._bad_count = 0

    def run(self, raw: BufferedReader, progress: Progress) -> ImportReport:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
        before = store.imported_on(self._vault, digest)
        if before is not None:
            raise Refused(f"this file was imported on {before} already: nothing was changed")
        size = raw.tell() or 1
        raw.seek(0)
        batch = store.add_batch(self._vault, digest, self._now)
        first = store.next_call(self._vault)
        closed = store.closed(self._vault)
        text = TextIOWrapper(raw, encoding=self._plan.encoding, newline="")
        try:
            self._take(text, batch, first, closed, lambda: progress("import", raw.tell() / size))
        finally:
            # Whoever opened the file closes it.
            text.detach()
        self._judge()
        store.count_batch(self._vault, batch, self._rows)
        self._vault.audit("calls.imported", f"batch {batch}", now=self._now)
        return self._report(first, closed)

    def _take(
        self,
        text: TextIOWrapper,
        batch: int,
        first: int,
        closed: frozenset[str],
        tell: Callable[[], None],
    ) -> None:
        operator = self._vault.member.name
        calls: list[tuple[object, ...]] = []
        mentions: list[tuple[int, str, str]] = []
        notes: list[tuple[int, str]] = []
        periods: dict[str, str] = {}
        for number, row in enumerate(self._read(text), first):
            day = row.day
            period = periods.get(day) or periods.setdefault(day, rules.period(day, closed))
            calls.append((number, operator, day, row.hour, period, batch, *row.singles))
            mentions += [(number, name, code) for name, code in row.mentions]
            if row.note:
                notes.append((number, self._guarded(row.note)))
            self._days[day] += 1
            self._blank.update(row.blank)
            if len(calls) >= _CHUNK:
                self._put(calls, mentions, notes)
                tell()
        self._put(calls, mentions, notes)
        self._rows = self._days.total()

    def _put(
        self,
        calls: list[tuple[object, ...]],
        mentions: list[tuple[int, str, str]],
        notes: list[tuple[int, str]],
    ) -> None:
        # After a bad row the rest is read for the report alone.
        if not self._bad_count:
            store.add_calls(self._vault, calls, mentions)
            # By the day of the import: it lives from then, and what was taken live on the call's
            # own day shall not live any longer for it.
            for call, text in notes:
                self._vault.write_note(call, self._now.date().isoformat(), text)
        for batch in (calls, mentions, notes):
            batch.clear()

    def _read(self, text: TextIOWrapper) -> Iterator[Row]:
        """Yield the rows that can be read; note the others."""
        lines = csv.reader(text, delimiter=self._plan.delimiter, strict=True)
        try:
            header = next(lines, [])
            rows = Rows(self._plan, header, self._book, self._adopt, self._now.date())
            for line in lines:
                self._row += 1
                if not line:
                    continue
                try:
                    yield rows.read(line)
                except UnreadableError as error:
                    self._refuse(error)
        except UnicodeDecodeError as error:
            raise BadUsage(
                f"nothing was imported: after row {self._row} the file is no "
                f"{self._plan.encoding} text; set [file] encoding in the mapping"
            ) from error
        except csv.Error as error:
            raise BadUsage(
                f"nothing was imported: after row {self._row} the file is no CSV ({error}); "
                "look at its quotes, and at [file] delimiter in the mapping"
            ) from error

    def _guarded(self, text: str) -> str:
        self._notes += 1
        marks = self._guard.look(text)
        if marks:
            self._masked.append(MaskedNote(self._row, Counter(mark.kind for mark in marks)))
        return masked(text, marks)

    def _adopt(self, dimension: str, code: str, label: str) -> None:
        if self._book.known(dimension, code) or (dimension, code) in self._added:
            return
        if sum(name == dimension for name, _ in self._added) >= _MOST_ADDED:
            raise BadUsage(
                f"nothing was imported: [map.{dimension}] would add more than {_MOST_ADDED} codes; "
                "a column of free text belongs in [note]"
            )
        codebook.adopt_code(self._vault, dimension, code, {"en": label}, now=self._now)
        self._added[dimension, code] = AddedCode(dimension, code, label, self._row)

    def _refuse(self, error: UnreadableError) -> None:
        self._bad_count += 1
        if len(self._bad) < _NAMED:
            column = f", column {error.column}" if error.column else ""
            self._bad.append(f"row {self._row}{column}: {error.why}")

    def _judge(self) -> None:
        if self._bad_count:
            more = self._bad_count - len(self._bad)
            also = f"; and {more} more rows" if more else ""
            raise BadUsage(f"nothing was imported: {'; '.join(self._bad)}{also}")
        if not self._rows:
            raise BadUsage("nothing was imported: the file has no rows under its header")

    def _report(self, first: int, closed: frozenset[str]) -> ImportReport:
        periods: Counter[str] = Counter()
        for day, count in self._days.items():
            periods[rules.period(day, closed)] += count
        return ImportReport(
            rows=self._rows,
            first_call=first,
            last_call=first + self._rows - 1,
            first_day=min(self._days),
            last_day=max(self._days),
            periods=dict(sorted(periods.items())),
            blank=dict(sorted(self._blank.items())),
            added=tuple(self._added.values()),
            notes=self._notes,
            masked=tuple(self._masked),
        )
