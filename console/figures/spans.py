"""Periods: a month, and the longer ones that are sums of months. Pure."""

import re

from console.errors import BadUsage

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")
_YEAR = re.compile(r"[0-9]{4}")
_LONGEST = 120


def is_month(period: str) -> bool:
    """Say whether a period is a single month, ``YYYY-MM``."""
    return _MONTH.fullmatch(period) is not None


def require_month(period: str) -> None:
    """Raise ``BadUsage`` unless ``period`` is a month, ``YYYY-MM``."""
    if not is_month(period):
        raise BadUsage(f"{period[:20]!a} is no month; write it as YYYY-MM, such as 2026-10")


def months_of(period: str) -> tuple[str, ...]:
    """Return the months of a period, oldest first.

    A period is ``YYYY-MM``, ``YYYY``, ``YYYY-Qn`` or ``YYYY-MM/YYYY-MM``, both ends included.
    Raises ``BadUsage`` for anything else.
    """
    if is_month(period):
        return (period,)
    if _YEAR.fullmatch(period):
        return _between(f"{period}-01", f"{period}-12")
    quarter = _QUARTER.fullmatch(period)
    if quarter:
        year, last = quarter[1], int(quarter[2]) * 3
        return _between(f"{year}-{last - 2:02d}", f"{year}-{last:02d}")
    first, _, last_month = period.partition("/")
    if is_month(first) and is_month(last_month) and first < last_month:
        found = _between(first, last_month)
        if len(found) <= _LONGEST:
            return found
    raise BadUsage(f"{period[:20]!a} is no period; write YYYY-MM, YYYY, YYYY-Q1 or YYYY-MM/YYYY-MM")


def _between(first: str, last: str) -> tuple[str, ...]:
    found = [first]
    while found[-1] < last:
        found.append(following(found[-1]))
    return tuple(found)


def following(month: str) -> str:
    """Return the month after a month."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1:04d}-01" if number == 12 else f"{year:04d}-{number + 1:02d}"


def folder_of(period: str) -> str:
    """Return the name of the folder that a release of a period is written to."""
    return period.replace("/", "_")


def listed(names: list[str]) -> str:
    """Return names in one line, the first few of many."""
    shown = 8
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
