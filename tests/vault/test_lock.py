import os
import signal
import subprocess
import sys
from pathlib import Path

from console.errors import VaultDamaged
from console.vault import VaultBusy
from tests.vault.checks import add_note, refuses
from tests.vault.test_drills import _FEW
from tests.vaults import NOW, open_as

_HOLD = (
    "import sys; from pathlib import Path; from tests.vaults import open_as\n"
    "vault = open_as(Path(sys.argv[1]), 'bea'); print('held', flush=True); sys.stdin.read()"
)


def _holder(home: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_console_is_told_who_has_the_vault(home: Path) -> None:
    """HELPLINE_KILLS sets how often, and how often the first one is killed."""
    for _ in range(_FEW):
        with _holder(home) as process:
            try:
                line = refuses(VaultBusy, lambda: open_as(home, "amina"))
                assert "bea" in line
                assert str(process.pid) in line
            finally:
                process.kill()
        with open_as(home, "amina") as vault:
            add_note(vault)
    print(
        f"a second console beside an open one: {_FEW} times told who has it, {_FEW} kills, 0 stuck"
    )


def test_a_killed_console_holds_nothing(home: Path) -> None:
    with _holder(home) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert b"bea" in (home / "keys/lock").read_bytes()
    open_as(home, "amina").close()


def test_the_same_process_cannot_open_it_twice_either(home: Path) -> None:
    with open_as(home, "amina") as vault:
        assert "amina" in refuses(VaultBusy, lambda: open_as(home, "bea"))
        call = add_note(vault)
        assert vault.read_note(call)


def test_a_failed_unlock_frees_the_lock(home: Path) -> None:
    keyring = home / "keys/keyring.json"
    good = keyring.read_bytes()
    keyring.write_bytes(b"{}")
    for _ in range(2):
        assert "keyring.json" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
    keyring.write_bytes(good)
    open_as(home, "amina").close()


def test_what_a_lock_file_says_counts_for_nothing(home: Path) -> None:
    for content in (b"", b"\xff{", b'{"member": "ghost", "pid": 1, "host": "x"}', b"[1]"):
        (home / "keys/lock").write_bytes(content)
        open_as(home, "amina").close()


def test_garbage_in_a_held_lock_still_names_somebody(home: Path) -> None:
    with open_as(home, "amina"):
        (home / "keys/lock").write_bytes(b"[]")
        assert "Another console" in refuses(VaultBusy, lambda: open_as(home, "bea"))


def test_a_child_process_does_not_inherit_the_lock(home: Path) -> None:
    vault = open_as(home, "amina")
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"],
        stdin=subprocess.PIPE,
        close_fds=False,
    ) as child:
        vault.close()
        open_as(home, "bea", now=NOW).close()
        os.kill(child.pid, signal.SIGKILL)
