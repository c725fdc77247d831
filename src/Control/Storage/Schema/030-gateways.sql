-- Gateways, their certificates and what they report; agents, and who is quarantined. Never edited after a release: a later script changes what must change.
CREATE TABLE gateways (
  id TEXT PRIMARY KEY,
  created TEXT NOT NULL,
  created_by TEXT NOT NULL,
  enrolled TEXT,                        -- the last enrolment; null: only a token was made
  serial TEXT,                          -- of the certificate that counts
  issued TEXT,                          -- its beginning, which certificates of the same gateway are ordered by
  ends TEXT,
  previous_serial TEXT,                 -- of the one before, which counts until …
  previous_until TEXT,
  revoked TEXT,
  revoked_by TEXT,
  revoked_reason TEXT,
  last_seen TEXT,
  policy_version_reported TEXT,
  agents_hash_reported TEXT,
  revision_reported TEXT,
  foreign_records INTEGER NOT NULL DEFAULT 0,
  report TEXT                           -- the last report, as it came
) STRICT;

CREATE TABLE enrolment_tokens (
  hash TEXT PRIMARY KEY,                -- SHA-256 of the secret, which is nowhere
  gateway TEXT NOT NULL REFERENCES gateways(id) ON DELETE CASCADE,
  created TEXT NOT NULL,
  created_by TEXT NOT NULL,
  ends TEXT NOT NULL,
  used TEXT
) STRICT;

CREATE TABLE agents_versions (
  gateway TEXT NOT NULL REFERENCES gateways(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  document TEXT NOT NULL,
  author TEXT NOT NULL,
  message TEXT NOT NULL,
  created TEXT NOT NULL,
  PRIMARY KEY (gateway, number)
) STRICT;

-- Beside the documents, so that a new version of one releases nobody.
CREATE TABLE quarantines (
  gateway TEXT NOT NULL REFERENCES gateways(id) ON DELETE CASCADE,
  agent TEXT NOT NULL,
  since TEXT NOT NULL,
  by TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (gateway, agent)
) STRICT;
