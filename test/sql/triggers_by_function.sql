-- Triggers of ours are known by their functions.  If they were known by name,
-- one that has got another could be switched off unnoticed, and the view would be
-- used without what was written meanwhile.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA triggers_by_function;
SET search_path = triggers_by_function;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION try(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE ROLE regress_tbf_owner;
GRANT USAGE, CREATE ON SCHEMA triggers_by_function TO regress_tbf_owner;
SET ROLE regress_tbf_owner;
CREATE TABLE t AS SELECT i AS k, i AS v FROM generate_series(1, 100) i;
CREATE TABLE p (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200);
INSERT INTO p SELECT i, i FROM generate_series(1, 150) i;
CREATE MATERIALIZED VIEW mt AS SELECT k, v FROM t WHERE k < 90;
CREATE MATERIALIZED VIEW mp AS SELECT count(*) AS n, sum(v) AS s FROM p;
CREATE MATERIALIZED VIEW ip WITH (aqumv.incremental) AS SELECT k, v FROM p1;
CREATE MATERIALIZED VIEW it WITH (aqumv.incremental) AS SELECT count(*) AS n, sum(v) AS s FROM t;

-- whoever owns the table, or is superuser
CREATE VIEW ours AS SELECT tgrelid::regclass AS rel, tgname FROM pg_trigger
 WHERE tgisinternal AND tgrelid IN ('t'::regclass, 'p'::regclass, 'p1'::regclass);
SELECT count(*) > 20 AS many, try(format('ALTER TRIGGER %I ON %s RENAME TO zzz', tgname, rel))
  FROM ours GROUP BY 2;
SELECT try(format('ALTER TRIGGER %I ON %s DEPENDS ON EXTENSION plpgsql', tgname, rel)) FROM ours GROUP BY 1;
RESET ROLE;
SELECT try(format('ALTER TRIGGER %I ON %s RENAME TO zzz', tgname, rel)) FROM ours GROUP BY 1;
SELECT count(*) FROM pg_trigger WHERE tgname = 'zzz';

-- others may have what names they like
CREATE TRIGGER mine AFTER INSERT ON t EXECUTE FUNCTION nothing();
ALTER TRIGGER mine ON t RENAME TO aqumv_mine;
ALTER TABLE t DISABLE TRIGGER aqumv_mine;
ALTER TABLE t ENABLE ALWAYS TRIGGER aqumv_mine;
SELECT pg_temp.answer('SELECT k, v FROM t WHERE k < 80'), pg_temp.answer('SELECT count(*), sum(v) FROM t');

-- those that have been renamed all the same
ALTER EVENT TRIGGER aqumv_ddl_command_end DISABLE;
SELECT try(format('ALTER TRIGGER %I ON %s RENAME TO %I', tgname, rel, 'zzz_' || translate(tgname, '!', ''))) FROM ours GROUP BY 1;
ALTER EVENT TRIGGER aqumv_ddl_command_end ENABLE ALWAYS;
-- switch one kind of a table's triggers
CREATE FUNCTION switch(rel regclass, state text, kind text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE (SELECT format('ALTER TABLE %s %s TRIGGER %I', rel, state, tgname)
	           FROM pg_trigger WHERE tgrelid = rel AND tgname ~ ('zzz.*' || kind));
END $$;
SELECT pg_temp.answer('SELECT k, v FROM t WHERE k < 80'), pg_temp.answer('SELECT count(*), sum(v) FROM t'),
       pg_temp.answer('SELECT count(*), sum(v) FROM p');
SELECT switch('t', 'DISABLE', 'before_statement');
INSERT INTO t VALUES (1, 1000);
SELECT switch('t', 'ENABLE ALWAYS', 'before_statement');
SELECT pg_temp.answer('SELECT k, v FROM t WHERE k < 80'), pg_temp.answer('SELECT count(*), sum(v) FROM t');
REFRESH MATERIALIZED VIEW mt;
REFRESH MATERIALIZED VIEW it;
SELECT pg_temp.answer('SELECT k, v FROM t WHERE k < 80'), pg_temp.answer('SELECT count(*), sum(v) FROM t');
-- ... one that maintains views
SELECT switch('t', 'ENABLE REPLICA', 'maintain_insert');
INSERT INTO t VALUES (2, 2000);
SELECT switch('t', 'ENABLE ALWAYS', 'maintain_insert');
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM t');
REFRESH MATERIALIZED VIEW it;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM t');
-- ... of a partition, and of its parent
SELECT switch('p1', 'ENABLE REPLICA', 'before_statement');
INSERT INTO p1 VALUES (3, 3000);
SELECT switch('p1', 'ENABLE ALWAYS', 'before_statement');
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM p');
REFRESH MATERIALIZED VIEW mp;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM p');
SELECT switch('p', 'DISABLE', 'before_statement');
INSERT INTO p VALUES (120, 4000);
SELECT switch('p', 'ENABLE ALWAYS', 'before_statement');
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM p');

-- one of the user's that calls our function, but only sometimes
REFRESH MATERIALIZED VIEW mt;
CREATE TRIGGER like_ours BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT
    WHEN (false) EXECUTE FUNCTION aqumv.mark_before_statement();
ALTER TABLE t ENABLE ALWAYS TRIGGER like_ours;
REFRESH MATERIALIZED VIEW mt;
SELECT pg_temp.answer('SELECT k, v FROM t WHERE k < 80');
SELECT try(format('DROP TRIGGER %I ON t', tgname)) FROM ours WHERE rel = 't'::regclass AND tgname ~ 'before_statement';
INSERT INTO t VALUES (4, 5000);
SELECT pg_temp.answer('SELECT k, v FROM t WHERE k < 80');

SET client_min_messages = warning;
DROP SCHEMA triggers_by_function CASCADE;
DROP ROLE regress_tbf_owner;
