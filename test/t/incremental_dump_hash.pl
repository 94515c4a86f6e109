# Views that are kept by a hash of their rows come back from a dump, and through
# pg_upgrade, with columns of any type and collation: what the hash is made of is
# parsed from text there, and must be taken for what it is.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

# ICU collations need an encoding other than SQL_ASCII
my @utf8 = (extra => [ '--encoding=UTF8', '--locale=C' ]);
my $node = new_node('old', @utf8);
my $new = new_node('new', @utf8);
my $dir = PostgreSQL::Test::Utils::tempdir;
my %views = (
	plain => 'SELECT k, n FROM t',
	bare => 'SELECT k FROM t',
	other => 'SELECT posix, n FROM t',
	mixed => 'SELECT k, posix, ci FROM t',
	blank => 'SELECT bp, nm, vc, ch FROM t',
	arrays => 'SELECT ts, ns, nms FROM t',
	computed => q{SELECT lower(k) || 'x' AS l, upper(posix) AS u, n + 1 AS m, 'constant' AS c, k ~ 'a' AS fits FROM t},
	explicit => 'SELECT k COLLATE "POSIX" AS a, n FROM t',
	at_odds => 'SELECT k COLLATE "POSIX" AS a, posix COLLATE "C" AS b, lower(k COLLATE "C") AS c, ts COLLATE "C" AS d FROM t',
	conditional => q{SELECT k, n FROM t WHERE k COLLATE "C" > 'a'},
	composite => 'SELECT pair, (pair).a, mood, ROW(k, posix)::pair AS made FROM t',
	nothing => 'SELECT n, m FROM t');
$node->start;
$node->safe_psql('postgres', <<'SQL' . join('', map { "CREATE MATERIALIZED VIEW $_ WITH (aqumv.incremental) AS $views{$_};\n" } sort keys %views));
CREATE DATABASE source;
\c source
CREATE EXTENSION aqumv;
CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE pair AS (a text, b text COLLATE "POSIX");
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (k text, n int, m numeric, posix text COLLATE "POSIX", ci text COLLATE ci, bp char(7), nm name,
    vc varchar(9), ch "char", ts text[], ns int[], nms name[], pair pair, mood mood);
INSERT INTO t SELECT chr(97 + i % 3) || i % 5, i % 5, i, 'P' || i % 4, chr(65 + i % 7), 'b', 'name', 'v' || i, 'c',
    ARRAY['x', NULL, i % 2 || ''], ARRAY[i % 3], ARRAY['n'::name], ROW('q'::text, 'r'::text)::pair, 'ok' FROM generate_series(1, 30) AS i;
SQL

# Writes reach the views, and nothing is lost or doubled.
sub check
{
	my ($server, $database, $name) = @_;
	my $differences = join(' UNION ALL ',
		map { "SELECT '$_', count(*) FROM ((SELECT _v::text FROM $_ AS _v EXCEPT ALL SELECT _b::text FROM (\$\$$_\$\$) AS _b)
			UNION ALL (SELECT _b::text FROM (\$\$$_\$\$) AS _b EXCEPT ALL SELECT _v::text FROM $_ AS _v)) AS d" } sort keys %views);

	for my $view (keys %views)
	{
		my $definition = $server->safe_psql($database, "SELECT rtrim(pg_get_viewdef('$view'), ';')");

		$differences =~ s/\$\$\Q$view\E\$\$/$definition/g;
	}
	is($server->safe_psql($database, q{SELECT string_agg(view::text, ' ' ORDER BY view::text) FROM aqumv.views WHERE maintenance = 'immediate' AND usable}),
		join(' ', sort keys %views), "$name: all are maintained");
	is($server->safe_psql($database, q{SELECT count(*) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE attname = '__aqumv_hash' AND relkind = 'm'}),
		scalar(keys %views), '... by their hash');
	is($server->safe_psql($database, <<"SQL"), join('', map { "$_|0\n" } sort keys %views) =~ s/\n\z//r, '... and writes reach them');
BEGIN;
INSERT INTO t SELECT * FROM t WHERE n = 1;
DELETE FROM t WHERE n = 2;
UPDATE t SET k = k || 'y', posix = 'new', pair = ROW('s'::text, 't'::text)::pair WHERE n = 3;
INSERT INTO t (k) VALUES (NULL), ('A'), ('a');
UPDATE t SET ts = ARRAY['long', repeat('long', 1000)];
DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE n = 1);
$differences ORDER BY 1;
ROLLBACK;
SQL
}

sub port { return ('-h', $node->host, '-p', $node->port) }

check($node, 'source', 'as created');
$node->command_ok([ 'pg_dump', port(), '-f', "$dir/plain.sql", 'source' ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE plain');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', port(), '-d', 'plain', '-f', "$dir/plain.sql" ], 'psql');
check($node, 'plain', 'restored');
$node->command_ok([ 'pg_dump', port(), '-f', "$dir/again.sql", 'plain' ], 'pg_dump once more');
is(slurp_file("$dir/again.sql") =~ s/restrict \w+//gr, slurp_file("$dir/plain.sql") =~ s/restrict \w+//gr, '... is the same');
# clean before, all in one transaction: indexes are dropped before the views
$node->command_ok([ 'pg_dump', port(), '--clean', '-f', "$dir/clean.sql", 'plain' ], 'pg_dump --clean');
$node->command_ok([ 'psql', '-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', port(), '-d', 'plain', '-f', "$dir/clean.sql" ], 'psql');
check($node, 'plain', 'cleaned and restored');

# views that were created without an input collation in the hash
$node->safe_psql('plain', <<'SQL');
CREATE CAST (text AS pg_node_tree) WITHOUT FUNCTION;
UPDATE pg_rewrite SET ev_action =
    regexp_replace(ev_action::text, '(:funcid ' || 'aqumv.row_hash'::regproc::oid || ' [^{}]*:inputcollid )\d+', '\1 0', 'g')::pg_node_tree
    WHERE ev_action::text LIKE '%:funcid ' || 'aqumv.row_hash'::regproc::oid || ' %';
DROP CAST (text AS pg_node_tree);
SQL
is($node->safe_psql('plain', <<'SQL'), scalar(keys %views), 'views of the old form');
SELECT count(*) FROM pg_rewrite WHERE ev_action::text ~ (':funcid ' || 'aqumv.row_hash'::regproc::oid || ' [^{}]*:inputcollid +0');
SQL
check($node, 'plain', 'old form');
$node->safe_psql('plain', "REFRESH MATERIALIZED VIEW $_") for sort keys %views;
check($node, 'plain', 'old form, refreshed');

$node->stop;
chdir $dir or die;
command_ok(
	[
		'pg_upgrade', '--no-sync', '-d', $node->data_dir, '-D', $new->data_dir,
		'-b', $node->config_data('--bindir'), '-B', $node->config_data('--bindir'),
		'-s', $new->host, '-p', $node->port, '-P', $new->port
	],
	'pg_upgrade');
$new->start;
$new->safe_psql($_, 'INSERT INTO t (k) VALUES (\'upgraded\')') for ('source', 'plain');
check($new, 'source', 'upgraded');
check($new, 'plain', 'upgraded, from the old form');
$new->stop;
done_testing();
