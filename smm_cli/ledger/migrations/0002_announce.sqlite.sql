-- Addresses that hubs and search engines are to be told of, apart from deliveries; gone when they were told.
CREATE TABLE announcement (
    calendar TEXT NOT NULL, channel TEXT NOT NULL, url TEXT NOT NULL, since INTEGER NOT NULL, next_at INTEGER NOT NULL,
    PRIMARY KEY (calendar, channel, url)
) STRICT, WITHOUT ROWID;
