-- When nobody looked at a calendar: what fell due meanwhile does not go out as a flood, from whichever machine.
CREATE TABLE outage (
    calendar TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (calendar, since)
) STRICT, WITHOUT ROWID;
