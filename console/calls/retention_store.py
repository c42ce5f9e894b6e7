"""The SQL of retention: the rows of calls whose month gives way to its counts."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from console.vault import trouble

if TYPE_CHECKING:
    from console.vault import Vault

OLD_MONTHS = """
SELECT period, count(*), period IN (SELECT period FROM published_period)
FROM call WHERE period <= ? GROUP BY period ORDER BY period
"""
MONTHS_OF = """
SELECT DISTINCT period FROM call
WHERE id IN (SELECT value FROM json_each(?)) AND period IS NOT NULL
"""
# What became of referrals weighs in matching for as long as there is the service.
FOLD_REFERRALS = """
INSERT INTO folded_referral (service, status, count)
SELECT service, status, count(*) FROM referral
WHERE call IN (SELECT id FROM call WHERE period = ?)
GROUP BY service, status
ON CONFLICT (service, status) DO UPDATE SET count = count + excluded.count
"""
DROP_CALLS = "DELETE FROM call WHERE period = ?"


def old_months(vault: "Vault", last: str) -> list[tuple[str, int, bool]]:
    """Return each month up to ``last`` that has rows: month, contacts, whether it is published."""
    with trouble():
        rows = vault.db.execute(OLD_MONTHS, [last]).fetchall()
    return [(str(month), int(calls), bool(published)) for month, calls, published in rows]


def months_of(vault: "Vault", calls: Iterable[int]) -> set[str]:
    """Return the months that any of these calls counts in."""
    with trouble():
        rows = vault.db.execute(MONTHS_OF, [json.dumps(sorted(calls))]).fetchall()
    return {str(month) for (month,) in rows}


def drop(vault: "Vault", month: str) -> int:
    """Delete the rows of a month's calls and all that hangs on them; return how many calls.

    Their referrals stay as counts. Inside the caller's transaction.
    """
    vault.db.execute(FOLD_REFERRALS, [month])
    return int(vault.db.execute(DROP_CALLS, [month]).rowcount)
