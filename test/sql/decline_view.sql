-- Views that answer nothing, or not this: each with its reason code.  Were the
-- code wrong, a view that holds some rows, or one of each kind, would be taken
-- for the table.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA decline_view;
SET search_path = decline_view, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 5 FROM generate_series(1, 40) i;
CREATE TABLE other AS SELECT i AS x FROM generate_series(1, 3) i;
CREATE FUNCTION pg_temp.try(definition text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE 'CREATE MATERIALIZED VIEW mv AS ' || definition;
    result := pg_temp.compare(query);
    DROP MATERIALIZED VIEW mv;
    RETURN result;
END $$;

SELECT pg_temp.try('SELECT * FROM ev', 'SELECT k FROM ev');
-- not all rows, whichever they are
SELECT pg_temp.try('SELECT * FROM ev LIMIT 5', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT * FROM ev LIMIT 5', 'SELECT k FROM ev LIMIT 5');
SELECT pg_temp.try('SELECT * FROM ev OFFSET 5', 'SELECT count(*) FROM ev');
SELECT pg_temp.try('SELECT * FROM ev ORDER BY k FETCH FIRST 5 ROWS WITH TIES', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT count(*) FROM ev LIMIT 0', 'SELECT count(*) FROM ev');
SELECT pg_temp.try('SELECT DISTINCT ON (v) v, k FROM ev ORDER BY v, k', 'SELECT v, k FROM ev');
SELECT pg_temp.try('SELECT DISTINCT ON (v) v, k FROM ev ORDER BY v, k', 'SELECT DISTINCT ON (v) v, k FROM ev ORDER BY v, k');
SELECT pg_temp.try('SELECT DISTINCT v, w FROM ev', 'SELECT v, w FROM ev');
SELECT pg_temp.try('SELECT * FROM ev TABLESAMPLE BERNOULLI (50)', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT * FROM ev WHERE random() < 0.5', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT k FROM ev, other WHERE k = x', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT k FROM ev JOIN other ON true', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT k FROM ev UNION ALL SELECT x FROM other', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT k FROM ev UNION SELECT k FROM ev', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT k FROM (SELECT k, v FROM ev LIMIT 3) s', 'SELECT k FROM ev');
-- not rows, nor groups of this kind
SELECT pg_temp.try('SELECT v, count(*) FROM ev GROUP BY ROLLUP (v)', 'SELECT v, count(*) FROM ev GROUP BY v');
SELECT pg_temp.try('SELECT v, count(*) FROM ev GROUP BY ROLLUP (v)', 'SELECT v, count(*) FROM ev GROUP BY ROLLUP (v)');
SELECT pg_temp.try('SELECT count(*) FROM ev GROUP BY ()', 'SELECT count(*) FROM ev');
SELECT pg_temp.try('SELECT k, unnest(ARRAY[1, 2]) AS u FROM ev', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT k, row_number() OVER () AS r FROM ev', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT k FROM ev WHERE k IN (SELECT x FROM other)', 'SELECT k FROM ev WHERE k IN (SELECT x FROM other)');
SELECT pg_temp.try('SELECT k, (SELECT max(x) FROM other) AS m FROM ev', 'SELECT k FROM ev');
SELECT pg_temp.try('WITH c AS (SELECT 1) SELECT k FROM ev', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT v, w FROM ev GROUP BY v, w', 'SELECT v, w FROM ev');
SELECT pg_temp.try('SELECT count(*) FROM ev', 'SELECT k FROM ev');
-- no rows to show, but one: an ungrouped query returns a row when a grouped one
-- does not
SELECT pg_temp.try('SELECT count(*) AS n FROM ev WHERE k > 90', $$SELECT count(*) FROM ev WHERE k > 90 GROUP BY 'x'::text$$);
SELECT pg_temp.try('SELECT count(*) AS n FROM ev WHERE k > 90', 'SELECT count(*) FROM ev WHERE k > 90');
SELECT pg_temp.try($$SELECT 'x'::text AS x, count(*) AS n FROM ev WHERE k > 90 GROUP BY 1$$, 'SELECT count(*) FROM ev WHERE k > 90');
-- values that change
SELECT pg_temp.try('SELECT k, random() FROM ev', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT v, (random() * 0)::int AS r FROM ev GROUP BY v, r', 'SELECT v FROM ev GROUP BY v');
SELECT pg_temp.try($$SELECT to_char(v, '9') AS c, count(*) FROM ev GROUP BY 1$$, $$SELECT to_char(v, '9'), count(*) FROM ev GROUP BY 1$$);
SELECT pg_temp.try('SELECT k, now() FROM ev', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT k, current_user FROM ev', 'SELECT k, current_user FROM ev');
SELECT pg_temp.try('SELECT k, ctid::text AS c FROM ev', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT k, tableoid AS t FROM ev', 'SELECT k, tableoid FROM ev');
SELECT pg_temp.try('SELECT k, ev FROM ev', 'SELECT k FROM ev');
SELECT pg_temp.try('SELECT count(ev) FROM ev', 'SELECT count(ev) FROM ev');
DROP SCHEMA decline_view CASCADE;
