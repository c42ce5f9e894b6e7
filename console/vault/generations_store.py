"""The SQL of the notes' key's generations: what is sealed under which, and moving it on."""

USED = """
SELECT generation FROM day_key UNION SELECT generation FROM draft
UNION SELECT generation FROM contact UNION SELECT generation FROM return_key
"""
# What is sealed to a member, and with nothing beside it each generation that a day of notes needs.
NEEDED = """
SELECT generation, sealed FROM note_key WHERE member = ?
UNION ALL SELECT DISTINCT generation, NULL FROM day_key
"""
HOLDERS_OF = "SELECT member FROM note_key WHERE generation = ?"
UNFINISHED = (
    "DELETE FROM note_key WHERE generation > ?",
    "DELETE FROM kit_note_key WHERE generation > ?",
)
# Generations that nothing is sealed under any more.
FORGET = (
    """
    DELETE FROM note_key WHERE generation < ? AND generation NOT IN (
        SELECT generation FROM day_key UNION SELECT generation FROM draft
        UNION SELECT generation FROM contact UNION SELECT generation FROM return_key)
    """,
    """
    DELETE FROM kit_note_key WHERE generation < ? AND generation NOT IN (
        SELECT generation FROM day_key UNION SELECT generation FROM draft
        UNION SELECT generation FROM contact UNION SELECT generation FROM return_key)
    """,
)

# What is left under older generations. What is written to again soonest comes first.
OLD_DRAFTS = "SELECT call FROM draft WHERE generation < ? ORDER BY call"
OLD_RETURN_KEYS = "SELECT max(generation) FROM return_key HAVING max(generation) < ?"
OLD_DAYS = "SELECT day FROM day_key WHERE generation < ? ORDER BY day DESC"
OLD_CONTACTS = "SELECT call FROM contact WHERE generation < ? ORDER BY call"

DRAFT = "SELECT generation, sealed FROM draft WHERE call = ?"
MOVE_DRAFT = "UPDATE draft SET generation = ?, sealed = ? WHERE call = ?"
DROP_OLD_RETURN_KEYS = "DELETE FROM return_key WHERE generation < ?"
MOVE_DAY = "UPDATE day_key SET generation = ?, sealed = ? WHERE day = ?"
NOTES_OF = "SELECT call, revision, sealed FROM note WHERE day = ? AND length(sealed) > 0"
MOVE_NOTE = "UPDATE note SET sealed = ? WHERE call = ? AND revision = ?"
AMENDMENTS_OF = "SELECT call, revision, amended_on, member, sealed FROM amendment WHERE day = ?"
MOVE_AMENDMENT = "UPDATE amendment SET sealed = ? WHERE call = ? AND revision = ?"
