"""What there is to check in a month's figures, and what protection costs them; pure, in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from console.figures.published import PublishedTable, Shown
from console.figures.tally import TOTAL, Cell, RawTable, sums_of
from console.language import _, later, plural

UNKNOWN = "unknown"
"""The code, in any dimension, of what was not said or not asked."""

LEAST_FOR_PERCENT = 100
"""Below so many calls a percentage would say more than the numbers do."""

Topic = Literal["parts", "time", "unknown", "late", "counted"]

TOPICS: Mapping[Topic, str] = {
    "parts": later("Parts and totals"),
    "time": later("Over time"),
    "unknown": later("Not known"),
    "late": later("Late calls"),
    "counted": later("Calls and mentions"),
}
"""The headings of what is reconciled, in the order in which it is read."""

MONTHS = (
    later("January"), later("February"), later("March"), later("April"), later("May"),
    later("June"), later("July"), later("August"), later("September"), later("October"),
    later("November"), later("December"),
)  # fmt: skip
"""The months by name."""

Label = Callable[[str, str], str]
"""The words for a code: (dimension, code); an empty code is the dimension's own name."""


@dataclass(frozen=True)
class MonthTotal:
    """One month: its true number of calls, and the published one, None if there is none."""

    period: str
    calls: int
    published: int | None = None


@dataclass(frozen=True)
class Line:
    """One finding in words; ``wrong`` where something does not add up."""

    topic: Topic
    words: str
    wrong: bool = False


@dataclass(frozen=True)
class Cost:
    """How far the shown counts are from the true ones, in calls.

    ``mean`` is over all ``cells`` that show a count, ``mean_filled`` over those with calls;
    ``hidden`` is the number of cells that show no count.
    """

    cells: int
    mean: float
    mean_filled: float
    largest: int
    hidden: int


def cost(tables: Sequence[PublishedTable]) -> Cost:
    """Return what protection costs one or more tables, taken together."""
    changes, filled, hidden = [], [], 0
    for table in tables:
        for cell, shown in table.published.items():
            if not isinstance(shown, int):
                hidden += 1
                continue
            change = abs(shown - table.raw.cells[cell])
            changes.append(change)
            if table.raw.cells[cell]:
                filled.append(change)
    return Cost(
        cells=len(changes),
        mean=sum(changes) / max(1, len(changes)),
        mean_filled=sum(filled) / max(1, len(filled)),
        largest=max(changes, default=0),
        hidden=hidden,
    )


def title(table: RawTable, label: Label) -> str:
    """Return what a table is called: its dimensions in words."""
    return " × ".join(label(dimension, "") for dimension in table.dimensions)


def named(period: str) -> str:
    """Return a period in words: a month by its name, anything else as it is written."""
    year, _dash, month = period.partition("-")
    if not (month.isdecimal() and 1 <= int(month) <= len(MONTHS)):
        return period
    return _("{month} {year}").format(month=_(MONTHS[int(month) - 1]), year=year)


def reconcile(
    tables: Sequence[PublishedTable],
    period: str,
    months: Sequence[MonthTotal],
    label: Label,
    *,
    late: int = 0,
) -> list[Line]:
    """Return all that there is to check of a month ``YYYY-MM``, topic by topic.

    Parts against totals in every table and between tables, true and shown; this month beside the
    one before, beside last year's, and the year so far; what is not known; ``late`` calls; and
    how calls and mentions differ. The true counts in these words are for the house only.
    """
    return [
        *_parts(tables, label),
        *over_time(period, months),
        *_unknown(tables, label),
        *_late(late),
        *_counted(tables, label),
    ]


def over_time(period: str, months: Sequence[MonthTotal]) -> list[Line]:
    """Return a month beside the one before and beside last year's, and the year so far."""
    by_period = {month.period: month for month in months}
    if period not in by_period:
        return []
    year, month = int(period[:4]), int(period[5:])
    before = f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02}"
    lines: list[str] = []
    for other in (before, f"{year - 1}-{month:02}"):
        if other in by_period:
            lines += _compared(by_period[period], by_period[other])
    so_far = [f"{year}-{each:02}" for each in range(1, month + 1)]
    lines += _year(period, [by_period[each] for each in so_far if each in by_period])
    years_before = [f"{year - 1}-{each:02}" for each in range(1, month + 1)]
    known = [by_period[each] for each in years_before if each in by_period]
    if len(known) == month:
        words = _("The same months of {year}: {calls} calls (true); {difference}.")
        now = sum(by_period[each].calls for each in so_far if each in by_period)
        then = sum(each.calls for each in known)
        words = words.format(year=year - 1, calls=then, difference=difference(now - then))
        lines.append(words)
    elif known:
        words = _("{year} has calls in {known} of these {months} months: too few to compare.")
        lines.append(words.format(year=year - 1, known=len(known), months=month))
    return [Line("time", words) for words in lines]


def difference(calls: int) -> str:
    """Return by how many calls something grew or fell, in words."""
    if not calls:
        return _("as many")
    words = plural("{count} more", "{count} more", calls)
    if calls < 0:
        words = plural("{count} fewer", "{count} fewer", -calls)
    return words.format(count=abs(calls))


def _compared(now: MonthTotal, then: MonthTotal) -> Iterator[str]:
    true = _("{month}: {calls} calls (true); {other}: {before}; {difference}.")
    shown = _("{month}: published as {calls}; {other}: {before}; {difference}.")
    sides = [(true, now.calls, then.calls)]
    if now.published is not None and then.published is not None:
        sides.append((shown, now.published, then.published))
    for words, calls, before in sides:
        yield words.format(
            month=named(now.period),
            calls=calls,
            other=named(then.period),
            before=before,
            difference=difference(calls - before),
        )


def _year(period: str, months: Sequence[MonthTotal]) -> Iterator[str]:
    words = _("{year} up to {month}: {calls} calls (true).")
    calls = sum(month.calls for month in months)
    yield words.format(year=period[:4], month=named(period), calls=calls)
    out = [month for month in months if month.published is not None]
    if out:
        words = plural(
            "{count} month of it is published: {published} calls, of {true} true.",
            "{count} months of it are published: {published} calls, of {true} true.",
            len(out),
        )
        yield words.format(
            count=len(out),
            published=sum(month.published or 0 for month in out),
            true=sum(month.calls for month in out),
        )


def _parts(tables: Sequence[PublishedTable], label: Label) -> Iterator[Line]:
    wrong = 0
    for table in tables:
        for counts, words in (
            (table.raw.cells, later("true")),
            (table.published, later("shown")),
        ):
            for total, parts in _off(table.raw, counts):
                wrong += 1
                said = _("{table} ({which}): {cell} is {total}, and its parts add up to {parts}.")
                yield Line(
                    "parts",
                    said.format(
                        table=title(table.raw, label),
                        which=_(words),
                        cell=_cell(table.raw, total, label),
                        total=counts[total],
                        parts=parts,
                    ),
                    wrong=True,
                )
    for line in _linked(tables, label):
        wrong += 1
        yield line
    if not wrong:
        words = _("In all {tables} tables the parts add up to their totals, true and shown.")
        yield Line("parts", words.format(tables=len(tables)))
        yield Line("parts", _("Where two tables count the same, they show the same."))
    hidden = cost(tables).hidden
    if hidden:
        words = _("{cells} cells are hidden; the sums that they are in were left out here.")
        yield Line("parts", words.format(cells=hidden))


def _off(raw: RawTable, counts: Mapping[Cell, Shown]) -> Iterator[tuple[Cell, int]]:
    """Yield each total that is not what its parts add up to, with their sum."""
    for total, parts in sums_of(raw):
        numbers = [count for part in parts if isinstance(count := counts[part], int)]
        known = isinstance(counts[total], int) and len(numbers) == len(parts)
        if known and sum(numbers) != counts[total]:
            yield total, sum(numbers)


def _linked(tables: Sequence[PublishedTable], label: Label) -> Iterator[Line]:
    """Yield the tables that show a cell otherwise than a table before them, once each."""
    seen: dict[tuple[str, str, frozenset[tuple[str, str]]], tuple[int, Shown]] = {}
    for table in tables:
        raw = table.raw
        for cell, shown in table.published.items():
            codes = frozenset(
                pair for pair in zip(raw.dimensions, cell, strict=True) if pair[1] != TOTAL
            )
            both = (raw.cells[cell], shown)
            first = seen.setdefault((raw.counts, raw.mentioned, codes), both)
            if first != both:
                said = _("{table}: {cell} is {counts} here and {others} in a table before.")
                yield Line(
                    "parts",
                    said.format(
                        table=title(raw, label),
                        cell=_cell(raw, cell, label),
                        counts=f"{both[0]} → {both[1]}",
                        others=f"{first[0]} → {first[1]}",
                    ),
                    wrong=True,
                )
                break


def _cell(raw: RawTable, cell: Cell, label: Label) -> str:
    words = [
        label(dimension, code)
        for dimension, code in zip(raw.dimensions, cell, strict=True)
        if code != TOTAL
    ]
    return " · ".join(words) or _("the total")


def _unknown(tables: Sequence[PublishedTable], label: Label) -> Iterator[Line]:
    seen: set[tuple[str, str]] = set()
    for table in tables:
        raw = table.raw
        for place, dimension in enumerate(raw.dimensions):
            total = (TOTAL,) * len(raw.dimensions)
            cell = (*total[:place], UNKNOWN, *total[place + 1 :])
            if cell not in raw.cells or not raw.cells[total] or (dimension, raw.counts) in seen:
                continue
            if raw.mentioned not in ("", dimension):
                continue
            seen.add((dimension, raw.counts))
            yield Line("unknown", _share(table, dimension, cell, total, label))


def _share(table: PublishedTable, dimension: str, cell: Cell, total: Cell, label: Label) -> str:
    words = _("{dimension}: {count} of {total} {counted} not known (true)").format(
        dimension=label(dimension, ""),
        count=table.raw.cells[cell],
        total=table.raw.cells[total],
        counted=_(table.raw.counts),
    )
    shown, of = table.published[cell], table.published[total]
    if not isinstance(shown, int) or not isinstance(of, int):
        return f"{words}."
    if of < LEAST_FOR_PERCENT:
        said = _("{words}; shown as {count} of {total}.")
    else:
        said = _("{words}; shown as {count} of {total}, {percent} %.")
    return said.format(
        words=words, count=shown, total=of, percent=round(100 * shown / of) if of else 0
    )


def _late(late: int) -> Iterator[Line]:
    if late:
        words = plural(
            "{count} call of an earlier month came in after that was closed, and counts here.",
            "{count} calls of earlier months came in after those were closed, and count here.",
            late,
        )
        yield Line("late", words.format(count=late))


def _counted(tables: Sequence[PublishedTable], label: Label) -> Iterator[Line]:
    calls = next((each for each in tables if each.raw.counts == "calls"), None)
    seen: set[str] = set()
    for table in tables:
        raw = table.raw
        if calls is None or not raw.mentioned or raw.mentioned in seen:
            continue
        seen.add(raw.mentioned)
        words = _("{dimension}: {mentions} mentions of {calls} calls (true): a call can have many.")
        yield Line(
            "counted",
            words.format(
                dimension=label(raw.mentioned, ""),
                mentions=raw.cells[(TOTAL,) * len(raw.dimensions)],
                calls=calls.raw.cells[(TOTAL,) * len(calls.raw.dimensions)],
            ),
        )
    if seen:
        words = _("Calls and mentions are two ways to count: never add or compare their totals.")
        yield Line("counted", words)
