# Random rights: roles, memberships, owners, grants on tables, columns and
# functions, policies, views with the rights of their owner or the caller's,
# superusers that come and go, SET ROLE, and statements that were prepared
# before.  Each case is a script that is run twice, with rewriting off and on:
# every statement must return the same rows, or fail with the same SQLSTATE.
#
# Cases are made from a seed: AQUMV_SEED repeats a run (or, set to the seed that
# a failed case prints, runs that case first).  AQUMV_RANDOM_SECONDS (default 25)
# says for how long new cases are begun.  A case that fails is reduced and
# printed as a script.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use RandomTables qw(chance pick some);
use Test::More;
use Time::HiRes qw(time);

my $seconds = $ENV{AQUMV_RANDOM_SECONDS} || 15;
my $seed = $ENV{AQUMV_SEED} || int(time) % 1000000 * 1000;

my $node = new_node('rights');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aqumv');
my $major = int($node->safe_psql('postgres', 'SHOW server_version_num') / 10000);

my @roles = map { "regress_aqumv_$_" } qw(a b c d);

# ---- what there is

my @functions = ('s.f(int)', 's.inlined(int)', 's.rows(int)');
my @views = qw(s.as_owner s.as_caller s.barrier);
my @tables = qw(s.t s.u);

sub role { return pick(@roles) }
sub grantee { return chance(0.2) ? 'PUBLIC' : role() }
sub column { return pick(qw(k g x secret)) }

sub grant_table
{
	my $on = pick(@tables, 's.t', 's.t', @views);
	my $what = chance(0.7) ? 'SELECT' : 'SELECT (' . join(', ', some(1 + int rand 3, $on =~ /u$/ ? qw(g name) : qw(k g x))) . ')';

	return chance(0.7) ? "GRANT $what ON $on TO " . grantee() : "REVOKE $what ON $on FROM " . grantee();
}

sub grant_function
{
	my $on = pick(@functions, 's.f(int)', 's.f(int)');

	return chance(0.5) ? "GRANT EXECUTE ON FUNCTION $on TO " . grantee() : "REVOKE EXECUTE ON FUNCTION $on FROM " . grantee();
}

sub membership
{
	my ($one, $other) = some(2, @roles);

	# one way only: no circles
	($one, $other) = ($other, $one) if $one gt $other;
	return chance(0.6) ? "GRANT $one TO $other" : "REVOKE $one FROM $other";
}

sub policy
{
	my $n = int rand 3;

	return pick("DROP POLICY IF EXISTS p$n ON s.t",
		"CREATE POLICY p$n ON s.t" . pick('', ' AS RESTRICTIVE') . ' TO ' . grantee() . ' USING (' . pick('true', 'g = 1', 'k > 20', "current_user LIKE '%a'") . ')');
}

# A change of rights, as a superuser.
sub change
{
	my $n = rand;

	return grant_table() if $n < 0.3;
	return grant_function() if $n < 0.45;
	return membership() if $n < 0.6;
	return policy() if $n < 0.66;
	return 'ALTER TABLE s.t ' . pick('ENABLE', 'DISABLE', 'DISABLE', 'FORCE', 'NO FORCE') . ' ROW LEVEL SECURITY' if $n < 0.7;
	return 'ALTER ROLE ' . role() . ' ' . pick(qw(SUPERUSER NOSUPERUSER NOSUPERUSER BYPASSRLS NOBYPASSRLS NOINHERIT INHERIT)) if $n < 0.78;
	return 'ALTER TABLE ' . pick(@tables) . ' OWNER TO ' . pick(@roles, 'CURRENT_USER') if $n < 0.82;
	return 'ALTER VIEW ' . pick(@views) . ' ' . pick('OWNER TO ' . role(), 'SET (security_invoker = ' . pick(qw(on off)) . ')', 'SET (security_barrier = ' . pick(qw(on off)) . ')') if $n < 0.87;
	return 'ALTER MATERIALIZED VIEW s.' . pick(qw(mv_rows mv_groups mv_function)) . ' OWNER TO ' . role() if $n < 0.89;
	return (chance(0.7) ? 'GRANT USAGE ON SCHEMA s TO ' : 'REVOKE USAGE ON SCHEMA s FROM ') . grantee() if $n < 0.92;
	return 'INSERT INTO s.t VALUES (' . join(', ', map { int rand 40 } 1 .. 4) . ')' if $n < 0.95;
	return 'REFRESH MATERIALIZED VIEW s.' . pick(qw(mv_rows mv_groups mv_function mv_secret));
}

sub setup
{
	my @sql = ('CREATE SCHEMA s', map { "CREATE ROLE $_" . (chance(0.2) ? ' NOINHERIT' : '') } @roles);

	push @sql, 'GRANT USAGE ON SCHEMA s TO PUBLIC', 'GRANT CREATE ON SCHEMA s TO ' . join(', ', @roles),
	  'CREATE TABLE s.t AS SELECT i AS k, i % 4 AS g, i % 7 AS x, i % 3 AS secret FROM generate_series(1, 40) i',
	  "CREATE TABLE s.u AS SELECT i AS g, 'name ' || i AS name FROM generate_series(0, 3) i",
	  q{CREATE FUNCTION s.f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 * 10; END'},
	  q{CREATE FUNCTION s.inlined(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT s.f($1)'},
	  q{CREATE FUNCTION s.rows(int) RETURNS SETOF int STABLE LANGUAGE sql AS 'SELECT x FROM s.t WHERE g = $1'},
	  q{CREATE FUNCTION s.definer() RETURNS bigint STABLE SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT sum(x) FROM s.t WHERE g > 1); END'},
	  'ALTER FUNCTION s.definer OWNER TO ' . role(),
	  'CREATE VIEW s.as_owner AS SELECT k, g, x FROM s.t WHERE g > 0',
	  'CREATE VIEW s.as_caller WITH (security_invoker) AS SELECT k, g, x FROM s.t WHERE g > 0',
	  'CREATE VIEW s.barrier WITH (security_barrier) AS SELECT k, g, x FROM s.t WHERE g > 0',
	  map({ chance(0.5) ? "ALTER VIEW $_ OWNER TO " . role() : () } @views),
	  'CREATE MATERIALIZED VIEW s.mv_rows AS SELECT k, g, x FROM s.t WHERE g > 0',
	  'CREATE MATERIALIZED VIEW s.mv_groups' . pick('', ' WITH (aqumv.incremental)') . ' AS SELECT g, count(*) AS n, sum(x) AS s FROM s.t GROUP BY g',
	  'CREATE MATERIALIZED VIEW s.mv_function' . pick('', ' WITH (aqumv.incremental)') . ' AS SELECT k, g, s.f(x) AS fx FROM s.t',
	  chance(0.5) ? 'CREATE MATERIALIZED VIEW s.mv_secret AS SELECT g, secret, count(*) AS n, sum(x) AS s, sum(k) AS k FROM s.t GROUP BY g, secret' : (),
	  chance(0.5) ? 'CREATE MATERIALIZED VIEW s.mv_join AS SELECT g, name FROM s.u' : (),
	  chance(0.5) ? 'ALTER TABLE s.t OWNER TO ' . role() : (),
	  map { change() } 1 .. 12;
	return @sql;
}

sub query
{
	my $from = pick('s.t', 's.t', 's.t', 's.t', @views);
	my $where = pick('', ' WHERE g > 0', ' WHERE g > 1', ' WHERE k > 10 AND g > 0', ' WHERE s.f(x) > 10');

	return pick(
		"SELECT count(*), sum(x) FROM $from$where", "SELECT g, count(*), sum(x) FROM $from$where GROUP BY g", "SELECT k, x FROM $from$where",
		"SELECT count(*) FROM $from$where", "SELECT max(s.f(x)) FROM $from$where", "SELECT sum(s.inlined(x)) FROM $from$where",
		"SELECT g, sum(s.f(x)) FROM $from$where GROUP BY g", "SELECT count(*) FROM $from, generate_series(s.f(x), s.f(x) + 1)$where",
		"SELECT name, sum(x) FROM s.t JOIN s.u USING (g) GROUP BY name", "SELECT u.name, count(*) FROM s.t JOIN s.u ON u.g = t.g WHERE t.g > 0 GROUP BY u.name",
		"SELECT s.definer()", "SELECT count(*) FROM s.rows(" . int(rand 4) . ')', "SELECT name FROM s.u WHERE g IN (SELECT g FROM $from$where)",
		"SELECT (SELECT sum(x) FROM $from$where)", "SELECT CASE WHEN false THEN s.f(1) ELSE count(*) END FROM $from$where",
		"SELECT DISTINCT g FROM $from$where", "SELECT count(*) FROM (SELECT g, sum(x) AS s FROM $from$where GROUP BY g OFFSET 0) AS q",
		"SELECT secret, count(*) FROM s.t GROUP BY secret", "SELECT sum(x) FROM s.t WHERE secret = 1");
}

sub become
{
	return pick('SET ROLE ' . role(), 'SET ROLE ' . role(), 'SET SESSION AUTHORIZATION ' . role(), 'RESET ROLE', 'SET row_security = ' . pick(qw(on off)));
}

sub make_case
{
	my $case_seed = shift;
	my (@steps, %prepared);

	srand($case_seed);
	my @setup = setup();
	push @steps, 'SET plan_cache_mode = ' . pick(qw(force_generic_plan force_generic_plan auto)), become();
	for (1 .. 40)
	{
		my $n = rand;

		if ($n < 0.3) { push @steps, query() }
		elsif ($n < 0.42)
		{
			my $name = 'p' . int rand 4;
			push @steps, $prepared{$name}++ ? "EXECUTE $name" : "PREPARE $name AS " . query();
			push @steps, "EXECUTE $name" if $prepared{$name} == 1;
		}
		elsif ($n < 0.6 && %prepared) { push @steps, 'EXECUTE ' . pick(sort keys %prepared) }
		elsif ($n < 0.68) { push @steps, become() }
		elsif ($n < 0.72) { push @steps, 'BEGIN; DECLARE c CURSOR FOR ' . query() . '; FETCH ALL FROM c; COMMIT' }
		else
		{
			# in the middle of what the role does
			my $again = chance(0.8) ? pick('SET ROLE ', 'SET SESSION AUTHORIZATION ') . role() : '';
			push @steps, 'RESET SESSION AUTHORIZATION; ' . change() . ($again ? "; $again" : '');
			push @steps, 'EXECUTE ' . pick(sort keys %prepared) if %prepared && chance(0.7);
		}
	}
	return { seed => $case_seed, setup => \@setup, steps => \@steps };
}

# ---- run them

my $clean = join ' ', 'SET client_min_messages = error; DROP SCHEMA IF EXISTS s CASCADE;',
  map { "DO \$\$ BEGIN IF to_regrole('$_') IS NOT NULL THEN DROP OWNED BY $_; DROP ROLE $_; END IF; END \$\$;" } reverse @roles;

# The script of a case; which step each line belongs to.
sub script
{
	my ($case, $setting) = @_;
	my ($text, @lines) = ('', undef);
	my $n = 0;
	my $add = sub { my ($step, $sql) = @_; $text .= "$sql\n"; push @lines, $step };

	$add->(0, $_) for '\set VERBOSITY sqlstate', '\pset format unaligned', '\pset tuples_only on', 'SET client_min_messages = error;',
	  'SET aqumv.rewrite_mode = force;', "SET $switch = $setting;";
	for my $sql (@{ $case->{setup} }, @{ $case->{steps} })
	{
		$n++;
		$add->($n, "\\echo \@$n");
		$add->($n, "$sql;");
		# from where? only counted
		$add->($n, "\\echo \@plan\nEXPLAIN (COSTS OFF) $sql;"), push @lines, $n if $setting eq 'on' && $sql =~ /^(?:SELECT|EXECUTE)/;
	}
	return ($text, \@lines);
}

# What came of each step, and how many were answered from views.
sub outcome
{
	my ($case, $setting) = @_;
	my ($text, $lines) = script($case, $setting);
	my ($out, $err, $timed_out) = ('', '');
	my (@outcome, %answered, %counted);
	my ($n, $plan) = (0, 0);

	$node->safe_psql('postgres', $clean);
	$node->psql('postgres', $text, stdout => \$out, stderr => \$err, on_error_stop => 0, timeout => 60, timed_out => \$timed_out);
	return undef if $timed_out || $err =~ /server closed the connection|connection to server was lost/;
	for (split /\n/, $out)
	{
		if (/^\@(\d+)$/) { ($n, $plan) = ($1, 0) }
		elsif (/^\@plan$/) { $plan = 1; $counted{$n} = 1 }
		elsif ($plan) { $answered{$n} = 1 if /Scan.* on mv_/ }
		else { push @{ $outcome[$n] }, $_ }
	}
	my @script = split /\n/, $text;
	while ($err =~ /^psql:<stdin>:(\d+): (?:ERROR|FATAL|PANIC):  (\w{5})/mg)
	{
		if ($script[ $1 - 1 ] =~ /^EXPLAIN/) { delete $counted{ $lines->[$1] }; next }
		push @{ $outcome[ $lines->[$1] ] }, "ERROR $2";
	}
	return ([ map { join ' ', sort @{ $_ // [] } } @outcome ], scalar keys %answered, scalar keys %counted);
}

# The first step that differs, as text, or undef.
sub difference
{
	my $case = shift;
	my @sql = (undef, @{ $case->{setup} }, @{ $case->{steps} });
	my ($off) = outcome($case, 'off');
	my ($on, $answered, $of) = outcome($case, 'on');

	return ('no end, or a crash') if !$off || !$on;
	for my $n (1 .. $#sql)
	{
		my ($is, $should) = map { $_->[$n] // '' } $on, $off;

		return ("$sql[$n]: \"$is\", should be \"$should\"") if $is ne $should;
	}
	return (undef, $answered, $of);
}

my ($cases, $failed, $answered, $of) = (0, 0, 0, 0);
my $end = time + $seconds;
note("seed $seed");
while (time < $end && $failed < 2)
{
	my $case = make_case($seed + $cases++);
	my ($problem, $views, $all) = difference($case);

	if (!defined $problem)
	{
		$answered += $views;
		$of += $all;
		next;
	}
	$failed++;
	fail("AQUMV_SEED=$case->{seed}: $problem");
	my $reduced = reduce($case, 60, sub { (difference(shift))[0] }, qw(steps setup));
	diag('reduced to ' . ((difference($reduced))[0] // 'nothing') . ", after\n\n", (script($reduced, 'on'))[0]);
}
note("$cases cases, $answered of $of plans over views");
ok(!$failed, "the same rows or the same error (seed $seed)");
cmp_ok($answered * 10, '>=', $of, 'a good share was answered from views');

$node->stop('immediate');
done_testing();
