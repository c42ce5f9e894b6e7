"""The SQL of retention: what is destroyed of what is sealed. Days come as a JSON list."""

DUE_KEYS = "SELECT day FROM day_key WHERE day <= ? ORDER BY day"
# Noise of days whose key is gone already, as a restored backup or a hand may leave it.
LOOSE_DAYS = """
SELECT DISTINCT day FROM note WHERE day <= ?1 AND length(sealed) > 0
UNION SELECT DISTINCT day FROM amendment WHERE day <= ?1
"""
# Older programs sealed what came in from a file under the day of its call, and promised as long
# from the import; notes are of the day of their import since.
IMPORTED_LATELY = """
SELECT DISTINCT note.day
FROM call_batch JOIN call ON call.batch = call_batch.id JOIN note ON note.call = call.id
WHERE call_batch.imported_on > ?1 AND note.day <= ?1
"""
COUNT_NOTES = """
SELECT count(*) FROM note
WHERE length(sealed) > 0 AND day IN (SELECT value FROM json_each(?))
"""
CALLS_WITH_NOTES = """
SELECT DISTINCT call FROM note
WHERE length(sealed) > 0 AND day NOT IN (SELECT value FROM json_each(?))
"""
COUNT_AMENDMENTS = """
SELECT count(*) FROM amendment WHERE day IN (SELECT value FROM json_each(?))
"""
COUNT_CONTACTS = "SELECT count(*) FROM contact WHERE expires_on <= ?"

DROP_KEYS = "DELETE FROM day_key WHERE day IN (SELECT value FROM json_each(?))"
DROP_REVISIONS = """
DELETE FROM note
WHERE day IN (SELECT value FROM json_each(?))
AND revision < (SELECT max(revision) FROM note AS other WHERE other.call = note.call)
"""
EMPTY_NOTES = """
UPDATE note SET sealed = zeroblob(0)
WHERE length(sealed) > 0 AND day IN (SELECT value FROM json_each(?))
"""
DROP_AMENDMENTS = "DELETE FROM amendment WHERE day IN (SELECT value FROM json_each(?))"
DROP_DAYS = (DROP_KEYS, DROP_REVISIONS, EMPTY_NOTES, DROP_AMENDMENTS)

TIES = """
SELECT t.return_code, t.call,
       c.period IS NULL OR c.day > ?
       OR EXISTS (
           SELECT 1 FROM note n
           WHERE n.call = t.call AND length(n.sealed) > 0
           AND n.day NOT IN (SELECT value FROM json_each(?)))
FROM return_call t JOIN call c ON c.id = t.call
"""
DROP_CODES = "DELETE FROM return_code WHERE id IN (SELECT value FROM json_each(?))"

LAST_HOUR = "SELECT hour FROM audit WHERE hour < ? ORDER BY seq DESC LIMIT 1"
OLD_DRAFTS = """
SELECT count(*) FROM draft JOIN call ON call.id = draft.call WHERE call.day <= ?
"""

BUILD_ANEW = "VACUUM"

# In an emergency.
COPY_LOG = "PRAGMA wal_checkpoint(PASSIVE)"
ALL_DAYS = """
SELECT day FROM day_key UNION SELECT day FROM note UNION SELECT day FROM amendment ORDER BY day
"""
COUNT_OPEN = "SELECT count(*) FROM call WHERE period IS NULL"
COUNT_ALL_CONTACTS = "SELECT count(*) FROM contact"
COUNT_CODES = "SELECT count(*) FROM return_code"
DROP_EVERYTHING_SEALED = (
    "DELETE FROM draft",
    "DELETE FROM contact",
    "DELETE FROM return_call",
    "DELETE FROM return_code",
    "DELETE FROM return_key",
    "DELETE FROM call WHERE period IS NULL",
)
