"""What the vault refuses is said in the language of the screens."""

from pathlib import Path

import pytest

from console import language
from console.errors import CannotUnlock, Refused, VaultDamaged
from console.language import _
from console.vault import VaultBusy, unlock
from tests.language.catalogues import OTHERS
from tests.vault.checks import refuses
from tests.vaults import NOW, open_as


def spoken(english: str) -> str:
    """What a message says in the language that is spoken, which is another than English."""
    assert _(english) != english
    return _(english)


@pytest.mark.parametrize("code", OTHERS)
def test_a_wrong_passphrase_and_the_wait_after_it(home: Path, code: str) -> None:
    language.use(code)
    wrong = spoken("That is not the passphrase of {name}: try again.").format(name="amina")
    for _try in range(3):
        said = refuses(CannotUnlock, lambda: unlock(home, "amina", "no", now=NOW))
        assert said == wrong
    wait = spoken("Too many wrong passphrases: wait {seconds} seconds, then try again.")
    said = refuses(CannotUnlock, lambda: unlock(home, "amina", "no", now=NOW))
    assert said.startswith(wait.partition("{")[0])


@pytest.mark.parametrize("code", OTHERS)
def test_a_vault_that_somebody_has_open(home: Path, code: str) -> None:
    language.use(code)
    with open_as(home, "amina"):
        said = refuses(VaultBusy, lambda: open_as(home, "carla"))
    assert said.startswith("amina (")
    assert said.endswith(spoken("{who} has this vault open: close that console first.")[5:])


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_for_others(home: Path, code: str) -> None:
    language.use(code)
    with open_as(home, "ines") as vault:
        said = refuses(Refused, lambda: vault.require("operator", "coordinator"))
        alone = refuses(Refused, vault.require_notes)
    roles = f"{spoken('operators')} {spoken('or')} {spoken('the coordinator')}"
    role = spoken("IT staff")
    whole = spoken("This is for {roles}: you are logged in as {role}.")
    assert said == whole.format(roles=roles, role=role)
    assert alone == spoken("Notes are for operators: you are logged in as {role}.").format(
        role=role
    )


@pytest.mark.parametrize("code", OTHERS)
def test_a_damaged_file(home: Path, code: str) -> None:
    language.use(code)
    (home / "vault.db").write_bytes(b"short")
    said = refuses(VaultDamaged, lambda: open_as(home, "amina"))
    assert said == spoken("vault.db is damaged (cut short): restore it from a backup.")
