-- Times are whole milliseconds since 1970 UTC; JSON is text; booleans are 0 and 1. Every key begins with the calendar's name.
CREATE TABLE delivery (
    calendar TEXT NOT NULL, name TEXT NOT NULL, post TEXT NOT NULL, channel TEXT NOT NULL, occurrence TEXT NOT NULL,
    state TEXT NOT NULL, due_at INTEGER, published_at INTEGER, next_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '', slug TEXT NOT NULL DEFAULT '', url TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT '',
    released INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,
    parts_public INTEGER NOT NULL DEFAULT 0, parts_total INTEGER NOT NULL DEFAULT 0,
    runner TEXT NOT NULL DEFAULT '', payload TEXT NOT NULL DEFAULT '', receipt TEXT NOT NULL DEFAULT '',
    receipt_written INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (calendar, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_unwritten ON delivery (calendar, name) WHERE receipt_written = 0;
CREATE TABLE channel (
    calendar TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '', delivery TEXT NOT NULL DEFAULT '',
    lease_until INTEGER NOT NULL DEFAULT 0, next_allowed_at INTEGER NOT NULL DEFAULT 0,
    stopped TEXT NOT NULL DEFAULT '', stopped_for TEXT NOT NULL DEFAULT '',
    account TEXT NOT NULL DEFAULT '', account_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (calendar, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE part (
    calendar TEXT NOT NULL, delivery TEXT NOT NULL, act TEXT NOT NULL, part INTEGER NOT NULL,
    intent TEXT NOT NULL DEFAULT '', intent_n INTEGER, intent_at INTEGER, first_intent_at INTEGER, credential TEXT NOT NULL DEFAULT '',
    public_at INTEGER, receipt TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0,
    wait_step INTEGER, wait_until INTEGER,
    PRIMARY KEY (calendar, delivery, act, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE exchange (
    calendar TEXT NOT NULL, delivery TEXT NOT NULL, act TEXT NOT NULL, part INTEGER NOT NULL, n INTEGER NOT NULL,
    fingerprint TEXT NOT NULL, answer TEXT NOT NULL, keeps_until INTEGER,
    PRIMARY KEY (calendar, delivery, act, part, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE capability (
    calendar TEXT NOT NULL, delivery TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (calendar, delivery, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE attempt (
    calendar TEXT NOT NULL, delivery TEXT NOT NULL, at INTEGER NOT NULL, runner TEXT NOT NULL, part INTEGER NOT NULL,
    slug TEXT NOT NULL, note TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_of ON attempt (calendar, delivery, at);
CREATE TABLE receipt_file (
    calendar TEXT NOT NULL, path TEXT NOT NULL, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL, runner TEXT NOT NULL,
    accepted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (calendar, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE wait (
    calendar TEXT NOT NULL, what TEXT NOT NULL, met INTEGER NOT NULL, asked_at INTEGER NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY (calendar, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE tick (
    calendar TEXT NOT NULL, runner TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (calendar, runner)
) STRICT, WITHOUT ROWID;
CREATE TABLE counter (value INTEGER NOT NULL) STRICT;
INSERT INTO counter VALUES (0);
CREATE TABLE identity (value TEXT NOT NULL) STRICT;
