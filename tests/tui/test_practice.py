"""Practice by keyboard: a made-up caller, the real call screen, and what there is to say of it."""

import pytest
from textual.widgets import OptionList, Static, TextArea

from console import calls
from console.tui.codeline import CodeLine
from console.tui.ending import EndingScreen
from console.tui.practice import FeedbackScreen, PracticeApp, PracticeCall, PracticeShift
from tests.tui.conftest import on, until, words
from tests.tui.test_call import code
from tests.vaults import open_as, passphrase


@pytest.fixture
def practice(home, clock):
    """Make the practice in a language; the vault's operator is the trainee."""

    def make(language: str = "en") -> PracticeApp:
        return PracticeApp(
            home,
            member="amina",
            passphrase=passphrase("amina"),
            language=language,
            now=clock,
            ticks=clock.ticks,
        )

    return make


async def ring(pilot) -> PracticeCall:
    await on(pilot, PracticeShift)
    await pilot.press("f2")
    await on(pilot, PracticeCall)
    return pilot.app.screen


async def end(pilot, *answers: str) -> None:
    """End the call; ``answers`` to what is asked, the last of them how hard it was."""
    await pilot.press("f9")
    await on(pilot, EndingScreen)
    await pilot.press(*(answers or "2"))
    await on(pilot, FeedbackScreen)


def said(app) -> str:
    """Everything that the feedback says, wrapped lines put together."""
    return "\n".join(str(static.visual) for static in app.screen.query(Static))


async def take(pilot, coded) -> None:
    """Have the code line take codes, by dimension; what is searched for is tested elsewhere."""
    line = pilot.app.screen.query_one(CodeLine)
    for dimension, codes in coded.items():
        for each in codes:
            line.post_message(CodeLine.Taken(dimension, each))
    await pilot.pause()


async def test_every_screen_of_the_practice_says_so(practice):
    async with practice().run_test(size=(80, 24)) as pilot:
        await on(pilot, PracticeShift)
        assert "PRACTICE" in words(pilot.app, "Banner")
        await ring(pilot)
        assert "PRACTICE" in words(pilot.app, "Banner")


async def test_the_caller_goes_on_line_by_line_and_no_further_than_the_last(practice):
    async with practice("fr").run_test(size=(80, 24)) as pilot:
        await ring(pilot)
        lines = pilot.app.screen.desk.caller.lines
        for number, line in enumerate(lines):
            panel = pilot.app.screen.query_one("#caller", Static)
            assert str(panel.visual).endswith(line)
            assert panel.size.height >= 1
            await pilot.press("f8")
            await pilot.pause()
            assert pilot.app.screen.desk.heard == min(number + 2, len(lines))
        assert str(panel.visual).endswith(lines[-1])


async def test_the_caller_goes_on_from_within_the_note_and_loses_no_letter(practice):
    async with practice().run_test(size=(80, 24)) as pilot:
        screen = await ring(pilot)
        note = screen.query_one(TextArea)
        note.focus()
        await pilot.press("a", "f8", "b")
        assert note.text == "ab"
        assert pilot.app.screen.desk.heard == 2
        assert note.size.height >= 3


async def test_a_call_as_its_author_would_code_it_leaves_nothing_to_say(practice):
    async with practice().run_test(size=(80, 24)) as pilot:
        await ring(pilot)
        caller = pilot.app.screen.desk.caller
        await pilot.press(*["f8"] * len(caller.lines))
        await take(pilot, caller.coded)
        await end(pilot)
        text = said(pilot.app)
        count = len(caller.expected)
        assert f"{count} of {count} codes as expected" in text
        assert f"{len(caller.lines)} of {len(caller.lines)} lines heard" in text
        assert "left open" not in text
        assert "Nothing in the note looks like an identifier" in text
        assert caller.notice[0] in text
        [card] = [
            card.title
            for card in await pilot.app.session.call(calls.cards, "en")
            if card.name in caller.cards
        ]
        assert f"Card for this call: {card}" in text


async def test_what_is_missing_or_other_is_named_with_the_callers_words(practice):
    async with practice().run_test(size=(80, 24)) as pilot:
        await ring(pilot)
        caller = pilot.app.screen.desk.caller
        await pilot.press("f8")
        coded = caller.coded
        del coded["platform"]
        coded |= {"urgency": ("routine",), "issue": ("images_shared", "fraud")}
        await take(pilot, coded)
        await end(pilot)
        text = said(pilot.app)
        assert "Platform: left open, expected Instagram. It was in «Instagram»." in text
        assert "On the code line: insta" in text
        assert "Urgency: coded Can wait, expected Within a day" in text
        assert "It would still have come: «Today»" in text
        assert "Issue: also coded Fraud" in text


async def test_an_identifier_that_was_left_in_the_note_is_counted(practice):
    async with practice().run_test(size=(80, 24)) as pilot:
        screen = await ring(pilot)
        await take(pilot, pilot.app.screen.desk.caller.coded)
        screen.query_one(TextArea).insert("She says my name is Leila and waits.")
        await until(pilot, lambda: "F10" in words(pilot.app, "#mark"))
        await end(pilot, "k", "2")
        assert "still in the note: 1" in said(pilot.app)


async def test_a_silent_caller_is_heard_to_the_end_and_kept_with_one_digit(practice):
    async with practice().run_test(size=(80, 24)) as pilot:
        await on(pilot, PracticeShift)
        while "data" in pilot.app.next.caller.kinds:
            pilot.app.next = pilot.app.next.move_on()
        await ring(pilot)
        await pilot.press("f8", "f8", "1")
        await on(pilot, FeedbackScreen)
        assert "1 of 1 codes as expected" in said(pilot.app)


@pytest.mark.parametrize(("key", "turn"), [("r", 0), ("f2", 1)])
async def test_after_the_feedback_the_same_or_the_next_caller_rings(practice, key, turn):
    async with practice().run_test(size=(80, 24)) as pilot:
        await ring(pilot)
        await pilot.press("4")
        await on(pilot, FeedbackScreen)
        assert "Kind of contact: coded Prank, expected Call" in said(pilot.app)
        await pilot.press(key)
        await on(pilot, PracticeCall)
        assert (pilot.app.screen.desk.turn, pilot.app.screen.desk.heard) == (turn, 1)


async def test_back_on_the_shift_the_next_caller_waits(practice):
    async with practice().run_test(size=(80, 24)) as pilot:
        await ring(pilot)
        await pilot.press("1")
        await on(pilot, FeedbackScreen)
        await pilot.press("escape")
        await on(pilot, PracticeShift)
        await until(pilot, lambda: "caller 2 of 8" in words(pilot.app, "Banner"))


async def test_a_lock_in_the_call_comes_back_to_the_same_caller(practice):
    from console.tui.unlock import UnlockScreen

    async with practice().run_test(size=(80, 24)) as pilot:
        screen = await ring(pilot)
        await pilot.press("f8", "f8")
        screen.query_one(TextArea).focus()
        await pilot.press(*"abc", "f12")
        await on(pilot, UnlockScreen)
        await pilot.press(*(("space" if c == " " else c) for c in passphrase("amina")), "enter")
        await on(pilot, PracticeCall)
        assert pilot.app.screen.query_one(TextArea).text == "abc"
        assert "line 3 of" in str(pilot.app.screen.query_one("#caller").border_title)


async def test_a_call_that_is_set_aside_goes_on_later_with_its_own_caller(practice):
    async with practice().run_test(size=(80, 24)) as pilot:
        screen = await ring(pilot)
        said_first = screen.desk.lines
        await code(pilot, "woman")
        await pilot.press("f2")
        await on(pilot, PracticeShift)
        await pilot.press("f2")
        await on(pilot, PracticeCall)
        assert pilot.app.screen.desk.turn == 1
        await pilot.press("1")
        await on(pilot, FeedbackScreen)
        await pilot.press("escape")
        await on(pilot, PracticeShift)
        await until(
            pilot, lambda: pilot.app.screen.query_one("#calls", OptionList).option_count == 2
        )
        await pilot.press("home", "enter")
        await on(pilot, PracticeCall)
        assert pilot.app.screen.desk.lines == said_first


async def test_the_words_of_the_feedback_are_reached_by_keyboard_in_a_small_terminal(practice):
    async with practice().run_test(size=(80, 24)) as pilot:
        await ring(pilot)
        await take(pilot, {**pilot.app.screen.desk.caller.coded, "age": ("60+",)})
        await end(pilot)
        body = pilot.app.screen.query_one("#feedback")
        assert body.has_focus
        await pilot.press("end")
        await until(pilot, lambda: body.is_vertical_scroll_end)


async def test_the_practice_ends_in_the_vault_as_a_real_call_would(practice, home):
    async with practice().run_test(size=(80, 24)) as pilot:
        screen = await ring(pilot)
        await take(pilot, pilot.app.screen.desk.caller.coded)
        screen.query_one(TextArea).insert("as in real life")
        await end(pilot)
        await pilot.press("f12")
    with open_as(home, "amina") as vault:
        [line] = calls.recent(vault)
        assert calls.read(vault, line.call).note == "as in real life"
