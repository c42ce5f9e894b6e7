"""Who is on the line, and how much was heard."""

from hypothesis import given
from hypothesis import strategies as st

from console.practice import Caller, Desk

CALLERS = tuple(
    Caller(str(count), "", ("data",), tuple(f"line {n}" for n in range(count)), (), (), ())
    for count in (1, 3)
)


def test_a_caller_says_one_line_after_the_other() -> None:
    desk = Desk(CALLERS, turn=1)
    assert desk.lines == ()
    desk = desk.ring()
    assert desk.lines == ("line 0",)
    assert desk.listen().lines == ("line 0", "line 1")


@given(st.lists(st.sampled_from(["ring", "listen", "move_on"])))
def test_whatever_is_pressed_somebody_is_on_the_line_or_rings(moves: list[str]) -> None:
    desk = Desk(CALLERS)
    for move in moves:
        desk = getattr(desk, move)()
        assert desk.lines == desk.caller.lines[: desk.heard]
        assert len(desk.lines) == desk.heard


def test_after_the_last_caller_comes_the_first() -> None:
    assert Desk(CALLERS).ring().move_on().move_on() == Desk(CALLERS)
