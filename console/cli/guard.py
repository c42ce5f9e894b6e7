"""``helpline guard``: the site's own list of names that are pointed out in notes."""

import click

from console.cli.answer import emit, json_option, say
from console.cli.session import Session, now, pass_session


@click.group()
def guard() -> None:
    """Names that are pointed out wherever they stand in a note."""


@guard.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the names that this site has pointed out."""
    from console import calls

    with session.unlocked("coordinator") as vault:
        names = calls.guard_names(vault)
    if as_json:
        emit(names)
        return
    say(*names)


@guard.command()
@click.argument("name")
@pass_session
def add(session: Session, name: str) -> None:
    """Put NAME on the list."""
    from console import calls

    with session.unlocked("coordinator") as vault:
        calls.add_guard_name(vault, name, now=now())
        count = len(calls.guard_names(vault))
    say(f"The list has {count} names now.")


@guard.command()
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> None:
    """Take NAME off the list."""
    from console import calls

    with session.unlocked("coordinator") as vault:
        calls.remove_guard_name(vault, name, now=now())
        count = len(calls.guard_names(vault))
    say(f"The list has {count} names now.")
