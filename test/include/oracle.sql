\set ECHO none
-- Included by the tests of incremental views:
--   \getenv srcdir PG_ABS_SRCDIR
--   \set oracle :srcdir '/include/oracle.sql'
--   \i :oracle
--
-- "TABLE differences;" says for which immediate views of the current schema the
-- rows are not those of the definition, bit by bit as text, and how many; no
-- row is what is wanted.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
SET client_min_messages = notice;

CREATE FUNCTION pg_temp.difference(view regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    definition text := rtrim(pg_get_viewdef(view), ';');
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (
            (SELECT _view::text FROM %1$s AS _view EXCEPT ALL SELECT _base::text FROM (%2$s) AS _base)
            UNION ALL
            (SELECT _base::text FROM (%2$s) AS _base EXCEPT ALL SELECT _view::text FROM %1$s AS _view)) AS both_ways',
        view, definition) INTO n;
    RETURN n;
END $$;

CREATE TEMP VIEW differences AS
    SELECT view, n
      FROM aqumv.views AS v, LATERAL (SELECT pg_temp.difference(v.view) AS n OFFSET 0) AS d
     WHERE maintenance = 'immediate' AND n <> 0 AND pg_table_is_visible(view)
     ORDER BY view::text COLLATE "C";
\set ECHO all
