-- Arguments that a call leaves out may have VOLATILE defaults: evaluated for every
-- row of the table, not of a view
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE SEQUENCE volatile_seq;
CREATE FUNCTION third(k int, d bigint DEFAULT nextval('volatile_seq')) RETURNS bool
    IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN d % 3 = 0; END';
CREATE TABLE volatile_t (k int, v int);
INSERT INTO volatile_t SELECT i % 2, i FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW volatile_mv AS SELECT k, count(*) AS n, sum(v) AS s FROM volatile_t GROUP BY k;

SET aqumv.rewrite_mode = force;
CREATE FUNCTION evaluated(query text) RETURNS TABLE (how text, last bigint) LANGUAGE plpgsql AS $$
BEGIN
    FOREACH how IN ARRAY '{on,off}'::text[] LOOP
        PERFORM set_config('enable_answer_query_using_materialized_views', how, true);
        PERFORM setval('volatile_seq', 1, false);
        EXECUTE query;
        SELECT last_value INTO last FROM volatile_seq;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM evaluated('SELECT count(*) FROM volatile_t WHERE third(k)');
SELECT * FROM evaluated('SELECT count(*) FROM volatile_t WHERE third(k => k)');
SELECT * FROM evaluated('SELECT count(*) FILTER (WHERE third(k)) FROM volatile_t');
SELECT * FROM evaluated('SELECT count(*) FROM volatile_t t WHERE EXISTS (SELECT FROM generate_series(1, 1) WHERE third(t.k))');
SELECT DISTINCT reason_code FROM aqumv.explain_rewrite('SELECT count(*) FROM volatile_t WHERE third(k)');
-- who gives it need not know
SELECT * FROM evaluated('SELECT count(*) FROM volatile_t WHERE third(k, 3)');
SELECT reason_code, used FROM aqumv.explain_rewrite('SELECT count(*) FROM volatile_t WHERE third(k, 3)');
SET client_min_messages = warning;
DROP TABLE volatile_t CASCADE;
DROP FUNCTION third, evaluated;
DROP SEQUENCE volatile_seq;
