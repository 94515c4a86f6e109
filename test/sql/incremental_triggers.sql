-- Which relations have triggers for immediate views: all that can bring rows into
-- the base, and no others, for as long as there is an immediate view.  If this
-- were wrong, writes would pass by a view, or pay for views that are gone.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_triggers;
SET search_path = incremental_triggers;
-- relations with triggers for immediate views, and their number
CREATE VIEW shown AS
    SELECT tgrelid::regclass AS relation, count(*) FROM pg_trigger
     WHERE tgname ~ '^!aqumv_maintain' GROUP BY tgrelid;
CREATE VIEW views AS
    SELECT view, maintenance, reason_code FROM aqumv.views WHERE pg_table_is_visible(view);
CREATE TABLE t (k int PRIMARY KEY, g int);
CREATE MATERIALIZED VIEW by_hand AS SELECT k FROM t;
SELECT * FROM shown;
CREATE MATERIALIZED VIEW mv WITH (aqumv.incremental) AS SELECT g, count(*) FROM t GROUP BY g;
SELECT regexp_replace(tgname, '_\d+$', '') AS name, tgenabled, tgisinternal, tgtype, tgfoid::regproc, tgoldtable, tgnewtable
  FROM pg_trigger WHERE tgrelid = 't'::regclass AND tgname ~ 'maintain' ORDER BY 1;
-- they neither keep the view from being dropped nor come twice
CREATE MATERIALIZED VIEW mv2 WITH (aqumv.incremental) AS SELECT k FROM t WITH NO DATA;
SELECT * FROM shown;
DROP MATERIALIZED VIEW mv;
SELECT * FROM shown;
SELECT aqumv.untrack('t');
DROP MATERIALIZED VIEW mv2;
SELECT * FROM shown;
SELECT aqumv.untrack('t');
SELECT aqumv.track('t');

-- a table that this transaction is writing keeps them for now
CREATE TABLE r (k int REFERENCES t DEFERRABLE INITIALLY DEFERRED);
CREATE MATERIALIZED VIEW mvr WITH (aqumv.incremental) AS SELECT count(*) FROM r;
BEGIN;
INSERT INTO t VALUES (1, 1);
INSERT INTO r VALUES (1);
DROP MATERIALIZED VIEW mvr;
COMMIT;
SELECT * FROM shown;
DROP MATERIALIZED VIEW by_hand;
SELECT * FROM shown;

-- partitions: above and below the base, not beside it
CREATE TABLE p (k int, g int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (k);
CREATE TABLE p21 PARTITION OF p2 FOR VALUES FROM (10) TO (15);
CREATE MATERIALIZED VIEW mvp WITH (aqumv.incremental) AS SELECT g, count(*) FROM p2 GROUP BY g;
SELECT * FROM shown ORDER BY relation::text;
-- later ones
CREATE TABLE p22 PARTITION OF p2 FOR VALUES FROM (15) TO (18);
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30);
SELECT * FROM shown ORDER BY relation::text;
SELECT * FROM views;
CREATE TABLE p23 (k int, g int);
ALTER TABLE p2 ATTACH PARTITION p23 FOR VALUES FROM (18) TO (20);
SELECT * FROM shown ORDER BY relation::text;
SELECT * FROM views;
REFRESH MATERIALIZED VIEW mvp;
-- what happens beside the base does not matter
CREATE TABLE p4 (k int, g int);
ALTER TABLE p ATTACH PARTITION p4 FOR VALUES FROM (30) TO (40);
ALTER TABLE p DETACH PARTITION p1;
DROP TABLE p4;
SELECT * FROM views;
-- the whole tree
CREATE MATERIALIZED VIEW mvall WITH (aqumv.incremental) AS SELECT count(*) FROM p;
SELECT * FROM shown ORDER BY relation::text;
SELECT * FROM views ORDER BY view::text;
ALTER TABLE p2 DETACH PARTITION p22;
SELECT * FROM shown ORDER BY relation::text;
SELECT * FROM views ORDER BY view::text;
REFRESH MATERIALIZED VIEW mvall;
DROP TABLE p23;
SELECT * FROM views ORDER BY view::text;
REFRESH MATERIALIZED VIEW mvall;
REFRESH MATERIALIZED VIEW mvp;
SELECT * FROM views ORDER BY view::text;

-- a superuser can take triggers away, or switch them off
SELECT tgname FROM pg_trigger WHERE tgrelid = 'p21'::regclass AND tgname ~ 'maintain_update' \gset
DROP TRIGGER :"tgname" ON p21;
SELECT * FROM views ORDER BY view::text;
REFRESH MATERIALIZED VIEW mvp;
SELECT * FROM shown ORDER BY relation::text;
SELECT * FROM views ORDER BY view::text;
REFRESH MATERIALIZED VIEW mvall;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'p21'::regclass AND tgname ~ 'maintain_row' \gset
DROP TRIGGER :"tgname" ON p21;
SELECT * FROM views ORDER BY view::text;
REFRESH MATERIALIZED VIEW mvp;
REFRESH MATERIALIZED VIEW mvall;
-- when they come back for another view, those that were there have missed something
SELECT tgname FROM pg_trigger WHERE tgrelid = 'p'::regclass AND tgname ~ 'maintain_insert' \gset
DROP TRIGGER :"tgname" ON p;
INSERT INTO p VALUES (11, 1);
CREATE TABLE p5 (k int, g int);
CREATE MATERIALIZED VIEW mvp5 WITH (aqumv.incremental) AS SELECT count(*) FROM p5;
ALTER TABLE p ATTACH PARTITION p5 FOR VALUES FROM (50) TO (60);
SELECT relation, count FROM shown WHERE relation = 'p'::regclass;
SELECT * FROM views ORDER BY view::text;
SELECT count(*) = (SELECT sum(count) FROM mvp) AS right FROM p2;
SET client_min_messages = warning;
DROP TABLE p5 CASCADE;
RESET client_min_messages;
REFRESH MATERIALIZED VIEW mvp;
REFRESH MATERIALIZED VIEW mvall;
ALTER TABLE p21 DISABLE TRIGGER ALL;
ALTER TABLE p21 ENABLE TRIGGER ALL;
SELECT * FROM views ORDER BY view::text;

-- rows of an heir would be written through the table, but are not in the view
CREATE MATERIALIZED VIEW mvt WITH (aqumv.incremental) AS SELECT g, count(*) FROM t GROUP BY g;
CREATE TABLE heir (k int NOT NULL, g int);
INSERT INTO heir VALUES (5, 5);
ALTER TABLE heir INHERIT t;
UPDATE t SET g = g + 1;
ALTER TABLE heir NO INHERIT t;
SELECT * FROM views WHERE view = 'mvt'::regclass;
REFRESH MATERIALIZED VIEW mvt;
CREATE TABLE heir2 () INHERITS (t);
DROP TABLE heir2;
SELECT * FROM views WHERE view = 'mvt'::regclass;
DROP MATERIALIZED VIEW mvt;

-- the last one takes them along
DROP MATERIALIZED VIEW mvall;
ALTER MATERIALIZED VIEW mvp SET (aqumv.maintenance = manual);
SELECT * FROM shown ORDER BY relation::text;
-- a base goes with its views
CREATE MATERIALIZED VIEW mvall WITH (aqumv.incremental) AS SELECT count(*) FROM p;
SET client_min_messages = warning;
DROP TABLE p CASCADE;
DROP SCHEMA incremental_triggers CASCADE;
SELECT * FROM pg_temp.state();
SELECT * FROM pg_trigger WHERE tgname ~ 'aqumv_maintain';
