-- What "=" and "<" mean inside of arrays, rows and ranges is said by the default
-- operator class of a type.  If another comes, or goes, values that were the same
-- may differ, though nobody has written a table.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_operator_classes;
SET search_path = ddl_operator_classes;
CREATE TYPE price AS (a numeric, b int);
CREATE FUNCTION price_cmp(price, price) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btrecordimagecmp';
CREATE FUNCTION price_hash(price) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'hash_record';
CREATE FUNCTION price_lt(price, price) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'record_image_lt';
CREATE FUNCTION price_le(price, price) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'record_image_le';
CREATE FUNCTION price_eq(price, price) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'record_image_eq';
CREATE FUNCTION price_ge(price, price) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'record_image_ge';
CREATE FUNCTION price_gt(price, price) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'record_image_gt';
CREATE OPERATOR <<< (LEFTARG = price, RIGHTARG = price, FUNCTION = price_lt);
CREATE OPERATOR <<<= (LEFTARG = price, RIGHTARG = price, FUNCTION = price_le);
CREATE OPERATOR === (LEFTARG = price, RIGHTARG = price, FUNCTION = price_eq);
CREATE OPERATOR >>>= (LEFTARG = price, RIGHTARG = price, FUNCTION = price_ge);
CREATE OPERATOR >>> (LEFTARG = price, RIGHTARG = price, FUNCTION = price_gt);
CREATE TABLE t (g int, p price, ps price[]);
INSERT INTO t SELECT i % 3, p, ARRAY[p] FROM generate_series(1, 30) AS i,
    LATERAL (SELECT ROW (CASE WHEN i % 2 = 0 THEN 1.0 ELSE 1.00 END, 0)::price AS p) AS x;
CREATE TABLE other (g int, c int);
INSERT INTO other SELECT i % 3, i FROM generate_series(1, 30) AS i;
CREATE MATERIALIZED VIEW highest AS SELECT g, max(ARRAY[p]) FROM t GROUP BY g;
CREATE MATERIALIZED VIEW by_array WITH (aqumv.incremental) AS SELECT ps, count(*) FROM t GROUP BY ps;
CREATE MATERIALIZED VIEW by_other AS SELECT g, count(*) FROM other GROUP BY g;
CREATE FUNCTION pg_temp.all() RETURNS TABLE (answer text) LANGUAGE sql AS $$
    SELECT pg_temp.answer(q) FROM unnest(ARRAY['SELECT ps, count(*) FROM t GROUP BY ps', 'SELECT g, max(ARRAY[p]) FROM t GROUP BY g']) AS q
    UNION ALL (SELECT format('%s %s %s', view, usable, reason_code) FROM aqumv.views ORDER BY view::text COLLATE "C") $$;
CREATE FUNCTION pg_temp.differing() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM ((SELECT ps::text, count FROM by_array EXCEPT ALL SELECT ps::text, count(*) FROM t GROUP BY ps)
        UNION ALL (SELECT ps::text, count(*) FROM t GROUP BY ps EXCEPT ALL SELECT ps::text, count FROM by_array)) AS d $$;
SELECT * FROM pg_temp.all();
-- half of it is not enough for core to compare arrays
SET client_min_messages = error;
CREATE OPERATOR CLASS exact DEFAULT FOR TYPE price USING hash AS OPERATOR 1 ===, FUNCTION 1 price_hash (price);
SELECT pg_temp.answer('SELECT g, max(ARRAY[p]) FROM t GROUP BY g');
REFRESH MATERIALIZED VIEW highest;
SET client_min_messages = notice;
CREATE OPERATOR CLASS exact DEFAULT FOR TYPE price USING btree AS OPERATOR 1 <<<, OPERATOR 2 <<<=, OPERATOR 3 ===,
    OPERATOR 4 >>>=, OPERATOR 5 >>>, FUNCTION 1 price_cmp (price, price);
SELECT * FROM pg_temp.all();
SELECT pg_temp.differing();
INSERT INTO t SELECT 0, ROW (1.000, 0)::price, ARRAY[ROW (1.000, 0)::price];
SELECT pg_temp.differing();
REFRESH MATERIALIZED VIEW highest;
SELECT * FROM pg_temp.all();
-- a family that is altered: rows that may be compared with others now
CREATE FUNCTION price_cmp(price, record) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btrecordimagecmp';
ALTER OPERATOR FAMILY exact USING btree ADD FUNCTION 1 (price, record) price_cmp(price, record);
SELECT * FROM pg_temp.all();
REFRESH MATERIALIZED VIEW highest;
DROP MATERIALIZED VIEW by_array;
DROP OPERATOR FAMILY exact USING btree CASCADE;
SELECT * FROM pg_temp.all();

SET client_min_messages = warning;
DROP SCHEMA ddl_operator_classes CASCADE;
