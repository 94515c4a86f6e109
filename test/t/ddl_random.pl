# DDL beside open writers: three sessions run random scripts at the same time,
# at all isolation levels, over a partitioned table with immediate views and a
# manual one; statements fail, are cancelled, rolled back to savepoints, or stay
# prepared.  After each round every view that may be used is what its definition
# says, so too after more writes, and after REFRESH; no error is an internal one.
#
# AQUMV_SEED repeats the scripts of a run (or, set to the seed that a failed
# round prints, begins with them); how they interleave is up to the machine.
# AQUMV_RANDOM_SECONDS (default 15) says for how long new rounds are begun.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use POSIX ();
use PostgreSQL::Test::Utils;
use RandomTables qw(pick);
use Test::More;
use Time::HiRes qw(time);

my $seconds = $ENV{AQUMV_RANDOM_SECONDS} || 15;
my $seed = $ENV{AQUMV_SEED} || int(time) % 1000000 * 1000;
my $node = new_node('ddl_random');
my $dir = PostgreSQL::Test::Utils::tempdir;

$node->append_conf('postgresql.conf', "deadlock_timeout = 50ms\nstatement_timeout = 10s\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aqumv; CREATE ROLE other');
load_harness($node);
note("seed $seed");

my @views = (
	'vg WITH (aqumv.incremental) AS SELECT g, min(x), max(x), sum(x), count(*) FROM p GROUP BY g',
	'vr WITH (aqumv.incremental) AS SELECT id, k, x FROM p WHERE x > 5',
	'v1 WITH (aqumv.incremental) AS SELECT count(*), max(x) FROM p1',
	"vf WITH (aqumv.incremental) AS SELECT half(g) AS h, string_agg(DISTINCT t, ',' ORDER BY t) FROM p GROUP BY half(g)",
	'vm AS SELECT g, sum(x), count(*) FROM p GROUP BY g');
my $setup = <<'SQL' . join '', map { "CREATE MATERIALIZED VIEW $_;\n" } @views;
SET client_min_messages = error;
DROP SCHEMA IF EXISTS s CASCADE;
CREATE SCHEMA s;
SET search_path = s, public;
CREATE FUNCTION half(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 2';
CREATE TABLE p (id int, k int, g int, x int, t text) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30) PARTITION BY LIST (g);
CREATE TABLE p3a PARTITION OF p3 FOR VALUES IN (0, 1, 2);
CREATE TABLE p3b PARTITION OF p3 DEFAULT;
CREATE TABLE q (id int, k int, g int, x int, t text);
INSERT INTO q SELECT 1000 + i, 30 + i % 10, i % 5, i, 'q' FROM generate_series(1, 12) i;
INSERT INTO p SELECT i, i % 30, i % 5, i, 't' || i % 3 FROM generate_series(1, 60) i;
GRANT ALL ON SCHEMA s TO other;
GRANT ALL ON ALL TABLES IN SCHEMA s TO other;
SQL

sub number { return int rand shift }
sub ids { my $id = 1 + number(60); return "id BETWEEN $id AND " . ($id + number(5)) }

# a table to write to, and a key that it takes
sub target { return @{ pick([ 'p', number(30) ], [ 'p', number(30) ], [ 'p1', number(10) ], [ 'p2', 10 + number(10) ], [ 'p3', 20 + number(10) ]) } }

sub write_rows
{
	my ($table, $key) = target();
	my ($from, $step, $g) = (1 + number(80), 1 + number(9), number(6));

	return pick(
		"INSERT INTO $table VALUES ($from, $key, $g, $step, 'n')",
		"INSERT INTO p SELECT i, i % 30, $g, i, 'b' FROM generate_series($from, $from + $step) i",
		"UPDATE $table SET x = x + $step - 4, g = (g + $g) % 6 WHERE " . ids(),
		"UPDATE p SET k = (k + $step) % 30 WHERE " . ids(),
		"DELETE FROM $table WHERE " . ids(),
		'WITH d AS (DELETE FROM p1 WHERE ' . ids() . ' RETURNING *) INSERT INTO p2 SELECT id, 10, g, x, t FROM d',
		"MERGE INTO p USING generate_series($from, $from + $step) i ON p.id = i WHEN MATCHED AND i % 3 = 0 THEN DELETE "
		  . "WHEN MATCHED THEN UPDATE SET x = x + 1 WHEN NOT MATCHED THEN INSERT VALUES (i, i % 30, i % 5, i, 'm')");
}

sub change_tables
{
	my $view = pick(qw(vg vr v1 vf vm));
	my $part = pick(qw(p1 p2 p3 p3a p3b));

	return pick(
		("REFRESH MATERIALIZED VIEW $view") x 3,
		'REFRESH MATERIALIZED VIEW CONCURRENTLY vg',
		"REFRESH MATERIALIZED VIEW $view WITH NO DATA",
		("TRUNCATE " . pick('p', $part)) x 2,
		('ALTER TABLE p DETACH PARTITION ' . pick(qw(p1 p2 p3 q))) x 2,
		'ALTER TABLE p DETACH PARTITION ' . pick(qw(p1 p2 q)) . ' CONCURRENTLY',
		('ALTER TABLE p ATTACH PARTITION '
			  . pick('p1 FOR VALUES FROM (0) TO (10)', 'p2 FOR VALUES FROM (10) TO (20)', 'q FOR VALUES FROM (30) TO (40)')) x 3,
		'CREATE TABLE p4 PARTITION OF p FOR VALUES FROM (40) TO (50)', 'DROP TABLE IF EXISTS p4',
		("ALTER MATERIALIZED VIEW $view SET (aqumv.incremental = " . pick(qw(true true false)) . ')') x 2,
		'CREATE OR REPLACE FUNCTION half(int) RETURNS int LANGUAGE sql IMMUTABLE AS \'SELECT $1 / ' . pick(2, 3) . "'",
		"ALTER MATERIALIZED VIEW $view OWNER TO " . pick('other', 'CURRENT_USER'),
		pick('REVOKE SELECT ON p FROM other', 'GRANT SELECT ON p TO other'),
		"ALTER TABLE $part " . pick('DISABLE', 'ENABLE', 'ENABLE') . ' TRIGGER ALL',
		'ALTER TABLE p ADD COLUMN y' . number(9) . ' int DEFAULT random() * 5',
		'VACUUM FULL ' . pick($view, $part), "REINDEX TABLE $view",
		"DROP MATERIALIZED VIEW IF EXISTS $view",
		('CREATE MATERIALIZED VIEW ' . pick(@views)) x 3);
}

sub statement { return number(3) ? write_rows() : change_tables() }

# one transaction of a session, which has a number
sub transaction
{
	my ($session, $n) = @_;
	my @sql = ('BEGIN ISOLATION LEVEL ' . pick('READ COMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'));

	return statement() if !number(3);
	for (0 .. number(3))
	{
		push @sql, pick([ statement() ], [ statement() ], [ 'SAVEPOINT a', statement(), 'ROLLBACK TO a' ], [ 'SAVEPOINT a', write_rows(), 'RELEASE a' ])->@*;
	}
	return (@sql, pick("PREPARE TRANSACTION 'w${session}_$n'", 'ROLLBACK', 'COMMIT', 'COMMIT', 'COMMIT'));
}

# what others do to a session, or settle in its stead
sub meddle
{
	return pick(
		"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE state <> 'idle' AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND random() < 0.1 LIMIT 1");
}

# Prepared transactions are decided as long as sessions run, which may wait for them.
my $decide = q{SELECT format('%s PREPARED %L', (ARRAY['COMMIT', 'ROLLBACK'])[1 + (random() * 1)::int], gid) FROM pg_prepared_xacts \gexec};

sub script
{
	my $session = shift;
	my @sql = ('SET client_min_messages = error', 'SET search_path = s, public', 'SET lock_timeout = ' . pick(0, 0, 0, 30));

	for my $n (1 .. 5) { push @sql, map { $_, number(3) ? () : 'SELECT pg_sleep(0.00' . number(10) . ')' } transaction($session, $n) }
	return join '', map { "$_;\n" } @sql;
}

sub watcher
{
	return "SET client_min_messages = error;\n" . join '', map { "SELECT pg_sleep(0.02);\n$decide\n" . (number(8) ? '' : meddle() . ";\n") } 1 .. 1000;
}

sub start_script
{
	my ($name, $script) = @_;
	my $pid;

	unlink "$dir/$name.sql";
	append_to_file("$dir/$name.sql", $script);
	$pid = fork // die "fork: $!";
	return $pid if $pid;
	open STDIN, '<', '/dev/null';
	open STDOUT, '>', '/dev/null';
	open STDERR, '>', "$dir/$name.err";
	exec('psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), '-f', "$dir/$name.sql") or POSIX::_exit(1);
}

# Run scripts at the same time, the last of them as long as others do; what psql
# has said of errors.
sub run_together
{
	my @scripts = @_;
	my @running = map { start_script($_, $scripts[$_]) } 0 .. $#scripts;

	waitpid($_, 0) for @running[ 0 .. $#running - 1 ];
	kill 'TERM', $running[-1];
	waitpid($running[-1], 0);
	return join '', map { slurp_file("$dir/$_.err") } 0 .. $#scripts;
}

# One line for each view that may be used: how often it differs, and when.
sub compare
{
	return "SELECT harness.difference(view) || ' differences of ' || view || ' $_[0]' FROM aqumv.views WHERE usable;\n";
}

# What comes after a round, whatever of it fails.
my $after = "SET search_path = s, public;\nSET client_min_messages = error;\n$decide\n" . compare('then')
  . "INSERT INTO p SELECT i, i % 30, i % 6, i, 'z' FROM generate_series(1, 90) i;\nINSERT INTO p3 VALUES (1, 25, 1, 500, 'z');\n"
  . 'UPDATE p SET x = x + 1, g = (g + 1) % 6 WHERE id % 7 = 0;' . "\nDELETE FROM p WHERE id % 5 = 0;\n" . compare('after more writes')
  . q{SELECT format('REFRESH MATERIALIZED VIEW %s', oid::regclass) FROM pg_class WHERE relkind = 'm' \gexec}
  . "\nDELETE FROM p WHERE id % 6 = 0;\nTRUNCATE p1;\n" . compare('after REFRESH');
my $compared = 0;
my $rounds = 0;
my $failed = 0;
my $end = time + $seconds;
while (time < $end && $failed < 3)
{
	srand($seed);
	$node->safe_psql('postgres', $setup);
	my @scripts = ((map { script($_) } 1 .. 3), watcher());
	my $errors = run_together(@scripts);

	# two who change one row of pg_proc or pg_class get an internal error of core
	my @wrong = grep { !/tuple concurrently/ } $errors =~ /((?:ERROR|FATAL|PANIC):  XX\w{3}: .*)/g;
	my ($result, $output) = $node->psql('postgres', $after, on_error_stop => 0);
	my @comparisons = $output =~ /^.*differences of .*$/gm;
	$compared += @comparisons;
	push @wrong, grep { !/^0 / } @comparisons;
	$rounds++;
	if (@wrong)
	{
		$failed++;
		fail("round of seed $seed");
		diag(join "\n", @wrong, map { "-- session $_\n$scripts[$_ - 1]" } 1 .. 3);
	}
	$seed++;
}
cmp_ok($compared, '>', $rounds * 5, 'views were compared');
note("$compared comparisons");
is($failed, 0, "all of $rounds rounds are right");
my $log = slurp_file($node->logfile);
unlike($log, qr/TRAP:|PANIC|terminated by signal/, 'no crash');
$node->stop;
done_testing();
