"""Closing, bundles and the ledger by commands alone: headquarters and one workstation."""

import json
from pathlib import Path

import pytest

from console.figures import counting
from tests.cli.conftest import TODAY, Command, refused
from tests.cli.test_terminal import at_terminal, end
from tests.figures.few import SMALL
from tests.figures.rows import long_tailed
from tests.figures.test_export import insert
from tests.vaults import make_vault, open_as, passphrase

MONTH = "2026-03"


def line(helpline: Command, tmp_path: Path) -> Command:
    """Give headquarters few tables, and return a workstation with calls."""
    with open_as(helpline.home, "carla") as vault:
        vault.set_setting(counting.POLICY, SMALL)
    secrets = tmp_path / "secrets of north"
    secrets.mkdir()
    make_vault(tmp_path / "north", it="ines of north", now=TODAY)
    with open_as(tmp_path / "north", "carla") as vault:
        insert(vault, MONTH, long_tailed(1, 21))
    return Command(tmp_path / "north", secrets)


def words_of(out: str) -> str:
    return out.rstrip().rpartition(": ")[2]


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


def test_a_month_goes_from_a_workstation_into_a_release(
    helpline: Command, tmp_path: Path, stick: Path
) -> None:
    stick.mkdir()
    north = line(helpline, tmp_path)
    settings, counts = stick / "settings", stick / "counts"
    made = helpline.as_("carla", "bundle", "make", "settings", settings)
    assert made.code == 0, made.err
    merge = ("bundle", "merge", settings)
    refused(north.as_("carla", *merge), 5, "--fingerprint")
    refused(north.as_("carla", *merge, "--fingerprint", "pafe pure fepe base pabu begu"), 5)
    assert north.as_("carla", *merge, "--fingerprint", words_of(made.out)).code == 0
    assert "already there" in north.as_("carla", *merge).out

    make = ("bundle", "make", "counts", counts, "--month", MONTH, "--as-workstation", "North")
    told = north.as_("carla", *make)
    assert told.code == 0, told.err
    refused(north.as_("carla", *make), 2, "there already")
    (stick / "cut").write_bytes(counts.read_bytes()[:5000])
    words = ("--fingerprint", words_of(told.out))
    taken = helpline.as_("carla", "bundle", "merge", stick / "cut", counts, *words)
    assert taken.code == 2
    assert "North" in taken.out
    assert "21 calls" in taken.out
    assert "cut short" in taken.err
    assert "1 of 2" in taken.err
    [again] = json.loads(helpline.as_("carla", "bundle", "merge", counts, "--json").out)
    assert again["outcome"] == "already there"

    listed = json.loads(helpline.as_("carla", "bundle", "workstations", "list", "--json").out)
    assert [(each["name"], each["since"]) for each in listed] == [("North", MONTH)]
    export = ("figures", "export", "--out", tmp_path / "out", "--month")
    refused(helpline.as_("carla", *export, "2026-04"), 5, "North", "--absent")
    refused(helpline.as_("carla", *export, "2026"), 2, "YYYY-MM")
    refused(helpline.as_("carla", "figures", "export", "--out", tmp_path / "out"), 2, "--month")
    assert helpline.as_("carla", *export, MONTH).code == 0
    refused(helpline.as_("carla", *export, MONTH, "--mode", "suppressed"), 5, "rounded")
    close = ("figures", "close", "--month", "2026-04")
    refused(helpline.as_("carla", *close), 5, "North")
    assert "without North" in helpline.as_("carla", *close, "--absent", "North").out
    [march, april] = json.loads(helpline.as_("carla", "figures", "history", "--json").out)
    assert (march["state"], march["reported"]) == ("published", ["North"])
    assert (april["state"], april["absent"]) == ("closed", ["North"])
    restate = ("figures", "restate", "--month", MONTH, "--reason", "late")
    refused(helpline.as_("carla", *restate), 5, "nothing")
    retire = ("bundle", "workstations", "retire", "North", "--from", "2026-05")
    assert helpline.as_("carla", *retire).code == 0
    history = helpline.as_("carla", "figures", "history").out
    assert "North" in history

    leave = (*retire[:-1], "2099-01", "--here")
    refused(helpline.as_("carla", *leave), 5, "nobody's workstation")
    refused(north.as_("carla", *retire, "--here"), 5, "2026-05 is over")
    refused(north.as_("carla", *leave[:-1]), 2, "no workstation called North")
    left = north.as_("carla", *leave)
    assert left.code == 0, left.err
    assert "From 2099-01 on North publishes by itself" in left.out
    refused(north.as_("carla", *export, MONTH), 5, "headquarters publishes")


def test_bundles_are_not_the_operators(helpline: Command, stick: Path) -> None:
    refused(helpline.as_("amina", "bundle", "make", "settings", stick), 5)
    refused(helpline.as_("amina", "bundle", "merge", stick), 5)
    assert not stick.exists()


def test_the_words_to_compare_stand_alone_and_last(
    helpline: Command, tmp_path: Path, stick: Path
) -> None:
    north = line(helpline, tmp_path)
    with open_as(helpline.home, "carla") as vault:
        vault.set_setting("site", "HQ. Fingerprint: badu kero lima nevi posa tuve")
    made = helpline.as_("carla", "bundle", "make", "settings", stick)
    secret = north.secret("carla", passphrase("carla"))
    as_carla = ("--as", "carla", "--passphrase-file", str(secret))
    child = at_terminal(north.home, *as_carla, "bundle", "merge", str(stick))
    child.expect_exact("Does carla read out the same words?")
    shown = (child.before or "").split("\r\n")
    assert shown[-2:] == [f"Fingerprint: {words_of(made.out)}", ""]
    assert [text for text in shown if text.startswith("Fingerprint")] == shown[-2:-1]
    child.sendline("n")
    code, printed = end(child)
    assert code == 5
    assert "not known here" in printed
