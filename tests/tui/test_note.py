"""The note: what it takes, what it shows, and that no word is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.document._document import Document
from textual.document._wrapped_document import WrappedDocument
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.widgets import Input

from console.calls import Mark
from console.text import plain
from console.tui.note import LONGEST_NOTE, NoteArea, Wrapped, is_inside
from tests.tui.conftest import until

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1f5\U0001f1f0"
DECOMPOSED = "e\u0301"
URDU = "وہ کہتی ہے کہ مَیں ٹھیک ہوں، می\u200cخواہم"
ANYTHING = st.text(st.characters() | st.sampled_from("\n\r\t\x00\x1b\u202e\u2028" + FAMILY + FLAG))


class Desk(App[None]):
    """A note, a line behind it, and what the note refused."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.given = text
        self.refused: list[int] = []

    def compose(self) -> ComposeResult:
        yield NoteArea(self.given, id="note")
        yield Input(id="next")

    def on_note_area_refused(self, event: NoteArea.Refused) -> None:
        self.refused.append(event.count)

    @property
    def note(self) -> NoteArea:
        return self.query_one(NoteArea)


async def paste(pilot: Pilot[None], text: str) -> None:
    """Paste as a terminal does."""
    pilot.app.post_message(Paste(text))
    await pilot.pause()


def underlined(note: NoteArea) -> list[str]:
    """What stands out on each line of the screen; both bold and underlined, or it is not seen."""
    return [
        "".join(
            segment.text
            for segment in note.render_line(y)
            if segment.style and segment.style.underline and segment.style.bold
        )
        for y in range(note.size.height)
    ]


def drawn(note: NoteArea) -> list[str]:
    """What stands on each line of the screen."""
    return [note.render_line(y).text.rstrip() for y in range(note.size.height)]


# What it takes -------------------------------------------------------------------------


@given(ANYTHING)
def test_a_note_keeps_whatever_a_journal_held(text):
    kept = NoteArea(text).text
    assert kept == plain(text)
    assert NoteArea(kept).text == kept


@given(before=ANYTHING, typed=ANYTHING)
def test_what_is_typed_comes_in_whole_and_clean(before, typed):
    note = NoteArea(before)
    note._replace_via_keyboard(typed, *[note.document.end] * 2)
    assert note.text == plain(before) + plain(typed)


@given(text=ANYTHING, data=st.data())
def test_the_cursor_stands_only_between_signs_and_deleting_takes_whole_ones(text, data):
    note = NoteArea(text)
    row = data.draw(st.integers(0, note.document.line_count - 1))
    note.selection = note.selection._replace(
        end=(row, data.draw(st.integers(0, len(note.document[row]))))
    )
    for action in data.draw(
        st.lists(st.sampled_from([note.action_delete_left, note.action_delete_right]), max_size=5)
    ):
        row, column = note.cursor_location
        assert not is_inside(note.document[row], column)
        action()


async def test_signs_of_several_parts_are_one_step_and_one_deletion():
    app = Desk(f"{DECOMPOSED}{FAMILY}{FLAG}x")
    async with app.run_test() as pilot:
        places = [app.note.cursor_location[1]]
        for _ in range(4):
            await pilot.press("right")
            places.append(app.note.cursor_location[1])
        assert places == [0, 2, 7, 9, 10]
        await pilot.press("left", "backspace", "backspace", "backspace")
        assert app.note.text == "x"
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        assert app.note.text == f"{DECOMPOSED}{FAMILY}{FLAG}x"


async def test_joiners_and_hard_spaces_can_be_typed():
    app = Desk()
    async with app.run_test() as pilot:
        for sign in f"{URDU} {FAMILY}\u202f!":
            app.post_message(Key(sign, sign))
        await until(pilot, lambda: app.note.text == f"{URDU} {FAMILY}\u202f!")


async def test_a_paste_is_cleaned_of_everything_but_text():
    app = Desk()
    async with app.run_test() as pilot:
        await paste(pilot, f"a\r\nb\tc\x00\x1b[2J\u202e\x9b31m{URDU}\u2028d\r{FAMILY}")
        assert app.note.text == f"a\nb c[2J31m{URDU}\nd\n{FAMILY}"
        await paste(pilot, "\x00\u202e\x1b")
        assert app.note.text.endswith(FAMILY)
        assert app.refused == []


async def test_a_note_may_be_long_but_no_longer():
    app = Desk()
    async with app.run_test() as pilot:
        await paste(pilot, "word\r\n" * (LONGEST_NOTE // 5))
        assert app.note.text == "word\n" * (LONGEST_NOTE // 5)
        await pilot.press("x")
        await paste(pilot, "two words")
        await pilot.press("enter")
        assert app.note.text == "word\n" * (LONGEST_NOTE // 5)
        assert app.refused == [1, 9, 1]
        await pilot.press("backspace", "x")
        assert app.note.text == "word\n" * (LONGEST_NOTE // 5 - 1) + "wordx"
        assert app.refused == [1, 9, 1]


async def test_a_pasted_book_is_refused_whole_and_costs_no_word():
    app = Desk("She says")
    async with app.run_test() as pilot:
        await paste(pilot, "\x1b" * 1_000_000)
        await pilot.press("end", "!")
        assert app.note.text == "She says!"
        assert app.refused == [1_000_000]


async def test_what_is_selected_makes_room_for_what_takes_its_place():
    app = Desk("x" * LONGEST_NOTE)
    async with app.run_test() as pilot:
        app.note.select_all()
        await paste(pilot, "y" * LONGEST_NOTE)
        assert app.note.text == "y" * LONGEST_NOTE
        assert app.refused == []


async def test_tab_leaves_the_note_both_ways_and_function_keys_are_the_screens():
    app = Desk("one two")
    async with app.run_test() as pilot:
        await pilot.press("tab")
        assert isinstance(app.focused, Input)
        await pilot.press("shift+tab")
        assert app.focused is app.note
        await pilot.press("f6", "f7")
        assert app.note.selected_text == ""
        assert app.note.text == "one two"


async def test_cut_and_paste_stay_inside_and_can_be_undone():
    app = Desk(f"one {FAMILY} two")
    async with app.run_test() as pilot:
        await pilot.press("shift+end", "ctrl+x")
        assert app.note.text == ""
        await pilot.press("ctrl+v", "ctrl+v")
        assert app.note.text == f"one {FAMILY} two" * 2
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        assert app.note.text == f"one {FAMILY} two"
        await pilot.press("ctrl+y")
        assert app.note.text == ""


# What it points out ----------------------------------------------------------------------


async def test_a_mark_is_seen_without_colour_where_it_is_and_nowhere_else():
    text = f"call {FAMILY}\n0300 1234567 or\nsara@example.org"
    app = Desk(text)
    async with app.run_test() as pilot:
        phone, mail = text.index("0300"), text.index("sara")
        app.note.point_out([Mark(phone, phone + 12, "phone"), Mark(mail, len(text), "e-mail")])
        await pilot.pause()
        assert underlined(app.note)[:4] == ["", "0300 1234567", "sara@example.org", ""]
        app.note.point_out([Mark(mail, len(text), "e-mail")])
        assert underlined(app.note)[:4] == ["", "", "sara@example.org", ""]


async def test_a_mark_over_two_lines_of_the_screen_and_two_of_the_note():
    text = "x " * 30 + "0300\n1234567 it is"
    app = Desk(text)
    async with app.run_test(size=(40, 12)) as pilot:
        app.note.point_out([Mark(58, 72, "phone")])
        await pilot.pause()
        assert "".join(underlined(app.note)) == "x 03001234567"


async def test_marks_go_along_with_what_is_typed_before_and_inside_them():
    app = Desk("call 0300 1234567 now")
    async with app.run_test() as pilot:
        app.note.point_out([Mark(5, 17, "phone")])
        await pilot.press("o", "h", "enter")
        assert underlined(app.note)[:3] == ["", "0300 1234567", ""]
        app.note.move_cursor((1, 9))
        await pilot.press("9", "backspace", "8")
        assert underlined(app.note)[1] == "03008 1234567"
        await pilot.press("up", "home", "ctrl+k", "delete", "ctrl+k")
        assert app.note.pointed_out() == []


async def test_what_is_typed_at_the_edges_of_a_mark_is_no_part_of_it():
    app = Desk("call\n0300 1234567\nnow")
    async with app.run_test() as pilot:
        app.note.point_out([Mark(5, 17, "phone")])
        app.note.move_cursor((1, 0))
        await pilot.press("a", "end", "b")
        assert underlined(app.note)[:3] == ["", "0300 1234567", ""]
        assert app.note.pointed_out() == [(6, 18)]
        app.note.move_cursor((0, 0))
        await pilot.press("enter")
        assert underlined(app.note)[:4] == ["", "", "0300 1234567", ""]


async def test_marks_come_and_go_on_the_screen_itself():
    app = Desk("call 0300 1234567")
    async with app.run_test() as pilot:
        await pilot.pause()
        for marks, seen in (([Mark(5, 17, "phone")], True), ([], False)):
            app.note.point_out(marks)
            await pilot.pause()
            corner = app.note.content_region.offset
            style = app.screen.get_style_at(corner.x + 6, corner.y)
            assert bool(style.underline) is seen


UNIQUE = [chr(code) for code in range(0x4E00, 0x4E00 + 400)]


@given(data=st.data())
def test_after_any_edits_marks_cover_what_they_covered_and_nothing_else(data):
    fresh = iter(UNIQUE)

    def some(most: int) -> str:
        shape = data.draw(st.lists(st.booleans(), max_size=most))
        return "".join("\n" if breaks else next(fresh) for breaks in shape)

    note = NoteArea(some(40))
    text = note.text
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    marks = [Mark(a, b, "phone") for a, b in zip(edges[::2], edges[1::2], strict=False)]
    note.point_out(marks)
    marked = {char for mark in marks for char in text[mark.start : mark.end]} - {"\n"}
    original = set(text) - {"\n"}
    gone: set[str] = set()
    for _ in range(data.draw(st.integers(0, 5))):
        if data.draw(st.booleans()):
            note.undo()
        else:
            place = note.document.get_location_from_index
            start, end = (data.draw(st.integers(0, len(note.text))) for _ in range(2))
            note.replace(some(4), place(start), place(end))
        gone |= original - set(note.text)
    covered = {char for a, b in note.pointed_out() for char in note.text[a:b]} & original
    assert covered <= marked
    assert marked - gone <= covered


# How it is drawn -----------------------------------------------------------------------------


@given(text=ANYTHING, width=st.integers(1, 12))
def test_lines_are_broken_where_the_stock_widget_breaks_them(text, width):
    document = Document(plain(text))
    stock, ours = WrappedDocument(document, width), Wrapped(document, width)
    assert ours.height == stock.height
    lines = [ours.section(y) for y in range(ours.height)]
    assert ours.section(ours.height) is None
    for row in range(document.line_count):
        assert ours.get_sections(row) == stock.get_sections(row)
        first, count = ours.lines_of(row)
        parts = [document[row][a:b] for _, a, b in lines[first : first + count]]
        assert parts == ours.get_sections(row)


async def test_a_line_that_did_not_change_is_not_drawn_again():
    app = Desk("first\nsecond\nthird")
    async with app.run_test() as pilot:
        app.note.move_cursor((2, 5))
        await pilot.pause()
        before = [app.note.render_line(y) for y in range(3)]
        await pilot.press("!")
        after = [app.note.render_line(y) for y in range(3)]
        assert after[:2] == before[:2]
        assert all(one is other for one, other in zip(before[:2], after[:2], strict=True))
        assert after[2].text.rstrip() == "third!"


async def test_a_word_that_goes_on_in_a_new_line_at_the_bottom_is_seen_at_once():
    app = Desk("\n" * 30)
    async with app.run_test(size=(40, 12)) as pilot:
        app.note.move_cursor(app.note.document.end)
        for letter in "one two three four five six seven eight nine ten".replace(" ", ""):
            app.post_message(Key(letter, letter))
            await pilot.pause()
            assert drawn(app.note)[-1].endswith(letter)


@pytest.mark.parametrize(
    "text",
    ["a" * 5000, f"{URDU} " * 100, "word " * 1000, FAMILY * 200],
    ids=["no space", "Urdu", "words", "emoji"],
)
async def test_everything_is_there_after_the_smallest_window_and_back(text):
    app = Desk(text)
    async with app.run_test(size=(80, 24)) as pilot:
        note = app.note
        note.move_cursor(note.document.end)
        start = note.document.get_index_from_location((0, 10))
        note.point_out([Mark(start, start + 12, "phone")])
        marks = note.pointed_out()
        await pilot.press("a")
        await pilot.resize_terminal(20, 5)
        await pilot.press("b")
        await pilot.pause()
        await pilot.resize_terminal(80, 24)
        await pilot.press("c")
        await pilot.pause()
        assert note.text == f"{text}abc"
        assert note.cursor_location == note.document.end
        assert note.pointed_out() == marks
        assert "".join(line.strip() for line in drawn(note)).endswith("abc")
