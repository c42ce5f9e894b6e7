"""``helpline key``: rotation, and how old the keys are."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from console.cli import kit
from console.cli.answer import emit, json_option, progress, say
from console.cli.session import Session, now, pass_session

if TYPE_CHECKING:
    from console.vault import KeyStatus


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
        "the old key opens nothing.",
        f"Head of the trail: {report.head}",
    )


@key.command()
@json_option
@pass_session
def status(session: Session, as_json: bool) -> None:
    """Show how old the keys are, who holds what, and what is due."""
    with session.unlocked("it") as vault:
        found, recovery = vault.key_status(), vault.kit_status()
    today = now().date()
    if as_json:
        emit({**asdict(found), "overdue": found.overdue(today), "kit": recovery})
        return
    say(*lines(found, today), kit.kit_line(recovery, today))


def lines(found: "KeyStatus", today: date) -> list[str]:
    """Return where the keys stand, in sentences, on the local day ``today``."""
    said = [
        f"The vault's key is number {found.epoch}, made on {found.made_on}.",
        (
            f"It should have been replaced by {found.rotate_by}: run helpline key rotate."
            if found.overdue(today)
            else f"A new one is due by {found.rotate_by}."
        ),
        f"The notes' key is of generation {found.note_generation}"
        + (f", made on {found.notes_made_on}" if found.notes_made_on else "")
        + f", held by: {_names(found.holders)}.",
        f"Awaiting approval by one of them: {_names(found.waiting)}.",
    ]
    if found.leaving:
        said.append(
            f"Removed: {_names(found.leaving)}. The next holder of the notes' key to log in makes "
            "a new one."
        )
    if found.to_reseal:
        said.append(
            f"Still to be sealed under the newest notes' key: {found.to_reseal}. "
            "It goes on whenever one of them logs in."
        )
    return said


@key.command()
@click.option("--rotate-days", type=int, help="Replace the vault's key after so many days.")
@json_option
@pass_session
def policy(session: Session, rotate_days: int | None, as_json: bool) -> None:
    """Show, or set, after how many days the vault's key is to be replaced."""
    from console import vault

    with session.unlocked("it") as opened:
        if rotate_days is not None:
            vault.set_rotate_days(opened, rotate_days, now=now())
        days = vault.rotate_days(opened)
    if as_json:
        emit({"rotate_days": days})
        return
    say(f"The vault's key is to be replaced every {days} days.")


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nobody"


for command in (kit.kit, kit.drill, kit.recover):
    key.add_command(command)
