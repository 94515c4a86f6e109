-- Tables over whose views nothing can be answered, each with its reason code:
-- what cannot be tracked, or where ONLY, inheritance or row security change which
-- rows a name stands for.  Were the code wrong, rows of children would be missing
-- or too many, and rows would be shown that a policy hides.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA decline_base;
SET search_path = decline_base, public;

-- a parent of old-style inheritance, with and without ONLY; a child
CREATE TABLE parent (k int, v int);
CREATE TABLE child (extra int) INHERITS (parent);
INSERT INTO parent SELECT i, i % 3 FROM generate_series(1, 10) i;
INSERT INTO child SELECT i, i % 3, i FROM generate_series(11, 15) i;
CREATE MATERIALIZED VIEW mv_parent AS SELECT k, v FROM parent;
CREATE MATERIALIZED VIEW mv_only AS SELECT k, v FROM ONLY parent;
CREATE MATERIALIZED VIEW mv_child AS SELECT k, v FROM child;
SELECT pg_temp.compare('SELECT k FROM parent');
SELECT pg_temp.compare('SELECT k FROM ONLY parent');
SELECT pg_temp.compare('SELECT k FROM child');
SELECT pg_temp.compare('SELECT k FROM ONLY child');

-- a table that becomes a parent
CREATE TABLE late (k int);
INSERT INTO late VALUES (1), (2);
CREATE MATERIALIZED VIEW mv_late AS SELECT k FROM late;
SELECT pg_temp.compare('SELECT k FROM late');
SELECT pg_temp.compare('SELECT k FROM ONLY late');
CREATE TABLE late_child () INHERITS (late);
INSERT INTO late_child VALUES (3);
SELECT pg_temp.compare('SELECT k FROM late');
SELECT pg_temp.compare('SELECT k FROM ONLY late');

-- ONLY a partitioned table is empty; its view is not, and the other way round
CREATE TABLE part (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (100);
INSERT INTO part SELECT i, i % 3 FROM generate_series(1, 10) i;
CREATE MATERIALIZED VIEW mv_part AS SELECT k, v FROM part;
SELECT pg_temp.compare('SELECT k FROM part');
SELECT pg_temp.compare('SELECT k FROM ONLY part');
SELECT pg_temp.compare('SELECT count(*) FROM ONLY part');
SELECT reason_code FROM aqumv.explain_rewrite('SELECT count(*) FROM ONLY part');
DROP MATERIALIZED VIEW mv_part;
CREATE MATERIALIZED VIEW mv_none AS SELECT k, v FROM ONLY part;
SELECT pg_temp.compare('SELECT k FROM part');
SELECT pg_temp.compare('SELECT k FROM ONLY part');

-- unlogged: a crash empties the table, not the view
CREATE UNLOGGED TABLE unlogged (k int);
INSERT INTO unlogged VALUES (1);
CREATE MATERIALIZED VIEW mv_unlogged AS SELECT k FROM unlogged;
SELECT pg_temp.compare('SELECT k FROM unlogged');
ALTER TABLE unlogged SET LOGGED;
REFRESH MATERIALIZED VIEW mv_unlogged;
SELECT pg_temp.compare('SELECT k FROM unlogged');
ALTER TABLE unlogged SET UNLOGGED;
SELECT pg_temp.compare('SELECT k FROM unlogged');

-- system catalogs; other materialized views are no reason (views_over_views)
CREATE MATERIALIZED VIEW mv_class AS SELECT relname, relkind FROM pg_class WHERE relname = 'pg_proc';
SELECT pg_temp.compare($$SELECT relname, relkind FROM pg_class WHERE relname = 'pg_proc'$$);
SELECT pg_temp.compare('SELECT count(*) FROM (SELECT relname FROM pg_class LIMIT 3) s');
CREATE MATERIALIZED VIEW mv_info AS SELECT feature_id FROM information_schema.sql_features;
SELECT reason_code FROM aqumv.explain_rewrite('SELECT feature_id FROM information_schema.sql_features');
SELECT view, usable, reason_code, reason FROM aqumv.views WHERE view IN ('mv_class'::regclass, 'mv_info'::regclass) ORDER BY view::text;
CREATE MATERIALIZED VIEW mv_mv AS SELECT k FROM mv_child;
SELECT pg_temp.compare('SELECT k FROM mv_child');
SELECT reason_code FROM aqumv.explain_rewrite('SELECT k FROM mv_child') WHERE view = 'mv_mv'::regclass;

-- row security, for the owner by force and for another role
CREATE TABLE secret (k int, who text);
INSERT INTO secret VALUES (1, 'regress_decline_base'), (2, 'nobody');
CREATE MATERIALIZED VIEW mv_secret AS SELECT k, who FROM secret;
CREATE ROLE regress_decline_base;
GRANT USAGE ON SCHEMA decline_base TO regress_decline_base;
GRANT SELECT ON secret TO regress_decline_base;
SET ROLE regress_decline_base;
SELECT pg_temp.compare('SELECT k FROM secret');
RESET ROLE;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON secret USING (who = current_user);
SET ROLE regress_decline_base;
SELECT pg_temp.compare('SELECT k FROM secret');
RESET ROLE;
SELECT pg_temp.compare('SELECT k FROM secret');
ALTER TABLE secret OWNER TO regress_decline_base;
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
SET ROLE regress_decline_base;
SELECT pg_temp.compare('SELECT k FROM secret');
RESET ROLE;
DROP SCHEMA decline_base CASCADE;
DROP ROLE regress_decline_base;
