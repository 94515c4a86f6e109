# Random tables, random materialized views over them, random queries; each is
# run with rewriting on and off, and the answers are compared.  Cases are made
# from a seed: AQUMV_SEED repeats a run (or, set to the seed that a failed case
# prints, runs that case first).  AQUMV_RANDOM_SECONDS (default 20) says for how
# long new cases are begun, AQUMV_RANDOM_FAILURES (default 3) after how many
# failed ones to stop.  A case that fails is reduced and printed as a script.
# AQUMV_RANDOM_MISSES, a pattern of shapes, prints their queries that should have
# been answered from a view and were not, with the reasons; it may be one of
# SQLSTATEs too, for queries that end so with rewriting or without.
#
# A matcher that declines everything would pass.  So most queries are derived
# from a view that should answer them, and it is counted how many read a view:
# of each shape, the share must not fall below its floor.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use RandomQueries;
use Test::More;
use Time::HiRes qw(time);

# Least percentage of the queries of a shape that are answered from a view, of
# those that are derived from one that can be used.  Raise them here.
my %floor = (
	(map { $_ => 90 } 'rows', 'rows, DISTINCT', 'rows, aggregated', 'rows, grouped', 'rows, grouping sets', 'rows, ordered', 'rows, windows'),
	(map { $_ => 80 } 'DISTINCT', 'LATERAL', 'blocks of two views', 'fewer keys', 'join, self', 'no grain', 'one row', 'one row, more',
		'scalar, correlated', 'whole rows'),
	(map { $_ => 75 } 'CREATE TABLE AS', 'CTE, materialized', 'CTE, recursive', 'DISTINCT ON', 'IN', 'INSERT', 'barrier view', 'join of blocks', 'no rows',
		'over a join', 'over a view', 'prepared, custom', 'scalar', 'subquery', 'view'),
	(map { $_ => 65 } 'COPY', 'CTE', 'CTE, twice', 'EXISTS, correlated', 'FILTER on keys', 'coarser buckets', 'expressions over keys',
		'fewer keys, filtered', 'filter on keys', 'join, rows', 'join, rows, aggregated', 'join, semi', 'over a subquery', 'plpgsql',
		'prepared, auto', 'ranges of buckets', 'same grain', 'same grain, ordered', 'subquery, aggregated', 'windows'),
	(map { $_ => 55 } 'EXISTS', 'INTERSECT, EXCEPT', 'SQL function', 'UNION', 'cursor', 'derived aggregates', 'grouping sets', 'no grain, filtered',
		'view over a view'),
	(map { $_ => 40 } 'aggregates of keys', 'join, groups', 'prepared, generic', 'writes in FROM'),
	(map { $_ => 20 } 'after a write', 'other buckets', 'ranges through buckets', 'writes of the table'),
	(map { $_ => 5 } 'modifying CTE', 'number buckets'),
);
my $queries = 80;				# in a case
my $enough = 30;				# queries of a shape, before its floor counts
my $together = 4;				# that one of a case's views answers or does not, about: they count as one query
my $seconds = $ENV{AQUMV_RANDOM_SECONDS} || 20;
my $misses = $ENV{AQUMV_RANDOM_MISSES};
my $failures = $ENV{AQUMV_RANDOM_FAILURES} || 3;
my $seed = $ENV{AQUMV_SEED} || int(time) % 1000000 * 1000;

# ICU collations need an encoding other than SQL_ASCII
my $node = new_node('answer_random', extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\nlog_statement = none\nlog_min_error_statement = panic\nlog_min_messages = fatal\nstatement_timeout = '20s'\nlock_timeout = '10s'\n");
$node->start;
my $icu = $node->safe_psql('postgres', q{SELECT count(*) > 0 FROM pg_collation WHERE collprovider = 'i'}) eq 't';
my $dir = PostgreSQL::Test::Utils::tempdir();

# how often this transaction has scanned each of the case's views
my $scans = q{PREPARE scans AS SELECT '#S ' || string_agg(pg_stat_get_xact_numscans(id)::text, ' ' ORDER BY id) FROM oracle.watch};
my $oracle = 'CREATE EXTENSION aqumv;
CREATE SCHEMA oracle;
CREATE TABLE oracle.watch (id oid);
CREATE ROLE reader;
GRANT USAGE ON SCHEMA oracle TO reader;
GRANT SELECT ON oracle.watch TO reader;
';
$oracle .= "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);\n" if $icu;
$node->safe_psql('postgres', $oracle);

# ---- scripts

# The case as a script.  If $bare, as one would write it; else it says where an
# answer begins (#B), how each statement ended (#E), and counts scans (#S).
sub script
{
	my ($case, $bare) = @_;
	my @lines = ('SET client_min_messages = error', 'CREATE SCHEMA s', 'SET search_path = s, public');
	my $n = 0;

	unshift @lines, 'DROP SCHEMA IF EXISTS s CASCADE' if !$bare;
	push @lines, @{ $case->{setup} };
	push @lines, $case->{insert} . join ', ', @{ $case->{rows} } if @{ $case->{rows} };
	push @lines, map { @{ $_->{sql} } } @{ $case->{views} };
	push @lines, 'TRUNCATE oracle.watch', q{INSERT INTO oracle.watch SELECT c.oid FROM pg_class c
	WHERE relnamespace = 's'::regnamespace AND (relkind = 'm' OR oid IN (SELECT indexrelid FROM pg_index JOIN pg_class m ON m.oid = indrelid WHERE m.relkind = 'm'))},
	  $scans, q{SELECT '#U ' || view FROM aqumv.views WHERE usable} if !$bare;
	for my $step (@{ $case->{steps} })
	{
		push @lines, $step->{kind} eq 'write' ? @{ $step->{statements} } : map { query_lines($case, $step, $n, $_, $bare) } qw(on off);
		$n++;
	}
	return join '', map { /^\\/ ? "$_\n" : "$_;\n" } @lines;
}

sub query_lines
{
	my ($case, $step, $n, $on, $bare) = @_;
	my @lines = ("BEGIN$case->{isolation}", "SET LOCAL $switch = $on");

	@lines = ("\\echo #B $n $on", @lines, 'EXECUTE scans') if !$bare;
	push @lines, map { ($_, $bare ? () : '\echo #E :SQLSTATE') } @{ $step->{statements} };
	push @lines, 'EXECUTE scans' if !$bare;
	push @lines, "SELECT DISTINCT '#R ' || coalesce(view::text, '') || ': ' || coalesce(reason, 'used') FROM aqumv.explain_rewrite(\$q\$$step->{statements}[-1]\$q\$)"
	  if $misses && !$bare && $on eq 'on' && $step->{expected} && $step->{shape} =~ /^(?:$misses)$/;
	return (@lines, 'ROLLBACK', @{ $step->{after} // [] });
}

# ---- comparing answers

# an interval in microseconds, as its comparison sees it
sub interval_value
{
	my $text = shift;
	my ($months, $days, $seconds) = (0, 0, 0);

	$months += $1 * 12 if $text =~ /(-?\d+) years?/;
	$months += $1 if $text =~ /(-?\d+) mons?/;
	$days = $1 if $text =~ /(-?\d+) days?/;
	$seconds = ($1 eq '-' ? -1 : 1) * ($2 * 3600 + $3 * 60 + $4) if $text =~ /([-+]?)(\d+):(\d+):([\d.]+)/;
	return (($months * 30 + $days) * 86400 + $seconds) . '';
}

# a value as it is to be compared, but for floats
sub canonical
{
	my ($mode, $text) = @_;

	return $text if $mode eq 'exact' || $text eq '~';
	return lc $text if $mode eq 'ci';
	return interval_value($text) if $mode eq 'ival';
	# num and json
	$text =~ s/(\d\.\d*?)0+(?!\d)/$1/g;
	$text =~ s/(\d)\.(?!\d)/$1/g;
	return $text eq '-0' ? '0' : $text;
}

sub near
{
	my ($a, $b) = @_;

	return 1 if $a eq $b;
	return 0 if grep { !/^-?[\d.]+(?:e[-+]?\d+)?$/ } $a, $b;
	return abs($a - $b) <= 1e-6 + 1e-9 * (abs($a) > abs($b) ? abs($a) : abs($b));
}

# rows as [what must be the same, [numbers that must be near]], sorted
sub bag
{
	my ($modes, @rows) = @_;
	my @bag;

	for my $row (@rows)
	{
		my @fields = split /\x01/, $row, -1;
		my (@same, @near);

		for my $i (0 .. $#fields)
		{
			my $mode = $modes->[$i] // 'exact';
			if ($mode eq 'near') { push @near, $fields[$i] }
			else { push @same, canonical($mode, $fields[$i]) }
		}
		push @bag, [ join("\x01", @same), \@near ];
	}
	return sort {
		my $order = $a->[0] cmp $b->[0];
		for my $i (0 .. $#{ $a->[1] })
		{
			last if $order;
			$order = place($a->[1][$i]) <=> place($b->[1][$i]);
		}
		$order
	} @bag;
}

# where a float, NaN or NULL stands in an order
sub place
{
	my $text = shift;
	my %place = ('NaN' => 3e300, Infinity => 2e300, -Infinity => -2e300, '~' => -3e300);

	return $place{$text} // $text;
}

sub shown { my @rows = @_; return join '; ', map { s/\x01/|/gr } @rows > 12 ? (@rows[ 0 .. 11 ], '...') : @rows }

# What is wrong about a step's answers, or undef.  An answer is {rows, codes,
# scans}.
sub difference
{
	my ($step, $on, $off) = @_;
	my ($on_codes, $off_codes) = map { join ' ', @{ $_->{codes} // ['lost'] } } $on, $off;

	# where core evaluates what nobody needs, the rewritten query need not
	return undef if ($step->{shape} // '') eq 'not evaluated' && $off_codes =~ /22/ && $on_codes !~ /22/;
	return "ended with $on_codes, should be $off_codes" if $on_codes ne $off_codes;
	return 'lost' if $on_codes =~ /lost|57P|08|XX/;
	return undef if $off_codes =~ /[1-9A-Z]/;

	my @rows = map { $_->{rows} // [] } $on, $off;
	return undef if join("\n", @{ $rows[0] }) eq join("\n", @{ $rows[1] });

	my $difference = shown(sort @{ $rows[0] }) . ' should be ' . shown(sort @{ $rows[1] });
	return $difference if @{ $rows[0] } != @{ $rows[1] };
	my @bags = map { [ bag($step->{modes}, @$_) ] } @rows;
	for my $i (0 .. $#{ $bags[0] })
	{
		my ($a, $b) = ($bags[0][$i], $bags[1][$i]);

		return $difference if $a->[0] ne $b->[0];
		return $difference if grep { !near($a->[1][$_], $b->[1][$_]) } 0 .. $#{ $a->[1] };
	}
	# what is ordered is ordered alike
	my @places = grep { $_->[1] ne 'near' } @{ $step->{order} // [] };
	my @orders = map { join "\n", map { my @f = split /\x01/, $_, -1; join "\x01", map { canonical($_->[1], $f[ $_->[0] - 1 ] // '') } @places } @$_ } @rows;
	return "order: $difference" if $orders[0] ne $orders[1] && ($step->{order}[0][1] // 'near') ne 'near' && @places == @{ $step->{order} };
	return undef;
}

# ---- running cases

# Run a case: the answers by step, {on, off}, and the names of the views that
# could be used at the beginning.
sub run_case
{
	my $case = shift;
	my ($answer, @answers, %usable);

	open my $file, '>', "$dir/case.sql" or die;
	print $file script($case);
	close $file;
	IPC::Run::run([ 'psql', '-XAtq', '-F', "\x01", '-P', 'null=~', '-v', 'VERBOSITY=sqlstate', '-d', $node->connstr('postgres'), '-f', "$dir/case.sql" ],
		'<', '/dev/null', '>', "$dir/case.out", '2>', "$dir/case.err");
	open $file, '<', "$dir/case.out" or die;
	while (my $line = <$file>)
	{
		chomp $line;
		if ($line =~ /^#B (\d+) (on|off)$/) { $answer = $answers[$1]{$2} = { rows => [] } }
		elsif ($line =~ /^#U (\w+)$/) { $usable{$1} = 1 }
		elsif (!$answer) { }
		elsif ($line =~ /^#S ([\d ]+)$/) { push @{ $answer->{scans} }, [ split / /, $1 ] }
		elsif ($line =~ /^#R (.*)/) { push @{ $answer->{reasons} }, $1 }
		elsif ($line =~ /^#E (\w+)$/) { push @{ $answer->{codes} }, $1 }
		else { push @{ $answer->{rows} }, $line }
	}
	return (\@answers, \%usable);
}

# Does one answer read a view that the other does not?  (Views can be what is
# asked for, too.)
sub reads_more
{
	my @scans = map { my ($before, $after) = @{ $_->{scans} // [] }; $after ? [ map { $after->[$_] - $before->[$_] } 0 .. $#$after ] : [] } @_;

	return scalar grep { $scans[0][$_] > ($scans[1][$_] // 0) } 0 .. $#{ $scans[0] };
}

# the first problem of a case, as [step, text]
sub first_problem
{
	my ($case, $answers) = @_;

	for my $n (grep { $case->{steps}[$_]{kind} eq 'query' } 0 .. $#{ $case->{steps} })
	{
		my $answer = $answers->[$n];
		my $difference = $answer && $answer->{off} ? difference($case->{steps}[$n], $answer->{on}, $answer->{off}) : 'connection lost';
		return [ $n, $difference ] if $difference;
	}
	return undef;
}

# The case without what its problem does not need; the step itself stays.
sub reduced
{
	my ($case, $problem) = @_;
	my ($query, @before) = reverse @{ $case->{steps} }[ 0 .. $problem->[0] ];
	my $whole = sub { my $part = shift; return { %$part, steps => [ @{ $part->{steps} }, $query ] } };
	my $fails = sub {
		my $answer = (run_case($whole->(shift)))[0]->[-1];
		return $answer && $answer->{off} && difference($query, $answer->{on}, $answer->{off});
	};

	return $whole->(reduce({ %$case, steps => [ reverse @before ] }, 30, $fails, qw(steps views rows)));
}

my (%ran, %failing, %codes, %expected, %answered);
my ($cases, $views, $usable_views, $total, $answered, $failed) = (0) x 6;
my $start = time;
note("seed $seed");
while (time < $start + $seconds && $failed < $failures)
{
	my $case = make_case($seed + $cases++, $icu, $queries);
	my ($answers, $usable) = run_case($case);
	my $problem = first_problem($case, $answers);

	$views += @{ $case->{views} };
	$usable_views += keys %$usable;
	for my $n (0 .. $#{ $case->{steps} })
	{
		my $step = $case->{steps}[$n];
		my ($on, $off) = @{ $answers->[$n] // {} }{qw(on off)};
		my $shape = $step->{shape};

		next if $step->{kind} ne 'query' || !$off;
		my $hit = reads_more($on, $off);
		$total++;
		$ran{$shape}++;
		my ($code) = grep { !/^0+$/ } @{ $off->{codes} // [] };
		$failing{$shape}++ if $code;
		if ($code)
		{
			note("AQUMV_SEED=$case->{seed}, $code from $shape: " . join('; ', @{ $step->{statements} })) if !$codes{$code} || $misses && $code =~ /^(?:$misses)$/;
			$codes{$code}++;
		}
		my $expected = $step->{expected} && $usable->{ $step->{view} };
		$expected{$shape}++ if $expected;
		$answered{$shape}++ if $expected && $hit;
		$answered++ if $hit;
		note("AQUMV_SEED=$case->{seed}, no view answers $shape: " . join("; ", @{ $step->{statements} }) . ";\n$step->{definition}\n" . join("\n", @{ $on->{reasons} // [] }) . "\n")
		  if $misses && $expected && !$hit && $shape =~ /^(?:$misses)$/;
	}
	next if !$problem;
	$failed++;
	fail("AQUMV_SEED=$case->{seed}: $case->{steps}[ $problem->[0] ]{shape}: $problem->[1]");
	diag(($failed == 1 ? $oracle : '') . script(reduced($case, $problem), 1));
	last if $problem->[1] =~ /lost/;
}
note(sprintf '%d cases, %d queries in %d seconds, %d answered from views', $cases, $total, time - $start, $answered);
cmp_ok($usable_views, '>=', 0.7 * $views, "$usable_views of $views views can be used");
note('errors, with rewriting and without: ' . join ', ', map { "$_ $codes{$_}" } sort keys %codes);
ok(!$failed, "answers are the same with and without views (seed $seed)");
note(sprintf '%-28s %8s %8s %8s %8s %6s', 'shape', 'queries', 'errors', 'expected', 'answered', '%');
for my $shape (sort keys %ran)
{
	my ($n, $of) = map { $_ // 0 } $answered{$shape}, $expected{$shape};
	my $share = $of ? 100 * $n / $of : 0;

	note(sprintf '%-28s %8d %8d %8d %8d %6.1f', $shape, $ran{$shape}, $failing{$shape} // 0, $of, $n, $share);
	next if $of < $enough;
	# chance may take two standard deviations from a floor
	my $least = $floor{$shape} // 0;
	$least -= 2 * sqrt($least * (100 - $least) * $together / $of);
	cmp_ok($share, '>=', $least, "$shape: $n of $of answered from views");
}

$node->stop('immediate');
done_testing();
