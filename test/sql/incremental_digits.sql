-- Digit for digit: display scales, NaN, infinity, values that are equal but not
-- the same, NULLs, FILTER, and aggregates that keep no state.  Differences are
-- found in the text, so 1.0 is not 1.00.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_digits;
SET search_path = incremental_digits;
CREATE TABLE n (id int PRIMARY KEY, k numeric, x numeric, y numeric(8,2), f float8, i int, b bool, t text COLLATE "C");
INSERT INTO n VALUES (1, 1, 1, 1, 1, 1, true, 'a'), (2, 1.0, 2.50, 2.5, 0.5, 2, false, 'b'), (3, 2, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE MATERIALIZED VIEW mv_sums WITH (aqumv.incremental) AS
    SELECT i % 2 AS k, sum(x) AS sx, sum(y) AS sy, avg(x) AS ax, avg(y) AS ay, avg(i) AS ai, sum(i) AS si, count(x), sum(x * y) AS xy,
           sum(x) FILTER (WHERE b) AS filtered, sum(f) AS sf, sum(i::bigint) AS big, avg(i::bigint) AS abig
      FROM n GROUP BY 1;
CREATE MATERIALIZED VIEW mv_keys WITH (aqumv.incremental) AS SELECT k, count(*), sum(x) FROM n GROUP BY k;
CREATE MATERIALIZED VIEW mv_extremes WITH (aqumv.incremental) AS
    SELECT k = 1 AS one, min(x) AS x1, max(x) AS x2, min(f) AS f1, max(t) AS t2, bool_and(b), bool_or(b), bit_and(i), bit_or(i), bit_xor(i) FROM n GROUP BY 1;
CREATE MATERIALIZED VIEW mv_others WITH (aqumv.incremental) AS
    SELECT b, stddev(x), variance(i), count(DISTINCT x), array_agg(x ORDER BY id), percentile_cont(0.5) WITHIN GROUP (ORDER BY f),
           string_agg(t, ',' ORDER BY id DESC) FROM n GROUP BY b;
CREATE MATERIALIZED VIEW mv_all WITH (aqumv.incremental) AS SELECT sum(x), avg(x), max(f), min(k) FROM n;
CREATE MATERIALIZED VIEW mv_key_twice WITH (aqumv.incremental) AS SELECT i, i AS again, count(*) FROM n GROUP BY i;
TABLE differences;
INSERT INTO n VALUES (4, 1.00, 3.125, 3, 2, 3, true, 'c');
TABLE mv_all;
DELETE FROM n WHERE id = 4;
TABLE mv_all;
TABLE differences;
UPDATE n SET x = 1.000, k = 1.000 WHERE id = 1;
TABLE differences;
INSERT INTO n VALUES (5, 'NaN', 'NaN', 'NaN', 'NaN', 5, true, NULL), (6, 1, 'Infinity', 1, '-Infinity', 6, false, 'zz');
TABLE differences;
UPDATE n SET x = x WHERE id > 3;
DELETE FROM n WHERE id = 5;
TABLE differences;
DELETE FROM n WHERE id = 6;
TABLE differences;
DELETE FROM n WHERE id = 1;
TABLE differences;
DELETE FROM n;
TABLE differences;
TABLE mv_all;
INSERT INTO n (id, x, f) VALUES (7, 0.10, '-0'), (8, 0.1, '0');
TABLE differences;
UPDATE n SET x = NULL;
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_digits CASCADE;
