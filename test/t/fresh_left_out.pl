# Most transactions leave no mark, since the last one of their backend stands for
# theirs.  These are held, by synchronous replication to nobody or by PREPARE,
# just when they have decided that and are not over yet, while a view is
# refreshed.  If the refresh did not look for open writers, nothing would tell
# that its view lacks their rows.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('left_out', allows_streaming => 1);
my $t = 'SELECT count(*), sum(v) FROM t';
my $p = 'SELECT count(*), sum(v) FROM p';
my $p2 = 'SELECT count(*), sum(v) FROM p2';

$node->append_conf('postgresql.conf', "synchronous_standby_names = 'nobody'\nsynchronous_commit = local\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE t (k int, v int);
INSERT INTO t SELECT i, i FROM generate_series(1, 10) i;
CREATE TABLE p (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (50) TO (100);
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
CREATE MATERIALIZED VIEW mv_other AS SELECT count(*) AS c, sum(v) AS s FROM t;
CREATE MATERIALIZED VIEW mvp AS SELECT count(*) AS c, sum(v) AS s FROM p;
CREATE MATERIALIZED VIEW mvp2 AS SELECT count(*) AS c, sum(v) AS s FROM p2;
CREATE UNIQUE INDEX ON mv (k);
SQL

sub refresh { $node->safe_psql('postgres', "REFRESH MATERIALIZED VIEW $_") for @_ }
sub marks { return $node->safe_psql('postgres', 'SELECT count(*), max(xid) FROM aqumv.mark') }

my $writer = $node->background_psql('postgres', on_error_stop => 0);
# the warning that the wait was cancelled is expected
$writer->query_safe('SET client_min_messages = error');
my $pid = $writer->query_safe('SELECT pg_backend_pid()');

# Run a write that has committed but is not over, something else, and end it.
sub hold
{
	my ($write, $meanwhile) = @_;

	$writer->query_safe('SET synchronous_commit = on');
	$writer->query_until(qr/held/, "\\echo held\n$write;\n");
	$node->poll_query_until('postgres', "SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = $pid")
	  or die 'the writer does not wait';
	$meanwhile->();
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	$node->poll_query_until('postgres', "SELECT state = 'idle' FROM pg_stat_activity WHERE pid = $pid")
	  or die 'the writer does not end';
	$writer->query('SET synchronous_commit = local');
}

# marks are left out, in the first place
$writer->query_safe('INSERT INTO t VALUES (11, 11)');
my $before = marks();
$writer->query_safe("INSERT INTO t VALUES ($_, $_)") for 12 .. 20;
is(marks(), $before, 'marks are left out');
is(answer($node, $t), 'table: 20|210', 'the one that there is stands for all');
refresh('mv');
is(answer($node, $t), 'view: 20|210', 'none stands against a later refresh');

for my $kind ('REFRESH MATERIALIZED VIEW mv', 'REFRESH MATERIALIZED VIEW CONCURRENTLY mv')
{
	my ($rows, $sum) = split /\|/, $node->safe_psql('postgres', $t);
	my $k = $rows + 1;

	refresh('mv', 'mv_other');
	$writer->query_safe("INSERT INTO t VALUES ($k, 0)");
	hold("INSERT INTO t VALUES ($k + 1, 1000)", sub {
		$node->safe_psql('postgres', $kind);
		is(answer($node, $t), 'view: ' . ($rows + 1) . "|$sum", "$kind while a writer that leaves no mark is held");
	});
	is(answer($node, $t), 'table: ' . ($rows + 2) . '|' . ($sum + 1000), '... the view is stale when that is over');
	like($node->safe_psql('postgres', "SELECT reason_code FROM aqumv.views WHERE view = 'mv_other'::regclass"), qr/^stale$/, '... as is the other view');
	refresh('mv');
	like(answer($node, $t), qr/^view: /, '... and fresh after another refresh');
}

# through a partitioned table
refresh('mvp', 'mvp2');
$writer->query_safe('INSERT INTO p VALUES (60, 1)');
hold('INSERT INTO p VALUES (61, 10)', sub { refresh('mvp', 'mvp2'); is(answer($node, $p), 'view: 1|1', 'the same in a partition') });
is(answer($node, $p), 'table: 2|11', '... for the root');
is(answer($node, $p2), 'table: 2|11', '... and the partition');
refresh('mvp', 'mvp2');
is(answer($node, $p), 'view: 2|11', '... refreshed');
is(answer($node, 'SELECT count(*), sum(v) FROM p1'), 'table: 0|', 'a partition without a view');

# prepared, also across a crash
refresh('mv');
my $sum = $node->safe_psql('postgres', 'SELECT sum(v) FROM t');
$writer->query_safe("INSERT INTO t VALUES (101, 0)");
$writer->query_safe("BEGIN; INSERT INTO t VALUES (102, 1000); PREPARE TRANSACTION 'one'");
$writer->query_safe("BEGIN; INSERT INTO t VALUES (103, 1000); PREPARE TRANSACTION 'two'");
refresh('mv');
like(answer($node, $t), qr/^view: /, 'prepared writers do not count');
$node->safe_psql('postgres', "COMMIT PREPARED 'one'");
like(answer($node, $t), qr/^table: .*\|@{[$sum + 1000]}$/, '... until committed');
$writer->quit;
$node->stop('immediate');
$node->start;
refresh('mv');
like(answer($node, $t), qr/^view: /, 'prepared before the crash');
$node->safe_psql('postgres', "COMMIT PREPARED 'two'");
like(answer($node, $t), qr/^table: .*\|@{[$sum + 2000]}$/, '... and committed after it');

# a mark that is on behalf of somebody who rolls back counts for nothing
refresh('mv');
$writer = $node->background_psql('postgres');
$writer->query_safe('INSERT INTO t VALUES (104, 0)');
$writer->query_safe('BEGIN; INSERT INTO t VALUES (105, 0)');
refresh('mv');
$writer->query_safe('ROLLBACK');
like(answer($node, $t), qr/^view: /, 'an open writer that rolls back');
$writer->quit;

$node->stop;
done_testing();
