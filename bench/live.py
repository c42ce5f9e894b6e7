"""The live call: from a key to its echo in the note, and ending a call for good.

    python bench/live.py [KEYS] [CALLS]

The console runs in a pseudo-terminal of 80 by 24 on a vault of 100,000 calls, journal, guard and
suggestions at work as in a real call; the reference is a bare Textual app with one TextArea in
the same kind of terminal. Both hold the same note of 1,500 characters, and get the same keys, 400
each by default: twelve a second, and in bursts of ten at once. Every letter is one that was never
there before, so that its bytes in what is drawn are its echo and nothing else; what parts words
and lines is typed and not timed. Lines are short, since a stock TextArea does not show a letter
that starts a line of its own at the bottom before the next one comes. The two take turns of fifty
keys, so that what else the machine does falls on both.

Ending a call is `calls.finish`, durable; its reference is one row into plain SQLite with
synchronous = FULL and a write-ahead log, on the same disk.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from shared import vaults
from shared.terminal import Program

from console import calls
from console.calls import Draft
from console.vault import Vault, unlock

CALLS, KEYS = 100_000, 400
TURN, BURST, WORD, LINE = 50, 10, 5, 25
A_SECOND = 12
BUDGET_MEDIAN, BUDGET_P99, BUDGET_FINISH = 1.3, 2.0, 3.0
F2, TAB, ENTER = "\x1bOQ", "\t", "\r"
NOTE = (
    "She is calling about her sister, 17, who met a man on Instagram in spring. He asked for "
    "photos, then for more, and now he wants money or sends them to the school. He keeps texting "
    "at night from 0300 1234567 and from new accounts. The sister has told nobody else.\n"
) * 6
END = "ready"
CODES = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "urgency": ("urgent",),
    "issue": ("blackmail",),
}
BARE = """
from textual.app import App
from textual.widgets import TextArea

class Bare(App):
    def compose(self):
        yield TextArea()

Bare().run()
"""


def letters() -> Iterator[str]:
    """Yield letters of one cell that are nowhere in the note, each once."""
    for code in (*range(0x100, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x1F00)):
        letter = chr(code)
        if unicodedata.category(letter) in {"Ll", "Lu"}:
            yield letter


def in_note(home: Path, secret: Path) -> Program:
    """Return the console with a call going on, coded here and there, its cursor in the note."""
    program = Program(
        ["-m", "console", "--as", vaults.OPERATOR, "--passphrase-file", str(secret)],
        HELPLINE_HOME=str(home),
    )
    program.wait("On the line")
    program.send(F2)
    program.wait("No call?")
    for word, label in (("woman", "Woman"), ("23", "18–25"), ("punjab", "Punjab")):
        program.forget()
        program.send(word + ENTER)
        program.wait(label)
    for title in ("┏━ coded", "┏━ note"):
        program.forget()
        program.send(TAB)
        program.wait(title)
    return filled(program)


def bare() -> Program:
    """Return the bare app, its cursor in the text."""
    program = Program(["-c", BARE])
    program.wait("▁▁▁")
    return filled(program)


def filled(program: Program) -> Program:
    """Paste the note, and wait until it is there and all is quiet."""
    program.forget()
    program.send(f"\x1b[200~{NOTE}{END} \x1b[201~")
    program.until(END)
    program.pause(2.0)
    return program


def steadily(program: Program, keys: str) -> list[float]:
    """Type ``keys`` at a steady pace; return the seconds to each one's echo."""
    seconds = []
    due = time.perf_counter()
    for number, key in enumerate(keys):
        program.pause(due - time.perf_counter())
        due += 1 / A_SECOND
        if number % WORD == 0:
            program.send(" " if number % LINE else ENTER)
            program.pause(due - time.perf_counter())
            due += 1 / A_SECOND
        program.forget()
        sent = program.send(key)
        seconds.append(program.until(key) - sent)
    return seconds


def in_bursts(program: Program, keys: str) -> list[float]:
    """Type ``keys`` in bursts, half a second apart; return the seconds to each one's echo."""
    seconds = []
    for begin in range(0, len(keys), BURST):
        program.pause(0.5)
        program.forget()
        burst = keys[begin : begin + BURST]
        sent = program.send(f"{ENTER}{burst}")
        seconds += [program.until(key) - sent for key in burst]
    return seconds


def beside(
    type_in: Callable[[Program, str], list[float]], ours: Program, reference: Program, keys: str
) -> None:
    """Type ``keys`` into both, taking turns; print both sides and their ratios."""
    sides: tuple[list[float], list[float]] = ([], [])
    for begin in range(0, len(keys), TURN):
        for program, seconds in zip((ours, reference), sides, strict=True):
            seconds += type_in(program, keys[begin : begin + TURN])
    for name, budget, rank in (("p50", BUDGET_MEDIAN, 50), ("p99", BUDGET_P99, 99)):
        a, b = (statistics.quantiles(seconds, n=100)[rank - 1] for seconds in sides)
        print(
            f"  {name} {a * 1000:.1f} ms; bare TextArea {b * 1000:.1f} ms; "
            f"ratio {a / b:.2f} (budget {budget:.1f})"
        )


def finishing(vault: Vault, folder: Path, rounds: int = 60) -> tuple[float, float]:
    """Return the median seconds of ending a call, and of one durable row in plain SQLite."""
    plain = sqlite3.connect(folder / "plain.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE call (id INTEGER PRIMARY KEY, note BLOB)")
    sides: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        started = calls.start(vault, now=vaults.NOW)
        draft: Draft = replace(started, coded=dict(CODES), note=NOTE)
        calls.save(vault, draft, now=vaults.NOW)
        began = time.perf_counter()
        calls.finish(vault, draft, distress=2, now=vaults.NOW)
        sides[0].append(time.perf_counter() - began)
        began = time.perf_counter()
        plain.execute("INSERT INTO call (note) VALUES (?)", (NOTE.encode(),))
        sides[1].append(time.perf_counter() - began)
    plain.close()
    return statistics.median(sides[0]), statistics.median(sides[1])


def main(keys: int, count: int) -> None:
    """Make the vault in a throw-away folder, measure all, print."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        home, secret = Path(folder) / "home", Path(folder) / "secret"
        vaults.make(home, count)
        with unlock(home, vaults.OPERATOR, vaults.WORDS, now=vaults.NOW) as vault:
            ours, reference = finishing(vault, Path(folder))
        print(
            f"finish a call, durable, {count:,} calls: {ours * 1000:.2f} ms; one SQLite row "
            f"{reference * 1000:.2f} ms; ratio {ours / reference:.2f} (budget {BUDGET_FINISH:.1f})"
        )
        secret.write_text(vaults.WORDS)
        programs = in_note(home, secret), bare()
        alphabet = "".join(islice(letters(), 2 * keys))
        print(f"key to echo, {A_SECOND} keys a second, {keys} keys, {count:,} calls:")
        beside(steadily, *programs, alphabet[:keys])
        print(f"key to echo, bursts of {BURST}:")
        beside(in_bursts, *programs, alphabet[keys:])
        for program in programs:
            program.kill()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]), *(KEYS, CALLS)[len(sys.argv) - 1 :])
