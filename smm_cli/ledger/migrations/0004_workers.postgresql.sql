-- A calendar as it was published last, so that workers need no checkout; and what is planned of it, so that they need not plan.
-- Bytes stand here once, whatever posts and calendars name them; content is NULL where they lie in the folder of [ledger] files.
CREATE TABLE stored (sha256 TEXT PRIMARY KEY, size BIGINT NOT NULL, content BYTEA);
ALTER TABLE stored ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE TABLE desk (
    calendar TEXT PRIMARY KEY, mark TEXT NOT NULL, synced_at BIGINT NOT NULL, synced_by TEXT NOT NULL,
    pauses TEXT NOT NULL DEFAULT '', snapshot BIGINT NOT NULL DEFAULT 0, version BIGINT NOT NULL DEFAULT 0,
    planned_version BIGINT NOT NULL DEFAULT 0, good_until BIGINT NOT NULL DEFAULT 0
);
COMMENT ON TABLE desk IS
    'One calendar as workers see it. Each sync and each pause raises version; nothing is claimed that was planned from another version,
    or when good_until is over: a plan that nobody renews is no plan.';
CREATE TABLE snapshot_file (
    calendar TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES stored (sha256),
    PRIMARY KEY (calendar, path)
);
CREATE INDEX snapshot_file_of ON snapshot_file (sha256);
CREATE TABLE frozen_file (
    calendar TEXT NOT NULL, delivery TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES stored (sha256),
    type TEXT NOT NULL, PRIMARY KEY (calendar, delivery, sha256)
);
CREATE INDEX frozen_file_of ON frozen_file (sha256);
CREATE TABLE planned (
    calendar TEXT NOT NULL, name TEXT NOT NULL, post TEXT NOT NULL, channel TEXT NOT NULL,
    occurrence TEXT NOT NULL, at BIGINT NOT NULL, due_at BIGINT NOT NULL, late_at BIGINT, claim_at BIGINT,
    digest TEXT NOT NULL, held TEXT NOT NULL DEFAULT '', PRIMARY KEY (calendar, name)
);
COMMENT ON TABLE planned IS
    'A cache: the plan of the next hour, computed from files, slots and history. It may be emptied at any time, the planner fills it again.
    Whether a delivery may be sent is decided by the tables delivery and channel alone.';
CREATE INDEX planned_next ON planned (calendar, channel, claim_at, due_at, name) WHERE claim_at IS NOT NULL;
CREATE TABLE lane (
    calendar TEXT NOT NULL, channel TEXT NOT NULL, look_at BIGINT, PRIMARY KEY (calendar, channel)
);
COMMENT ON TABLE lane IS
    'A cache like planned: when a worker should look at a channel. So a claim reads neither what else is due on a busy channel nor any
    channel with nothing due.';
CREATE INDEX lane_due ON lane (calendar, look_at) WHERE look_at IS NOT NULL;
CREATE SEQUENCE changes;
COMMENT ON SEQUENCE changes IS 'Raised when a delivery is decided or ends: what tells the planner, cheaply, that the plan may be another.';
CREATE FUNCTION channel_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.owner <> '' THEN
            UPDATE smm.lane SET look_at = NEW.lease_until WHERE calendar = NEW.calendar AND channel = NEW.name;
        ELSE
            UPDATE smm.lane SET look_at = greatest(next.claim_at, CASE WHEN next.claim_at IS NOT NULL THEN NEW.next_allowed_at END)
            FROM (SELECT (
                SELECT claim_at FROM smm.planned
                WHERE planned.calendar = NEW.calendar AND planned.channel = NEW.name AND claim_at IS NOT NULL
                ORDER BY claim_at, due_at, name LIMIT 1
            ) AS claim_at) AS next
            WHERE lane.calendar = NEW.calendar AND lane.channel = NEW.name;
        END IF;
        RETURN NULL;
    END $$;
CREATE TRIGGER channel_moved AFTER UPDATE ON channel FOR EACH ROW
    WHEN (
        OLD.owner <> NEW.owner OR OLD.lease_until <> NEW.lease_until OR OLD.next_allowed_at <> NEW.next_allowed_at
        OR OLD.stopped <> NEW.stopped
    )
    EXECUTE FUNCTION channel_moved();
CREATE FUNCTION delivery_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.held = 1 OR NEW.state IN ('published', 'unknown', 'cancelled', 'skipped', 'waiting', 'failed') THEN
            DELETE FROM smm.planned WHERE calendar = NEW.calendar AND name = NEW.name;
        ELSIF NEW.state = 'retry' AND NEW.next_at IS NOT NULL THEN
            UPDATE smm.planned SET claim_at = NEW.next_at WHERE calendar = NEW.calendar AND name = NEW.name;
        END IF;
        IF NEW.state IN ('published', 'cancelled', 'skipped') THEN
            DELETE FROM smm.frozen_file WHERE calendar = NEW.calendar AND delivery = NEW.name;
        END IF;
        PERFORM nextval('smm.changes');
        RETURN NULL;
    END $$;
CREATE TRIGGER delivery_moved AFTER INSERT OR UPDATE ON delivery FOR EACH ROW WHEN (NEW.state <> 'sending') EXECUTE FUNCTION delivery_moved();
CREATE FUNCTION delivery_decided() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('smm', NEW.calendar);
        RETURN NULL;
    END $$;
CREATE TRIGGER delivery_decided AFTER UPDATE ON delivery FOR EACH ROW
    WHEN (OLD.held <> NEW.held OR (OLD.state <> 'sending' AND OLD.state <> NEW.state AND NEW.state IN ('planned', 'retry')))
    EXECUTE FUNCTION delivery_decided();
