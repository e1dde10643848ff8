-- Times are microseconds since 1970 in UTC, durations nanoseconds, 0 is none.
-- Origins are the bit sets of package chat.

CREATE TABLE conversation (
  n             INTEGER PRIMARY KEY,
  id            TEXT    NOT NULL UNIQUE,
  title         TEXT    NOT NULL,
  title_origin  INTEGER NOT NULL,
  title_folded  TEXT    NOT NULL, -- lower case, for the filter of the list
  named         INTEGER NOT NULL,
  created       INTEGER NOT NULL,
  updated       INTEGER NOT NULL,
  pinned        INTEGER NOT NULL,
  folder        TEXT    NOT NULL,
  tags          TEXT    NOT NULL, -- one a line
  profile       TEXT    NOT NULL,
  provider      TEXT    NOT NULL,
  model         TEXT    NOT NULL,
  system        TEXT    NOT NULL,
  system_origin INTEGER NOT NULL,
  leaf          TEXT    NOT NULL,
  deleted       INTEGER NOT NULL  -- when it was deleted; undone by 0
) STRICT;

-- The order of the list; the filter reads it without touching the rows.
CREATE INDEX conversation_order
  ON conversation (deleted, pinned DESC, updated DESC, id DESC, title_folded);

CREATE TABLE message (
  n            INTEGER PRIMARY KEY, -- order of arrival; the key of the index
  id           TEXT    NOT NULL UNIQUE,
  conversation INTEGER NOT NULL REFERENCES conversation (n),
  parent       TEXT    NOT NULL,
  role         TEXT    NOT NULL,
  at           INTEGER NOT NULL,
  state        TEXT    NOT NULL,
  ended        TEXT    NOT NULL,
  provider     TEXT    NOT NULL,
  service      TEXT    NOT NULL,
  asked        TEXT    NOT NULL,
  model        TEXT    NOT NULL,
  usage        TEXT    NOT NULL, -- JSON, '' where unknown
  tools        TEXT    NOT NULL, -- one a line
  edited       INTEGER NOT NULL,
  ruleset      TEXT    NOT NULL,
  clauses      TEXT    NOT NULL, -- one a line
  took         INTEGER NOT NULL,
  indexed      INTEGER NOT NULL  -- 1 when message_text has its words
) STRICT;

CREATE INDEX message_conversation ON message (conversation, n);
CREATE INDEX message_waiting ON message (n) WHERE indexed = 0;

-- Parts are rows and not one JSON value: text keeps bytes that JSON cannot
-- hold, pictures stay blobs, and the index reads its words from here instead
-- of from a second copy.
CREATE TABLE part (
  message    INTEGER NOT NULL REFERENCES message (n),
  seq        INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  origin     INTEGER NOT NULL,
  text       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  media_type TEXT    NOT NULL,
  data       BLOB,
  url        TEXT    NOT NULL,
  call       TEXT    NOT NULL,
  signature  TEXT    NOT NULL,
  took       INTEGER NOT NULL,
  UNIQUE (message, seq)
) STRICT;

-- The words of a message that a search finds: its prose and the names of its
-- files. Never a model's reasoning, which nobody remembers reading.
CREATE VIEW message_words (n, words) AS
  SELECT m.n, (
    SELECT group_concat(CASE kind WHEN 'text' THEN p.text ELSE p.name END, char(10))
    FROM (SELECT * FROM part WHERE message = m.n ORDER BY seq) p
    WHERE p.kind IN ('text', 'file', 'image'))
  FROM message m;

CREATE VIRTUAL TABLE message_text USING fts5 (
  words, content = 'message_words', content_rowid = 'n',
  prefix = '2 3 4', tokenize = 'unicode61 remove_diacritics 2'
);
-- Words taken out of the index are overwritten, not only marked as gone.
INSERT INTO message_text (message_text, rank) VALUES ('secure-delete', 1);

CREATE TABLE draft (
  conversation TEXT    PRIMARY KEY, -- '' is the draft of a new conversation
  text         TEXT    NOT NULL,
  origin       INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
