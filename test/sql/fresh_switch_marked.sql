-- Who switches triggers moves an epoch, and leaves a mark: a snapshot may see him
-- before the session has heard of the epoch
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE TABLE switch_p (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE switch_1 PARTITION OF switch_p FOR VALUES FROM (0) TO (10);
CREATE TABLE switch_2 PARTITION OF switch_p FOR VALUES FROM (10) TO (20);
CREATE MATERIALIZED VIEW switch_mv AS SELECT count(*) AS n FROM switch_p;
CREATE MATERIALIZED VIEW switch_mv_2 AS SELECT count(*) AS n FROM switch_2;
CREATE FUNCTION marked() RETURNS TABLE (relation regclass) LANGUAGE sql AS $$
    SELECT DISTINCT relation::regclass FROM aqumv.mark WHERE root = 'switch_p'::regclass AND xid = pg_current_xact_id() ORDER BY 1 $$;
BEGIN;
ALTER TABLE switch_1 DISABLE TRIGGER ALL;
SELECT * FROM marked();
ROLLBACK;
BEGIN;
ALTER TABLE switch_p DISABLE TRIGGER ALL;
INSERT INTO switch_p VALUES (1, 1), (11, 1);
ALTER TABLE switch_p ENABLE TRIGGER ALL;
SELECT * FROM marked();
COMMIT;
SELECT view, usable FROM aqumv.views WHERE view::text LIKE 'switch%' ORDER BY 1;
SET client_min_messages = warning;
DROP TABLE switch_p CASCADE;
DROP FUNCTION marked;
