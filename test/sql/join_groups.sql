-- With a view of groups in the join: each row stands for as many as
-- the group had, and each of those would have met the same partners.  Were the
-- code wrong, partners would count once per group instead of once per row, or
-- rows of one group that meet different partners would be taken for the same.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE t (x int, k int, d int, f float8, m numeric);
CREATE TABLE u (x int, k int, e int, f float8, m numeric, s text);
INSERT INTO t SELECT i, nullif(i % 6, 5), i % 4, i, i / 10.0 FROM generate_series(1, 60) AS i;
INSERT INTO u SELECT i, i % 5, i % 3, i, i / 4.0, 's' || i FROM generate_series(1, 13) AS i;
CREATE MATERIALIZED VIEW g AS
    SELECT k, d, k + d AS kd, count(*) AS n, count(x) AS nx, sum(x) AS sx, sum(m) AS sm, count(m) AS nm,
           min(x) AS lo, bit_xor(x) AS bx, sum(x) FILTER (WHERE d = 1) AS s1
      FROM t GROUP BY k, d;
ANALYZE;

-- aggregates of either side, in every grain
CREATE TABLE result (grain text, item text, query text, says text);
INSERT INTO result (grain, item, query)
SELECT keys, item, format('SELECT %s %s FROM %s %s', nullif(keys, '') || ',', item, source,
                          'GROUP BY ' || nullif(keys, ''))
  FROM unnest(ARRAY['', 't.k', 'u.e', 't.k + t.d', 't.d, u.x']) AS keys,
       unnest(ARRAY['count(*)', 'count(t.x), count(u.x)', 'sum(t.x), sum(u.x)', 'avg(t.m)', 'avg(u.x)', 'min(t.x), max(u.s)',
                    'sum(u.m)', 'sum(u.f)', 'sum(t.f)', 'bit_xor(t.x)', 'bit_xor(u.x)', 'count(DISTINCT t.k), count(DISTINCT u.s)',
                    'sum(t.k * u.x)', 'sum(t.k), sum(t.d)', 'count(t.k + u.x)', 'string_agg(u.s, '''' ORDER BY u.s)',
                    'sum(t.x) FILTER (WHERE u.e = 1)', 'sum(u.x) FILTER (WHERE t.d = 1 AND u.e > 0)',
                    'sum(t.x) FILTER (WHERE t.d = 1 AND u.e = 1)', 'sum(t.x) FILTER (WHERE t.x > u.x)',
                    'max(t.k), max(t.k + u.x)', 'sum(t.x * u.x)', 'grouping()']) AS item,
       unnest(ARRAY['t JOIN u ON t.k = u.k', 'u JOIN t ON t.k = u.k', 'u CROSS JOIN t', 'u, t WHERE u.k + 1 = t.k + t.d AND t.k > 1',
                    'u JOIN t USING (k)', 't LEFT JOIN u ON t.k = u.k AND t.d = u.e', 'u RIGHT JOIN t ON t.k = u.k',
                    'u JOIN t ON t.x = u.x', 't JOIN u ON t.k = u.k WHERE t.x > 10']) AS source
 WHERE item <> 'grouping()';
UPDATE result SET says = pg_temp.compare(query);
SELECT grain, item, says, query FROM result WHERE says LIKE '%DIFFERENT%' OR says LIKE '%ERROR%';
SELECT item, count(*), count(*) FILTER (WHERE says LIKE 'g:%') AS from_view FROM result GROUP BY item ORDER BY item COLLATE "C";
SELECT grain, count(*), count(*) FILTER (WHERE says LIKE 'g:%') AS from_view FROM result GROUP BY grain ORDER BY grain COLLATE "C";

-- more tables, the table itself, subqueries
CREATE TABLE q (n serial, query text);
INSERT INTO q (query) VALUES
('SELECT a.k, count(*), count(b.x), sum(a.x), sum(b.x) FROM t a JOIN t b ON a.k = b.d GROUP BY a.k'),
('SELECT count(*), sum(a.x) FROM t a, t b, t c WHERE a.k = b.k AND b.d = c.d'),
('SELECT a.d, avg(b.m), avg(a.x) FROM t a JOIN t b USING (k) GROUP BY a.d'),
('SELECT u.e, count(*), sum(t.x) FROM u, t, u AS v WHERE u.k = t.k AND t.d = v.e GROUP BY u.e'),
('SELECT u.e, count(*) FROM u JOIN (SELECT k, d FROM t WHERE k <> 2) s ON s.k = u.k AND s.d = 1 GROUP BY u.e'),
('SELECT s.k, count(*) FROM u JOIN (SELECT k, d FROM t) s ON s.k = u.k GROUP BY s.k HAVING sum(u.x) > 100'),
('SELECT t.k, l.e, count(*), sum(t.x) FROM t, LATERAL (SELECT e FROM u WHERE u.k = t.k AND u.x > t.d) l GROUP BY 1, 2'),
('SELECT t.k, count(*) FROM t, LATERAL generate_series(1, t.d) GROUP BY t.k'),
('SELECT t.k, sum(g) FROM t, LATERAL generate_series(1, t.d) g GROUP BY t.k'),
('SELECT t.k, count(*) FROM t, LATERAL generate_series(1, t.x % 3) GROUP BY t.k'),
('SELECT t.k, (SELECT count(*) FROM u WHERE u.k = t.k), sum(t.x) FROM t GROUP BY t.k'),
('SELECT t.d, sum((SELECT max(u.x) FROM u WHERE u.k = t.k)) FROM t GROUP BY t.d'),
('SELECT t.d, count(*) FROM t WHERE EXISTS (SELECT FROM u WHERE u.k = t.k AND u.x > t.d) GROUP BY t.d'),
('SELECT t.d, count(*) FROM t WHERE EXISTS (SELECT FROM u WHERE u.x = t.x) GROUP BY t.d'),
('SELECT DISTINCT t.k, u.s FROM t JOIN u ON t.k = u.k'),
('SELECT DISTINCT t.k, u.s, count(*) OVER () FROM t JOIN u ON t.k = u.k'),
('SELECT t.k, u.s FROM t JOIN u ON t.k = u.k'),
('SELECT u.x, u.k FROM u WHERE u.k IN (SELECT t.k FROM t WHERE t.d = u.e)'),
('SELECT u.x, u.k FROM u WHERE u.k IN (SELECT t.k FROM t WHERE t.x = u.x)'),
('SELECT t.k, t.d, u.e, count(*), grouping(t.d) FROM t JOIN u USING (k) GROUP BY CUBE (t.k, t.d), u.e'),
('SELECT t.k, sum(t.x), rank() OVER (ORDER BY sum(t.x)) FROM t JOIN u USING (k) GROUP BY t.k'),
('SELECT t.k, count(*) FROM t JOIN u ON t.k = u.k GROUP BY t.k ORDER BY sum(u.x) DESC, 1 LIMIT 2'),
-- NULLs are put for rows, not for groups
('SELECT t.k, count(*), count(t.x) FROM u LEFT JOIN t ON t.k = u.x GROUP BY t.k'),
('SELECT t.k, count(*), count(t.x) FROM u FULL JOIN t ON t.k = u.x GROUP BY t.k');
SELECT n, pg_temp.compare(query) FROM q ORDER BY n;

-- a primary key decides about its other columns
CREATE TABLE pk (id int PRIMARY KEY, k int, name text);
INSERT INTO pk SELECT i, i % 6, 'n' || i FROM generate_series(0, 9) AS i;
SELECT pg_temp.compare('SELECT pk.id, pk.name, count(*), sum(t.x) FROM pk JOIN t USING (k) GROUP BY pk.id');
SELECT pg_temp.compare('SELECT pk.name || pk.id, t.d, sum(t.x) FROM t JOIN pk ON t.k = pk.k GROUP BY pk.id, t.d');
CREATE MATERIALIZED VIEW pk_v AS SELECT id, name, k, count(*) AS n FROM pk GROUP BY id;
SELECT pg_temp.compare('SELECT k, name, count(*) FROM pk GROUP BY id');
SELECT pg_temp.compare('SELECT name, count(*) FROM pk GROUP BY name');
SELECT pg_temp.compare('SELECT id, upper(name), count(*) FROM pk GROUP BY id, k HAVING k > 2');
SELECT pg_temp.compare('SELECT pk.name, sum(u.x) FROM pk JOIN u USING (k) GROUP BY pk.id');
DROP TABLE t, u, pk, result, q CASCADE;
