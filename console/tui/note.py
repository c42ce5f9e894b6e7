"""The note of a call: what is typed and pasted into it, and what is pointed out in it."""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rich.cells import get_character_cell_size
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.cache import LRUCache
from textual.document._document import Document, EditResult, Location, Selection
from textual.document._document_navigator import DocumentNavigator
from textual.document._edit import Edit
from textual.document._wrapped_document import WrappedDocument
from textual.events import Key
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from console.calls import Mark
from console.text import plain

LONGEST_NOTE = 100_000
"""Characters that a note may have; some forty pages."""

# Seen without colour too, and on the Linux console, which shows underlines as a colour.
_POINTED_OUT = Style(bold=True, underline=True)

_REMEMBERED_LINES = 512
# Nobody writes longer ones; a paste of nothing but combining signs must not hold up a key.
_LONGEST_SIGN = 64
_JOINER = "\u200d"
_FLAGS = range(0x1F1E6, 0x1F200)

Stretch = tuple[Location, Location]
"""From a place (row, column) to a later one, which is no longer part of it."""


class NoteArea(TextArea, inherit_bindings=False):
    """The note. Tab leaves it; nothing typed in it can be copied out of the console.

    It takes any script, emoji and combining signs, as far as ``console.text.plain`` lets them
    through; what reads as one sign is stepped over and deleted as one. Text that runs from right
    to left is kept and shown in the order in which it is typed, letter after letter: Textual
    knows no other, and terminals that turn such text around (gnome-terminal, Konsole, mlterm)
    do it by themselves, so that turning it here would turn it back there. In those the words
    read as they should while the cursor and a mark may stand at the mirrored place of their
    word; in the others all stands where it is, and the words read from left to right.
    """

    # F6 and F7 belong to the screen; here they would select a line and the whole note.
    BINDINGS = [
        each
        for each in TextArea.BINDINGS
        if isinstance(each, Binding) and each.key not in {"f6", "f7"}
    ]

    @dataclass
    class Refused(Message):
        """What was typed or pasted, ``count`` characters, would have made the note too long."""

        count: int

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        self._stretches: list[Stretch] = []
        self._drawn: LRUCache[object, Strip] = LRUCache(_REMEMBERED_LINES)
        super().__init__(plain(text), id=id, compact=True, highlight_cursor_line=False)
        self.set_reactive(TextArea.cursor_blink, False)

    # What is pointed out --------------------------------------------------------------

    def point_out(self, marks: Sequence[Mark]) -> None:
        """Underline ``marks``, and nothing else; offsets are those of ``text`` as it is now.

        They are in order and do not overlap, as ``find_identifiers`` returns them. Until the
        next call they move along with what is typed before them and inside them.
        """
        fresh = list(_stretches(self.document.lines, marks))
        changed = set(fresh).symmetric_difference(self._stretches)
        self._stretches = fresh
        for row in {row for start, end in changed for row in range(start[0], end[0] + 1)}:
            if row < self.document.line_count:
                self.refresh_lines(*self.wrapped_document.lines_of(row))

    def pointed_out(self) -> list[tuple[int, int]]:
        """Return the stretches that are underlined now, from and to, as offsets in ``text``."""
        index = self.document.get_index_from_location
        return [(index(start), index(end)) for start, end in self._stretches]

    def _follow(self, top: Location, bottom: Location, end: Location) -> None:
        """Move the stretches along with an edit: from, to, and where the new text ends."""
        stretches = self._stretches
        first = bisect_right(stretches, top, key=lambda stretch: stretch[1])
        for number in range(first, len(stretches)):
            if stretches[number][0][0] > bottom[0] and end[0] == bottom[0]:
                break
            stretches[number] = shifted(stretches[number], top, bottom, end)
        if top != bottom:
            self._stretches = [stretch for stretch in stretches if stretch[0] < stretch[1]]

    # What is typed and pasted ---------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Take signs that Python counts as unprintable and scripts need: joiners, hard spaces."""
        sign = event.character
        if sign and unicodedata.category(sign) in {"Cf", "Zs"} and not event.is_printable:
            event.stop()
            event.prevent_default()
            self._replace_via_keyboard(sign, *self.selection)

    def _replace_via_keyboard(
        self, insert: str, start: Location, end: Location
    ) -> EditResult | None:
        """Take what is typed or pasted, cleaned, whole or not at all."""
        insert = insert.replace("\r\n", "\n")
        room = LONGEST_NOTE - len(self.text) + len(self.get_text_range(start, end))
        # Before it is cleaned, which for a pasted book would be felt.
        if len(insert) <= LONGEST_NOTE:
            insert = plain(insert)
            if not insert:
                return None
        if len(insert) > room:
            self.post_message(self.Refused(len(insert)))
            return None
        return super()._replace_via_keyboard(insert, start, end)

    def _delete_via_keyboard(self, start: Location, end: Location) -> EditResult | None:
        """Delete signs whole."""
        start, end = sorted((start, end))
        return super()._delete_via_keyboard(
            self._beside(start, forward=False), self._beside(end, forward=True)
        )

    def _validate_selection(self, selection: Selection) -> Selection:
        """Let the cursor stand between signs only, on the side that it was going to."""
        start, end = super()._validate_selection(selection)
        forward = end > self.selection.end
        return Selection(self._beside(start, forward), self._beside(end, forward))

    def _beside(self, location: Location, forward: bool) -> Location:
        row, column = location
        line = self.document[row] if row < self.document.line_count else ""
        for _ in range(_LONGEST_SIGN):
            if not is_inside(line, column):
                break
            column += 1 if forward else -1
        return row, column

    # How it is drawn ------------------------------------------------------------------

    def edit(self, edit: Edit) -> EditResult:
        """Perform an edit, and show where it leaves the cursor.

        The stock method scrolls before it knows how many lines there are now: a word that goes
        on in a new line at the bottom would be seen with the next key only.
        """
        before = self.virtual_size.height
        result = super().edit(edit)
        if self.is_mounted and self.virtual_size.height > before:
            self.scroll_cursor_visible()
        return result

    def _set_document(self, text: str, language: str | None) -> None:
        """Load ``text``; the stretches of another text go."""
        self._stretches = []
        self._highlight_query = None
        self.document: Page = Page(text, self._follow)
        self.wrapped_document: Wrapped = Wrapped(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()

    def find_matching_bracket(self, bracket: str, search_from: Location) -> None:
        """Find none: this is no program text, and looking for it takes the whole note."""

    def notify_style_update(self) -> None:
        """Forget how lines looked."""
        self._drawn.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Draw one line; one that holds what it held before is not drawn again.

        The stock method draws every line at every key, each from the whole paragraph that it
        is part of: half a second for a key in a long paragraph of Urdu.
        """
        base = self._theme.base_style or self.rich_style
        section = self.wrapped_document.section(y + self.scroll_offset.y)
        if section is None:
            return Strip.blank(self.size.width, base)
        row, begin, end = section
        line = self.document[row]
        # A paragraph ends in one more cell, for the cursor.
        text = line[begin:end] + " " * (end == len(line))
        spans = tuple(self._spans(row, begin, begin + len(text)))
        width = self.scrollable_content_region.width
        key = (text, spans, width, base)
        strip = self._drawn.get(key)
        if strip is None:
            drawn = Text(text, end="", no_wrap=True)
            for start, stop, style in spans:
                drawn.stylize(style, start, stop)
            strip = Strip(drawn.render(self.app.console), cell_length=drawn.cell_len)
            strip = strip.extend_cell_length(width, base).apply_style(base)
            self._drawn[key] = strip
        return strip

    def _spans(self, row: int, begin: int, end: int) -> Iterator[tuple[int, int, Style]]:
        """Yield what is drawn otherwise in columns ``begin`` to ``end``, counted from there."""
        first = bisect_right(self._stretches, (row, begin), key=lambda stretch: stretch[1])
        # What is pointed out ends with its last letter, also where it goes on in the next row.
        last = min(end, len(self.document[row]))
        for stretch in islice(self._stretches, first, None):
            if stretch[0] >= (row, last):
                break
            yield from _within(stretch, row, begin, last, _POINTED_OUT)
        theme = self._theme
        start, stop = sorted(self.selection)
        if start != stop and theme.selection_style is not None:
            yield from _within((start, stop), row, begin, end, theme.selection_style)
        if self._draw_cursor and theme.cursor_style is not None:
            at = self.cursor_location
            behind = self._beside((at[0], at[1] + 1), forward=True)
            yield from _within((at, behind), row, begin, end, theme.cursor_style)


class Page(Document):
    """A document that tells ``edited`` of each edit: from, to, and where the new text ends."""

    def __init__(self, text: str, edited: Callable[[Location, Location, Location], None]) -> None:
        super().__init__(text)
        self._edited = edited

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Replace what stands from ``start`` to ``end``; the one way in which text changes."""
        result = super().replace_range(start, end, text)
        self._edited(min(start, end), max(start, end), result.end_location)
        return result


class Wrapped(WrappedDocument):
    """Paragraphs broken into lines, found without taking the paragraph apart each time."""

    @property
    def height(self) -> int:
        """How many lines there are."""
        return len(self._offset_to_line_info)

    def section(self, y: int) -> tuple[int, int, int] | None:
        """Return the row of the document on line ``y``, and its columns there; None below all."""
        if not 0 <= y < self.height:
            return None
        row, number = self._offset_to_line_info[y]
        breaks = self._wrap_offsets[row]
        begin = breaks[number - 1] if number else 0
        return row, begin, breaks[number] if number < len(breaks) else len(self.document[row])

    def lines_of(self, row: int) -> tuple[int, int]:
        """Return the first line of a row of the document, and how many lines it takes."""
        lines = self._line_index_to_offsets[row]
        return lines[0], len(lines)

    def get_sections(self, line_index: int) -> list[str]:
        """Return the lines of a row."""
        text, breaks = self.document[line_index], self._wrap_offsets[line_index]
        return [
            text[begin:end] for begin, end in zip([0, *breaks], [*breaks, len(text)], strict=True)
        ]


def shifted(stretch: Stretch, top: Location, bottom: Location, end: Location) -> Stretch:
    """Return where ``stretch`` is after an edit that put what ends at ``end`` from top to bottom.

    What is typed inside it becomes part of it, what is typed at its edges does not. A stretch
    that was replaced whole comes back empty: its end is not behind its start.
    """
    start, stop = stretch
    if stop <= top:
        return stretch
    if start >= bottom:
        return _moved(start, bottom, end), _moved(stop, bottom, end)
    return (
        start if start <= top else end,
        _moved(stop, bottom, end) if stop >= bottom else top,
    )


def _moved(location: Location, bottom: Location, end: Location) -> Location:
    row, column = location
    if row == bottom[0]:
        column += end[1] - bottom[1]
    return row + end[0] - bottom[0], column


def is_inside(line: str, column: int) -> bool:
    """Tell whether ``column`` lies inside what is read as one sign: é in two parts, a family."""
    if not 0 < column < len(line):
        return False
    sign, before = line[column], line[column - 1]
    if ord(sign) in _FLAGS:
        # Two letters make a flag: how many stand before this one says whether it is the second.
        letters = 0
        most = min(column, _LONGEST_SIGN)
        while letters < most and ord(line[column - 1 - letters]) in _FLAGS:
            letters += 1
        return letters % 2 == 1
    return before == _JOINER or get_character_cell_size(sign) == 0


def _within(
    stretch: Stretch, row: int, begin: int, end: int, style: Style
) -> Iterator[tuple[int, int, Style]]:
    """Yield the part of ``stretch`` in columns ``begin`` to ``end`` of ``row``, if there is one."""
    start, stop = max(stretch[0], (row, begin)), min(stretch[1], (row, end))
    if start < stop:
        yield start[1] - begin, stop[1] - begin, style


def _stretches(lines: Sequence[str], marks: Sequence[Mark]) -> Iterator[Stretch]:
    row = begin = 0
    for mark in marks:
        places = []
        for offset in (mark.start, mark.end):
            while row + 1 < len(lines) and offset > begin + len(lines[row]):
                begin += len(lines[row]) + 1
                row += 1
            places.append((row, min(offset - begin, len(lines[row]))))
        start, end = places
        if start < end:
            yield start, end
