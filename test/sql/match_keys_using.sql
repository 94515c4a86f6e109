-- ORDER BY ... USING has GROUP BY and DISTINCT compare values by another operator
-- than the type's usual one: what a view has taken for one group may be several.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA match_keys_using;
SET search_path = match_keys_using;
CREATE TYPE pair AS (n numeric, i int);
CREATE TABLE t (id int, p pair, g int, s text);
INSERT INTO t SELECT i, ROW (CASE WHEN i % 2 = 0 THEN 1.0 ELSE 1.00 END, i % 3)::pair, i % 3, 's' || i % 4 FROM generate_series(1, 24) AS i;
CREATE MATERIALIZED VIEW usual AS SELECT p, g, count(*) FROM t GROUP BY p, g;
CREATE FUNCTION pg_temp.all() RETURNS TABLE (query text, answer text) LANGUAGE sql AS $$
    SELECT q, pg_temp.answer(q) FROM unnest(ARRAY[
        'SELECT p, g, count(*) FROM t GROUP BY p, g',
        'SELECT p, count(*) FROM t GROUP BY p',
        'SELECT p, count(*) FROM t GROUP BY p ORDER BY p USING <',
        'SELECT count(*) FROM (SELECT p, count(*) FROM t GROUP BY p ORDER BY p USING *<) AS s',
        'SELECT count(*) FROM (SELECT p, g, count(*) FROM t GROUP BY p, g ORDER BY p USING *>) AS s',
        'SELECT count(*) FROM (SELECT DISTINCT p FROM t ORDER BY p USING *<) AS s',
        'SELECT count(*) FROM (SELECT DISTINCT ON (p) p FROM t ORDER BY p USING *<) AS s',
        'SELECT count(*) FROM (SELECT p, count(*) FROM t GROUP BY ROLLUP (p) ORDER BY p USING *<) AS s',
        'SELECT count(DISTINCT p) FROM t',
        'SELECT count(*) FROM (SELECT array_agg(DISTINCT p ORDER BY p USING *<) AS a FROM t) AS s WHERE cardinality(a) = 6']) AS q $$;
SELECT * FROM pg_temp.all();
-- a view that tells more apart answers whoever does, too
DROP MATERIALIZED VIEW usual;
CREATE MATERIALIZED VIEW more AS SELECT p, g, count(*) FROM t GROUP BY p, g ORDER BY p USING *<;
SELECT * FROM pg_temp.all();
-- there is but one equality of text
CREATE MATERIALIZED VIEW texts AS SELECT s, count(*) FROM t GROUP BY s;
SELECT pg_temp.answer('SELECT s, count(*) FROM t GROUP BY s ORDER BY s USING ~<~');

SET client_min_messages = warning;
DROP SCHEMA match_keys_using CASCADE;
