-- Alerts: what was raised, where it is to go, what became of that. Forwarding: where records go, and how far they are.
CREATE TABLE alert_channels (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,          -- JSON, without the secret
    secret TEXT,                     -- never returned
    enabled INTEGER NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    suppressed INTEGER NOT NULL DEFAULT 0,
    last_sent TEXT,
    last_error TEXT
) STRICT;

CREATE TABLE alerts (
    id TEXT PRIMARY KEY,             -- UUIDv7: sorts by time
    event TEXT NOT NULL,
    key TEXT NOT NULL,
    severity TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    gateway TEXT,
    agent TEXT,
    record TEXT,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    count INTEGER NOT NULL,
    ended TEXT
) STRICT;
CREATE INDEX alerts_by_key ON alerts (event, key, first);
CREATE INDEX alerts_by_first ON alerts (first);

CREATE TABLE alert_deliveries (
    alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    channel TEXT NOT NULL REFERENCES alert_channels (name) ON DELETE CASCADE,
    state TEXT NOT NULL,             -- raised or resolved
    attempts INTEGER NOT NULL,
    due TEXT NOT NULL,
    PRIMARY KEY (alert, channel, state)
) STRICT;
CREATE INDEX alert_deliveries_by_due ON alert_deliveries (due);

CREATE TABLE alert_positions (
    name TEXT PRIMARY KEY,
    position TEXT NOT NULL
) STRICT;

CREATE TABLE forwarding_targets (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,          -- JSON, without the secret
    secret TEXT,                     -- never returned
    enabled INTEGER NOT NULL,
    position TEXT,                   -- of the last record that the target has; null: the beginning
    sent INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    last_sent TEXT,                  -- time of the last record that the target has
    last_error TEXT,
    failing_since TEXT
) STRICT;
