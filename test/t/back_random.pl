# What changes and changes back: functions (what they do, how they are declared,
# whose they are, their settings, names and schemas), operators, casts and
# aggregates under one name, owners, rights, roles and row security.  In between
# roles write and refresh, transactions are rolled back, in part or as a whole,
# and another session looks on, does the same, or makes the change.  After each
# step
# - every view that may be used is what its definition says;
# - queries, prepared ones too, give each role the same rows, or the same
#   SQLSTATE, with rewriting on and off;
# - no error is an internal one.
#
# The role "mal" refreshes under a search_path of its own making; it owns no function.
#
# Rounds are made from a seed: AQUMV_SEED (default 1) is that of the first, and
# that of a failed one repeats it.  AQUMV_RANDOM_ROUNDS says how many (default
# 6), AQUMV_RANDOM_FAILURES (default 2) after how many failed ones to stop.  One
# that fails is reduced and printed as a script.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use RandomTables qw(chance pick shuffled some);
use Test::More;
use Time::HiRes qw(time);

my $seed = $ENV{AQUMV_SEED} // 1;
my $rounds = $ENV{AQUMV_RANDOM_ROUNDS} || 6;
my $failures = $ENV{AQUMV_RANDOM_FAILURES} || 2;
my $limit = 60;				# seconds, to reduce one that failed

my $node = new_node('back_random');
$node->append_conf('postgresql.conf', "fsync = off\nlog_statement = none\nlog_min_messages = panic\nstatement_timeout = '20s'\n");
$node->start;
my $major = int($node->safe_psql('postgres', 'SHOW server_version_num') / 10000);
my $dblink = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'dblink'});
my $other_session = "host=''" . $node->host . "'' port=" . $node->port . ' dbname=postgres';
my $oracle = <<'SQL' . ($dblink ? 'CREATE EXTENSION dblink SCHEMA oracle;' : '');
CREATE EXTENSION aqumv;
CREATE SCHEMA oracle;
GRANT USAGE ON SCHEMA oracle TO PUBLIC;
CREATE FUNCTION oracle.run(query text, setting text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	rows text;
BEGIN
	PERFORM set_config('enable_answer_query_using_materialized_views', setting, false);
	EXECUTE query INTO rows;
	RETURN coalesce(rows, 'no row');
EXCEPTION WHEN OTHERS THEN
	RETURN 'ERROR ' || SQLSTATE;
END $$;
-- what is wrong with a query of one value, or how it is answered, if that is asked
CREATE FUNCTION oracle.look(query text, count boolean) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	"on" text := oracle.run(query, 'on');
	off text := oracle.run(query, 'off');
	line text;
	plan text = '';
BEGIN
	IF off <> "on" OR off LIKE 'ERROR XX%' THEN
		RETURN NEXT format('WRONG as %s: %s: %s, should be %s', current_user, query, "on", off);
	END IF;
	IF count AND off NOT LIKE 'ERROR%' THEN
		PERFORM set_config('enable_answer_query_using_materialized_views', 'on', false);
		FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
			plan := plan || line;
		END LOOP;
		RETURN NEXT CASE WHEN plan ~ 'Scan[^>]* on mv' THEN 'VIEW' ELSE 'TABLE' END;
	END IF;
END $$;
CREATE FUNCTION oracle.check() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	v regclass;
	n bigint;
BEGIN
	PERFORM set_config('enable_answer_query_using_materialized_views', 'off', false);
	-- a view goes on with the function of a cast that its definition, as text, means another by
	FOR v IN SELECT view FROM aqumv.views WHERE usable AND (pg_get_viewdef(view) !~ 'code' OR EXISTS (SELECT FROM pg_depend d
			JOIN pg_rewrite r ON r.oid = objid JOIN pg_cast ON castfunc = refobjid WHERE classid = 'pg_rewrite'::regclass AND ev_class = view)) LOOP
		BEGIN
			n := harness.difference(v);
		EXCEPTION WHEN OTHERS THEN
			RETURN NEXT format('WRONG view %s: its definition raises %s', v, SQLSTATE);
		END;
		RETURN NEXT CASE WHEN n > 0 THEN format('WRONG view %s: %s differences', v, n) ELSE 'COMPARED' END;
	END LOOP;
END $$;
SQL
$node->safe_psql('postgres', $oracle);
load_harness($node);

# ---- what there is

my ($ann, $bob, $mal) = my @roles = map { "regress_back_$_" } qw(ann bob mal);
my $super = 'CURRENT_USER';

sub owner { return pick($ann, $bob, $super) }
sub someone { return pick($super, @roles) }

# name => [arguments, [what comes before the body, bodies...]]; the first body is
# the one that is come back to
my %functions = (
	f => [ 'int', 'LANGUAGE plpgsql', q{'BEGIN RETURN $1 * 10; END'}, q{'BEGIN RETURN 40 - $1; END'}, q{'BEGIN RETURN nullif($1, 3); END'} ],
	half => [ 'int', 'LANGUAGE sql', q{'SELECT $1 / 2'}, q{'SELECT $1 / 3'}, q{'SELECT s.f($1)'} ],
	parsed => [ 'int', 'LANGUAGE sql', 'RETURN s.f($1) + 1', 'RETURN s.f($1 + 1)', 'RETURN $1' ],
	more => [ 'a int, b int DEFAULT 1', 'LANGUAGE sql', q{'SELECT a + b'}, q{'SELECT a - b'} ],
	path => [ 'int', 'LANGUAGE plpgsql SET search_path = s1, pg_temp', q{'BEGIN RETURN helper($1); END'}, q{'BEGIN RETURN helper($1 + 1); END'} ],
	adds => [ 'int', 'LANGUAGE sql SET search_path = s1, pg_temp', q{'SELECT $1 <+> 2'}, q{'SELECT helper($1) <+> helper(1)'} ],
	lowers => [ 'text', 'LANGUAGE sql SET search_path = s1, pg_catalog, pg_temp', q{'SELECT lower($1)'}, q{'SELECT s.norm($1)'} ],
	norm => [ 'text', 'LANGUAGE sql', q{'SELECT lower($1)'}, q{'SELECT upper($1)'} ],
	pinned => [ 'text', 'LANGUAGE sql SET search_path = pg_catalog, pg_temp', q{'SELECT lower($1)'}, q{'SELECT upper($1)'}, q{'SELECT initcap($1)'} ],
	acc => [ 'int, int', 'LANGUAGE plpgsql', q{'BEGIN RETURN $1 + coalesce($2, 0); END'}, q{'BEGIN RETURN $1 + coalesce($2, 1); END'} ],
	same => [ 'int, int', 'LANGUAGE plpgsql', q{'BEGIN RETURN $1 % 3 = $2; END'}, q{'BEGIN RETURN $1 % 4 = $2; END'} ],
	differs => [ 'int, int', 'LANGUAGE sql', q{'SELECT $1 % 3 <> $2'}, q{'SELECT $1 <> $2'} ],
	code_int => [ 's.code', 'LANGUAGE sql', q{'SELECT ($1).v'}, q{'SELECT ($1).v + 7'} ],
	code_neg => [ 's.code', 'LANGUAGE plpgsql', q{'BEGIN RETURN - ($1).v; END'} ]);
my %returns = (map({ $_ => 'text' } qw(norm pinned lowers)), same => 'boolean', differs => 'boolean');

sub function
{
	my ($name, $body) = @_;
	my ($arguments, $options, @bodies) = @{ $functions{$name} };

	return "CREATE OR REPLACE FUNCTION s.$name($arguments) RETURNS " . ($returns{$name} // 'int') . " IMMUTABLE $options " . ($bodies[$body] =~ /^'/ ? 'AS ' : '') . $bodies[$body];
}

sub signature { my $name = shift; return "s.$name(" . ($functions{$name}[0] =~ s/[ab] int DEFAULT 1/int/r =~ s/\ba int/int/r) . ')' }

sub operator { return 'CREATE OPERATOR s.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = s.' . shift . ')' }
sub found_operator { return 'CREATE OPERATOR s1.<+> (LEFTARG = int, RIGHTARG = int, FUNCTION = ' . shift . ')' }
sub helper { return 'CREATE OR REPLACE FUNCTION s1.helper(int) RETURNS int IMMUTABLE LANGUAGE sql AS \'SELECT $1 + ' . shift() . "'" }
sub cast { return 'CREATE CAST (s.code AS int) WITH FUNCTION s.' . shift . '(s.code)' }
sub aggregate { return 'CREATE OR REPLACE AGGREGATE s.total(int) (SFUNC = s.acc, STYPE = int, INITCOND = ' . shift . ')' }

# definitions of views, and queries that they may answer
my @views = (
	[ 'SELECT k, s.f(x) AS y FROM s.t', 'SELECT count(*) FROM s.t WHERE s.f(x) > 20', 'SELECT sum(fx) FROM s.plain WHERE k > 5', 'SELECT k FROM s.t WHERE s.f(x) IN (10, 20)' ],
	[ 'SELECT g, count(*) AS n, sum(s.f(x)) AS y, max(s.f(x)) AS z FROM s.t GROUP BY g', 'SELECT sum(s.f(x)) FROM s.t', 'SELECT g, max(fx) FROM s.plain WHERE g > 0 GROUP BY g' ],
	[ 'SELECT s.half(k) AS h, count(*) AS n, sum(x) AS y, max(x) AS z FROM s.t GROUP BY s.half(k)', 'SELECT count(*) FROM s.t WHERE s.half(k) > 4',
		'SELECT s.half(k), max(x) FROM s.t GROUP BY 1 HAVING sum(x) > 3' ],
	[ q{SELECT s.parsed(g) AS p, count(*) AS n, string_agg(DISTINCT name, ',' ORDER BY name) AS y FROM s.t GROUP BY s.parsed(g)},
		'SELECT s.parsed(g), count(*) FROM s.t WHERE s.parsed(g) > 5 GROUP BY 1' ],
	[ 'SELECT g, s.total(x) AS y, count(*) AS n FROM s.t GROUP BY g', 'SELECT s.total(x) FROM s.t WHERE g = 2 GROUP BY g' ],
	[ 'SELECT k, x FROM s.t WHERE s.path(k) > 15', 'SELECT count(*), sum(x) FROM s.t WHERE s.path(k) > 15' ],
	[ 'SELECT k, s.path(x) AS y, s.adds(x) AS z FROM s.t', 'SELECT sum(s.adds(x)), max(s.path(x)) FROM s.t' ],
	[ 'SELECT s.adds(g) AS h, count(*) AS n FROM s.t GROUP BY s.adds(g)', 'SELECT count(*) FROM s.t WHERE s.adds(g) > 3' ],
	[ 'SELECT s.lowers(name) AS w, sum(x) AS y, count(*) AS n FROM s.t GROUP BY s.lowers(name)', 'SELECT s.lowers(name), sum(x) FROM s.t WHERE s.lowers(name) > \'m\' GROUP BY 1' ],
	[ 'SELECT s.path(g) AS p, count(*) AS n FROM s.t GROUP BY s.path(g)', 'SELECT max(s.path(g)) FROM s.t' ],
	[ 'SELECT s.norm(name) AS w, count(*) AS n FROM s.t GROUP BY s.norm(name)', 'SELECT DISTINCT s.norm(name) FROM s.t' ],
	[ 'SELECT k, s.norm(name) AS w, x FROM s.t', 'SELECT s.norm(name), sum(x) FROM s.t GROUP BY 1' ],
	[ 'SELECT k, s.pinned(name) AS w, g FROM s.t', 'SELECT s.pinned(name), sum(g) FROM s.t GROUP BY 1', 'SELECT k FROM s.t WHERE s.pinned(name) = \'n1\'' ],
	[ 'SELECT k, g FROM s.t WHERE x OPERATOR(s.===) 1', 'SELECT g, count(*) FROM s.t WHERE x OPERATOR(s.===) 1 GROUP BY g' ],
	[ 'SELECT g, count(*) FILTER (WHERE x OPERATOR(s.===) g) AS n, min(x) AS z FROM s.t GROUP BY g', 'SELECT count(*) FILTER (WHERE x OPERATOR(s.===) g) FROM s.t' ],
	[ 'SELECT k, ROW(x)::s.code::int AS c FROM s.t', 'SELECT sum(ROW(x)::s.code::int) FROM s.t' ],
	[ 'SELECT s.more(x) AS y, count(*) AS n FROM s.t GROUP BY s.more(x)', 'SELECT s.more(x), count(*) FROM s.t WHERE s.more(x) > 4 GROUP BY 1' ],
	[ 'SELECT k, g, x FROM s.t WHERE g > 0', 'SELECT g, max(x) FROM s.t WHERE g > 1 GROUP BY g', 'SELECT s.half(x), count(*) FROM s.t WHERE g > 0 GROUP BY 1' ],
	[ 'SELECT g, count(*) AS n, sum(x) AS y, max(x) AS z FROM s.t GROUP BY g', 'SELECT count(*), max(x) FROM s.t', 'SELECT s.f(g), sum(x) FROM s.t GROUP BY g',
		'SELECT g, sum(x) FROM s.plain GROUP BY g' ],
	[ 'SELECT count(*) AS n, sum(s.f(s.half(x))) AS y FROM s.t', 'SELECT sum(s.f(s.half(x))) / count(*) FROM s.t' ]);

sub create_view
{
	my $view = shift;

	return "CREATE MATERIALIZED VIEW IF NOT EXISTS s.$view->{name}" . ($view->{immediate} ? ' WITH (aqumv.incremental)' : '') . " AS $view->{definition}";
}

# mal's doing, under his own search_path
sub evil { my $sql = shift; return "SET search_path = evil, pg_catalog, s1; SET ROLE $mal; $sql; RESET ROLE; RESET search_path" }

sub setup
{
	my @chosen = @_;
	my @sql = map { "CREATE ROLE $_" } @roles;

	push @sql, map { "CREATE SCHEMA $_; GRANT USAGE ON SCHEMA $_ TO PUBLIC" } qw(s s1 s2 s3);
	push @sql, 'GRANT CREATE ON SCHEMA s TO ' . join(', ', @roles), "CREATE SCHEMA evil AUTHORIZATION $mal", 'GRANT USAGE ON SCHEMA evil TO PUBLIC',
	  q{CREATE FUNCTION evil.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'forged'$$},
	  q{CREATE FUNCTION evil.helper(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 666'},
	  helper(1), found_operator('int4pl'),
	  q{CREATE FUNCTION s2.helper(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2'},
	  'CREATE TYPE s.code AS (v int)', (map { function($_, 0) } qw(f half parsed more path adds norm lowers pinned acc same differs code_int code_neg)),
	  aggregate(0), operator('same'), cast('code_int');
	push @sql, map { chance(0.4) ? 'ALTER FUNCTION ' . signature($_) . ' OWNER TO ' . pick($ann, $bob) : () } sort keys %functions;
	push @sql, 'CREATE TABLE s.t (k int, g int, x int, name text)' . (chance(0.3) ? ' PARTITION BY LIST (g)' : '');
	push @sql, 'ALTER TABLE s.t ADD PRIMARY KEY (k)' if $sql[-1] !~ /PARTITION/ && chance(0.5);
	push @sql, 'CREATE TABLE s.t_1 PARTITION OF s.t FOR VALUES IN (0, 1)', 'CREATE TABLE s.t_2 PARTITION OF s.t DEFAULT' if $sql[-1] =~ /PARTITION/;
	push @sql, q{INSERT INTO s.t SELECT i, i % 4, i % 7, 'N' || i % 3 FROM generate_series(1, 30) i},
	  'CREATE POLICY p ON s.t USING (g <> 2)', "CREATE POLICY q ON s.t TO $mal USING (true)", "GRANT ALL ON s.t TO $ann, $bob", "GRANT SELECT, INSERT, UPDATE, TRIGGER ON s.t TO $mal",
	  'CREATE VIEW s.plain AS SELECT k, g, x, s.f(x) AS fx FROM s.t', 'GRANT SELECT ON s.plain TO PUBLIC';
	push @sql, 'ALTER VIEW s.plain OWNER TO ' . owner(), 'ALTER TABLE s.t OWNER TO ' . owner();
	push @sql, map { create_view($_), chance(0.5) ? "ALTER MATERIALIZED VIEW s.$_->{name} OWNER TO " . someone() . "; REFRESH MATERIALIZED VIEW s.$_->{name}" : () } @chosen;
	return @sql;
}

# ---- what changes: [away, back]

sub change_function
{
	my $name = pick(@_);
	my $is = signature($name);
	my $bodies = @{ $functions{$name} } - 2;
	my ($other) = $is =~ /\.(.*)/;
	my ($path) = $functions{$name}[1] =~ /SET (search_path = .*)/;
	my $owner = pick($ann, $bob);

	return @{ pick(
		([ function($name, int rand $bodies), function($name, 0) ]) x 5,
		([ "ALTER FUNCTION $is " . pick(qw(STABLE VOLATILE)), "ALTER FUNCTION $is IMMUTABLE" ]) x 2,
		[ "ALTER FUNCTION $is COST " . pick(1, 1000), "ALTER FUNCTION $is COST 100" ],
		[ "ALTER FUNCTION $is " . pick('STRICT', 'SECURITY DEFINER', 'LEAKPROOF', 'PARALLEL SAFE'),
			"ALTER FUNCTION $is CALLED ON NULL INPUT SECURITY INVOKER NOT LEAKPROOF PARALLEL UNSAFE" ],
		([ "ALTER FUNCTION $is OWNER TO " . owner(), "ALTER FUNCTION $is OWNER TO $owner" ]) x 2,
		([ "ALTER FUNCTION $is " . pick('SET search_path = s2, pg_temp', 'SET search_path = s1, s2, pg_temp', 'RESET search_path', 'RESET ALL', 'SET datestyle = german',
			'SET search_path = pg_catalog, evil, pg_temp'),
			"ALTER FUNCTION $is " . ($path ? "SET $path" : 'RESET ALL') ]) x 2,
		[ "ALTER FUNCTION $is SET SCHEMA s3", "ALTER FUNCTION s3.$other SET SCHEMA s" ],
		[ "ALTER FUNCTION $is RENAME TO gone", 'ALTER FUNCTION s.gone RENAME TO ' . $name ],
		([ "REVOKE EXECUTE ON FUNCTION $is FROM PUBLIC" . pick('', "; GRANT EXECUTE ON FUNCTION $is TO " . pick(@roles)), "GRANT EXECUTE ON FUNCTION $is TO PUBLIC" ]) x 2,
		# the owner may lose what he may do by default
		[ "REVOKE EXECUTE ON FUNCTION $is FROM PUBLIC, " . pick($ann, $bob), "GRANT EXECUTE ON FUNCTION $is TO PUBLIC, $ann, $bob" ]) };
}

# What functions find by name when they run
sub change_found
{
	# who has planned such a call before does not look for names again
	my @unnoticed = $major >= 18 ? () : (
		[ 'DROP OPERATOR s1.<+> (int, int); ' . found_operator(pick(qw(int4mi int4mul))), 'DROP OPERATOR s1.<+> (int, int); ' . found_operator('int4pl') ],
		[ q{CREATE FUNCTION s1.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT pg_catalog.upper($1)'}, 'DROP FUNCTION s1.lower(text)' ]);

	return @{ pick(@unnoticed, [ helper(2), helper(1) ], [ helper(2), helper(1) ], [ 'DROP FUNCTION s1.helper(int)', helper(1) ], [ 'DROP OPERATOR s1.<+> (int, int)', found_operator('int4pl') ],
		[ 'ALTER FUNCTION s1.helper(int) SET SCHEMA s3', 'ALTER FUNCTION s3.helper(int) SET SCHEMA s1' ], [ 'ALTER FUNCTION s1.helper RENAME TO away', 'ALTER FUNCTION s1.away RENAME TO helper' ],
		[ "ALTER FUNCTION s1.helper(int) OWNER TO $ann", "ALTER FUNCTION s1.helper(int) OWNER TO $super" ],
		[ 'REVOKE EXECUTE ON FUNCTION s1.helper(int) FROM PUBLIC', 'GRANT EXECUTE ON FUNCTION s1.helper(int) TO PUBLIC' ], [ 'REVOKE USAGE ON SCHEMA s1 FROM PUBLIC', 'GRANT USAGE ON SCHEMA s1 TO PUBLIC' ],
		[ 'ALTER SCHEMA s1 RENAME TO s4', 'ALTER SCHEMA s4 RENAME TO s1' ]) };
}

# The same name for something else; what depended on it goes, and comes back.
sub change_name
{
	my $views = join '; ', map { create_view($_) } @_;

	return @{ pick(
		[ 'DROP OPERATOR s.===(int, int) CASCADE; ' . operator(pick(qw(differs same))) . "; $views", 'DROP OPERATOR s.===(int, int) CASCADE; ' . operator('same') . "; $views" ],
		[ 'DROP CAST (s.code AS int) CASCADE; ' . cast('code_neg') . "; $views", 'DROP CAST (s.code AS int) CASCADE; ' . cast('code_int') . "; $views" ],
		[ 'DROP OPERATOR s.===(int, int)', operator('same') ], [ 'DROP CAST (s.code AS int)', cast('code_int') ],
		([ aggregate(5), aggregate(0) ]) x 2, [ 'ALTER AGGREGATE s.total(int) OWNER TO ' . owner(), "ALTER AGGREGATE s.total(int) OWNER TO $super" ],
		[ 'REVOKE EXECUTE ON FUNCTION s.total(int) FROM PUBLIC', 'GRANT EXECUTE ON FUNCTION s.total(int) TO PUBLIC' ]) };
}

sub change_owner
{
	my @chosen = @_;
	my $v = 's.' . pick(@chosen)->{name};
	my ($view, $again) = (pick(someone(), someone(), $mal), someone());

	return @{ pick(
		([ "ALTER MATERIALIZED VIEW $v OWNER TO $view", "ALTER MATERIALIZED VIEW $v OWNER TO $again" ]) x 4,
		([ "ALTER MATERIALIZED VIEW $v OWNER TO $mal; " . evil("REFRESH MATERIALIZED VIEW $v"), "ALTER MATERIALIZED VIEW $v OWNER TO $again" ]) x 2,
		([ 'ALTER TABLE s.t OWNER TO ' . owner(), 'ALTER TABLE s.t OWNER TO ' . owner() ]) x 2,
		[ 'ALTER VIEW s.plain OWNER TO ' . owner(), 'ALTER VIEW s.plain OWNER TO ' . owner() ],
		[ "REASSIGN OWNED BY $ann TO $bob", "REASSIGN OWNED BY $bob TO $ann" ], [ "REASSIGN OWNED BY $bob TO $super", "ALTER TABLE s.t OWNER TO $bob; ALTER MATERIALIZED VIEW $v OWNER TO $bob" ],
		[ "ALTER SCHEMA s OWNER TO " . owner(), "ALTER SCHEMA s OWNER TO $super" ]) };
}

sub change_rights
{
	my $role = pick($ann, $bob);

	return @{ pick(
		[ "REVOKE SELECT ON s.t FROM " . pick(@roles), "GRANT SELECT ON s.t TO " . join(', ', @roles) ],
		[ "REVOKE SELECT ON s.t FROM $ann; GRANT SELECT (k, g, x) ON s.t TO $ann", "GRANT SELECT ON s.t TO $ann" ],
		[ "REVOKE TRIGGER ON s.t FROM $role", "GRANT TRIGGER ON s.t TO $role" ],
		[ 'REVOKE USAGE ON SCHEMA s FROM PUBLIC', 'GRANT USAGE ON SCHEMA s TO PUBLIC' ],
		([ 'ALTER TABLE s.t ENABLE ROW LEVEL SECURITY', 'ALTER TABLE s.t DISABLE ROW LEVEL SECURITY' ]) x 2,
		[ 'ALTER TABLE s.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', 'ALTER TABLE s.t DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY' ],
		[ 'DROP POLICY p ON s.t', 'CREATE POLICY p ON s.t USING (g <> 2)' ],
		[ "ALTER ROLE $role " . pick('SUPERUSER', 'BYPASSRLS', 'NOINHERIT'), "ALTER ROLE $role NOSUPERUSER NOBYPASSRLS INHERIT" ],
		[ "GRANT $bob TO $ann", "REVOKE $bob FROM $ann" ], [ "GRANT pg_read_all_data TO $mal", "REVOKE pg_read_all_data FROM $mal" ]) };
}

sub change_table
{
	my $v = pick(@_)->{name};

	return @{ pick(
		[ 'ALTER TABLE s.t DISABLE TRIGGER ALL', 'ALTER TABLE s.t ENABLE TRIGGER ALL' ], [ 'SET session_replication_role = replica', 'RESET session_replication_role' ],
		[ 'ALTER TABLE s.t RENAME TO elsewhere', 'ALTER TABLE s.elsewhere RENAME TO t' ], [ 'ALTER TABLE s.t SET SCHEMA s3', 'ALTER TABLE s3.t SET SCHEMA s' ],
		[ 'ALTER TABLE s.t RENAME g TO x1; ALTER TABLE s.t RENAME x TO g; ALTER TABLE s.t RENAME x1 TO x', 'ALTER TABLE s.t RENAME g TO x1; ALTER TABLE s.t RENAME x TO g; ALTER TABLE s.t RENAME x1 TO x' ],
		[ "ALTER MATERIALIZED VIEW s.$v RENAME TO mv_other", "ALTER MATERIALIZED VIEW s.mv_other RENAME TO $v" ],
		[ "ALTER MATERIALIZED VIEW s.$v SET SCHEMA s3", "ALTER MATERIALIZED VIEW s3.$v SET SCHEMA s" ],
		[ "ALTER MATERIALIZED VIEW s.$v SET (aqumv.incremental = false)", "ALTER MATERIALIZED VIEW s.$v SET (aqumv.incremental = true)" ]) };
}

sub change
{
	my @chosen = @_;
	my $n = rand;
	my @called = grep { my $name = $_; grep { "$_->{definition} @{ $_->{queries} }" =~ /\bs\.$name\b/ } @chosen } sort keys %functions;

	push @called, pick(qw(f acc same code_int));
	return $n < 0.12 && "@called" =~ /path|adds|lowers/ ? change_found() : $n < 0.45 ? change_function(@called) : $n < 0.53 ? change_name(@chosen)
	  : $n < 0.72 ? change_owner(@chosen) : $n < 0.9 ? change_rights() : change_table(@chosen);
}

# ---- what happens in between

my $id;

sub write_rows
{
	my ($from, $g, $x) = (1 + int rand 60, int rand 5, int rand 9);
	my $some = 'k BETWEEN ' . $from . ' AND ' . ($from + int rand 4);

	return pick(
		'INSERT INTO s.t VALUES (' . ++$id . ", $g, $x, 'n$g')", "INSERT INTO s.t SELECT i, i % 4, $x, 'b' || i % 2 FROM generate_series($id + 1, " . ($id += 3) . ') i',
		"UPDATE s.t SET x = x + 1 WHERE $some", "UPDATE s.t SET g = $g WHERE $some", "UPDATE s.t SET name = upper(name), x = NULL WHERE $some", "DELETE FROM s.t WHERE $some",
		'MERGE INTO s.t USING (VALUES ' . join(', ', map { "($_, $g)" } some(3, 1 .. $id))
		  . ") AS new (k, g) ON t.k = new.k WHEN MATCHED AND t.x > 4 THEN DELETE WHEN MATCHED THEN UPDATE SET x = $x, g = new.g",
		'MERGE INTO s.t USING (VALUES (' . ++$id . ", $g)) AS new (k, g) ON t.k = new.k WHEN NOT MATCHED THEN INSERT VALUES (new.k, new.g, $x, 'm')",
		chance(0.3) ? 'TRUNCATE s.t' : "DELETE FROM s.t WHERE g = $g");
}

sub as
{
	my ($role, $sql) = @_;

	return $role eq $super ? $sql : "SET ROLE $role; $sql; RESET ROLE";
}

sub refresh { my $view = shift; return "REFRESH MATERIALIZED VIEW s.$view->{name}" }

sub work
{
	my @chosen = @_;

	return as(someone(), write_rows()) if chance(0.65);
	return evil(pick(write_rows(), (join '; ', map { refresh($_) } @chosen) x 2)) if chance(0.4);
	return as(pick($super, someone()), refresh(pick(@chosen))) if chance(0.9);
	return 'REINDEX SCHEMA s';
}

sub in_other { my $sql = shift; return "SELECT 'done' FROM oracle.dblink_exec('other', \$o\$$sql\$o\$)" }

sub wrap { my $query = shift; return "SELECT string_agg(r::text, ' ' ORDER BY r::text COLLATE \"C\") FROM ($query) AS r" }

sub look
{
	my ($query, $others) = @_;
	my $look = 'SELECT * FROM oracle.look($q$' . $query . '$q$, ' . (chance(0.2) ? 'true' : 'false') . ')';
	my $role = someone();

	return as($role, $look) if !$others;
	$look = "SELECT * FROM oracle.dblink('other', \$o\$$look\$o\$) AS d (t text)";
	return $role eq $super ? $look : in_other("SET ROLE $role") . "; $look; " . in_other('RESET ROLE');
}

my $check = 'RESET ROLE; SELECT * FROM oracle.check()';

sub make_case
{
	my $case_seed = shift;
	my ($at, $depth, @steps, @undone) = (0, 0);
	my $prepared = 3;

	srand($case_seed);
	$id = 100;
	my @chosen = map { { name => 'mv_' . ++$at, definition => $_->[0], queries => $_, immediate => chance(0.6) } } some(4, @views);
	my @queries = map { @{ $_->{queries} } } @chosen;
	my @setup = (setup(@chosen), 'SET aqumv.rewrite_mode = force', 'SET client_min_messages = error', 'SET plan_cache_mode = ' . pick(qw(force_generic_plan auto)),
		map { "PREPARE p$_ AS " . wrap(pick(@queries)) } 1 .. $prepared);
	push @setup, "SELECT 'connected' FROM oracle.dblink_connect('other', '$other_session')",
	  in_other('SET aqumv.rewrite_mode = force; SET client_min_messages = error; SET lock_timeout = 300') if $dblink;
	for my $n (1 .. 40)
	{
		my ($step, $turn) = ('', rand);

		# transactions are short, and the other session waits for nobody
		if ($depth && chance(0.25)) { $step = $depth > 1 ? pick('ROLLBACK TO a', 'ROLLBACK TO a', 'RELEASE a') : pick('COMMIT', 'COMMIT', 'ROLLBACK'); $depth-- }
		elsif ($depth < 2 && $turn < 0.1) { $step = $depth++ ? 'SAVEPOINT a' : 'BEGIN' . pick('', '', ' ISOLATION LEVEL REPEATABLE READ') }
		elsif ($turn < 0.4 && @undone) { ($step) = splice @undone, rand @undone, 1 }
		elsif ($turn < 0.6) { my ($away, $back) = change(@chosen); $step = $away; push @undone, $back }
		else { $step = work(@chosen) }
		$step = in_other($step) if $dblink && !$depth && $step !~ /COMMIT|ROLLBACK|RELEASE|SET session_rep/ && chance(0.25);
		push @steps, $step, map({ look(wrap($_)) } some(4, @queries)), look('EXECUTE p' . (1 + int rand $prepared)),
		  !$depth && $dblink ? look(wrap(pick(@queries)), 1) : (), $check;
	}
	push @steps, 'COMMIT' if $depth;
	push @steps, map { ($_, map({ look(wrap($_)) } some(3, @queries)), $check) } shuffled(@undone), write_rows(), map({ refresh($_) } @chosen), write_rows();
	return { seed => $case_seed, setup => \@setup, steps => \@steps };
}

# ---- run them

my $clean = join ' ', 'SET client_min_messages = error; DROP SCHEMA IF EXISTS s, s1, s2, s3, s4, evil CASCADE;',
  map { "DO \$\$ BEGIN IF to_regrole('$_') IS NOT NULL THEN DROP OWNED BY $_ CASCADE; DROP ROLE $_; END IF; END \$\$;" } @roles;

# The case as a script; where a step begins is said if it is to be run.
sub script
{
	my ($case, $bare) = @_;
	my $n = 0;

	# the statements of a step stand on one line, and fail one by one
	return "\\set ON_ERROR_ROLLBACK on\n" . join '', map({ "$_;\n" } @{ $case->{setup} }), map { ($bare ? '' : "\\echo \@" . $n++ . "\n") . "$_;\n" } @{ $case->{steps} };
}

my %count;

# The first problem of a case, as [step, text], or undef.
sub problem
{
	my ($case, $counting) = @_;
	my $text = script($case);
	my ($step, $out, $err, $timed_out) = (-1, '', '');
	my @script = split /\n/, $text;
	my @problems;

	$node->safe_psql('postgres', $clean);
	$node->psql('postgres', $text, stdout => \$out, stderr => \$err, on_error_stop => 0, timeout => 100, timed_out => \$timed_out, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	for (split /\n/, $out)
	{
		if (/^@(\d+)$/) { $step = $1 }
		elsif (/^WRONG/) { push @problems, [ $step, $_ ] }
		elsif ($counting) { $count{$_}++ }
	}
	while ($err =~ /^psql:<stdin>:(\d+): (?:ERROR|FATAL|PANIC):  (\w{5}): (.*)/mg)
	{
		my ($line, $code, $message) = ($1, $2, $3);

		$step = grep { /^\\echo @/ } @script[ 0 .. $line - 1 ];
		$count{"ERROR $code"}++ if $counting;
		push @problems, [ $step - 1, "$code: $message" ] if $code =~ /^XX/ && $message !~ /tuple concurrently/ || !$step && $code ne '42501';
	}
	push @problems, [ $#{ $case->{steps} }, 'no end, or a crash' ] if $timed_out || $err =~ /server closed the connection|connection to server was lost/;
	return (sort { $a->[0] <=> $b->[0] } @problems)[0];
}

# The case without what its problem does not need; the step itself stays.
sub reduced
{
	my ($case, $problem) = @_;
	my $kind = sub { my $text = shift; return $text =~ /^(WRONG view|WRONG|\w+)/ ? $1 : '' };
	my ($last, @before) = reverse @{ $case->{steps} }[ 0 .. $problem->[0] ];
	my $whole = sub { my $part = shift; return { %$part, steps => [ @{ $part->{steps} }, $last ] } };
	my $fails = sub {
		my $found = problem($whole->(shift));
		return $found && $kind->($found->[1]) eq $kind->($problem->[1]);
	};

	# errors of the setup have to be none
	return $case if $problem->[0] < 0;
	$case = { %$case, steps => [ reverse @before ] };
	my $quiet = { %$case, steps => [ grep { !/oracle\.(?:look|check)/ } @{ $case->{steps} } ] };
	$case = $quiet if $fails->($quiet);
	return $whole->(reduce($case, $limit, $fails, qw(steps setup)));
}

my ($failed, $done) = (0, 0);
my $start = time;
note("seed $seed");
while ($done < $rounds && $failed < $failures)
{
	my $case = make_case($seed + $done++);
	my $problem = problem($case, 1) or next;

	$failed++;
	fail("AQUMV_SEED=$case->{seed} AQUMV_RANDOM_ROUNDS=1: after step $problem->[0], $case->{steps}[ $problem->[0] ]: $problem->[1]");
	diag(($failed == 1 ? "$oracle(and test/include/harness.sql, as schema harness)\n" : '') . script(reduced($case, $problem), 1));
}
note(sprintf '%d rounds in %d seconds: %s', $done, time - $start, join ', ', map { "$count{$_} $_" } sort keys %count);
ok(!$failed, "nothing that changes and changes back changes an answer (seed $seed)");
my ($views, $tables, $compared) = map { $count{$_} // 0 } qw(VIEW TABLE COMPARED);
cmp_ok($views * 5, '>=', $views + $tables, 'a good share was answered from views');
cmp_ok($compared, '>', 20 * $done, 'views were compared');
$node->stop('immediate');
done_testing();
