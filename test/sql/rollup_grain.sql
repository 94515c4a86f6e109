-- Coarser groups from finer ones, by fewer keys, by
-- expressions of keys, by none.  Were the code wrong, groups would come apart or
-- run together, a query without rows would return none instead of one, or a key
-- would be taken for what merely has the same name.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE DOMAIN small AS int CHECK (VALUE < 100);
CREATE TYPE pair AS (a int, b int);
CREATE TABLE ev (gone text, k int, v int, w int NOT NULL, s text, d small, p pair, u varchar(3));
ALTER TABLE ev DROP COLUMN gone;
INSERT INTO ev SELECT i, nullif(i % 7, 6), i % 3, 's' || i % 4, i % 5, ROW(i % 2, i % 3)::pair, 'u' || i % 3 FROM generate_series(1, 90) AS i;
INSERT INTO ev VALUES (NULL, NULL, 1, NULL, NULL, NULL, NULL), (91, 5, 2, 's1', 1, (NULL, 1), NULL);
CREATE MATERIALIZED VIEW mv AS SELECT v, w, s, d, p, u, v + w AS vw, count(*) AS n, count(k) AS nk, sum(k) AS sk, max(k) AS hi FROM ev GROUP BY v, w, s, d, p, u, v + w;
CREATE MATERIALIZED VIEW few AS SELECT v, count(*) AS n FROM ev WHERE v > 2 GROUP BY v;
CREATE MATERIALIZED VIEW many AS SELECT w, count(*) AS n FROM ev GROUP BY w HAVING count(*) > 5;
ANALYZE;

SELECT pg_temp.compare(format('SELECT %s, count(*), count(k), sum(k), avg(k), max(k) FROM ev GROUP BY %1$s', keys)) AS says, keys
  FROM unnest(ARRAY['v', 'w, v', 'v, w, s, d, p, u, v + w', 'v + w', 'v + w, v', 'w + v', 'v + 1', 'v / 10', '-v', 'abs(v - 3)', 'v IS NULL', 'v IS DISTINCT FROM w',
      'v = w', 'coalesce(v, w)', 'CASE WHEN v > 3 THEN s END',
                    'greatest(v, w)', 'v::text', 's || u', 'upper(s)', 'length(s) + v', '(v, w)', 'ROW(v, w)', 'ARRAY[v, w]', 'd', 'd::int', 'd + 1', 'u', 'u::text',
                        'u::varchar(2)', 'p', '(p).a', '(p).a + (p).b', 'p::text', 's COLLATE "C"',
                    's COLLATE "C" || ''x''', 'now() - now(), v', 'CURRENT_USER, v', 'v IN (1, 2, 3)', 'v = ANY (ARRAY[w, 1])', 'v BETWEEN w AND 4', 's LIKE ''s1%''',
                        'v::numeric / 2', 'v::float8', 'to_char(v, ''FM999'')', 'nullif(v, w)',
                    'k', 'k % 2', 'v + k', '1 + v * 0', 'generate_series(1, w), v', 'random() < 2, v']) AS keys;
SELECT pg_temp.compare(query) AS says, query FROM unnest(ARRAY[
    -- no keys, constant keys: one row, or none
    'SELECT count(*), sum(k) FROM ev', 'SELECT count(*), sum(k), avg(k), max(k) FROM ev WHERE v > 99', 'SELECT count(*) FROM ev WHERE false',
        'SELECT count(*) FROM ev WHERE v > 99 GROUP BY ()', 'SELECT count(*) FROM ev WHERE v > 99 GROUP BY 1::text',
    'SELECT ''x'' AS c, count(*) FROM ev GROUP BY c', 'SELECT 1 FROM ev HAVING true', 'SELECT 1 FROM ev WHERE v > 99 HAVING true', 'SELECT 1 FROM ev HAVING count(*) > 5',
        'SELECT 1 FROM ev HAVING count(*) > 500', 'SELECT max(v), min(v + w) FROM ev', 'SELECT count(*) + sum(w) FROM ev',
    -- filters on keys; what is not a key
    'SELECT w, count(*) FROM ev WHERE v = 3 GROUP BY w', 'SELECT w, sum(k) FROM ev WHERE v > w AND s <> ''s2'' GROUP BY w',
        'SELECT w, sum(k) FROM ev WHERE v IS NULL GROUP BY w', 'SELECT w, sum(k) FROM ev WHERE (v > 2) IS NOT TRUE GROUP BY w',
    'SELECT w, sum(k) FROM ev WHERE v + w = 4 AND upper(s) = ''S1'' GROUP BY w', 'SELECT sum(k) FROM ev WHERE v IN (SELECT w FROM ev)',
        'SELECT sum(k) FROM ev WHERE k > 5', 'SELECT sum(k) FROM ev WHERE v > 1 OR k > 5', 'SELECT sum(k) FROM ev WHERE v + k > 5',
    'SELECT count(*) FROM ev WHERE v > 2', 'SELECT count(*) FROM ev WHERE v > 3 AND v < 5', 'SELECT v, count(*) FROM ev WHERE v > 2 AND w = 1 GROUP BY v',
    -- HAVING, ORDER BY, LIMIT, DISTINCT
    'SELECT v, count(*) FROM ev GROUP BY v HAVING sum(k) > 300', 'SELECT v FROM ev GROUP BY v HAVING v > 2 AND max(k) > 88',
        'SELECT v FROM ev GROUP BY v ORDER BY sum(k) DESC NULLS LAST, v LIMIT 3', 'SELECT v + 1 FROM ev GROUP BY v + 1 ORDER BY avg(k) FETCH FIRST 2 ROWS ONLY',
    'SELECT DISTINCT v, w FROM ev', 'SELECT DISTINCT v + 1, s FROM ev WHERE w = 1', 'SELECT DISTINCT count(*) FROM ev GROUP BY v', 'SELECT DISTINCT k FROM ev',
        'SELECT DISTINCT v, random() < 2 FROM ev', 'SELECT DISTINCT ON (v) v, w FROM ev ORDER BY v, w', 'SELECT DISTINCT ON (v) v, max(w) OVER () FROM ev',
    'SELECT DISTINCT v, generate_series(1, 2) FROM ev', 'SELECT DISTINCT ev FROM ev', 'SELECT DISTINCT v FROM ev ORDER BY v DESC LIMIT 2 OFFSET 1',
    -- single rows
    'SELECT v FROM ev', 'SELECT v, w FROM ev LIMIT 3', 'SELECT v, count(*) OVER () FROM ev', 'SELECT v FROM ev FOR SHARE',
    -- the view''s own HAVING has left groups out
    'SELECT w, count(*) FROM ev GROUP BY w', 'SELECT w, count(*) FROM ev GROUP BY w HAVING count(*) > 5', 'SELECT w, count(*) FROM ev GROUP BY w HAVING count(*) > 9',
    -- set-returning functions, windows
    'SELECT v, generate_series(1, 2), sum(k) FROM ev GROUP BY v',
        'SELECT v, sum(k), sum(sum(k)) OVER (ORDER BY v), rank() OVER (PARTITION BY v > 3 ORDER BY count(*), v) FROM ev GROUP BY v',
        'SELECT v + 1, lag(max(k), 1, v) OVER (ORDER BY v) FROM ev GROUP BY v',
    'SELECT v, first_value(v) OVER w, count(*) FILTER (WHERE v > 1) OVER w FROM ev GROUP BY v WINDOW w AS (PARTITION BY v / 3 ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)',
    'SELECT v, avg(v) OVER () FROM ev GROUP BY v, w']) AS query;
SELECT pg_temp.compare_ordered('SELECT v, sum(k) FROM ev GROUP BY v ORDER BY sum(k) DESC NULLS LAST, v');
SELECT pg_temp.compare_ordered('SELECT s COLLATE "C", count(*) FROM ev GROUP BY s COLLATE "C" ORDER BY 1 DESC');
DROP TABLE ev CASCADE;
DROP DOMAIN small;
DROP TYPE pair;
