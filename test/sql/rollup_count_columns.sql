-- count(x) is count(*) where x is NOT NULL, in the view and in the query.  Were
-- the code wrong, NULLs would count, or a view that stores just what is asked for
-- would not be used because the question was put in other words.
\getenv srcdir PG_ABS_SRCDIR
\set compare :srcdir '/include/compare.sql'
\i :compare
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
PREPARE p AS SELECT k, count(x), count(*) FROM t GROUP BY k ORDER BY k;
EXECUTE p;
ALTER TABLE t ALTER x DROP NOT NULL;
INSERT INTO t (k, z) VALUES (1, 1), (9, 1);
EXECUTE p;
SELECT pg_temp.compare('SELECT k, count(x), count(*) FROM t GROUP BY k');
DELETE FROM t WHERE x IS NULL;
ALTER TABLE t ALTER x SET NOT NULL;
EXECUTE p;
DROP TABLE t, o CASCADE;
