"""``helpline vault purge``: retention, shown before it is applied; and the one for emergencies."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli.answer import complain, emit, json_option, say
from console.cli.session import Session, now, pass_session
from console.errors import BadUsage, Refused

if TYPE_CHECKING:
    from console.calls import Plan
    from console.vault.purge import Due, Emergency

WORD = "destroy"
"""What has to be typed, beside the passphrase, before everything sealed is destroyed."""

KEPT = (
    "What stays: the codes of finished calls and all counts, the directory, the rota, who is a "
    "member, the audit trail.",
    "What this cannot reach: backups and copies of the vault, on sticks or other machines, and "
    "what a disk keeps of what was overwritten. Destroy backups by hand.",
)


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--emergency", is_flag=True, help="Destroy every note, contact and open call for ever, at once."
)
@click.option(
    "--word",
    metavar="WORD",
    help=f"With --emergency, where there is no terminal to type '{WORD}' on: the word.",
)
@json_option
@pass_session
def purge(session: Session, yes: bool, emergency: bool, word: str | None, as_json: bool) -> None:
    """Show what retention destroys, ask, and destroy it."""
    if emergency:
        _destroy_everything(session, word, as_json)
        return
    from console import calls, figures
    from console.vault import purge as rules
    from console.vault import wiping

    with session.unlocked("coordinator") as vault:
        plan = calls.purge_plan(vault, now=now())
        held = rules.held_since(vault, now=now())
        since = None if held is None else held.isoformat()
        if not as_json:
            if since is not None:
                say(waits(since))
            if vault.purged is not None and vault.purged.anything:
                say(_at_login(vault.purged))
            say(*_planned(plan), *_kept_aside(session.home))
        if not plan.anything and since is None:
            if not wiping.wipe(vault, at_once=True):
                complain("remnants of what was destroyed are left: free some space, then try again")
            if as_json:
                emit({"held_since": None, "plan": plan, "done": None})
            return
        if not yes:
            _ask_to_go_on(plan)
        done = calls.purge_now(vault, figures.fold, now=now())
    if as_json:
        emit({"held_since": since, "plan": plan, "done": done})
        return
    if not plan.anything:
        say("Retention goes on by itself.")
        return
    say(
        f"Done: {done.sealed.notes} notes of {done.sealed.days} days are destroyed, "
        f"{len(done.folded)} months are counts now. Backups made before still have them."
    )
    if not done.wiped:
        say("Remnants of it may still be in the file: free some space, then log in again.")


@click.command()
@click.option("--notes", "note_days", type=int, metavar="DAYS", help="How long notes live.")
@click.option(
    "--calls", "call_months", type=int, metavar="MONTHS", help="How long rows of calls live."
)
@json_option
@pass_session
def retention(
    session: Session, note_days: int | None, call_months: int | None, as_json: bool
) -> None:
    """Show how long notes and calls are kept, or change it."""
    from console.vault import purge as rules

    given = {"note_days": note_days, "call_months": call_months}
    changes = {name: number for name, number in given.items() if number is not None}
    with session.unlocked("coordinator") as vault:
        vault.require("coordinator")
        found = rules.set_policy(vault, changes, now=now()) if changes else rules.policy(vault)
    if as_json:
        emit(found)
        return
    say(
        f"Notes live {found.note_days} days. Rows of calls live {found.call_months} months, and "
        "then as counts, once their month is published."
    )


def waits(since: str) -> str:
    """Return the sentence that says that retention has waited since the day ``since``, and why."""
    return (
        "Retention waits for a coordinator after a long pause: nobody has looked since "
        f"{since}, and this computer's clock says {now().date().isoformat()}."
    )


def _at_login(done: "Due") -> str:
    return (
        f"Destroyed already at this login, the first of the day: {done.notes} notes and "
        f"{done.amendments} amendments of {done.days} days, {done.contacts} contacts, "
        f"{done.return_codes} return codes"
        + (f", {done.aside} vaults that restores had put aside." if done.aside else ".")
    )


def _planned(plan: "Plan") -> list[str]:
    sealed = plan.sealed
    lines = [
        f"Notes live {plan.policy.note_days} days, rows of calls {plan.policy.call_months} months.",
        f"To be destroyed: {sealed.notes} notes and {sealed.amendments} amendments of "
        f"{sealed.days} days, up to {sealed.through};",
        f"{sealed.contacts} contacts that have expired; {sealed.return_codes} return codes.",
    ]
    lines += [f"To be folded into counts: {month}, {calls} contacts" for month, calls in plan.fold]
    lines += [
        f"Stays, because it is not published: {month}, {calls} contacts"
        for month, calls in plan.unpublished
    ]
    lines += [
        f"Stays, because somebody waits to be called back, or a note is still kept: {month}, "
        f"{calls} contacts"
        for month, calls in plan.waiting
    ]
    if sealed.aside:
        lines.append(
            f"Vaults that restores put aside up to {sealed.through}, to be destroyed: "
            f"{sealed.aside}"
        )
    if plan.old_drafts:
        lines.append(
            f"{plan.old_drafts} calls are still going on from then: an operator has to end them."
        )
    if not plan.anything:
        lines.append("There is nothing to destroy.")
    return lines


def _kept_aside(home: Path) -> list[str]:
    from console.vault import swap

    return [
        f"{folder.name} is the vault that a restore replaced: retention does not reach into it, "
        "and destroys all of it once notes of its day are due. Delete the folder when the restored "
        "vault is proven."
        for folder in swap.kept_aside(home)
    ]


def _ask_to_go_on(plan: "Plan") -> None:
    asked, unsaid = "Destroy it, for ever?", "say --yes to destroy what was shown"
    if not plan.anything:
        today = now().date().isoformat()
        asked, unsaid = f"Is today {today}?", f"say --yes if today is {today}"
    if not sys.stdin.isatty():
        raise BadUsage(f"nobody can be asked here: {unsaid}")
    if not click.confirm(asked, err=True):
        raise Refused("nothing was destroyed")


def _destroy_everything(session: Session, word: str | None, as_json: bool) -> None:
    from console.vault import purge as rules
    from console.vault import unlock

    name = session.who("operator", "coordinator")
    passphrase = session.passphrase(name)
    with unlock(session.home, name, passphrase, now=now()) as vault:
        planned = rules.in_emergency(vault)
        if not as_json:
            say(*_in_emergency(planned))
        if word is None:
            if not sys.stdin.isatty():
                raise BadUsage(f"nobody can be asked here: --word {WORD} confirms it")
            word = str(click.prompt(f"Type {WORD} to do it", err=True))
        if word.strip().casefold() != WORD:
            raise Refused(f"that is not the word {WORD}: nothing was destroyed")
        done = rules.destroy_everything_sealed(vault, passphrase, now=now())
    if as_json:
        emit(done)
        return
    say("It is destroyed, for ever. The vault is locked.")
    if done.left:
        folders = ", ".join(done.left)
        say(f"The disk did not let {folders} go: delete that by hand, or destroy the disk.")


def _in_emergency(planned: "Emergency") -> list[str]:
    return [
        f"This destroys {planned.notes} notes of {planned.days} days, {planned.drafts} calls that "
        f"are going on, {planned.contacts} contacts and {planned.return_codes} return codes. "
        "Nobody can bring them back.",
        *([_aside(planned.aside)] if planned.aside else []),
        *KEPT,
    ]


def _aside(count: int) -> str:
    return f"Vaults that restores put aside in the home, which go as a whole with it: {count}."
