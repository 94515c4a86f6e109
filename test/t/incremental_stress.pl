# Incremental views under load: eight clients write in all ways, to groups that
# everybody wants and to groups of their own, that come and go.  A view that
# differs from its definition, then or in the middle of it, is wrong; so is any
# error but those that PostgreSQL itself would give.
#
# AQUMV_STRESS_SECONDS (default 15) is shared by three phases: transactions of
# one statement, where nothing at all may fail; longer ones, where a deadlock
# may be the writers' own; and REPEATABLE READ.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{AQUMV_STRESS_SECONDS} || 15;
my $seed = $ENV{AQUMV_STRESS_SEED} || time;
my $node = new_node('incremental_stress');
my $dir = PostgreSQL::Test::Utils::tempdir;

$node->append_conf('postgresql.conf', <<'CONF');
deadlock_timeout = 100ms
autovacuum = on
autovacuum_naptime = 1s
log_statement = none
log_line_prefix = '%m [%p] %q%e '
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aqumv;
CREATE TABLE t (id bigserial PRIMARY KEY, owner int, k int, v int, x numeric, s text);
CREATE INDEX ON t (k, v);
CREATE INDEX ON t (owner);
CREATE TABLE u (id bigserial PRIMARY KEY, owner int, k int, v int);
CREATE INDEX ON u (owner);
CREATE TABLE p (id bigserial, owner int, k int, v int, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);
CREATE INDEX ON p (owner);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);
CREATE TABLE p2 PARTITION OF p DEFAULT PARTITION BY HASH (id);
CREATE TABLE p2a PARTITION OF p2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE p2b PARTITION OF p2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO t (owner, k, v, x, s) SELECT i % 8, i % 20, i, i * 0.01, 's' || i % 5 FROM generate_series(1, 400) i;
INSERT INTO u (owner, k, v) SELECT i % 8, i % 20, i FROM generate_series(1, 400) i;
INSERT INTO p (owner, k, v) SELECT i % 8, i % 100, i FROM generate_series(1, 400) i;

-- ids below are for those who insert with one
SELECT setval('t_id_seq', 100000), setval('u_id_seq', 100000), setval('p_id_seq', 100000);

CREATE MATERIALIZED VIEW t_groups WITH (aqumv.incremental) AS
	SELECT k, sum(v), count(*), avg(v), min(v), max(v), sum(x) AS x, avg(x) AS ax FROM t GROUP BY k;
CREATE MATERIALIZED VIEW t_recomputed WITH (aqumv.incremental) AS
	SELECT k % 10 AS g, count(DISTINCT s), string_agg(s, ',' ORDER BY s), count(*) FILTER (WHERE v > 100) AS c FROM t WHERE k < 40 GROUP BY k % 10;
CREATE MATERIALIZED VIEW t_key WITH (aqumv.incremental) AS SELECT id, v, s FROM t WHERE v % 2 = 0;
CREATE MATERIALIZED VIEW t_duplicates WITH (aqumv.incremental) AS SELECT k, s FROM t WHERE v > 50;
CREATE MATERIALIZED VIEW u_all WITH (aqumv.incremental) AS SELECT sum(v), count(*), max(v), avg(v) FROM u;
CREATE MATERIALIZED VIEW u_having WITH (aqumv.incremental) AS SELECT k, count(*) FROM u GROUP BY k HAVING count(*) > 3;
CREATE MATERIALIZED VIEW p_groups WITH (aqumv.incremental) AS SELECT k, sum(v), count(*), max(v) FROM p GROUP BY k;
CREATE MATERIALIZED VIEW p_key WITH (aqumv.incremental) AS SELECT id, k, v FROM p WHERE v > 10;
CREATE MATERIALIZED VIEW p1_all WITH (aqumv.incremental) AS SELECT count(*), min(v) FROM p1;
CREATE MATERIALIZED VIEW p2_groups WITH (aqumv.incremental) AS SELECT v % 7 AS g, count(*), bit_xor(v) FROM p2 GROUP BY v % 7;

CREATE SEQUENCE checks;
-- REFRESH and TRUNCATE do not follow snapshots: what is wrong for once counts
-- only if it is wrong again.
CREATE FUNCTION compare(number int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	view regclass := (SELECT oid FROM pg_class WHERE relkind = 'm' ORDER BY oid OFFSET number LIMIT 1);
	n bigint;
BEGIN
	FOR i IN 1 .. 3 LOOP
		n := harness.difference(view);
		IF n = 0 THEN
			PERFORM nextval('checks');
			RETURN;
		END IF;
	END LOOP;
	RAISE EXCEPTION 'WRONG VIEW %: % rows', view, n;
END $$;
SQL
load_harness($node);
my $views = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relkind = 'm'});
my $amcheck = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'});
$node->safe_psql('postgres', 'CREATE EXTENSION amcheck') if $amcheck;

# Single statements.  Those that change many rows keep to rows of their client,
# since two of them would deadlock without any view, too.
my @single;
my @longer;
sub script
{
	my ($list, $weight, $name, $text) = @_;
	append_to_file("$dir/$name", "\\set hot random(0, 2)\n\\set cold random(0, 99)\n\\set v random(1, 1000)\n"
		  . "\\set id random(1, 2000)\n\\set any :id + 100000 * random(0, 1)\n\\set n random(1, 100000)\n$text");
	push @$list, '-f', "$dir/$name\@$weight";
}

for my $rel (qw(t u p))
{
	script(\@single, 12, "insert_$rel", "INSERT INTO $rel (owner, k, v) VALUES (:client_id, :hot, :v);\n");
	script(\@single, 6, "insert_cold_$rel", "INSERT INTO $rel (owner, k, v) VALUES (:client_id, :cold, :v);\n");
	script(\@single, 3, "insert_many_$rel",
		"INSERT INTO $rel (owner, k, v) SELECT :client_id, (:cold + i * 37) % 60, :v + i FROM generate_series(1, 20) i;\n");
	# a group that nobody else has, and its end
	script(\@single, 4, "insert_new_$rel", "INSERT INTO $rel (owner, k, v) VALUES (:client_id, 1000 + :client_id, :v), (:client_id, 1100 + :v % 3, :v);\n");
	script(\@single, 4, "delete_last_$rel", "DELETE FROM $rel WHERE owner = :client_id AND k >= 1000;\n");
	script(\@single, 8, "update_$rel", "UPDATE $rel SET v = :v WHERE id = :any;\n");
	# moving to another partition fails if somebody else wants the row
	# and so may any row whose id an upsert can have used twice
	my $one = $rel eq 'p' ? 'id = :id + 100000' : 'id = :any';
	my $own = $rel eq 'p' ? ' AND id > 100000' : '';
	my $key = $rel eq 'p' ? 'k / 50 * 50 + (k + :cold) % 50' : '(k + :cold) % 100';
	script(\@single, 6, "update_key_$rel", "UPDATE $rel SET k = $key WHERE $one;\n");
	script(\@longer, 3, "move_$rel", "UPDATE $rel SET k = 99 - k WHERE $one AND k < 100;\n");
	script(\@single, 3, "update_many_$rel", "UPDATE $rel SET v = v + 1, k = $key WHERE owner = :client_id AND id % 16 = :v % 16$own;\n");
	script(\@single, 8, "delete_$rel", "DELETE FROM $rel WHERE id = :any;\n");
	script(\@single, 6, "delete_many_$rel", "DELETE FROM $rel WHERE owner = :client_id AND id % 8 = :v % 8;\n");
	my $conflict = $rel eq 'p' ? '(id, k)' : '(id)';
	script(\@single, 6, "upsert_$rel",
		"INSERT INTO $rel (id, owner, k, v) VALUES (:id, :client_id, :hot, :v) ON CONFLICT $conflict DO UPDATE SET v = excluded.v;\n");
	script(\@single, 2, "upsert_nothing_$rel",
		"INSERT INTO $rel (id, owner, k, v) SELECT i, :client_id, :cold, :v FROM generate_series(:id, :id + 5) i ON CONFLICT DO NOTHING;\n");
	script(\@longer, 8, "savepoints_$rel", <<"SQL");
BEGIN;
INSERT INTO $rel (owner, k, v) VALUES (:client_id, :hot, :v);
SAVEPOINT a;
UPDATE $rel SET v = v + 1 WHERE id = :id;
INSERT INTO $rel (owner, k, v) VALUES (:client_id, 1200 + :client_id, :v), (:client_id, :hot, 5000);
SAVEPOINT b;
DELETE FROM $rel WHERE owner = :client_id AND k > 1000;
ROLLBACK TO a;
INSERT INTO $rel (owner, k, v) VALUES (:client_id, :cold, :v), (:client_id, :hot, 0);
RELEASE a;
DELETE FROM $rel WHERE id = :id;
COMMIT;
SQL
	script(\@longer, 3, "roll_back_$rel", <<"SQL");
BEGIN;
INSERT INTO $rel (owner, k, v) VALUES (:client_id, 1300 + :v, 1);
DELETE FROM $rel WHERE owner = :client_id;
ROLLBACK;
SQL
	script(\@longer, 3, "prepare_$rel", <<"SQL");
BEGIN;
INSERT INTO $rel (owner, k, v) VALUES (:client_id, :cold, :v);
DELETE FROM $rel WHERE id = :id;
PREPARE TRANSACTION 'w:n:client_id';
COMMIT PREPARED 'w:n:client_id';
SQL
	script(\@longer, 3, "loop_$rel", <<"SQL");
DO 'BEGIN
	FOR i IN 1 .. 30 LOOP
		INSERT INTO $rel (owner, k, v) VALUES (:client_id, i % 3, :v);
		BEGIN
			DELETE FROM $rel WHERE owner = :client_id AND k = i % 3;
			IF i % 2 = 0 THEN RAISE division_by_zero; END IF;
		EXCEPTION WHEN division_by_zero THEN NULL;
		END;
	END LOOP;
END';
SQL
}
script(\@single, 6, 'insert_p1', "\\set k random(0, 49)\nINSERT INTO p1 (owner, k, v) VALUES (:client_id, :k, :v);\n");
script(\@single, 6, 'update_p2', "UPDATE p2 SET v = :v WHERE id = :any;\n");
script(\@single, 3, 'several', "WITH d AS (DELETE FROM t WHERE id = :id RETURNING k), u AS (UPDATE u SET v = v + 1 WHERE id = :id RETURNING k) "
	  . "INSERT INTO t (owner, k, v) SELECT :client_id, k, :v FROM d UNION ALL SELECT :client_id, :hot, :v;\n");
script(\@longer, 1, 'truncate', "TRUNCATE u;\n");
script(\@longer, 1, 'truncate_p1', "TRUNCATE p1;\n");
my @compare;
script(\@compare, 12, 'compare', "\\set view random(0, $views - 1)\nSELECT compare(:view);\n");
my @refresh;
script(\@refresh, 1, "refresh_$_", "REFRESH MATERIALIZED VIEW $_;\n") for qw(t_groups t_recomputed t_key t_duplicates u_all p_groups);

# Run a phase; every error in the log must be of these codes.
sub phase
{
	my ($name, $share, $options, $codes, @scripts) = @_;
	my $time = int($seconds * $share + 0.5) || 1;
	my $log = -s $node->logfile;
	my (%errors, %expected);

	$node->command_ok(
		[
			'pgbench', '-n', '-h', $node->host, '-p', $node->port, '-c', 8, '-j', 2, '-T', $time, '--random-seed=' . $seed++,
			@scripts, $codes ? '--max-tries=1000' : (), "options='-c $switch=off $options'"
		],
		"$name for $time seconds");
	for (split /\n/, slurp_file($node->logfile, $log))
	{
		next if !/ (\w{5}) (?:ERROR|FATAL|PANIC):  (.*)/ && !/(TRAP): (.*)/ && !/(terminated) by (signal.*)/;
		my ($code, $message) = ($1, $2);
		if ($codes && $code =~ /^(?:$codes)$/) { $expected{$code}++ }
		else { $errors{$code} ||= $message }
	}
	note("$name: $_, $expected{$_} times") for sort keys %expected;
	is(join('; ', map { "$_ $errors{$_}" } sort keys %errors), '', '... no error that should not be');
	is(differences($node), '', '... and views are as their definitions say');
	ok(eval { $node->safe_psql('postgres', q{SELECT bt_index_check(indexrelid, true) FROM pg_index JOIN pg_class v ON v.oid = indrelid
		JOIN pg_class i ON i.oid = indexrelid JOIN pg_am a ON a.oid = i.relam WHERE v.relkind = 'm' AND amname = 'btree'}); 1 }, '... with all their index entries')
	  if $amcheck;
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_prepared_xacts'), '0', '... nothing is left prepared');
}

note("seed $seed");
phase('statements by themselves', 0.5, '', undef, @single, @compare);
phase('longer transactions and REFRESH', 0.25, '', '40P01|40001', @single, @compare, @longer, @refresh);
phase('REPEATABLE READ', 0.25, '-c default_transaction_isolation=repeatable\\\\ read', '40001|40P01', @single, @longer, @refresh);
my $checks = $node->safe_psql('postgres', 'SELECT last_value FROM checks');
my $tuples = $node->safe_psql('postgres', q{SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables});
note("$checks comparisons under load, $tuples rows written");
cmp_ok($checks, '>', 20, 'views were compared under load');

$node->stop;
done_testing();
