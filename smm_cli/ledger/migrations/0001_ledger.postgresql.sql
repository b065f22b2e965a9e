-- Columns and meaning are SQLite's; who runs this adds COLLATE "C" to each TEXT, so that texts are ordered as there.
-- Times are whole milliseconds since 1970 UTC; JSON is text; booleans are 0 and 1. Every key begins with the calendar's name.
CREATE TABLE delivery (
    calendar TEXT NOT NULL, name TEXT NOT NULL, post TEXT NOT NULL, channel TEXT NOT NULL, occurrence TEXT NOT NULL,
    state TEXT NOT NULL, due_at BIGINT, published_at BIGINT, next_at BIGINT, attempts BIGINT NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '', slug TEXT NOT NULL DEFAULT '', url TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT '',
    released BIGINT NOT NULL DEFAULT 0, held BIGINT NOT NULL DEFAULT 0,
    parts_public BIGINT NOT NULL DEFAULT 0, parts_total BIGINT NOT NULL DEFAULT 0,
    runner TEXT NOT NULL DEFAULT '', payload TEXT NOT NULL DEFAULT '', receipt TEXT NOT NULL DEFAULT '',
    receipt_written BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (calendar, name)
);
CREATE INDEX delivery_unwritten ON delivery (calendar, name) WHERE receipt_written = 0;
CREATE TABLE channel (
    calendar TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '', delivery TEXT NOT NULL DEFAULT '',
    lease_until BIGINT NOT NULL DEFAULT 0, next_allowed_at BIGINT NOT NULL DEFAULT 0,
    stopped TEXT NOT NULL DEFAULT '', stopped_for TEXT NOT NULL DEFAULT '',
    account TEXT NOT NULL DEFAULT '', account_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (calendar, name)
);
CREATE TABLE part (
    calendar TEXT NOT NULL, delivery TEXT NOT NULL, act TEXT NOT NULL, part BIGINT NOT NULL,
    intent TEXT NOT NULL DEFAULT '', intent_n BIGINT, intent_at BIGINT, first_intent_at BIGINT, credential TEXT NOT NULL DEFAULT '',
    public_at BIGINT, receipt TEXT NOT NULL DEFAULT '', done BIGINT NOT NULL DEFAULT 0,
    wait_step BIGINT, wait_until BIGINT,
    PRIMARY KEY (calendar, delivery, act, part)
);
CREATE TABLE exchange (
    calendar TEXT NOT NULL, delivery TEXT NOT NULL, act TEXT NOT NULL, part BIGINT NOT NULL, n BIGINT NOT NULL,
    fingerprint TEXT NOT NULL, answer TEXT NOT NULL, keeps_until BIGINT,
    PRIMARY KEY (calendar, delivery, act, part, n)
);
CREATE TABLE capability (
    calendar TEXT NOT NULL, delivery TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (calendar, delivery, name)
);
CREATE TABLE attempt (
    calendar TEXT NOT NULL, delivery TEXT NOT NULL, at BIGINT NOT NULL, runner TEXT NOT NULL, part BIGINT NOT NULL,
    slug TEXT NOT NULL, note TEXT NOT NULL
);
CREATE INDEX attempt_of ON attempt (calendar, delivery, at);
CREATE TABLE receipt_file (
    calendar TEXT NOT NULL, path TEXT NOT NULL, mtime_ns BIGINT NOT NULL, size BIGINT NOT NULL, runner TEXT NOT NULL,
    accepted BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (calendar, path)
);
CREATE TABLE wait (
    calendar TEXT NOT NULL, what TEXT NOT NULL, met BIGINT NOT NULL, asked_at BIGINT NOT NULL, since BIGINT NOT NULL,
    PRIMARY KEY (calendar, what)
);
CREATE TABLE tick (
    calendar TEXT NOT NULL, runner TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (calendar, runner)
);
CREATE TABLE migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now());
