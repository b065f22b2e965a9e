-- A row for each connection that writes: how many transactions of it were committed. Each transaction locks its own from the first,
-- so that whoever lost the connection during a COMMIT can wait for the end of that one, and see what became of it.
CREATE TABLE writer (name TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());
