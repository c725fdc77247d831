-- Policies: versions by content, for whom they are, windows, and changes that wait for a second person.

CREATE TABLE policy_blobs (
    sha256 TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which files a version is made of. A version is the hash of exactly these rows, so that they can be the same for several policies.
CREATE TABLE policy_contents (
    version TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES policy_blobs (sha256),
    PRIMARY KEY (version, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy_versions (
    policy TEXT NOT NULL,
    number INTEGER NOT NULL,
    version TEXT NOT NULL,
    parent TEXT,
    author TEXT NOT NULL,
    message TEXT NOT NULL,
    time TEXT NOT NULL,
    rules INTEGER NOT NULL,
    mode TEXT NOT NULL,
    PRIMARY KEY (policy, number),
    UNIQUE (policy, version)
) STRICT;

CREATE TRIGGER policy_blobs_stay BEFORE UPDATE ON policy_blobs BEGIN SELECT RAISE(ABORT, 'files of published policies never change'); END;
CREATE TRIGGER policy_blobs_are_kept BEFORE DELETE ON policy_blobs BEGIN SELECT RAISE(ABORT, 'files of published policies are kept'); END;
CREATE TRIGGER policy_contents_stay BEFORE UPDATE ON policy_contents BEGIN SELECT RAISE(ABORT, 'published policies never change'); END;
CREATE TRIGGER policy_contents_are_kept BEFORE DELETE ON policy_contents BEGIN SELECT RAISE(ABORT, 'published policies are kept'); END;
CREATE TRIGGER policy_versions_stay BEFORE UPDATE ON policy_versions BEGIN SELECT RAISE(ABORT, 'published versions never change'); END;
CREATE TRIGGER policy_versions_are_kept BEFORE DELETE ON policy_versions BEGIN SELECT RAISE(ABORT, 'published versions are kept'); END;

-- Every assignment there ever was; the newest of a scope and target holds. returns_to: what a rollback goes to.
CREATE TABLE policy_assignments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL CHECK (scope IN ('gateway', 'class', 'default')),
    target TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('assign', 'rollback', 'clear')),
    policy TEXT,
    version TEXT,
    returns_to INTEGER REFERENCES policy_assignments (id),
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    time TEXT NOT NULL,
    approval TEXT,
    CHECK ((kind = 'clear') = (version IS NULL)),
    FOREIGN KEY (policy, version) REFERENCES policy_versions (policy, version)
) STRICT;

CREATE INDEX policy_assignments_by_target ON policy_assignments (scope, target, id);
CREATE TRIGGER policy_assignments_stay BEFORE UPDATE ON policy_assignments BEGIN SELECT RAISE(ABORT, 'assignments never change: a new one replaces them'); END;
CREATE TRIGGER policy_assignments_are_kept BEFORE DELETE ON policy_assignments BEGIN SELECT RAISE(ABORT, 'assignments are kept'); END;

CREATE TABLE policy_classes (
    class TEXT PRIMARY KEY,
    second_person INTEGER NOT NULL,
    actor TEXT NOT NULL,
    time TEXT NOT NULL
) STRICT;

CREATE TABLE policy_windows (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('monitor', 'break-glass')),
    request TEXT NOT NULL,
    actor TEXT NOT NULL,
    approval TEXT,
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    ended TEXT,
    ended_by TEXT,
    -- Written once when its end has been told to the audit log and to gateways.
    closed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX policy_windows_by_end ON policy_windows (closed, ends);

CREATE TABLE policy_approvals (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected', 'expired')),
    change TEXT NOT NULL,
    effect TEXT NOT NULL,
    hash TEXT NOT NULL,
    classes TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    -- The person behind it: a token's owner, so that nobody approves what their own token asked for.
    requested_person TEXT NOT NULL,
    requested TEXT NOT NULL,
    expires TEXT NOT NULL,
    decided_by TEXT,
    decided TEXT,
    decision_reason TEXT
) STRICT;

CREATE INDEX policy_approvals_by_state ON policy_approvals (state, requested);

-- What each gateway was last to run: kept when what it should run cannot be told (two classes with different policies).
CREATE TABLE policy_desired (
    gateway TEXT PRIMARY KEY,
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    assignment INTEGER NOT NULL REFERENCES policy_assignments (id)
) STRICT;

-- Versions that are a published one with windows: what records and gateways name, told back to people as what it is.
CREATE TABLE policy_compositions (
    version TEXT PRIMARY KEY,
    base TEXT NOT NULL,
    windows TEXT NOT NULL,
    time TEXT NOT NULL
) STRICT;
