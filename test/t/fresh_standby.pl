# A hot standby answers from views, by the state that has been replayed: fresh,
# stale, fresh again.  Readers neither wait for a REFRESH on the primary nor see
# its rows in older snapshots.  If freshness leaned on anything that is not
# replayed (transaction ids of its own, caches that nobody invalidates), the
# standby would read a stale view.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = new_node('primary', allows_streaming => 1);
my $q = 'SELECT count(*), sum(v) FROM t';

$primary->start;
$primary->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE t (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (1000);
CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (1000) TO (2000);
INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
CREATE UNIQUE INDEX ON mv (k);
SQL
$primary->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'b', has_streaming => 1);
# conflicts with the primary's locks and clean-up shall not hide anything
$standby->append_conf('postgresql.conf', "max_standby_streaming_delay = -1\nhot_standby_feedback = on\n");
$standby->start;

# run on the primary, replay on the standby
sub both
{
	my ($sql) = @_;
	$primary->safe_psql('postgres', $sql);
	$primary->wait_for_catchup($standby, 'replay');
}

both('SELECT 1');
is(answer($standby, $q), 'view: 100|5050', 'the view is used');

# a long-lived session, so that caches must be invalidated by replay
my $session = $standby->background_psql('postgres');
$session->query_safe("SET $switch = on; SET aqumv.rewrite_mode = force; SET plan_cache_mode = force_generic_plan");
$session->query_safe("PREPARE p AS $q");
sub prepared
{
	my $source = $session->query_safe('EXPLAIN (COSTS OFF) EXECUTE p') =~ / on mv/ ? 'view' : 'table';
	return "$source: " . $session->query_safe('EXECUTE p');
}

is(prepared(), 'view: 100|5050', '... by a prepared statement');

both('INSERT INTO t VALUES (101, 101)');
is($session->query_safe('EXECUTE p'), '101|5151', 'stale: the prepared statement sees the row');
is(answer($standby, $q), 'table: 101|5151', 'stale: the table is read');
both('REFRESH MATERIALIZED VIEW mv');
is(answer($standby, $q), 'view: 101|5151', 'fresh after a plain REFRESH');
is(prepared(), 'view: 101|5151', '... also by the prepared statement');

# a snapshot that is older than what is replayed
$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
both('INSERT INTO t VALUES (102, 102)');
is($session->query_safe($q), '101|5151', 'an old snapshot');
$session->query_safe('COMMIT');
$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
both('REFRESH MATERIALIZED VIEW mv; INSERT INTO t VALUES (103, 103); REFRESH MATERIALIZED VIEW mv;');
is($session->query_safe($q), '102|5253', 'an old snapshot does not see the rows of a plain REFRESH');
$session->query_safe('COMMIT');
$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
both('INSERT INTO t VALUES (104, 104)');
both('REFRESH MATERIALIZED VIEW CONCURRENTLY mv');
is($session->query_safe($q), '103|5356', '... nor of a concurrent one');
both('TRUNCATE t1');
$session->query_safe("SET LOCAL $switch = off");
my $truth = $session->query_safe($q);
$session->query_safe("SET LOCAL $switch = on");
is($session->query_safe($q), $truth, 'an old snapshot after TRUNCATE: as with rewriting off');
$session->query_safe('COMMIT');
is(answer($standby, $q), 'table: 0|', 'TRUNCATE of a partition is noticed');
both('INSERT INTO t SELECT i, i FROM generate_series(1, 10) i; INSERT INTO t VALUES (1000, 1000); REFRESH MATERIALIZED VIEW mv;');
is(answer($standby, $q), 'view: 11|1055', 'fresh again');
both('ALTER TABLE t DETACH PARTITION t2');
is(answer($standby, $q), 'table: 10|55', 'DETACH is noticed');
both('REFRESH MATERIALIZED VIEW mv');
is(prepared(), 'view: 10|55', 'the prepared statement follows');

# a REFRESH in progress on the primary keeps nobody waiting
my $refresher = $primary->background_psql('postgres');
$refresher->query_safe('BEGIN; REFRESH MATERIALIZED VIEW mv');
$primary->safe_psql('postgres', 'INSERT INTO t VALUES (11, 11)');
$primary->wait_for_catchup($standby, 'replay');
$session->query_safe("SET statement_timeout = '20s'");
is($session->query_safe('EXECUTE p'), '11|66', 'no waiting for a REFRESH in progress');
like(answer($standby, $q, "SET statement_timeout = '20s';"), qr/^table: 11\|66$/, '... when planned now');
$refresher->query_safe('COMMIT');
$refresher->quit;

# promotion
both('REFRESH MATERIALIZED VIEW mv');
is(answer($standby, $q), 'view: 11|66', 'fresh before promotion');
$primary->stop;
$standby->promote;
is(answer($standby, $q), 'view: 11|66', '... and after it');
$standby->safe_psql('postgres', 'DELETE FROM t WHERE k = 1');
is($session->query_safe('EXECUTE p'), '10|65', 'a write there is noticed by a session from before');
is(answer($standby, $q), 'table: 10|65', '... and by others');
$session->quit;
$standby->stop;
done_testing();
