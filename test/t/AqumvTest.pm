# What TAP tests share: a node that loads the library, and a query that is
# answered with rewriting on and off in one snapshot.
package AqumvTest;

use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(new_node answer $switch);
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

1;
