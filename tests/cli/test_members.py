"""From an empty folder to a vault with members, by commands alone."""

import json
import stat
from datetime import UTC, datetime, timedelta
from typing import Any

from console.vault.identity import MemberFile
from tests.cli.conftest import Command, refused
from tests.vaults import make_vault, passphrase

INES = "quiet-kettles-paint-lanterns-of-ines"
CARLA = "brass-spoons-chase-marmalade-of-carla"


def test_a_vault_is_made_and_its_members_added(empty: Command) -> None:
    ines = empty.secret("ines.txt", INES)
    made = empty.run("--passphrase-file", ines, "init", "ines", "--country", "no", "--site", "Øst")
    assert made.code == 0, made.err
    assert "Øst (NO)" in made.out
    assert stat.S_IMODE(empty.home.stat().st_mode) == 0o700

    carla = empty.secret("carla.txt", CARLA)
    add = ("member", "add", "carla", "--role", "coordinator", "--new-passphrase-file", carla)
    added = empty.run("--passphrase-file", ines, *add)
    assert added.code == 0, added.err
    refused(empty.run("--passphrase-file", ines, *add), 2, "carla")

    listed = empty.run("--passphrase-file", ines, "member", "list", "--json")
    assert [(each["name"], each["role"]) for each in json.loads(listed.out)] == [
        ("carla", "coordinator"),
        ("ines", "it"),
    ]
    # Carla's own passphrase opens it: reading the months is hers alone.
    months = empty.run("--passphrase-file", carla, "figures", "preview", "--json")
    assert json.loads(months.out) == []


def test_a_vault_is_never_made_over_another(helpline: Command) -> None:
    before = (helpline.home / "vault.db").read_bytes()
    new = helpline.secret("new", INES)
    refused(helpline.run("--passphrase-file", new, "init", "ines"), 2, "already")
    assert (helpline.home / "vault.db").read_bytes() == before
    (helpline.home / "vault.db").replace(helpline.home / "lost")
    answer = helpline.run("--passphrase-file", new, "init", "ines")
    refused(answer, 2, "restore a backup")
    assert not (helpline.home / "vault.db").exists()


def test_a_weak_passphrase_makes_no_vault(empty: Command) -> None:
    weak = empty.secret("weak", "letmeinletmein1")
    answer = empty.run("--passphrase-file", weak, "init", "ines")
    refused(answer, 5, "passphrase")
    assert "letmein" not in answer.err
    assert not (empty.home / "vault.db").exists()


def test_a_new_passphrase_replaces_the_old_one(helpline: Command) -> None:
    new = helpline.secret("new", INES)
    changed = helpline.as_("ines", "member", "passphrase", "--new-passphrase-file", new)
    assert changed.code == 0, changed.err
    refused(helpline.as_("ines", "key", "status"), 3)
    again = helpline.run("--as", "ines", "--passphrase-file", new, "key", "status", "--json")
    assert json.loads(again.out)["epoch"] == 1


def test_an_operator_is_approved_by_her_fingerprint(helpline: Command) -> None:
    noor = helpline.secret("noor", passphrase("noor"))
    add = ("member", "add", "noor", "--role", "operator", "--new-passphrase-file", noor)
    assert helpline.as_("ines", *add).code == 0

    def listed() -> dict[str, Any]:
        answer = helpline.as_("noor", "member", "list", "--json")
        return next(each for each in json.loads(answer.out) if each["name"] == "noor")

    assert listed()["awaits_approval"]
    words = listed()["fingerprint"]
    assert len(words.split()) == 6
    approve = ("member", "approve", "noor", "--fingerprint")
    refused(helpline.as_("ines", *approve, words), 5)
    refused(helpline.as_("amina", *approve, "six words of someone else entirely"), 5)
    refused(helpline.as_("amina", "member", "approve", "noor"), 2, "--fingerprint")
    assert not listed()["holds_notes"]
    assert helpline.as_("amina", *approve, words).code == 0
    assert listed()["holds_notes"]


def test_everybody_sees_their_own_words_and_nobody_elses(helpline: Command) -> None:
    """As their key files have them; those of who awaits approval are for all to compare."""
    noor = helpline.secret("noor", passphrase("noor"))
    add = ("member", "add", "noor", "--role", "operator", "--new-passphrase-file", noor)
    assert helpline.as_("ines", *add).code == 0
    vault = json.loads((helpline.home / "keys/keyring.json").read_bytes())["vault"]
    own = {
        name: MemberFile.read(helpline.home / f"keys/members/{name}.json").public.fingerprint(vault)
        for name in ("amina", "carla", "ines", "noor")
    }
    for name, words in own.items():
        listed = helpline.as_(name, "member", "list")
        assert listed.code == 0, listed.err
        assert listed.out.splitlines()[-1] == f"Your own words, out of your key file: {words}"
        answer = json.loads(helpline.as_(name, "member", "list", "--json").out)
        assert {each["name"]: each["fingerprint"] for each in answer} == {
            other: own[other] if other in (name, "noor") else None for other in own
        }
        assert [each["name"] for each in answer if each["awaits_approval"]] == ["noor"]


def test_what_it_sees_of_the_keys_everybody_may_see(helpline: Command) -> None:
    for name in ("amina", "carla"):
        for command in (("key", "status"), ("key", "policy")):
            assert helpline.as_(name, *command).code == 0
        refused(helpline.as_(name, "key", "policy", "--rotate-days", "30"), 5)
        refused(helpline.as_(name, "key", "rotate"), 5)


def test_a_member_is_removed_by_it_and_named_in_the_status(helpline: Command) -> None:
    noor = helpline.secret("noor", passphrase("noor"))
    add = ("member", "add", "noor", "--role", "operator", "--new-passphrase-file", noor)
    words = helpline.as_("ines", *add).out.splitlines()[-1].removeprefix("Fingerprint: ")
    assert helpline.as_("amina", "member", "approve", "noor", "--fingerprint", words).code == 0

    remove = ("member", "remove", "noor")
    refused(helpline.as_("ines", *remove), 2, "--yes")
    refused(helpline.as_("amina", *remove, "--yes"), 5)
    refused(helpline.as_("ines", "member", "remove", "ines", "--yes"), 5)
    refused(helpline.as_("ines", "member", "remove", "nobody", "--yes"), 2, "nobody")
    removed = helpline.as_("ines", *remove, "--yes")
    assert removed.code == 0, removed.err
    assert "key number 2" in removed.out
    assert helpline.as_("ines", "audit", "--head", _head(removed.out)).code == 0
    refused(helpline.as_("noor", "key", "status"), 3, "noor")
    refused(helpline.as_("ines", "member", "remove", "amina", "--yes"), 5, "amina")

    def status() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(helpline.as_("ines", "key", "status", "--json").out)
        return found

    assert (status()["leaving"], status()["note_generation"]) == (["noor"], 1)
    assert "Removed: noor" in helpline.as_("ines", "key", "status").out
    assert helpline.as_("amina", "member", "list").code == 0
    assert (status()["leaving"], status()["note_generation"]) == ([], 2)


def test_a_rotation_states_the_head_of_the_trail(helpline: Command) -> None:
    rotated = helpline.as_("ines", "key", "rotate")
    assert "key number 2" in rotated.out
    again = json.loads(helpline.as_("ines", "key", "rotate", "--json").out)
    for head in (_head(rotated.out), again["head"]):
        assert helpline.as_("ines", "audit", "--head", head).code == 0
    assert helpline.as_("ines", "audit", "--head", "0" * 64).code == 4


def _head(said: str) -> str:
    """Return the head that a command printed on a line of its own."""
    (line,) = [line for line in said.splitlines() if line.startswith("Head of the trail: ")]
    return line.removeprefix("Head of the trail: ")


def test_how_long_the_key_is_kept_is_a_policy_of_it(empty: Command) -> None:
    made = datetime.now(UTC) - timedelta(days=300)
    make_vault(empty.home, coordinators=(), now=made)
    refused(empty.as_("amina", "key", "policy", "--rotate-days", "30"), 5)
    refused(empty.as_("ines", "key", "policy", "--rotate-days", "0"), 2, "days")
    assert "should have been replaced" in empty.as_("ines", "key", "status").out
    assert json.loads(empty.as_("ines", "key", "status", "--json").out)["overdue"] is True
    assert empty.as_("ines", "key", "policy", "--rotate-days", "3000").code == 0
    assert "A new one is due by" in empty.as_("ines", "key", "status").out
