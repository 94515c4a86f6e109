-- Reason codes of queries that no view can answer.  Each query here would have
-- a wrong answer, or an unsafe plan, if it were taken.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA explain_reasons_query;
SET search_path = explain_reasons_query;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM t;
CREATE TABLE none (a int);
CREATE TABLE p (a int) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE MATERIALIZED VIEW vp AS SELECT a FROM p;
CREATE TABLE parent (a int);
CREATE MATERIALIZED VIEW vparent AS SELECT a FROM parent;
CREATE TABLE child () INHERITS (parent);
CREATE MATERIALIZED VIEW vchild AS SELECT a FROM child;
CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW vunlogged AS SELECT a FROM unlogged;
CREATE MATERIALIZED VIEW vcatalog AS SELECT relname FROM pg_class;
CREATE MATERIALIZED VIEW vinfo AS SELECT feature_id FROM information_schema.sql_features;
CREATE MATERIALIZED VIEW vview AS SELECT a FROM v;
INSERT INTO p VALUES (1);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2);

-- each with its reason, and the same answer
SELECT pg_temp.why(q), pg_temp.answer(q), q AS query FROM unnest(ARRAY[
    'SELECT a FROM none',
    'SELECT t.a FROM t JOIN none USING (a)',
    'SELECT a FROM v',
    'SELECT a FROM ONLY p',
    'SELECT a FROM ONLY t',
    'SELECT a FROM parent',
    'SELECT a FROM ONLY parent',
    'SELECT a FROM child',
    'SELECT a FROM unlogged',
    'SELECT count(*) FROM (SELECT relname FROM pg_class LIMIT 3) s',
    'SELECT a FROM t TABLESAMPLE BERNOULLI (100)',
    'SELECT a FROM t FOR UPDATE',
    'SELECT a FROM t FOR SHARE',
    'SELECT ctid FROM t',
    'SELECT tableoid::regclass, a FROM t',
    'SELECT a FROM t WHERE ctid = ''(0,1)''',
    'SELECT t FROM t',
    'SELECT row_to_json(t) FROM t',
    'SELECT a FROM t WHERE (SELECT count(*) FROM none WHERE none.a = t.a) = 0']) q;
SELECT pg_temp.why('SELECT feature_id FROM information_schema.sql_features');
SELECT view, usable, reason_code, reason FROM aqumv.views WHERE view IN ('vcatalog'::regclass, 'vinfo'::regclass) ORDER BY view::text;
SELECT pg_temp.why('SELECT a FROM t WHERE random() < 2');
SELECT pg_temp.why('SELECT random() FROM t');
SELECT pg_temp.why('WITH w AS (INSERT INTO none VALUES (1) RETURNING a) SELECT a FROM t');

-- cursors: where UPDATE ... WHERE CURRENT OF works without rewriting, it does with it
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = required;
BEGIN;
DECLARE c CURSOR FOR SELECT a FROM t WHERE a > 98;
ROLLBACK;
SET aqumv.rewrite_mode = force;
BEGIN;
DECLARE c CURSOR FOR SELECT a FROM t WHERE a > 98;
FETCH c;
UPDATE t SET b = -1 WHERE CURRENT OF c;
SELECT a, b FROM t WHERE b < 0;
ROLLBACK;

-- row security
CREATE ROLE regress_aqumv_reader;
GRANT USAGE ON SCHEMA explain_reasons_query TO regress_aqumv_reader;
GRANT SELECT ON t TO regress_aqumv_reader;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
SET ROLE regress_aqumv_reader;
SELECT view, used, reason_code, reason FROM aqumv.explain_rewrite('SELECT a FROM t');
RESET ROLE;

DROP SCHEMA explain_reasons_query CASCADE;
DROP ROLE regress_aqumv_reader;
