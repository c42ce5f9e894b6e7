"""A vault from outside: is there one, who may log in, make one, unlock it."""

import contextlib
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from console.errors import BadUsage, CannotUnlock, ConsoleError, VaultDamaged
from console.language import _
from console.text import plain
from console.vault import (
    audit,
    database,
    generations,
    keyring,
    kit,
    logins,
    members,
    purge,
    removal,
    rotation,
    store,
    swap,
    wiping,
)
from console.vault.ahead import Found, beside, find
from console.vault.attempts import Attempts
from console.vault.files import (
    canonical,
    file_trouble,
    make_folder,
    put_off,
    read_file,
    sync_folder,
)
from console.vault.identity import Identity, MemberFile, calibrated, derive, glimpse
from console.vault.lock import Lock
from console.vault.model import Cost, Role, check_name
from console.vault.passphrase import demand_strength
from console.vault.session import Vault


def exists(home: Path) -> bool:
    """Return whether there is a vault in ``home``, be it a damaged one."""
    return (
        (home / "vault.db").exists()
        or swap.pending(home)
        or ((home / "keys" / "keyring.json").exists() and not _cut_short(home))
    )


def demand_no_vault(home: Path) -> None:
    """Raise BadUsage if there is a vault in ``home``, or what is left of one."""
    if not exists(home):
        return
    if (home / "vault.db").exists() or swap.pending(home):
        raise BadUsage(f"There is a vault in {home} already: choose another home.")
    raise BadUsage(
        f"The keys of a vault are in {home} without its vault.db: restore a backup, or choose "
        "another home (--home)."
    )


def _cut_short(home: Path) -> bool:
    """Return whether the keys in ``home`` are of a creation that did not get to its last step."""
    try:
        keyring.read(home / "keys").keyring.epoch_of(database.read_salt(_unfinished(home)))
    except ConsoleError:
        return False
    return True


def _unfinished(home: Path) -> Path:
    return home / "vault.db.new"


def create(
    home: Path,
    name: str,
    passphrase: str,
    *,
    site: str,
    country: str,
    now: datetime,
    cost: Cost | None = None,
) -> None:
    """Make a vault in ``home`` whose first member is ``name``, of IT.

    ``country`` is ISO 3166-1 alpha-2. Raises Refused (there is one, weak passphrase), BadUsage.
    A creation that was cut short leaves no vault and can be done again.
    """
    name = check_name(name)
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise BadUsage("The country must be two letters, as PK or AR.")
    demand_strength(passphrase, name, site)
    keys = home / "keys"
    make_folder(keys / "members")
    lock = Lock.take(keys, name, now=now)
    try:
        demand_no_vault(home)
        _create(home, name, passphrase, site, country.upper(), now, cost or calibrated())
    finally:
        lock.release()


def _create(
    home: Path, name: str, passphrase: str, site: str, country: str, now: datetime, cost: Cost
) -> None:
    keys, vault, raw = home / "keys", secrets.token_hex(16), keyring.RawKey.generate()
    identity = Identity.generate(name, "it")
    # Of a creation that was cut short; beside another file they would look like a vault's.
    for left in ("keyring.json", "keyring.prev.json"):
        with file_trouble(keys / left):
            (keys / left).unlink(missing_ok=True)
    connection = database.make(_unfinished(home), raw)
    try:
        with database.trouble():
            connection.execute(store.BEGIN)
            for setting, value in (
                ("vault_id", vault),
                ("site", plain(site, lines=False)),
                ("country", country),
                ("release_secret", secrets.token_hex(32)),
                (wiping.OWED, False),
            ):
                connection.execute(store.PUT_SETTING, (setting, canonical(value).decode()))
            members.insert(connection, identity.public, now)
            audit.append(connection, vault, name, "vault.created", "", now=now)
            connection.execute(store.COMMIT)
            connection.execute(store.CHECKPOINT).fetchone()
    finally:
        connection.close()
    identity.write(keys / "members" / f"{name}.json", vault, passphrase, cost, now=now)
    epoch = keyring.Epoch.seal(1, raw, vault, [identity.public], now)
    keyring.write(keys, keyring.Keyring(vault, 0, {1: epoch}), identity)
    with file_trouble(home / "vault.db"):
        _unfinished(home).replace(home / "vault.db")
        sync_folder(home)


def roster(home: Path) -> list[tuple[str, Role]]:
    """Return who may log in, by name, as the key files say; a damaged file is left out."""
    listed = []
    with file_trouble(home):
        paths = sorted(swap.members_folder(home).glob("*.json"))
    for path in paths:
        try:
            public = MemberFile.read(path).public
        except (VaultDamaged, FileNotFoundError):
            continue
        listed.append((public.name, public.role))
    return listed


def unlock(home: Path, name: str, passphrase: str, *, now: datetime) -> Vault:
    """Open the vault in ``home`` as ``name``, who alone has it open until it is closed.

    Raises CannotUnlock: no vault, no such member, a wrong passphrase or too many of them,
    a missing key file; VaultBusy: somebody has it open; VaultDamaged: what is damaged.
    """
    if not exists(home):
        raise CannotUnlock(
            _("There is no vault in {home}: make one with `helpline init`.").format(home=home)
        )
    keys = home / "keys"
    make_folder(keys)
    lock, found = Lock.grab(keys), list[Found]()

    def look(file: MemberFile) -> None:
        lock.say(file.public.name, now=now)
        found.append(find(home, file.public))
        file.check_vault(found[0].signed.keyring.vault)

    try:
        swap.finish(home)
        # A disk that does not let it go must not keep anybody out.
        with contextlib.suppress(ConsoleError):
            swap.clear(home)
        me, file = _identify(keys, name, passphrase, look)
        vault = Vault(home, lock, me, found[0])
    except BaseException:
        for each in found:
            each.shut.close()
        lock.release()
        raise
    tidy(vault, now)
    # A disk that cannot be written to must not keep anybody from reading.
    with contextlib.suppress(ConsoleError):
        vault.purged = purge.daily(vault, now=now)
    with contextlib.suppress(ConsoleError):
        logins.tell(vault, file, now=now)
    return vault


def tidy(vault: Vault, now: datetime) -> None:
    """Clear away what was cut short, and do what a removal left to who unlocks."""
    try:
        # Of a creation that was cut short, before a backup was restored in its place.
        if _unfinished(vault.home).exists():
            with put_off():
                database.remove(_unfinished(vault.home))
        rotation.tidy(vault)
        removal.tidy(vault)
        generations.renew(vault, now=now)
        kit.tidy(vault)
    except BaseException:
        vault.close()
        raise


def enter(home: Path, me: Identity, *, now: datetime) -> Vault:
    """Open the vault in ``home`` as ``me``, whose passphrase was asked for already.

    What `unlock` does for a login is left to `tidy`. Raises as `unlock`.
    """
    lock = Lock.take(home / "keys", me.public.name, now=now)
    try:
        return Vault(home, lock, me, find(home, me.public))
    except BaseException:
        lock.release()
        raise


def identify(keys: Path, name: str, passphrase: str) -> Identity:
    """Return a member of the vault whose keys are in ``keys``; a wrong passphrase is counted.

    Raises CannotUnlock, VaultDamaged.
    """
    return _identify(keys, name, passphrase)[0]


def _identify(
    keys: Path,
    name: str,
    passphrase: str,
    look: Callable[[MemberFile], None] = lambda _file: None,
) -> tuple[Identity, MemberFile]:
    """As `identify`, with the key file; ``look`` is done while the passphrase's key is derived.

    What it raises is raised here, whatever the passphrase is.
    """
    path, raw = _key_file(keys, name)
    salt, cost = glimpse(path, raw)
    attempts, files = Attempts(keys), list[MemberFile]()

    def meanwhile() -> None:
        files.append(MemberFile.parse(path, raw))
        look(files[0])
        # Before anybody knows whether it is right, so that killing the program gains nothing.
        attempts.begin(files[0].public.name)

    with beside(meanwhile):
        key = derive(passphrase, salt, cost)
    (file,) = files
    identity = file.open_with(key)
    if identity is None:
        raise CannotUnlock(
            _("That is not the passphrase of {name}: try again.").format(name=file.public.name)
        )
    attempts.succeeded(file.public.name)
    return identity, file


def seconds_to_wait(home: Path, name: str) -> int:
    """Return for how long the passphrase of ``name`` cannot be tried, after too many wrong ones.

    0 for a name that no member has, and where the count cannot be read: trying will say why.
    """
    try:
        return Attempts(home / "keys").left(check_name(name))
    except ConsoleError:
        return 0


def _key_file(keys: Path, name: str) -> tuple[Path, bytes]:
    """Return the key file of ``name`` and its bytes, or raise CannotUnlock if there is none."""
    try:
        path = keys / "members" / f"{check_name(name)}.json"
        return path, read_file(path)
    except (BadUsage, FileNotFoundError) as error:
        shown = plain(name, lines=False)
        raise CannotUnlock(
            _(
                "Nobody called '{name}' may log in here: check the name, or put back "
                "keys/members/{name}.json from a backup."
            ).format(name=shown)
        ) from error


def change_passphrase(
    home: Path, name: str, old: str, new: str, *, now: datetime, cost: Cost | None = None
) -> None:
    """Seal a member's private keys under a new passphrase; the vault itself is not touched.

    Raises CannotUnlock (the old one is wrong), Refused (the new one is weak).
    """
    demand_strength(new, name)
    keys = home / "keys"
    if not exists(home):
        raise ConsoleError(f"There is no vault in {home}: make one with `helpline init`.")
    if swap.pending(home):
        raise ConsoleError("A restore was cut short: log in once, which finishes it.")
    identity, file = _identify(keys, name, old)
    path = keys / "members" / f"{identity.public.name}.json"
    identity.write(path, file.vault, new, cost or calibrated(file.cost), now=now)
