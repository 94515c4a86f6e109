-- CREATE MATERIALIZED VIEW ... WITH (aqumv.*): what is ours is taken out of the
-- statement, the rest reaches PostgreSQL; wrong options are errors.  If this were
-- wrong, a view that should be maintained would be left as it was filled.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_options;
SET search_path = incremental_options;
CREATE TABLE t (k int PRIMARY KEY, g int, v numeric(8,2));
INSERT INTO t SELECT i, i % 3, i FROM generate_series(1, 30) i;
-- how a view is kept, its columns, options and index
CREATE VIEW shown AS
    SELECT v.view, v.maintenance, c.reloptions,
           (SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute
             WHERE attrelid = c.oid AND attnum > 0) AS columns,
           (SELECT regexp_replace(string_agg(pg_get_indexdef(indexrelid), '; '), '\mON .* USING ', '')
              FROM pg_index WHERE indrelid = c.oid) AS index
      FROM aqumv.views v JOIN pg_class c ON c.oid = v.view
     WHERE pg_table_is_visible(c.oid);

CREATE MATERIALIZED VIEW short WITH (aqumv.incremental) AS SELECT g, count(*) AS c FROM t GROUP BY g;
CREATE MATERIALIZED VIEW long WITH (aqumv.maintenance = 'immediate') AS SELECT g, count(*) AS c FROM t GROUP BY g;
CREATE MATERIALIZED VIEW unquoted WITH (aqumv.maintenance = IMMEDIATE) AS SELECT g, count(*) AS c FROM t GROUP BY g;
CREATE MATERIALIZED VIEW "is true" WITH (aqumv.incremental = on) AS SELECT k, v FROM t;
CREATE MATERIALIZED VIEW is_false WITH (aqumv.incremental = false) AS SELECT k, v FROM t;
CREATE MATERIALIZED VIEW by_hand WITH (aqumv.maintenance = 'Manual') AS SELECT k, v FROM t;
CREATE MATERIALIZED VIEW two WITH (aqumv.incremental, aqumv.maintenance = immediate) AS SELECT max(v) FROM t;
CREATE MATERIALIZED VIEW others WITH (fillfactor = 70, aqumv.incremental, autovacuum_enabled = off) AS
    SELECT g, count(*) AS c FROM t GROUP BY g;
CREATE MATERIALIZED VIEW nothing WITH (aqumv.incremental) AS SELECT g, v FROM t WITH NO DATA;
CREATE MATERIALIZED VIEW named (a) WITH (aqumv.incremental) AS SELECT g, sum(v), avg(k) FROM t GROUP BY g;
CREATE MATERIALIZED VIEW named_all (a, b) WITH (aqumv.incremental) AS SELECT g, sum(v) FROM t GROUP BY g;
CREATE MATERIALIZED VIEW IF NOT EXISTS named WITH (aqumv.incremental) AS SELECT 1 AS x;
SELECT * FROM shown ORDER BY view::text COLLATE "C";
SELECT DISTINCT left(obj_description(indexrelid, 'pg_class'), 40) FROM pg_index WHERE indrelid = 'short'::regclass;
SELECT * FROM named ORDER BY a;

-- a long name, and one that is taken
CREATE TABLE taken_aqumv_maintenance_idx ();
CREATE MATERIALIZED VIEW taken WITH (aqumv.incremental) AS SELECT g, count(*) FROM t GROUP BY g;
CREATE MATERIALIZED VIEW a_name_that_is_as_long_as_a_name_can_be_which_is_sixty_three_by WITH (aqumv.incremental) AS
    SELECT g, count(*) FROM t GROUP BY g;
SELECT indexrelid::regclass FROM pg_index
 WHERE indrelid IN ('taken'::regclass, 'a_name_that_is_as_long_as_a_name_can_be_which_is_sixty_three_by'::regclass) ORDER BY 1;

-- cached statements are not changed by what is taken out of them
CREATE PROCEDURE twice() LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..2 LOOP
        CREATE MATERIALIZED VIEW cached WITH (aqumv.incremental) AS SELECT g, count(*) FROM t GROUP BY g;
        RAISE NOTICE '%', (SELECT row(maintenance, columns) FROM shown WHERE view = 'cached'::regclass);
        DROP MATERIALIZED VIEW cached;
    END LOOP;
END $$;
CALL twice();

-- wrong options
CREATE MATERIALIZED VIEW wrong WITH (aqumv.increment) AS SELECT k FROM t;
CREATE MATERIALIZED VIEW wrong WITH (aqumv.incremental = 'perhaps') AS SELECT k FROM t;
CREATE MATERIALIZED VIEW wrong WITH (aqumv.maintenance = 'daily') AS SELECT k FROM t;
CREATE MATERIALIZED VIEW wrong WITH (aqumv.maintenance) AS SELECT k FROM t;
CREATE MATERIALIZED VIEW wrong WITH (aqumv.incremental, aqumv.maintenance = manual) AS SELECT k FROM t;
CREATE MATERIALIZED VIEW wrong WITH (aqumv.incremental, aqumv.incremental) AS SELECT k FROM t;
CREATE MATERIALIZED VIEW wrong WITH (aqumv.incremental, fillfactor = 5) AS SELECT k FROM t;
CREATE MATERIALIZED VIEW wrong WITH (other.incremental) AS SELECT k FROM t;
CREATE MATERIALIZED VIEW wrong (a, b, c) WITH (aqumv.incremental) AS SELECT g, sum(v) FROM t GROUP BY g;
CREATE MATERIALIZED VIEW short WITH (aqumv.incremental) AS SELECT k FROM t;
-- not of materialized views
CREATE TABLE wrong WITH (aqumv.incremental) AS SELECT k FROM t;
CREATE TABLE wrong (k int) WITH (aqumv.incremental);
CREATE INDEX wrong ON t (g) WITH (aqumv.incremental);

SET client_min_messages = warning;
DROP SCHEMA incremental_options CASCADE;
SELECT * FROM pg_temp.state();
SELECT * FROM pg_seclabel WHERE provider = 'aqumv';
