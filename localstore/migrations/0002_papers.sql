-- Notices the person has received and documents the person has drafted. Days
-- are YYYY-MM-DD, '' is none; times are as in the first migration.

CREATE TABLE notice (
  n            INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  profile      TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  received     TEXT    NOT NULL,
  about        TEXT    NOT NULL,
  about_origin INTEGER NOT NULL,
  facts        TEXT    NOT NULL, -- NAME=VALUE, one a line
  items        TEXT    NOT NULL, -- what the notice contains, one a line
  added        INTEGER NOT NULL,
  dismissed    INTEGER NOT NULL  -- 0 while it is open
) STRICT;

CREATE TABLE document (
  n            INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  profile      TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  recipient    TEXT    NOT NULL,
  copies       TEXT    NOT NULL, -- one a line
  alternatives TEXT    NOT NULL, -- one a line
  subject      TEXT    NOT NULL,
  text         TEXT    NOT NULL,
  origin       INTEGER NOT NULL,
  complete     INTEGER NOT NULL,
  created      INTEGER NOT NULL,
  sent         TEXT    NOT NULL  -- the day on which the person sent it
) STRICT;
