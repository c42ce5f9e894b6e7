"""What comes from a terminal, however malformed, is read to its end."""

import errno
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual import events

from console.tui.driver import KeyParser, Outlet

numbers = st.one_of(
    st.integers(0, 200), st.sampled_from([1588, 55296, 57441, 1114112, 2**31, 2**64, -1])
).map(str)
fields = st.lists(st.sampled_from(["", ":", "::"]) | numbers, max_size=4).map("".join)
csi = st.builds(
    "\x1b[{}{}{}".format,
    st.sampled_from(["", "?", "<", ">", "M", "48;"]),
    st.lists(fields, max_size=6).map(";".join),
    st.sampled_from([*"uABCDEFHPQRSMmtIOn~$", "$y", "\\"]),
)
paste = st.sampled_from(["\x1b[200~", "\x1b[201~"])
fragments = st.one_of(csi, paste, st.text(max_size=8), st.sampled_from(["\x1b", "\x1bO", "\x1bP"]))


def read(*pieces: str) -> list[object]:
    parser = KeyParser()
    return [message for piece in pieces if piece for message in parser.feed(piece)]


@given(st.lists(fragments, max_size=12))
@example(["\x1b[1588::115;5u"])
@example(["\x1b[1114112u"])
@example(["\x1b[97;1;55296u"])
@example(["\x1b[48;0;0;0;0t", "\x1b[<0;5;5M"])
def test_no_sequence_stops_the_reader(pieces):
    """After anything at all a letter is still a letter."""
    messages = read(*pieces, "\x1b[201~", "z")
    assert isinstance(messages[-1], events.Key)
    assert messages[-1].key == "z"
    for message in messages:
        if isinstance(message, events.Key) and message.character:
            message.character.encode("utf-8")


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20))
def test_what_is_typed_is_read_as_it_is(text):
    assert "".join(event.character or "" for event in read(text)) == text


def test_keys_of_the_protocols_are_read():
    keys = [event.key for event in read("\x1bOP", "\x1b[[A", "\x1b[24~", "\x1b[97;5u")]
    assert keys == ["f1", "f1", "f12", "ctrl+a"]


def test_a_paste_of_a_command_is_text():
    [event] = read("\x1b[200~a\x9b31m\x00b\tc\r\nd\x1b[201~")[:1]
    assert event.text == "a31mb c\nd"


@pytest.mark.parametrize("size", ["0;0;0;0", "99999;99999;1;1", "0;80;1;1"])
def test_a_size_that_no_terminal_has_is_left_out(size):
    assert not read(f"\x1b[48;{size}t")


class Gone(io.StringIO):
    """A terminal whose window was closed."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_a_terminal_that_has_gone_is_written_to_in_vain():
    outlet = Outlet(Gone())
    outlet.write("note")
    outlet.flush()


@pytest.mark.parametrize("state", ["M", "m"])
def test_a_click_is_read(state):
    [event] = read(f"\x1b[<0;7;3{state}")
    assert (event.x, event.y) == (6, 2)
