-- Texts that aqumv.explain_rewrite is fed with by tools: normalised ones, with
-- parameters of unknown types, several statements, utility statements.  Each
-- gives a row with a reason; errors are left to what is wrong in itself.  If
-- this were wrong, one such text would stop a report over all others.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set VERBOSITY terse
CREATE SCHEMA explain_texts;
SET search_path = explain_texts;
CREATE TABLE t AS SELECT a, a % 10 AS b, timestamp '2024-01-01' + a * interval '1 day' AS ts, a::text AS c FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a, b, ts, c FROM t;
CREATE FUNCTION pg_temp.explain(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT string_agg(coalesce(reason_code, 'used'), ', ') FROM aqumv.explain_rewrite(query));
EXCEPTION WHEN OTHERS THEN
    RETURN 'ERROR ' || sqlstate;
END $$;
SELECT query, pg_temp.explain(query) FROM (VALUES
    ('SELECT a FROM t WHERE a = $1'),
    ('SELECT a + $1 FROM t WHERE b < $2 AND c LIKE $3 LIMIT $4'),
    ('SELECT count(*) FROM t WHERE ts > now() - interval $1'),
    ('SELECT count(*) FROM t WHERE ts > date $1 AND c = $2 AND c <> ''a $1 "x'' /* $3 '' */'),
    ('SELECT $1 + $2 FROM t'),
    ('SELECT $1 IS NULL FROM t'),
    ('SELECT a FROM t WHERE $1 = $2'),
    ('SELECT date_trunc($1, ts), count(*) FROM t GROUP BY date_trunc($2, ts)'),
    ('SELECT a % $1, count(*) FROM t GROUP BY a % $2'),
    ('SELECT a FROM t WHERE a = $1 OR c = $1'),
    ('SELECT abs($1) FROM t'),
    ('SELECT DISTINCT a FROM t ORDER BY a + $1'),
    ('SELECT a FROM t; SELECT b FROM t'),
    (''), (';'), ('-- nothing'),
    ('VACUUM t'), ('BEGIN'), ('COPY t TO STDOUT'), ('COPY (SELECT a FROM t) TO STDOUT'), ('SET x.y = 1'), ('CALL p()'), ('DEALLOCATE ALL'),
    ('CREATE INDEX ON t (a)'), ('LOCK t'), ('EXPLAIN SELECT a FROM t'), ('DECLARE c CURSOR FOR SELECT count(*) FROM t'),
    ('CREATE TABLE x AS SELECT a FROM t'), ('EXPLAIN CREATE TABLE x AS SELECT a FROM t'), ('EXPLAIN EXECUTE p'), ('CREATE TABLE x AS EXECUTE p'),
    ('PREPARE p AS SELECT a FROM t'), ('REFRESH MATERIALIZED VIEW v'), ('CREATE MATERIALIZED VIEW w AS SELECT a FROM t WHERE a = 1'),
    ('INSERT INTO t (a) SELECT a FROM t'), ('DELETE FROM t WHERE a = $1'), ('VALUES (1)'), ('TABLE t'), ('SELECT'),
    ('SELEC'), ('SELECT $1 FROM WHERE'), ('SELECT interval $1 FROM t WHERE ('), ('SELECT a FROM nosuch WHERE a = $1'), ('SELECT nosuch FROM t WHERE a = $1'),
    ('SELECT ''open'), ('SELECT $a$ $1'), ('SELECT $1'), ('SELECT $0')) x (query);
SELECT reason FROM aqumv.explain_rewrite('SELECT count(*) FROM t WHERE ts > now() - interval $1');
-- what the failed analysis had opened is closed
SELECT pg_temp.explain('UPDATE t SET a = 1 WHERE nosuch($1) = a'), pg_temp.explain('DELETE FROM t WHERE abs($1, $2)');
SELECT reason FROM aqumv.explain_rewrite('SELECT a FROM t; SELECT b FROM t');
SELECT reason FROM aqumv.explain_rewrite('VACUUM t');
-- the transaction goes on, and nothing is left of the attempt
BEGIN;
SELECT pg_temp.explain('SELECT $1 + $2 FROM t'), pg_temp.explain('SELECT interval $1 FROM t');
SELECT count(*) FROM t;
COMMIT;
-- rules that make several statements, or none
CREATE RULE two AS ON INSERT TO t DO ALSO SELECT 1;
SELECT pg_temp.explain('INSERT INTO t (a) SELECT a FROM t');
CREATE RULE none AS ON DELETE TO t DO INSTEAD NOTHING;
SELECT pg_temp.explain('DELETE FROM t WHERE a IN (SELECT a FROM t)');

-- the mode of the session
VACUUM ANALYZE t;
VACUUM ANALYZE v;
SELECT view, used, reason_code FROM aqumv.explain_rewrite('SELECT a FROM t WHERE b = 1');
SET aqumv.rewrite_mode = cost;
SELECT view, used, reason_code FROM aqumv.explain_rewrite('SELECT a FROM t WHERE b = 1');
SET aqumv.rewrite_mode = required;
SELECT view, used, reason_code FROM aqumv.explain_rewrite('SELECT a FROM t WHERE b = 1');
SELECT view, used, reason_code FROM aqumv.explain_rewrite('SELECT ctid FROM t WHERE b = 1');

SET client_min_messages = warning;
DROP SCHEMA explain_texts CASCADE;
