-- A view whose function is replaced is passed by; that it is replaced back
-- does not bring back what was written meanwhile.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA doubt_function;
SET search_path = doubt_function, public;
\set VERBOSITY terse

CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 3; END';
CREATE TABLE t (a int, x int);
INSERT INTO t SELECT i, i FROM generate_series(1, 9) i;
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT f(a) g, count(*), sum(x) FROM t GROUP BY 1;

-- nobody has written meanwhile: no harm was done
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 4; END';
SELECT usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 3; END';
SELECT usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;

-- somebody has
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 4; END';
INSERT INTO t VALUES (1, 1000);
-- said once
INSERT INTO t VALUES (1, 1000);
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 3; END';
SELECT usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
INSERT INTO t VALUES (2, 1000);
SELECT usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
REFRESH MATERIALIZED VIEW v;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
INSERT INTO t VALUES (2, 1000);
TABLE differences;

-- a doubt that is rolled back was none
BEGIN;
SAVEPOINT a;
ALTER FUNCTION f VOLATILE;
INSERT INTO t VALUES (3, 1000);
ROLLBACK TO a;
INSERT INTO t VALUES (4, 1000);
COMMIT;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
TABLE differences;

-- other ways to change what is called: mutability, settings, the body alone
ALTER FUNCTION f VOLATILE;
UPDATE t SET x = x + 1 WHERE a = 1;
ALTER FUNCTION f IMMUTABLE;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
REFRESH MATERIALIZED VIEW v;
ALTER FUNCTION f SET work_mem = '1MB';
DELETE FROM t WHERE a = 1;
ALTER FUNCTION f RESET work_mem;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;

-- an aggregate of one's own
CREATE FUNCTION plus(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT coalesce($1, 0) + coalesce($2, 0)';
CREATE AGGREGATE total(int) (SFUNC = plus, STYPE = int, INITCOND = '0');
CREATE MATERIALIZED VIEW va WITH (aqumv.incremental) AS SELECT a, total(x) FROM t GROUP BY a;
CREATE OR REPLACE AGGREGATE total(int) (SFUNC = plus, STYPE = int, INITCOND = '1000');
INSERT INTO t VALUES (2, 5);
CREATE OR REPLACE AGGREGATE total(int) (SFUNC = plus, STYPE = int, INITCOND = '0');
SELECT usable, reason_code FROM aqumv.views WHERE view = 'va'::regclass;

-- what a function calls whose body was bound when it was made
CREATE FUNCTION inner_f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION outer_f(int) RETURNS int IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT inner_f($1) + 1; END;
CREATE MATERIALIZED VIEW vo WITH (aqumv.incremental) AS SELECT outer_f(a) g, count(*) FROM t GROUP BY 1;
CREATE OR REPLACE FUNCTION inner_f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 100; END';
SELECT usable, reason_code FROM aqumv.views WHERE view = 'vo'::regclass;
INSERT INTO t VALUES (2, 5);
CREATE OR REPLACE FUNCTION inner_f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
SELECT usable, reason_code FROM aqumv.views WHERE view = 'vo'::regclass;

-- DDL of the table computes what is doubted anew
ALTER TABLE t ALTER COLUMN a SET STATISTICS 50;
SELECT view, usable, reason_code FROM aqumv.views WHERE view IN ('v'::regclass, 'va'::regclass) ORDER BY 1;
TABLE differences;

\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA doubt_function CASCADE;
