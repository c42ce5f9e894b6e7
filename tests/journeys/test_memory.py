"""What is left in the memory of a console after the lock, read as an examiner would."""

import re
import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.vaults import make_vault, open_as, passphrase

CANARY = "zanzibarcanary7391"
UNREADABLE = {"[vvar]", "[vsyscall]", "[vvar_vclock]"}


def found(pid: int, wanted: dict[str, bytes]) -> dict[str, int] | None:
    """Count each of ``wanted`` in the memory of a process; None where it may not be read."""
    counts = dict.fromkeys(wanted, 0)
    try:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    except OSError:
        return None
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in maps:
            where, may, *_, name = [*line.split(), ""]
            if "r" not in may or UNREADABLE & {name, line.split()[-1]}:
                continue
            low, high = (int(end, 16) for end in where.split("-"))
            try:
                memory.seek(low)
                content = memory.read(high - low)
            except (OSError, ValueError, OverflowError):
                continue
            for what, needle in wanted.items():
                counts[what] += len(re.findall(re.escape(needle), content))
    return counts


def slowly(terminal: Terminal, text: str) -> None:
    """Type as a person does, one key at a time."""
    for char in text:
        terminal.press(char)
        terminal.read(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read through /proc")
def test_the_lock_takes_the_note_out_of_memory_but_for_crumbs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_vault(home)
    with open_as(home, "amina") as vault:
        key, secret = vault.raw.key, vault.me._secret
        (notes,) = vault.require_notes()._keys.values()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    wanted = {
        "note": CANARY.encode(),
        "note, two bytes a letter": CANARY.encode("utf-16-le"),
        "passphrase": passphrase("amina").encode(),
        "database key": key,
        "database key, hex": key.hex().encode(),
        "notes' key": notes,
        # As the key files say it: what opens slots (two halves), what signs.
        "identity, ML-KEM": secret[:64],
        "identity, X25519": secret[64:96],
        "identity, Ed25519": secret[96:],
    }
    terminal = Terminal(home=home, TMPDIR=str(temporary))
    terminal.wait("Helpline Console", "passphrase")
    terminal.settle()
    slowly(terminal, "amina")
    terminal.press("Enter")
    terminal.settle()
    slowly(terminal, passphrase("amina"))
    terminal.press("Enter")
    terminal.wait("On the line")
    terminal.press("F2")
    terminal.wait("No call?")
    terminal.to_note()
    slowly(terminal, f"She says {CANARY} calls. ")
    terminal.wait(CANARY, "saved")
    terminal.settle()
    before = found(terminal.child.pid, wanted)
    terminal.press("F12")
    terminal.wait("Helpline Console")
    terminal.settle()
    after = found(terminal.child.pid, wanted)
    if before is not None and after is not None:
        # The screen is empty before the memory is.
        for _ in range(300):
            if after["note"] <= before["note"] // 6 and not (
                after["notes' key"] or after["passphrase"]
            ):
                break
            terminal.settle()
            after = found(terminal.child.pid, wanted) or after
        print(f"memory: open {before}; locked {after}")
        assert before["note"] >= 5
        assert after["note"] <= before["note"] // 3
        # Otherwise nothing would be proven by not finding them.
        assert before["passphrase"]
        assert after["passphrase"] == 0
        assert before["database key"]
        assert before["notes' key"]
        assert before["identity, Ed25519"]
        # The driver takes it without a statement, whose text it would keep.
        assert after["database key, hex"] == 0
    terminal.press("Ctrl+Q")
    assert terminal.wait_exit() == 0
    left = terminal.sent[terminal.sent.rindex(b"\x1b[?1049l") :]
    assert CANARY.encode() not in left
    for folder in (home, temporary):
        for path in folder.rglob("*"):
            if path.is_file():
                assert CANARY.encode() not in path.read_bytes(), path.name
    assert list(temporary.iterdir()) == []
