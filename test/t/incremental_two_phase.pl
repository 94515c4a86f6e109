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

$publisher->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY, g int, x int); CREATE PUBLICATION pub FOR TABLE t');
$subscriber->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
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

# other sessions go on folding
$subscriber->safe_psql('postgres', 'INSERT INTO t VALUES (100, 2, 7)');
is(source(), 'view: 1|3|1012 2|2|12', 'local writes are folded');
$publisher->safe_psql('postgres', 'TRUNCATE t');
$publisher->wait_for_catchup('sub');
is(source(), 'table: ', 'TRUNCATE');

$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION sub');
$_->stop for $subscriber, $publisher;
done_testing();
