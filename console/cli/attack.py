"""``helpline figures attack``: what an outsider can prove from release folders alone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli.answer import emit, json_option, say, table
from console.errors import Refused

if TYPE_CHECKING:
    from console.figures.attack import Finding, Findings

_SHOWN = 20

_SCENARIOS = {
    "single": "each table alone",
    "linked": "tables linked",
    "over_time": "over time",
    "legend_known": "labels understood",
    "insider": "an insider's seat",
}
_WORST = ("exact", "proven_small", "narrowed")


@click.command()
@click.argument(
    "folders",
    metavar="DIR...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@click.option(
    "--insider",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What one insider knows, as TOML or JSON; see docs/attack.md.",
)
@json_option
def attack(folders: tuple[Path, ...], insider: Path | None, as_json: bool) -> None:
    """Attack release folders as an outsider would.

    DIR is a release, or a folder with releases in it, by whichever program they were made. Needs
    no vault. Exit code 5 if anything is proven that should not be.
    """
    from console.figures.attack import attack as attacked
    from console.figures.attack import read_folders, read_known

    known = None if insider is None else read_known(insider)
    releases = [each for folder in folders for each in read_folders(folder)]
    found = attacked(releases, insider=known, seats=True)
    if as_json:
        emit(_answer(found))
    else:
        _show(found)
    if found.verdict == "unsafe":
        raise Refused("unsafe: these releases give more away than they say; do not publish them")


def _answer(found: "Findings") -> dict[str, object]:
    return {
        "releases": found.releases,
        "cells": [
            {
                "release": each.release,
                "table": each.table,
                "cell": each.cell,
                "published": each.published,
                "low": each.low,
                "high": each.high,
            }
            for each in found.cells
        ],
        "exact": found.exact,
        "proven_small": found.proven_small,
        "narrowed": found.narrowed,
        "verdict": found.verdict,
        "scenarios": found.scenarios,
        "contradictions": found.contradictions,
        "notes": found.notes,
    }


def _show(found: "Findings") -> None:
    say(f"Releases: {', '.join(found.releases)}. Cells: {len(found.cells)}.", "")
    table(
        ("what the attacker uses", "exact", "proven small", "narrowed"),
        (
            (_SCENARIOS[name], each.exact, each.proven_small, each.narrowed)
            for name, each in found.scenarios.items()
        ),
    )
    worst = sorted(
        (each for each in found.cells if each.flaws),
        key=lambda each: [flaw not in each.flaws for flaw in _WORST],
    )
    if worst:
        say("")
        table(
            ("release", "table", "cell", "published", "proven", "flaw"),
            (_line(each) for each in worst[:_SHOWN]),
        )
    if len(worst) > _SHOWN:
        say(f"{len(worst) - _SHOWN} more; --json lists every cell.")
    say("")
    say(*(f"Contradiction: {each}." for each in found.contradictions))
    say(*(f"Note: {each}." for each in found.notes))
    say(f"Verdict: {found.verdict}.")


def _line(each: "Finding") -> tuple[str, ...]:
    high = "or more" if each.high is None else f"to {each.high}"
    return (
        each.release,
        each.table,
        " ".join(f"{dimension}={code}" for dimension, code in each.cell.items()),
        str(each.published),
        str(each.low) if each.low == each.high else f"{each.low} {high}",
        ", ".join(flaw.replace("_", " ") for flaw in _WORST if flaw in each.flaws),
    )
