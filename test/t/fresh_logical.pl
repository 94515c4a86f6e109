# A logical replication subscriber: the initial copy and the apply worker write
# its tables.  The apply worker fires no statement triggers, only row triggers
# and those of TRUNCATE; if these were not there the subscriber's views would be
# used without what was replicated.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = new_node('publisher', allows_streaming => 'logical');
my $subscriber = new_node('subscriber', allows_streaming => 'logical');
my %q = (t => 'SELECT count(*), sum(v) FROM t', p => 'SELECT count(*), sum(v) FROM p',
	p1 => 'SELECT count(*), sum(v) FROM p1', p2 => 'SELECT count(*), sum(v) FROM p2');

$publisher->start;
$subscriber->start;
my $tables = <<'SQL';
CREATE TABLE t (k int PRIMARY KEY, v int);
CREATE TABLE p (k int PRIMARY KEY, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200);
SQL
$publisher->safe_psql('postgres', $tables . <<'SQL');
INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
INSERT INTO p SELECT i, i FROM generate_series(1, 150) i;
CREATE PUBLICATION pub FOR TABLE t, p WITH (publish_via_partition_root = true);
SQL
$subscriber->safe_psql('postgres', $tables . <<'SQL');
CREATE EXTENSION aqumv;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
CREATE MATERIALIZED VIEW mvp AS SELECT count(*) AS c, sum(v) AS s FROM p;
CREATE MATERIALIZED VIEW mvp1 AS SELECT count(*) AS c, sum(v) AS s FROM p1;
CREATE MATERIALIZED VIEW mvp2 AS SELECT count(*) AS c, sum(v) AS s FROM p2;
SQL

sub sources
{
	return join ', ', map { my $a = answer($subscriber, $q{$_}); $a =~ /^DIFF/ ? $a : "$_ " . $a =~ s/:.*//r } sort keys %q;
}

sub replicate
{
	my ($sql) = @_;
	$publisher->safe_psql('postgres', $sql);
	$publisher->wait_for_catchup('sub');
}

sub refresh
{
	$subscriber->safe_psql('postgres', "REFRESH MATERIALIZED VIEW $_") for qw(mv mvp mvp1 mvp2);
	is(sources(), 'p view, p1 view, p2 view, t view', 'refreshed');
}

is(sources(), 'p view, p1 view, p2 view, t view', 'empty, and fresh');

# initial copy
my $connstr = $publisher->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION sub CONNECTION '$connstr' PUBLICATION pub");
$subscriber->wait_for_subscription_sync($publisher, 'sub');
is(sources(), 'p table, p1 table, p2 table, t table', 'the initial copy is noticed');
refresh();

# the apply worker
replicate('INSERT INTO t VALUES (101, 101)');
is(sources(), 'p view, p1 view, p2 view, t table', 'INSERT');
refresh();
replicate('UPDATE t SET v = 0 WHERE k = 1');
is(sources(), 'p view, p1 view, p2 view, t table', 'UPDATE');
refresh();
replicate('DELETE FROM t WHERE k = 2');
is(sources(), 'p view, p1 view, p2 view, t table', 'DELETE');
refresh();
replicate('TRUNCATE t');
is(sources(), 'p view, p1 view, p2 view, t table', 'TRUNCATE');
refresh();
replicate('BEGIN; INSERT INTO t VALUES (1, 1); SAVEPOINT a; INSERT INTO t VALUES (2, 2); ROLLBACK TO a; INSERT INTO t VALUES (3, 3); COMMIT');
is(sources(), 'p view, p1 view, p2 view, t table', 'a transaction with a savepoint');
refresh();
replicate('BEGIN; INSERT INTO t VALUES (4, 4); ROLLBACK');
is(sources(), 'p view, p1 view, p2 view, t view', 'ROLLBACK');

# into partitions, through the root
replicate('INSERT INTO p VALUES (99, 0) ON CONFLICT (k) DO UPDATE SET v = 7');
is(sources(), 'p table, p1 table, p2 view, t view', 'UPDATE of a row in a partition');
refresh();
replicate('UPDATE p SET k = 160 WHERE k = 10');
is(sources(), 'p table, p1 table, p2 table, t view', 'a row moves to another partition');
refresh();
replicate('DELETE FROM p WHERE k = 160');
is(sources(), 'p table, p1 view, p2 table, t view', 'DELETE in a partition');
refresh();
replicate('TRUNCATE p');
is(sources(), 'p table, p1 table, p2 table, t view', 'TRUNCATE of the root');
refresh();

# what a view on the subscriber answers is right while the worker writes
replicate('INSERT INTO p SELECT i, i FROM generate_series(0, 199) i; INSERT INTO t SELECT i, i FROM generate_series(1000, 1999) i');
is(sources(), 'p table, p1 table, p2 table, t table', 'many rows at once');

$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION sub');
$subscriber->stop;
$publisher->stop;
done_testing();
