-- The table read while a statement writes it: by its own triggers, by functions
-- that the statement calls, by a cursor that was opened meanwhile.  A statement
-- leaves its mark when it ends; if the time before it ends did not count as
-- being written, these would read the view and miss the statement's rows.
-- Each line of the log is what was read with the switch on, and the truth:
-- count(ctid) never comes from a view.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_mid_statement;
SET search_path = fresh_mid_statement;
CREATE TABLE t (v int);
INSERT INTO t SELECT generate_series(1, 10);
CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS c, sum(v) AS s FROM t;
CREATE TABLE log (n serial, at text, seen text, truth text);
CREATE FUNCTION look(at text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	seen record;
	truth record;
BEGIN
	EXECUTE 'SELECT count(*), sum(v) FROM t' INTO seen;
	EXECUTE 'SELECT count(ctid), sum(v) FROM t' INTO truth;
	INSERT INTO log (at, seen, truth) VALUES (at, seen, truth);
END $$;
CREATE FUNCTION look_in_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM look(format('%s %s %s', TG_WHEN, TG_OP, TG_LEVEL));
	RETURN coalesce(new, old);
END $$;
CREATE FUNCTION look_in_call(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	PERFORM look('call ' || i);
	RETURN i;
END $$;
CREATE FUNCTION logged(OUT at text, OUT seen text, OUT verdict text) RETURNS SETOF record LANGUAGE sql AS $$
	WITH d AS (DELETE FROM log RETURNING *)
	SELECT at, seen, CASE WHEN seen = truth THEN 'right' ELSE 'WRONG: ' || truth END FROM d ORDER BY n
$$;
SET enable_answer_query_using_materialized_views = on;

-- functions that the statement calls
INSERT INTO t SELECT look_in_call(i) FROM generate_series(11, 13) i;
SELECT * FROM logged();
REFRESH MATERIALIZED VIEW mv;
UPDATE t SET v = look_in_call(v) + 100 WHERE v IN (11, 12);
SELECT * FROM logged();
REFRESH MATERIALIZED VIEW mv;
SELECT look_in_call(1);
SELECT * FROM logged();

-- triggers of all kinds; names sort before and after aqumv's
CREATE TRIGGER a BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION look_in_trigger();
CREATE TRIGGER z BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION look_in_trigger();
CREATE TRIGGER " b" BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION look_in_trigger();
CREATE TRIGGER " c" AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION look_in_trigger();
CREATE TRIGGER " d" AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION look_in_trigger();
CREATE TRIGGER zz AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION look_in_trigger();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION look_in_trigger();
INSERT INTO t VALUES (20), (21);
SELECT * FROM logged();
REFRESH MATERIALIZED VIEW mv;
DELETE FROM t WHERE v = 20;
SELECT * FROM logged();
REFRESH MATERIALIZED VIEW mv;
-- in replication's role these do not fire, but for those that always do
ALTER TABLE t ENABLE ALWAYS TRIGGER " c";
SET session_replication_role = replica;
INSERT INTO t VALUES (22), (23);
RESET session_replication_role;
SELECT * FROM logged();
DROP TRIGGER a ON t;
DROP TRIGGER z ON t;
DROP TRIGGER " b" ON t;
DROP TRIGGER " c" ON t;
DROP TRIGGER " d" ON t;
DROP TRIGGER zz ON t;
DROP TRIGGER late ON t;
REFRESH MATERIALIZED VIEW mv;

-- a cursor opened in the middle of the statement, read after it has ended: the
-- snapshot is older than the mark, and newer than the rows
CREATE FUNCTION seen() RETURNS text STABLE LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	SELECT count(*) AS c, sum(v) AS s INTO r FROM t;
	RETURN r;
END $$;
CREATE FUNCTION truth() RETURNS text STABLE LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	SELECT count(ctid) AS c, sum(v) AS s INTO r FROM t;
	RETURN r;
END $$;
CREATE FUNCTION open_cursor(i int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	c refcursor := 'c';
BEGIN
	IF i = 31 THEN
		INSERT INTO log (at) VALUES ('so that the command counter moves');
		OPEN c FOR SELECT seen(), truth() FROM generate_series(1, 2);
	END IF;
	RETURN i;
END $$;
BEGIN;
INSERT INTO t SELECT open_cursor(i) FROM generate_series(30, 33) i;
FETCH ALL c;
COMMIT;

-- the snapshot is older than the transaction's own REFRESH, and newer than what
-- it had written before
REFRESH MATERIALIZED VIEW mv;
CREATE UNIQUE INDEX ON mv (c);
BEGIN;
INSERT INTO t VALUES (40);
DECLARE c CURSOR FOR SELECT seen(), truth();
REFRESH MATERIALIZED VIEW CONCURRENTLY mv;
FETCH ALL c;
SELECT seen(), truth();
COMMIT;

SET client_min_messages = warning;
DROP SCHEMA fresh_mid_statement CASCADE;
