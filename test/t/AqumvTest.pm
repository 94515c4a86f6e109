# What TAP tests share: a node that loads the library, and a query that is
# answered with rewriting on and off in one snapshot; the functions of
# test/include/harness.sql, and which views are not what their definitions say;
# how a random case that fails gets smaller.
package AqumvTest;

use strict;
use warnings;
use Exporter 'import';
use AqumvNode;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(new_node answer load_harness differences reduce $switch);
our $switch = 'enable_answer_query_using_materialized_views';

# A node that is set up but not started.
sub new_node
{
	my ($name, %params) = @_;
	my $node = bless PostgreSQL::Test::Cluster->new($name), 'AqumvNode';

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

# Make the functions of test/include/harness.sql, in the schema harness.
sub load_harness
{
	my $node = shift;
	my $harness = slurp_file("$FindBin::Bin/../include/harness.sql");

	$harness =~ s/\bpg_temp\./harness./g;
	$node->safe_psql('postgres', "CREATE SCHEMA harness;\nGRANT USAGE ON SCHEMA harness TO PUBLIC;\n$harness");
}

# The views that are not what their definitions say: "view n, ...", or ''.
sub differences
{
	my $node = shift;

	return $node->safe_psql('postgres', q{SELECT string_agg(oid::regclass || ' ' || n, ', ' ORDER BY oid)
		FROM pg_class, LATERAL (SELECT harness.difference(oid) AS n OFFSET 0) AS d WHERE relkind = 'm' AND n > 0});
}

# Leave out what the problem of a random case does not need: parts of these lists
# of it, large ones first, for at most so many seconds.  What still fails, as
# $fails->(case) says, is taken.
sub reduce
{
	my ($case, $limit, $fails, @lists) = @_;
	my $end = time + $limit;

	for my $list (@lists)
	{
		for (my $size = @{ $case->{$list} } || 1; $size >= 1; $size = int($size / 2))
		{
			for (my $at = @{ $case->{$list} } - $size; $at > -$size && time < $end; $at -= $size)
			{
				my @rest = @{ $case->{$list} };

				# the first part may be a smaller one
				splice @rest, $at < 0 ? 0 : $at, $at < 0 ? $size + $at : $size;
				my $candidate = { %$case, $list => \@rest };
				$case = $candidate if @rest < @{ $case->{$list} } && $fails->($candidate);
			}
		}
	}
	return $case;
}

1;
