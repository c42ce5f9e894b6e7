"""``helpline call``: calls that come in from a file."""

from collections.abc import Mapping
from pathlib import Path

import click

from console.cli.answer import emit, json_option, progress, say
from console.cli.session import Session, now, pass_session

FILE = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True)


@click.group()
def call() -> None:
    """Calls that were taken elsewhere."""


@call.command("import")
@click.argument("file", type=FILE)
@click.option("--map", "mapping", type=FILE, required=True, help="What the columns mean (TOML).")
@json_option
@pass_session
def import_(session: Session, file: Path, mapping: Path, as_json: bool) -> None:
    """Bring in calls from a CSV: all, or none."""
    from console import calls, partners

    with session.unlocked("operator") as vault, progress() as tell:
        allowed = partners.published_numbers(vault)
        report = calls.import_calls(vault, file, mapping, now=now(), allowed=allowed, progress=tell)
    if as_json:
        emit(report)
        return
    say(
        f"{report.rows} calls from {report.first_day} to {report.last_day} are in the vault, "
        f"{report.notes} of them with a note."
    )
    say(*(f"{month}: {calls} calls" for month, calls in report.periods.items()))
    say(*(f"{name}: {cells} cells were empty" for name, cells in report.blank.items()))
    say(*(f"New code {x.dimension}/{x.code}: {x.label} (row {x.row})" for x in report.added))
    say(*(f"Row {each.row}: the note had {_counted(each.kinds)}" for each in report.masked))


def _counted(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {kind}" for kind, count in kinds.items()) + ", masked now"
