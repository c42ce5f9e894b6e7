"""Few tables for tests that publish: the standard set takes seconds a month."""

from console.figures import counting
from console.vault import Vault

SMALL = """
[[table]]
name = "kind"
dimensions = ["kind"]
counts = "contacts"

[[table]]
name = "age_gender"
dimensions = ["age", "gender"]
counts = "calls"

[[table]]
name = "issue_gender"
dimensions = ["issue", "gender"]
counts = "mentions"
"""

MORE = (
    SMALL
    + """
[[table]]
name = "region_gender"
dimensions = ["region", "gender"]
counts = "calls"

[[table]]
name = "issue_age"
dimensions = ["issue", "age"]
counts = "mentions"

[[table]]
name = "perpetrator_gender"
dimensions = ["perpetrator", "gender"]
counts = "calls"
"""
)


def few_tables(vault: Vault, text: str = SMALL) -> None:
    """Let a vault print these tables and no others."""
    vault.set_setting(counting.POLICY, text)
