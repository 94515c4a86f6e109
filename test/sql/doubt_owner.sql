-- What a view's owner may not do any more, maintenance does not do for him:
-- nothing more flows in, writers are told once and do not fail, and giving the
-- right back does not bring back what was written meanwhile.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = error;
DROP ROLE IF EXISTS doubt_dw, doubt_ma, doubt_group;
SET client_min_messages = notice;
CREATE ROLE doubt_dw;
CREATE ROLE doubt_ma;
CREATE ROLE doubt_group;
CREATE SCHEMA doubt_owner;
GRANT ALL ON SCHEMA doubt_owner TO doubt_dw, doubt_ma, doubt_group;
SET search_path = doubt_owner, public;
\set VERBOSITY terse
CREATE VIEW state AS SELECT usable, reason_code FROM aqumv.views WHERE view = to_regclass('doubt_owner.spy');
GRANT SELECT ON state TO PUBLIC;

SET ROLE doubt_dw;
CREATE TABLE pay (k int, salary int, note text);
INSERT INTO pay VALUES (1, 100);
GRANT SELECT, TRIGGER ON pay TO doubt_ma;
SET ROLE doubt_ma;
CREATE MATERIALIZED VIEW spy WITH (aqumv.incremental) AS
    SELECT k, string_agg(salary::text, ','), count(*) FROM pay GROUP BY k;
SET ROLE doubt_dw;
REVOKE ALL ON pay FROM doubt_ma;
SELECT * FROM state;
INSERT INTO pay VALUES (2, 200);
INSERT INTO pay VALUES (3, 300);
UPDATE pay SET salary = 101 WHERE k = 1;
TRUNCATE pay;
INSERT INTO pay VALUES (4, 400);
RESET ROLE;
SELECT k FROM spy ORDER BY k;
GRANT SELECT, TRIGGER ON pay TO doubt_ma;
SELECT * FROM state;
SET ROLE doubt_ma;
REFRESH MATERIALIZED VIEW spy;
SET ROLE doubt_dw;
INSERT INTO pay VALUES (5, 500);
RESET ROLE;
SELECT * FROM state;
TABLE differences;

-- columns: those that the definition uses are enough
REVOKE SELECT ON pay FROM doubt_ma;
GRANT SELECT (k, salary) ON pay TO doubt_ma;
INSERT INTO pay VALUES (6, 600);
SELECT * FROM state;
REVOKE SELECT (salary) ON pay FROM doubt_ma;
INSERT INTO pay VALUES (7, 700);
GRANT SELECT (salary) ON pay TO doubt_ma;
SELECT * FROM state;
REFRESH MATERIALIZED VIEW spy;

-- the right comes from membership
GRANT SELECT ON pay TO doubt_group;
REVOKE SELECT (k, salary) ON pay FROM doubt_ma;
GRANT doubt_group TO doubt_ma;
INSERT INTO pay VALUES (8, 800);
REVOKE doubt_group FROM doubt_ma;
INSERT INTO pay VALUES (9, 900);
GRANT doubt_group TO doubt_ma;
SELECT * FROM state;
REFRESH MATERIALIZED VIEW spy;

-- from being superuser
REVOKE doubt_group FROM doubt_ma;
ALTER ROLE doubt_ma SUPERUSER;
REFRESH MATERIALIZED VIEW spy;
INSERT INTO pay VALUES (10, 1);
SELECT * FROM state;
ALTER ROLE doubt_ma NOSUPERUSER;
SELECT * FROM state;
INSERT INTO pay VALUES (11, 1);
ALTER ROLE doubt_ma SUPERUSER;
SELECT * FROM state;
ALTER ROLE doubt_ma NOSUPERUSER;
GRANT SELECT ON pay TO doubt_ma;

-- functions that the owner may not call
CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 * 2; END';
DROP MATERIALIZED VIEW spy;
CREATE MATERIALIZED VIEW spy WITH (aqumv.incremental) AS SELECT twice(k) AS k, count(*) FROM pay GROUP BY 1;
ALTER MATERIALIZED VIEW spy OWNER TO doubt_ma;
REVOKE EXECUTE ON FUNCTION twice FROM PUBLIC;
\c
SET search_path = doubt_owner, public;
\set VERBOSITY terse
INSERT INTO pay VALUES (12, 1);
GRANT EXECUTE ON FUNCTION twice TO PUBLIC;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'spy'::regclass;

-- the owner of the table gets rid of the triggers
REVOKE ALL ON pay FROM doubt_ma;
SET ROLE doubt_dw;
SELECT aqumv.untrack('pay');
INSERT INTO pay VALUES (13, 1);
RESET ROLE;

\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA doubt_owner CASCADE;
DROP ROLE doubt_dw, doubt_ma, doubt_group;
