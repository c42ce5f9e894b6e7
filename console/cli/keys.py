"""``helpline key``: rotation, and how old the keys are."""

import click

from console.cli.answer import emit, json_option, progress, say
from console.cli.session import Session, now, pass_session


@click.group()
def key() -> None:
    """The key of the vault."""


@key.command()
@json_option
@pass_session
def rotate(session: Session, as_json: bool) -> None:
    """Give the vault a new key; everybody keeps their own passphrase."""
    with session.unlocked("it") as vault, progress() as tell:
        report = vault.rotate(now=now(), progress=tell)
    if as_json:
        emit(report)
        return
    say(
        f"The vault has its key number {report.epoch} now, after {report.seconds:.1f} seconds; "
        "the old key opens nothing."
    )


@key.command()
@json_option
@pass_session
def status(session: Session, as_json: bool) -> None:
    """Show the ages and generations of the keys."""
    with session.unlocked("it") as vault:
        found = vault.key_status()
    if as_json:
        emit(found)
        return
    say(
        f"Vault key number {found.epoch}, made on {found.made_on}.",
        f"Notes' key generation {found.note_generation}, held by {_names(found.holders)}.",
        f"Awaiting approval: {_names(found.waiting)}.",
    )


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nobody"
