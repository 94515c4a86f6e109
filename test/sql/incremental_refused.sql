-- What cannot be maintained is refused when the view is created or changed, with
-- the reason and what to do.  If this were wrong, a view would drift from its
-- definition, or make every write to the table fail.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_refused;
SET search_path = incremental_refused;
CREATE TABLE t (k int PRIMARY KEY, g int, v int, x xid);
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT a.k FROM t a JOIN t b USING (k);
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k FROM t LIMIT 3;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT DISTINCT g FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k, random() FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k FROM t WHERE v < extract(year FROM now());
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k, (SELECT max(v) FROM t) FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k FROM t UNION ALL SELECT v FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS WITH w AS (SELECT 1) SELECT k FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k, rank() OVER (ORDER BY v) FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT generate_series(1, v) FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT g, count(*) FROM t GROUP BY ROLLUP (g);
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k FROM t TABLESAMPLE system (50);
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k, ctid FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT x, count(*) FROM t GROUP BY x;

-- tables whose changes are not seen, or not seen by all
CREATE VIEW plain AS SELECT k, v FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k FROM plain;
CREATE MATERIALIZED VIEW good AS SELECT k FROM t;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT k FROM good;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT relname FROM pg_class;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT count(*) FROM aqumv.mark;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT i FROM generate_series(1, 3) i;
CREATE UNLOGGED TABLE u (k int);
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT count(*) FROM u;
CREATE TABLE parent (k int);
CREATE TABLE child () INHERITS (parent);
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT count(*) FROM parent;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT count(*) FROM child;
CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE f (k int) SERVER far;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT count(*) FROM f WITH NO DATA;
CREATE TABLE p (k int) PARTITION BY LIST (k);
CREATE FOREIGN TABLE pf PARTITION OF p FOR VALUES IN (1) SERVER far;
CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT count(*) FROM p WITH NO DATA;

-- views that were created without maintenance
CREATE MATERIALIZED VIEW bag AS SELECT g, v FROM t;
ALTER MATERIALIZED VIEW bag SET (aqumv.incremental);
CREATE MATERIALIZED VIEW joined AS SELECT a.k FROM t a JOIN t b USING (k);
ALTER MATERIALIZED VIEW joined SET (aqumv.incremental, fillfactor = 50);
SELECT reloptions FROM pg_class WHERE oid = 'joined'::regclass;
-- the label alone promises nothing; REFRESH says so
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW joined IS 'maintenance=immediate';
REFRESH MATERIALIZED VIEW joined;
ALTER MATERIALIZED VIEW joined SET (aqumv.maintenance = manual);
REFRESH MATERIALIZED VIEW joined;

-- rights
CREATE ROLE regress_aqumv_maker;
GRANT USAGE, CREATE ON SCHEMA incremental_refused TO regress_aqumv_maker;
GRANT SELECT ON t TO regress_aqumv_maker;
SET ROLE regress_aqumv_maker;
CREATE MATERIALIZED VIEW mine WITH (aqumv.incremental) AS SELECT g, count(*) FROM t GROUP BY g;
CREATE MATERIALIZED VIEW mine AS SELECT g, count(*) FROM t GROUP BY g;
ALTER MATERIALIZED VIEW mine SET (aqumv.incremental);
ALTER MATERIALIZED VIEW good SET (aqumv.incremental);
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW good IS 'maintenance=immediate';
RESET ROLE;
GRANT TRIGGER ON t TO regress_aqumv_maker;
SET ROLE regress_aqumv_maker;
ALTER MATERIALIZED VIEW mine SET (aqumv.incremental);
SELECT maintenance FROM aqumv.views WHERE view = 'mine'::regclass;
-- who has no right to the triggers may go on refreshing
RESET ROLE;
REVOKE TRIGGER ON t FROM regress_aqumv_maker;
SET ROLE regress_aqumv_maker;
REFRESH MATERIALIZED VIEW mine;
RESET ROLE;
DROP MATERIALIZED VIEW mine;
-- row security
GRANT TRIGGER ON t TO regress_aqumv_maker;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
SET ROLE regress_aqumv_maker;
CREATE MATERIALIZED VIEW mine WITH (aqumv.incremental) AS SELECT g, count(*) FROM t GROUP BY g;
RESET ROLE;
CREATE MATERIALIZED VIEW mine WITH (aqumv.incremental) AS SELECT g, count(*) FROM t GROUP BY g;

-- a snapshot that lacks what was folded already
CREATE EXTENSION dblink;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM t;
SELECT dblink_exec(format('host=%s port=%s dbname=%s', split_part(current_setting('unix_socket_directories'), ',', 1),
    current_setting('port'), current_database()), 'INSERT INTO incremental_refused.parent VALUES (1)');
SAVEPOINT s;
REFRESH MATERIALIZED VIEW mine;
ROLLBACK TO s;
CREATE MATERIALIZED VIEW late WITH (aqumv.incremental) AS SELECT k FROM t;
COMMIT;

SET client_min_messages = warning;
-- with both extensions
DROP SCHEMA incremental_refused CASCADE;
DROP ROLE regress_aqumv_maker;
