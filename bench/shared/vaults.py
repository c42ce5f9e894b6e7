"""A vault as it is after years: many finished calls, an operator and IT staff."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from console.demo import shape, store
from console.vault import Cost, create, unlock

NOW = datetime(2026, 11, 21, 14, 2, 7, tzinfo=UTC)
WORDS = "gravel lantern mitten orchard pewter"
OPERATOR = "amina"


def make(home: Path, calls: int) -> None:
    """Make a vault in ``home`` with so many made-up calls; everybody's passphrase is WORDS."""
    create(home, "ines", WORDS, site="Bench", country="PK", now=NOW, cost=Cost.FLOOR)
    with unlock(home, "ines", WORDS, now=NOW) as vault:
        vault.add_member(OPERATOR, "operator", WORDS, now=NOW, cost=Cost.FLOOR)
    made_up = shape.calls(calls, NOW.date(), Random(144))
    with unlock(home, OPERATOR, WORDS, now=NOW) as vault:
        with vault.transaction():
            store.put_calls(
                vault,
                (
                    store.Row(
                        operator=OPERATOR,
                        day=call.day,
                        hour=call.hour,
                        minutes=call.minutes,
                        ended_at=None,
                        kind=call.kind,
                        distress=call.distress,
                        single=call.single,
                        mentions=call.mentions,
                    )
                    for call in made_up
                ),
            )
        vault.checkpoint()
