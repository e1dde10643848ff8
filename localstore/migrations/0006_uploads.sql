-- What lies at a service because bise put it there.

CREATE TABLE upload (
  n        INTEGER PRIMARY KEY,
  profile  TEXT    NOT NULL,
  remote   TEXT    NOT NULL, -- the service's id
  library  TEXT    NOT NULL, -- '' outside a library
  name     TEXT    NOT NULL,
  size     INTEGER NOT NULL, -- bytes
  purpose  TEXT    NOT NULL,
  at       INTEGER NOT NULL,
  expires  INTEGER NOT NULL, -- 0 is until it is deleted
  deleted  INTEGER NOT NULL, -- 0 while it lies there
  UNIQUE (profile, remote)
) STRICT;
