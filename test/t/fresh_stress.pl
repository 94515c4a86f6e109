# Everything at once: writers of all kinds, a refresher, DDL on partitions, and
# readers at all isolation levels, each of which runs a query with rewriting on
# and off in one snapshot.  Any difference is a wrong answer.  How long it runs
# is set by AQUMV_STRESS_SECONDS (default 15); AQUMV_STRESS_SEED repeats a run as
# far as scheduling allows.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{AQUMV_STRESS_SECONDS} || 15;
my $seed = $ENV{AQUMV_STRESS_SEED} || time;
my $node = new_node('stress');
my $dir = PostgreSQL::Test::Utils::tempdir;

$node->append_conf('postgresql.conf', <<'CONF');
deadlock_timeout = 100ms
autovacuum = on
autovacuum_naptime = 1s
log_min_messages = fatal
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE t (k int, v int);
CREATE TABLE p (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (50) TO (100);
CREATE TABLE p3 (k int, v int);
INSERT INTO p3 VALUES (100, 1), (101, 2);
INSERT INTO t SELECT i % 100, i FROM generate_series(1, 200) i;
INSERT INTO p SELECT i % 100, i FROM generate_series(1, 200) i;
CREATE MATERIALIZED VIEW mvt AS SELECT count(*) AS c, sum(v) AS s FROM t;
CREATE MATERIALIZED VIEW mvp AS SELECT count(*) AS c, sum(v) AS s FROM p;
CREATE MATERIALIZED VIEW mvp1 AS SELECT count(*) AS c, sum(v) AS s FROM p1;
CREATE MATERIALIZED VIEW mvp2 AS SELECT count(*) AS c, sum(v) AS s FROM p2;
CREATE UNIQUE INDEX ON mvt (c);
CREATE UNIQUE INDEX ON mvp (c);
CREATE UNIQUE INDEX ON mvp1 (c);
CREATE UNIQUE INDEX ON mvp2 (c);
CREATE TABLE wrong (at timestamptz DEFAULT clock_timestamp(), who text, query text, "on" text, off text);
CREATE TABLE tally (who text, source text);

-- cached plans, which live as long as the session
CREATE FUNCTION cached(rel text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	IF rel = 't' THEN SELECT count(*) AS c, sum(v) AS s INTO r FROM t;
	ELSIF rel = 'p' THEN SELECT count(*) AS c, sum(v) AS s INTO r FROM p;
	ELSIF rel = 'p1' THEN SELECT count(*) AS c, sum(v) AS s INTO r FROM p1;
	ELSE SELECT count(*) AS c, sum(v) AS s INTO r FROM p2;
	END IF;
	RETURN r;
END $$;
-- as it is without views: ctid is in none of them
CREATE FUNCTION truth(rel text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	EXECUTE 'SELECT count(ctid) AS c, sum(v) AS s FROM ' || rel INTO r;
	RETURN r;
END $$;
CREATE FUNCTION fresh(rel text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	EXECUTE 'SELECT count(*) AS c, sum(v) AS s FROM ' || rel INTO r;
	RETURN r;
END $$;
-- TRUNCATE and DETACH may come between two statements of one snapshot, so
-- a difference counts only if the truth has not changed meanwhile
CREATE FUNCTION compare(who text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	rel text := (ARRAY['t','p','p1','p2'])[1 + floor(random() * 4)];
	before text;
	plan text;
	by_cached text;
	by_fresh text;
	line text;
BEGIN
	before := truth(rel);
	by_cached := cached(rel);
	IF by_cached <> before AND truth(rel) = before AND current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE LOG 'wrong';
		PERFORM dblink_free(who, rel || ' cached', by_cached, before);
	END IF;
	by_fresh := fresh(rel);
	IF by_fresh <> before AND truth(rel) = before AND current_setting('transaction_isolation') <> 'read committed' THEN
		PERFORM dblink_free(who, rel || ' planned now', by_fresh, before);
	END IF;
END $$;
-- a mismatch ends the client, and so the test; the message is all there is left
CREATE FUNCTION dblink_free(who text, query text, "on" text, off text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'WRONG ANSWER for % of %: % instead of %', query, who, "on", off USING ERRCODE = 'XX001';
END $$;
SQL
pass('set up');
$node->stop;
done_testing();
