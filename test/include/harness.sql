\set ECHO none
-- What tests share.  Read with
--   \getenv srcdir PG_ABS_SRCDIR
--   \set harness :srcdir '/include/harness.sql'
--   \i :harness
-- The functions are temporary, so that a file leaves nothing behind; AqumvTest.pm
-- puts a schema in the place of pg_temp.
--
-- To compare a query with itself, rewriting off and on (rows as text, so that
-- 1.0 and 1.00 differ; errors too):
--   compare(query)          "mv: 3 rows", "table (condition): 3 rows", "nothing: 0 rows" (the
--                           planner saw that there is nothing to read), or "DIFFERENT ..."
--   compare_ordered(query)  the same, of rows as a list
--   answer(query)           "3 rows from mv", "ERROR 42501: ...", or "DIFFERENT ..."
-- A view with its definition: "TABLE differences;", in which no row is wanted.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;

-- the tables of tests are so small that reading them is often cheaper; the tests
-- of choosing set the mode themselves
SET aqumv.rewrite_mode = force;

-- The rows of a query, as text, as they come; or its error, alone.
CREATE FUNCTION pg_temp.rows_of(query text, switch text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    before text := current_setting('enable_answer_query_using_materialized_views');
    rows text[] := '{}';
    r record;
BEGIN
    PERFORM set_config('enable_answer_query_using_materialized_views', switch, true);
    FOR r IN EXECUTE query LOOP
        rows := rows || r::text;
    END LOOP;
    PERFORM set_config('enable_answer_query_using_materialized_views', before, true);
    RETURN rows;
EXCEPTION WHEN OTHERS THEN
    RETURN ARRAY[format('ERROR %s: %s', SQLSTATE, SQLERRM)];
END $$;

-- "3 rows" if the query gives them without rewriting and with it, "ERROR ..." if
-- both fail so, "DIFFERENT ..." if not; as a bag or a list.
CREATE FUNCTION pg_temp.outcome(query text, ordered bool) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    expected text[] := pg_temp.rows_of(query, 'off');
    actual text[] := pg_temp.rows_of(query, 'on');
BEGIN
    IF NOT ordered THEN
        expected := ARRAY(SELECT r FROM unnest(expected) AS r ORDER BY r COLLATE "C");
        actual := ARRAY(SELECT r FROM unnest(actual) AS r ORDER BY r COLLATE "C");
    END IF;
    IF expected IS DISTINCT FROM actual THEN
        RETURN format('DIFFERENT: %s, should be %s', actual::text, expected::text);
    END IF;
    RETURN CASE WHEN expected[1] LIKE 'ERROR %' THEN expected[1] ELSE cardinality(expected) || ' rows' END;
END $$;

-- The relations that the plan of a query reads, with rewriting.
CREATE FUNCTION pg_temp.relations_of(query text) RETURNS SETOF pg_class LANGUAGE plpgsql
SET enable_answer_query_using_materialized_views = on AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (VERBOSE, FORMAT JSON) ' || query INTO plan;
    RETURN QUERY SELECT c.* FROM jsonb_path_query(plan, 'strict $.**?(exists(@."Relation Name"))') AS node
        JOIN pg_class AS c ON c.relname = node->>'Relation Name'
        JOIN pg_namespace AS n ON n.oid = c.relnamespace AND node->>'Schema' = CASE n.oid WHEN pg_my_temp_schema() THEN 'pg_temp' ELSE n.nspname END;
END $$;

-- The materialized views among them; '' if there are only others, NULL if nothing is read at all.
CREATE FUNCTION pg_temp.views_of(query text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN count(*) > 0 THEN coalesce(string_agg(DISTINCT relname::text, ',') FILTER (WHERE relkind = 'm'), '') END
      FROM pg_temp.relations_of(query)
$$;

CREATE FUNCTION pg_temp.compare(query text, ordered bool DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    outcome text := regexp_replace(pg_temp.outcome(query, ordered), '^ERROR \w+', 'ERROR');
    via text;
BEGIN
    IF outcome LIKE 'DIFFERENT%' THEN
        RETURN outcome;
    END IF;
    via := coalesce(pg_temp.views_of(query), 'nothing');
    IF via = '' THEN
        SELECT 'table (' || string_agg(DISTINCT coalesce(reason_code, 'used'), ',') || ')' INTO via FROM aqumv.explain_rewrite(query);
    END IF;
    RETURN via || ': ' || outcome;
EXCEPTION WHEN OTHERS THEN
    RETURN 'no plan: ' || outcome;
END $$;

CREATE FUNCTION pg_temp.compare_ordered(query text) RETURNS text
LANGUAGE sql AS 'SELECT pg_temp.compare(query, true)';

CREATE FUNCTION pg_temp.sources(query text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(DISTINCT relname::text, ', '), 'nothing') FROM pg_temp.relations_of(query)
$$;

CREATE FUNCTION pg_temp.answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    outcome text := pg_temp.outcome(query, query ~* 'order by');
BEGIN
    RETURN outcome || CASE WHEN outcome ~ '^\d' THEN ' from ' || pg_temp.sources(query) ELSE '' END;
END $$;

-- The reason codes that explain_rewrite gives, one per view.
CREATE FUNCTION pg_temp.why(query text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(view::text || ': ', '') || CASE WHEN used THEN 'used' ELSE reason_code END,
                      ', ' ORDER BY view::text COLLATE "C")
      FROM aqumv.explain_rewrite(query)
$$;

-- How many rows are only in a view or only in what its definition says, bit by
-- bit as text, in one snapshot.
CREATE FUNCTION pg_temp.difference(view regclass) RETURNS bigint LANGUAGE plpgsql
SET enable_answer_query_using_materialized_views = off AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('WITH v AS MATERIALIZED (SELECT _view::text FROM %1$s AS _view),
            d AS MATERIALIZED (SELECT _base::text FROM (%2$s) AS _base)
        SELECT count(*) FROM ((TABLE v EXCEPT ALL TABLE d) UNION ALL (TABLE d EXCEPT ALL TABLE v)) AS both_ways',
        view, rtrim(pg_get_viewdef(view), ';')) INTO n;
    RETURN n;
END $$;

-- The immediate views of the schemas in the path that differ, and by how much.
-- (As text, so that the view does not need the extension.)
CREATE FUNCTION pg_temp.differences() RETURNS TABLE (view regclass, n bigint) LANGUAGE sql AS $$
    SELECT v.view, d.n FROM aqumv.views AS v, LATERAL (SELECT pg_temp.difference(v.view) AS n OFFSET 0) AS d
     WHERE maintenance = 'immediate' AND d.n <> 0 AND pg_table_is_visible(v.view)
     ORDER BY v.view::text COLLATE "C"
$$;
CREATE TEMP VIEW differences AS SELECT * FROM pg_temp.differences();

-- What stands in aqumv's own tables: the relations (in the search path) that
-- are tracked, the views that have a refresh record that counts, and how much there is that
-- should not be: rows of what is gone or not tracked, triggers on the latter.
CREATE FUNCTION pg_temp.state(OUT tracked text, OUT refreshed text, OUT leftovers bigint) LANGUAGE sql AS $$
    SELECT (SELECT string_agg(relation::regclass::text, ' ' ORDER BY relation::regclass::text COLLATE "C")
              FROM aqumv.tracking WHERE pg_table_is_visible(relation)),
           (SELECT string_agg(view::regclass::text, ' ' ORDER BY view::regclass::text COLLATE "C")
              FROM aqumv.refresh WHERE filenode <> 0 AND pg_table_is_visible(view)),
           (SELECT count(*) FROM aqumv.tracking t
             WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.relation AND c.relkind IN ('r', 'p', 'f')))
         + (SELECT count(*) FROM aqumv.mark m
             WHERE NOT EXISTS (SELECT FROM aqumv.tracking t WHERE t.relation = m.relation AND t.root = m.root))
         + (SELECT count(*) FROM aqumv.refresh r
             WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = r.view AND c.relkind = 'm'))
         + (SELECT count(*) FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
             WHERE p.pronamespace = 'aqumv'::regnamespace AND NOT g.tgname ~ '^refuse_'
               AND NOT EXISTS (SELECT FROM aqumv.tracking t WHERE t.relation = g.tgrelid))
$$;
\set ECHO all
