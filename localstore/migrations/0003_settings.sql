-- How the prompts of a conversation are asked: tools, libraries, options. JSON,
-- '' is none.
ALTER TABLE conversation ADD COLUMN settings TEXT NOT NULL DEFAULT '';
