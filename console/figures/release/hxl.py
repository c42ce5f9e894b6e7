"""A release's tables for the Humanitarian Exchange Language: the same rows, with a row of tags.

Tags are those of HXL 1.1 (https://hxlstandard.org/standard/1-1final/dictionary/); a dimension that
its dictionary has no tag for gets one of our own, which the standard has begin with ``#x_``.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_PLACES = ("#adm1+code", "#adm2+code")


def files(release: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the tagged tables as ``NAME.csv``, made from a release's own files alone.

    The same release gives the same bytes. Counts are tagged ``#indicator``, not ``#affected``:
    that one counts people, and one person may call many times.
    """
    about = json.loads(release["release.json"])
    finer = {level["dimension"]: level["coarser"] for level in about.get("levels", [])}
    return {
        str(table["file"]): _tagged(release[table["file"]], _tags(table, about, finer))
        for table in about["tables"]
    }


def _tags(
    table: Mapping[str, Any], about: Mapping[str, Any], finer: Mapping[str, str]
) -> list[str]:
    """Return a tag a column. A count is ``+num`` only where every count is a number."""
    number = "+num" if about["mode"] == "rounded" else ""
    of = f"+{_attribute(table['of'])}" if table.get("of") else ""
    tags = [_dimension(name, finer) for name in table["dimensions"]]
    return ["#date", *tags, f"#indicator{number}+{_attribute(table['counts'])}{of}"]


def _dimension(name: str, finer: Mapping[str, str]) -> str:
    if name in finer or name in finer.values() or name == "region":
        return _PLACES[name in finer]
    return f"#x_{_attribute(name)}+code"


def _attribute(name: str) -> str:
    """Return a name as the standard's syntax has it: letters, digits and underscores."""
    return re.sub("[^a-z0-9_]", "_", name.lower())


def _tagged(content: bytes, tags: Sequence[str]) -> bytes:
    header, newline, rows = content.partition(b"\n")
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(tags)
    return header + newline + line.getvalue().encode() + rows
