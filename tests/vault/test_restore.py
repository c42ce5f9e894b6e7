"""Restores: what would be lost is said, what is no backup is refused, a kill leaves a vault."""

import hashlib
import io
import json
import os
import random
import shutil
import signal
import sys
import tarfile
from pathlib import Path

import pytest

if sys.platform != "win32":
    import resource

from console.errors import CannotUnlock, ConsoleError, Refused, VaultDamaged
from console.vault import (
    Cost,
    Vault,
    VaultBusy,
    archive,
    audit,
    backup,
    describe_backup,
    exists,
    restore_backup,
    roster,
    swap,
)
from console.vault.files import spell_document
from tests.vault.checks import CANARY, add_call, add_note, refuses
from tests.vault.test_backup import _KILLS, LATER, put_back, save
from tests.vaults import NOW, make_vault, open_as, passphrase

# Restoring over a vault ------------------------------------------------------------------------


def test_what_is_newer_is_said_before_it_is_replaced(home: Path, file: Path):
    save(home, file)
    with open_as(home, "amina") as vault:
        call = add_call(vault)
        for _ in range(3):
            vault.audit("card.changed", "closing", now=LATER)
    line = refuses(Refused, lambda: put_back(home, file))
    assert "3 later entries, the last of 2026-11-24" in line
    assert "and 1 call in all" in line
    assert "--replace" in line
    with open_as(home, "amina") as vault:
        assert vault.db.execute("SELECT count(*) FROM call WHERE id = ?", [call]).fetchone() == (1,)
    assert not swap.kept_aside(home)
    report = put_back(home, file, replace=True)
    assert report.aside == "replaced-2026-11-21"
    assert report.lost == (
        "The vault before has 3 later entries, the last of 2026-11-24, and 1 call in all"
    )
    with open_as(home, "amina") as vault:
        assert vault.db.execute("SELECT count(*) FROM call").fetchone() == (0,)
    # What was replaced is a vault that opens.
    with open_as(home / "replaced-2026-11-21", "amina") as vault:
        assert vault.db.execute("SELECT count(*) FROM call").fetchone() == (1,)
    assert put_back(home, file, replace=True).aside == "replaced-2026-11-21-2"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("over", [True, False])
def test_a_restore_on_a_disk_that_is_full_says_so(home: Path, file: Path, over: bool) -> None:
    """What is written into the restored vault last is in the file, or nothing is moved."""
    with open_as(home, "ines") as vault:
        while not _two_lines_need_a_page(vault):
            vault.audit("card.changed", "closing", now=NOW)
    save(home, file)
    target = home if over else home.with_name("new")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_up(step: str, _share: float) -> None:
        if step == "bring up to date":
            size = (swap.staging(target) / "vault.db").stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    def restore() -> None:
        words = passphrase("ines")
        restore_backup(target, "ines", words, file, replace=True, now=NOW, progress=fill_up)

    try:
        refuses(ConsoleError, restore)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not swap.kept_aside(target)
    if over:
        open_as(home, "amina").close()
    assert exists(target) == over


def _two_lines_need_a_page(vault: Vault) -> bool:
    """Whether the line of a backup fits where the trail ends, and that of a restore does not."""
    counts = []
    vault.conn.execute("BEGIN")
    for line in (("backup.begun", ""), ("vault.restored", "backup of 2026-11-21, line 100")):
        audit.append(vault.conn, vault.id, "ines", *line, now=NOW)
        counts.append(vault.conn.execute("PRAGMA page_count").fetchone())
    vault.conn.execute("ROLLBACK")
    return counts[1] > counts[0]


def test_another_vault_is_never_replaced(home: Path, file: Path, tmp_path: Path):
    save(home, file)
    other = tmp_path / "other"
    make_vault(other, operators=("zoe",), now=LATER)
    assert "another vault" in refuses(Refused, lambda: put_back(other, file, replace=True))
    open_as(other, "zoe", now=LATER).close()


def test_a_damaged_vault_is_replaced_when_asked(home: Path, file: Path):
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    save(home, file)
    (home / "vault.db").write_bytes(b"noise" * 10_000)
    (home / "keys/roster.json").unlink()
    assert "damaged" in refuses(Refused, lambda: put_back(home, file))
    put_back(home, file, replace=True)
    with open_as(home, "bea") as vault:
        assert vault.read_note(call) == CANARY


def test_an_open_vault_is_not_replaced(home: Path, file: Path):
    save(home, file)
    with open_as(home, "amina"):
        assert "amina" in refuses(VaultBusy, lambda: put_back(home, file, replace=True))


def test_a_member_removed_since_is_removed_in_the_restored_vault(home: Path, file: Path):
    save(home, file)
    with open_as(home, "ines") as vault:
        vault.remove_member("bea", now=NOW)
    report = put_back(home, file, replace=True)
    assert report.removed == ("bea",)
    refuses(CannotUnlock, lambda: open_as(home, "bea"))
    with open_as(home, "amina") as vault:
        assert [m.name for m in vault.members() if m.role == "operator"] == ["amina"]


def test_the_only_note_holder_of_a_backup_is_in_it_again(tmp_path: Path):
    home, file = tmp_path / "home", tmp_path / "stick.backup"
    make_vault(home)
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    save(home, file)
    with open_as(home, "ines") as vault:
        vault.add_member("bea", "operator", passphrase("bea"), now=NOW, cost=Cost.FLOOR)
    with open_as(home, "amina") as vault:
        vault.approve("bea", vault.fingerprint("bea"), now=NOW)
    with open_as(home, "ines") as vault:
        vault.remove_member("amina", now=NOW)
        vault.remove_member("carla", now=NOW)
    report = put_back(home, file, replace=True)
    assert report.removed == ("carla",)
    [(name, why)] = report.again
    assert name == "amina"
    assert "approve another operator" in why
    refuses(CannotUnlock, lambda: open_as(home, "carla"))
    with open_as(home, "amina") as vault:
        assert vault.read_note(call) == CANARY


def test_somebody_without_a_key_to_the_vault_there_replaces_nothing(home: Path, file: Path):
    with open_as(home, "ines") as vault:
        vault.add_member("ivan", "it", passphrase("ivan"), now=NOW)
    save(home, file)
    with open_as(home, "ines") as vault:
        vault.remove_member("ivan", now=NOW)
    assert "no key" in refuses(Refused, lambda: put_back(home, file, replace=True, name="ivan"))


# Files that are no backup ----------------------------------------------------------------------


def test_every_damaged_byte_of_a_backup_is_found(home: Path, file: Path, tmp_path: Path):
    save(home, file)
    good = file.read_bytes()
    chance = random.Random(3)
    with tarfile.open(file) as tar:
        headers = [member.offset for member in tar.getmembers()]
    offsets = [chance.randrange(len(good)) for _ in range(10 * _KILLS)]
    offsets += [at + chance.randrange(512) for at in headers] + [0, len(good) - 1]
    for offset in offsets:
        damaged = bytearray(good)
        damaged[offset] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged)

        def read() -> None:
            raw, manifest = backup.read_manifest(file)
            archive.unpack(file, raw, list(manifest.entries), None)

        assert file.name in refuses(VaultDamaged, read)
    sizes = (0, 1, 511, 512, 700, len(good) - 1024, len(good) - 1)
    for size in sizes:
        file.write_bytes(good[:size])
        assert file.name in refuses(VaultDamaged, lambda: put_back(tmp_path / "new", file))
    print(f"a backup with one bit flipped: {len(offsets)}; cut short: {len(sizes)}; all named")
    assert not list(tmp_path.glob("new/restor*"))


def _forged(path: Path, files: dict[str, bytes], **changes: object) -> None:
    """Write a backup as somebody would who knows the format and has no IT member's key."""
    entries = {
        n: {"size": len(c), "sha256": hashlib.sha256(c).hexdigest()} for n, c in files.items()
    }
    manifest = spell_document(
        {
            "format": backup.FORMAT,
            "vault": "00",
            "day": "2026-11-21",
            "epoch": 1,
            "generation": 1,
            "schema": 2,
            "lines": 1,
            "head": "",
            "signed_by": "ines",
            "signature": "A" * 86 + "==",
            "files": {**entries, **changes},
        }
    )
    content = archive.header(archive.MANIFEST, len(manifest)) + manifest
    content += bytes(-len(manifest) % 512)
    for name, data in sorted(files.items()):
        content += archive.header(name, len(data)) + data + bytes(-len(data) % 512)
    path.write_bytes(content + bytes(1024))


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/tmp/outside",
        "keys/../../outside",
        "keys/members/../../../outside.json",
        "keys/members/CON.json",
        "keys/lock",
        "keys\\outside.json",
        "keys/members/a/b.json",
        "vault.db-wal",
    ],
)
def test_no_name_in_a_backup_leads_out_of_the_home(file: Path, tmp_path: Path, name: str):
    _forged(file, {"keys/keyring.json": b"{}", "vault.db": b"x", name: b"evil"})
    assert file.name in refuses(VaultDamaged, lambda: put_back(tmp_path / "new", file))
    assert not list(tmp_path.rglob("outside*"))


def test_sizes_that_are_not_there_are_not_believed(file: Path, tmp_path: Path):
    huge = {"size": 1 << 60, "sha256": "0" * 64}
    _forged(file, {"keys/keyring.json": b"{}", "vault.db": b"x"}, **{"vault.db": huge})
    assert file.name in refuses(VaultDamaged, lambda: put_back(tmp_path / "new", file))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_other_things_in_a_tar_are_no_backup(
    home: Path, file: Path, tmp_path: Path, kind: bytes
):
    save(home, file)
    with tarfile.open(file) as tar:
        members = [(m, tar.extractfile(m)) for m in tar.getmembers()]
        content = [(m, f.read()) for m, f in members if f]
    with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as tar:
        for member, data in content:
            if member.name == "keys/keyring.json":
                member.type, member.linkname, member.size = kind, "/etc/passwd", 0
            tar.addfile(member, io.BytesIO(data))
    assert file.name in refuses(VaultDamaged, lambda: put_back(tmp_path / "new", file))


def test_a_backup_signed_by_nobody_of_it_is_refused(home: Path, file: Path, tmp_path: Path):
    save(home, file)
    raw, _ = backup.read_manifest(file)
    fields = json.loads(raw)
    del fields["digest"]
    with tarfile.open(file) as tar:
        files = {m.name: tar.extractfile(m).read() for m in tar.getmembers()[1:]}
    fields["day"] = "2027-01-01"
    manifest = spell_document(fields)
    content = archive.header(archive.MANIFEST, len(manifest)) + manifest
    content += bytes(-len(manifest) % 512)
    for name, data in sorted(files.items()):
        content += archive.header(name, len(data)) + data + bytes(-len(data) % 512)
    file.write_bytes(content + bytes(1024))
    assert "IT member" in refuses(VaultDamaged, lambda: put_back(tmp_path / "new", file))


def test_a_backup_says_who_made_it_before_it_is_opened(home: Path, file: Path):
    save(home, file)
    found = describe_backup(file)
    assert (found.made_by, found.day, found.bytes) == ("ines", "2026-11-21", file.stat().st_size)
    assert roster(home)


# Kills -----------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that can be forked")
@pytest.mark.parametrize("replace", [True, False])
def test_a_kill_at_every_touch_of_a_restore_leaves_a_whole_vault(
    home: Path, file: Path, tmp_path: Path, replace: bool
):
    with open_as(home, "amina") as vault:
        old = add_note(vault)
    save(home, file)
    with open_as(home, "amina") as vault:
        add_call(vault)
    if not replace:
        home = tmp_path / "empty"
        home.mkdir()
    states: dict[str, int] = {"before": 0, "after": 0}
    aside = 0
    every = max(1, 48 // _KILLS)
    point = 0
    while _killed_at(point, home, file):
        if not replace and not (home / "vault.db").exists() and not swap.pending(home):
            states["before"] += 1
        else:
            with open_as(home, "amina") as vault:
                assert vault.read_note(old) == CANARY
                assert vault.audit_broken_at() is None
                (calls,) = vault.db.execute("SELECT count(*) FROM call").fetchone()
            states["before" if calls == 2 else "after"] += 1
            if len(swap.kept_aside(home)) > aside:
                aside += 1
                with open_as(swap.kept_aside(home)[-1], "amina") as vault:
                    assert vault.read_note(old) == CANARY
            if calls != 2:
                if replace:
                    with open_as(home, "amina") as vault:
                        add_call(vault)
                else:
                    shutil.rmtree(home)
                    home.mkdir()
        point += every
    print(f"restore killed at {point // every} places: {states}")
    assert all(states.values())


def _killed_at(point: int, home: Path, file: Path) -> bool:
    child = os.fork()
    if child == 0:
        left = point

        def touched(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"} and str(
                arguments[0]
            ).startswith(str(home)):
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1

        code = 1
        try:
            sys.addaudithook(touched)
            put_back(home, file, replace=True)
            code = 0
        finally:
            # Never back into the test run that this process is a copy of.
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def test_a_vault_that_went_another_way_is_said_to_have(home: Path, file: Path, tmp_path: Path):
    other = tmp_path / "other"
    shutil.copytree(home, other)
    with open_as(other, "amina") as vault:
        vault.audit("card.changed", "closing", now=NOW)
    save(other, file)
    with open_as(home, "amina") as vault:
        vault.audit("card.changed", "danger", now=NOW)
        entries = len(vault.audit_lines())
    line = refuses(Refused, lambda: put_back(home, file))
    assert f"another way than the backup, with {entries} entries and 0 calls" in line
