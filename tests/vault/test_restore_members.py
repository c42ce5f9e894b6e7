"""Nobody who was removed since comes back by a restore without its saying so."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from console.errors import CannotUnlock, Refused
from console.vault import Cost, keyring, recover, restore_backup, unlock
from console.vault.identity import Identity, MemberFile
from console.vault.kit import identity as kit_of
from console.vault.restore import RestoreReport
from console.vault.shares import combine
from tests.vault import kits
from tests.vault.checks import CANARY, add_note, refuses
from tests.vault.test_backup import put_back, save
from tests.vaults import NOW, open_as, passphrase

NEW = "ines draws eleven loud bicycles"


@pytest.fixture
def recovered(file: Path, tmp_path: Path) -> Path:
    """A home where ines has got new keys since the backup, and bea was removed."""
    kept = kits.template()
    home = tmp_path / "line"
    shutil.copytree(kept.home, home)
    save(home, file)
    recover(home, kept.kit.shares[:3], "ines", None, NEW, now=NOW, cost=Cost.FLOOR)
    with unlock(home, "ines", NEW, now=NOW) as vault:
        vault.remove_member("bea", now=NOW)
    return home


def restore(home: Path, file: Path, present: str) -> RestoreReport:
    return restore_backup(
        home, "ines", passphrase("ines"), file, replace=True, present=lambda: present, now=NOW
    )


def test_who_got_new_keys_since_gives_the_passphrase_of_today_too(
    recovered: Path, file: Path
) -> None:
    for replace in (False, True):
        line = refuses(Refused, lambda r=replace: put_back(recovered, file, replace=r))
        assert "damaged" not in line
        assert "ines has got new keys since" in line
        assert "--present-passphrase-file" in line
    refuses(CannotUnlock, lambda: restore(recovered, file, passphrase("ines")))
    assert not list(recovered.glob("re*"))
    report = restore(recovered, file, NEW)
    assert (report.removed, report.unsure) == (("bea",), ())
    assert report.lost
    assert "later entries" in report.lost
    refuses(CannotUnlock, lambda: open_as(recovered, "bea"))
    with open_as(recovered, "amina") as vault:
        assert vault.read_note(1) == CANARY


def test_a_wrong_passphrase_of_today_is_counted(recovered: Path, file: Path) -> None:
    for _ in range(3):
        refuses(CannotUnlock, lambda: restore(recovered, file, passphrase("ines")))
    assert "wait" in refuses(CannotUnlock, lambda: restore(recovered, file, NEW))


def test_a_vault_that_opens_asks_for_nothing_more(home: Path, file: Path) -> None:
    save(home, file)

    def never() -> str:
        raise AssertionError("asked for a passphrase that is not needed")

    report = restore_backup(
        home, "ines", passphrase("ines"), file, replace=True, present=never, now=NOW
    )
    assert report.unsure == ()


def test_where_the_vault_cannot_be_opened_the_keyring_says_who_has_gone(
    home: Path, file: Path
) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    save(home, file)
    with open_as(home, "ines") as vault:
        vault.remove_member("bea", now=NOW)
    (home / "vault.db").write_bytes(b"noise" * 10_000)
    assert "is damaged" in refuses(Refused, lambda: put_back(home, file))
    report = put_back(home, file, replace=True)
    assert report.removed == ("bea",)
    assert report.unsure == ("amina", "carla", "ines")
    refuses(CannotUnlock, lambda: open_as(home, "bea"))
    with open_as(home, "amina") as vault:
        assert vault.read_note(1) == CANARY


def test_a_keyring_that_the_kit_signed_says_who_has_gone_too(file: Path, tmp_path: Path) -> None:
    kept = kits.template()
    home = tmp_path / "line"
    shutil.copytree(kept.home, home)
    save(home, file)
    recover(home, kept.kit.shares[:3], "ines", None, NEW, now=NOW, cost=Cost.FLOOR)
    for folder in ("members", "pins"):
        (home / f"keys/{folder}/bea.json").unlink(missing_ok=True)
    ring = keyring.read(home / "keys").keyring
    (number,) = ring.epochs
    slots = {name: slot for name, slot in ring.epochs[number].slots.items() if name != "bea"}
    epoch = dataclasses.replace(ring.epochs[number], slots=slots)
    secret = combine(kept.kit.shares[:3])
    keyring.write(
        home / "keys", ring.with_epoch(number, epoch), kit_of(secret, ring.vault, kept.kit.number)
    )
    (home / "vault.db").write_bytes(b"noise" * 10_000)
    assert put_back(home, file, replace=True).removed == ("bea",)


@pytest.mark.parametrize("what", ["the database", "her key file"])
def test_a_keyring_signed_with_keys_newer_than_the_backup_removes_nobody(
    recovered: Path, file: Path, what: str
) -> None:
    """The backup cannot tell them from keys that somebody made up."""
    if what == "the database":
        (recovered / "vault.db").write_bytes(b"noise" * 10_000)
    else:
        (recovered / "keys/members/ines.json").write_bytes(b"{}")
    assert "is damaged" in refuses(Refused, lambda: put_back(recovered, file))
    report = put_back(recovered, file, replace=True)
    assert (report.removed, report.unsure) == ((), ("amina", "bea", "carla", "ines"))


@pytest.mark.parametrize("signer", ["nobody", "ines"])
def test_a_keyring_that_nobody_of_the_vault_signed_removes_nobody(
    home: Path, file: Path, signer: str
) -> None:
    """Somebody who can write the folder and holds no key would decide who is gone for good."""
    save(home, file)
    ring = keyring.read(home / "keys").keyring
    epoch = ring.epochs[1]
    forged = dataclasses.replace(epoch, slots={"ines": epoch.slots["ines"]})
    later = dataclasses.replace(ring, generation=ring.generation + 5)
    keyring.write(home / "keys", later.with_epoch(1, forged), Identity.generate(signer, "it"))
    for name in ("bea", "carla"):
        (home / f"keys/members/{name}.json").unlink()
    content = bytearray((home / "vault.db").read_bytes())
    content[9000:9064] = bytes(64)
    (home / "vault.db").write_bytes(content)
    report = put_back(home, file, replace=True)
    assert (report.removed, report.unsure) == ((), ("amina", "bea", "carla", "ines"))
    open_as(home, "bea").close()


def test_what_an_operator_signed_removes_nobody(home: Path, file: Path) -> None:
    save(home, file)
    amina = MemberFile.read(home / "keys/members/amina.json").open(passphrase("amina"))
    assert amina
    ring = keyring.read(home / "keys").keyring
    slots = {name: slot for name, slot in ring.epochs[1].slots.items() if name != "bea"}
    epoch = dataclasses.replace(ring.epochs[1], slots=slots)
    keyring.write(home / "keys", ring.with_epoch(1, epoch), amina)
    (home / "keys/members/bea.json").unlink()
    (home / "vault.db").write_bytes(b"noise" * 10_000)
    assert put_back(home, file, replace=True).removed == ()


def test_where_nothing_says_who_has_gone_everybody_in_the_backup_is_named(
    home: Path, file: Path, tmp_path: Path
) -> None:
    save(home, file)
    with open_as(home, "ines") as vault:
        vault.remove_member("bea", now=NOW)
    (home / "keys/keyring.json").write_bytes(b"{}")
    everybody = ("amina", "bea", "carla", "ines")
    for place in (home, tmp_path / "empty"):
        report = put_back(place, file, replace=True)
        assert (report.removed, report.unsure) == ((), everybody)


def test_a_keyring_from_before_the_backup_removes_nobody(home: Path, file: Path) -> None:
    """Whoever was added after it has no key in it, and was never removed."""
    old = home.parent / "keyring.json"
    shutil.copy(home / "keys/keyring.json", old)
    with open_as(home, "ines") as vault:
        vault.add_member("zoe", "operator", passphrase("zoe"), now=NOW, cost=Cost.FLOOR)
    save(home, file)
    shutil.copy(old, home / "keys/keyring.json")
    (home / "keys/members/zoe.json").unlink()
    (home / "vault.db").write_bytes(b"noise" * 10_000)
    report = put_back(home, file, replace=True)
    assert report.removed == ()
    assert "zoe" in report.unsure


def test_who_was_removed_and_restores_over_a_damaged_vault_is_named(home: Path, file: Path) -> None:
    """Somebody has to be able to, and nobody removes themselves."""
    with open_as(home, "ines") as vault:
        vault.add_member("ivan", "it", passphrase("ivan"), now=NOW, cost=Cost.FLOOR)
    save(home, file)
    with open_as(home, "ines") as vault:
        vault.remove_member("ivan", now=NOW)
    (home / "vault.db").write_bytes(b"noise" * 10_000)
    report = put_back(home, file, replace=True, name="ivan")
    [(name, why)] = report.again
    assert name == "ivan"
    assert "another member of IT" in why


def test_the_kit_that_opens_a_restored_vault_is_named(file: Path, tmp_path: Path) -> None:
    kept = kits.template()
    home = tmp_path / "line"
    shutil.copytree(kept.home, home)
    save(home, file)
    with open_as(home, "amina") as vault:
        kits.make_kit(vault, kept.people["ines"])
    assert put_back(home, file, replace=True).kit == 1


def test_where_there_is_no_kit_none_is_named(home: Path, file: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    save(home, file)
    assert put_back(home, file, replace=True).kit is None
