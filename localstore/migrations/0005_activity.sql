-- The activity ledger: who was asked what kind of thing and when, never what
-- was said. Times are as in the first migration.

CREATE TABLE activity (
  n          INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  profile    TEXT    NOT NULL,
  provider   TEXT    NOT NULL,
  host       TEXT    NOT NULL,
  act        TEXT    NOT NULL,
  model      TEXT    NOT NULL,
  decision   TEXT    NOT NULL,
  clauses    TEXT    NOT NULL, -- one a line
  outcome    TEXT    NOT NULL, -- complete, cut, stopped or a kind of failure
  prompt     INTEGER NOT NULL, -- tokens, 0 is unknown
  completion INTEGER NOT NULL
) STRICT;

CREATE INDEX activity_at ON activity (at);
