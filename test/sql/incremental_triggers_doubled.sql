-- A superuser switches the triggers of a partition, and then a partition comes or
-- goes: the triggers are put in place again, in the stead of those that were
-- there.  If this were wrong, every change would be folded in twice.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_triggers_doubled;
SET search_path = incremental_triggers_doubled;
CREATE TABLE p (k int, x int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (k);
CREATE TABLE p2a PARTITION OF p2 FOR VALUES FROM (10) TO (15);
CREATE TABLE q (k int, x int);
INSERT INTO p SELECT i % 15, i FROM generate_series(1, 30) i;
CREATE MATERIALIZED VIEW mv WITH (aqumv.incremental) AS SELECT k, sum(x), count(*), max(x) FROM p GROUP BY k;
CREATE MATERIALIZED VIEW mv_rows WITH (aqumv.incremental) AS SELECT k, x FROM p2;
CREATE FUNCTION triggers() RETURNS TABLE (relation regclass, n bigint) LANGUAGE sql AS
    'SELECT tgrelid::regclass, count(*) FROM pg_trigger WHERE tgrelid::regclass IN (''p'', ''p1'', ''p2'', ''p2a'') GROUP BY 1';
CREATE TABLE before AS SELECT * FROM triggers();
-- every view that may be used is what its definition says, whoever is written
CREATE PROCEDURE try(change text) LANGUAGE plpgsql AS $$
DECLARE
    view regclass;
    n bigint;
BEGIN
    EXECUTE change;
    INSERT INTO p1 VALUES (1, 100);
    INSERT INTO p2 VALUES (11, 100);
    INSERT INTO p2a VALUES (12, 100);
    INSERT INTO p VALUES (1, 100), (11, 100);
    DELETE FROM p WHERE k = 12 AND x < 100;
    FOR view IN SELECT v.view FROM aqumv.views v WHERE v.usable ORDER BY 1 LOOP
        EXECUTE format('SELECT count(*) FROM ((TABLE %1$s EXCEPT ALL (%2$s)) UNION ALL ((%2$s) EXCEPT ALL TABLE %1$s)) AS d',
            view, rtrim(pg_get_viewdef(view), ';')) INTO n;
        RAISE NOTICE '%: % differences', view, n;
    END LOOP;
END $$;

SET client_min_messages = error;
ALTER TABLE p2a DISABLE TRIGGER ALL;
ALTER TABLE p2 ENABLE TRIGGER ALL;
SET client_min_messages = notice;
CALL try('ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (30) TO (40)');
SELECT * FROM triggers() EXCEPT TABLE before;

SET client_min_messages = error;
ALTER TABLE p1 DISABLE TRIGGER ALL;
SET client_min_messages = notice;
CALL try('ALTER TABLE p DETACH PARTITION q');
SELECT * FROM triggers() EXCEPT TABLE before;

SET client_min_messages = error;
ALTER TABLE p ENABLE TRIGGER ALL;
SET client_min_messages = notice;
CALL try('REFRESH MATERIALIZED VIEW mv');
SELECT * FROM triggers() EXCEPT TABLE before;

SET client_min_messages = warning;
DROP SCHEMA incremental_triggers_doubled CASCADE;
