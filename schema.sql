-- The database of a helpline's vault, whole.
--
-- This file is the one description of what is kept. A new vault is made from it, and
-- a test proves that an older vault, migrated, ends up exactly the same.
--
-- The file on disk is SQLCipher: nothing below is readable without the database key,
-- which every member holds. Columns named `sealed` are encrypted once more under the
-- notes' key, which only operators hold: to IT staff and coordinators they are noise.
--
-- Days are local ('2026-11-21'), months are '2026-11', hours are 0 to 23. A column
-- whose name ends in `_at` is an instant, ISO 8601 in UTC, to the second.
-- The other rooms read what is not theirs through the views at the end of the file.


-- The vault itself ---------------------------------------------------------------

-- What the vault knows of itself and the site's policy, a JSON value by name:
-- vault_id, site, country, languages, release_secret, policy of breaks and figures.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- People. Private halves of the keys live in keys/members/NAME.json, never here.
-- A removed member's row stays, so that old audit lines keep their meaning.
CREATE TABLE member (
    name        TEXT PRIMARY KEY,
    role        TEXT NOT NULL CHECK (role IN ('operator', 'coordinator', 'it')),
    hpke_public BLOB NOT NULL,
    sign_public BLOB NOT NULL,
    added_on    TEXT NOT NULL,
    removed_on  TEXT
) WITHOUT ROWID;

-- The notes' key by generation, sealed to each note holder's public key.
CREATE TABLE note_key (
    generation INTEGER NOT NULL,
    member     TEXT NOT NULL REFERENCES member (name),
    sealed     BLOB NOT NULL,
    PRIMARY KEY (generation, member)
) WITHOUT ROWID;

-- A key for the notes of each day, sealed under the notes' key. Destroying the row
-- makes every note of that day unreadable for ever, which is how retention works.
CREATE TABLE day_key (
    day        TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    sealed     BLOB NOT NULL
) WITHOUT ROWID;

-- The recovery kit: public keys whose private halves are on paper only, in shares. The
-- roster says which kit counts; a second row is of one that is just being put in its place.
CREATE TABLE kit (
    number      INTEGER PRIMARY KEY,
    shares      INTEGER NOT NULL,
    threshold   INTEGER NOT NULL,
    hpke_public BLOB NOT NULL,
    sign_public BLOB NOT NULL,
    made_on     TEXT NOT NULL,
    made_by     TEXT NOT NULL REFERENCES member (name),
    proven_on   TEXT
);

-- The notes' key by generation, sealed to a kit's public key.
CREATE TABLE kit_note_key (
    kit        INTEGER NOT NULL REFERENCES kit (number) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    sealed     BLOB NOT NULL,
    PRIMARY KEY (kit, generation)
) WITHOUT ROWID;

-- Who did what, by the hour; never a value of a field. `hash` covers the row and
-- the hash before it, so that a removed or edited row breaks the chain.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    hour    TEXT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    hash    BLOB NOT NULL
);


-- The codebook -------------------------------------------------------------------

-- Codes that this site added to the shipped code lists, and shipped ones it retired.
-- `labels` and `words` are JSON by language: {"en": "Lockdown"}, {"en": ["curfew"]}.
CREATE TABLE code (
    dimension  TEXT NOT NULL,
    code       TEXT NOT NULL,
    parent     TEXT,
    labels     TEXT NOT NULL DEFAULT '{}',
    words      TEXT NOT NULL DEFAULT '{}',
    added_on   TEXT NOT NULL,
    retired_on TEXT,
    PRIMARY KEY (dimension, code)
) WITHOUT ROWID;

-- Every change of a code list, in order; the codebook's version is the last number.
-- `detail` is JSON: the labels before and after, or the codes that one was split into.
CREATE TABLE code_change (
    version   INTEGER PRIMARY KEY,
    day       TEXT NOT NULL,
    dimension TEXT NOT NULL,
    code      TEXT NOT NULL,
    change    TEXT NOT NULL CHECK (change IN (
        'added', 'renamed', 'merged', 'split', 'retired', 'restored')),
    detail    TEXT NOT NULL DEFAULT '{}'
);

-- What a merged code counts as. Calls keep the code that they were coded with; whoever
-- counts reads it through this table, so that a series goes on unbroken.
CREATE TABLE code_merge (
    dimension TEXT NOT NULL,
    code      TEXT NOT NULL,
    successor TEXT NOT NULL,
    PRIMARY KEY (dimension, code)
) WITHOUT ROWID;

-- The coordinator's own wording of a card (what to ask and say), in place of the shipped one.
CREATE TABLE card (
    name       TEXT NOT NULL,
    language   TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    changed_on TEXT NOT NULL,
    PRIMARY KEY (name, language)
) WITHOUT ROWID;


-- Calls --------------------------------------------------------------------------

-- One contact on the line, coded. There is no column for who called, and none finer
-- than the hour but `ended_at`, which is emptied when the operator's shift is over.
-- A call with `period` NULL is still going on; `period` is the month it counts in,
-- which for a call that came in after its month was published is a later one.
-- 'unknown' is a code of every dimension; a non-data call is 'unknown' in all of them.
CREATE TABLE call (
    id               INTEGER PRIMARY KEY,
    operator         TEXT NOT NULL REFERENCES member (name),
    day              TEXT NOT NULL,
    hour             INTEGER CHECK (hour BETWEEN 0 AND 23),
    minutes          INTEGER,
    ended_at         TEXT,
    period           TEXT,
    kind             TEXT NOT NULL DEFAULT 'data',
    caller           TEXT NOT NULL DEFAULT 'unknown',
    gender           TEXT NOT NULL DEFAULT 'unknown',
    age              TEXT NOT NULL DEFAULT 'unknown',
    region           TEXT NOT NULL DEFAULT 'unknown',
    language         TEXT NOT NULL DEFAULT 'unknown',
    perpetrator      TEXT NOT NULL DEFAULT 'unknown',
    urgency          TEXT NOT NULL DEFAULT 'unknown',
    safe             TEXT NOT NULL DEFAULT 'unknown',
    first_disclosure TEXT NOT NULL DEFAULT 'unknown',
    prior_contact    TEXT NOT NULL DEFAULT 'unknown',
    source           TEXT NOT NULL DEFAULT 'unknown',
    campaign         TEXT NOT NULL DEFAULT 'unknown',
    campus           TEXT NOT NULL DEFAULT 'unknown',
    want             TEXT NOT NULL DEFAULT 'unknown',
    outcome          TEXT NOT NULL DEFAULT 'unknown',
    distress         INTEGER CHECK (distress BETWEEN 1 AND 5),
    batch            INTEGER REFERENCES call_batch (id),
    relation         TEXT NOT NULL DEFAULT 'unknown'
);
CREATE INDEX call_by_period ON call (period);
-- A load is read after every call; imported calls have no distress and stay out of it.
CREATE INDEX call_by_operator ON call (operator, day) WHERE distress IS NOT NULL;

-- Dimensions of which one call may have several codes: issue, platform, setting.
CREATE TABLE call_mention (
    call      INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    dimension TEXT NOT NULL,
    code      TEXT NOT NULL,
    PRIMARY KEY (call, dimension, code)
) WITHOUT ROWID;

-- Calls that came in from a file, all or nothing. `digest` is the file's SHA-256:
-- the same file is not taken twice.
CREATE TABLE call_batch (
    id          INTEGER PRIMARY KEY,
    digest      TEXT NOT NULL UNIQUE,
    imported_on TEXT NOT NULL,
    rows        INTEGER NOT NULL
);

-- The notes of finished calls, every revision, sealed under the key of their day. Where retention
-- has destroyed it, one row stays with an empty `sealed`, which says that there was a note.
CREATE TABLE note (
    call     INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    day      TEXT NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (call, revision)
) WITHOUT ROWID;

-- What the codes of a finished call were before they were amended, sealed under the key of
-- the call's day; the note before is a revision of its own, above.
CREATE TABLE amendment (
    call       INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    revision   INTEGER NOT NULL,
    day        TEXT NOT NULL,
    amended_on TEXT NOT NULL,
    member     TEXT NOT NULL REFERENCES member (name),
    sealed     BLOB NOT NULL,
    PRIMARY KEY (call, revision)
) WITHOUT ROWID;

-- A key for return codes, sealed under the notes' key.
CREATE TABLE return_key (
    generation INTEGER PRIMARY KEY,
    sealed     BLOB NOT NULL
);

-- What a caller may keep to go on another day without saying who they are: a keyed hash
-- of eight digits, never the digits, and the calls that belong together by it.
CREATE TABLE return_code (
    id      INTEGER PRIMARY KEY,
    digest  BLOB NOT NULL UNIQUE,
    made_on TEXT NOT NULL
);
CREATE TABLE return_call (
    return_code INTEGER NOT NULL REFERENCES return_code (id) ON DELETE CASCADE,
    call        INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    PRIMARY KEY (return_code, call)
) WITHOUT ROWID;
CREATE INDEX return_call_by_call ON return_call (call);

-- How a caller wants to be called back, who said so: sealed under a key of its own, which
-- is sealed under the notes' key and goes with the row on the day it expires.
CREATE TABLE contact (
    call       INTEGER PRIMARY KEY REFERENCES call (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    sealed_key BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    consent_on TEXT NOT NULL,
    expires_on TEXT NOT NULL
);
CREATE INDEX contact_by_expiry ON contact (expires_on);

-- The journal: calls still going on, the latest state of each, sealed.
CREATE TABLE draft (
    call       INTEGER PRIMARY KEY REFERENCES call (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    sealed     BLOB NOT NULL,
    saved_at   TEXT NOT NULL
);


-- Partners: HSDS 3.0 (Open Referral), its table and column names ------------------

-- Every HSDS identifier is kept as it came. The last columns are our own additions.
CREATE TABLE organization (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    alternate_name TEXT,
    description    TEXT,
    email          TEXT,
    website        TEXT,
    government     INTEGER NOT NULL DEFAULT 0 CHECK (government IN (0, 1))
) WITHOUT ROWID;

CREATE TABLE service (
    id                      TEXT PRIMARY KEY,
    organization_id         TEXT NOT NULL REFERENCES organization (id),
    name                    TEXT NOT NULL,
    alternate_name          TEXT,
    description             TEXT,
    url                     TEXT,
    email                   TEXT,
    status                  TEXT NOT NULL DEFAULT 'active',
    application_process     TEXT,
    fees_description        TEXT,
    eligibility_description TEXT,
    minimum_age             INTEGER,
    maximum_age             INTEGER,
    alert                   TEXT,
    assured_date            TEXT,
    last_modified           TEXT,
    genders                 TEXT NOT NULL DEFAULT '[]',   -- JSON list of gender codes; [] is everybody
    issues                  TEXT NOT NULL DEFAULT '[]',   -- JSON list of issue codes; [] is any
    warm_hand_off           TEXT,
    operator_notes          TEXT
) WITHOUT ROWID;
CREATE INDEX service_by_organization ON service (organization_id);

CREATE TABLE location (
    id              TEXT PRIMARY KEY,
    organization_id TEXT REFERENCES organization (id),
    name            TEXT,
    description     TEXT,
    transportation  TEXT,
    address         TEXT,
    city            TEXT,
    region          TEXT,              -- region code of the codebook where one is known
    confidential    INTEGER NOT NULL DEFAULT 0 CHECK (confidential IN (0, 1))
) WITHOUT ROWID;

CREATE TABLE service_at_location (
    id          TEXT PRIMARY KEY,
    service_id  TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    location_id TEXT NOT NULL REFERENCES location (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX service_at_location_by_service ON service_at_location (service_id);

CREATE TABLE phone (
    id              TEXT PRIMARY KEY,
    service_id      TEXT REFERENCES service (id) ON DELETE CASCADE,
    organization_id TEXT REFERENCES organization (id) ON DELETE CASCADE,
    location_id     TEXT REFERENCES location (id) ON DELETE CASCADE,
    number          TEXT NOT NULL,
    extension       TEXT,
    type            TEXT,
    description     TEXT
) WITHOUT ROWID;
CREATE INDEX phone_by_service ON phone (service_id);
CREATE INDEX phone_by_organization ON phone (organization_id);
CREATE INDEX phone_by_location ON phone (location_id);

-- Opening hours after RFC 5545: `byday` as 'MO,TU,WE', local times 'HH:MM'.
CREATE TABLE schedule (
    id          TEXT PRIMARY KEY,
    service_id  TEXT REFERENCES service (id) ON DELETE CASCADE,
    location_id TEXT REFERENCES location (id) ON DELETE CASCADE,
    valid_from  TEXT,
    valid_to    TEXT,
    freq        TEXT,
    byday       TEXT,
    opens_at    TEXT,
    closes_at   TEXT,
    description TEXT
) WITHOUT ROWID;
CREATE INDEX schedule_by_service ON schedule (service_id);
CREATE INDEX schedule_by_location ON schedule (location_id);

CREATE TABLE language (
    id          TEXT PRIMARY KEY,
    service_id  TEXT REFERENCES service (id) ON DELETE CASCADE,
    location_id TEXT REFERENCES location (id) ON DELETE CASCADE,
    code        TEXT,
    name        TEXT,
    note        TEXT
) WITHOUT ROWID;
CREATE INDEX language_by_service ON language (service_id);
CREATE INDEX language_by_location ON language (location_id);

CREATE TABLE service_area (
    id          TEXT PRIMARY KEY,
    service_id  TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    name        TEXT,
    description TEXT,
    region      TEXT               -- region code, or the country's code for all of it
) WITHOUT ROWID;
CREATE INDEX service_area_by_service ON service_area (service_id);

-- What the caller must bring.
CREATE TABLE required_document (
    id         TEXT PRIMARY KEY,
    service_id TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    document   TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX required_document_by_service ON required_document (service_id);

CREATE TABLE accessibility (
    id          TEXT PRIMARY KEY,
    location_id TEXT NOT NULL REFERENCES location (id) ON DELETE CASCADE,
    description TEXT
) WITHOUT ROWID;

-- A call's service with a status: the first six after GBVIMS, the rest follow-up.
CREATE TABLE referral (
    id      INTEGER PRIMARY KEY,
    call    INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    service TEXT NOT NULL REFERENCES service (id),
    status  TEXT NOT NULL DEFAULT 'referred' CHECK (status IN (
        'referred', 'provided_here', 'already_received', 'not_applicable', 'declined',
        'unavailable', 'accepted', 'completed', 'refused', 'no_answer')),
    day     TEXT NOT NULL,
    UNIQUE (call, service)
);
-- What became of a service's referrals weighs in matching.
CREATE INDEX referral_by_service ON referral (service, status);

-- The referrals of calls whose rows were folded into counts: how many of a service had which
-- status. Together with `referral` they are what they were before.
CREATE TABLE folded_referral (
    service TEXT NOT NULL REFERENCES service (id),
    status  TEXT NOT NULL,
    count   INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (service, status)
) WITHOUT ROWID;


-- Breaks -------------------------------------------------------------------------

-- The rota: who is on the line from when to when.
CREATE TABLE shift (
    id        INTEGER PRIMARY KEY,
    member    TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at   TEXT NOT NULL CHECK (ends_at > starts_at),
    UNIQUE (member, starts_at)
);

-- A break, named debrief after what most of them are for. It is due from `due_at`;
-- one that was not taken comes back with a new `due_at`, counted in `missed`.
CREATE TABLE debrief (
    id         INTEGER PRIMARY KEY,
    member     TEXT NOT NULL REFERENCES member (name),
    kind       TEXT NOT NULL CHECK (kind IN (
        'short', 'meal', 'debrief_colleague', 'debrief_supervisor', 'counselling')),
    minutes    INTEGER NOT NULL CHECK (minutes > 0),
    due_at     TEXT NOT NULL,
    started_at TEXT,
    ended_at   TEXT,
    missed     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX debrief_by_member ON debrief (member, due_at);


-- Figures ------------------------------------------------------------------------

-- What was published, for ever: the bytes of every file of every release.
CREATE TABLE release (
    period       TEXT NOT NULL,
    vintage      INTEGER NOT NULL,
    mode         TEXT NOT NULL CHECK (mode IN ('rounded', 'suppressed')),
    published_on TEXT NOT NULL,
    published_by TEXT NOT NULL,
    digest       TEXT NOT NULL,
    PRIMARY KEY (period, vintage)
) WITHOUT ROWID;

CREATE TABLE release_file (
    period  TEXT NOT NULL,
    vintage INTEGER NOT NULL,
    name    TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (period, vintage, name),
    FOREIGN KEY (period, vintage) REFERENCES release (period, vintage)
) WITHOUT ROWID;

-- Published and true count of every cell, so that rounding errors can cancel over
-- the months. `cell` is a JSON list of codes in the order of the table's dimensions.
CREATE TABLE release_cell (
    period    TEXT NOT NULL,
    vintage   INTEGER NOT NULL,
    name      TEXT NOT NULL,
    cell      TEXT NOT NULL,
    published INTEGER NOT NULL,
    true      INTEGER NOT NULL,
    PRIMARY KEY (period, vintage, name, cell),
    FOREIGN KEY (period, vintage) REFERENCES release (period, vintage)
) WITHOUT ROWID;

-- True counts of published months whose calls' rows are gone, as retention says. `dimensions`
-- and `cell` are JSON lists of the same length; ["kind"] counts every contact, data or not.
CREATE TABLE folded (
    period     TEXT NOT NULL,
    dimensions TEXT NOT NULL,
    cell       TEXT NOT NULL,
    count      INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (period, dimensions, cell)
) WITHOUT ROWID;

-- Months that were closed: no further call counts in them, and no bundle is taken for them.
CREATE TABLE closing (
    period    TEXT PRIMARY KEY,
    closed_on TEXT NOT NULL,
    closed_by TEXT NOT NULL REFERENCES member (name)
) WITHOUT ROWID;

-- The other vaults whose counts this one waits for, by their vault_id: from the month `since`
-- on, until the month before `until`. Their bundles are signed by the key that was compared.
CREATE TABLE workstation (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    sign_public   BLOB NOT NULL,
    since         TEXT NOT NULL,
    until         TEXT,
    registered_on TEXT NOT NULL,
    registered_by TEXT NOT NULL REFERENCES member (name)
) WITHOUT ROWID;

-- Workstations that were declared absent from a month: it can close without them.
CREATE TABLE absence (
    period      TEXT NOT NULL,
    workstation TEXT NOT NULL REFERENCES workstation (id),
    declared_on TEXT NOT NULL,
    declared_by TEXT NOT NULL REFERENCES member (name),
    PRIMARY KEY (period, workstation)
) WITHOUT ROWID;

-- The bundle of counts that was taken from each workstation for each month; `batch` is what it
-- calls itself, `number` how many there were before it, `calls` its data calls. A later one takes
-- its place.
CREATE TABLE bundle (
    period      TEXT NOT NULL,
    workstation TEXT NOT NULL REFERENCES workstation (id),
    batch       TEXT NOT NULL UNIQUE,
    number      INTEGER NOT NULL,
    calls       INTEGER NOT NULL,
    merged_on   TEXT NOT NULL,
    merged_by   TEXT NOT NULL REFERENCES member (name),
    PRIMARY KEY (period, workstation)
) WITHOUT ROWID;

-- The true counts in those bundles, a row a table: `dimensions` as in `folded`, and `cells` a JSON
-- list of [cell, count]. One row a cell would be a million for five hundred bundles.
CREATE TABLE reported (
    period      TEXT NOT NULL,
    workstation TEXT NOT NULL,
    dimensions  TEXT NOT NULL,
    cells       TEXT NOT NULL,
    PRIMARY KEY (period, workstation, dimensions),
    FOREIGN KEY (period, workstation) REFERENCES bundle (period, workstation)
        ON DELETE CASCADE
) WITHOUT ROWID;

-- On a workstation: the months whose counts were sealed to the coordinators, and the last bundle.
CREATE TABLE handed_over (
    period  TEXT PRIMARY KEY,
    batch   TEXT NOT NULL,
    number  INTEGER NOT NULL,
    made_on TEXT NOT NULL,
    made_by TEXT NOT NULL REFERENCES member (name)
) WITHOUT ROWID;

-- Why a published month was counted again: for the house, never for a release.
CREATE TABLE restatement (
    period  TEXT NOT NULL,
    vintage INTEGER NOT NULL,
    reason  TEXT NOT NULL,
    PRIMARY KEY (period, vintage),
    FOREIGN KEY (period, vintage) REFERENCES release (period, vintage)
) WITHOUT ROWID;


-- Views: how one room sees another's data ------------------------------------------

-- For breaks: what each of an operator's calls weighed. Non-data calls weigh nothing
-- unless they were given a distress (an abusive call can be the hardest of the day).
CREATE VIEW call_load AS
    SELECT id AS call, operator AS member, day, hour, ended_at, minutes, distress
    FROM call
    WHERE period IS NOT NULL AND batch IS NULL AND distress IS NOT NULL;

-- For figures: one row a data call that has ended. Its one platform is 'several' for a call that
-- has more than one, merged ones being one.
CREATE VIEW tally_call AS
    SELECT id AS call, period, caller, relation, gender, age, region, language, perpetrator,
           urgency, first_disclosure, prior_contact, source, campaign, campus, want, outcome,
           day, hour, (
               SELECT CASE count(DISTINCT coalesce(s.successor, p.code))
                      WHEN 0 THEN 'unknown'
                      WHEN 1 THEN max(coalesce(s.successor, p.code))
                      ELSE 'several' END
               FROM call_mention p
               LEFT JOIN code_merge s ON s.dimension = p.dimension AND s.code = p.code
               WHERE p.call = call.id AND p.dimension = 'platform') AS one_platform
    FROM call
    WHERE period IS NOT NULL AND kind = 'data';

-- For figures: one row a mention; a call with three issues has three. A merged code is
-- its successor here, and a call that has both, or two codes merged into one, has one row.
CREATE VIEW tally_mention AS
    SELECT m.dimension, coalesce(s.successor, m.code) AS code, t.*
    FROM tally_call t
    JOIN call_mention m ON m.call = t.call
    LEFT JOIN code_merge s ON s.dimension = m.dimension AND s.code = m.code
    WHERE s.successor IS NULL OR NOT EXISTS (
        SELECT 1
        FROM call_mention other
        LEFT JOIN code_merge o ON o.dimension = other.dimension AND o.code = other.code
        WHERE other.call = m.call AND other.dimension = m.dimension
          AND (other.code = s.successor
               OR o.successor = s.successor AND other.code < m.code));

-- For figures: what a merged code counts as. In tally_call the codes are as they were coded:
-- looking up each code of each call costs more than looking up each distinct row counted.
CREATE VIEW tally_successor AS
    SELECT dimension, code, successor FROM code_merge;

-- For figures: every contact by kind, data or not.
CREATE VIEW tally_kind AS
    SELECT period, kind FROM call WHERE period IS NOT NULL;

-- For figures: one row a referral, by the month of its call.
CREATE VIEW tally_referral AS
    SELECT c.period, r.status,
           CASE WHEN o.government THEN 'authority' ELSE 'organisation' END AS partner
    FROM referral r
    JOIN call c ON c.id = r.call
    JOIN service s ON s.id = r.service
    JOIN organization o ON o.id = s.organization_id
    WHERE c.period IS NOT NULL;

-- For figures: contacts that count in a later month than that of their day.
CREATE VIEW tally_late AS
    SELECT period, substr(day, 1, 7) AS month, kind
    FROM call
    WHERE period > substr(day, 1, 7);

-- For partners: how many referrals of a service have which status, folded ones among them.
CREATE VIEW referral_outcome AS
    SELECT service, status, 1 AS count FROM referral
    UNION ALL
    SELECT service, status, count FROM folded_referral;

-- For calls: which months' counts are out of the house, and which are closed to further calls.
CREATE VIEW published_period AS
    SELECT period FROM release
    UNION
    SELECT period FROM handed_over;
CREATE VIEW closed_period AS
    SELECT period FROM closing
    UNION
    SELECT period FROM release;
