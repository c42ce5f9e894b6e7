"""What is loaded before anybody has unlocked: the console is there at once, or calls wait."""

import json
import subprocess
import sys

from tests.vaults import make_vault

# As a person starts it, up to the first frame; then what was loaded for that.
START = """
import asyncio, json, sys
from pathlib import Path
from console.__main__ import harden
harden()
from console.tui.app import ConsoleApp
from console.tui.unlock import UnlockScreen

async def start():
    app = ConsoleApp(Path(sys.argv[1]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, UnlockScreen)
        return sorted({name.partition(".")[0] for name in sys.modules}), sorted(
            name for name in sys.modules if name.startswith("console.")
        )

print(json.dumps(asyncio.run(start())))
"""
# Each costs a frame or several, and none has anything to do before the vault is open.
LATER = {
    "sqlite_utils",
    "sqlcipher3",
    "phonenumbers",
    "pycountry",
    "highspy",
    "rapidfuzz",
    "zxcvbn",
    "stdnum",
    "numpy",
    "openpyxl",
    "click",
    "tomllib",
}
ROOMS = (
    "console.cli",
    "console.codebook",
    "console.calls",
    "console.partners",
    "console.breaks",
    "console.figures",
    "console.demo",
)


def test_nothing_heavy_is_loaded_before_the_unlock_screen(tmp_path):
    home = tmp_path / "home"
    make_vault(home)
    ran = subprocess.run(
        [sys.executable, "-c", START, str(home)], capture_output=True, text=True, check=True
    )
    packages, ours = json.loads(ran.stdout)
    assert LATER & set(packages) == set()
    assert [name for name in ours if name.startswith(ROOMS)] == []
