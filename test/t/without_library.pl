# Sessions that do not load the library write tables and run DDL: nothing of it
# is missed, because triggers and event triggers load it where it matters.
#
# If this were wrong, one forgotten session_preload_libraries would have stale
# views answer in all other sessions.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $mode = 'enable_answer_query_using_materialized_views';
my $node = PostgreSQL::Test::Cluster->new('without_library');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION aqumv;
	ALTER DATABASE postgres SET session_preload_libraries = 'aqumv';
	CREATE ROLE plain SUPERUSER LOGIN;
	ALTER ROLE plain IN DATABASE postgres SET session_preload_libraries = 'auto_explain';
});

# SQL in a session that does not load the library by itself
sub without
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql, extra_params => [ '-U', 'plain' ]);
}

# SQL in one that does
sub with_library
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

# Is the answer from the view, and the same as without rewriting?
sub answer_is
{
	my ($query, $source, $name) = @_;
	my $plan = with_library("SET $mode = on; SET aqumv.rewrite_mode = force; EXPLAIN (COSTS OFF) $query");
	my $on = with_library("SET $mode = on; SET aqumv.rewrite_mode = force; $query");
	my $off = with_library($query);
	like($plan, qr/on $source\b/, $name);
	is($on, $off, '... with the right answer');
}

my ($ret, $out, $err) = $node->psql('postgres', "SHOW $mode", extra_params => [ '-U', 'plain' ]);
like($err, qr/unrecognized configuration parameter/, 'such a session does not load the library');

with_library(q{
	CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
	CREATE MATERIALIZED VIEW v AS SELECT count(*), max(a) FROM t;
	CREATE TABLE p (k int, a int) PARTITION BY LIST (k);
	CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
	CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
	INSERT INTO p VALUES (1, 1), (2, 1);
	CREATE MATERIALIZED VIEW vp AS SELECT k, count(*) FROM p GROUP BY k;
});
my $q = 'SELECT count(*), max(a) FROM t';
my $qp = 'SELECT k, count(*) FROM p GROUP BY k ORDER BY k';
answer_is($q, 'v', 'at first the view answers');
answer_is($qp, 'vp', 'and the view over partitions');

# each statement makes the view stale
for my $sql ('INSERT INTO t VALUES (101)', 'UPDATE t SET a = a + 1', 'DELETE FROM t WHERE a > 100',
	'COPY t FROM PROGRAM \'echo 500\'', 'TRUNCATE t',
	'ALTER TABLE t ALTER a TYPE int USING a + 1',
	'ALTER TABLE t DISABLE TRIGGER ALL; INSERT INTO t VALUES (7); ALTER TABLE t ENABLE TRIGGER ALL')
{
	with_library('DROP MATERIALIZED VIEW v; CREATE MATERIALIZED VIEW v AS SELECT count(*), max(a) FROM t')
	  if $sql =~ /TYPE/;
	with_library('REFRESH MATERIALIZED VIEW v');
	answer_is($q, 'v', "before $sql");
	without('DROP MATERIALIZED VIEW v') if $sql =~ /TYPE/;
	without($sql);
	without('CREATE MATERIALIZED VIEW v AS SELECT count(*), max(a) FROM t') if $sql =~ /TYPE/;
	answer_is($q, 't', "after $sql");
}
for my $sql ('INSERT INTO p VALUES (1, 2)', 'INSERT INTO p2 VALUES (2, 2)', 'TRUNCATE p2',
	'CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3); INSERT INTO p3 VALUES (3, 1)',
	'ALTER TABLE p DETACH PARTITION p3', 'ALTER TABLE p ATTACH PARTITION p3 FOR VALUES IN (3)',
	'ALTER TABLE p DETACH PARTITION p3 CONCURRENTLY', 'DROP TABLE p1')
{
	with_library('REFRESH MATERIALIZED VIEW vp');
	answer_is($qp, 'vp', "before $sql");
	without($sql);
	answer_is($qp, 'p2', "after $sql");
}
with_library('REFRESH MATERIALIZED VIEW v; REFRESH MATERIALIZED VIEW vp');

# REFRESH there leaves no record that counts; views dropped there are forgotten
without('REFRESH MATERIALIZED VIEW v');
answer_is($q, 't', 'a REFRESH without the library makes the view unusable');
with_library('REFRESH MATERIALIZED VIEW v; CREATE UNIQUE INDEX ON v (count)');
without('INSERT INTO t VALUES (9)');
without('REFRESH MATERIALIZED VIEW CONCURRENTLY v');
answer_is($q, 't', 'so does one CONCURRENTLY, after a write');
with_library('REFRESH MATERIALIZED VIEW v');
without('VACUUM FULL v');
answer_is($q, 't', 'and VACUUM FULL');
is(with_library("SELECT reason_code FROM aqumv.views WHERE view = 'v'::regclass"),
	'refreshed_elsewhere', '... for that reason');
without('DROP MATERIALIZED VIEW v; DROP TABLE p CASCADE');
is(with_library('SELECT count(*) FROM aqumv.refresh'), '0', 'DROP is noticed');
is(with_library('SELECT relation FROM aqumv.tracked_tables ORDER BY relation::text'), "p3\nt", 'DROP TABLE too');

$node->stop;
done_testing();
