-- EXECUTE on what an aggregate is made of, and on what looks up a long list, is asked for with rewriting on and off.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE ROLE parts_reader;
CREATE ROLE parts_owner;
CREATE TABLE parts_t (a int, b int);
INSERT INTO parts_t SELECT i % 5, i FROM generate_series(1, 100) i;
GRANT SELECT ON parts_t TO parts_reader;
CREATE FUNCTION parts_add(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + $2; END';
CREATE AGGREGATE parts_sum(int) (sfunc = parts_add, stype = int, initcond = 0);
CREATE MATERIALIZED VIEW parts_v AS SELECT a, parts_sum(b) FROM parts_t GROUP BY a;
CREATE MATERIALIZED VIEW parts_w AS SELECT a, b IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) AS x FROM parts_t;
ALTER AGGREGATE parts_sum(int) OWNER TO parts_owner;
SET aqumv.rewrite_mode = force;
SET enable_answer_query_using_materialized_views = on;
\set VERBOSITY terse
\set query 'SELECT a, parts_sum(b) FROM parts_t GROUP BY a ORDER BY a LIMIT 1'
SET ROLE parts_reader;
EXPLAIN (COSTS OFF) SELECT a, parts_sum(b) FROM parts_t GROUP BY a;
PREPARE q AS :query;
EXECUTE q;
RESET ROLE;
-- the owner may not, who calls may
REVOKE EXECUTE ON FUNCTION parts_add(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parts_add(int, int) TO parts_reader;
SET ROLE parts_reader;
:query;
EXECUTE q;
RESET ROLE;
GRANT EXECUTE ON FUNCTION parts_add(int, int) TO parts_owner;
SET ROLE parts_reader;
EXECUTE q;
RESET ROLE;
BEGIN;
REVOKE EXECUTE ON FUNCTION hashint4(int) FROM PUBLIC;
SET LOCAL ROLE parts_reader;
SELECT a, b IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) FROM parts_t;
ROLLBACK;
-- the view's rows fulfil it, nothing is hashed any more
CREATE MATERIALIZED VIEW parts_not AS SELECT a FROM parts_t WHERE b NOT IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
BEGIN;
REVOKE EXECUTE ON FUNCTION hashint4(int) FROM PUBLIC;
SET LOCAL ROLE parts_reader;
SELECT count(*) FROM parts_t WHERE b NOT IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
ROLLBACK;
DROP TABLE parts_t CASCADE;
DROP AGGREGATE parts_sum(int);
DROP FUNCTION parts_add(int, int);
DROP ROLE parts_reader, parts_owner;
