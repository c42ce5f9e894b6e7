"""``helpline vault restore`` and what it leaves beside the vault, as they are typed."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from console.cli.session import now
from console.vault import Cost, back_up, purge, recover, restore_backup, unlock
from tests.cli.conftest import Command, refused
from tests.cli.test_terminal import at_terminal, end
from tests.vault import kits
from tests.vaults import NOW, open_as, passphrase

NEW = "ines draws eleven loud bicycles"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stick.backup"


@pytest.fixture
def recovered(empty: Command, file: Path) -> Command:
    """A line where ines has got new keys since the backup, and bea was removed."""
    kept = kits.template()
    shutil.copytree(kept.home, empty.home)
    back_up(empty.home, "ines", passphrase("ines"), file, now=NOW)
    recover(empty.home, kept.kit.shares[:3], "ines", None, NEW, now=NOW, cost=Cost.FLOOR)
    with unlock(empty.home, "ines", NEW, now=NOW) as vault:
        vault.remove_member("bea", now=NOW)
    return empty


@pytest.fixture
def aside(helpline: Command, file: Path) -> Command:
    """A line with a vault that a restore has just put aside."""
    back_up(helpline.home, "ines", passphrase("ines"), file, now=now())
    restore_backup(helpline.home, "ines", passphrase("ines"), file, replace=True, now=now())
    return helpline


def test_who_got_new_keys_since_is_told_which_option_it_takes(
    recovered: Command, file: Path
) -> None:
    restore = ("vault", "restore", file, "--replace")
    refused(recovered.as_("ines", *restore), 5, "new keys", "--present-passphrase-file")
    other = recovered.secret("other", passphrase("amina"))
    refused(recovered.as_("ines", *restore, "--present-passphrase-file", other), 3, "passphrase")
    today = recovered.secret("today", NEW)
    done = recovered.as_("ines", *restore, "--present-passphrase-file", today)
    assert done.code == 0, done
    assert "Removed once more: bea." in done.out
    assert "Recovery kit 1 opens it again" in done.out
    assert "Nobody can say who was removed since" not in done.out


def test_at_a_terminal_the_passphrase_of_today_is_asked_for(recovered: Command, file: Path) -> None:
    child = at_terminal(recovered.home, "--as", "ines", "vault", "restore", str(file), "--replace")
    child.expect("Passphrase of ines: ")
    child.sendline(passphrase("ines"))
    child.expect("Passphrase of ines in the vault that is there: ")
    child.sendline(NEW)
    code, printed = end(child)
    assert code == 0
    assert "Removed once more: bea." in printed
    assert "bicycles" not in printed


def test_who_may_log_in_is_said_where_nobody_knows_who_was_removed(
    recovered: Command, file: Path
) -> None:
    (recovered.home / "vault.db").write_bytes(b"noise" * 10_000)
    done = recovered.as_("ines", "vault", "restore", file, "--replace")
    assert done.code == 0, done
    assert "Removed once more" not in done.out
    assert "These may log in: amina, bea, carla, ines. Remove who left" in done.out
    recovered.home = file.parent / "new"
    said = json.loads(recovered.as_("ines", "vault", "restore", file, "--json").out)
    assert (said["unsure"], said["kit"]) == (["amina", "bea", "carla", "ines"], 1)


def test_what_is_kept_aside_is_said_by_restore_purge_and_check(aside: Command, file: Path) -> None:
    name = f"replaced-{now().date()}"
    for command in (("carla", "vault", "purge"), ("ines", "vault", "check")):
        answer = aside.as_(*command)
        assert answer.code == 0, answer
        assert f"{name} is the vault that a restore replaced" in answer.out
        assert "retention does not reach into it" in answer.out
    done = aside.as_("ines", "vault", "restore", file, "--replace")
    assert f"kept in {name}-2" in done.out
    assert "Retention does not reach into it" in done.out


def test_a_purge_destroys_what_was_put_aside_long_ago_and_says_so(aside: Command) -> None:
    [folder] = aside.home.glob("replaced-*")
    folder.rename(aside.home / "replaced-2020-02-02")
    asked = aside.as_("carla", "vault", "purge")
    assert asked.code == 2
    assert f"put aside up to {now().date() - timedelta(days=90)}, to be destroyed: 1" in asked.out
    assert (aside.home / "replaced-2020-02-02").is_dir()
    assert aside.as_("carla", "vault", "purge", "--yes").code == 0
    assert not list(aside.home.glob("replaced-*"))


def test_a_purge_says_what_its_own_login_destroyed_of_what_was_put_aside(aside: Command) -> None:
    yesterday = now() - timedelta(days=1)
    with open_as(aside.home, "ines", now=yesterday) as vault:
        purge.destroy(vault, now=yesterday)
    [folder] = aside.home.glob("replaced-*")
    folder.rename(aside.home / "replaced-2020-02-02")
    answer = aside.as_("carla", "vault", "purge")
    assert answer.code == 0, answer
    assert "0 return codes, 1 vaults that restores had put aside." in answer.out


def test_an_emergency_counts_the_vaults_aside_before_it_is_confirmed(aside: Command) -> None:
    emergency = ("carla", "vault", "purge", "--emergency")
    asked = aside.as_(*emergency)
    assert "go as a whole with it: 1." in asked.out
    assert list(aside.home.glob("replaced-*"))
    assert aside.as_(*emergency, "--word", "destroy").code == 0
    assert not list(aside.home.glob("replaced-*"))
    assert "aside" not in aside.as_(*emergency).out
    open_as(aside.home, "amina", now=now()).close()
