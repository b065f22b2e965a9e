-- Who was told what, or is to be: a row for each thing that needs somebody and each who hears of it; gone when it is mended.
CREATE TABLE alert (
    calendar TEXT NOT NULL, name TEXT NOT NULL, recipient TEXT NOT NULL,
    since BIGINT NOT NULL, next_at BIGINT NOT NULL, tries BIGINT NOT NULL DEFAULT 0, told_at BIGINT,
    PRIMARY KEY (calendar, name, recipient)
);
