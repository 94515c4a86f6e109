\set ECHO none
-- Included by the tests of matching:
--   \getenv srcdir PG_ABS_SRCDIR
--   \set compare :srcdir '/include/compare.sql'
--   \i :compare
--
-- pg_temp.compare(query) runs a query with
-- the switch off and on and says in one line from where it was answered:
--
--   mv: 3 rows                  from the view mv, same rows as from the table
--   table (condition): 3 rows   not rewritten, for that reason; same rows
--   nothing: 0 rows             the planner saw that there is nothing to read
--   DIFFERENT ...               the rows differ: a wrong answer
--
-- Rows are compared as text, so that 1.0 and 1.00 differ, as a bag, or with
-- compare_ordered() as a list.  Errors are compared too.  Reason codes are
-- those of aqumv.explain_rewrite, each once.
--
-- Match whatever the cost; the tests of choosing set the mode themselves.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
SET aqumv.rewrite_mode = force;

CREATE FUNCTION pg_temp.rows_of(query text, switch text) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
    rows text[] := '{}';
    r record;
    before text := current_setting('enable_answer_query_using_materialized_views');
BEGIN
    PERFORM set_config('enable_answer_query_using_materialized_views', switch, false);
    BEGIN
        FOR r IN EXECUTE query LOOP
            rows := rows || r::text;
        END LOOP;
    EXCEPTION WHEN OTHERS THEN
        rows := ARRAY['ERROR: ' || sqlerrm];
    END;
    PERFORM set_config('enable_answer_query_using_materialized_views', before, false);
    RETURN rows;
END $$;

-- The materialized views that the plan of a query reads; '' if it reads only
-- others, NULL if it reads nothing at all.
CREATE FUNCTION pg_temp.views_of(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
    before text := current_setting('enable_answer_query_using_materialized_views');
BEGIN
    PERFORM set_config('enable_answer_query_using_materialized_views', 'on', false);
    EXECUTE 'EXPLAIN (VERBOSE, FORMAT JSON) ' || query INTO plan;
    PERFORM set_config('enable_answer_query_using_materialized_views', before, false);
    RETURN (SELECT CASE WHEN count(*) > 0 THEN
                   coalesce(string_agg(DISTINCT relname::text, ',') FILTER (WHERE relkind = 'm'), '') END
              FROM jsonb_path_query(plan, 'strict $.**?(exists(@."Relation Name"))') AS node
              JOIN pg_class ON relname = node->>'Relation Name'
               AND relnamespace = (node->>'Schema')::regnamespace);
END $$;

CREATE FUNCTION pg_temp.compare(query text, ordered bool DEFAULT false) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    expected text[] := pg_temp.rows_of(query, 'off');
    actual text[] := pg_temp.rows_of(query, 'on');
    via text;
    same bool;
BEGIN
    BEGIN
        via := pg_temp.views_of(query);
        IF via IS NULL THEN
            via := 'nothing';
        ELSIF via = '' THEN
            via := 'table (' || (SELECT string_agg(DISTINCT coalesce(reason_code, 'used'), ',')
                                   FROM aqumv.explain_rewrite(query)) || ')';
        END IF;
    EXCEPTION WHEN OTHERS THEN
        via := 'no plan';
    END;
    IF NOT ordered THEN
        expected := ARRAY(SELECT r FROM unnest(expected) AS r ORDER BY r COLLATE "C");
        actual := ARRAY(SELECT r FROM unnest(actual) AS r ORDER BY r COLLATE "C");
    END IF;
    IF expected IS DISTINCT FROM actual THEN
        RETURN format('DIFFERENT via %s: %s, should be %s', via, actual::text, expected::text);
    ELSIF expected[1] LIKE 'ERROR: %' THEN
        RETURN via || ': ' || expected[1];
    END IF;
    RETURN format('%s: %s rows', via, cardinality(expected));
END $$;

CREATE FUNCTION pg_temp.compare_ordered(query text) RETURNS text
LANGUAGE sql AS 'SELECT pg_temp.compare(query, true)';

\pset format unaligned
\pset tuples_only on
\set ECHO all
