\set ECHO none
-- What tests start with.  Read with
--   \getenv abs_srcdir PG_ABS_SRCDIR
--   \set start :abs_srcdir /include/start.sql
--   \i :start
-- The functions are temporary, so that a file leaves nothing behind.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;

-- the tables of tests are so small that reading them is often cheaper
SET aqumv.rewrite_mode = force;

-- One run of a query with rewriting on or off: its error, or its rows (as
-- text, in order if it has an ORDER BY) and the relations that it reads.
CREATE FUNCTION pg_temp.run(query text, setting text,
    OUT error text, OUT rows text[], OUT sources text) AS $$
DECLARE
    r record;
    plan jsonb;
BEGIN
    PERFORM set_config('enable_answer_query_using_materialized_views', setting, true);
    rows := '{}';
    FOR r IN EXECUTE query LOOP
        rows := rows || coalesce(r::text, 'NULL');
    END LOOP;
    IF query !~* 'order by' THEN
        SELECT coalesce(array_agg(x ORDER BY x COLLATE "C"), '{}') INTO rows FROM unnest(rows) x;
    END IF;
    EXECUTE 'EXPLAIN (FORMAT JSON, COSTS OFF) ' || query INTO plan;
    SELECT string_agg(DISTINCT x #>> '{}', ', ' ORDER BY x #>> '{}') INTO sources
      FROM jsonb_path_query(plan, '$.**."Relation Name"') x;
EXCEPTION WHEN OTHERS THEN
    error := format('ERROR %s: %s', SQLSTATE, SQLERRM);
    rows := NULL;
END $$ LANGUAGE plpgsql;

-- Run a query with rewriting off and on, and say what came of it:
-- "3 rows from v", "ERROR 42501: ...", or "DIFFERENT: ...".
CREATE FUNCTION pg_temp.answer(query text) RETURNS text AS $$
DECLARE
    before text := current_setting('enable_answer_query_using_materialized_views');
    off record;
    "on" record;
BEGIN
    off := pg_temp.run(query, 'off');
    "on" := pg_temp.run(query, 'on');
    PERFORM set_config('enable_answer_query_using_materialized_views', before, true);
    IF off.error IS DISTINCT FROM "on".error OR off.rows IS DISTINCT FROM "on".rows THEN
        RETURN format('DIFFERENT: off %s %s, on %s %s from %s',
                      off.error, off.rows, "on".error, "on".rows, "on".sources);
    END IF;
    RETURN coalesce(off.error, format('%s rows from %s', cardinality("on".rows),
                                      coalesce("on".sources, 'nothing')));
END $$ LANGUAGE plpgsql;

-- The reason codes that explain_rewrite gives, one per view.
CREATE FUNCTION pg_temp.why(query text) RETURNS text AS $$
    SELECT string_agg(coalesce(view::text || ': ', '') || CASE WHEN used THEN 'used' ELSE reason_code END,
                      ', ' ORDER BY view::text COLLATE "C")
      FROM aqumv.explain_rewrite(query)
$$ LANGUAGE sql;

-- What stands in aqumv's own tables: the relations (in the search path) that
-- are tracked, the views that have a refresh record, and how much there is that
-- should not be: rows of what is gone or not tracked, triggers on the latter.
CREATE FUNCTION pg_temp.state(OUT tracked text, OUT refreshed text, OUT leftovers bigint) AS $$
    SELECT (SELECT string_agg(relation::regclass::text, ' ' ORDER BY relation::regclass::text COLLATE "C")
              FROM aqumv.tracking WHERE pg_table_is_visible(relation)),
           (SELECT string_agg(view::regclass::text, ' ' ORDER BY view::regclass::text COLLATE "C")
              FROM aqumv.refresh WHERE pg_table_is_visible(view)),
           (SELECT count(*) FROM aqumv.tracking t
             WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.relation AND c.relkind IN ('r', 'p', 'f')))
         + (SELECT count(*) FROM aqumv.mark m
             WHERE NOT EXISTS (SELECT FROM aqumv.tracking t WHERE t.relation = m.relation AND t.root = m.root))
         + (SELECT count(*) FROM aqumv.refresh r
             WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = r.view AND c.relkind = 'm'))
         + (SELECT count(*) FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
             WHERE p.pronamespace = 'aqumv'::regnamespace AND NOT g.tgname ~ '^refuse_'
               AND NOT EXISTS (SELECT FROM aqumv.tracking t WHERE t.relation = g.tgrelid))
$$ LANGUAGE sql;
\set ECHO all
