"""``helpline figures tables``: which tables a release has."""

from pathlib import Path

import click

from console.cli.answer import emit, json_option, say, table
from console.cli.session import Session, now, pass_session
from console.errors import BadUsage, ConsoleError


@click.command()
@click.option(
    "--set",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of table definitions that takes the place of those there are.",
)
@click.option("--standard", is_flag=True, help="Go back to the standard set.")
@click.option("--text", "as_text", is_flag=True, help="Print the definitions as such a file.")
@json_option
@pass_session
def tables(
    session: Session, path: Path | None, standard: bool, as_text: bool, as_json: bool
) -> None:
    """Show the tables of a release, or have others from the next month on."""
    from console import figures

    if path is not None and standard:
        raise BadUsage("give either --set or --standard")
    new = _read(path) if path is not None else ""
    with session.unlocked("coordinator") as vault:
        if path is not None or standard:
            figures.define_tables(vault, new, now=now())
        text, found = figures.tables_text(vault), figures.definitions(vault)
    if as_text:
        say(text.rstrip("\n"))
    elif as_json:
        emit(found)
    else:
        table(
            ("table", "dimensions", "counts"),
            ((each.name, " × ".join(each.dimensions), each.counts) for each in found),
        )


def _read(path: Path) -> str:
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConsoleError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadUsage(f"{path} is not UTF-8 text") from error
    if not text.strip():
        raise BadUsage(f"{path} is empty; --standard goes back to the standard set")
    return text
