"""``helpline audit``: who did what, and whether anybody tampered with the record of it."""

import string
from typing import TYPE_CHECKING

import click

from console.cli.answer import emit, json_option, say, table
from console.cli.session import Session, pass_session
from console.errors import BadUsage, VaultDamaged

if TYPE_CHECKING:
    from console.vault import AuditLine

_HEAD = 64


@click.command()
@click.option("--by", "actor", metavar="MEMBER", help="Only what this member did.")
@click.option("--did", "action", metavar="WORD", help="Only deeds that begin so: call, notes.")
@click.option("--since", metavar="YYYY-MM-DD", help="Only from this day on (UTC).")
@click.option(
    "--head",
    metavar="HEX",
    help="A head that a release, a backup or a rotation stated: is the trail up to it still here?",
)
@json_option
@pass_session
def audit(
    session: Session,
    actor: str | None,
    action: str | None,
    since: str | None,
    head: str | None,
    as_json: bool,
) -> None:
    """Show the audit trail, and whether its chain holds."""
    from console import figures
    from console.vault import CUT_OFF, lacking_in_trail

    if head is not None and (len(head) != _HEAD or set(head) - set(string.hexdigits)):
        raise BadUsage(f"a head is {_HEAD} hexadecimal digits, as a release prints it")
    with session.unlocked("it", "coordinator") as vault:
        vault.require("it", "coordinator")
        lines, broken_at, now_at = vault.audit_lines(), vault.audit_broken_at(), vault.audit_head()
        stated = {month: given for month, given in figures.audit_heads(vault).items() if given}
        missing = [month for month, given in stated.items() if vault.audit_line_of(given) is None]
        line = None if head is None else vault.audit_line_of(head)
        lacking = lacking_in_trail(vault)
    wanted = [each for each in lines if _is_wanted(each, actor, action, since)]
    if as_json:
        emit(
            {
                "lines": wanted,
                "head": now_at,
                "broken_at": broken_at,
                "releases_missing": missing,
                "says_nothing_of": lacking,
                "head_line": line,
            }
        )
    else:
        table(
            ("hour", "who", "did", "to"), ((x.hour, x.actor, x.action, x.subject) for x in wanted)
        )
    if broken_at is not None:
        raise VaultDamaged(f"the trail was changed: line {broken_at} is not as it was written")
    if missing:
        raise VaultDamaged(
            f"the trail was cut off: it has not the line that the release of {missing[0]} names"
        )
    if head is not None and line is None:
        raise VaultDamaged(
            "the trail was cut off, or the vault was put back to an older state: "
            "no line has this head"
        )
    if lacking:
        raise VaultDamaged(f"the trail says nothing of {lacking[0]}: {CUT_OFF}")
    if not as_json:
        if line is not None:
            say(f"This head is that of line {line}; {len(lines) - line} came after it.")
        say(f"The chain holds. Head: {now_at}")


def _is_wanted(line: "AuditLine", actor: str | None, action: str | None, since: str | None) -> bool:
    return (
        (actor is None or line.actor == actor)
        and (action is None or line.action.startswith(action))
        and (since is None or line.hour >= since)
    )
