# Crashes in the middle of writes that maintain views, and two-phase commit: a
# view comes back with exactly the transactions that its base comes back with.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = new_node('incremental_crash');
my $dir = PostgreSQL::Test::Utils::tempdir;
$node->append_conf('postgresql.conf', <<'CONF');
restart_after_crash = on
deadlock_timeout = 100ms
checkpoint_timeout = 30s
log_statement = none
lock_timeout = 10s
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE t (id bigserial PRIMARY KEY, k int, v int, x numeric);
CREATE INDEX ON t (k, v);
CREATE TABLE p (id bigserial, k int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);
CREATE TABLE p2 PARTITION OF p DEFAULT;
INSERT INTO t (k, v, x) SELECT i % 20, i, i * 0.01 FROM generate_series(1, 400) i;
INSERT INTO p (k, v) SELECT i % 100, i FROM generate_series(1, 400) i;
CREATE MATERIALIZED VIEW t_groups WITH (aqumv.incremental) AS
	SELECT k, sum(v), count(*), avg(v), min(v), max(v), sum(x) AS x FROM t GROUP BY k;
CREATE MATERIALIZED VIEW t_recomputed WITH (aqumv.incremental) AS SELECT k, count(DISTINCT v) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW t_all WITH (aqumv.incremental) AS SELECT sum(v), count(*), max(v) FROM t;
CREATE MATERIALIZED VIEW t_key WITH (aqumv.incremental) AS SELECT id, v FROM t WHERE v % 2 = 0;
CREATE MATERIALIZED VIEW t_duplicates WITH (aqumv.incremental) AS SELECT k FROM t WHERE v > 50;
CREATE MATERIALIZED VIEW p_groups WITH (aqumv.incremental) AS SELECT k % 30 AS g, sum(v), count(*), max(v) FROM p GROUP BY k % 30;
SQL
load_harness($node);
my $amcheck = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'});
$node->safe_psql('postgres', 'CREATE EXTENSION amcheck') if $amcheck;

# Views are as their definitions say, and their indexes as they are.
sub exact
{
	my $name = shift;

	is(differences($node), '', "views are exact $name");
	$node->safe_psql('postgres', q{SELECT bt_index_check(indexrelid, true) FROM pg_index JOIN pg_class v ON v.oid = indrelid
		JOIN pg_class i ON i.oid = indexrelid JOIN pg_am a ON a.oid = i.relam WHERE v.relkind = 'm' AND amname = 'btree'}) if $amcheck;
}

# Kill the postmaster and all its children, as a power failure would.
sub kill_all
{
	my $pid = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
	my @children = grep { -e "/proc/$_" } split ' ', `ps -o pid= --ppid $pid`;

	$node->kill9;
	kill 'KILL', @children if @children;
	for (1 .. 500)
	{
		last if !grep { kill 0, $_ } @children;
		usleep(10_000);
	}
}

append_to_file("$dir/write", <<'SQL');
\set k random(0, 30)
\set hot random(0, 2)
\set v random(1, 1000)
\set id random(1, 3000)
INSERT INTO t (k, v, x) VALUES (:hot, :v, :v * 0.1), (:k, :v, NULL);
UPDATE t SET v = :v WHERE id = :id;
DELETE FROM t WHERE id = (:id + 500) % 3000;
INSERT INTO p (k, v) SELECT (:k + i) % 100, :v FROM generate_series(1, 10) i;
DELETE FROM p WHERE k = :k;
INSERT INTO t (k, v) VALUES (1000 + :client_id, :v);
DELETE FROM t WHERE k = 1000 + :client_id;
BEGIN;
INSERT INTO t (k, v) VALUES (:hot, :v);
SAVEPOINT a;
UPDATE t SET k = :hot WHERE id = :id;
ROLLBACK TO a;
INSERT INTO p (k, v) VALUES (:k, :v);
COMMIT;
SQL

# Start writers; what they say when their server dies is of no interest.
sub load
{
	my ($out, $err) = ('', '');
	my $load = IPC::Run::start(
		[ 'pgbench', '-n', '-h', $node->host, '-p', $node->port, '-c', 4, '-j', 2, '-T', 60, '--max-tries=1000', '-f', "$dir/write", 'postgres' ],
		'<', \undef, '>', \$out, '2>', \$err);
	usleep(700_000 + int rand 600_000);
	return $load;
}

sub written { return $node->safe_psql('postgres', 'SELECT last_value FROM t_id_seq') }

exact('at first');
for my $round (1 .. 3)
{
	my $before = written();
	my $load = load();
	$node->safe_psql('postgres', 'CHECKPOINT') if $round == 2;
	kill_all();
	eval { $load->finish };
	$node->start;
	cmp_ok(written(), '>', $before + 40, "there was a load, round $round");
	exact("after all processes were killed, round $round");
	$node->safe_psql('postgres', q{INSERT INTO t (k, v) SELECT i % 25, i FROM generate_series(1, 100) i; DELETE FROM t WHERE k = 3; UPDATE p SET v = v + 1; VACUUM});
	exact("... and stay so, round $round");
}

# one backend, and the others after it
my $load = load();
my $pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid LIMIT 1});
kill 'KILL', $pid;
eval { $load->finish };
for (1 .. 100)
{
	last if ($node->psql('postgres', 'SELECT 1'))[0] == 0;
	usleep(100_000);
}
exact('after a backend was killed');

# a crash in an orderly place: uncommitted changes of all kinds are on disk
my $writer = $node->background_psql('postgres');
$writer->query_safe(q{BEGIN; INSERT INTO t (k, v) VALUES (1, 5000), (2000, 1); DELETE FROM t WHERE k = 2; UPDATE t SET v = 0 WHERE k = 4; UPDATE p SET k = 99 - k WHERE k < 100});
$node->safe_psql('postgres', 'CHECKPOINT');
exact('beside an open writer');
kill_all();
eval { $writer->quit };
$node->start;
exact('without what was open');

# two-phase commit
my $writes = q{INSERT INTO t (k, v, x) VALUES (1, 6000, 1.0), (3000, 1, NULL); DELETE FROM t WHERE k = 5; UPDATE t SET v = v + 1 WHERE k = 6;
	SAVEPOINT a; DELETE FROM t WHERE k = 7; ROLLBACK TO a; UPDATE p SET k = 99 - k WHERE k < 100};
for my $end ('COMMIT', 'ROLLBACK')
{
	my $sum = $node->safe_psql('postgres', 'SELECT sum(v), count(*) FROM t');
	$node->safe_psql('postgres', "BEGIN; $writes; PREPARE TRANSACTION 'w'");
	exact("beside a prepared transaction ($end)");
	kill_all();
	$node->start;
	exact("... after a crash ($end)");
	is($node->safe_psql('postgres', 'SELECT sum(v), count(*) FROM t'), $sum, '... which does not show yet');
	$node->restart;
	exact("... after a restart ($end)");
	my ($rc, undef, $err) = $node->psql('postgres', "SET lock_timeout = '100ms'; INSERT INTO t (k, v) VALUES (1, 1)");
	like($err, qr/lock timeout/, '... and whose group is locked');
	$node->safe_psql('postgres', "$end PREPARED 'w'");
	exact("after $end PREPARED");
	$node->safe_psql('postgres', q{INSERT INTO t (k, v) VALUES (1, 1), (3000, 2); DELETE FROM t WHERE k = 3000});
	exact('... and written again');
}

$node->stop;
done_testing();
