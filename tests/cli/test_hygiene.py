"""What a process of ours may load, leave behind, and let others read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ["textual", "sqlite_utils", "sqlcipher3", "highspy", "numpy", "cryptography", "pycountry"]


def loaded(*arguments: str) -> set[str]:
    program = (
        "import json, sys\n"
        "from console.__main__ import run\n"
        f"sys.argv = ['helpline', *{list(arguments)!r}]\n"
        "run()\n"
        "sys.stderr.write('modules ' + json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return set(json.loads(done.stderr.decode().rpartition("modules ")[2]))


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("figures", "--help"), ("figures", "export")]
)
def test_help_and_usage_errors_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    modules = loaded(*arguments)
    assert "console.cli" in modules
    assert modules.isdisjoint(HEAVY)


def in_a_hardened_process(expression: str, **variables: str) -> object:
    program = (
        "import json, os, resource, sys\n"
        "from console.__main__ import harden\n"
        "harden()\n"
        f"print(json.dumps({expression}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=variables
    )
    return json.loads(done.stdout)


def test_textual_is_kept_from_logging_keys() -> None:
    variables = {
        "TEXTUAL_LOG": "keys.log",
        "TEXTUAL_DEBUG": "1",
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_DISABLE_KITTY_KEY": "1",
    }
    kept = in_a_hardened_process("[v for v in os.environ if v.startswith('TEXTUAL')]", **variables)
    assert kept == ["TEXTUAL_DISABLE_KITTY_KEY"]


def test_files_are_the_owners_alone() -> None:
    assert in_a_hardened_process("os.umask(0)") == 0o077


def test_no_core_is_dumped() -> None:
    assert in_a_hardened_process("resource.getrlimit(resource.RLIMIT_CORE)") == [0, 0]


@pytest.mark.skipif(sys.platform != "linux", reason="what Linux says of a process")
def test_other_processes_of_the_user_cannot_read_the_memory() -> None:
    # 3 is PR_GET_DUMPABLE.
    assert in_a_hardened_process("__import__('ctypes').CDLL(None).prctl(3, 0, 0, 0, 0)") == 0


def test_commands_print_through_one_door() -> None:
    """Only answer.py and session.py print what came from a vault, made plain."""
    folder = Path(__file__).parents[2] / "console" / "cli"
    for path in folder.glob("*.py"):
        if path.name not in {"answer.py", "session.py"}:
            assert "click.echo" not in path.read_text(), path.name
