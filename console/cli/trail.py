"""``helpline audit``: who did what, and whether anybody tampered with the record of it."""

import click

from console.cli.answer import emit, json_option, say, table
from console.cli.session import Session, pass_session
from console.errors import VaultDamaged


@click.command()
@json_option
@pass_session
def audit(session: Session, as_json: bool) -> None:
    """Show the audit trail, and whether its chain holds."""
    with session.unlocked("it", "coordinator") as vault:
        vault.require("it", "coordinator")
        lines, broken_at, head = vault.audit_lines(), vault.audit_broken_at(), vault.audit_head()
    if as_json:
        emit({"lines": lines, "head": head, "broken_at": broken_at})
    else:
        table(("hour", "who", "did", "to"), ((x.hour, x.actor, x.action, x.subject) for x in lines))
    if broken_at is not None:
        raise VaultDamaged(f"the trail was changed: line {broken_at} is not as it was written")
    if not as_json:
        say(f"The chain holds. Head: {head}")
