"""Return codes and call-backs, by keyboard at 80x24."""

from dataclasses import replace
from math import inf

import pytest
from textual.widgets import Digits, Input, OptionList, Static, TextArea

from console import calls
from console.calls import Contact
from console.tui.amend import AmendScreen
from console.tui.contact import CallBacksScreen, ContactScreen
from console.tui.returning import ReturnScreen
from console.tui.shift import ShiftScreen
from tests.tui.conftest import on, until, words
from tests.vaults import NOW, open_as

CODED = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "issue": ("threats",),
    "urgency": ("urgent",),
}
HOSTILE = "[@click=app.leave]x[/] \x1b]52;c;aGk=\x07\u202egnp"


def earlier(home, note="it began in May", **coded):
    """A finished call and its return code."""
    with open_as(home, "amina") as vault:
        draft = replace(calls.start(vault, now=NOW), coded={**CODED, **coded}, note=note)
        call = calls.finish(vault, draft, distress=1, now=NOW).call
        return call, calls.give_return_code(vault, call, now=NOW)


def waiting(home, contact, days=calls.CONTACT_DAYS):
    """A call with a contact."""
    with open_as(home, "amina") as vault:
        call = calls.start(vault, now=NOW).call
        calls.keep_contact(vault, call, contact, consent=True, days=days, now=NOW)
        draft = calls.drafts(vault)[-1]
        calls.finish(vault, replace(draft, coded=CODED), distress=1, now=NOW)
    return call


async def opened(pilot, screen):
    """Push a screen over the shift; return what it is dismissed with, in a list."""
    await on(pilot, ShiftScreen)
    results: list[object] = []
    pilot.app.push_screen(screen, results.append)
    await on(pilot, type(screen))
    return results


async def live_call(pilot):
    """Start a call without its screen."""
    await on(pilot, ShiftScreen)
    draft = await pilot.app.session.call(calls.start, now=pilot.app.now())
    return draft.call


async def read(pilot, function, *arguments, **named):
    return await pilot.app.session.call(function, *arguments, **named)


def typed(text):
    return [{" ": "space", "-": "minus"}.get(char, char) for char in text]


def held(screen):
    """The widgets of a screen, to be looked at when it is gone."""
    return list(screen.query("*").exclude("KeyBar"))


def remains(widgets):
    """Every text that widgets still hold."""
    found = []
    for each in widgets:
        match each:
            case Input() | Digits():
                found.append(each.value)
            case TextArea():
                found.append(each.text)
            case OptionList():
                found += [str(option.prompt) for option in each.options]
            case Static():
                found.append(str(each.visual))
    return "".join(found)


# Return codes --------------------------------------------------------------------------------


async def test_the_callers_code_shows_what_was_before(console, home):
    _, code = earlier(home)
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = ReturnScreen(await live_call(pilot))
        results = await opened(pilot, screen)
        await pilot.press(*typed(code), "enter")
        await until(pilot, lambda: "it began in May" in words(pilot.app, "#earlier-words"))
        said = words(pilot.app, "#earlier-words")
        assert "Call of 2026-11-21, amina" in said
        assert "Punjab" in said
        assert screen.query_one(Input).value == ""
        widgets = held(screen)
        assert remains(widgets)
        await pilot.press("escape")
        await until(pilot, lambda: results == [True])
        assert remains(widgets) == ""


async def test_many_earlier_notes_are_scrolled_by_the_arrows(console, home):
    _, code = earlier(home, "\n".join(f"line {n}" for n in range(60)))
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await opened(pilot, ReturnScreen(await live_call(pilot)))
        await pilot.press(*typed(code), "enter")
        scroll = pilot.app.screen.query_one("#earlier")
        await until(pilot, lambda: scroll.has_focus and scroll.max_scroll_y > 30)
        assert scroll.region.bottom <= 23
        await pilot.press("pagedown", "down")
        await until(pilot, lambda: scroll.scroll_y > 10)


async def test_a_wrong_code_says_so_and_is_dismissed_as_not_followed(console, home):
    earlier(home)
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = ReturnScreen(await live_call(pilot))
        results = await opened(pilot, screen)
        await pilot.press(*"1234", "enter")
        await until(pilot, lambda: "eight digits" in words(pilot.app, "#return-said"))
        assert screen.query_one(Input).value == "1234"
        for left in range(5):
            screen.query_one(Input).value = "00000000"
            await pilot.press("enter")
            await until(pilot, lambda: screen.query_one(Input).value == "")
            expected = "takes no more" if left == 4 else "once more"
            assert expected in words(pilot.app, "#return-said")
        await pilot.press("f6")
        await until(pilot, lambda: results == [False])


async def test_a_new_code_is_shown_once_and_gone_after_escape(console, home):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        call = await live_call(pilot)
        screen = ReturnScreen(call)
        results = await opened(pilot, screen)
        await pilot.press("f2")
        await until(pilot, lambda: bool(screen.query_one(Digits).value))
        code = screen.query_one(Digits).value
        assert len(code) == 9
        assert " ".join(code) in words(pilot.app, "#spelled")
        assert screen.query_one(Digits).region.bottom < 20
        await pilot.press("f2")
        await pilot.pause()
        assert screen.query_one(Digits).value == code
        assert await read(pilot, lambda vault: vault.audited("return.given", f"call {call}")) == 1
        widgets = held(screen)
        assert remains(widgets)
        await pilot.press("escape")
        await until(pilot, lambda: results == [False])
        assert remains(widgets) == ""
    with open_as(home, "amina") as vault:
        other = calls.start(vault, now=NOW).call
        calls.follow_return_code(vault, code, other, now=NOW)


async def test_a_note_that_retention_destroyed_is_said_in_words(console, home):
    _, code = earlier(home)
    with open_as(home, "amina") as vault, vault.transaction():
        vault.conn.execute("DELETE FROM day_key")
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await opened(pilot, ReturnScreen(await live_call(pilot)))
        await pilot.press(*typed(code), "enter")
        await until(pilot, lambda: "retention" in words(pilot.app, "#earlier-words"))


async def test_hostile_text_of_an_earlier_call_runs_nothing(console, home):
    _, code = earlier(home, HOSTILE)
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await opened(pilot, ReturnScreen(await live_call(pilot)))
        await pilot.press(*typed(code), "enter")
        await until(pilot, lambda: "[@click" in words(pilot.app, "#earlier-words"))
        assert not {"\x1b", "\x07", "\u202e"} & set(words(pilot.app, "#earlier-words"))


# Contacts ------------------------------------------------------------------------------------


async def test_a_contact_is_kept_once_the_caller_has_said_yes(console, home):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        call = await live_call(pilot)
        screen = ContactScreen(call)
        results = await opened(pilot, screen)
        assert "May I write down" in words(pilot.app, "#consent")
        await pilot.press("f9", *"secret")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ContactScreen)
        assert not any(field.value for field in screen.query(Input))
        await pilot.press("f2", *"green", "enter", *"mornings", "enter", *"library", "enter")
        assert screen.query_one("#contact-days").has_focus
        assert screen.query_one("KeyBar").region.bottom <= 23
        widgets = held(screen)
        assert remains(widgets)
        await pilot.press("f9")
        await until(pilot, lambda: results == [True])
        assert remains(widgets) == ""
        kept = await read(pilot, calls.read_contact, call, now=NOW)
        assert kept == Contact("green", "mornings", "library")
        [line] = await read(pilot, calls.due_contacts, now=NOW)
        assert line.expires_on == "2026-12-05"


async def test_a_contact_that_makes_no_sense_is_said_and_nothing_typed_is_lost(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = ContactScreen(await live_call(pilot))
        await opened(pilot, screen)
        await pilot.press("f2", "f9")
        await until(pilot, lambda: "can be reached" in words(pilot.app, "#contact-said"))
        await pilot.press(*"green")
        screen.query_one("#contact-days", Input).value = "soon"
        await pilot.press("f9")
        await until(pilot, lambda: "whole number" in words(pilot.app, "#contact-said"))
        screen.query_one("#contact-days", Input).value = "91"
        await pilot.press("f9")
        await until(pilot, lambda: "1 to 90" in words(pilot.app, "#contact-said"))
        assert screen.query_one("#contact-how", Input).value == "green"


async def test_the_caller_may_change_her_mind(console, home):
    call = waiting(home, Contact("green"))
    async with console("amina").run_test(size=(80, 24)) as pilot:
        results = await opened(pilot, ContactScreen(call))
        await until(pilot, lambda: "2026-12-05" in words(pilot.app, "#contact-kept"))
        await pilot.press("f8")
        await until(pilot, lambda: "destroyed" in words(pilot.app, "#contact-said"))
        assert await read(pilot, calls.due_contacts, now=NOW) == []
        await pilot.press("f7")
        await until(pilot, lambda: results == [False])


async def test_who_waits_is_called_and_the_contact_destroyed_by_two_presses(
    console, home, clock, monkeypatch
):
    monkeypatch.setattr("console.tui.app.IDLE_SECONDS", inf)
    first = waiting(home, Contact("green", "mornings", HOSTILE), days=13)
    second = waiting(home, Contact("blue"))
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = CallBacksScreen()
        await opened(pilot, screen)
        await until(pilot, lambda: screen.query_one(OptionList).option_count == 2)
        assert "green" not in remains(held(screen))
        await pilot.press("f9", "enter")
        await until(pilot, lambda: "green" in words(pilot.app, "#contact"))
        assert not {"\x1b", "\x07", "\u202e"} & set(words(pilot.app, "#contact"))
        # Moving on closes what was open.
        await pilot.press("down")
        await until(pilot, lambda: "green" not in words(pilot.app, "#contact"))
        await pilot.press("enter")
        await until(pilot, lambda: "blue" in words(pilot.app, "#contact"))
        await pilot.press("f9")
        await until(pilot, lambda: "once more" in words(pilot.app, "#due-said"))
        assert len(await read(pilot, calls.due_contacts, now=NOW)) == 2
        await pilot.press("f9")
        await until(pilot, lambda: screen.query_one(OptionList).option_count == 1)
        assert [line.call for line in await read(pilot, calls.due_contacts, now=NOW)] == [first]
        assert second != first
        clock.forward(days=13)
        await pilot.press("enter")
        await until(pilot, lambda: "any more" in words(pilot.app, "#due-said"))
        assert screen.query_one(OptionList).option_count == 0
        widgets = held(screen)
        assert remains(widgets)
        await pilot.press("escape")
        await on(pilot, ShiftScreen)
        assert remains(widgets) == ""


# Every one of them ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (120, 40)])
async def test_every_screen_survives_being_shrunk_and_grown(console, home, size):
    call, _ = earlier(home)
    waiting(home, Contact("green"))
    async with console("amina").run_test(size=(80, 24)) as pilot:
        live = await live_call(pilot)
        finished = await read(pilot, calls.read, call)
        for screen in (
            ReturnScreen(live),
            ContactScreen(live),
            CallBacksScreen(),
            AmendScreen(finished),
        ):
            await opened(pilot, screen)
            await pilot.press("f2") if not isinstance(screen, AmendScreen) else None
            await pilot.resize_terminal(*size)
            await pilot.resize_terminal(80, 24)
            bar = screen.query_one("KeyBar")
            await until(pilot, lambda bar=bar: 0 < bar.region.bottom <= 24)
            await pilot.press("escape")
            await on(pilot, ShiftScreen)
