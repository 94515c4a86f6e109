-- Every way of writing a row leaves a mark: COPY, MERGE, ON CONFLICT, WITH,
-- rules, foreign keys' actions.  Each statement follows a REFRESH and must turn
-- "from mv" into "from t".  One that left no mark would leave the view in use.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_write_statements;
SET search_path = fresh_write_statements;
\set q '''SELECT count(*), sum(v) FROM t'''
CREATE TABLE t (k int PRIMARY KEY, v int, parent int REFERENCES t ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
-- refreshed, and used
CREATE FUNCTION again() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	REFRESH MATERIALIZED VIEW mv;
	RETURN pg_temp.answer('SELECT count(*), sum(v) FROM t');
END $$;

COPY t (k, v) FROM stdin;
101	101
\.
SELECT pg_temp.answer(:q), again();
COPY t (k, v) FROM stdin;
\.
SELECT pg_temp.answer(:q) AS "COPY of no rows";

-- MERGE
MERGE INTO t USING (VALUES (1), (200)) s (k) ON t.k = s.k
	WHEN MATCHED THEN UPDATE SET v = 0
	WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, s.k);
SELECT pg_temp.answer(:q), again();
MERGE INTO t USING (VALUES (200)) s (k) ON t.k = s.k WHEN MATCHED THEN DELETE;
SELECT pg_temp.answer(:q), again();
MERGE INTO t USING (VALUES (300)) s (k) ON t.k = s.k WHEN MATCHED THEN DELETE;
SELECT pg_temp.answer(:q) AS "MERGE of no rows";

-- ON CONFLICT
INSERT INTO t VALUES (1, 1) ON CONFLICT (k) DO UPDATE SET v = 7;
SELECT pg_temp.answer(:q), again();
INSERT INTO t VALUES (1, 1), (201, 1) ON CONFLICT DO NOTHING;
SELECT pg_temp.answer(:q), again();
INSERT INTO t VALUES (1, 1) ON CONFLICT DO NOTHING;
SELECT pg_temp.answer(:q) AS "nothing done";

-- WITH
WITH w AS (INSERT INTO t VALUES (202, 202) RETURNING k) SELECT count(*) FROM w;
SELECT pg_temp.answer(:q), again();
WITH w AS (DELETE FROM t WHERE k = 202) SELECT 1 AS one;
SELECT pg_temp.answer(:q), again();
WITH w AS (UPDATE t SET v = v + 1 WHERE k = 1 RETURNING *), x AS (DELETE FROM t WHERE k = 2)
	INSERT INTO t SELECT k + 1000, v FROM w;
SELECT pg_temp.answer(:q), again();
-- the statement that writes does not see what it writes
WITH w AS (INSERT INTO t VALUES (203, 203)) SELECT count(*), sum(v) FROM t;
SELECT pg_temp.answer(:q), again();

-- RETURNING, INSERT ... SELECT from the view's own table
INSERT INTO t SELECT count(*) + 10000, sum(v) FROM t RETURNING *;
SELECT pg_temp.answer(:q), again();

-- rules
CREATE TABLE front (k int, v int);
CREATE RULE instead AS ON INSERT TO front DO INSTEAD INSERT INTO t VALUES (new.k, new.v);
INSERT INTO front VALUES (204, 204);
SELECT pg_temp.answer(:q), again();
CREATE TABLE sums (c bigint, s bigint);
CREATE RULE also AS ON INSERT TO t DO ALSO INSERT INTO sums SELECT count(*), sum(v) FROM t;
SET enable_answer_query_using_materialized_views = on;
INSERT INTO t VALUES (205, 205);
SELECT pg_temp.answer(:q), (SELECT c FROM sums) = (SELECT count(ctid) FROM t) AS rule_saw_the_row;
DROP RULE also ON t;
SELECT again();
CREATE VIEW updatable AS SELECT k, v FROM t WHERE v > 0;
DELETE FROM updatable WHERE k = 205;
SELECT pg_temp.answer(:q), again();

-- foreign keys' actions, of the table itself and of another
INSERT INTO t VALUES (206, 1, 1), (207, 1, 206);
SELECT again();
DELETE FROM t WHERE k = 1;
SELECT pg_temp.answer(:q), again();
CREATE TABLE owner (id int PRIMARY KEY);
INSERT INTO owner VALUES (1), (2), (3);
ALTER TABLE t ADD COLUMN o int REFERENCES owner ON DELETE SET NULL ON UPDATE CASCADE;
CREATE MATERIALIZED VIEW mvo AS SELECT o, count(*) AS c FROM t GROUP BY o;
UPDATE t SET o = k % 3 + 1;
REFRESH MATERIALIZED VIEW mvo;
SELECT pg_temp.answer('SELECT o, count(*) FROM t GROUP BY o');
DELETE FROM owner WHERE id = 1;
SELECT pg_temp.answer('SELECT o, count(*) FROM t GROUP BY o');
REFRESH MATERIALIZED VIEW mvo;
UPDATE owner SET id = 20 WHERE id = 2;
SELECT pg_temp.answer('SELECT o, count(*) FROM t GROUP BY o');
REFRESH MATERIALIZED VIEW mvo;
TRUNCATE owner CASCADE;
SELECT pg_temp.answer('SELECT o, count(*) FROM t GROUP BY o');

SET client_min_messages = warning;
DROP SCHEMA fresh_write_statements CASCADE;
