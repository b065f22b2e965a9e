-- When nobody looked at a calendar: what fell due meanwhile does not go out as a flood, from whichever machine.
CREATE TABLE outage (
    calendar TEXT NOT NULL, since BIGINT NOT NULL, until BIGINT NOT NULL,
    PRIMARY KEY (calendar, since)
);
