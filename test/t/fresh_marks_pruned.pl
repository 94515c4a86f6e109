# Marks do not pile up: many transactions leave few of them alive, with no
# REFRESH and no VACUUM.  If they did, each look at a view would read them all.
# AQUMV_TRANSACTIONS (default 20000) is how many single-row transactions run.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $transactions = $ENV{AQUMV_TRANSACTIONS} || 20000;
my $node = new_node('pruned');
my $dir = PostgreSQL::Test::Utils::tempdir;

sub script
{
	my ($name, $text) = @_;
	append_to_file("$dir/$name", $text);
	return "$dir/$name";
}

sub marks { return $node->safe_psql('postgres', 'SELECT count(*) FROM aqumv.mark') }

sub bench
{
	my ($file, $clients, $each, @more) = @_;
	$node->command_ok([ 'pgbench', '-n', '-h', $node->host, '-p', $node->port, '-c', $clients, '-t', $each, '-f', $file, @more, 'postgres' ],
		"$clients clients run $each transactions of " . $file =~ s/.*\///r);
}

$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE t (k int, v int);
CREATE TABLE p (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (50) TO (101);
CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS c, sum(v) AS s FROM t;
CREATE MATERIALIZED VIEW mvp AS SELECT count(*) AS c, sum(v) AS s FROM p;
SQL

my $insert = script('insert', "INSERT INTO t VALUES (1, 1);\n");
bench($insert, 4, int($transactions / 4));
cmp_ok(marks(), '<', 1000, "fewer than 1000 marks are left of $transactions transactions");
note(marks() . ' marks, ' . $node->safe_psql('postgres', "SELECT pg_relation_size('aqumv.mark') / 8192 || ' pages, index ' || pg_relation_size('aqumv.mark_root') / 8192"));
is(answer($node, 'SELECT count(*), sum(v) FROM t'), "table: $transactions|$transactions", '... and one at least stands against the view');

# a backend for each transaction: none has a mark of its own to replace
bench($insert, 2, 100, '-C');
cmp_ok(marks(), '<', 100, 'backends that run one transaction each');

# through a partitioned table, with savepoints, some undone
my $partitions = script('partitions', <<'SQL');
\set k random(0, 100)
BEGIN;
SAVEPOINT a;
INSERT INTO p VALUES (:k, 1);
ROLLBACK TO a;
INSERT INTO p VALUES (100 - :k, 1);
COMMIT;
SQL
bench($partitions, 4, 500);
cmp_ok(marks(), '<', 1000, 'into partitions, with savepoints');

# at the other isolation levels nobody fails who would not without tracking
$node->safe_psql('postgres', "ALTER SYSTEM SET default_transaction_isolation = 'serializable'");
$node->reload;
bench($insert, 4, 1000);
cmp_ok(marks(), '<', 1000, 'SERIALIZABLE writers that read nothing');
$node->safe_psql('postgres', "ALTER SYSTEM SET default_transaction_isolation = 'repeatable read'");
$node->reload;
bench($insert, 4, 1000);
cmp_ok(marks(), '<', 1000, 'REPEATABLE READ writers that read nothing');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET default_transaction_isolation');
$node->reload;

# an old snapshot keeps the rows, but its own count of them is right
my $old = $node->background_psql('postgres');
$old->query_safe('REFRESH MATERIALIZED VIEW mv');
$old->query_safe("SET $switch = on; SET aqumv.rewrite_mode = force; BEGIN ISOLATION LEVEL REPEATABLE READ");
my $before = $old->query_safe('SELECT count(*) FROM t');
bench($insert, 4, 500);
is($old->query_safe('SELECT count(*) FROM t'), $before, 'an old snapshot still has its view');
like($old->query_safe('EXPLAIN (COSTS OFF) SELECT count(*) FROM t'), qr/ on mv/, '... and uses it');
$old->query_safe('COMMIT');
is($old->query_safe('SELECT count(*) FROM t'), $before + 2000, '... and a new one the new rows');
$old->quit;
bench($insert, 1, 500);
cmp_ok(marks(), '<', 1000, 'marks go when the old snapshot has gone');

$node->stop;
done_testing();
