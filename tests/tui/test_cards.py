"""Cards by keyboard: read in a call, written by the coordinator."""

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Input, OptionList, TextArea

from console import calls
from console.tui.cardeditor import CardEditorScreen, CardTextScreen, ChoiceScreen, NewCardScreen
from console.tui.cards import CardsScreen
from console.tui.shift import ShiftScreen
from console.tui.unlock import UnlockScreen
from tests.tui.conftest import on, until, words
from tests.vaults import NOW, open_as, passphrase

SEXTORTION = {"safe": ("yes",), "issue": ("sextortion",), "age": ("12-17",)}


async def read(pilot, coded=SEXTORTION, language="") -> CardsScreen:
    await on(pilot, ShiftScreen)
    pilot.app.push_screen(CardsScreen(coded, language))
    await on(pilot, CardsScreen)
    await until(pilot, lambda: bool(words(pilot.app, "#card-text")))
    return pilot.app.screen


async def edit(pilot) -> CardEditorScreen:
    await on(pilot, ShiftScreen)
    pilot.app.push_screen(CardEditorScreen())
    await on(pilot, CardEditorScreen)
    await until(pilot, lambda: pilot.app.focused is not None)
    return pilot.app.screen


def title(pilot) -> str:
    return words(pilot.app, "#card-title")


def in_vault(home, name: str, language: str = "en") -> calls.Card:
    with open_as(home, "carla") as vault:
        return next(card for card in calls.cards(vault, language) if card.name == name)


# Read in a call -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_card_that_the_call_needs_most_is_open_and_whole(console, size):
    async with console("amina").run_test(size=size) as pilot:
        screen = await read(pilot)
        assert "5 A child or teenager" in title(pilot)
        assert (
            words(pilot.app, "#card-fits")
            == "* 8 Threatened with pictures  * 9 Images being shared"
        )
        for _ in calls.cards(None, "en"):
            await pilot.press("down")
            assert screen.query_one("#card-body", VerticalScroll).max_scroll_y == 0
        assert "16 Closing a call" in title(pilot)


async def test_digits_arrows_and_enter_go_from_card_to_card(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await read(pilot)
        for key, shows in [
            ("enter", "8 Threatened"),
            ("enter", "9 Images"),
            ("enter", "5 A child"),
            ("1", "1 Is it safe"),
            ("up", "1 Is it safe"),
            ("0", "10 The phone"),
            ("down", "11 Calling for"),
            ("space", "5 A child"),
        ]:
            await pilot.press(key)
            assert shows in title(pilot), key
        await pilot.press("f5")
        await on(pilot, ShiftScreen)


async def test_keys_that_come_before_the_cards_are_drawn_count(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        screen = CardsScreen({})
        with pilot.app._context():
            pilot.app.push_screen(screen)
            # What a key does, before the screen has had its turn.
            screen.action_open(2)
            screen.action_move(1)
            screen.action_language()
            screen.action_scroll(1)
        await on(pilot, CardsScreen)
        await until(pilot, lambda: "4 Après un viol" in title(pilot))


async def test_esc_right_after_the_key_that_opens_the_cards(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        screen = CardsScreen({})
        with pilot.app._context():
            pilot.app.push_screen(screen)
            pilot.app.pop_screen()
        await until(pilot, lambda: not screen.is_running)
        assert isinstance(pilot.app.screen, ShiftScreen)


async def test_at_eighty_columns_the_list_comes_on_a_key_and_beside_the_card_when_wide(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = await read(pilot)
        listed = screen.query_one("#card-list", OptionList)
        assert not listed.display
        await pilot.press("left")
        await until(pilot, lambda: listed.display)
        await pilot.click("#card-list", offset=(8, 2))
        await until(pilot, lambda: "3 Self-harm" in title(pilot))
        await pilot.press("left")
        await until(pilot, lambda: not listed.display)
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: listed.display)
        await pilot.resize_terminal(20, 5)
        body = screen.query_one("#card-body", VerticalScroll)
        await until(pilot, lambda: not listed.display and body.max_scroll_y > 0)
        await pilot.press("pagedown")
        await until(pilot, lambda: body.scroll_y > 0)
        assert "3 Self-harm" in title(pilot)


async def test_the_language_of_the_caller_comes_first_then_that_of_the_interface(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await read(pilot, language="es")
        assert "5 Niña, niño, adolescente" in title(pilot)
        await pilot.press("tab")
        assert "5 A child or teenager" in title(pilot)
        await pilot.press("l")
        assert "5 Enfant" in title(pilot)
        await pilot.press("tab", "tab")
        assert "5 Niña" in title(pilot)


async def test_a_language_that_no_card_is_in_gives_way_to_that_of_the_interface(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await read(pilot, language="vi")
        assert "5 A child or teenager  English" in title(pilot)


async def test_the_words_of_the_site_are_read_out_and_never_as_markup(console, home):
    with open_as(home, "carla") as vault:
        calls.write_card(vault, "minor", "ur", "[b]Bacha[/b]", "[red] [/nonsense\n  $x", now=NOW)
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await read(pilot, language="ur")
        await until(pilot, lambda: "words of this site" in title(pilot))
        assert "5 [b]Bacha[/b]  Urdu" in title(pilot)
        assert words(pilot.app, "#card-text") == "[red] [/nonsense\n  $x"
        await pilot.press("2")
        assert "2 In danger now  English, not in Urdu" in title(pilot)


# Written by the coordinator -------------------------------------------------------------------


async def test_the_coordinator_writes_a_card(console, home):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await edit(pilot)
        await pilot.press("down", "tab", "enter")
        await on(pilot, CardTextScreen)
        assert pilot.app.screen.query_one(Input).value == "En danger maintenant"
        await pilot.press(*"Oui", "enter")
        await until(pilot, lambda: "not saved" in words(pilot.app, "#card-check"))
        await pilot.press("f9")
        await on(pilot, CardEditorScreen)
        listed = pilot.app.screen.query_one(OptionList)
        await until(
            pilot, lambda: "words of this site" in str(listed.get_option_at_index(1).prompt)
        )
        await pilot.press("ctrl+q")
    kept = in_vault(home, "danger", "fr")
    assert kept.body.startswith("Oui\nÀ dire\n")
    assert kept.own


async def test_what_does_not_fit_is_said_while_it_is_typed_and_is_not_saved(console, home):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await edit(pilot)
        await pilot.press("enter")
        await on(pilot, CardTextScreen)
        await pilot.press(*["x"] * 75, "enter")
        await until(pilot, lambda: "line 1 is 75 wide" in words(pilot.app, "#card-check"))
        await pilot.press("f9")
        await pilot.pause(0.2)
        assert isinstance(pilot.app.screen, CardTextScreen)
        assert pilot.app.screen.query_one(TextArea).text.startswith("x" * 75)
        await pilot.press("ctrl+q")
    assert not in_vault(home, "safety").own


@pytest.mark.parametrize(
    ("keys", "saved"), [(("enter",), True), (("down", "enter"), False), (("escape", "f9"), True)]
)
async def test_esc_asks_before_words_are_lost(console, home, keys, saved):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await edit(pilot)
        await pilot.press("enter")
        await on(pilot, CardTextScreen)
        await pilot.press("x", "escape")
        await on(pilot, ChoiceScreen)
        await until(pilot, lambda: pilot.app.focused is not None)
        for key in keys:
            await pilot.press(key)
        await on(pilot, CardEditorScreen)
        await pilot.press("ctrl+q")
    assert in_vault(home, "safety").body.startswith("x") == saved


async def test_esc_asks_nothing_when_nothing_was_written(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await edit(pilot)
        await pilot.press("enter")
        await on(pilot, CardTextScreen)
        await pilot.press("x", "backspace", "escape")
        await on(pilot, CardEditorScreen)


async def test_the_lock_keeps_words_that_are_not_saved(console, home):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await edit(pilot)
        await pilot.press("enter")
        await on(pilot, CardTextScreen)
        await pilot.press("x", "f12")
        await on(pilot, UnlockScreen)
        pilot.app.screen.query_one("#name", Input).value = "carla"
        secret = pilot.app.screen.query_one("#passphrase", Input)
        secret.value = passphrase("carla")
        secret.focus()
        await pilot.press("enter")
        await on(pilot, ShiftScreen)
        pilot.app.push_screen(CardEditorScreen())
        await on(pilot, CardTextScreen)
        assert pilot.app.screen.query_one(TextArea).text.startswith("xAsk first")
        await pilot.press("escape")
        await on(pilot, ChoiceScreen)
        await pilot.press("down", "enter")
        await on(pilot, CardEditorScreen)
        await pilot.press("ctrl+q")
    with open_as(home, "carla") as vault:
        assert calls.card_draft(vault) is None
        assert calls.cards(vault, "en") == calls.cards(None, "en")


async def test_a_new_card_in_a_new_language_and_its_end(console, home):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        screen = await edit(pilot)
        await pilot.press("f2")
        await on(pilot, NewCardScreen)
        pilot.app.screen.query_one("#card-name", Input).value = "floods"
        await pilot.press("enter", *"urdu", "enter")
        await until(pilot, lambda: "urdu" in words(pilot.app, "#card-refused"))
        await pilot.press("backspace", "backspace", "enter")
        await on(pilot, CardTextScreen)
        await pilot.press(*"Pani", "tab", "o", "k", "f9")
        await until(pilot, lambda: pilot.app.screen is screen and "ur" in screen._decks)
        assert in_vault_row(screen) == "Pani"

        await pilot.press("tab", "tab", "tab", "tab", "end", "f8")
        await on(pilot, ChoiceScreen)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen and "ur" not in screen._decks)
        await pilot.press("ctrl+q")
    with open_as(home, "carla") as vault:
        assert calls.cards(vault, "ur") == calls.cards(None, "ur")


def in_vault_row(screen: CardEditorScreen) -> str:
    return screen._decks["ur"][-1].title


async def test_shipped_words_come_back_only_when_that_was_meant(console, home):
    with open_as(home, "carla") as vault:
        calls.write_card(vault, "safety", "en", "Ours", "ours", now=NOW)
    async with console("carla").run_test(size=(80, 24)) as pilot:
        screen = await edit(pilot)
        await until(pilot, lambda: screen._decks["en"][0].own)
        await pilot.press("f8")
        await on(pilot, ChoiceScreen)
        await pilot.press("escape")
        await on(pilot, CardEditorScreen)
        assert screen._decks["en"][0].own
        await pilot.press("f8")
        await on(pilot, ChoiceScreen)
        await pilot.press("enter")
        await until(pilot, lambda: not screen._decks["en"][0].own)
        await pilot.press("f8")
        await pilot.pause()
        assert pilot.app.screen is screen
