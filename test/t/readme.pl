# The examples of README.md, as they stand there, on a server that loads another
# library already: the installation must not push that out.  Each view answers
# the query beside it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $readme = slurp_file('README.md');
my ($add) = $readme =~ /^sudo -u postgres psql <<'END'[^\n]*\n(.*?)^END$/ms;
my @examples = $readme =~ /^```sql\n(.*?)^```$/msg;
my ($first) = grep { /CREATE EXTENSION aqumv/ } @examples;
my ($section) = $readme =~ /^## Incremental views\n(.*?)^## /ms;
my $incremental = join '', $section =~ /^```sql\n(.*?)^```$/msg;
my @pairs;

($section) = $readme =~ /^## What is matched\n(.*?)^## /ms;
push @pairs, [ $1, $2 ] while $section =~ /^\| `(SELECT .*?)` \| `(.*?)` \|$/mg;
ok($add && $first && $incremental && @pairs > 5, 'the examples are there');

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'auto_explain, \"pg_stat_statements\"'");
$node->start;
for my $time (1 .. 2)
{
	my ($ret, $out, $err) = $node->psql('postgres', $add, on_error_stop => 1);
	is($ret, 0, 'the library is added') or diag($err);
	$node->restart;
}
like($node->safe_psql('postgres', 'SHOW shared_preload_libraries'),
	qr/^auto_explain, pg_stat_statements, aqumv\b/, '... to those that are loaded already');

my ($ret, $out, $err) = $node->psql('postgres', "$first\n$incremental", on_error_stop => 1);
is($ret, 0, 'all of it runs') or diag($err);
unlike($err, qr/WARNING|ERROR/, '... without a warning');
is_deeply([ $out =~ /Seq Scan on (\w+)/g ], [qw(by_shop by_shop sales)], 'the first queries are answered as it says');
is($node->safe_psql('postgres', <<'E'), 't|t|t|t|t', 'the immediate views are kept');
INSERT INTO sales VALUES (1, -7);
SELECT (SELECT sum = (SELECT sum(amount) FROM sales WHERE shop = 1) FROM by_shop WHERE shop = 1),
       (SELECT max = 999 FROM extremes WHERE region = 'r1'), (SELECT amount = 999 FROM large WHERE id = 1),
       (SELECT sum(sum) FROM daily) = (SELECT sum(amount) FROM orders),
       (SELECT bool_and(usable) AND count(*) = 4 FROM aqumv.views)
E

# each pair by itself
$node->safe_psql('postgres', 'DROP MATERIALIZED VIEW daily, extremes, large;'
	  . "CREATE TABLE managers AS SELECT 'r' || i AS region, 'm' || i / 3 AS name FROM generate_series(0, 6) i");
for my $pair (@pairs)
{
	my ($view, $query) = @$pair;
	my $rows = "SELECT md5(string_agg(r::text, E'\n' ORDER BY r::text)) FROM ($query) r";

	is($node->safe_psql('postgres', <<"E"), 't|t', $query);
BEGIN;
CREATE MATERIALIZED VIEW pair AS $view;
SET LOCAL aqumv.rewrite_mode = force;
SELECT bool_or(used) FROM aqumv.explain_rewrite(\$q\$$query\$q\$) \\gset
$rows \\gset off_
SET LOCAL enable_answer_query_using_materialized_views = on;
$rows \\gset on_
SELECT :'bool_or', :'off_md5' = :'on_md5';
ROLLBACK;
E
}
my ($no_query, $no_view) = $section =~ /does not: `(.*?)` from `(.*?)`/;
is($node->safe_psql('postgres', <<"E"), 'aggregate', 'averages of averages');
CREATE MATERIALIZED VIEW pair AS $no_view;
SELECT reason_code FROM aqumv.explain_rewrite('$no_query');
E
$node->stop;
done_testing();
