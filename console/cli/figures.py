"""``helpline figures``: the only way out of the vault."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli.answer import emit, json_option, progress, say, table
from console.cli.session import Session, now, pass_session

if TYPE_CHECKING:
    from console.figures import PeriodLine, RawTable

MONTH = "YYYY-MM"


@click.group()
def figures() -> None:
    """Monthly counts, true and published."""


@figures.command()
@click.option("--month", metavar=MONTH, help="The tables of one month rather than all months.")
@json_option
@pass_session
def preview(session: Session, month: str | None, as_json: bool) -> None:
    """Show true counts, not to be passed on."""
    from console import figures

    with session.unlocked("coordinator") as vault:
        if month is None:
            _show_months(figures.periods(vault), as_json)
        else:
            _show_tables(figures.preview(vault, month), as_json)


def _show_months(lines: list["PeriodLine"], as_json: bool) -> None:
    if as_json:
        emit(lines)
        return
    table(("month", "calls", "state"), ((each.period, each.calls, each.state) for each in lines))


def _show_tables(tables: list["RawTable"], as_json: bool) -> None:
    if as_json:
        emit(
            [
                {
                    "name": each.name,
                    "dimensions": each.dimensions,
                    "counts": each.counts,
                    "cells": [
                        {"cell": dict(zip(each.dimensions, cell, strict=True)), "count": count}
                        for cell, count in each.cells.items()
                    ],
                }
                for each in tables
            ]
        )
        return
    for each in tables:
        say(f"{each.name} ({each.counts})")
        rows = ((*cell, count) for cell, count in each.cells.items() if count)
        table((*each.dimensions, "count"), rows)
        say("")


@figures.command()
@click.option("--month", metavar=MONTH, required=True, help="The month to publish.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder in which the release gets a folder of its own.",
)
@json_option
@pass_session
def export(session: Session, month: str, out: Path, as_json: bool) -> None:
    """Publish a month and write its tables.

    What is published is published for ever; again writes the same bytes.
    """
    from console import figures

    with session.unlocked("coordinator") as vault, progress() as tell:
        done = figures.export(vault, month, out, now=now(), progress=tell)
    if as_json:
        emit(done)
        return
    before = "was published before; the same bytes are" if done.already_published else "is"
    say(
        f"{done.period} {before} in {done.folder}: {done.tables} tables, no count is off by more "
        f"than {done.largest_change} (on average {done.mean_change:.2f}).",
        f"Digest {done.digest}",
    )


@figures.command()
@json_option
@pass_session
def history(session: Session, as_json: bool) -> None:
    """List what was published, and when, and by whom."""
    from console import figures

    with session.unlocked("coordinator") as vault:
        lines = figures.history(vault)
    if as_json:
        emit(lines)
        return
    table(
        ("month", "vintage", "mode", "published", "by", "digest"),
        ((x.period, x.vintage, x.mode, x.published_on, x.published_by, x.digest) for x in lines),
    )
