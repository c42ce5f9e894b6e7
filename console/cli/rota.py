"""``helpline rota``: who is on the line when."""

from datetime import datetime
from pathlib import Path

import click

from console.cli.answer import emit, json_option, say, table
from console.cli.session import Session, now, pass_session


@click.group()
def rota() -> None:
    """The shifts of the operators."""


@rota.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@pass_session
def import_(session: Session, file: Path, as_json: bool) -> None:
    """Bring in shifts from a CSV: all, or none.

    Its columns are member, starts and ends.
    """
    from console import breaks

    with session.unlocked("coordinator") as vault:
        shifts = breaks.import_rota(vault, file, now=now())
    if as_json:
        emit({"shifts": shifts})
        return
    say(f"{shifts} shifts are in the rota.")


@rota.command()
@click.option(
    "--day",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Rather than today.",
)
@json_option
@pass_session
def show(session: Session, day: datetime | None, as_json: bool) -> None:
    """Show the shifts of a day."""
    from console import breaks

    with session.unlocked("coordinator") as vault:
        shifts = breaks.shifts(vault, (day or now()).date())
    if as_json:
        emit(shifts)
        return
    table(
        ("member", "from", "to"),
        ((each.member, _time(each.starts), _time(each.ends)) for each in shifts),
    )


def _time(instant: datetime) -> str:
    return f"{instant.astimezone():%Y-%m-%d %H:%M}"
