"""What a login tells the trail: itself, and what happened since the last one without the vault.

A wrong passphrase, a changed passphrase and a backup beside an open console cannot be written down
when they happen: nobody has the database open then, or somebody else has. What is known of them
from files is told by the next login, once.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING

from console.vault import audit, members, slips
from console.vault.attempts import EVERYBODY, Attempts
from console.vault.identity import MemberFile

if TYPE_CHECKING:
    from console.vault.session import Vault

UNLOCKED, WRONG, CHANGED = "vault.unlocked", "passphrase.wrong", "passphrase.changed"
_MOST = 99_999


def tell(vault: "Vault", file: MemberFile, *, now: datetime) -> None:
    """Write into the trail what it has not heard; a member's login once an hour at most.

    ``file`` is the key file that was logged in with. All or nothing, and on the disk on return.
    Raises ConsoleError; then the next login tells it.
    """
    attempts = Attempts(vault.keys)
    wrong, left = attempts.untold(), slips.found(vault)
    remembered = f"login.{vault.member.name}"
    before = vault.setting(remembered)
    known = before if isinstance(before, dict) else {}
    login = {"hour": audit.hour_of(now), "key_file": file.digest}
    if known == login and not wrong and left is None:
        return
    with vault.transaction():
        if known.get("hour") != login["hour"]:
            vault.audit(UNLOCKED, now=now)
        if known.get("key_file", file.digest) != file.digest:
            vault.audit(CHANGED, f"set on {_set_on(file)}", now=now)
        if known != login:
            vault.set_setting(remembered, login)
        everybody = members.known(vault.conn, removed=True)
        for name, count in wrong.items():
            # Whoever can write the file could put any word there.
            if name in everybody and count > 0:
                vault.audit(WRONG, f"{name}: {min(count, _MOST)}", now=now)
            elif name == EVERYBODY:
                vault.audit(WRONG, "the count was damaged", now=now)
        if left is not None:
            slips.tell(vault, left, now=now)
    if wrong:
        attempts.told(wrong)
    if left is not None:
        slips.drop(left)


def _set_on(file: MemberFile) -> str:
    """Return the day on which a key file was set.

    An older day than the one before means that an older file, with its passphrase, was put back.
    """
    try:
        return date.fromisoformat(file.changed_on).isoformat()
    except ValueError:
        return "no day"
