# Settings and where they may be set: not in files, but for databases and
# roles, with the library loaded by shared_preload_libraries or by
# session_preload_libraries; and sessions that do not load it at all.
#
# If this were wrong, ALTER SYSTEM could leave a server that does not start
# again, and a session without the library would leave views that answer
# although they are stale.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $mode = 'enable_answer_query_using_materialized_views';
my $node = PostgreSQL::Test::Cluster->new('settings');
my ($ret, $out, $err);

# Where does a new session read SELECT ... WHERE a > 60 from?
sub source_of
{
	my ($database) = @_;
	my $plan = $node->safe_psql($database, "SET $mode = on; EXPLAIN (COSTS OFF) SELECT a FROM t WHERE a > 60");
	return $plan =~ /on (\w+)/ ? $1 : $plan;
}

sub fails_with
{
	my ($sql, $pattern, $name) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', $sql);
	ok($ret != 0 && $err =~ $pattern, $name) or diag("$out$err");
}

$node->init;
$node->start;

# ---- a server that loads nothing
($ret, $out, $err) = $node->psql('postgres', 'CREATE EXTENSION aqumv');
unlike($err, qr/ERROR/, 'CREATE EXTENSION works where nothing loads the library');
like($err, qr/WARNING:  aqumv is not loaded in new sessions/, '... with a warning');
like($err, qr/HINT: .*shared_preload_libraries.*ALTER DATABASE postgres SET session_preload_libraries = 'aqumv'/,
	'... that says what to set');
fails_with("SET $mode = on", qr/unrecognized configuration parameter "$mode"/,
	'without the library there is no such setting');
fails_with("ALTER SYSTEM SET $mode = on", qr/unrecognized configuration parameter "$mode"/,
	'... nor can ALTER SYSTEM write it');

# ---- state stays right in sessions without the library
$node->safe_psql('postgres', q{
	CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 10000) a;
	CREATE MATERIALIZED VIEW before_preload AS SELECT a FROM t WHERE a > 50;
});
is($node->safe_psql('postgres', 'SELECT relation FROM aqumv.tracked_tables'), 't',
	'a view created without the library has its table tracked');
is( $node->safe_psql('postgres', 'SELECT reason_code FROM aqumv.views'),
	'not_refreshed', '... and needs a REFRESH, since its snapshot is not known');

# ---- session_preload_libraries
$node->safe_psql('postgres', "ALTER DATABASE postgres SET session_preload_libraries = 'aqumv'");
is($node->safe_psql('postgres', "SHOW $mode"), 'off', 'session_preload_libraries loads the library');
($ret, $out, $err) = $node->psql('postgres', "ALTER DATABASE postgres SET $mode = on");
unlike($err, qr/ERROR/, 'ALTER DATABASE SET');
# (PostgreSQL itself warns of such a name before the library is loaded)
is($node->safe_psql('postgres', "SHOW $mode"), 'on', '... holds in new sessions');
$node->psql('postgres', "ALTER DATABASE postgres RESET $mode");
$node->safe_psql('postgres', "ALTER ROLE ALL SET $mode = on");
is($node->safe_psql('postgres', "SHOW $mode"), 'on', 'ALTER ROLE ALL SET holds in new sessions');
$node->safe_psql('postgres', 'ALTER ROLE ALL SET aqumv.rewrite_mode = force');
is($node->safe_psql('postgres', 'SHOW aqumv.rewrite_mode'), 'force', 'so does aqumv.rewrite_mode');

$node->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW before_preload; ANALYZE');
is(source_of('postgres'), 'before_preload', 'a query is answered from the view');
$node->safe_psql('postgres', "ALTER DATABASE postgres RESET session_preload_libraries");
$node->safe_psql('postgres', 'INSERT INTO t VALUES (20000, 0)');
$node->safe_psql('postgres', "ALTER DATABASE postgres SET session_preload_libraries = 'aqumv'");
is(source_of('postgres'), 't', 'a write by a session without the library is noticed');
$node->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW before_preload');
is(source_of('postgres'), 'before_preload', '... and answered by a REFRESH');
$node->safe_psql('postgres', "ALTER DATABASE postgres RESET session_preload_libraries");
# (the first statement's trigger loads the library, so these are two sessions)
$node->safe_psql('postgres', 'INSERT INTO t VALUES (20001, 0)');
$node->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW before_preload');
$node->safe_psql('postgres', "ALTER DATABASE postgres SET session_preload_libraries = 'aqumv'");
is(source_of('postgres'), 't', 'a REFRESH without the library makes no view usable');
is( $node->safe_psql('postgres', 'SELECT reason_code FROM aqumv.views'),
	'not_refreshed', '... and the reason says so');

# ---- shared_preload_libraries, and files
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET session_preload_libraries');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'aqumv'");
$node->restart;
is($node->safe_psql('postgres', "SHOW $mode"), 'on', 'ALTER ROLE ALL SET holds with shared_preload_libraries');
($ret, $out, $err) = $node->psql('postgres', 'CREATE DATABASE other');
($ret, $out, $err) = $node->psql('other', 'CREATE EXTENSION aqumv');
is($err, '', 'CREATE EXTENSION does not warn where the library is loaded');
for my $name ($mode, 'aqumv_allow_foreign_table')
{
	fails_with("ALTER SYSTEM SET $name = on", qr/parameter "$name" cannot be changed/,
		"ALTER SYSTEM refuses $name");
}
fails_with('ALTER SYSTEM SET aqumv.no_such_setting = on',
	qr/invalid configuration parameter name "aqumv.no_such_setting"|unrecognized configuration parameter "aqumv.no_such_setting"/,
	'... and unknown names under aqumv');
$node->safe_psql('postgres', 'ALTER SYSTEM SET aqumv.rewrite_mode = cost');
$node->restart;
is($node->safe_psql('postgres', 'ALTER ROLE ALL RESET aqumv.rewrite_mode; SELECT 1'), '1',
	'the server starts again');

$node->safe_psql('postgres', "ALTER ROLE ALL RESET $mode");
$node->append_conf('postgresql.conf', "$mode = on\nwork_mem = '5MB'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('work_mem') = '5MB'")
	or die 'no reload';
is($node->safe_psql('postgres', "SHOW $mode"), 'off',
	'a reload does not take a setting from postgresql.conf that would stop the next start');

$node->stop;
done_testing();
