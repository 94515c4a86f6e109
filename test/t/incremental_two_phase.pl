# A subscription with two_phase = on writes the table of an immediate view while
# others of its transactions are prepared.  Its worker must not wait for these,
# which end only when it goes on; nor may they keep others from the view.
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
$_->start for $publisher, $subscriber;

my $parts = 'CREATE TABLE pt (i int) PARTITION BY RANGE (i); CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10); CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (10) TO (20);';
$publisher->safe_psql('postgres', "CREATE TABLE t (id int PRIMARY KEY, g int, x int); $parts CREATE PUBLICATION pub FOR TABLE t, pt");
$subscriber->safe_psql('postgres', <<"SQL");
CREATE EXTENSION aqumv;
$parts
CREATE MATERIALIZED VIEW parts WITH (aqumv.incremental) AS SELECT count(*) FROM pt;
CREATE TABLE t (id int PRIMARY KEY, g int, x int);
CREATE MATERIALIZED VIEW mv WITH (aqumv.incremental) AS SELECT g, count(*), sum(x) FROM t GROUP BY g;
CREATE MATERIALIZED VIEW dropped WITH (aqumv.incremental) AS SELECT g, max(x) FROM t GROUP BY g;
CREATE MATERIALIZED VIEW manual WITH (aqumv.incremental) AS SELECT x, count(*) FROM t GROUP BY x;
SQL
load_harness($subscriber);
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION sub CONNECTION '$connstr' PUBLICATION pub WITH (two_phase = on)");
$subscriber->wait_for_subscription_sync($publisher, 'sub');
ok($subscriber->poll_query_until('postgres', q{SELECT subtwophasestate = 'e' FROM pg_subscription}), 'the subscription is ready for two-phase commit');

my $query = 'SELECT g, count(*), sum(x) FROM t GROUP BY g';
my $setting = 'SET aqumv.rewrite_mode = force; SET lock_timeout = \'20s\';';

sub source
{
	return answer($subscriber, $query, $setting);
}

sub usable
{
	return $subscriber->safe_psql('postgres', q{SELECT usable FROM aqumv.views WHERE view = 'mv'::regclass});
}

# two transactions of the stream, the first of which is prepared all the while
my $log = -s $subscriber->logfile;
$publisher->safe_psql('postgres', q{BEGIN; INSERT INTO t VALUES (2, 1, 10); PREPARE TRANSACTION 'a'});
$publisher->wait_for_catchup('sub');
is($subscriber->safe_psql('postgres', 'SELECT count(*) FROM pg_prepared_xacts'), '1', 'a prepared transaction has arrived');
is(usable(), 't', 'what it wrote does not show yet, and the view is right without');
is(source(), 'view: ', '... and is used');
is($subscriber->safe_psql('postgres', q{SELECT count(*) FROM pg_locks WHERE relation IN ('mv'::regclass, 'manual'::regclass, 'dropped'::regclass)}), '0', 'it keeps no lock on views');
$subscriber->safe_psql('postgres', "$setting DROP MATERIALIZED VIEW dropped; ALTER MATERIALIZED VIEW manual SET (aqumv.maintenance = manual)");
$subscriber->safe_psql('postgres', "$setting REFRESH MATERIALIZED VIEW mv");
is(source(), 'view: ', 'a REFRESH does not wait for it');
$publisher->safe_psql('postgres', q{INSERT INTO t VALUES (1, 1, 1); BEGIN; INSERT INTO t VALUES (3, 1, 100); PREPARE TRANSACTION 'b'; INSERT INTO t VALUES (4, 1, 1000)});
$publisher->wait_for_catchup('sub');
is(source(), 'table: 1|2|1001', 'what was written meanwhile is in the answer');
is(usable(), 'f', '... and the view is doubted');
$publisher->safe_psql('postgres', q{COMMIT PREPARED 'a'; ROLLBACK PREPARED 'b'});
$publisher->wait_for_catchup('sub');
is(source(), 'table: 1|3|1011', 'replication goes on');
my @warnings = slurp_file($subscriber->logfile, $log) =~ /WARNING:.*"mv" is not maintained by subscription "sub"/g;
is(scalar @warnings, 1, 'the worker has said so, once');

# a REFRESH fills the view; one that did not see a transaction leaves its doubt
$subscriber->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW mv');
is(source(), 'view: 1|3|1011', 'after REFRESH the view is used again');
$publisher->safe_psql('postgres', q{BEGIN; UPDATE t SET x = x + 1 WHERE id = 2; PREPARE TRANSACTION 'c'});
$publisher->wait_for_catchup('sub');
$subscriber->safe_psql('postgres', "$setting REFRESH MATERIALIZED VIEW mv");
is(source(), 'view: 1|3|1011', 'a REFRESH beside a prepared transaction');
$publisher->safe_psql('postgres', q{COMMIT PREPARED 'c'});
$publisher->wait_for_catchup('sub');
is(source(), 'table: 1|3|1012', '... does not see what it wrote when it has committed');
$subscriber->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW mv');

# a transaction that begins and ends while a REFRESH is under way
my $refresh = $subscriber->background_psql('postgres', on_error_stop => 0);
$refresh->query_safe('BEGIN; REFRESH MATERIALIZED VIEW mv;');
$publisher->safe_psql('postgres', 'INSERT INTO t VALUES (5, 2, 5)');
$publisher->wait_for_catchup('sub');
$refresh->query_safe('COMMIT;');
$refresh->quit;
is(source(), 'table: 1|3|1012 2|1|5', 'a write during a REFRESH');
$subscriber->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW mv');
is(source(), 'view: 1|3|1012 2|1|5', '... is in the next');
is($subscriber->safe_psql('postgres', q{SELECT count(*) FROM aqumv.refresh WHERE view = 'mv'::regclass}), '1', 'no doubts stay behind');

# who must keep writers out does not queue up, which would stop the worker for ever
$publisher->safe_psql('postgres', q{BEGIN; INSERT INTO t VALUES (6, 2, 6); INSERT INTO pt VALUES (15); PREPARE TRANSACTION 'd'; INSERT INTO t VALUES (7, 2, 7); INSERT INTO pt VALUES (16)});
$publisher->wait_for_catchup('sub');
is(usable(), 'f', 'the view is to be filled from nothing');
my ($status, undef, $error) = $subscriber->psql('postgres', q{SET lock_timeout = '200ms'; REFRESH MATERIALIZED VIEW mv});
like($error, qr/could not keep writers out of "t"/, 'beside a prepared transaction a REFRESH of it gives up in the end');
my @waiting = map { $subscriber->background_psql('postgres', on_error_stop => 0) } 1 .. 3;
$_->query_safe("SET lock_timeout = '100s';") for @waiting;
$waiting[0]->query_until(qr/begun/, "\\echo begun\nREFRESH MATERIALIZED VIEW mv;\n");
$waiting[1]->query_until(qr/begun/, "\\echo begun\nCREATE MATERIALIZED VIEW another WITH (aqumv.incremental) AS SELECT g, min(x) FROM t GROUP BY g;\n");
$waiting[2]->query_until(qr/begun/, "\\echo begun\nREFRESH MATERIALIZED VIEW parts;\n");
$subscriber->poll_query_until('postgres', q{SELECT count(*) = 3 FROM pg_stat_activity WHERE state = 'active' AND query ~ '^(REFRESH|CREATE MAT)'});
$publisher->safe_psql('postgres', 'INSERT INTO t VALUES (8, 2, 8); INSERT INTO pt VALUES (1)');
$publisher->wait_for_catchup('sub');
$publisher->safe_psql('postgres', q{COMMIT PREPARED 'd'});
$publisher->wait_for_catchup('sub');
$_->quit for @waiting;
is(source(), 'view: 1|3|1012 2|4|26', 'the worker goes on, and so does a REFRESH that waits');
is($subscriber->safe_psql('postgres', 'SELECT count FROM parts'), '3', '... for one table of several');
$subscriber->safe_psql('postgres', 'DELETE FROM t WHERE id IN (6, 7, 8); DROP MATERIALIZED VIEW another');

# other sessions go on folding
$subscriber->safe_psql('postgres', 'INSERT INTO t VALUES (100, 2, 7)');
is(source(), 'view: 1|3|1012 2|2|12', 'local writes are folded');
$publisher->safe_psql('postgres', 'TRUNCATE t');
$publisher->wait_for_catchup('sub');
is(source(), 'table: ', 'TRUNCATE');

$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION sub');
$_->stop for $subscriber, $publisher;
done_testing();
