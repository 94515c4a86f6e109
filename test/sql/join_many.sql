-- A statement that joins a wide table to itself many times, each of
-- which a view could stand for, is planned in a time that does not grow with the
-- third power of their number.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
DO $$ BEGIN
    EXECUTE (SELECT 'CREATE TABLE wide (k int, d int, x int, ' || string_agg('c' || i || ' int', ', ') || ')'
             FROM generate_series(1, 90) AS i);
END $$;
INSERT INTO wide (k, d, x) SELECT i, i, i FROM generate_series(1, 20) AS i;
CREATE MATERIALIZED VIEW wide_v AS SELECT k, d, x FROM wide;
CREATE MATERIALIZED VIEW wide_k AS SELECT k, d, sum(x), count(*) FROM wide GROUP BY k, d;
ANALYZE;

CREATE FUNCTION pg_temp.joins(kind text, n int) RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT t1.k, sum(t2.x), count(*) FROM wide AS t1 ' ||
           string_agg(format('%s wide AS t%s ON t%s.k = t%s.d', kind, i, i - 1, i), ' ' ORDER BY i) || ' GROUP BY t1.k'
    FROM generate_series(2, n) AS i
$$;

-- a minute instead of two seconds, when each table's turn copied the columns of
-- all joins
SET enable_answer_query_using_materialized_views = on;
SET statement_timeout = '30s';
SELECT 'EXPLAIN ' || pg_temp.joins('JOIN', 60) AS explain \gset
\o /dev/null
:explain;
SELECT 'EXPLAIN ' || pg_temp.joins('LEFT JOIN', 50) AS explain \gset
:explain;
\o
RESET statement_timeout;
RESET enable_answer_query_using_materialized_views;

-- columns that joins compute are still theirs
CREATE TABLE other (k int, y int);
INSERT INTO other SELECT i, i FROM generate_series(15, 25) AS i;
CREATE TABLE q (n serial, query text);
INSERT INTO q (query) VALUES
(pg_temp.joins('JOIN', 5)),
(pg_temp.joins('LEFT JOIN', 6)),
('SELECT k, o.y, w.x FROM wide AS w FULL JOIN other AS o USING (k)'),
('SELECT j.k, j.y, w.x FROM wide AS w JOIN (other AS o FULL JOIN (VALUES (3), (30)) AS v(k) USING (k)) AS j ON j.k = w.k'),
('SELECT w.x, j FROM wide AS w JOIN (other AS o JOIN (VALUES (16), (20)) AS v(z) ON v.z = o.k) AS j ON j.k = w.k'),
('SELECT a.x, (SELECT count(*) FROM other WHERE other.k = j.m) FROM wide AS a JOIN (wide AS b JOIN other AS o ON o.k = b.k) AS j(m, n) ON j.n = a.d'),
('SELECT b.x, l.s FROM (wide AS a JOIN other AS o USING (k)) AS j, LATERAL (SELECT sum(x) AS s FROM wide WHERE d = j.k) AS l, wide AS b WHERE b.k = j.k');
SELECT n, pg_temp.compare(query) FROM q ORDER BY n;
DROP TABLE wide, other, q CASCADE;
