-- FILTER in the view, in the query, in both.  Were the code wrong, a filter on
-- rows would be asked of groups, one of two filters would be forgotten, or what
-- is filtered away would be 0 instead of NULL (or NULL instead of 0).
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE ev (k int, v int, w int, b bool, n numeric, f float8);
INSERT INTO ev SELECT i, nullif(i % 5, 4), i % 3, CASE i % 4 WHEN 0 THEN NULL ELSE i % 4 = 1 END, i / 8.0, i / 4.0 FROM generate_series(1, 60) AS i;
CREATE MATERIALIZED VIEW mv AS
    SELECT v, w, count(*) AS n, count(*) FILTER (WHERE b) AS nb, count(k) FILTER (WHERE b AND k > 10) AS nbk, sum(k) AS s, count(k) AS nk, sum(k) FILTER (WHERE b) AS sb,
        count(k) FILTER (WHERE b) AS nkb,
           max(k) FILTER (WHERE NOT b) AS hi, sum(n) FILTER (WHERE w > 0 AND b) AS snb, count(n) FILTER (WHERE b AND w > 0) AS cnb,
               bool_and(b) FILTER (WHERE k % 2 = 0) AS even, sum(f) AS sf, count(f) AS nf
      FROM ev GROUP BY v, w;
CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n, count(*) FILTER (WHERE v > 1) AS n1, sum(k) FILTER (WHERE v > 1) AS s1, count(k) FILTER (WHERE v > 1) AS nk1 FROM ev WHERE k > 20;
ANALYZE;
CREATE TABLE result (agg text, filter text, query text, says text);
INSERT INTO result (agg, filter, query)
SELECT agg, filter, format('SELECT %s, %s FILTER (WHERE %s) AS r, pg_typeof(%2$s FILTER (WHERE %3$s)) FROM ev %s', coalesce(keys, '0'), agg, filter, 'GROUP BY ' || keys)
  FROM unnest(ARRAY['count(*)', 'count(1)', 'count(k)', 'count(v)', 'sum(k)', 'avg(k)', 'max(k)', 'avg(n)', 'bool_and(b)', 'avg(f)', 'sum(v)', 'min(v)', 'count(DISTINCT v)']) AS agg,
       unnest(ARRAY['true', 'false', 'NULL', 'b', 'b AND v > 1', 'v > 1 AND b', 'b OR v > 1', 'NOT b', 'NOT b AND w = 1', 'b IS TRUE', 'v > 1', 'v IS NULL',
           'v + w > 2 AND b', 'k > 10 AND b', 'k > 10', 'w > 0 AND b AND v > 1', '0 < w AND b', 'k % 2 = 0 AND v = w',
                    'v IN (SELECT w FROM ev)', 'v > 99 AND b', 'b AND b']) AS filter,
       unnest(ARRAY['w, v', 'w', 'v + 1', NULL]) AS keys;
UPDATE result SET says = pg_temp.compare(query);
SELECT query, says FROM result WHERE says LIKE '%DIFFERENT%' OR says LIKE '%ERROR%';
SELECT agg, filter, count(*) FROM result WHERE says LIKE 'mv%' GROUP BY agg, filter ORDER BY agg COLLATE "C", filter COLLATE "C";
SELECT pg_temp.compare(query) AS says, query FROM unnest(ARRAY[
    -- the view's one row
    'SELECT count(*) FILTER (WHERE v > 1) FROM ev WHERE k > 20', 'SELECT avg(k) FILTER (WHERE v > 1) FROM ev WHERE k > 20',
        'SELECT count(*) FILTER (WHERE v > 2) FROM ev WHERE k > 20', 'SELECT count(*) FILTER (WHERE true) FROM ev WHERE k > 20',
    'SELECT count(*) FILTER (WHERE 1 > 2) FROM ev WHERE k > 20', 'SELECT sum(k) FILTER (WHERE v > 1 AND CURRENT_USER = ''nobody'') FROM ev WHERE k > 20',
        'SELECT count(*) FILTER (WHERE v > 1 AND CURRENT_USER <> ''nobody'') FROM ev WHERE k > 20',
    -- under conditions, HAVING, windows, sets
    'SELECT v, count(*) FILTER (WHERE b) FROM ev WHERE w = 1 GROUP BY v', 'SELECT v, count(*) FROM ev GROUP BY v HAVING count(*) FILTER (WHERE b AND w = 1) > 1',
        'SELECT v, sum(k) FILTER (WHERE b) FROM ev WHERE b GROUP BY v',
    'SELECT v, sum(count(*) FILTER (WHERE b)) OVER (ORDER BY v) FROM ev GROUP BY v', 'SELECT v, sum(sum(k)) FILTER (WHERE v > 1) OVER () FROM ev GROUP BY v',
        'SELECT v, w, max(k) FILTER (WHERE NOT b), sum(k) FILTER (WHERE w IS NULL) FROM ev GROUP BY CUBE (v, w)',
    'SELECT w, sum(k) FILTER (WHERE v > o.x) FROM ev, (VALUES (0), (2)) AS o(x) GROUP BY w',
        'SELECT x, (SELECT count(*) FILTER (WHERE v > x) FROM ev) FROM (VALUES (0), (2)) AS o(x)',
        'SELECT x, (SELECT count(*) FILTER (WHERE k > x) FROM ev) FROM (VALUES (0), (2)) AS o(x)']) AS query;
DROP TABLE ev, result CASCADE;
