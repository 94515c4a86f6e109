# Sessions that have not loaded the library: their writes still leave marks,
# their DDL is still noticed, and a view that they refresh is not used until it
# is refreshed under the library's eyes.  What hangs on hooks alone would be
# missed here.  Each step runs in a session of its own, which begins without.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('without');
my $q = 'SELECT count(*), sum(v) FROM t';
my $load = "LOAD 'aqumv';";

$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->start;

sub bare { return $node->safe_psql('postgres', shift) }
sub with_library { return $node->safe_psql('postgres', "$load " . shift) }
sub why
{
	return with_library("SELECT coalesce(reason_code, 'usable') FROM aqumv.views WHERE view = 'mv'::regclass");
}
sub refresh { with_library('REFRESH MATERIALIZED VIEW mv') }

bare(<<'SQL');
SET client_min_messages = error;
CREATE EXTENSION aqumv;
CREATE TABLE t (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (1000);
CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (1000) TO (2000);
INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
SQL
like(bare('SELECT count(*) FROM pg_settings WHERE name ~ ' . "'aqumv'"), qr/^0$/, 'new sessions do not have the library');
bare('CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t; CREATE UNIQUE INDEX ON mv (k);');
like(answer($node, $q, $load), qr/^table: 100/, 'a view created without the library is not used');
refresh();
is(answer($node, $q, $load), 'view: 100|5050', '... until it is refreshed with it');

# writes
for my $write ('INSERT INTO t VALUES (101, 101)', 'UPDATE t1 SET v = 0 WHERE k = 1',
	'DELETE FROM t WHERE k = 101', 'TRUNCATE t2', 'BEGIN; SAVEPOINT a; INSERT INTO t VALUES (102, 102); RELEASE a; COMMIT',
	"COPY t FROM PROGRAM 'echo 103,103' WITH (FORMAT csv)")
{
	bare($write);
	like(answer($node, $q, $load), qr/^table: /, "noticed: $write");
	refresh();
	like(answer($node, $q, $load), qr/^view: /, '... and refreshed');
}
bare('BEGIN; INSERT INTO t VALUES (500, 500); ROLLBACK');
like(answer($node, $q, $load), qr/^view: /, 'a write that is rolled back leaves the view as it was');

# DDL
for my $ddl ('CREATE TABLE t3 (k int, v int); INSERT INTO t3 VALUES (2000, 1); ALTER TABLE t ATTACH PARTITION t3 FOR VALUES FROM (2000) TO (3000)',
	'ALTER TABLE t DETACH PARTITION t3', 'INSERT INTO t VALUES (1000, 1)', 'ALTER TABLE t DETACH PARTITION t2 CONCURRENTLY',
	'ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (1000) TO (2000)', 'DROP TABLE t2',
	'CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (1000) TO (2000); INSERT INTO t2 VALUES (1000, 1)',
	'ALTER TABLE t1 DISABLE TRIGGER ALL; INSERT INTO t1 VALUES (105, 105)')
{
	bare($ddl);
	like(answer($node, $q, $load), qr/^table: /, "noticed: $ddl");
	refresh();
	like(answer($node, $q, $load), qr/^view: /, '... and refreshed');
}

# REFRESH without the library
bare('INSERT INTO t VALUES (106, 106)');
bare('REFRESH MATERIALIZED VIEW mv');
like(answer($node, $q, $load), qr/^table: /, 'a view refreshed without the library is not used');
like(why(), qr/^(not_refreshed|refreshed_elsewhere)$/, '... and that is the reason');
refresh();
bare('REFRESH MATERIALIZED VIEW mv');
like(answer($node, $q, $load), qr/^table: /, '... also if nothing was written in between');
refresh();
like(answer($node, $q, $load), qr/^view: /, '... until it is refreshed with it');
bare('INSERT INTO t VALUES (107, 107)');
bare('REFRESH MATERIALIZED VIEW CONCURRENTLY mv');
unlike(answer($node, $q, $load), qr/^DIFF/, 'REFRESH CONCURRENTLY without the library');
bare('DELETE FROM t WHERE k = 107');
unlike(answer($node, $q, $load), qr/^DIFF/, '... and a write after it');
refresh();

# what the refresh record says must not outlive another filling
bare(<<'SQL');
CREATE TABLE e (k int PRIMARY KEY, at timestamptz);
INSERT INTO e SELECT i, '2024-01-01 00:00+00'::timestamptz + i * interval '1 hour' FROM generate_series(1, 100) i;
SQL
with_library("SET TimeZone = 'UTC'; CREATE MATERIALIZED VIEW mve AS SELECT at::date AS d, count(*) AS c FROM e GROUP BY at::date; CREATE UNIQUE INDEX ON mve (d)");
my $daily = 'SELECT at::date, count(*) FROM e GROUP BY at::date';
like(answer($node, $daily, "$load SET TimeZone = 'UTC';"), qr/^view: /, 'a daily view');
bare("SET TimeZone = 'Asia/Tokyo'; REFRESH MATERIALIZED VIEW CONCURRENTLY mve");
unlike(answer($node, $daily, "$load SET TimeZone = 'UTC';"), qr/^DIFF/, '... refreshed under another TimeZone, without the library');

# DETACH CONCURRENTLY that is interrupted in the middle
my $reader = $node->background_psql('postgres');
refresh();
like(answer($node, $q, $load), qr/^view: /, 'before DETACH CONCURRENTLY');
$reader->query_safe('BEGIN; SELECT count(*) FROM t');
my ($ret, $out, $err) = $node->psql('postgres', "SET lock_timeout = '100ms'; ALTER TABLE t DETACH PARTITION t2 CONCURRENTLY");
isnt($ret, 0, 'DETACH CONCURRENTLY is interrupted');
unlike(answer($node, $q, $load), qr/^DIFF/, '... new snapshots miss the partition');
$reader->query_safe('COMMIT');
$reader->quit;
bare('ALTER TABLE t DETACH PARTITION t2 FINALIZE');
unlike(answer($node, $q, $load), qr/^DIFF/, '... and after FINALIZE');

# the library of a session that has it notices what others do without
my $session = $node->background_psql('postgres');
refresh();
$session->query_safe("$load SET $switch = on; SET aqumv.rewrite_mode = required; PREPARE p AS SELECT sum(v) FROM t");
my $before = $session->query_safe('EXECUTE p');
$session->query_safe('SET aqumv.rewrite_mode = force');
bare('INSERT INTO t VALUES (108, 1000000)');
is($session->query_safe('EXECUTE p'), $before + 1000000, 'a cached plan does not hide the write of a session without the library');
$session->quit;

$node->stop;
done_testing();
