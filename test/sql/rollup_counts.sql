-- count(x) of a NOT NULL column is count(*), stored or asked for.  Were the code
-- wrong, NULLs would be counted: where the column may have them, or an outer join
-- puts them.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA rollup_not_null;
SET search_path = rollup_not_null, public;
CREATE TABLE ev (id int PRIMARY KEY, k int, a int NOT NULL, b int);
INSERT INTO ev SELECT i, i % 5, i, nullif(i % 7, 3) FROM generate_series(1, 100) i;
CREATE TABLE dim AS SELECT i AS k FROM generate_series(3, 7) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, count(*) AS n, sum(a) AS sa, sum(b) AS sb, count(*) FILTER (WHERE b > 2) AS nb FROM ev GROUP BY k;

SELECT pg_temp.compare('SELECT avg(a), count(a), count(id), count(1) FROM ev');
SELECT pg_temp.compare('SELECT k, avg(a) FILTER (WHERE k > 2), count(a) FILTER (WHERE b > 2) FROM ev GROUP BY k');
SELECT pg_temp.compare('SELECT dim.k, count(ev.id), avg(ev.a) FROM dim JOIN ev USING (k) GROUP BY dim.k');
-- not these
SELECT pg_temp.compare('SELECT avg(b), count(b) FROM ev');
SELECT pg_temp.compare('SELECT count(DISTINCT a) FROM ev');
SELECT pg_temp.compare('SELECT count(a + b) FROM ev');
SELECT pg_temp.compare('SELECT dim.k, count(ev.id), avg(ev.a) FROM dim LEFT JOIN ev USING (k) GROUP BY dim.k');
-- a subquery's aggregate may be of the query around it
SELECT pg_temp.compare('SELECT (SELECT sum(dim.k) FROM ev WHERE ev.k = 1 GROUP BY ev.k) FROM dim');
SELECT pg_temp.compare('SELECT dim.k, (SELECT count(dim.k) + count(ev.a) FROM ev WHERE ev.k = dim.k) FROM dim GROUP BY dim.k');
-- the constraint comes and goes
ALTER TABLE ev ALTER a DROP NOT NULL;
SELECT pg_temp.compare('SELECT avg(a), count(a) FROM ev');
INSERT INTO ev VALUES (101, 1, NULL, 1);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.compare('SELECT avg(a), count(a) FROM ev');
DELETE FROM ev WHERE a IS NULL;
ALTER TABLE ev ALTER a SET NOT NULL;
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.compare('SELECT avg(a), count(a) FROM ev');
PREPARE p AS SELECT avg(a) FROM ev;
SET enable_answer_query_using_materialized_views = on;
SET plan_cache_mode = force_generic_plan;
EXECUTE p;
ALTER TABLE ev ALTER a DROP NOT NULL;
INSERT INTO ev VALUES (102, 1, NULL, 1);
REFRESH MATERIALIZED VIEW mv;
EXECUTE p;
-- the view may be what counts the column
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT k, count(id) AS n, count(a) AS na FROM ev GROUP BY k;
SELECT pg_temp.compare('SELECT k, count(id) FROM ev GROUP BY k');
SELECT pg_temp.compare('SELECT count(*), count(a) FROM ev');
-- but not if it may be NULL
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT k, count(b) AS nb, count(NULL) AS none FROM ev GROUP BY k;
SELECT pg_temp.compare('SELECT k, count(*) FROM ev GROUP BY k');
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT k, count(*) AS n FROM ev GROUP BY k;
SELECT pg_temp.compare('SELECT k, count(id) FROM ev GROUP BY k');
SELECT pg_temp.compare('SELECT k, count(b) FROM ev GROUP BY k');
DROP SCHEMA rollup_not_null CASCADE;

-- count(x) is count(*) where x is NOT NULL, in the view and in the query.  Were
-- the code wrong, NULLs would count, or a view that stores just what is asked for
-- would not be used because the question was put in other words.
CREATE TABLE t (k int, x int NOT NULL, y int, z int NOT NULL);
INSERT INTO t SELECT i % 3, i, nullif(i % 4, 1), i FROM generate_series(1, 30) AS i;
CREATE TABLE o (k int);
INSERT INTO o VALUES (0), (1), (5);
CREATE FUNCTION pg_temp.all_of() RETURNS TABLE (says text, query text) LANGUAGE sql AS $$
    SELECT pg_temp.compare(query), query FROM unnest(ARRAY[
        'SELECT k, count(x) FROM t GROUP BY k', 'SELECT k, count(*) FROM t GROUP BY k', 'SELECT k, count(z) FROM t GROUP BY k', 'SELECT k, count(y) FROM t GROUP BY k',
            'SELECT count(x), count(1), avg(x) FROM t', 'SELECT avg(x), avg(y) FROM t',
        'SELECT k, sum(x) / count(x) FROM t GROUP BY k', 'SELECT k FROM t GROUP BY k HAVING count(x) > 9', 'SELECT count(x) FILTER (WHERE k > 0) FROM t',
            'SELECT count(DISTINCT x) FROM t', 'SELECT count(x + 0) FROM t', 'SELECT count(x ORDER BY k) FROM t',
        'SELECT count(t.x) FROM o JOIN t USING (k)', 'SELECT count(t.x) FROM o LEFT JOIN t ON t.k = o.k', 'SELECT count(t.x), count(o.k) FROM t LEFT JOIN o ON t.k = o.k',
            'SELECT count(a.x), count(b.z) FROM t a JOIN t b USING (k)', 'SELECT k, (SELECT count(x) FROM t WHERE t.k = o.k) FROM o']) AS query
$$;
CREATE MATERIALIZED VIEW v AS SELECT k, count(x) AS nx, sum(x) AS s FROM t GROUP BY k;
SELECT * FROM pg_temp.all_of();
DROP MATERIALIZED VIEW v;
CREATE MATERIALIZED VIEW v AS SELECT k, count(*) AS n, sum(x) AS s FROM t GROUP BY k;
SELECT * FROM pg_temp.all_of();
DROP MATERIALIZED VIEW v;
-- what is stored as it is asked for
CREATE MATERIALIZED VIEW v AS SELECT k, sum(x) / count(x) AS mean FROM t GROUP BY k HAVING count(x) > 9;
SELECT pg_temp.compare('SELECT k, sum(x) / count(x) FROM t GROUP BY k HAVING count(x) > 9');
DROP MATERIALIZED VIEW v;
-- no longer NOT NULL, and again
CREATE MATERIALIZED VIEW v WITH (aqumv.maintenance = immediate) AS SELECT k, count(x) AS nx, sum(x) AS s FROM t GROUP BY k;
SET enable_answer_query_using_materialized_views = on;
PREPARE q AS SELECT k, count(x), count(*) FROM t GROUP BY k ORDER BY k;
EXECUTE q;
ALTER TABLE t ALTER x DROP NOT NULL;
INSERT INTO t (k, z) VALUES (1, 1), (9, 1);
EXECUTE q;
SELECT pg_temp.compare('SELECT k, count(x), count(*) FROM t GROUP BY k');
DELETE FROM t WHERE x IS NULL;
ALTER TABLE t ALTER x SET NOT NULL;
EXECUTE q;
DROP TABLE t, o CASCADE;
