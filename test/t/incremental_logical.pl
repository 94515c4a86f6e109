# Incremental views on a logical replication subscriber: the initial copy and
# the apply worker write their tables.  These fire row triggers only, and those
# of TRUNCATE.  After each step the subscriber's tables hold what the publisher's
# do, and its views what their definitions say.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = new_node('publisher', allows_streaming => 'logical');
my $subscriber = new_node('subscriber', allows_streaming => 'logical');
my $connstr = $publisher->connstr . ' dbname=postgres';

# large transactions are streamed; a worker that fails tries again soon
$publisher->append_conf('postgresql.conf', 'logical_decoding_work_mem = 64kB');
$subscriber->append_conf('postgresql.conf', "wal_retrieve_retry_interval = 100ms\ndeadlock_timeout = 100ms");
$_->start for $publisher, $subscriber;

# t by its key; u by all its columns; p to the root, and q to the partitions;
# far from what is on the subscriber: order of columns, types, more columns
$publisher->safe_psql('postgres', <<'SQL');
CREATE TABLE t (id int PRIMARY KEY, k int, v int, x numeric, s text);
ALTER TABLE t ALTER s SET STORAGE EXTERNAL;
CREATE TABLE u (k int, s text);
ALTER TABLE u REPLICA IDENTITY FULL;
CREATE TABLE p (k int PRIMARY KEY, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200);
CREATE TABLE q (k int PRIMARY KEY, v int) PARTITION BY RANGE (k);
CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (100);
CREATE TABLE q2 PARTITION OF q FOR VALUES FROM (100) TO (200);
CREATE TABLE later (k int PRIMARY KEY, v int);
INSERT INTO t SELECT i, i % 7, i, i * 0.01, repeat('s', i % 3) FROM generate_series(1, 100) i;
INSERT INTO u SELECT i % 5, 's' || i % 3 FROM generate_series(1, 60) i;
INSERT INTO p SELECT i, i FROM generate_series(1, 150) i;
INSERT INTO q SELECT i, i FROM generate_series(1, 150) i;
CREATE PUBLICATION pub FOR TABLE t, u, p WITH (publish_via_partition_root = true);
CREATE PUBLICATION pub_leaves FOR TABLE q;
SQL
$subscriber->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE t (here text DEFAULT 'here', s text, x numeric, v bigint, unused json, id int PRIMARY KEY, k int);
CREATE TABLE u (k int, s text);
CREATE TABLE p (k int PRIMARY KEY, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);
CREATE TABLE p2 (v int, dropped int, k int PRIMARY KEY);
ALTER TABLE p2 DROP COLUMN dropped;
ALTER TABLE p ATTACH PARTITION p2 DEFAULT;
CREATE TABLE q (k int PRIMARY KEY, v int) PARTITION BY RANGE (k);
CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (100);
CREATE TABLE q2 PARTITION OF q FOR VALUES FROM (100) TO (200);
CREATE TABLE later (k int PRIMARY KEY, v int);

CREATE MATERIALIZED VIEW t_groups WITH (aqumv.incremental) AS
	SELECT k, count(*), sum(v), avg(v), min(v), max(v), sum(x) AS sx, avg(x) AS ax, max(length(s)) AS longest FROM t GROUP BY k;
CREATE MATERIALIZED VIEW t_recomputed WITH (aqumv.incremental) AS
	SELECT k, count(DISTINCT v), stddev(x), string_agg(s, ',' ORDER BY id) FROM t GROUP BY k HAVING count(*) > 2;
CREATE MATERIALIZED VIEW t_all WITH (aqumv.incremental) AS SELECT count(*), sum(v), max(v), min(here) FROM t;
CREATE MATERIALIZED VIEW t_key WITH (aqumv.incremental) AS SELECT id, v, md5(s) AS m FROM t WHERE k < 5;
CREATE MATERIALIZED VIEW t_bag WITH (aqumv.incremental) AS SELECT k, v % 3 AS r FROM t WHERE v > 10;
CREATE MATERIALIZED VIEW u_groups WITH (aqumv.incremental) AS SELECT s, count(*), sum(k) FROM u GROUP BY s;
CREATE MATERIALIZED VIEW u_bag WITH (aqumv.incremental) AS SELECT k, s FROM u;
CREATE MATERIALIZED VIEW p_groups WITH (aqumv.incremental) AS SELECT k % 10 AS g, count(*), sum(v), max(v) FROM p GROUP BY k % 10;
CREATE MATERIALIZED VIEW p_key WITH (aqumv.incremental) AS SELECT k, v FROM p;
CREATE MATERIALIZED VIEW p1_all WITH (aqumv.incremental) AS SELECT count(*), sum(v), min(v) FROM p1;
CREATE MATERIALIZED VIEW p2_groups WITH (aqumv.incremental) AS SELECT v % 4 AS g, count(*), sum(k) FROM p2 GROUP BY v % 4;
CREATE MATERIALIZED VIEW q_groups WITH (aqumv.incremental) AS SELECT k % 10 AS g, count(*), sum(v), max(v) FROM q GROUP BY k % 10;
CREATE MATERIALIZED VIEW q1_key WITH (aqumv.incremental) AS SELECT k, v FROM q1;
SQL
load_harness($subscriber);

# Rows of the replicated tables, as the publisher has them.
my %rows = (t => 'id, k, v, x, s', u => 'k, s', p => 'k, v', q => 'k, v', later => 'k, v');
sub same_rows
{
	my $query = join ' UNION ALL ', map {
		"SELECT '$_', count(*), md5(string_agg(r::text, ' ' ORDER BY r::text COLLATE \"C\")) FROM (SELECT $rows{$_} FROM $_) r" } @_;
	my ($there, $here) = map { $_->safe_psql('postgres', $query) } $publisher, $subscriber;

	return $there eq $here ? 'same' : "$here should be $there";
}

# What is true after every step.
sub exact
{
	my ($name, @tables) = @_;

	is(same_rows(@tables ? @tables : qw(t u p q)), 'same', "$name: it has arrived");
	is(differences($subscriber), '', '... and the views are exact');
	is($subscriber->safe_psql('postgres', q{SELECT string_agg(view || ' ' || reason_code, ', ') FROM aqumv.views WHERE maintenance <> 'immediate' OR NOT usable}),
		'', '... and in use');
}

sub replicate
{
	my ($name, $sql, @tables) = @_;

	$publisher->safe_psql('postgres', $sql);
	$publisher->wait_for_catchup($_) for qw(sub sub_leaves);
	exact($name, @tables);
}

$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION sub CONNECTION '$connstr' PUBLICATION pub WITH (streaming = on)");
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION sub_leaves CONNECTION '$connstr' PUBLICATION pub_leaves WITH (streaming = on)");
$subscriber->wait_for_subscription_sync($publisher, $_) for qw(sub sub_leaves);
exact('initial copy');

replicate('INSERT', q{INSERT INTO t VALUES (101, 1, 101, 1.00001, 'x'), (102, NULL, NULL, 'NaN', NULL), (103, 50, 7, 7.0, ''); INSERT INTO u VALUES (1, 's1'), (NULL, NULL), (NULL, NULL)});
replicate('UPDATE', q{UPDATE t SET v = v + 1 WHERE id = 1; UPDATE t SET k = 51 WHERE id = 2; UPDATE t SET x = 0.1 WHERE id = 102; UPDATE t SET id = 1000, v = -5 WHERE id = 3});
replicate('UPDATE of one of several rows that are alike', q{UPDATE u SET s = 'other' WHERE ctid = (SELECT max(ctid) FROM u WHERE k = 1 AND s = 's1'); UPDATE u SET k = 7 WHERE s = 's2'});
replicate('DELETE of extremes, of the last of a group', q{DELETE FROM t WHERE v IN (SELECT max(v) FROM t GROUP BY k); DELETE FROM t WHERE id IN (101, 103); DELETE FROM u WHERE k IS NULL});
replicate('UPDATE of nothing that shows', q{UPDATE t SET v = v; UPDATE u SET s = s; UPDATE p SET v = v WHERE k < 20});
replicate('many rows', q{INSERT INTO t SELECT i, i % 40, i, i * 0.001, 'm' FROM generate_series(2000, 3000) i; UPDATE t SET v = v * 2,
	k = k + 1 WHERE id > 2000 AND id % 10 = 0; DELETE FROM t WHERE id > 2000 AND id % 3 = 0});
replicate('a transaction with savepoints', q{BEGIN; INSERT INTO t VALUES (6001, 1, 1, 1, 'a'); SAVEPOINT a; UPDATE t SET v = 1e6 WHERE k = 2; DELETE FROM t WHERE k = 3; ROLLBACK TO a;
	SAVEPOINT b; DELETE FROM t WHERE k = 4; RELEASE b; UPDATE t SET v = 0 WHERE id = 6001; INSERT INTO u VALUES (9, 'nine'); COMMIT});
replicate('a transaction that is streamed, with subtransactions rolled back', q{BEGIN; INSERT INTO t SELECT i, i % 11, i, 1, 'streamed' FROM generate_series(10000, 11200) i;
	SAVEPOINT a; UPDATE t SET v = v + 1 WHERE id >= 10000; ROLLBACK TO a; SAVEPOINT b; DELETE FROM t WHERE id >= 11000; RELEASE b; COMMIT});
cmp_ok($publisher->safe_psql('postgres', q{SELECT stream_txns FROM pg_stat_replication_slots WHERE slot_name = 'sub'}), '>', 0, 'it was streamed');
replicate('ROLLBACK', q{BEGIN; INSERT INTO t SELECT i, 1, 1, 1, '' FROM generate_series(20000, 21200) i; ROLLBACK});
replicate('two-phase commit', q{BEGIN; INSERT INTO q VALUES (198, 198); DELETE FROM q WHERE k = 9; PREPARE TRANSACTION 'a'; COMMIT PREPARED 'a';
	BEGIN; INSERT INTO q VALUES (199, 1); DELETE FROM q WHERE k < 5; PREPARE TRANSACTION 'b'; ROLLBACK PREPARED 'b'});
replicate('values that the publisher does not send again', q{INSERT INTO t VALUES (8001, 1, 1, 1, repeat('long', 2000));
	UPDATE t SET v = 2 WHERE id = 8001; UPDATE t SET k = 2, x = 5.5 WHERE id = 8001});

# partitions
replicate('partitions', q{UPDATE p SET v = v + 100 WHERE k % 3 = 0; DELETE FROM p WHERE k % 7 = 0; UPDATE q SET v = 3 WHERE k % 3 = 0; DELETE FROM q WHERE k % 7 = 0});
replicate('rows that move to another partition', q{UPDATE p SET k = k + 50 WHERE k BETWEEN 40 AND 49 AND k + 50 NOT IN (SELECT k FROM p);
	UPDATE p SET k = 0 WHERE k = 150; UPDATE q SET k = 195 - k WHERE k IN (1, 2, 3)});
replicate('TRUNCATE of a partition', 'TRUNCATE q1');
replicate('TRUNCATE of several tables', 'BEGIN; INSERT INTO p VALUES (199, 0); TRUNCATE p, u; INSERT INTO p VALUES (1, 1), (120, 2); INSERT INTO u VALUES (1, NULL); COMMIT');
replicate('TRUNCATE and the same rows again', 'BEGIN; CREATE TEMP TABLE c AS TABLE t; TRUNCATE t; INSERT INTO t TABLE c; COMMIT; DELETE FROM t WHERE id % 2 = 0');

# a table that comes later, and views that do
$subscriber->safe_psql('postgres', 'CREATE MATERIALIZED VIEW later_groups WITH (aqumv.incremental) AS SELECT v, count(*), max(k) FROM later GROUP BY v');
$publisher->safe_psql('postgres', 'INSERT INTO later SELECT i, i % 3 FROM generate_series(1, 50) i; ALTER PUBLICATION pub ADD TABLE later');
$subscriber->safe_psql('postgres', 'ALTER SUBSCRIPTION sub REFRESH PUBLICATION');
$subscriber->wait_for_subscription_sync($publisher, 'sub');
exact('a table added', qw(t u p q later));
$subscriber->safe_psql('postgres', q{CREATE MATERIALIZED VIEW later_key AS SELECT k, v FROM later; ALTER MATERIALIZED VIEW later_key SET (aqumv.maintenance = immediate)});
replicate('a view added', 'INSERT INTO later VALUES (100, 100); UPDATE later SET v = 2 WHERE k = 1; DELETE FROM later WHERE k = 2', qw(t u p q later));

# a conflict: the worker fails and applies the same transaction again
$subscriber->safe_psql('postgres', q{INSERT INTO later VALUES (200, 1)});
my $log = -s $subscriber->logfile;
$publisher->safe_psql('postgres', 'BEGIN; INSERT INTO later SELECT i, 5 FROM generate_series(190, 200) i; DELETE FROM t WHERE k = 6; COMMIT');
$subscriber->wait_for_log(qr/"later_pkey"(?s:.*)"later_pkey"/, $log);
is(differences($subscriber), '', 'views are exact beside a worker that fails');
$subscriber->safe_psql('postgres', 'DELETE FROM later WHERE k = 200');
$publisher->wait_for_catchup('sub');
exact('after the conflict', qw(t u p q later));

# Local writes beside the worker; with many rows a transaction each, either may
# be the victim of a deadlock, and the worker then begins again.  And a crash.
my $local;
for my $round (1 .. 3)
{
	my $first = 100000 * $round;
	$publisher->safe_psql('postgres', "INSERT INTO t SELECT i, i % 9, i, 0.5, 'many' FROM generate_series($first, $first + 700) i");
	$publisher->safe_psql('postgres', "UPDATE t SET v = 1 - v WHERE id % 10 = $round; DELETE FROM t WHERE k = 3 AND id > 6000");
	for (1 .. 5)
	{
		my ($rc, undef, $err) = $subscriber->psql('postgres', "\\set VERBOSITY verbose\nUPDATE t SET here = 'moved $_' WHERE id % 5 = 0; UPDATE t SET here = 'back' WHERE k = 1");
		$local .= $err =~ /40P01/ ? '' : $err;
	}
	$subscriber->stop('immediate') if $round == 2;
	$subscriber->start if $round == 2;
	$publisher->wait_for_catchup('sub');
	exact($round == 2 ? 'after a crash' : 'beside local writes', qw(t u p q later));
}
is($local, '', 'local writes did not fail but for deadlocks');

$subscriber->safe_psql('postgres', "DROP SUBSCRIPTION $_") for qw(sub sub_leaves);
$_->stop for $subscriber, $publisher;
done_testing();
