-- What is written while a view is being filled, by those who can: event
-- triggers, a statement that refreshes the view of the table it writes.  If the
-- filling transaction's writes all counted as seen, the view would be used
-- without them.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_fill;
SET search_path = fresh_fill;
\set q '''SELECT count(*), sum(v) FROM t'''
CREATE TABLE t (k text, v int);
INSERT INTO t VALUES ('first', 1);
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
CREATE UNIQUE INDEX ON mv (k);

-- an event trigger writes the table when the view has been filled
CREATE FUNCTION log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO fresh_fill.t VALUES (tg_tag || ' ' || (SELECT count(*) FROM fresh_fill.t), 1);
END $$;
CREATE EVENT TRIGGER fresh_fill_log ON ddl_command_end
	WHEN TAG IN ('REFRESH MATERIALIZED VIEW', 'CREATE MATERIALIZED VIEW') EXECUTE FUNCTION log_ddl();
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW CONCURRENTLY mv;
SELECT pg_temp.answer(:q);
CREATE MATERIALIZED VIEW mv2 AS SELECT count(*) AS c, sum(v) AS s FROM t;
SELECT pg_temp.answer(:q);
DROP EVENT TRIGGER fresh_fill_log;
DROP MATERIALIZED VIEW mv2;
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);

-- what fills a view reads the table
CREATE FUNCTION reads_view(statement text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	SET LOCAL enable_answer_query_using_materialized_views = on;
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO plan;
	RETURN plan::text ~ '"mv"';
END $$;
SELECT reads_view('SELECT k, v FROM t'), reads_view('CREATE MATERIALIZED VIEW mv3 AS SELECT k, v FROM t');

-- the view is refreshed in the middle of a statement that writes its table
CREATE FUNCTION refresh_in(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF i = 2 THEN
		REFRESH MATERIALIZED VIEW mv;
	END IF;
	RETURN i;
END $$;
INSERT INTO t SELECT 'row ' || i, refresh_in(i) FROM generate_series(1, 3) i;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
BEGIN;
INSERT INTO t SELECT 'row ' || i, refresh_in(i - 10) FROM generate_series(11, 13) i;
SELECT pg_temp.answer(:q);
COMMIT;
SELECT pg_temp.answer(:q);

-- two views, refreshed one after the other with writes between
CREATE MATERIALIZED VIEW other AS SELECT v, count(*) AS c FROM t GROUP BY v;
REFRESH MATERIALIZED VIEW mv;
BEGIN;
INSERT INTO t VALUES ('a', 1);
REFRESH MATERIALIZED VIEW mv;
INSERT INTO t VALUES ('b', 1);
REFRESH MATERIALIZED VIEW other;
SELECT pg_temp.answer('SELECT k, v FROM t');
SELECT pg_temp.answer('SELECT v, count(*) FROM t GROUP BY v');
COMMIT;
SELECT pg_temp.answer('SELECT k, v FROM t');
SELECT pg_temp.answer('SELECT v, count(*) FROM t GROUP BY v');

-- a fill that fails
CREATE TABLE z (v int);
INSERT INTO z VALUES (1);
CREATE MATERIALIZED VIEW mz AS SELECT 10 / v AS ten FROM z;
SELECT pg_temp.answer('SELECT 10 / v FROM z');
INSERT INTO z VALUES (0);
REFRESH MATERIALIZED VIEW mz;
SELECT pg_temp.answer('SELECT count(*) FROM z');
DELETE FROM z WHERE v = 0;
BEGIN;
SAVEPOINT a;
REFRESH MATERIALIZED VIEW mz;
ROLLBACK TO a;
SELECT pg_temp.answer('SELECT 10 / v FROM z');
REFRESH MATERIALIZED VIEW mz;
COMMIT;
SELECT pg_temp.answer('SELECT 10 / v FROM z');

SET client_min_messages = warning;
DROP SCHEMA fresh_fill CASCADE;
