# Everything at once: writers of all kinds, a refresher, DDL on partitions, and
# readers at all isolation levels, each of which runs a query with rewriting on
# and off in one snapshot.  Any difference is a wrong answer.  How long each of
# its two phases runs is set by AQUMV_STRESS_SECONDS (default 10);
# AQUMV_STRESS_SEED repeats a run as far as scheduling allows.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{AQUMV_STRESS_SECONDS} || 10;
my $seed = $ENV{AQUMV_STRESS_SEED} || time;
my $node = new_node('stress');
my $dir = PostgreSQL::Test::Utils::tempdir;

$node->append_conf('postgresql.conf', <<'CONF');
deadlock_timeout = 100ms
autovacuum = on
autovacuum_naptime = 1s
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
CREATE SEQUENCE from_view;
CREATE SEQUENCE from_table;

-- by cached plans, which live as long as the session
CREATE FUNCTION cached(rel text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	CASE rel
		WHEN 't' THEN SELECT count(*), sum(v) INTO r FROM t;
		WHEN 'p' THEN SELECT count(*), sum(v) INTO r FROM p;
		WHEN 'p1' THEN SELECT count(*), sum(v) INTO r FROM p1;
		ELSE SELECT count(*), sum(v) INTO r FROM p2;
	END CASE;
	RETURN r;
END $$;
CREATE FUNCTION planned_now(rel text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	EXECUTE format(query, rel) INTO r;
	RETURN r;
END $$;
-- In a transaction with one snapshot.  count(ctid) is what there is without
-- views.  Some DDL does not follow snapshots, so a difference counts only if
-- that has not changed when it is asked for again.
CREATE FUNCTION compare(rel text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	truth text := planned_now(rel, 'SELECT count(ctid), sum(v) FROM %s');
	answers text[] := ARRAY[cached(rel), planned_now(rel, 'SELECT count(*), sum(v) FROM %s')];
	line text;
BEGIN
	IF answers <> ARRAY[truth, truth] AND truth = planned_now(rel, 'SELECT count(ctid), sum(v) FROM %s') THEN
		RAISE EXCEPTION 'WRONG ANSWER from %: % instead of %', rel, answers, truth;
	END IF;
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) SELECT count(*), sum(v) FROM ' || rel LOOP
		IF line ~ ' on ' THEN
			PERFORM nextval(CASE WHEN line ~ ' on mv' THEN 'from_view' ELSE 'from_table' END);
			EXIT;
		END IF;
	END LOOP;
END $$;
CREATE PROCEDURE write_one() LANGUAGE plpgsql AS $$
DECLARE
	rel text := (ARRAY['t', 't', 'p', 'p', 'p1', 'p2'])[1 + floor(random() * 6)];
	key int := CASE rel WHEN 'p1' THEN 0 WHEN 'p2' THEN 50 ELSE 50 * floor(random() * 2) END + floor(random() * 50);
BEGIN
	CASE floor(random() * 6)
		WHEN 0 THEN EXECUTE format('UPDATE %s SET v = v + 1 WHERE k = $1', rel) USING key;
		WHEN 1 THEN EXECUTE format('DELETE FROM %s WHERE k = $1', rel) USING key;
		WHEN 2 THEN
			IF rel = 'p' THEN
				UPDATE p SET k = 99 - k WHERE k = key;
			END IF;
		WHEN 3 THEN
			BEGIN
				EXECUTE format('INSERT INTO %s VALUES ($1, 1000000)', rel) USING key;
				PERFORM 1 / 0;
			EXCEPTION WHEN division_by_zero THEN NULL;
			END;
		ELSE EXECUTE format('INSERT INTO %s VALUES ($1, 1)', rel) USING key;
	END CASE;
END $$;
CREATE PROCEDURE attach_or_detach() LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT relispartition FROM pg_class WHERE oid = 'p3'::regclass) THEN
		ALTER TABLE p DETACH PARTITION p3;
	ELSE
		ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (100) TO (200);
	END IF;
EXCEPTION
	-- another client was faster
	WHEN invalid_object_definition OR wrong_object_type OR undefined_table THEN NULL;
END $$;
SQL

# weights in two phases: refreshes all the time, and now and then (when writers
# leave most of their marks out)
my @scripts = ([], []);
sub script
{
	my ($often, $rarely, $name, $text) = @_;
	append_to_file("$dir/$name", $text);
	push @{ $scripts[0] }, '-f', "$dir/$name\@$often";
	push @{ $scripts[1] }, '-f', "$dir/$name\@$rarely";
}

script(8, 30, 'write', "CALL write_one();\n");
script(3, 8, 'write_in_savepoints', <<'SQL');
BEGIN;
CALL write_one();
SAVEPOINT a;
CALL write_one();
SAVEPOINT b;
CALL write_one();
ROLLBACK TO b;
CALL write_one();
RELEASE a;
CALL write_one();
COMMIT;
SQL
script(2, 2, 'write_and_roll_back', "BEGIN;\nCALL write_one();\nCALL write_one();\nROLLBACK;\n");
script(2, 4, 'write_and_prepare', <<'SQL');
\set n random(1, 1000000000)
BEGIN;
CALL write_one();
PREPARE TRANSACTION 'w:n:client_id';
COMMIT PREPARED 'w:n:client_id';
SQL
script(1, 0, 'truncate', <<'SQL');
\set n random(0, 3)
\if :n = 0
TRUNCATE t;
\elif :n = 1
TRUNCATE p1;
\elif :n = 2
TRUNCATE p2;
\else
TRUNCATE p;
\endif
SQL
script(2, 1, 'attach_or_detach', "CALL attach_or_detach();\n");
for my $view (qw(mvt mvp mvp1 mvp2))
{
	script(4, 1, "refresh_$view", "REFRESH MATERIALIZED VIEW $view;\n");
	script(4, 1, "refresh_concurrently_$view", "REFRESH MATERIALIZED VIEW CONCURRENTLY $view;\n");
	script(1, 0, "refresh_and_write_$view", "BEGIN;\nREFRESH MATERIALIZED VIEW $view;\nCALL write_one();\nCOMMIT;\n");
	script(1, 0, "write_and_refresh_$view", "BEGIN ISOLATION LEVEL REPEATABLE READ;\nCALL write_one();\nREFRESH MATERIALIZED VIEW $view;\nCOMMIT;\n");
}
for my $rel (qw(t p p1 p2))
{
	for my $level ('REPEATABLE READ', 'SERIALIZABLE')
	{
		my $name = lc("${level}_$rel") =~ s/ /_/r;
		script(8, 8, "read_$name", "BEGIN ISOLATION LEVEL $level;\nSELECT compare('$rel');\nSELECT compare('$rel');\nCOMMIT;\n");
		script(2, 2, "read_write_$name", <<"SQL");
BEGIN ISOLATION LEVEL $level;
SELECT compare('$rel');
CALL write_one();
SELECT compare('$rel');
SAVEPOINT a;
CALL write_one();
SELECT compare('$rel');
ROLLBACK TO a;
SELECT compare('$rel');
COMMIT;
SQL
	}
	# what was found out before a write must not be believed after it
	script(2, 4, "read_write_read_$rel", <<"SQL");
BEGIN;
SELECT pg_current_xact_id();
SELECT cached('$rel');
CALL write_one();
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT compare('$rel');
COMMIT;
SQL
	# at READ COMMITTED there is nothing to compare with; it stirs the cached plans
	script(4, 2, "read_committed_$rel", "SELECT cached('$rel');\n");
}

note("seed $seed");
for my $phase (0, 1)
{
	$node->command_ok(
		[
			'pgbench', '-n', '-h', $node->host, '-p', $node->port, '-c', 6, '-j', 2, '-T', $seconds,
			'--max-tries=1000', '--random-seed=' . ($seed + $phase), @{ $scripts[$phase] },
			"options='-c $switch=on -c aqumv.rewrite_mode=force -c plan_cache_mode=force_generic_plan'"
		],
		"no client sees a difference in $seconds seconds, refreshes come " . ($phase == 0 ? 'often' : 'rarely') . " (seed $seed)");
}

my ($from_view, $from_table) = map { $node->safe_psql('postgres', "SELECT last_value FROM $_") } qw(from_view from_table);
note("$from_view answers from views, $from_table from tables");
cmp_ok($from_view, '>', 50, 'views were used');
cmp_ok($from_table, '>', 50, 'and not always');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM aqumv.mark'), '<', 1000, 'few marks are left');
for my $rel (qw(t p p1 p2))
{
	unlike(answer($node, "SELECT count(*), sum(v) FROM $rel"), qr/^DIFF/, "$rel afterwards");
	$node->safe_psql('postgres', "REFRESH MATERIALIZED VIEW mv$rel");
	like(answer($node, "SELECT count(*), sum(v) FROM $rel"), qr/^view: /, '... and refreshed');
}

$node->stop;
done_testing();
