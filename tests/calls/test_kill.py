"""The power goes while a call is being ended: it is there whole as a draft, or whole as a call."""

import os
import shutil
import signal
from dataclasses import replace

import pytest

from console import calls
from tests.calls.test_live import CODED
from tests.vault.kills import killed_within, pace
from tests.vaults import NOW, open_as

KILLS = int(os.environ.get("HELPLINE_KILLS", "20"))
NOTE = "she told it in one breath\n" * 40

# Ends its call when it is told to; the parent kills it at some moment around that.
CHILD = """
import sys
from pathlib import Path
from console import calls, codebook
from tests.calls.test_live import LATER
from tests.vaults import open_as

with open_as(Path(sys.argv[1]), "amina") as vault:
    # As in the console, where it was loaded long before: the end itself is a few ms.
    codebook.load(vault, vault.setting("country"))
    [draft] = calls.drafts(vault)
    print("go", flush=True)
    calls.finish(vault, draft, distress=3, now=LATER)
    print("done", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_end_is_whole_or_has_not_happened(home, tmp_path):
    with open_as(home, "amina") as vault:
        draft = replace(calls.start(vault, now=NOW), coded=CODED, note=NOTE, cursor=(3, 4))
        calls.save(vault, draft, now=NOW)
    shutil.copytree(home, tmp_path / "paced")
    whole, seconds = 0, 1.5 * pace(CHILD, tmp_path / "paced")
    for _ in range(KILLS):
        done = "done" in killed_within(seconds, CHILD, home)
        with open_as(home, "amina") as vault:
            drafts = calls.drafts(vault)
            ended = [line.call for line in calls.recent(vault, 1000)]
            if drafts:
                assert not done
                assert drafts == [draft]
                assert draft.call not in ended
                assert vault.db.execute(
                    "SELECT count(*) FROM call_mention WHERE call = ?", [draft.call]
                ).fetchone() == (0,)
                continue
            kept = calls.read(vault, draft.call)
            assert (kept.coded, kept.note, kept.distress) == (CODED, NOTE, 3)
            assert draft.call in ended
            assert vault.audit_lines()[-1].action == "call.finished"
            assert vault.audit_broken_at() is None
            whole += 1
            draft = replace(calls.start(vault, now=NOW), coded=CODED, note=NOTE, cursor=(3, 4))
            calls.save(vault, draft, now=NOW)
    print(
        f"{KILLS} kills at the end of a call: {whole} whole, {KILLS - whole} not begun, 0 in part"
    )
