-- Every statement that writes, over views of every kind: the view is what its
-- definition says after each.  A delta that were lost, applied twice or in the
-- wrong order would show as a difference.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_statements;
SET search_path = incremental_statements;
CREATE TABLE o (id bigserial PRIMARY KEY, region int, amount numeric, qty int NOT NULL, d date, txt text);
INSERT INTO o (region, amount, qty, d, txt)
    SELECT i % 5, (i * 1.25)::numeric(10,2), i % 7, '2024-01-01'::date + i % 10, 'x' || i % 3 FROM generate_series(1, 1000) AS i;
CREATE MATERIALIZED VIEW mv_groups WITH (aqumv.incremental) AS SELECT region, sum(amount), count(*), avg(qty) FROM o GROUP BY region;
CREATE MATERIALIZED VIEW mv_all WITH (aqumv.incremental) AS SELECT sum(amount) AS s, count(*) AS c FROM o;
CREATE MATERIALIZED VIEW mv_key WITH (aqumv.incremental) AS SELECT id, region * 2 AS r2, amount FROM o WHERE qty > 3;
CREATE MATERIALIZED VIEW mv_rows WITH (aqumv.incremental) AS SELECT region, amount FROM o WHERE qty > 3;
CREATE MATERIALIZED VIEW mv_days WITH (aqumv.incremental) AS SELECT d, min(amount), max(amount), sum(qty) AS s FROM o GROUP BY d;
CREATE MATERIALIZED VIEW mv_lists WITH (aqumv.incremental) AS SELECT region, string_agg(txt, ',' ORDER BY id) FROM o GROUP BY region;
CREATE MATERIALIZED VIEW mv_having WITH (aqumv.incremental) AS SELECT d, count(*) AS c FROM o GROUP BY d HAVING sum(qty) > 295;
CREATE MATERIALIZED VIEW mv_expressions WITH (aqumv.incremental) AS
    SELECT region % 2 AS parity, sum(amount) / count(*) AS mean, coalesce(max(qty) - min(qty), 0) AS spread, variance(qty) FROM o GROUP BY 1;
TABLE differences;
INSERT INTO o (region, amount, qty, d, txt) VALUES (1, 3.14159, 5, '2024-01-03', 'new');
TABLE differences;
INSERT INTO o (region, amount, qty, d, txt) VALUES (99, NULL, 5, '2025-01-03', 'new'), (NULL, 1, 6, NULL, NULL);
TABLE differences;
UPDATE o SET amount = amount + 1 WHERE id < 10;
UPDATE o SET region = region + 1 WHERE id BETWEEN 20 AND 40;
TABLE differences;
UPDATE o SET qty = qty + 1 WHERE id BETWEEN 20 AND 60;
DELETE FROM o WHERE region = 99;
TABLE differences;
DELETE FROM o WHERE amount = 3.14159;
TABLE mv_all;
DELETE FROM o WHERE id % 3 = 0;
TABLE differences;
BEGIN;
INSERT INTO o (region, amount, qty, d, txt) VALUES (7, 7, 7, '2024-01-01', 'b');
SAVEPOINT a;
DELETE FROM o WHERE id % 2 = 0;
TABLE differences;
ROLLBACK TO a;
TABLE differences;
INSERT INTO o (region, amount, qty, d, txt) VALUES (7, 7, 7, '2024-01-01', 'b');
COMMIT;
TABLE differences;
INSERT INTO o (id, region, amount, qty) VALUES (1, 1, 1, 4), (2000, 1, 1, 4) ON CONFLICT (id) DO UPDATE SET amount = 1000, region = 6;
INSERT INTO o (id, region, amount, qty) VALUES (1, 1, 1, 4) ON CONFLICT DO NOTHING;
TABLE differences;
MERGE INTO o USING generate_series(1, 20) AS s (k) ON o.id = s.k
    WHEN MATCHED AND k < 5 THEN DELETE
    WHEN MATCHED THEN UPDATE SET qty = 6
    WHEN NOT MATCHED THEN INSERT (id, region, amount, qty) VALUES (k, 1, 1, 4);
TABLE differences;
WITH x AS (INSERT INTO o (region, amount, qty) VALUES (1, 2, 5) RETURNING id),
     y AS (DELETE FROM o WHERE id = 50 RETURNING id)
SELECT count(*) FROM x, y;
WITH x AS (UPDATE o SET txt = 'other' WHERE id = 52 RETURNING 1) UPDATE o SET amount = 5 WHERE id = 53;
TABLE differences;
COPY o (region, amount, qty, d, txt) FROM stdin;
1	1.5	4	2024-01-02	c
1	1.50	5	2024-01-02	c
\.
UPDATE o SET id = id + 100000;
TABLE differences;
DELETE FROM o WHERE region = 1;
TABLE differences;
TRUNCATE o;
TABLE differences;
TABLE mv_all;
INSERT INTO o (region, amount, qty, d, txt)
    SELECT i % 5, (i * 1.25)::numeric(10,2), i % 7, '2024-01-01'::date + i % 10, 'x' || i % 3 FROM generate_series(1, 100) AS i;
TABLE differences;
-- an index of the user's own
CREATE UNIQUE INDEX own ON mv_groups (count) WHERE region > 100;
INSERT INTO o (region, amount, qty) VALUES (101, 1, 1), (102, 1, 1);
DROP INDEX own;
REFRESH MATERIALIZED VIEW mv_groups;
INSERT INTO o (region, amount, qty) VALUES (102, 1, 1);
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_statements CASCADE;
