-- Grouping sets, DISTINCT, windows, HAVING and LIMIT over groups that are made
-- of a view's groups.  Were the code wrong, a key would be NULL in the wrong set,
-- GROUPING() would count other keys, the empty set would be missing, or an
-- expression stored in the view would show where the set has no such key.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE ev (k int, v int, w int, s text);
INSERT INTO ev SELECT i, nullif(i % 5, 4), i % 3, 's' || i % 2 FROM generate_series(1, 60) AS i;
CREATE MATERIALIZED VIEW mv AS SELECT v, w, s, v + w AS vw, coalesce(v, 0) AS v0, w::text || 'c' AS c, count(*) AS n, sum(k) AS sk, count(k) AS nk, min(k) AS lo
  FROM ev GROUP BY v, w, s;
ANALYZE;
CREATE TABLE result (sets text, item text, query text, says text);
INSERT INTO result (sets, item, query)
SELECT sets, item, format('SELECT v, w, %s FROM ev %s GROUP BY %s %s', item, cond, sets, filter)
  FROM unnest(ARRAY['GROUPING SETS ((v, w), (v), (w), ())', 'ROLLUP (v, w)', 'CUBE (v, w)', 'GROUPING SETS ((v, w))', 'GROUPING SETS ((v), (w))', 'v, ROLLUP (w, s)', 'GROUPING SETS ((v, w), (v, w))',
                    'DISTINCT ROLLUP (v, w), ROLLUP (v, s)', 'CUBE (v, w), GROUPING SETS ((s), ())', 'ROLLUP ((v, w), s)']) AS sets,
       unnest(ARRAY['count(*), sum(k), avg(k), min(k)', 'grouping(v), grouping(w, v), count(*)', 'v + w, coalesce(v, 0), w::text || ''c''',
           'v IS NULL, max(v), count(v), sum(v + w), count(DISTINCT v)',
                    'count(*) FILTER (WHERE v > 1), max(w) FILTER (WHERE s = ''s1'')',
                        'rank() OVER (PARTITION BY grouping(v) ORDER BY sum(k), v, w), sum(count(*)) OVER (PARTITION BY v)',
                        'CASE WHEN grouping(v) = 1 THEN ''all'' ELSE v::text END']) AS item,
       unnest(ARRAY['', 'WHERE v + w > 1', 'WHERE v > 99']) AS cond,
       unnest(ARRAY['', 'HAVING count(*) > 5', 'HAVING v IS NULL OR w = 1', 'HAVING grouping(v) = 0']) AS filter;
INSERT INTO result (sets, item, query)
SELECT sets, 'expressions', format('SELECT v + w, count(*), sum(k), (v + w) * 2, grouping(v + w) FROM ev GROUP BY %s', sets)
  FROM unnest(ARRAY['GROUPING SETS ((v + w), ())', 'ROLLUP (v + w)', 'ROLLUP (v + w, v)', 'CUBE (v + w, coalesce(v, 0))', 'v + w, ROLLUP (v, w)']) AS sets;
INSERT INTO result (sets, item, query) VALUES
('()', 'empty', 'SELECT count(*), sum(k), avg(k), count(v) FROM ev WHERE v > 99 GROUP BY ()'), ('()', 'empty', 'SELECT count(*) FROM ev WHERE v > 99 GROUP BY GROUPING SETS ((), ())'),
('()', 'empty', 'SELECT v, count(*) FROM ev WHERE v > 99 GROUP BY ROLLUP (v)'), ('()', 'empty', 'SELECT count(*) FROM ev GROUP BY GROUPING SETS ((), ()) HAVING count(*) > 100'),
('const', 'const', 'SELECT 1 AS one, v, count(*) FROM ev GROUP BY ROLLUP (1::text, v)'), ('const', 'const', 'SELECT ''x'' AS x, v, count(*) FROM ev GROUP BY CUBE (x, v)'),
-- through subqueries: the same column twice, expressions
('sub', 'sub', 'SELECT a, b, count(*) FROM (SELECT v AS a, w AS b FROM ev) s GROUP BY CUBE (a, b)'), ('sub', 'sub',
    'SELECT a, b, count(*) FROM (SELECT v AS a, v AS b FROM ev) s GROUP BY GROUPING SETS ((a), (b))'),
('sub', 'sub', 'SELECT a, b, count(*), a + 1 FROM (SELECT v + 1 AS a, w AS b FROM ev) s GROUP BY CUBE (a, b)'), ('sub', 'sub',
    'SELECT a, count(*) FROM (SELECT 7 AS a, w AS b FROM ev) s GROUP BY ROLLUP (a)'),
('sub', 'sub', 'WITH s AS (SELECT v, w FROM ev WHERE w > 0) SELECT v, w, count(*) FROM s GROUP BY ROLLUP (v, w)'), ('sub', 'sub',
    'SELECT v, max(n) FROM (SELECT v, w, count(*) AS n FROM ev GROUP BY CUBE (v, w)) s WHERE w = 1 GROUP BY v'),
('join', 'join', 'SELECT a.v, b.w, count(*), sum(a.k) FROM ev a JOIN ev b ON a.v = b.w GROUP BY CUBE (a.v, b.w)'), ('join', 'join',
    'SELECT a.v, x, count(*), grouping(x) FROM ev a, (VALUES (1), (2)) AS y(x) WHERE a.v >= x GROUP BY ROLLUP (x, a.v)'),
('top', 'top', 'SELECT DISTINCT v, count(*) FROM ev GROUP BY ROLLUP (v, w)'), ('top', 'top',
    'SELECT v, count(*) FROM ev GROUP BY ROLLUP (v) ORDER BY grouping(v), v LIMIT 3'), ('top', 'top',
    'SELECT generate_series(1, 2), v, sum(k) FROM ev GROUP BY ROLLUP (v)'),
('sublink', 'sublink', 'SELECT v, (SELECT count(*) FROM ev e WHERE e.w = ev.v), sum(k) FROM ev GROUP BY ROLLUP (v)'), ('sublink', 'sublink',
    'SELECT v, w, sum(k) FROM ev GROUP BY CUBE (v, w) HAVING sum(k) > (SELECT 3 * sum(k) / 10 FROM ev)');
UPDATE result SET says = pg_temp.compare(query);
SELECT query, says FROM result WHERE says LIKE '%DIFFERENT%' OR says LIKE '%ERROR%';
SELECT item, count(*), count(*) FILTER (WHERE says LIKE 'mv%') AS from_view, count(*) FILTER (WHERE says LIKE 'nothing%') AS nothing FROM result GROUP BY item ORDER BY item COLLATE "C";
SELECT says, query FROM result WHERE says NOT LIKE 'mv%' AND says NOT LIKE 'nothing%' AND query !~ 'DISTINCT v\)' ORDER BY query COLLATE "C";
SELECT pg_temp.compare_ordered('SELECT v, w, count(*) FROM ev GROUP BY ROLLUP (v, w) ORDER BY grouping(v), grouping(w), v, w DESC LIMIT 8');
SELECT pg_temp.compare_ordered('SELECT v, sum(k) AS s, grouping(v) FROM ev GROUP BY CUBE (v) ORDER BY s DESC OFFSET 1');
DROP TABLE ev, result CASCADE;
