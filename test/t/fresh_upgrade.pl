# pg_upgrade keeps the rows of aqumv's tables and the OIDs in them, but not the
# tracking triggers.  If the rows alone counted, views would be taken for fresh
# though nobody notices writes any more.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $old = new_node('old');
my $new = new_node('new');
my $q = 'SELECT count(*), sum(v) FROM t';
my $bin = $old->config_data('--bindir');

$old->start;
$old->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE t (k int, v int);
INSERT INTO t SELECT i, i FROM generate_series(1, 10) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
SQL
is(answer($old, $q), 'view: 10|55', 'fresh before the upgrade');
$old->stop;

chdir PostgreSQL::Test::Utils::tempdir or die;
command_ok(
	[
		'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bin, '-B', $bin,
		'-s', $new->host, '-p', $old->port, '-P', $new->port
	],
	'pg_upgrade');
$new->start;
unlike(answer($new, $q), qr/^DIFF/, 'after the upgrade');
$new->safe_psql('postgres', 'INSERT INTO t VALUES (11, 11)');
is(answer($new, $q), 'table: 11|66', '... a write does not stay hidden');
$new->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW mv');
is(answer($new, $q), 'view: 11|66', '... REFRESH makes the view usable again');
$new->safe_psql('postgres', 'INSERT INTO t VALUES (12, 12)');
is(answer($new, $q), 'table: 12|78', '... and has begun to track anew');
$new->safe_psql('postgres', 'CREATE TABLE p (k int) PARTITION BY LIST (k); CREATE MATERIALIZED VIEW mvp AS SELECT count(*) AS c FROM p;
	CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1)');
is(answer($new, 'SELECT count(*) FROM p'), 'table: 1', '... the event triggers work');

$new->stop;
done_testing();
