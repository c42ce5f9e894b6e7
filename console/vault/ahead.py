"""What an unlock does while the passphrase's key is derived, which leaves Python idle.

That is all that needs no key: the files are read, their signatures verified, the database is opened
without being read. What is verified is remembered for the same bytes (`identity.verified`,
`files.parse_document`); what it is worth is decided when the database is open and says who is who.
"""

import _thread
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from console.errors import ConsoleError, VaultDamaged
from console.vault import database, generations, keyring
from console.vault.database import Shut
from console.vault.generations import Seen
from console.vault.identity import MemberFile, Public
from console.vault.keyring import SignedKeyring


@dataclass(frozen=True)
class Found:
    """What the files of a vault say before its key is there.

    ``seen`` is None for who holds no notes, and where it has to be looked at again.
    """

    signed: SignedKeyring
    shut: Shut
    seen: Seen | None


def find(home: Path, me: Public) -> Found:
    """Read what ``me`` needs to open the vault in ``home``; belongs under its lock.

    Raises CannotUnlock (a missing key file), VaultDamaged, ConsoleError.
    """
    keys = home / "keys"
    database.load()
    shut = database.shut(home / "vault.db")
    try:
        signed = keyring.read(keys)
    except BaseException:
        shut.close()
        raise
    # From here on whoever opens the vault looks again, and says what is wrong.
    with contextlib.suppress(Exception):
        signed.check(MemberFile.read(keys / "members" / f"{signed.signed_by}.json").public)
    seen = None
    if me.role == "operator":
        with contextlib.suppress(Exception):
            seen = generations.see(keys, me, signed.keyring.vault)
    return Found(signed, shut, seen)


@contextlib.contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Do ``work`` in a thread of its own during the block; what it raises is raised after it.

    Where the block fails too, that is raised, unless the work has found damage.
    """
    done, raised = _thread.allocate_lock(), list[BaseException]()

    def keep(_kind: object, error: BaseException | None, _trace: object) -> bool:
        if error is not None:
            raised.append(error)
        done.release()
        return True

    def run() -> None:
        with contextlib.ExitStack() as stack:
            stack.push(keep)
            work()

    done.acquire()
    # Not threading.Thread: its start waits for the thread to run, which takes as long as the work.
    try:
        _thread.start_new_thread(run, ())
    except RuntimeError:
        # There can be no more threads: then one after the other.
        run()
    try:
        try:
            yield
        finally:
            done.acquire()
    except ConsoleError:
        # A damaged cost asks for more memory than the machine has.
        if not (raised and isinstance(raised[0], VaultDamaged)):
            raise
    if raised:
        raise raised[0]
