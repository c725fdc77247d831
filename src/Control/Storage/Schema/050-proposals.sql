-- Agents documents that wait for a second person; gone with the decision.
CREATE TABLE agents_proposals (
    approval TEXT PRIMARY KEY REFERENCES policy_approvals (id),
    document TEXT NOT NULL
) STRICT;
