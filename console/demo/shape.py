"""Made-up calls in the shape of published figures; pure, randomness comes in as an argument."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

NON_DATA_MINUTES = 1
_MEDIAN_MINUTES = 17.0
_SPREAD = 0.55
_LEAST_MINUTES, _MOST_MINUTES = 3, 90
_DAYS = 365
_DISTRESS = {1: 24, 2: 32, 3: 26, 4: 13, 5: 5}

SINGLE = (
    "age", "region", "language", "perpetrator", "urgency", "safe", "first_disclosure",
    "prior_contact", "source", "want", "outcome",
)  # fmt: skip
"""The dimensions that are drawn each for itself."""


@dataclass(frozen=True)
class MadeUp:
    """One made-up call; ``single`` and ``mentions`` are empty for one that was no data call."""

    operator: str
    day: date
    hour: int
    minutes: int
    distress: int | None
    kind: str
    single: Mapping[str, str]
    mentions: tuple[tuple[str, str], ...]


@cache
def shape() -> Mapping[str, Any]:
    """Return shape.toml: weights by dimension and code, and the lists ``months``, ``weekdays``."""
    return tomllib.loads(Path(__file__).with_name("shape.toml").read_text(encoding="utf-8"))


def calls(count: int, until: date, random: Random) -> Iterator[MadeUp]:
    """Yield ``count`` calls in the order of their days, within the year before ``until``."""
    days = [until - timedelta(days=ago) for ago in range(_DAYS, 0, -1)]
    months, weekdays = shape()["months"], shape()["weekdays"]
    busy = [months[day.month - 1] * weekdays[day.weekday()] for day in days]
    for day in sorted(random.choices(days, busy, k=count)):
        yield _call(day, random)


def _call(day: date, random: Random) -> MadeUp:
    operator, hour = _draw("operator", random), int(_draw("hours", random))
    kind = _draw("kind", random)
    if kind != "data":
        return MadeUp(operator, day, hour, NON_DATA_MINUTES, None, kind, {}, ())
    gender, caller, relation = _draw("who", random).split()
    single = {name: _draw(name, random) for name in SINGLE}
    issues = dict.fromkeys((_draw("issue", random), _draw("another_issue", random)))
    mentions = [("issue", code) for code in issues if code != "none"]
    mentions += [(name, _draw(name, random)) for name in ("platform", "setting")]
    minutes = round(_MEDIAN_MINUTES * random.lognormvariate(0, _SPREAD))
    return MadeUp(
        operator=operator,
        day=day,
        hour=hour,
        minutes=min(max(minutes, _LEAST_MINUTES), _MOST_MINUTES),
        distress=random.choices(list(_DISTRESS), list(_DISTRESS.values()))[0],
        kind=kind,
        single={"gender": gender, "caller": caller, "relation": relation, **single},
        mentions=tuple(mentions),
    )


def _draw(name: str, random: Random) -> str:
    table: Mapping[str, int] = shape()[name]
    return random.choices(list(table), list(table.values()))[0]
