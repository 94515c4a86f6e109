-- A function of an immediate view makes constraints immediate: the writer's deferred
-- triggers would run as the view's owner.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set VERBOSITY terse
CREATE ROLE door_alice;
CREATE ROLE door_bob;
CREATE SCHEMA door_constraints AUTHORIZATION door_alice;
SET search_path = door_constraints;
GRANT USAGE, CREATE ON SCHEMA door_constraints TO door_bob;
CREATE TABLE log (x text);
GRANT ALL ON log TO PUBLIC;
CREATE TABLE t (k int, n int);
GRANT SELECT, TRIGGER, INSERT ON t TO door_alice;
GRANT SELECT, INSERT ON t TO door_bob;
CREATE FUNCTION deferred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO door_constraints.log VALUES (current_user); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION deferred();
SET ROLE door_alice;
CREATE FUNCTION set_it(k int) RETURNS int VOLATILE LANGUAGE plpgsql AS $$
BEGIN
    IF k > 1 THEN SET CONSTRAINTS ALL IMMEDIATE; ELSE SET CONSTRAINTS ALL DEFERRED; END IF;
    RETURN k;
END $$;
CREATE FUNCTION hides_it(k int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN door_constraints.set_it(k); END $$;
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT hides_it(k) AS k, sum(n) FROM t GROUP BY 1;
SET ROLE door_bob;
INSERT INTO t VALUES (2, 1);
INSERT INTO t VALUES (1, 1);
BEGIN;
INSERT INTO t VALUES (1, 1);
SET CONSTRAINTS ALL IMMEDIATE;
COMMIT;
SELECT DISTINCT x FROM log;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA door_constraints CASCADE;
DROP ROLE door_alice, door_bob;
