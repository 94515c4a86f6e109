-- With views in several blocks, each block keeps what is cheaper for it: here one
-- finds its row through an index of the table, another has a thousand rows to
-- add up, or ten in its view.  Were the code wrong, a statement would read all
-- from views or nothing, or be planned once for each combination.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
\set SHOW_CONTEXT never
SET aqumv.rewrite_mode = cost;

CREATE TABLE big (id int PRIMARY KEY, k int, pad text);
INSERT INTO big SELECT i, i % 10, repeat('x', 100) FROM generate_series(1, 5000) AS i;
CREATE TABLE small (id int PRIMARY KEY, k int);
INSERT INTO small SELECT i, i % 10 FROM generate_series(1, 5000) AS i;
CREATE MATERIALIZED VIEW sums AS SELECT k, count(*) AS n, sum(id) AS s FROM big GROUP BY k;
-- as wide as the table and without its index
CREATE MATERIALIZED VIEW copy AS SELECT id, k, k AS k2, k AS k3 FROM small;
VACUUM ANALYZE big, small, sums, copy;

CREATE FUNCTION pg_temp.reads(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    SET LOCAL enable_answer_query_using_materialized_views = on;
    EXECUTE 'EXPLAIN (FORMAT json, VERBOSE) ' || query INTO plan;
    RETURN (SELECT string_agg(DISTINCT x #>> '{}', ' ' ORDER BY x #>> '{}')
              FROM jsonb_path_query(plan::jsonb, 'strict $.**."Relation Name"') AS x);
END $$;
CREATE FUNCTION pg_temp.both(query text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.reads(query) || ', ' || pg_temp.compare(query)
$$;

-- one of two, whatever the kind of block
SELECT pg_temp.both('SELECT (SELECT k FROM small WHERE id = 77), (SELECT sum(id) FROM big)');
SELECT pg_temp.both('SELECT k FROM small WHERE id = 77 UNION ALL SELECT sum(id) FROM big');
SELECT pg_temp.both('WITH a AS MATERIALIZED (SELECT k FROM small WHERE id = 77), b AS MATERIALIZED (SELECT k, count(*) AS n FROM big GROUP BY k) SELECT * FROM a JOIN b USING (k)');
SELECT pg_temp.both('SELECT * FROM (SELECT k FROM small WHERE id = 77 LIMIT 1) a JOIN (SELECT k, count(*) AS n FROM big GROUP BY k) b USING (k)');
SELECT pg_temp.both('SELECT k FROM small WHERE id = 77 AND k < (SELECT count(*) FROM big)');
-- the same table in two blocks: its row by the index, its groups from the view
SELECT pg_temp.both('SELECT (SELECT pad FROM big WHERE id = 77) AS a, k, count(*) FROM big GROUP BY k');
-- all and nothing
SELECT pg_temp.both('SELECT (SELECT sum(id) FROM big WHERE k = 3), (SELECT count(*) FROM big)');
SELECT pg_temp.both('SELECT k FROM small WHERE id = 77 UNION ALL SELECT k FROM small WHERE id = 78');
-- a block inside of a block: the inner is to blame, or the outer although the
-- inner has gained more
SELECT pg_temp.both('SELECT k, count(*), (SELECT max(s.k) FROM small s WHERE s.id = 77) FROM big GROUP BY k');
SELECT pg_temp.both('SELECT s.k FROM small s WHERE s.id = 77 AND s.k < (SELECT count(*) FROM big) AND s.k < (SELECT sum(id) FROM big)');
SELECT pg_temp.both('SELECT k, sum(id) FROM big WHERE k = (SELECT s.k FROM small s WHERE s.id = 77 AND s.k < (SELECT count(*) FROM big)) GROUP BY k');
-- views that force and ask
SET aqumv.rewrite_mode = force;
SELECT pg_temp.both('SELECT k FROM small WHERE id = 77 UNION ALL SELECT sum(id) FROM big');
SET aqumv.rewrite_mode = required;
SELECT pg_temp.both('SELECT k FROM small WHERE id = 77 UNION ALL SELECT sum(id) FROM big');
SELECT pg_temp.reads('SELECT pad FROM big WHERE id = 77 UNION ALL SELECT sum(id)::text FROM big');
\set SHOW_CONTEXT never
SELECT pg_temp.reads('SELECT pad FROM big WHERE id = 77 UNION ALL SELECT k::text FROM small');
SET aqumv.rewrite_mode = cost;
SELECT block, view, used, reason_code, cost_rewritten < cost_original AS cheaper
  FROM aqumv.explain_rewrite('SELECT k FROM small WHERE id = 77 UNION ALL SELECT sum(id) FROM big');
-- event triggers look at a statement after it was planned
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = force;
CREATE TEMP TABLE made AS WITH w AS (SELECT count(*) AS n FROM big WHERE id > 5) TABLE w UNION ALL SELECT k FROM small WHERE id = 3;
SELECT * FROM made;
DROP TABLE big, small CASCADE;
