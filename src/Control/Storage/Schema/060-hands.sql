-- Who had a login in their hands: made it, gave it a role or a password, let it in again. Gone when somebody else confirms it.
CREATE TABLE login_hands (
  login TEXT NOT NULL COLLATE NOCASE,    -- user:anna, token:ci
  held_by TEXT NOT NULL COLLATE NOCASE,
  since TEXT NOT NULL,
  PRIMARY KEY (login, held_by)
) STRICT;
-- As it was when somebody asked: a later confirmation does not change who may have asked.
CREATE TABLE approval_hands (
  approval TEXT NOT NULL REFERENCES policy_approvals (id),
  held_by TEXT NOT NULL COLLATE NOCASE,
  PRIMARY KEY (approval, held_by)
) STRICT;
-- Tokens say who made them; accounts that were there before count as they did.
WITH RECURSIVE made(login, held_by) AS (
  SELECT 'token:' || name, created_by FROM tokens WHERE created_by <> 'control'
  UNION SELECT made.login, tokens.created_by FROM made JOIN tokens ON made.held_by = 'token:' || tokens.name WHERE tokens.created_by <> 'control')
INSERT INTO login_hands SELECT login, held_by, strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM made WHERE true ON CONFLICT DO NOTHING;
