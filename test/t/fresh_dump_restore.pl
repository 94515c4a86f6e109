# pg_dump and restore, in the ways people do it.  The triggers of tracking are
# not in the dump, and nothing of aqumv's state is; the REFRESH that a restore
# ends with makes the views usable.  If state were carried over, a view could be
# taken for fresh by transaction ids of another server.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('dump');
my $dir = PostgreSQL::Test::Utils::tempdir;
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE DATABASE source;
\c source
CREATE EXTENSION aqumv;
CREATE TABLE t (k int PRIMARY KEY, v int);
CREATE TABLE p (k int, v int REFERENCES t) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (50) TO (101);
INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
INSERT INTO p SELECT i, i FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
CREATE UNIQUE INDEX ON mv (k);
CREATE MATERIALIZED VIEW mvp AS SELECT count(*) AS c, sum(v) AS s FROM p;
CREATE MATERIALIZED VIEW mv_stale AS SELECT k % 10 AS g, count(*) AS c FROM t GROUP BY k % 10;
CREATE MATERIALIZED VIEW mv_empty AS SELECT k FROM t WHERE k > 50 WITH NO DATA;
INSERT INTO t VALUES (101, 101);
SQL

# The views of a database that are not usable, and the answers of the others.
sub check
{
	my ($database, $name) = @_;
	my $out = $node->safe_psql($database, "SELECT string_agg(view || ' ' || reason_code, ',' ORDER BY view::text) FROM aqumv.views WHERE NOT usable");
	is($out, 'mv_empty not_populated', "$name: all views that hold data are usable");
	for my $query ('SELECT count(*), sum(v) FROM t', 'SELECT count(*), sum(v) FROM p', 'SELECT k % 10, count(*) FROM t GROUP BY k % 10 ORDER BY 1')
	{
		my $on = $node->safe_psql($database, "SET $switch = on; SET aqumv.rewrite_mode = required; $query");
		is($on, $node->safe_psql($database, $query), "... $query");
	}
	$node->safe_psql($database, 'INSERT INTO t VALUES (200, 200); INSERT INTO p2 VALUES (60, 200)');
	is($node->safe_psql($database, "SELECT count(*) FROM aqumv.views WHERE usable"), '0', '... and writes are tracked');
	is($node->safe_psql($database, q{SELECT max(count) FROM (SELECT count(*) FROM pg_trigger t JOIN pg_proc f ON f.oid = tgfoid
		WHERE pronamespace = 'aqumv'::regnamespace AND tgname !~ '^refuse_' GROUP BY tgrelid, tgfoid) x}), '1', '... by one trigger of each kind');
	$node->safe_psql('postgres', "DROP DATABASE $database");
}

sub port { return ('-h', $node->host, '-p', $node->port) }

$node->command_ok([ 'pg_dump', port(), '-f', "$dir/plain.sql", 'source' ], 'pg_dump');
unlike(slurp_file("$dir/plain.sql"), qr/mark_before_statement|COPY aqumv/, 'nothing of tracking is in the dump');
$node->safe_psql('postgres', 'CREATE DATABASE plain');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', port(), '-d', 'plain', '-f', "$dir/plain.sql" ], 'psql');
check('plain', 'plain');

$node->command_ok([ 'pg_dump', port(), '-Fd', '-j2', '-f', "$dir/d", 'source' ], 'pg_dump in parallel');
$node->safe_psql('postgres', 'CREATE DATABASE parallel');
$node->command_ok([ 'pg_restore', port(), '-j2', '-d', 'parallel', "$dir/d" ], 'pg_restore in parallel');
check('parallel', 'parallel');

$node->safe_psql('postgres', 'CREATE DATABASE in_one');
$node->command_ok([ 'pg_restore', port(), '-1', '-d', 'in_one', "$dir/d" ], 'pg_restore in one transaction');
check('in_one', 'one transaction');

# schema first, data later with triggers disabled
$node->safe_psql('postgres', 'CREATE DATABASE later');
$node->command_ok([ 'pg_restore', port(), '--schema-only', '-d', 'later', "$dir/d" ], 'pg_restore of the schema');
$node->command_ok([ 'pg_restore', port(), '--data-only', '--disable-triggers', '-d', 'later', "$dir/d" ], '... and of the data, with triggers disabled');
# that restores no view; tracking has to begin anew
$node->safe_psql('later', "REFRESH MATERIALIZED VIEW $_") for qw(mv mvp mv_stale);
check('later', 'data only');

# a copy of the database is one of its state
$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE source');
is($node->safe_psql('copied', "SELECT string_agg(view::text, ',' ORDER BY view::text) FROM aqumv.views WHERE usable"), 'mvp', 'a copied database');
$node->safe_psql('copied', 'REFRESH MATERIALIZED VIEW mv; REFRESH MATERIALIZED VIEW mv_stale');
check('copied', 'copied');

$node->stop;
done_testing();
