# pg_dump and pg_restore bring incremental views back with their maintenance, and
# so does pg_upgrade.  If they did not, a restored view would silently stay as it
# was filled.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('old');
my $new = new_node('new');
my $dir = PostgreSQL::Test::Utils::tempdir;
my %views = (
	by_g => 'SELECT g, count(*) AS c, sum(v) AS s FROM t GROUP BY g',
	total => 'SELECT sum(v) AS s, count(*) AS c FROM p',
	positive => 'SELECT k, v FROM t WHERE v > 0',
	bag => 'SELECT g, v FROM p1');
$node->start;
$node->safe_psql('postgres', <<'SQL' . join('', map { "CREATE MATERIALIZED VIEW $_ WITH (aqumv.incremental) AS $views{$_};\n" } sort keys %views));
CREATE DATABASE source;
\c source
CREATE EXTENSION aqumv;
CREATE TABLE t (k int PRIMARY KEY, g int, v int);
CREATE TABLE p (k int, g int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (50) TO (1000);
INSERT INTO t SELECT i, i % 5, i FROM generate_series(1, 100) i;
INSERT INTO p SELECT i, i % 5, i FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW empty WITH (aqumv.incremental) AS SELECT g, max(v) FROM t GROUP BY g WITH NO DATA;
CREATE MATERIALIZED VIEW by_hand AS SELECT g, min(v) FROM t GROUP BY g;
SQL

# All that makes up the maintenance of the views.
my $state = q{
	SELECT 'view', view::text, maintenance, usable::text, reason_code FROM aqumv.views
	UNION ALL
	SELECT 'trigger', tgrelid::regclass::text, regexp_replace(tgname, '_\d+$', ''), tgenabled::text, concat(tgoldtable, ' ', tgnewtable)
	  FROM pg_trigger WHERE tgname ~ 'aqumv'
	UNION ALL
	SELECT 'index', indrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid::text, obj_description(indexrelid, 'pg_class')
	  FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relkind = 'm'
	UNION ALL
	SELECT 'options', oid::regclass::text, reloptions::text, NULL, NULL FROM pg_class WHERE relkind = 'm' AND reloptions IS NOT NULL
	ORDER BY 1, 2, 3};
my $expected = $node->safe_psql('source', $state);
like($expected, qr/view\|by_g\|immediate\|true/, 'a view is maintained');
like($expected, qr/trigger\|p2\|!aqumv_maintain_update\|A\|__aqumv_old __aqumv_new/, '... by triggers');

# Everything is as in the source, and writes reach the views.
sub check
{
	my ($server, $database, $name) = @_;

	is($server->safe_psql($database, $state), $expected, "$name: maintenance is as before");
	for my $view (sort keys %views)
	{
		my $columns = $view eq 'positive' ? 'k, v' : $view eq 'bag' ? 'g, v' : $view eq 'total' ? 's, c' : 'g, c, s';
		is($server->safe_psql($database, <<"SQL"), '', "... writes reach $view");
BEGIN;
INSERT INTO t VALUES (200, 2, -5), (201, 7, 5);
UPDATE t SET v = v + 1 WHERE k < 3;
INSERT INTO p VALUES (20, 2, 7), (60, 8, 9);
DELETE FROM p1 WHERE k = 3;
(SELECT $columns FROM $view EXCEPT ALL ($views{$view})) UNION ALL (($views{$view}) EXCEPT ALL SELECT $columns FROM $view);
ROLLBACK;
SQL
	}
}

sub port { return ('-h', $node->host, '-p', $node->port) }

$node->command_ok([ 'pg_dump', port(), '-f', "$dir/plain.sql", 'source' ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE plain');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', port(), '-d', 'plain', '-f', "$dir/plain.sql" ], 'psql');
check($node, 'plain', 'plain');
$node->command_ok([ 'pg_dump', port(), '-Fc', '-f', "$dir/custom", 'source' ], 'pg_dump, custom format');
$node->safe_psql('postgres', 'CREATE DATABASE parallel');
$node->command_ok([ 'pg_restore', port(), '-j2', '-d', 'parallel', "$dir/custom" ], 'pg_restore in parallel');
check($node, 'parallel', 'parallel');
$node->safe_psql('postgres', 'CREATE DATABASE in_one');
$node->command_ok([ 'pg_restore', port(), '-1', '-d', 'in_one', "$dir/custom" ], 'pg_restore in one transaction');
check($node, 'in_one', 'one transaction');
$node->safe_psql('postgres', "DROP DATABASE $_") for qw(plain parallel in_one);

$node->stop;
my $bin = $node->config_data('--bindir');
chdir $dir or die;
command_ok(
	[
		'pg_upgrade', '--no-sync', '-d', $node->data_dir, '-D', $new->data_dir, '-b', $bin, '-B', $bin,
		'-s', $new->host, '-p', $node->port, '-P', $new->port
	],
	'pg_upgrade');
$new->start;
check($new, 'source', 'pg_upgrade');
$new->stop;
done_testing();
