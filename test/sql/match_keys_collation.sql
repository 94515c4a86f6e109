-- Grouped views whose keys are text under a nondeterministic collation, where
-- 'a' = 'A'.  Were the code wrong, a condition or expression that tells 'a' from
-- 'A' would be computed from the one of them that the view happens to hold.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA match_keys_collation;
SET search_path = match_keys_collation, public;
CREATE COLLATION nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE ev (t text COLLATE nd, d text COLLATE "C", vc varchar(9) COLLATE nd, v int);
INSERT INTO ev SELECT x, x, x, i FROM unnest('{a,A,b,B,a,c,NULL}'::text[]) WITH ORDINALITY AS u(x, i);
CREATE MATERIALIZED VIEW mv AS SELECT t, count(*) AS n, sum(v) AS s FROM ev GROUP BY t;

-- the key itself, and comparisons under its own collation
SELECT pg_temp.compare('SELECT count(*), sum(v) FROM ev GROUP BY t');
SELECT pg_temp.compare($$SELECT count(*), sum(v) FROM ev WHERE t = 'A' GROUP BY t$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE t < 'B' AND t >= 'A' GROUP BY t$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE t IN ('A', 'b') GROUP BY t$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE t BETWEEN 'A' AND 'B' GROUP BY t HAVING t > 'a'$$);
SELECT pg_temp.compare('SELECT sum(v) FROM ev WHERE t IS NOT NULL GROUP BY t');

-- an order in which equal keys do not stand together: the table is asked
SELECT pg_temp.compare('SELECT count(DISTINCT t) FROM ev');
SELECT pg_temp.compare('SELECT count(DISTINCT t ORDER BY t USING ~<~) FROM ev');
-- another collation, or a function, tells equal keys apart
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE t = 'a' COLLATE "C" GROUP BY t$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE t COLLATE "C" < 'a' GROUP BY t$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE t IN ('A' COLLATE "C", 'x') GROUP BY t$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE t ~<~ 'a' GROUP BY t$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE t ~>=~ 'a' GROUP BY t$$);
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE ascii(t) < 97 GROUP BY t');
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE starts_with(t COLLATE "C", 'A') GROUP BY t$$);
SELECT pg_temp.compare('SELECT count(*) FROM ev GROUP BY t ORDER BY t COLLATE "C"');
SELECT pg_temp.compare('SELECT count(*) FROM ev GROUP BY t COLLATE "C"');
DROP MATERIALIZED VIEW mv;

-- expressions over such a key, in the view
CREATE MATERIALIZED VIEW mv AS SELECT t, ascii(t) AS a, t = 'a' AS b, count(*) FROM ev GROUP BY t;
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE ascii(t) = 97 GROUP BY t');
SELECT pg_temp.compare($$SELECT t = 'a', count(*) FROM ev GROUP BY t$$);
DROP MATERIALIZED VIEW mv;

-- varchar under it; a key that is an expression under it
CREATE MATERIALIZED VIEW mv AS SELECT vc, count(*) FROM ev GROUP BY vc;
SELECT pg_temp.compare('SELECT count(*) FROM ev GROUP BY vc');
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE vc = 'a' COLLATE "C" GROUP BY vc$$);
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT d COLLATE nd AS c, count(*) FROM ev GROUP BY d COLLATE nd;
SELECT pg_temp.compare('SELECT count(*) FROM ev GROUP BY d COLLATE nd');
SELECT pg_temp.compare('SELECT count(*) FROM ev GROUP BY d');
DROP MATERIALIZED VIEW mv;

-- a deterministic collation is bitwise
CREATE MATERIALIZED VIEW mv AS SELECT d, count(*) FROM ev GROUP BY d;
SELECT pg_temp.compare($$SELECT upper(d), count(*) FROM ev WHERE ascii(d) < 98 GROUP BY d HAVING d COLLATE nd = 'a'$$);

-- plain rows are what they are
CREATE MATERIALIZED VIEW mv_rows AS SELECT t FROM ev WHERE t < 'b';
SELECT pg_temp.compare($$SELECT t, count(*) FROM ev WHERE t = 'A' GROUP BY t, t COLLATE "C"$$);
SELECT pg_temp.compare($$SELECT t FROM ev WHERE t < 'b' COLLATE "C"$$);

DROP SCHEMA match_keys_collation CASCADE;
