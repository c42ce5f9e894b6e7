from pathlib import Path

import pytest

from console import codebook
from console.errors import BadUsage, Refused
from tests.vaults import NOW, make_vault, open_as


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_vault(tmp_path)
    return tmp_path


def test_a_code_of_the_site_is_in_the_next_codebook(home):
    with open_as(home, "carla") as vault:
        codebook.add_code(
            vault,
            "issue",
            "lockdown",
            {"en": "Lockdown", "no": "Nedstengning"},
            words={"en": ["curfew"]},
            now=NOW,
        )
    with open_as(home, "amina") as vault:
        book = codebook.load(vault, "PK")
        assert book.search("curfew")[0].code == "lockdown"
        assert book.label("issue", "lockdown") == "Lockdown"
        assert codebook.load(vault, "PK", "nb").label("issue", "lockdown") == "Nedstengning"
        order = [code.code for code in book.codes("issue")]
        assert order[-3:] == ["lockdown", "other", "unknown"]
        assert "lockdown" in book.grid("issue")


def test_adding_a_code_is_in_the_audit_trail(home):
    with open_as(home, "carla") as vault:
        codebook.add_code(vault, "campus", "lums", {"en": "LUMS"}, now=NOW)
        last = vault.audit_lines()[-1]
        assert (last.actor, last.action, last.subject) == ("carla", "code.added", "campus/lums")


@pytest.mark.parametrize("name", ["amina", "ines"])
def test_only_a_coordinator_adds_codes(home, name):
    with open_as(home, name) as vault:
        with pytest.raises(Refused):
            codebook.add_code(vault, "issue", "lockdown", {"en": "Lockdown"}, now=NOW)
        assert not codebook.load(vault, "PK").known("issue", "lockdown")


@pytest.mark.parametrize(
    ("dimension", "code", "labels"),
    [
        ("colour", "red", {"en": "Red"}),
        ("kind", "fax", {"en": "Fax"}),
        ("issue", "Upper", {"en": "Upper"}),
        ("issue", "-dash", {"en": "Dash"}),
        ("issue", "x" * 41, {"en": "Long"}),
        ("issue", "", {"en": "Empty"}),
        ("issue", "stalking", {"en": "There already"}),
        ("issue", "fine", {}),
        ("issue", "fine", {"en": " "}),
        ("issue", "fine", {"English": "Fine"}),
    ],
)
def test_a_code_that_makes_no_sense_is_refused_and_not_kept(home, dimension, code, labels):
    with open_as(home, "carla") as vault:
        before = vault.conn.execute("SELECT count(*) FROM code").fetchone()
        with pytest.raises(BadUsage):
            codebook.add_code(vault, dimension, code, labels, now=NOW)
        assert vault.conn.execute("SELECT count(*) FROM code").fetchone() == before


def test_a_region_of_another_country_gets_its_own_name(home):
    with open_as(home, "carla") as vault:
        codebook.add_code(vault, "region", "AR-X", {"en": "cordoba"}, now=NOW)
        assert codebook.load(vault, "PK").label("region", "AR-X") == "Córdoba"


def test_a_retired_code_is_no_longer_offered_but_still_counted(home):
    with open_as(home, "carla") as vault:
        with vault.transaction():
            vault.conn.execute(
                "INSERT INTO code (dimension, code, added_on, retired_on) VALUES (?, ?, ?, ?)",
                ["platform", "discord", "2026-11-01", "2026-11-20"],
            )
        book = codebook.load(vault, "PK")
        assert "discord" not in [code.code for code in book.codes("platform")]
        assert "discord" in book.grid("platform")
        assert book.label("platform", "discord") == "Discord"
        assert all(hit.code != "discord" for hit in book.search("discord"))
