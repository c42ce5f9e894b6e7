"""The SQL of the check: what only somebody who looks for damage asks."""

OBJECTS = "SELECT name, type, sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name"
COLUMNS = 'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)'
REFERENCES = 'SELECT "from", "table", "to", on_update, on_delete FROM pragma_foreign_key_list(?)'
INDEXES = 'SELECT "unique", origin, partial FROM pragma_index_list(?)'
INDEXED = 'SELECT seqno, name, "desc", coll, key FROM pragma_index_xinfo(?)'
SHAPES = (COLUMNS, REFERENCES, INDEXES, INDEXED)
STAMP_QUESTIONS = ("PRAGMA application_id", "PRAGMA user_version")

SLOTS = "SELECT generation, member FROM note_key ORDER BY generation, member"
SEALED_NOTES = "SELECT call, revision FROM note WHERE length(sealed) > 0 ORDER BY call, revision"
AMENDED = "SELECT DISTINCT call FROM amendment ORDER BY call"
COUNT_DAY_KEYS = "SELECT count(*) FROM day_key"
# Without parameters and without a table: what the driver has to say about the statement before.
NOTHING = "SELECT 1"
