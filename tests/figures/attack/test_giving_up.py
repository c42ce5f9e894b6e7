"""An attack is given up between two programmes or within one, and solves no further one."""

import signal
from itertools import product

import numpy as np
import pytest

from console.figures.attack import Release, attack
from console.figures.attack.solver import Program
from console.figures.highs import GoOn
from tests.figures.attack.folders import Made, T, hide, release, with_margins


class GaveUpError(Exception):
    """Somebody asked for it."""


def hidden() -> Release:
    """A table with so much hidden that its cells take many programmes."""
    dice = np.random.default_rng(3)
    true = with_margins({cell: int(dice.integers(1, 9)) for cell in product("abcdefgh", "mnopqrs")})
    shown = hide(true, lambda cell, count: "<5" if count < 5 and T not in cell else None)
    return release([Made("t", ("r", "g"), shown)], hidden={"<5": [0, 4]})


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A number for every programme that came to its end."""
    found: list[int] = []
    least = Program.least

    def counted(program: Program, costs: np.ndarray) -> object:
        answer = least(program, costs)
        found.append(len(found))
        return answer

    monkeypatch.setattr(Program, "least", counted)
    return found


@pytest.mark.parametrize("seats", [False, True])
def test_no_programme_is_solved_after_it_was_given_up(solved: list[int], seats: bool) -> None:
    attack([hidden()], seats=seats)
    whole = len(solved)
    solved.clear()

    def give_up() -> None:
        if len(solved) == whole - 1:
            raise GaveUpError

    with pytest.raises(GaveUpError):
        attack([hidden()], seats=seats, go_on=give_up)
    assert len(solved) == whole - 1 > 3


def test_an_attack_without_programmes_asks_too(solved: list[int]) -> None:
    asked: list[int] = []
    true = with_margins(dict.fromkeys(product("ab", "mw"), 5))
    made = release([Made("t", ("r", "g"), true)], rounding={"base": 5, "max_change": 4})
    attack([made], go_on=lambda: asked.append(1))
    assert len(asked) > 1
    assert not solved


def long_one(go_on: GoOn) -> Program:
    """A programme of many steps: each row has ten of two thousand unknowns."""
    dice = np.random.default_rng(0)
    rows, size, terms = 1000, 2000, 10
    return Program(
        np.zeros(size),
        np.full(size, 10.0),
        np.repeat(np.arange(rows), terms),
        np.concatenate([dice.choice(size, terms, replace=False) for _ in range(rows)]),
        np.ones(rows * terms),
        np.ones(rows),
        np.full(rows, 30.0),
        go_on,
    )


def costs() -> np.ndarray:
    return np.random.default_rng(1).random(2000) - 0.5


def test_it_is_given_up_within_a_programme(solved: list[int]) -> None:
    asked: list[int] = []

    def give_up() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise GaveUpError

    with pytest.raises(GaveUpError):
        long_one(give_up).least(costs())
    assert len(asked) == 3
    assert not solved
    assert long_one(lambda: None).least(costs()) is not None


def test_an_interrupt_within_a_programme_ends_it(solved: list[int]) -> None:
    asked: list[int] = []
    # A suite that runs in the background was told to ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def press_ctrl_c() -> None:
        asked.append(1)
        if len(asked) == 3:
            signal.raise_signal(signal.SIGINT)

    try:
        with pytest.raises(KeyboardInterrupt):
            long_one(press_ctrl_c).least(costs())
    finally:
        signal.signal(signal.SIGINT, before)
    assert not solved


def test_whoever_goes_on_gets_the_same_answer() -> None:
    asked: list[int] = []
    assert attack([hidden()], seats=True, go_on=lambda: asked.append(1)) == attack(
        [hidden()], seats=True
    )
    assert asked
