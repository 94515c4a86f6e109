# Beside transactions that a subscription with two_phase = on has prepared: DDL on
# trees of tables does not queue up behind them; nor does it give up where others are
# merely slow.
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

$publisher->safe_psql('postgres', 'CREATE TABLE s1 (i int); CREATE PUBLICATION pub FOR TABLE s1');
$subscriber->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE s (i int) PARTITION BY RANGE (i);
CREATE TABLE s1 PARTITION OF s FOR VALUES FROM (0) TO (10);
CREATE TABLE s2 (i int);
CREATE MATERIALIZED VIEW mv_s2 WITH (aqumv.incremental) AS SELECT count(*) FROM s2;
CREATE TABLE slow (i int);
CREATE TABLE one (i int);
CREATE TABLE other (i int);
SQL
load_harness($subscriber);
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION sub CONNECTION '$connstr' PUBLICATION pub WITH (two_phase = on)");
$subscriber->wait_for_subscription_sync($publisher, 'sub');
ok($subscriber->poll_query_until('postgres', q{SELECT subtwophasestate = 'e' FROM pg_subscription}), 'the subscription is ready for two-phase commit');

sub source
{
	return answer($subscriber, 'SELECT count(*) FROM s2', 'SET aqumv.rewrite_mode = force;');
}

sub error_of
{
	my (undef, undef, $error) = $subscriber->psql('postgres', "SET statement_timeout = '60s'; " . shift);
	return $error;
}

# siblings of a partition with an immediate view, which were not tracked
my $attach = 'ALTER TABLE s ATTACH PARTITION s2 FOR VALUES FROM (10) TO (20)';
$publisher->safe_psql('postgres', 'INSERT INTO s1 VALUES (0)');
$publisher->wait_for_catchup('sub');
$publisher->safe_psql('postgres', q{BEGIN; INSERT INTO s1 VALUES (1); PREPARE TRANSACTION 'a'});
$publisher->wait_for_catchup('sub');
is($subscriber->safe_psql('postgres', 'SELECT count(*) FROM pg_prepared_xacts'), '1', 'a prepared transaction has arrived');
like(error_of("SET lock_timeout = '200ms'; $attach"), qr/could not keep writers out of "s1"/, 'ATTACH gives up in the end');
is(source(), 'view: 0', '... and nothing is lost');
my $waiting = $subscriber->background_psql('postgres', on_error_stop => 0);
$waiting->query_safe("SET lock_timeout = '100s';");
$waiting->query_until(qr/begun/, "\\echo begun\n$attach;\n");
$subscriber->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND query ~ '^ALTER'});
$publisher->safe_psql('postgres', 'INSERT INTO s1 VALUES (2)');
$publisher->wait_for_catchup('sub');
pass('the worker goes on');
$publisher->safe_psql('postgres', q{COMMIT PREPARED 'a'});
$publisher->wait_for_catchup('sub');
$waiting->quit;
$subscriber->safe_psql('postgres', 'INSERT INTO s VALUES (15), (5)');
is(source(), 'view: 1', 'and so does ATTACH; what comes through the parent is folded');

# for as long as it takes if others are slow, but not if they are prepared, or wait for us
$publisher->safe_psql('postgres', q{BEGIN; INSERT INTO s1 VALUES (3); PREPARE TRANSACTION 'b'});
$publisher->wait_for_catchup('sub');
my $create = 'CREATE MATERIALIZED VIEW over_%1$s WITH (aqumv.incremental) AS SELECT count(*) FROM %1$s;';
my ($writer, $creator, $prepared, $circle) = map { $subscriber->background_psql('postgres', on_error_stop => 0) } 1 .. 4;
$writer->query_safe('BEGIN; SAVEPOINT s; INSERT INTO slow VALUES (1);');
$creator->query_until(qr/begun/, "\\echo begun\n" . sprintf("$create\n", 'slow'));
$prepared->query_until(qr/begun/, "SET statement_timeout = '60s';\n\\echo begun\n" . sprintf("$create\n", 's1') . "\\echo state :SQLSTATE\n");
$circle->query_safe('BEGIN; INSERT INTO other VALUES (1);');
$circle->query_until(qr/begun/, <<'SQL');
\echo begun
DO $$BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE relation = 'one'::regclass) LOOP PERFORM pg_sleep(0.01); END LOOP; END$$;
LOCK TABLE one;
SQL
like(error_of(q{BEGIN; INSERT INTO one VALUES (1);
DO $$BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE relation = 'one'::regclass AND NOT granted) LOOP PERFORM pg_sleep(0.01); END LOOP; END$$;
} . sprintf($create, 'other')), qr/could not keep writers out of "other"/, 'who is in the way and waits for us is not waited for for ever');
$prepared->query_until(qr/state 55P03/, "\n");
pass('... nor is a prepared transaction');
is($subscriber->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query ~ 'over_slow' AND pid <> pg_backend_pid()}), '1', '... but who is slow is');
$writer->query_safe('COMMIT;');
$_->quit for $writer, $creator, $prepared, $circle;
is($subscriber->safe_psql('postgres', 'SELECT count FROM over_slow'), '1', 'until he has ended');

$publisher->safe_psql('postgres', q{ROLLBACK PREPARED 'b'});
$publisher->wait_for_catchup('sub');
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION sub');
$_->stop for $subscriber, $publisher;
done_testing();
