-- DDL that has an immediate view computed anew: it is computed in the TimeZone that
-- it was filled in, whoever runs the DDL, and goes on answering there.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_timezone;
SET search_path = ddl_timezone;
SET TimeZone = 'UTC';
CREATE TABLE t (id int, ts timestamptz, v int) PARTITION BY RANGE (id);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100) TO (200);
INSERT INTO t SELECT i, '2024-01-01 00:00+00'::timestamptz + i * interval '7 hours', i FROM generate_series(0, 190, 10) AS i;
CREATE MATERIALIZED VIEW mv WITH (aqumv.incremental) AS
    SELECT date_trunc('day', ts) AS day, count(*), sum(v) FROM t GROUP BY 1;

-- what it says at home, and elsewhere
CREATE FUNCTION pg_temp.everywhere() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    home text;
    away text;
    q text := 'SELECT date_trunc(''day'', ts) AS day, count(*), sum(v) FROM t GROUP BY 1';
BEGIN
    PERFORM set_config('TimeZone', 'UTC', true);
    home := pg_temp.compare(q);
    PERFORM set_config('TimeZone', 'Asia/Tokyo', true);
    away := pg_temp.compare(q);
    RETURN home || '; ' || away;
END $$;
SELECT pg_temp.everywhere();

SET TimeZone = 'Asia/Tokyo';
CREATE TABLE t3 (id int, ts timestamptz, v int);
INSERT INTO t3 SELECT 200 + i, '2024-01-01 00:00+00'::timestamptz + i * interval '5 hours', i FROM generate_series(0, 9) AS i;
ALTER TABLE t ATTACH PARTITION t3 FOR VALUES FROM (200) TO (300);
SELECT pg_temp.everywhere();
ALTER TABLE t DETACH PARTITION t1;
SELECT pg_temp.everywhere();
DROP TABLE t2;
SELECT pg_temp.everywhere();
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (100);
ALTER TABLE t DETACH PARTITION t1 CONCURRENTLY;
SELECT pg_temp.everywhere();

-- twice in a transaction, and with a part undone
BEGIN;
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (100);
ALTER TABLE t DETACH PARTITION t1;
SAVEPOINT s;
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (100);
ROLLBACK TO s;
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (100);
COMMIT;
SELECT pg_temp.everywhere();

TRUNCATE t1;
SELECT pg_temp.everywhere();

-- taken back in one transaction, computed in another
CREATE TABLE u (ts timestamptz);
INSERT INTO u SELECT '2024-01-01 00:00+00'::timestamptz + i * interval '7 hours' FROM generate_series(0, 20) AS i;
SET TimeZone = 'UTC';
CREATE MATERIALIZED VIEW days WITH (aqumv.incremental) AS SELECT ts::date AS day, count(*) FROM u GROUP BY 1;
SET TimeZone = 'Asia/Tokyo';
CREATE TABLE child () INHERITS (u);
SELECT pg_temp.compare('SELECT ts::date, count(*) FROM u GROUP BY 1');
DROP TABLE child;
SELECT pg_temp.compare('SELECT ts::date, count(*) FROM u GROUP BY 1');
SET TimeZone = 'UTC';
SELECT pg_temp.compare('SELECT ts::date, count(*) FROM u GROUP BY 1');
SET TimeZone = 'Asia/Tokyo';

-- REFRESH moves it to where it is run, for DDL as well
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.everywhere();
SET TimeZone = 'UTC';
ALTER TABLE t DETACH PARTITION t1;
SELECT pg_temp.everywhere();
SELECT * FROM differences WHERE view = 'days'::regclass;
SET TimeZone = 'Asia/Tokyo';
SELECT * FROM differences WHERE view = 'mv'::regclass;
SELECT count(*) FROM aqumv.refresh WHERE view = 'mv'::regclass;
SET client_min_messages = warning;
DROP SCHEMA ddl_timezone CASCADE;
SELECT leftovers FROM pg_temp.state();
