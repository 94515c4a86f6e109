# The examples of README.md, as they stand there, on a server that loads another
# library already: the Quick start must not push that out, and the incremental
# example must run after it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $readme = slurp_file('README.md');
my ($add) = $readme =~ /^sudo -u postgres psql <<'END'[^\n]*\n(.*?)^END$/ms;
my @examples = $readme =~ /^```sql\n(.*?)^```$/msg;
my ($quick) = grep { /CREATE EXTENSION aqumv/ } @examples;
my ($incremental) = grep { /aqumv\.incremental/ } @examples;
ok($add && $quick && $incremental, 'the examples are there');

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

my ($ret, $out, $err) = $node->psql('postgres', "$quick\n$incremental", on_error_stop => 1);
is($ret, 0, 'all of it runs') or diag($err);
unlike($err, qr/WARNING|ERROR/, '... without a warning');
like($out, qr/Seq Scan on by_shop/, 'the query is answered from the view');
is($node->safe_psql('postgres', <<'E'), 't|t', 'the immediate view is kept');
INSERT INTO sales VALUES (1, -7);
SELECT min = -7, usable FROM extremes, aqumv.views WHERE shop = 1 AND view = 'extremes'::regclass
E
$node->stop;
done_testing();
