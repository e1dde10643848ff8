-- What was shared: the ledger outlives the conversation. Times are as in the
-- first migration; an address or a token that opens a share is never in clear
-- outside this file.

CREATE TABLE share (
  n            INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  conversation TEXT    NOT NULL,
  title        TEXT    NOT NULL,
  title_origin INTEGER NOT NULL,
  created      INTEGER NOT NULL,
  expires      INTEGER NOT NULL, -- 0 is never
  revoked      INTEGER NOT NULL, -- 0 while it stands
  way          TEXT    NOT NULL, -- file, privatebin, serve
  address      TEXT    NOT NULL, -- path or URL, with the key in its fragment
  delete_token TEXT    NOT NULL,
  sha256       TEXT    NOT NULL, -- of what was published
  messages     INTEGER NOT NULL,
  left_out     TEXT    NOT NULL, -- one a line
  findings     TEXT    NOT NULL  -- what was found and what became of it, JSON
) STRICT;
