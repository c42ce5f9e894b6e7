"""What a passphrase costs to guess, and that changing it touches nothing else."""

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.errors import CannotUnlock, Refused
from console.vault import (
    Cost,
    change_passphrase,
    create,
    guarding,
    judge_passphrase,
    recover,
    unlock,
)
from console.vault.identity import MemberFile, affordable, derive
from tests.vault.checks import add_note, refuses
from tests.vaults import NOW, open_as, passphrase

NEW = "nine green kettles hum softly"
MIB = 1024


_WEAK = [
    "amina amina amina",
    "AMINA Amina amina amina",
    "amina-linea-amina-linea",
    "aminaaminaaminaamina",
    "linea linea linea linea",
    "línea LINEA Linea línea",
    "contraseña contraseña",
    "Line for help 2026!",
    "helpline console passphrase",
    "My name is Amina 1990!",
    "made-up-words-of-amina-only",
    "correct horse battery staple",
    "Staple Battery Horse Correct 1",
    "to be or not to be, that is the question",
    "lantern lantern lantern lantern",
    "xqzvkw xqzvkw xqzvkw xqzvkw",
    "q w e r t y u i o p a s d f g h",
    "a b c d e f g h i j k l m",
    "1 2 3 4 5 6 7 8 9 10 11 12",
    "!!! ??? ... ;;; ::: !!!",
    "                    ",
    pytest.param("the " * 18 + NEW, id="what the estimator alone refuses"),
    "ａｍｉｎａ　ａｍｉｎａ　ａｍｉｎａ",
]


@pytest.mark.parametrize("weak", _WEAK)
def test_what_is_soon_guessed_is_refused(weak: str) -> None:
    assert judge_passphrase(weak, "amina", "Línea de Ayuda")


@pytest.mark.parametrize(
    "good",
    [
        passphrase("amina"),
        NEW,
        NEW.upper(),
        NEW.replace(" ", "-"),
        NEW.replace(" ", ""),
        pytest.param(f"{NEW} " * 20, id="long"),
        "siete faroles pintan caracolas mudas",
        "тихий фонарь красит чайник",
        "सात शांत लालटेन हरी केतली",
        "سات خاموش لالٹین سبز کیتلی",
        "七つの静かな提灯と緑のやかんが歌う夜",
        "k7#vQ@z!9m^&*pL",
        "vkq8zj2xw7mfh4t",
    ],
)
def test_a_good_one_passes_in_any_script(good: str) -> None:
    assert judge_passphrase(good, "amina", "Línea de Ayuda") is None


_COMMON = ["nine", "green", "softly", "paints", "quiet", "letter", "window", "river", "bread"]


@settings(max_examples=50)
@given(st.integers(), st.integers(4, 7), st.sampled_from([" ", "-", "", "  ", "\u3000"]))
def test_four_or_more_words_drawn_at_random_pass(seed: int, number: int, between: str) -> None:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    # As many as the word lists for dice have; the very first ones are on none of those.
    large = [word for word in FREQUENCY_LISTS["english_wikipedia"][300:9000] if len(word) > 3]
    words = random.Random(seed).sample(large, number)
    assert judge_passphrase(between.join(words), "amina", "Linea") is None


@given(
    st.lists(st.sampled_from([*_COMMON, "amina", "linea"]), min_size=1, max_size=2, unique=True),
    st.integers(2, 12),
    st.sampled_from([" ", "-", ", ", "  "]),
)
def test_saying_the_same_two_words_over_and_over_adds_nothing(
    words: list[str], times: int, between: str
) -> None:
    assert judge_passphrase(between.join(words * times), "amina", "Linea")


@given(st.text(max_size=100) | st.text("abc12qw -", min_size=15, max_size=30))
def test_any_text_is_judged_and_what_the_estimator_refuses_stays_refused(text: str) -> None:
    from zxcvbn import zxcvbn

    good = judge_passphrase(text, "amina") is None
    assert not good or (len(text) >= 15 and zxcvbn(text[:72])["score"] >= 3)


@pytest.mark.parametrize("known", ["zanzibarquartz", "Zanzibar Quartz", "ZANZIBAR", "Quartz"])
def test_what_is_known_of_her_counts_nothing(known: str) -> None:
    words = "zanzibar quartz letter window"
    assert judge_passphrase(words) is None
    assert judge_passphrase(words, known)


def test_her_name_and_the_helplines_count_nothing_wherever_one_is_chosen(
    home: Path, tmp_path: Path
) -> None:
    hers, sites = "zoraida quartz letter window", "zanzibar quartz letter window"
    for weak in (hers, sites):
        assert judge_passphrase(weak) is None
        with open_as(home, "ines") as vault:
            vault.set_setting("site", "Zanzibar")
            line = refuses(
                Refused,
                lambda vault=vault, w=weak: vault.add_member("zoraida", "operator", w, now=NOW),
            )
        assert "guess" in line
        refuses(
            Refused,
            lambda w=weak: create(tmp_path, "zoraida", w, site="Zanzibar", country="PK", now=NOW),
        )
    mine = "amina quartz violet window"
    assert judge_passphrase(mine) is None
    refuses(Refused, lambda: change_passphrase(home, "amina", passphrase("amina"), mine, now=NOW))


def test_a_kit_gives_nobody_a_passphrase_of_her_name(home: Path) -> None:
    # Judged before a sheet is looked at: otherwise these, none, are what is wrong.
    good = "quartz marmalade violet window"
    refuses(CannotUnlock, lambda: recover(home, [], "zoraida", "it", good, now=NOW))
    weak = "zoraida quartz letter window"
    refuses(Refused, lambda: recover(home, [], "zoraida", "it", weak, now=NOW))


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
    for mib, said in ((191, True), (192, False), (256, False)):
        cost = replace(Cost.DEFAULT, memory_kib=mib * 1024)
        file.write(home / "keys/members/amina.json", "0" * 32, NEW, cost, now=NOW)
        assert (guarding(home, "amina") is not None) is said
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
