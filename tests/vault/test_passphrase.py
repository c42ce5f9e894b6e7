"""What a passphrase costs to guess, and that changing it touches nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.errors import CannotUnlock
from console.vault import Cost, change_passphrase, guarding, unlock
from console.vault.identity import MemberFile, affordable, derive
from tests.vault.checks import add_note, refuses
from tests.vaults import NOW, open_as, passphrase

NEW = "nine green kettles hum softly"
MIB = 1024


def test_the_floor_is_the_second_recommended_option_of_rfc_9106() -> None:
    assert Cost(64 * MIB, 3, 4) == Cost.FLOOR


@pytest.mark.parametrize(
    ("seconds", "free", "memory"),
    [
        (0.1, 4096, 256),
        (0.25, 4096, 256),
        (0.5, 4096, 128),
        (5.0, 4096, 64),
        (0.1, 255, 128),
        (0.1, 127, 64),
        (0.1, 0, 64),
    ],
)
def test_the_cost_is_what_the_machine_affords(seconds: float, free: int, memory: int) -> None:
    def fits(kib: int) -> bool:
        return kib <= free * MIB

    assert affordable(seconds, fits) == Cost(memory * MIB, 3, 4)


@given(st.floats(1e-4, 1e4), st.integers(0, 2**24))
def test_no_machine_gets_a_cost_below_the_floor(seconds: float, free: int) -> None:
    cost = affordable(seconds, lambda kib: kib <= free)
    assert cost.sane
    assert cost.memory_kib <= Cost.DEFAULT.memory_kib


_LIMITED = """
import resource, sys
from pathlib import Path
from console.errors import CannotUnlock
from console.vault.identity import calibrated
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[1]) * 1024 * 1024,) * 2)
try: print(calibrated().memory_kib // 1024)
except CannotUnlock as error: print(error)
"""


def _limited(mib: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(mib)], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_process_short_of_memory_takes_less_or_says_so() -> None:
    assert 64 <= int(_limited(150)) <= 150
    assert "lacks 64 MiB" in _limited(32)


def test_less_than_usual_is_said(home: Path) -> None:
    line = guarding(home, "amina")
    assert line
    assert "64 MiB" in line
    file = MemberFile.read(home / "keys/members/amina.json").open(passphrase("amina"))
    assert file
    file.write(home / "keys/members/amina.json", "0" * 32, NEW, Cost.DEFAULT, now=NOW)
    assert guarding(home, "amina") is None
    assert guarding(home, "nobody") is None


def test_a_cost_beyond_the_memory_is_one_line() -> None:
    huge = Cost(4 * 1024 * 1024 * 1024 - 1, 3, 4)
    assert "memory" in refuses(CannotUnlock, lambda: derive("x", bytes(16), huge))


def test_a_changed_passphrase_touches_her_key_file_alone(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    before = _files(home)
    change_passphrase(home, "amina", passphrase("amina"), NEW, now=NOW, cost=Cost.FLOOR)
    after = _files(home)
    assert {path for path in after if before.get(path) != after[path]} == {
        "keys/members/amina.json"
    }
    assert before.keys() == after.keys()
    with unlock(home, "amina", NEW, now=NOW) as vault:
        assert vault.read_note(1)


def _files(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
    }
