-- What aqumv.explain_rewrite calls the blocks of a statement, and that blocks of
-- the same name are told apart: were one taken for the other, it would be
-- answered from views that hold too little for it.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE t (k int, x int);
INSERT INTO t SELECT i, i % 5 FROM generate_series(1, 100) AS i;
CREATE TABLE o (k int);
INSERT INTO o VALUES (41), (42), (11);
CREATE MATERIALIZED VIEW r AS SELECT k, x FROM t WHERE k > 30;
CREATE VIEW v AS SELECT k FROM t WHERE k > 40 ORDER BY k LIMIT 3;
CREATE FUNCTION above(n int) RETURNS TABLE (k int, x int) STABLE LANGUAGE sql AS 'SELECT k, x FROM t WHERE k > n LIMIT 2';
ANALYZE;

CREATE FUNCTION pg_temp.paths(query text) RETURNS SETOF text LANGUAGE sql AS
    'SELECT block || '' '' || CASE WHEN used OR reason_code = ''cost'' THEN ''matches'' ELSE reason_code END
       FROM aqumv.explain_rewrite(query)';

SET enable_answer_query_using_materialized_views = on;
SELECT pg_temp.paths('SELECT k FROM t WHERE k > 30');
SELECT pg_temp.paths('SELECT * FROM (SELECT k FROM t WHERE k > 30 LIMIT 1) s');
SELECT pg_temp.paths('SELECT * FROM (SELECT k FROM t WHERE k > 30) s');
SELECT pg_temp.paths('SELECT a.k FROM t a JOIN t b USING (k) WHERE a.k > 30 AND b.k > 20');
SELECT pg_temp.paths('WITH monthly AS MATERIALIZED (SELECT k FROM t WHERE k > 30 UNION ALL SELECT k FROM t WHERE k > 20) SELECT * FROM monthly');
SELECT pg_temp.paths('SELECT * FROM v, (SELECT count(*) FROM (SELECT * FROM t WHERE k > 50 LIMIT 2) deep) s');
SELECT pg_temp.paths('SELECT (SELECT max(x) FROM t WHERE t.k > o.k), EXISTS (SELECT FROM t WHERE t.k > 30 AND t.k = o.k) FROM o WHERE k IN (SELECT k FROM t WHERE k > 35)');
SELECT pg_temp.paths('SELECT 1 FROM o WHERE k IN (SELECT k FROM t WHERE k > 30 AND x = (SELECT min(x) FROM t WHERE k > 70))');
SELECT pg_temp.paths('INSERT INTO o SELECT k FROM t WHERE k > 30');
SELECT pg_temp.paths('INSERT INTO o WITH c AS MATERIALIZED (SELECT k FROM t WHERE k > 30) SELECT * FROM c');
SELECT pg_temp.paths('UPDATE o SET k = s.k FROM (SELECT k FROM t WHERE k > 30 LIMIT 1) s');
SELECT pg_temp.paths('DELETE FROM o WHERE k IN (SELECT k FROM t WHERE k > 30)');
SELECT pg_temp.paths('SELECT * FROM above(30)');
SELECT pg_temp.paths('SELECT * FROM o');
SELECT pg_temp.paths('UPDATE t SET x = 1');

-- the same name twice, for blocks of which only one can be answered: behind the
-- alias of a join, in what has been seen through, and beside INSERT
SELECT pg_temp.paths(q), pg_temp.compare(q)
  FROM unnest(ARRAY[
    'SELECT * FROM (o CROSS JOIN (SELECT k FROM t WHERE k > 40 GROUP BY k) s) AS j(a, b), (SELECT k FROM t WHERE k > 10 GROUP BY k) s',
    'SELECT * FROM (o CROSS JOIN (SELECT k FROM t WHERE k > 10 GROUP BY k) s) AS j(a, b), (SELECT k FROM t WHERE k > 40 GROUP BY k) s',
    'SELECT a.k, b.k FROM t, (SELECT s.k FROM (SELECT k FROM t WHERE k > 40 GROUP BY k) s, o WHERE o.k = s.k) a,
            (SELECT s.k FROM (SELECT k FROM t WHERE k > 10 GROUP BY k) s, o WHERE o.k = s.k) b WHERE t.k > 98',
    'SELECT a.k, b.k FROM t, (SELECT s.k FROM (SELECT k FROM t WHERE k > 10 GROUP BY k) s, o WHERE o.k = s.k) a,
            (SELECT s.k FROM (SELECT k FROM t WHERE k > 40 GROUP BY k) s, o WHERE o.k = s.k) b WHERE t.k > 98',
    'SELECT * FROM (o CROSS JOIN above(40) AS s) AS j(a, b, c), above(10) AS s',
    'SELECT * FROM (o CROSS JOIN above(10) AS s) AS j(a, b, c), above(40) AS s']) AS q;
CREATE TABLE target (a int, b int);
WITH c AS MATERIALIZED (SELECT k FROM t WHERE k > 40 LIMIT 1)
INSERT INTO target WITH d AS (SELECT k FROM c), c AS MATERIALIZED (SELECT k FROM t WHERE k > 10 LIMIT 1) SELECT d.k, c.k FROM c, d;
WITH c AS MATERIALIZED (SELECT k FROM t WHERE k > 40)
INSERT INTO target WITH c AS MATERIALIZED (SELECT k FROM t WHERE k < 50) SELECT 0, count(*) FROM c;
SELECT * FROM target;
DROP TABLE t, o, target CASCADE;
DROP FUNCTION above;
