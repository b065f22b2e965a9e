-- Addresses that hubs and search engines are to be told of, apart from deliveries; gone when they were told.
CREATE TABLE announcement (
    calendar TEXT NOT NULL, channel TEXT NOT NULL, url TEXT NOT NULL, since BIGINT NOT NULL, next_at BIGINT NOT NULL,
    PRIMARY KEY (calendar, channel, url)
);
