-- What a view of rows is kept by is settled when it is created: a primary key that
-- its table gets later, or loses, does not make writes fail.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_added_key;
SET search_path = incremental_added_key;
CREATE TABLE t (id int NOT NULL, v text);
INSERT INTO t SELECT i, 'v' || i % 3 FROM generate_series(1, 9) AS i;
CREATE MATERIALIZED VIEW mv WITH (aqumv.incremental) AS SELECT id, v FROM t;
CREATE MATERIALIZED VIEW mv_v WITH (aqumv.incremental) AS SELECT v FROM t;
-- what every write is followed by
CREATE FUNCTION write() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    next int := (SELECT max(id) + 1 FROM incremental_added_key.t);
BEGIN
    INSERT INTO incremental_added_key.t VALUES (next, 'new'), (next + 1, 'v1');
    UPDATE incremental_added_key.t SET v = v || '+' WHERE id IN (2, next);
    UPDATE incremental_added_key.t SET id = next + 2 WHERE id = next;
    DELETE FROM incremental_added_key.t WHERE id IN (3, next + 1);
    RETURN (SELECT string_agg(view::text || ' ' || usable, ', ' ORDER BY view::text) FROM aqumv.views WHERE view::text ~ '^mv');
END $$;
SELECT write();
ALTER TABLE t ADD PRIMARY KEY (id);
SELECT write();
TABLE differences;
\c -
\i :harness
SET search_path = incremental_added_key;
SELECT write();
TABLE differences;
REFRESH MATERIALIZED VIEW mv;
SELECT write();
ALTER TABLE t DROP CONSTRAINT t_pkey;
SELECT write();
TABLE differences;
CREATE UNIQUE INDEX t_id ON t (id);
ALTER TABLE t ADD CONSTRAINT t_key PRIMARY KEY USING INDEX t_id;
SELECT write();
TABLE differences;
ALTER TABLE t DROP CONSTRAINT t_key;
ALTER TABLE t ADD PRIMARY KEY (v, id);
SELECT write();
TABLE differences;
-- copies may come again
ALTER TABLE t DROP CONSTRAINT t_pkey;
INSERT INTO t SELECT * FROM t;
DELETE FROM t WHERE ctid IN (SELECT min(ctid) FROM t WHERE id < 6 GROUP BY id);
TABLE differences;
-- the index that the hash is looked up with goes
DROP INDEX mv_aqumv_maintenance_idx;
SELECT write();
REFRESH MATERIALIZED VIEW mv;
SELECT write();
TABLE differences;
-- one that is as good goes or comes
CREATE INDEX mine ON mv (__aqumv_hash);
DROP INDEX mv_aqumv_maintenance_idx;
SELECT write();
TABLE differences;
BEGIN;
DROP INDEX mine;
ROLLBACK;
SELECT write();
-- a view that is kept by the key needs it
TRUNCATE t;
ALTER TABLE t ADD PRIMARY KEY (id);
INSERT INTO t SELECT i, 'v' || i % 3 FROM generate_series(1, 9) AS i;
CREATE MATERIALIZED VIEW mv_key WITH (aqumv.incremental) AS SELECT id, v FROM t;
SELECT write();
ALTER TABLE t DROP CONSTRAINT t_pkey;
-- ... but not if nobody knows (as after pg_upgrade)
DELETE FROM pg_depend WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_constraint'::regclass
    AND objid = (SELECT oid FROM pg_rewrite WHERE ev_class = 'mv_key'::regclass);
ALTER TABLE t DROP CONSTRAINT t_pkey;
SELECT write();
SELECT write();
\set VERBOSITY terse
REFRESH MATERIALIZED VIEW mv_key;
SELECT write();
ALTER TABLE t ADD PRIMARY KEY (id);
SELECT write();
REFRESH MATERIALIZED VIEW mv_key;
SELECT write();
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_added_key CASCADE;
