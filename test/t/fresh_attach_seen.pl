# A transaction that attaches a partition is seen by new snapshots before it sends
# its invalidations, and its lock on the parent keeps no reader waiting.  A
# refresh in between must not believe that it has read the partition because its
# snapshot sees it attached.  COMMIT PREPARED removes the files of dropped tables
# in between, which takes a while if there are many.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $tables = 1000;
my $node = new_node('attach_seen');
my %rows = (1 => '1|10', 2 => '3|13');
my $p = 'SELECT count(*), sum(v) FROM p';

$node->start;
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION aqumv;
CREATE TABLE p (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 (k int, v int);
CREATE TABLE p2 (k int, v int);
INSERT INTO p1 VALUES (1, 10);
INSERT INTO p2 VALUES (100, 1), (101, 2);
CREATE MATERIALIZED VIEW mvp AS $p;
-- Refreshes as soon as there are so many partitions for the catalog.  Returns
-- how many there are for the planner by then.
CREATE FUNCTION refresh_with(partitions int) RETURNS bigint LANGUAGE plpgsql AS \$\$
DECLARE
	planned bigint := 0;
	line text;
BEGIN
	WHILE (SELECT count(*) FROM pg_inherits WHERE inhparent = 'p'::regclass) < partitions LOOP
		NULL;
	END LOOP;
	FOR line IN EXECUTE 'EXPLAIN SELECT ctid FROM p' LOOP
		planned := planned + (line ~ 'Scan on p[0-9]')::int;
	END LOOP;
	REFRESH MATERIALIZED VIEW mvp;
	RETURN planned;
END \$\$;
SQL

my $refresher = $node->background_psql('postgres');

# the first partition makes a difference to more caches than the next
for my $partitions (1, 2)
{
	$node->safe_psql('postgres', "DO 'BEGIN FOR i IN 1..$tables LOOP EXECUTE format(''CREATE TABLE d%s (i int)'', i); END LOOP; END'");
	$node->safe_psql('postgres', <<"SQL");
BEGIN;
ALTER TABLE p ATTACH PARTITION p$partitions FOR VALUES FROM (${\($partitions * 100 - 100)}) TO (${\($partitions * 100)});
DO 'BEGIN FOR i IN 1..$tables LOOP EXECUTE format(''DROP TABLE d%s'', i); END LOOP; END';
PREPARE TRANSACTION 'attach';
SQL
	$refresher->query_safe($p);
	$refresher->query_until(qr/waits/, "\\echo waits\nSELECT 'planned: ' || refresh_with($partitions);\n");
	$node->safe_psql('postgres', "COMMIT PREPARED 'attach'");
	note('partitions known, of ' . $partitions . ': ' . $refresher->query_until(qr/planned: \d/, ''));
	is(answer($node, $p), "view: $rows{$partitions}", "the view has the rows of $partitions");
}

$refresher->quit;
$node->stop;
done_testing();
