-- The views of the seed "Optimizing Cross-Partition Aggregations": one daily
-- view per partition, each answering queries on its own partition, in the
-- TimeZone that it was filled under.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA seed_daily;
SET search_path = seed_daily, public;
SET TimeZone = 'UTC';
CREATE TABLE orders (id int, created_at timestamptz NOT NULL, amount numeric(10, 2)) PARTITION BY RANGE (created_at);
CREATE TABLE orders_2024_q1 PARTITION OF orders FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2024-04-01 00:00+00');
CREATE TABLE orders_2024_q2 PARTITION OF orders FOR VALUES FROM ('2024-04-01 00:00+00') TO ('2024-07-01 00:00+00');
INSERT INTO orders SELECT i, '2024-01-01 00:00+00'::timestamptz + i * interval '67 minutes', i % 97 + 0.25
  FROM generate_series(0, 3900) i;

CREATE MATERIALIZED VIEW mv_orders_2024_q1_daily AS
SELECT
  DATE_TRUNC('day', created_at) AS day,
  SUM(amount)   AS total_amount,
  COUNT(*)      AS order_count
FROM orders_2024_q1
GROUP BY 1;
CREATE INDEX idx_mv_q1_day ON mv_orders_2024_q1_daily (day);
CREATE MATERIALIZED VIEW mv_orders_2024_q2_daily AS
SELECT
  DATE_TRUNC('day', created_at) AS day,
  SUM(amount)   AS total_amount,
  COUNT(*)      AS order_count
FROM orders_2024_q2
GROUP BY 1;
CREATE INDEX idx_mv_q2_day ON mv_orders_2024_q2_daily (day);
ANALYZE;

RESET aqumv.rewrite_mode;
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF) SELECT date_trunc('day', created_at), sum(amount) FROM orders_2024_q1 GROUP BY 1;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT date_trunc('day', created_at) AS day, sum(amount), count(*) FROM orders_2024_q2
 WHERE date_trunc('day', created_at) >= '2024-05-01 00:00+00' GROUP BY day ORDER BY day;
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET enable_answer_query_using_materialized_views;
SET aqumv.rewrite_mode = force;

SELECT pg_temp.compare_ordered($$SELECT date_trunc('day', created_at) AS day, sum(amount) FROM orders_2024_q1 GROUP BY 1 ORDER BY day$$);
SELECT pg_temp.compare($$SELECT date_trunc('day', created_at), count(*) AS n FROM orders_2024_q2
                          WHERE date_trunc('day', created_at) < '2024-05-01 00:00+00' GROUP BY 1 HAVING sum(amount) > 1000$$);
-- the other partition's view says nothing about this one
DROP MATERIALIZED VIEW mv_orders_2024_q1_daily;
SELECT pg_temp.compare($$SELECT date_trunc('day', created_at), count(*) FROM orders_2024_q1 GROUP BY 1$$);
-- days are others elsewhere
SET TimeZone = 'Asia/Tokyo';
SELECT pg_temp.compare($$SELECT date_trunc('day', created_at), count(*) FROM orders_2024_q2 GROUP BY 1$$);
DROP SCHEMA seed_daily CASCADE;
