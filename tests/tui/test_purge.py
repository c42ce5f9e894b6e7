"""Retention and the emergency, by keyboard at 80x24."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.widgets import Input

from console import calls
from console.tui.call import CallScreen
from console.tui.keybar import deeds
from console.tui.purge import EmergencyScreen, RetentionScreen
from console.tui.shift import ShiftScreen
from console.tui.unlock import UnlockScreen
from console.vault import purge
from tests.tui.conftest import on, until, words
from tests.tui.screens import CALL, by, drawn
from tests.vaults import NOW, open_as, passphrase

CANARY = "zanzibar-canary-7391"
CODED = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "issue": ("threats",),
    "urgency": ("urgent",),
}


def a_note(home, *, days_ago, period=""):
    with open_as(home, "amina") as vault:
        then = NOW - timedelta(days=days_ago)
        draft = replace(calls.start(vault, now=then), coded=CODED, note=CANARY)
        call = calls.finish(vault, draft, distress=1, now=then).call
        with vault.transaction():
            if period:
                vault.conn.execute("UPDATE call SET period = ? WHERE id = ?", [period, call])
                vault.conn.execute(
                    "INSERT INTO release VALUES (?, 1, 'rounded', '', '', '')", [period]
                )
    return call


def count(home, query, name="amina"):
    with open_as(home, name) as vault:
        return vault.conn.execute(query).fetchone()[0]


KEYS = "SELECT count(*) FROM day_key"


def whole(screen):
    return "\n".join(strip.text for strip in drawn(screen))


async def test_the_coordinator_sees_what_is_due_and_destroys_it_on_the_second_key(home, console):
    a_note(home, days_ago=100, period="2024-01")
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await by(("f9", RetentionScreen))(pilot)
        await until(pilot, lambda: "1 notes and 0 amendments of 1 days" in whole(pilot.app.screen))
        assert "To become counts: 2024-01 (1)" in whole(pilot.app.screen)
        await pilot.press("f9")
        await until(pilot, lambda: "once more" in words(pilot.app, "#rotated"))
        await pilot.press("f9")
        await until(pilot, lambda: "1 notes of 1 days" in words(pilot.app, "#rotated"))
        await until(pilot, lambda: "Nothing is due" in words(pilot.app, "#keys"))
        assert "destroy what is due" not in [deed.words for deed in deeds(pilot.app.screen)]
        await pilot.press("escape")
        await on(pilot, ShiftScreen)
    assert count(home, KEYS) == 0
    assert count(home, "SELECT count(*) FROM call") == 0


async def test_retention_that_waits_is_let_go_on_with_nothing_due(home, console):
    with open_as(home, "carla") as vault:
        vault.set_setting("retention.looked_on", str((NOW - timedelta(days=90)).date()))
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await by(("f9", RetentionScreen))(pilot)
        await until(pilot, lambda: "Retention waits" in whole(pilot.app.screen))
        assert "Nothing is due" in words(pilot.app, "#keys")
        await pilot.press("f9", "f9")
        await until(pilot, lambda: "Retention waits" not in whole(pilot.app.screen))
        assert "destroy what is due" not in [deed.words for deed in deeds(pilot.app.screen)]
    with open_as(home, "carla") as vault:
        assert not purge.is_held(vault, now=NOW)


async def test_going_back_destroys_nothing(home, console):
    a_note(home, days_ago=100)
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await by(("f9", RetentionScreen))(pilot)
        await until(pilot, lambda: "1 notes" in whole(pilot.app.screen))
        await pilot.press("f9", "q")
        await on(pilot, ShiftScreen)
    assert count(home, KEYS) == 1


@pytest.mark.parametrize(("name", "offered"), [("amina", True), ("carla", True), ("ines", False)])
async def test_the_emergency_is_offered_to_those_who_have_something_to_destroy(
    console, name, offered
):
    async with console(name).run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        titles = [each.title for each in pilot.app.get_system_commands(pilot.app.screen)]
        assert any("everything that is sealed" in title for title in titles) == offered


async def to_the_emergency(pilot):
    await pilot.press("shift+f12")
    await on(pilot, EmergencyScreen)
    await until(pilot, lambda: "will be destroyed" in words(pilot.app, "#doomed"))


async def test_in_the_middle_of_a_call_everything_is_destroyed_and_the_console_locks(home, console):
    call = a_note(home, days_ago=1)
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await by(CALL)(pilot)
        pilot.app.screen.query_one("#note").focus()
        await pilot.press(*"quietriver")
        await to_the_emergency(pilot)
        assert "1 calls that are going on" in words(pilot.app, "#doomed")
        text = whole(pilot.app.screen)
        assert "Backups and copies" in text
        assert "leave everything as it is" in text
        await pilot.press(*"destroy", "enter")
        await pilot.press(*[{" ": "space"}.get(each, each) for each in passphrase("amina")])
        await pilot.press("enter")
        await on(pilot, UnlockScreen)
        assert words(pilot.app, "#hint") == ""
        pilot.app.screen.query_one("#passphrase", Input).value = passphrase("amina")
        await pilot.press("enter")
        await on(pilot, ShiftScreen)
        await pilot.pause()
        assert not isinstance(pilot.app.screen, CallScreen)
    for query in (KEYS, "SELECT count(*) FROM draft", "SELECT sum(length(sealed)) FROM note"):
        assert count(home, query) == 0
    assert count(home, f"SELECT age FROM call WHERE id = {call}") == "18-25"
    assert count(home, "SELECT count(*) FROM call") == 1


async def test_what_the_disk_did_not_let_go_is_said_on_the_way_in_until_the_console_is_left(
    home, console, monkeypatch
):
    (home / "replaced-2026-11-20/keys").mkdir(parents=True)
    monkeypatch.setattr(shutil, "rmtree", lambda *_args, **_options: None)
    said = "did not let replaced-2026-11-20 go: delete that by hand"
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await to_the_emergency(pilot)
        await pilot.press(*"destroy", "enter")
        pilot.app.screen.query_one("#passphrase", Input).value = passphrase("amina")
        await pilot.press("enter")
        await on(pilot, UnlockScreen)
        await pilot.app.closed()
        await until(pilot, lambda: said in words(pilot.app, "#hint"))
        assert all(word in whole(pilot.app.screen) for word in said.split())
        pilot.app.screen.query_one("#passphrase", Input).value = passphrase("amina")
        await pilot.press("enter")
        await on(pilot, ShiftScreen)
        await pilot.press("f12")
        await on(pilot, UnlockScreen)
        assert said in words(pilot.app, "#hint")


async def test_another_word_or_passphrase_destroys_nothing(home, console):
    a_note(home, days_ago=1)
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await to_the_emergency(pilot)
        word, secret = (
            pilot.app.screen.query_one(each, Input) for each in ("#word", "#passphrase")
        )
        for given, typed, said in (
            ("please", passphrase("carla"), "the word is destroy"),
            ("destroy", passphrase("amina"), "not the passphrase"),
        ):
            word.value, secret.value = given, typed
            secret.focus()
            await pilot.press("enter")
            await until(pilot, lambda said=said: said in words(pilot.app, "#emergency-said"))
            assert secret.value == ""
        await pilot.press("f2")
        await on(pilot, ShiftScreen)
        assert word.value == ""
    assert count(home, KEYS) == 1


@pytest.mark.parametrize(("days", "told"), [(13, False), (14, True)])
async def test_the_coordinator_is_told_that_retention_waits(home, console, clock, days, told):
    with open_as(home, "carla"):
        pass
    clock.forward(days=days)
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.pause()
        said = [each.message for each in pilot.app._notifications]
        assert any("Retention waits" in each for each in said) == told
