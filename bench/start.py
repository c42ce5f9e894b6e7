"""From the command to the unlock screen, beside a bare Textual app with one Input.

    python bench/start.py [RUNS]

Both start in a pseudo-terminal of 80 by 24, turn by turn (21 runs each by default), from warm
.pyc files; the clock stops when the prompt for the passphrase is drawn. A last line says how long
Python alone takes to do nothing.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shared.terminal import Program
from shared.vaults import NOW, WORDS

from console.vault import Cost, create

BUDGET = 1.2
PROMPT = "assphrase"  # whole wherever the cursor stands
BARE = """
from textual.app import App
from textual.widgets import Input

class Bare(App):
    def compose(self):
        yield Input(placeholder="passphrase", password=True)

Bare().run()
"""


def to_prompt(*arguments: str, **variables: str) -> float:
    """Return the seconds from the start of a program to its first prompt."""
    program = Program(arguments, **variables)
    seconds = program.until(PROMPT) - program.started
    program.kill()
    return seconds


def nothing() -> float:
    """Return the seconds that Python takes to start and end."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - began


def main(runs: int) -> None:
    """Make an empty vault, start both in turns, print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        create(home, "ines", WORDS, site="Bench", country="PK", now=NOW, cost=Cost.FLOOR)

        compiled = {"PYTHONPYCACHEPREFIX": f"{folder}/compiled"}

        def console() -> float:
            return to_prompt("-m", "console", HELPLINE_HOME=f"{folder}/home", **compiled)

        def bare() -> float:
            return to_prompt("-c", BARE, **compiled)

        console()
        bare()
        pairs = [(console(), bare()) for _ in range(runs)]
    ours, reference = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"start to the unlock screen, median of {runs} runs:")
    print(f"  {ours * 1000:.0f} ms; bare Textual app with one Input: {reference * 1000:.0f} ms")
    print(f"  ratio {ours / reference:.2f} (budget {BUDGET:.1f})")
    print(f"  Python alone: {statistics.median(nothing() for _ in range(7)) * 1000:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 21)
