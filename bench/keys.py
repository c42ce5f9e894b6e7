"""How many keys a call takes beside the characters of its note: counted, not timed.

    python bench/keys.py

Plays the vignettes of tests/tui/vignettes through the real call screen and prints a line each:
keys, fields touched beside the note, codes of the finished call, characters of the note. F2,
every letter in the code line, Tab, F9 and the digit of the distress all count.
"""

import sys
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.tui.vignettes.play import contacts, played, vignettes

BUDGET = 25
BUDGET_NON_DATA = 2


def main() -> int:
    """Print the table and the averages; 1 when one is over its budget."""
    print(f"{'vignette':<18}{'keys':>5}{'fields':>8}{'codes':>7}{'note':>6}")
    for vignette in vignettes():
        done = played(vignette)
        codes = sum(map(len, done.finished.coded.values()))
        print(
            f"{vignette.name:<18}{done.keys:>5}{len(done.fields):>8}{codes:>7}"
            f"{len(vignette.note):>6}"
        )
    for contact in contacts():
        done = played(contact)
        print(f"{contact.kind:<18}{done.keys:>5}{len(done.fields):>8}{1:>7}{0:>6}")
    full = mean(played(vignette).keys for vignette in vignettes())
    none = mean(played(contact).keys for contact in contacts())
    print(f"a data call: {full:.1f} keys on average (budget {BUDGET})")
    print(f"no data call: {none:.1f} keys (budget {BUDGET_NON_DATA})")
    return int(full > BUDGET or none > BUDGET_NON_DATA)


if __name__ == "__main__":
    sys.exit(main())
