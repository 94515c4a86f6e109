-- Privileges in statements of several blocks: a statement needs exactly what it
-- needs without views.  Were the code wrong, a view would show columns that the
-- user may not read, or refuse what the user may; and what one user may read
-- through a view or a function would be what another may.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE ROLE block_owner;
CREATE ROLE block_user;
CREATE TABLE t (k int, v int, secret int);
INSERT INTO t SELECT i, i % 3, i FROM generate_series(1, 30) AS i;
CREATE TABLE o (k int);
INSERT INTO o VALUES (1), (2);
CREATE MATERIALIZED VIEW g AS SELECT v, count(*) AS n, sum(k) AS sk, sum(secret) AS ss FROM t GROUP BY v;
CREATE MATERIALIZED VIEW r AS SELECT secret, v, k FROM t WHERE k > 10;
ALTER TABLE t OWNER TO block_owner;
GRANT SELECT (k, v) ON t TO block_user;
GRANT SELECT ON o TO block_user;
ANALYZE;
-- views and functions that lend their owner's rights
CREATE VIEW lends AS SELECT v, sum(secret) AS s FROM t GROUP BY v;
CREATE VIEW lends_rows AS SELECT secret, k FROM t WHERE k > 20;
CREATE VIEW asks WITH (security_invoker) AS SELECT v, sum(secret) AS s FROM t GROUP BY v;
CREATE VIEW poor AS SELECT v, sum(secret) AS s FROM t GROUP BY v;
CREATE ROLE block_poor;
ALTER VIEW poor OWNER TO block_poor;
CREATE FUNCTION definer() RETURNS bigint SECURITY DEFINER STABLE LANGUAGE sql AS 'SELECT sum(secret) FROM t';
CREATE FUNCTION invoker() RETURNS SETOF bigint STABLE LANGUAGE sql AS 'SELECT sum(secret) FROM t';
GRANT SELECT ON lends, lends_rows, asks, poor TO block_user;
GRANT ALL ON ALL FUNCTIONS IN SCHEMA pg_temp TO PUBLIC;

CREATE TABLE q (n serial, query text);
INSERT INTO q (query) VALUES
('SELECT * FROM (SELECT v, count(*), sum(k) FROM t GROUP BY v) s'),
('SELECT * FROM (SELECT v, sum(secret) FROM t GROUP BY v) s'),
('SELECT v FROM (SELECT v, sum(secret) FROM t GROUP BY v) s'),
('WITH c AS MATERIALIZED (SELECT sum(secret) FROM t) SELECT * FROM c'),
('SELECT k FROM o WHERE k IN (SELECT v FROM t)'),
('SELECT k FROM o WHERE k IN (SELECT v FROM t WHERE secret > 0 AND k > 11)'),
('SELECT k, (SELECT sum(secret) FROM t WHERE t.v = o.k) FROM o'),
('SELECT v FROM t UNION SELECT v FROM t'),
('SELECT v, count(*) FROM t GROUP BY v UNION ALL SELECT v, sum(secret) FROM t GROUP BY v'),
('SELECT o.k, t.v FROM o JOIN t ON t.k = o.k + 10 AND t.k > 10'),
('SELECT o.k, t.secret FROM o JOIN t ON t.k = o.k + 10 AND t.k > 10'),
('SELECT o.k, count(*) FROM o JOIN t ON t.v = o.k GROUP BY o.k'),
('SELECT a.v, b.v FROM t a, t b WHERE a.k = 11 AND b.k = 12'),
('SELECT a.v, b.secret FROM t a, t b WHERE a.k = 11 AND b.k = 12'),
('SELECT count(*) FROM (SELECT * FROM t) s'), ('SELECT count(*) FROM (SELECT secret FROM t WHERE k > 10) s'),
('SELECT * FROM lends'), ('SELECT lends.v, t.k FROM lends, t WHERE t.k = 12'), ('SELECT lends.s, t.secret FROM lends, t WHERE t.k = 12'),
('SELECT sum(secret) FROM lends_rows'), ('SELECT a.secret FROM lends_rows a JOIN t ON t.k = a.k AND t.k > 10'),
('SELECT a.secret FROM lends_rows a JOIN t ON t.secret = a.k AND t.k > 10'),
('SELECT * FROM asks'), ('SELECT * FROM poor'), ('SELECT definer()'), ('SELECT * FROM invoker()'),
('SELECT * FROM g'), ('SELECT sum(n) FROM g');
GRANT SELECT ON q TO PUBLIC;
SELECT n, pg_temp.compare(query) FROM q ORDER BY n;
SET ROLE block_user;
SELECT n, pg_temp.compare(query) FROM q ORDER BY n;
RESET ROLE;

-- a plan that one user made, executed by another
SET enable_answer_query_using_materialized_views = on;
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT sum(s) FROM (SELECT v, sum(secret) AS s FROM t GROUP BY v) x;
PREPARE i AS SELECT * FROM invoker();
EXECUTE p;
EXECUTE i;
SET ROLE block_user;
EXECUTE p;
EXECUTE i;
RESET ROLE;
-- a privilege that goes away
SET ROLE block_user;
PREPARE mine AS SELECT sum(n) FROM (SELECT v, count(*) AS n FROM t WHERE k > 10 GROUP BY v) x;
EXECUTE mine;
RESET ROLE;
REVOKE SELECT (v) ON t FROM block_user;
SET ROLE block_user;
EXECUTE mine;
RESET ROLE;
-- row security on the base, for a block in the middle
GRANT SELECT ON t TO block_user;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON t USING (k = 12);
SET ROLE block_user;
EXECUTE mine;
SELECT pg_temp.compare('SELECT * FROM (SELECT v, count(*) FROM t GROUP BY v) s');
SELECT pg_temp.compare('SELECT o.k, t.v FROM o JOIN t ON t.k = o.k + 10 AND t.k > 10');
SELECT pg_temp.compare('SELECT * FROM lends');
RESET ROLE;
DROP TABLE t, o, q CASCADE;
DROP FUNCTION definer, invoker;
DROP ROLE block_owner, block_user, block_poor;
