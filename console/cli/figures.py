"""``helpline figures``: the only way out of the vault."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli import attack, tables
from console.cli.answer import emit, json_option, progress, say, table
from console.cli.session import Session, now, pass_session
from console.errors import BadUsage

if TYPE_CHECKING:
    from console.figures import Mode, PeriodLine, RawTable

MONTH = "YYYY-MM"


@click.group()
def figures() -> None:
    """Monthly counts, true and published."""


@figures.command()
@click.option("--month", metavar=MONTH, help="The tables of one month rather than all months.")
@click.option("--period", metavar="PERIOD", help="Those of 2026, 2026-Q1 or 2026-01/2026-06.")
@json_option
@pass_session
def preview(session: Session, month: str | None, period: str | None, as_json: bool) -> None:
    """Show true counts, not to be passed on."""
    from console import figures

    if month and period:
        raise BadUsage("give either --month or --period")
    if month:
        figures.require_month(month)
    wanted = month or period
    with session.unlocked("coordinator") as vault:
        if wanted is None:
            _show_months(figures.periods(vault), as_json)
        else:
            _show_tables(figures.preview(vault, wanted), as_json)


def _show_months(lines: list["PeriodLine"], as_json: bool) -> None:
    if as_json:
        emit(lines)
        return
    table(
        ("month", "calls", "of them late", "state"),
        ((each.period, each.calls, each.late, each.state) for each in lines),
    )


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
@click.option("--month", metavar=MONTH, required=True, help="The month to close.")
@click.option(
    "--absent",
    metavar="WORKSTATION",
    multiple=True,
    help="A workstation that the month does not wait for; may be given several times.",
)
@json_option
@pass_session
def close(session: Session, month: str, absent: tuple[str, ...], as_json: bool) -> None:
    """Close a month: further calls count in a later one, and no bundle is taken for it.

    It waits for every workstation that is due, unless it is said to be absent.
    """
    from console import figures

    with session.unlocked("coordinator") as vault:
        done = figures.close(vault, month, now=now(), absent=absent)
    if as_json:
        emit(done)
        return
    without = f", without {', '.join(done.absent)}" if done.absent else ""
    say(f"{month} {'was closed before' if done.already else 'is closed'}{without}.")


@figures.command()
@click.option("--month", metavar=MONTH, help="The month to publish.")
@click.option(
    "--period",
    metavar="PERIOD",
    help="A longer one, the sum of its published months: 2026, 2026-Q1 or 2026-01/2026-06.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder in which the release gets a folder of its own.",
)
@click.option(
    "--mode",
    type=click.Choice(["rounded", "suppressed"]),
    help="How counts are protected.  [default: rounded]",
)
@click.option("--vintage", type=int, help="An earlier vintage rather than the newest.")
@click.option("--hxl", is_flag=True, help="Write the tables with HXL tags beside it, too.")
@json_option
@pass_session
def export(
    session: Session,
    month: str | None,
    period: str | None,
    out: Path,
    mode: "Mode | None",
    vintage: int | None,
    hxl: bool,
    as_json: bool,
) -> None:
    """Publish a month, or a longer period, and write its tables.

    What is published is published for ever; again writes the same bytes.
    """
    from console import figures

    wanted = month or period
    if wanted is None or (month and period):
        raise BadUsage("say which: --month YYYY-MM, or --period for a longer one")
    if month:
        figures.require_month(month)
    with session.unlocked("coordinator") as vault, progress() as tell:
        done = figures.export(
            vault, wanted, out, now=now(), mode=mode, vintage=vintage, hxl=hxl, progress=tell
        )
    if as_json:
        emit(done)
        return
    before = "was published before; the same bytes are" if done.already_published else "is"
    changed = (
        f"no count is off by more than {done.largest_change} (on average {done.mean_change:.2f})"
        if done.mode == "rounded"
        else "what is shown is exact, what is small is hidden"
    )
    say(
        f"{done.period} {before} in {done.folder}: {done.tables} tables, {changed}.",
        f"Vintage {done.vintage}. Digest {done.digest}",
    )


@figures.command()
@click.option("--month", metavar=MONTH, required=True, help="The published month.")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stays in the vault.")
@json_option
@pass_session
def restate(session: Session, month: str, reason: str, as_json: bool) -> None:
    """Publish a month once more, with the calls of its days that came in late.

    Refused if all its vintages together would give a count away. The earlier one stays as it is.
    """
    from console import figures

    with session.unlocked("coordinator") as vault, progress() as tell:
        done = figures.restate(vault, month, reason, now=now(), progress=tell)
    if as_json:
        emit(done)
        return
    say(
        f"{done.period} has a vintage {done.vintage}, with {done.late} late contacts; "
        "write it with: helpline figures export",
        f"Digest {done.digest}",
    )


@figures.command()
@json_option
@pass_session
def history(session: Session, as_json: bool) -> None:
    """List every period: how it stands, what was late, who is missing, what was published."""
    from console import figures

    with session.unlocked("coordinator") as vault:
        found = figures.standings(vault)
    if as_json:
        emit(found)
        return
    table(
        ("period", "state", "late", "moved", "closed", "by", "missing", "absent"),
        (
            (x.period, x.state, x.late, x.moved, x.closed_on, x.closed_by, x.missing, x.absent)
            for x in found
        ),
    )
    say("")
    table(
        ("period", "vintage", "mode", "published", "by", "digest", "reason"),
        (
            (x.period, x.vintage, x.mode, x.published_on, x.published_by, x.digest, x.reason)
            for each in found
            for x in each.releases
        ),
    )


@figures.command()
@click.option("--today", metavar="YYYY-MM-DD", help="Today's day, from another calendar.")
@json_option
@pass_session
def clock(session: Session, today: str | None, as_json: bool) -> None:
    """Compare this computer's clock with the trail, and confirm it after a long pause."""
    from console import figures

    with session.unlocked("coordinator") as vault:
        if today is None:
            found = figures.read_clock(vault, now=now())
        else:
            found = figures.confirm_clock(vault, today, now=now())
    if as_json:
        emit(found)
        return
    trail = found.trail or "no day"
    say(
        f"This computer's clock says {found.today}; the trail goes to {trail} (UTC).",
        "Months can be closed and published."
        if found.believed
        else "No month is closed or published before the clock is set, or its day confirmed: "
        "--today DAY",
    )


figures.add_command(attack.attack)
figures.add_command(tables.tables)
