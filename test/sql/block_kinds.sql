-- The block in every place where a SELECT can stand.  Were the code
-- wrong, a block would be left out, a reference to an outer block would point to
-- another column, or what is right for a block by itself would be wrong for the
-- one around it (how often a row comes, in which order).
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 3 FROM generate_series(1, 60) AS i;
INSERT INTO ev VALUES (61, NULL, 1), (NULL, 2, 2);
CREATE TABLE o (k int, v int, note text);
INSERT INTO o SELECT i, i % 4, 'o' || i FROM generate_series(1, 12) AS i;
CREATE MATERIALIZED VIEW mv AS SELECT v, w, count(*) AS n, sum(k) AS s, min(k) AS lo FROM ev GROUP BY v, w;
CREATE MATERIALIZED VIEW mr AS SELECT w, k, v FROM ev WHERE k > 30;
CREATE VIEW plain AS SELECT v, count(*) AS n FROM ev GROUP BY v;
CREATE VIEW rows AS SELECT k, v AS vv FROM ev WHERE k > 40;
CREATE VIEW over_view AS SELECT vv, count(*) AS n FROM rows GROUP BY vv;
CREATE VIEW barrier WITH (security_barrier) AS SELECT v, sum(k) AS s FROM ev GROUP BY v;
CREATE VIEW barrier_rows WITH (security_barrier) AS SELECT k, v FROM ev WHERE k > 35;
ANALYZE;

CREATE TABLE q (n serial, query text);
INSERT INTO q (query) VALUES
-- subqueries in FROM
('SELECT * FROM (SELECT v, count(*) FROM ev GROUP BY v) s WHERE v > 2'),
('SELECT sum(k) FROM (SELECT k FROM ev WHERE k > 30) s WHERE k < 50'),
('SELECT max(n) FROM (SELECT v, count(*) AS n FROM ev GROUP BY v) s'),
('SELECT max(n) FROM (SELECT v, count(*) AS n FROM (SELECT * FROM ev WHERE v < 5) e GROUP BY v) s'),
('SELECT s.v, o.note FROM o JOIN (SELECT v, count(*) AS n FROM ev GROUP BY v) s ON s.n = o.k'),
('SELECT * FROM (SELECT v, w FROM ev ORDER BY k LIMIT 5) s'),
('SELECT * FROM (SELECT v, w FROM ev WHERE k > 30 ORDER BY k LIMIT 5) s'),
('SELECT v, count(*) FROM (SELECT v, w FROM ev WHERE v = 1 LIMIT 2) s GROUP BY v'),
('SELECT v, count(*) FROM (SELECT DISTINCT v, w FROM ev) s GROUP BY v'),
('SELECT o.k, s.c, s.v FROM o LEFT JOIN (SELECT v, w, 1 AS c FROM ev GROUP BY v, w) s ON s.v = o.v + 100'),
('SELECT * FROM (SELECT v, w FROM ev OFFSET 0) s WHERE v = 1 GROUP BY v, w'),
-- CTEs
('WITH c AS (SELECT v, count(*) FROM ev GROUP BY v) SELECT * FROM c'),
('WITH c AS MATERIALIZED (SELECT v, count(*) FROM ev GROUP BY v) SELECT * FROM c'),
('WITH c AS (SELECT v, count(*) AS n FROM ev GROUP BY v) SELECT a.v, b.n FROM c a JOIN c b ON a.n = b.n'),
('WITH c AS NOT MATERIALIZED (SELECT k, v FROM ev WHERE k > 33) SELECT a.v, count(*) FROM c a JOIN c b ON a.k = b.k GROUP BY 1'),
('WITH c AS (SELECT v, w FROM ev) SELECT v, count(*) FROM c GROUP BY v'),
('WITH a AS (SELECT * FROM ev), b AS (SELECT v, w FROM a), c AS (SELECT w FROM b WHERE v = 1) SELECT w, count(*) FROM c GROUP BY w'),
('WITH c AS (SELECT v FROM ev) SELECT (WITH c AS (SELECT count(*) AS n FROM ev) SELECT n FROM c), count(*) FROM c'),
('WITH c AS (SELECT w FROM ev) SELECT * FROM (WITH c AS (SELECT v FROM ev) SELECT v, count(*) FROM c GROUP BY v) s, (SELECT count(*) FROM c) t'),
('WITH unused AS (SELECT k FROM ev), c AS MATERIALIZED (SELECT w FROM ev GROUP BY w) SELECT (SELECT count(*) FROM c), max(w) FROM c'),
('WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT i, s.n FROM r JOIN (SELECT v, count(*) AS n FROM ev GROUP BY v) s ON s.v = i'),
('WITH RECURSIVE r AS (SELECT v, count(*) AS n FROM ev GROUP BY v UNION SELECT v + 1, n FROM r WHERE v < 9) SELECT * FROM r'),
('WITH RECURSIVE r AS (SELECT v FROM ev UNION SELECT r.v + 1 FROM r JOIN ev ON ev.v = r.v AND ev.w = 1) SELECT * FROM r'),
-- set operations, with copies and without; window functions count copies
('SELECT v FROM ev UNION SELECT w FROM ev'),
('SELECT v FROM ev UNION ALL SELECT w FROM ev'),
('SELECT v, w FROM ev EXCEPT SELECT k, v FROM o'),
('SELECT v FROM ev EXCEPT ALL SELECT v FROM o'),
('SELECT v FROM ev INTERSECT SELECT v FROM o'),
('SELECT v FROM ev INTERSECT ALL SELECT v FROM o'),
('(SELECT v FROM ev UNION ALL SELECT w FROM ev) UNION SELECT v FROM ev'),
('(SELECT v FROM ev UNION SELECT w FROM ev) EXCEPT ALL SELECT v FROM ev WHERE v > 3'),
('SELECT v, count(*) FROM ev GROUP BY v UNION ALL SELECT k, count(*) FROM o GROUP BY k ORDER BY 1, 2 LIMIT 5'),
('SELECT v, count(*) OVER () FROM ev UNION SELECT 1, 2'),
('SELECT v, row_number() OVER (ORDER BY v) FROM ev EXCEPT SELECT 1, 2'),
('(SELECT v FROM ev ORDER BY v LIMIT 3) UNION SELECT 5'),
('SELECT generate_series(1, v) FROM ev UNION SELECT 5'),
('SELECT * FROM (SELECT v, w FROM ev UNION ALL SELECT k, v FROM o) s WHERE v = 1'),
-- views
('SELECT * FROM plain WHERE v > 3'), ('SELECT sum(n) FROM plain'), ('SELECT plain FROM plain'),
('SELECT * FROM over_view'), ('SELECT sum(vv) FROM rows WHERE k > 44'), ('SELECT rows FROM rows'),
('SELECT * FROM barrier'), ('SELECT * FROM barrier WHERE v = 2'), ('SELECT sum(k) FROM barrier_rows WHERE v = 3'),
-- sublinks of each kind
('SELECT note FROM o WHERE EXISTS (SELECT FROM ev WHERE ev.v = o.v)'),
('SELECT note FROM o WHERE NOT EXISTS (SELECT FROM ev WHERE ev.v = o.v AND ev.w = o.k)'),
('SELECT note FROM o WHERE EXISTS (SELECT count(*) FROM ev WHERE ev.v = o.k HAVING count(*) > 8)'),
('SELECT note FROM o WHERE k IN (SELECT v FROM ev)'), ('SELECT note FROM o WHERE k NOT IN (SELECT v FROM ev WHERE v > 1)'),
('SELECT note FROM o WHERE (k, v) IN (SELECT v, w FROM ev)'), ('SELECT note FROM o WHERE k > ALL (SELECT v FROM ev WHERE w = o.v)'),
('SELECT note FROM o WHERE k = ANY (SELECT count(*) FROM ev GROUP BY v)'), ('SELECT note FROM o WHERE k IN (SELECT count(*) OVER () - 60 FROM ev)'),
('SELECT note FROM o WHERE k IN (SELECT row_number() OVER () FROM ev WHERE w = 1)'), ('SELECT note FROM o WHERE k IN (SELECT v FROM ev ORDER BY v LIMIT 30)'),
('SELECT note, (SELECT count(*) FROM ev WHERE ev.v = o.v) FROM o'), ('SELECT note, (SELECT sum(ev.k) + o.k FROM ev WHERE ev.v = o.v AND ev.w < o.k) FROM o'),
('SELECT note, ARRAY(SELECT v FROM ev GROUP BY v ORDER BY v) FROM o'), ('SELECT note, ARRAY(SELECT v FROM ev WHERE w = o.v ORDER BY v) FROM o'),
('SELECT o.v, sum((SELECT min(k) FROM ev WHERE ev.v = o.v)) FROM o GROUP BY o.v'),
('SELECT (SELECT sum(o.k) FROM ev WHERE v = 1 AND w = 1 GROUP BY v) FROM o WHERE k < 3'),
('SELECT o.v, (SELECT sum(o.k) + count(*) FROM ev WHERE v = o.v) FROM o GROUP BY o.v'),
('SELECT v, (SELECT count(*) FROM o WHERE o.v = ev.v) FROM ev GROUP BY v'), ('SELECT v, (SELECT max(o.note) FROM o WHERE o.k = ev.v + 1) FROM ev GROUP BY v'),
('SELECT v, (SELECT (SELECT count(*) FROM ev c WHERE c.v = a.v AND c.w = o.v) FROM o WHERE o.k = a.v) FROM ev a GROUP BY v'),
('SELECT v, count(*) FROM ev GROUP BY v HAVING count(*) > (SELECT count(*) FROM o)'), ('SELECT ROW(v, w) = (SELECT 1, 1), count(*) FROM ev GROUP BY v, w'),
('SELECT v FROM ev GROUP BY v LIMIT (SELECT count(*) FROM ev WHERE v = 1 AND w = 1)'),
('SELECT o.note, l.* FROM o, LATERAL (SELECT w, count(*), o.k + min(ev.k) FROM ev WHERE ev.v = o.v GROUP BY w) l'),
('SELECT o.note, l.n FROM o LEFT JOIN LATERAL (SELECT count(*) AS n, o.v FROM ev WHERE ev.w = o.v GROUP BY ev.v) l ON l.n > 2'),
('SELECT s.v, l.n FROM (SELECT v, w, count(*) AS n FROM ev GROUP BY v, w) s, LATERAL (SELECT count(*) AS n FROM ev WHERE ev.v = s.w) l'),
-- subqueries and CTEs that stay what they are: to be locked, to be read twice, as a fence, LATERAL
('SELECT v, count(*) FROM (SELECT v FROM ev) s GROUP BY v'),
('SELECT v, count(*) FROM (SELECT v FROM ev FOR UPDATE) s GROUP BY v'),
('WITH c AS (SELECT v, w FROM ev) SELECT v, count(*) FROM c WHERE EXISTS (SELECT FROM c b WHERE b.w = c.v) GROUP BY v'),
('WITH c AS MATERIALIZED (SELECT v, w FROM ev) SELECT v, count(*) FROM c GROUP BY v'),
('SELECT o.k, count(*) FROM o, LATERAL (SELECT ev.v FROM ev WHERE ev.v = o.v) l GROUP BY o.k');
SELECT n, pg_temp.compare(query) FROM q ORDER BY n;
DROP TABLE ev, o, q CASCADE;
