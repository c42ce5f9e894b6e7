"""The SQL of a restore: what the vault that is there has."""

COUNT_CALLS = "SELECT count(*) FROM call"
REMOVED = "SELECT name FROM member WHERE removed_on IS NOT NULL ORDER BY name"
