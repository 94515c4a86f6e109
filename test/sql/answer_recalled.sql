-- A statement that was dearer by far than its answer is not planned as written
-- again, until something is heard of its tables or it has come many times
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE SCHEMA recalled;
SET search_path = recalled, public;
SET enable_answer_query_using_materialized_views = on;
SET max_parallel_workers_per_gather = 0;
SET enable_bitmapscan = off;

CREATE TABLE facts (k int, g int, x int) PARTITION BY RANGE (k);
CREATE TABLE facts_1 PARTITION OF facts FOR VALUES FROM (0) TO (100000);
INSERT INTO facts SELECT i, i % 5000, i FROM generate_series(0, 49999) AS i;
CREATE MATERIALIZED VIEW by_g AS SELECT g, count(*) AS n, sum(x) AS s FROM facts GROUP BY g;
ANALYZE facts, by_g;

-- what a statement reads, and how many times it is planned like that
CREATE FUNCTION reads(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
        line := substring(line FROM 'on (by_g|facts)');
        IF line IS NOT NULL THEN
            RETURN line;
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION times(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    first text := reads(query);
    n int := 1;
BEGIN
    WHILE n < 100 AND reads(query) = first LOOP
        n := n + 1;
    END LOOP;
    RETURN first || CASE WHEN n < 100 THEN ' for a while' ELSE ' always' END;
END $$;

SELECT reads('SELECT count(*), sum(x) FROM facts WHERE g = 7');
-- nothing is heard of the table itself
CREATE INDEX ON facts_1 (g) INCLUDE (x);
SELECT times('SELECT count(*), sum(x) FROM facts WHERE g = 7');
SELECT reads('SELECT count(*), sum(x) FROM facts WHERE g = 7');

-- another statement, a setting, DDL: planned anew
DROP INDEX facts_1_g_x_idx;
SELECT reads('SELECT count(*), sum(x) FROM facts WHERE g = 8'), reads('SELECT count(*), sum(x) FROM facts WHERE g = 9');
CREATE INDEX ON facts_1 (g) INCLUDE (x);
SELECT reads('SELECT count(*), sum(x) FROM facts WHERE g = 8'), reads('SELECT count(*), sum(x) FROM facts WHERE g = 10');
SET random_page_cost = 3.9;
SELECT reads('SELECT count(*), sum(x) FROM facts WHERE g = 8'), reads('SELECT count(*), sum(x) FROM facts WHERE g = 9');
RESET random_page_cost;
SELECT reads('SELECT count(*), sum(x) FROM facts WHERE g = 9');
ALTER TABLE facts ALTER g SET STATISTICS 101;
SELECT reads('SELECT count(*), sum(x) FROM facts WHERE g = 9');

-- the values of parameters are not in the text
DROP INDEX facts_1_g_x_idx;
SET plan_cache_mode = force_custom_plan;
PREPARE q(int) AS SELECT count(*), sum(x) FROM facts WHERE g = $1;
SELECT reads('EXECUTE q(7)');
CREATE INDEX ON facts_1 (g) INCLUDE (x);
SELECT reads('EXECUTE q(7)');

-- nor is it clear what several statements in one string cost
DROP INDEX facts_1_g_x_idx;
EXPLAIN (COSTS off) SELECT count(*) FROM facts WHERE g > 4 \; EXPLAIN (COSTS off) SELECT count(*) FROM facts WHERE g = 4;
CREATE INDEX ON facts_1 (g);
EXPLAIN (COSTS off) SELECT count(*) FROM facts WHERE g > 4 \; EXPLAIN (COSTS off) SELECT count(*) FROM facts WHERE g = 4;

-- aqumv.explain_rewrite compares always
CREATE INDEX ON facts_1 (g) INCLUDE (x);
SELECT used, reason FROM aqumv.explain_rewrite('SELECT count(*), sum(x) FROM facts WHERE g = 7');

DROP SCHEMA recalled CASCADE;
