# What TAP tests share: a node that loads the library, and a query that is
# answered with rewriting on and off in one snapshot; which views are not what
# their definitions say.
package AqumvTest;

use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(new_node answer create_differences differences $switch);
our $switch = 'enable_answer_query_using_materialized_views';

# A node that is set up but not started.
sub new_node
{
	my ($name, %params) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(%params);
	$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'aqumv'
max_prepared_transactions = 10
autovacuum = off
jit = off
max_parallel_workers_per_gather = 0
CONF
	return $node;
}

# Where a query is answered from (a view's name begins with "mv") and what comes
# of it: "view: row row".  A difference between on and off is said instead.  SQL
# in $first is run before.
sub answer
{
	my ($node, $query, $first) = @_;
	my ($plan, $on, $off);

	$first ||= '';
	($plan, $on, $off) = split /^----\n/m, $node->safe_psql('postgres', <<"SQL") . "\n";
$first
SET aqumv.rewrite_mode = force;
SET $switch = on;
BEGIN ISOLATION LEVEL REPEATABLE READ;
EXPLAIN (COSTS OFF) $query;
\\echo ----
$query;
\\echo ----
SET LOCAL $switch = off;
$query;
COMMIT;
SQL
	($on, $off) = map { join ' ', sort split /\n/ } $on, $off;
	return "DIFFERENT: $on, should be $off" if $on ne $off;
	return ($plan =~ /Scan.* on mv/ ? 'view' : 'table') . ": $off";
}

# Make the SQL function differences(view): how many rows are only in a view or
# only in what its definition says, bit by bit as text, in one snapshot.
sub create_differences
{
	my $node = shift;

	$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION differences(view regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE format('WITH v AS MATERIALIZED (SELECT _view::text FROM %1$s AS _view),
			d AS MATERIALIZED (SELECT _base::text FROM (%2$s) AS _base)
		SELECT count(*) FROM ((TABLE v EXCEPT ALL TABLE d) UNION ALL (TABLE d EXCEPT ALL TABLE v)) AS both_ways',
		view, rtrim(pg_get_viewdef(view), ';')) INTO n;
	RETURN n;
END $$;
SQL
}

# The views that are not what their definitions say: "view n, ...", or ''.
sub differences
{
	my $node = shift;

	return $node->safe_psql('postgres', q{SELECT string_agg(oid::regclass || ' ' || n, ', ' ORDER BY oid)
		FROM pg_class, LATERAL (SELECT differences(oid) AS n OFFSET 0) AS d WHERE relkind = 'm' AND n > 0});
}

1;
