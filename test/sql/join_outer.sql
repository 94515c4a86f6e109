-- Outer joins put NULLs in the place of rows.  A view must not compute anything
-- from such a NULL that the table would not (a stored coalesce(x, 0) is NULL
-- there), its condition counts only where it is asked before the NULLs come, and
-- groups of rows are not the same as the rows that NULLs are put for.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE t (k int, x int, y int);
CREATE TABLE u (k int, x int, z int);
CREATE TABLE w (k int, x int);
INSERT INTO t SELECT nullif(i % 9, 4), i, nullif(i % 5, 0) FROM generate_series(1, 40) AS i;
INSERT INTO u SELECT i, i * 3, i % 2 FROM generate_series(3, 12) AS i;
INSERT INTO u VALUES (5, 5, 5), (NULL, 9, 9);
INSERT INTO w VALUES (3, 1), (6, 2), (20, 3), (NULL, 4);
CREATE MATERIALIZED VIEW t_rows AS SELECT coalesce(y, 0) AS y0, y, x, k, y IS NULL AS missing FROM t WHERE x > 5;
CREATE MATERIALIZED VIEW t_groups AS SELECT k, count(*) AS n, sum(x) AS sx FROM t GROUP BY k;
ANALYZE;

-- every kind of join, condition and output
CREATE TABLE result (kind text, item text, query text, says text);
INSERT INTO result (kind, item, query)
SELECT kind, item, format('SELECT %s FROM %s', item, format(source, kind) || CASE WHEN item LIKE '%count(*)%' THEN ' GROUP BY 1' ELSE '' END)
  FROM unnest(ARRAY['INNER', 'LEFT', 'RIGHT', 'FULL']) AS kind,
       unnest(ARRAY['t %s JOIN u ON t.k = u.k',
                    'u %s JOIN t ON t.k = u.k',
                    'u %s JOIN t ON t.k = u.k AND t.k IS NOT NULL',
                    't %s JOIN u USING (k)',
                    't %s JOIN u ON t.k = u.k WHERE t.x > 5',
                    'u %s JOIN t ON t.k = u.k WHERE t.x > 5',
                    'u %s JOIN (SELECT * FROM t WHERE x > 5) t ON t.k = u.k',
                    '(SELECT * FROM t WHERE x > 5) t %s JOIN u ON t.k = u.k',
                    'w %1$s JOIN (u LEFT JOIN t ON t.k = u.k) ON w.k = u.k WHERE coalesce(t.x, 6) > 5',
                    '(t LEFT JOIN w ON t.k = w.k) %1$s JOIN u ON u.k = t.k WHERE t.x > 5',
                    'u %s JOIN t ON t.k = u.k WHERE t.x IS NULL']) AS source,
       unnest(ARRAY['t.k, u.k', 't.x, u.z', 't.y, coalesce(t.y, 0), u.k', 't.y IS NULL', 'u.k, count(*)',
                    't.k, count(*)', 't.k, count(*), count(t.k), count(u.k), sum(t.x), sum(u.x)']) AS item;
-- with full joins on conditions that core cannot do, and with conditions in ON
-- for one side only
INSERT INTO result (kind, item, query) VALUES
('ON', '', 'SELECT t.x, u.x FROM u LEFT JOIN t ON t.k = u.k AND t.x > 5'),
('ON', '', 'SELECT t.x, u.x FROM u LEFT JOIN t ON t.k = u.k AND t.x > 7'),
('ON', '', 'SELECT coalesce(t.y, 0), u.x FROM u LEFT JOIN t ON t.k = u.k AND t.x > 5'),
('ON', '', 'SELECT t.x, u.x FROM t LEFT JOIN u ON t.k = u.k AND t.x > 5'),
('ON', '', 'SELECT t.x, u.x FROM t RIGHT JOIN u ON t.k = u.k AND t.x > 5'),
('ON', '', 'SELECT t.x, u.x FROM t FULL JOIN u ON t.k = u.k AND t.x > 5'),
('ON', '', 'SELECT t.x, u.x FROM u LEFT JOIN t ON t.x > 5 AND coalesce(t.y, 0) = u.z'),
('ON', '', 'SELECT t.x, u.x FROM u LEFT JOIN (t JOIN w ON t.x > 5 AND w.k = t.k) ON t.k = u.k'),
('ON', '', 'SELECT t.x, u.x FROM u LEFT JOIN (t LEFT JOIN w ON t.x > 5 AND w.k = t.k) ON t.k = u.k'),
('ON', '', 'SELECT t.x, u.x FROM u LEFT JOIN (w LEFT JOIN t ON w.k = t.k) ON t.k = u.k AND t.x > 5'),
('USING', '', 'SELECT k FROM t FULL JOIN u USING (k)'),
('USING', '', 'SELECT k, count(*) FROM t FULL JOIN u USING (k) FULL JOIN w USING (k) GROUP BY k'),
('USING', '', 'SELECT w.k FROM (t FULL JOIN u USING (k)) j FULL JOIN w USING (k)'),
('USING', '', 'SELECT 1 FROM (SELECT k, x FROM t WHERE x > 5) t FULL JOIN u USING (k) FULL JOIN w USING (k)'),
('lateral', '', 'SELECT u.k, l.x FROM u LEFT JOIN LATERAL (SELECT t.x FROM t WHERE t.x > 5 AND t.k = u.k) l ON true'),
('lateral', '', 'SELECT u.k, l.n FROM u LEFT JOIN LATERAL (SELECT count(*) AS n FROM t WHERE t.k = u.k) l ON true'),
('lateral', '', 'SELECT t.x, l.s FROM t LEFT JOIN LATERAL (SELECT t.x + u.x AS s FROM u WHERE t.k = u.k) l ON true WHERE t.x > 5'),
('lateral', '', 'SELECT t.k, l.s, count(*) FROM t LEFT JOIN LATERAL (SELECT t.k + u.x AS s FROM u WHERE t.k = u.k) l ON true GROUP BY 1, 2'),
('lateral', '', 'SELECT t.x, l.s FROM w LEFT JOIN (t CROSS JOIN LATERAL (SELECT t.y IS NULL AS s) l) ON t.k = w.k WHERE t.x > 5'),
('sublink', '', 'SELECT t.x FROM u LEFT JOIN t ON t.k = u.k AND t.x > 5 WHERE NOT EXISTS (SELECT FROM w WHERE w.k = t.k)'),
('sublink', '', 'SELECT t.x, (SELECT max(w.x) FROM w WHERE w.k > t.y) FROM u LEFT JOIN t ON t.k = u.k AND t.x > 5');
-- a constant of a subquery is NULL where there is no row
INSERT INTO result (kind, item, query) VALUES
('constant', '', 'SELECT u.k, s.c FROM u LEFT JOIN (SELECT k, 1 AS c FROM t WHERE x > 5) s ON s.k = u.k'),
('constant', '', 'SELECT u.k, s.c FROM (SELECT k, 1 AS c FROM t WHERE x > 5) s RIGHT JOIN u ON s.k = u.k');
UPDATE result SET says = pg_temp.compare(query);
SELECT kind, item, says, query FROM result WHERE says LIKE '%DIFFERENT%' OR says LIKE '%ERROR%';
SELECT kind, item, count(*), count(*) FILTER (WHERE says LIKE 't\_%') AS from_view
  FROM result WHERE item <> '' GROUP BY kind, item ORDER BY kind, item COLLATE "C";
SELECT says, query FROM result WHERE item = '' ORDER BY query COLLATE "C";
-- nor is anything computed from a bucket that may be such a NULL
CREATE MATERIALIZED VIEW t_tens AS SELECT k, x / 10 AS tens FROM t;
SELECT pg_temp.compare('SELECT t.x / 20, u.k FROM u JOIN t ON t.k = u.k');
SELECT pg_temp.compare('SELECT t.x / 20, u.k FROM u LEFT JOIN t ON t.k = u.k');
DROP TABLE t, u, w, result CASCADE;
