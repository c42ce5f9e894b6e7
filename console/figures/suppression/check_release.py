"""Check a release folder of figures with Python alone: python3 check_release.py FOLDER

Counts add up, agree and fit the digest; a hidden small count could be 0, and could be the greatest.
"""

import csv
import hashlib
import json
import sys
from pathlib import Path
from typing import Any


def count_of(table: Any, cell: Any) -> Any:
    """Return what a cell counts: equal for equal cells. Contacts of kind data are the calls."""
    codes = frozenset((d, cell[at]) for at, d in enumerate(table["dimensions"]) if cell[at] != "_T")
    calls = table["counts"] == "contacts" and codes == {("kind", "data")}
    return ("calls", "", frozenset()) if calls else (table["counts"], table.get("of", ""), codes)


def rules_of(release: Any, tables: Any, known: Any) -> Any:
    """Return the sums, each a total and its parts, and pairs of which the first is never above."""
    rules: Any = ({}, {}, set())
    finer, sums, pairs = rules
    for level in release.get("levels", []):
        for code, coarse in level["codes"].items():
            finer.setdefault((level["coarser"], coarse), []).append((level["dimension"], code))
    for table, cells in tables:
        for cell in cells:
            for at in range(len(cell)):
                total = count_of(table, (*cell[:at], "_T", *cell[at + 1 :]))
                sums.setdefault((total, table["name"], at), {total}).add(count_of(table, cell))
    for kind, of, codes in known:
        calls = ("calls", "", frozenset(pair for pair in codes if pair[0] != of))
        if kind == "mentions" and calls in known:
            ends = (calls, (kind, of, codes))  # each call has an issue, and has it once
            pairs.add(ends if calls[2] == codes else ends[::-1])
        for pair in codes & set(finer):
            parts = {(kind, of, codes - {pair} | {new}) for new in finer[pair]}
            if parts <= known:
                sums[(kind, of, codes), pair] = parts
    return [(key[0], parts - {key[0]}) for key, parts in sums.items()], pairs


def problem(release: Any, tables: Any, proof: Any) -> str:
    """Return what is wrong with the tables, pairs of description and texts by cell, or nothing."""
    shown: Any = {}
    for table, cells in tables:
        for cell, text in cells.items():
            if shown.setdefault(count_of(table, cell), text) != text:
                return f"{table['name']} shows a count otherwise than another table"
    sums, pairs = rules_of(release, tables, set(shown))
    labels = release.get("hidden", {})  # label: least and greatest count that it admits
    exact = {key: int(text) for key, text in shown.items() if text not in labels}

    def fails(counts: Any) -> bool:
        sound = all(counts[total] == sum(map(counts.get, parts)) for total, parts in sums)
        return not (sound and all(counts[less] <= counts[more] for less, more in pairs))

    if release["mode"] == "rounded":
        odd = any(n < 0 or n % release["rounding"]["base"] for n in exact.values())
        return "a count is no multiple of the base" if odd else "sums are wrong" * fails(exact)
    most = max(high for low, high in labels.values() if low == 0 and high is not None)
    empty = {count_of(t, c) for t, _ in tables for c in proof["structural"].get(t["name"], ())}
    if any(n <= most and (n or key not in empty) for key, n in exact.items()):
        return "a small count is shown"
    hidden = [key for key, text in shown.items() if text in labels]
    wanted = {(key, n) for key in hidden if labels[shown[key]][0] == 0 for n in (0, most)}
    for witness in proof["witnesses"]:
        counts, small, other = dict(exact), iter(witness["small"]), iter(witness["other"])
        for key in hidden:
            low, high = labels[shown[key]]
            n = counts[key] = int(next(small)) if shown[key][0] == "<" else next(other)
            if type(n) is not int or n < low or (high is not None and n > high):
                return "a witness does not fit a label"
        if [*small, *other] or fails(counts):
            return "a witness does not add up"
        wanted.difference_update(counts.items())
    return f"a hidden count is not shown to be possibly 0 and {most}" if wanted else ""


def main(folder: Path) -> str:
    """Return what is wrong with a folder, or nothing."""
    release = json.loads((folder / "release.json").read_bytes())
    lines, tables = "", []
    for table in release["tables"]:
        content = (folder / table["file"]).read_bytes()
        lines += f"{hashlib.sha256(content).hexdigest()}  {table['file']}\n"
        _, *rows = csv.reader(content.decode().splitlines())
        tables.append((table, {tuple(row[1:-1]): row[-1] for row in rows}))
    proof = release["mode"] == "suppressed" and (folder / "certificate.json").read_bytes()
    altered = hashlib.sha256(lines.encode()).hexdigest() != release["digest"]
    return "a table was altered" if altered else problem(release, tables, json.loads(proof or "{}"))


if __name__ == "__main__":
    sys.excepthook = lambda *_: sys.stdout.write("this cannot be read as a release\n")
    result = main(Path(sys.argv[1]))
    sys.stdout.write(f"{result or 'OK'}\n")
    sys.exit(bool(result))
