# A crash: what was committed is there, marks and refreshes included, and what
# was not is gone.  If any of aqumv's state were kept outside of WAL-logged
# tables, a view could come back from a crash newer or older than its table.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('crash');
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
my $q = 'SELECT count(*), sum(v) FROM t';

sub crash
{
	$node->stop('immediate');
	$node->start;
}

$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE t (k int, v int);
INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
CREATE UNIQUE INDEX ON mv (k);
SQL

is(answer($node, $q), 'view: 100|5050', 'fresh before the crash');
crash();
is(answer($node, $q), 'view: 100|5050', 'fresh after the crash');

$node->safe_psql('postgres', 'INSERT INTO t VALUES (101, 101)');
crash();
is(answer($node, $q), 'table: 101|5151', 'a committed write survives');
$node->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW CONCURRENTLY mv');
crash();
is(answer($node, $q), 'view: 101|5151', 'a committed REFRESH survives');

# in progress at the time of the crash
my $writer = $node->background_psql('postgres');
$writer->query_safe('BEGIN; INSERT INTO t VALUES (102, 102)');
is(answer($node, $q), 'view: 101|5151', 'an open writer does not count');
$node->safe_psql('postgres', 'CHECKPOINT');
crash();
is(answer($node, $q), 'view: 101|5151', '... nor does one that the crash has ended');
eval { $writer->quit };

my $refresher = $node->background_psql('postgres');
$node->safe_psql('postgres', 'INSERT INTO t VALUES (103, 103)');
$refresher->query_safe('BEGIN; REFRESH MATERIALIZED VIEW mv');
$node->safe_psql('postgres', 'CHECKPOINT');
crash();
is(answer($node, $q), 'table: 102|5254', 'a REFRESH that the crash has ended does not count');
eval { $refresher->quit };

$node->safe_psql('postgres', 'TRUNCATE t');
crash();
is(answer($node, $q), 'table: 0|', 'TRUNCATE survives');

# two-phase commit, of a write and of a REFRESH
$node->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW mv');
$node->safe_psql('postgres', q{BEGIN; INSERT INTO t VALUES (1, 1); PREPARE TRANSACTION 'w'});
crash();
is(answer($node, $q), 'view: 0|', 'a prepared write does not count yet');
$node->safe_psql('postgres', q{REFRESH MATERIALIZED VIEW CONCURRENTLY mv});
$node->safe_psql('postgres', q{COMMIT PREPARED 'w'});
crash();
is(answer($node, $q), 'table: 1|1', 'committed, it is newer than the REFRESH that came before');
$node->safe_psql('postgres', q{BEGIN; REFRESH MATERIALIZED VIEW mv; PREPARE TRANSACTION 'r'});
crash();
is(answer($node, $q), 'table: 1|1', 'a prepared REFRESH does not count, and nobody waits for it');
$node->safe_psql('postgres', q{COMMIT PREPARED 'r'});
is(answer($node, $q), 'view: 1|1', 'committed, it does');

# one backend killed, the server recovers by itself
$node->safe_psql('postgres', 'INSERT INTO t VALUES (2, 2)');
my $victim = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $victim->query_safe('SELECT pg_backend_pid()');
$victim->query_safe('BEGIN; INSERT INTO t VALUES (3, 3)');
kill 'KILL', $pid;
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid")
  or die 'the server does not come back';
eval { $victim->quit };
is(answer($node, $q), 'table: 2|3', 'after a killed backend');

$node->stop;
done_testing();
