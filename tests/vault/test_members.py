from pathlib import Path

import pytest

from console.errors import BadUsage, CannotUnlock, Refused
from console.vault import Cost, Member, Vault, change_passphrase, create, roster
from console.vault.identity import Identity, MemberFile, calibrated
from tests.vault.checks import refuses
from tests.vaults import NOW, open_as, passphrase


def _add(vault: Vault, name: str, role: str = "operator") -> bool:
    return vault.add_member(name, role, passphrase(name), now=NOW, cost=Cost.FLOOR)


def test_members_are_listed_with_role_and_who_holds_notes(home: Path) -> None:
    with open_as(home, "carla") as vault:
        assert vault.members() == [
            Member("amina", "operator", True),
            Member("bea", "operator", True),
            Member("carla", "coordinator", False),
            Member("ines", "it", False),
        ]


def test_roles_are_asked_for_in_words(home: Path) -> None:
    with open_as(home, "carla") as vault:
        vault.require("coordinator", "operator")
        assert "IT staff" in refuses(Refused, lambda: vault.require("it"))
        refuses(Refused, lambda: _add(vault, "dora"))
        refuses(Refused, lambda: vault.rotate(now=NOW))
        refuses(Refused, lambda: vault.approve("amina", None, now=NOW))


@pytest.mark.parametrize("name", ["", "../x", "a/b", "con", ".x", "x.", "a\nb", "a  b", "x" * 41])
def test_a_name_that_is_no_file_name_is_refused(home: Path, name: str) -> None:
    with open_as(home, "ines") as vault:
        refuses(BadUsage, lambda: _add(vault, name))


def test_names_in_any_script_are_welcome(home: Path) -> None:
    with open_as(home, "ines") as vault:
        for name in ("Ana María", "زینب", "O'Neil", "li-na"):
            assert not _add(vault, name)
    with open_as(home, "زینب") as vault:
        assert vault.waiting() == ["Ana María", "O'Neil", "li-na", "زینب"]


@pytest.mark.parametrize("name", ["amina", "AMINA"])
def test_a_name_is_given_once(home: Path, name: str) -> None:
    before = (home / "keys/members/amina.json").read_bytes()
    with open_as(home, "ines") as vault:
        refuses(BadUsage, lambda: _add(vault, name))
    assert (home / "keys/members/amina.json").read_bytes() == before


def test_an_unknown_role_is_refused(home: Path) -> None:
    with open_as(home, "ines") as vault:
        refuses(BadUsage, lambda: _add(vault, "dora", "boss"))
    assert "dora" not in dict(roster(home))


def test_an_addition_cut_short_lets_nobody_in_and_can_be_done_again(home: Path) -> None:
    kept = {
        path: path.read_bytes()
        for path in (home / "vault.db", home / "keys/keyring.json", home / "keys/roster.json")
    }
    with open_as(home, "ines") as vault:
        _add(vault, "dora")
    # As if the power had gone after the key files and before the commit.
    (home / "vault.db").write_bytes(kept[home / "vault.db"])
    assert "dora" in refuses(CannotUnlock, lambda: open_as(home, "dora"))
    with open_as(home, "ines") as vault:
        assert not _add(vault, "dora")
    open_as(home, "dora").close()


def test_an_addition_that_fails_leaves_no_key_file(home: Path) -> None:
    with open_as(home, "ines") as vault:
        vault.conn.execute("PRAGMA query_only = ON")
        with pytest.raises(Exception, match="writable"):
            _add(vault, "dora")
        vault.conn.execute("PRAGMA query_only = OFF")
        assert "dora" not in dict(roster(home))
        _add(vault, "dora")
    open_as(home, "dora").close()


def test_a_wrong_fingerprint_is_not_approved(home: Path) -> None:
    with open_as(home, "ines") as vault:
        _add(vault, "dora")
    with open_as(home, "amina") as vault:
        words = vault.fingerprint("dora")
        wrong = " ".join(reversed(words.split()))
        assert "dora" in refuses(Refused, lambda: vault.approve("dora", wrong, now=NOW))
        assert vault.waiting() == ["dora"]
        vault.approve("dora", words, now=NOW)
        refuses(Refused, lambda: vault.approve("dora", words, now=NOW))
        refuses(Refused, lambda: vault.approve("carla", None, now=NOW))
        refuses(BadUsage, lambda: vault.approve("nobody", None, now=NOW))


def test_who_awaits_approval_can_approve_nobody(home: Path) -> None:
    with open_as(home, "ines") as vault:
        _add(vault, "dora")
        _add(vault, "emma")
    with open_as(home, "dora") as vault:
        refuses(Refused, lambda: vault.approve("emma", None, now=NOW))
        refuses(Refused, lambda: vault.approve("dora", None, now=NOW))


def test_fingerprints_are_six_words_and_differ_with_keys_name_and_vault() -> None:
    one, two = Identity.generate("amina", "operator"), Identity.generate("amina", "operator")
    words = {one.public.fingerprint(v) for v in ("a", "b")} | {two.public.fingerprint("a")}
    assert len(words) == 3
    assert all(len(w.split()) == 6 and len(w) == 29 for w in words)


def test_the_words_that_she_reads_out_are_of_her_private_keys() -> None:
    """Not of halves that somebody else put beside them, and could open what is sealed to."""
    hers, other = Identity.generate("noor", "operator"), Identity.generate("noor", "operator")
    mixed = Identity(hers._secret, other.public)
    assert mixed.fingerprint("v") == hers.public.fingerprint("v") != other.public.fingerprint("v")


def test_a_new_passphrase_costs_no_less_to_guess_than_the_one_before(tmp_path: Path) -> None:
    """More than is ever chosen by itself, as a busy moment would choose less than a quiet one."""
    heavy, words = Cost(300 * 1024, 3, 4), "gravel lantern mitten orchard pewter"
    create(tmp_path, "ines", words, site="Line", country="PK", now=NOW, cost=heavy)
    change_passphrase(tmp_path, "ines", words, passphrase("ines"), now=NOW)
    assert MemberFile.read(tmp_path / "keys/members/ines.json").cost == heavy


def test_the_calibrated_cost_is_never_below_the_floor() -> None:
    cost = calibrated()
    assert cost.sane
    assert Cost.FLOOR.memory_kib <= cost.memory_kib <= Cost.DEFAULT.memory_kib
