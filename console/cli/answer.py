"""How commands print: plain text in columns, or JSON; and progress on a terminal."""

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from console.text import plain

_GAP = "  "
# Steps of a progress bar: finer than a terminal is wide.
_STEPS = 1000
_LABEL = 16

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for a program.")


def say(*lines: str) -> None:
    """Print lines to standard output."""
    for line in lines:
        click.echo(plain(line))


def complain(line: str) -> None:
    """Print what went wrong, one line, to standard error; the command goes on."""
    click.echo(plain(f"helpline: {line}", lines=False), err=True)


def break_line() -> None:
    """Go on below the line that a progress bar is on."""
    click.echo(err=True)


def wipe() -> None:
    """Empty the terminal, with what was scrolled away: what stood there was for one pair of eyes.

    The sequences are ECMA-48's ED and xterm's ED 3.
    """
    if sys.stdout.isatty():
        click.echo("\x1b[3J\x1b[2J\x1b[H", nl=False)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows in columns under a header; one that is empty is printed as nothing."""
    cells = [[plain(_text(cell), lines=False) for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(_GAP.join(padded).rstrip())


def emit(data: object) -> None:
    """Print dataclasses, and mappings and lists of them, as JSON in ASCII."""
    click.echo(plain(json.dumps(_jsonable(data), indent=2)))


@contextmanager
def progress() -> Iterator[Callable[[str, float], None] | None]:
    """Show a bar on a terminal; yield what moves it (step, share done from 0 to 1), else None."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(
        length=_STEPS, file=sys.stderr, show_eta=False, label=" " * _LABEL
    ) as bar:

        def tell(step: str, share: float) -> None:
            bar.label = plain(step, lines=False)[:_LABEL].ljust(_LABEL)
            bar.update(max(0, round(share * _STEPS) - bar.pos))

        yield tell


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value)


def _jsonable(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            each.name: _jsonable(getattr(value, each.name)) for each in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): _jsonable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_jsonable(each) for each in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value
