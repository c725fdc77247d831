-- People, their sessions and tokens; the audit log; answers to repeated requests. Never edited after a release: a later script changes what must change.
CREATE TABLE users (
  name TEXT PRIMARY KEY COLLATE NOCASE,
  password TEXT NOT NULL,              -- PHC string: algorithm, parameters, salt, hash
  must_change INTEGER NOT NULL DEFAULT 0,
  roles TEXT NOT NULL,                 -- words with commas between
  disabled INTEGER NOT NULL DEFAULT 0,
  created TEXT NOT NULL,
  changed TEXT NOT NULL,
  last_login TEXT
) STRICT;

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,           -- SHA-256 of the secret, which is nowhere
  user_name TEXT NOT NULL COLLATE NOCASE REFERENCES users(name) ON DELETE CASCADE,
  created TEXT NOT NULL,
  last_used TEXT NOT NULL,
  ends TEXT NOT NULL,
  source TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions(user_name);

CREATE TABLE login_sources (
  user_name TEXT NOT NULL COLLATE NOCASE REFERENCES users(name) ON DELETE CASCADE,
  source TEXT NOT NULL,
  last TEXT NOT NULL,
  PRIMARY KEY (user_name, source)
) STRICT;

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  hash BLOB NOT NULL UNIQUE,
  roles TEXT NOT NULL,
  created TEXT NOT NULL,
  created_by TEXT NOT NULL,
  ends TEXT NOT NULL,
  last_used TEXT,
  revoked TEXT
) STRICT;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  details TEXT NOT NULL,               -- JSON object of texts
  previous BLOB NOT NULL,              -- hash of the row before: a row that is taken out or changed shows
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_time ON audit(time);
CREATE INDEX audit_actor ON audit(actor);
CREATE INDEX audit_action ON audit(action);
CREATE INDEX audit_target ON audit(target);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;

CREATE TABLE answers (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request BLOB NOT NULL,               -- SHA-256 of method, path and body
  created TEXT NOT NULL,
  status INTEGER,                      -- null: begun, and not known to have ended
  type TEXT,
  location TEXT,
  body BLOB,
  PRIMARY KEY (caller, key)
) STRICT;
CREATE INDEX answers_created ON answers(created);
