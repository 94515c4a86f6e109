# Random queries over the tables and views of RandomTables.pm, which these views
# should answer, or must not; and cases of them, for answer_random.pl.
#
# A query is a block (RandomBlocks.pm); something may be put around it (a
# context, or a join), and it is executed in some way (a statement).
package RandomQueries;

use strict;
use warnings;
use Exporter 'import';
use RandomBlocks;
use RandomTables;

our @EXPORT = qw(make_case);

# ---- around blocks: what gives {before, sql, modes, ordered}

# the outputs of a block as items of a subquery
sub outputs { my ($b, $alias) = @_; my $n = 0; return map { $n++; +{ %$_, sql => "$alias.o$n" } } @{ $b->{outs} } }
sub modes { my $b = shift; return map { $_->{mode} } @{ $b->{outs} } }
sub plain { my $b = shift; return { sql => render($b), modes => [ modes($b) ], order => order_of($b) } }

# the outputs that a block is ordered by, and how they are compared; undef if it
# is ordered by something else too
sub order_of
{
	my $b = shift;
	my @modes = loosened($b);

	return undef if !$b->{order} || grep { $_->[0] !~ /^\d+$/ } @{ $b->{order} };
	return [ map { [ $_->[0], $modes[ $_->[0] - 1 ] ] } @{ $b->{order} } ];
}

# a condition on outputs; those of floats are not compared with anything
sub filter
{
	my ($b, $alias) = @_;
	my $item = pick(grep { $_->{mode} ne 'near' && $_->{sql} && $_->{tag} } outputs($b, $alias));

	return $item && chance(0.5) ? ' WHERE ' . condition($item) : '';
}

# the block, with another condition: of the same columns
sub sibling
{
	my ($b, $v) = @_;
	my $item = pick(@{ $v->{items} // [] });

	return { %$b, where => [ @{ $b->{where} }, $item ? condition($item) : 'true' ] };
}

sub around { my ($b, $before, $after, @more) = @_; return { sql => $before . render($b) . $after, modes => [ modes($b), @more ] } }

# modes of what set operations and DISTINCT make of it
sub loosened { my $b = shift; return map { $loose{ $_->{tag} } // $_->{mode} } @{ $b->{outs} } }

# a condition that ties a block to an outer row of dim; undef without a key for it
sub correlation
{
	my $v = shift;
	my $key = pick(grep { $_->{tag} eq 'int' } @{ $v->{items} // [] }) // return undef;

	return put('? = dim.id', $key->{sql});
}

# keys of groups, of which each comes as often as it has rows: for those who do not
# count
sub ungrouped
{
	my $v = shift;
	my @keys = @{ $v->{items} };
	my $b = block($v, outs => [ map { key_out($_) } some(1 + int rand 2, @keys) ]);

	return undef if !@keys || has_near($b);
	push @{ $b->{where} }, condition_of(@keys) if chance(0.3);
	$b = windows($b) // return undef if chance(0.25);
	return $b;
}

sub correlated
{
	my ($v, $scalar) = @_;
	my $condition = correlation($v) // return undef;
	my $b = $v->{kind} eq 'groups' ? answerable($v, 'no grain') : answerable($v, $scalar ? 'rows, aggregated' : pick('rows', 'rows, aggregated', 'rows, grouped'));

	return undef if !$b || has_near($b);
	$b->{outs} = [ pick(@{ $b->{outs} }) ] if $scalar;
	push @{ $b->{where} }, $condition;
	return $b;
}

my %context = (
	'subquery' => sub { my ($v, $b) = @_; return around($b, 'SELECT * FROM (', ') AS q' . filter($b, 'q')) },
	'subquery, aggregated' => sub {
		my ($v, $b) = @_;
		my @aggregates = map { $_->{mode} eq 'near' || !$_->{tag} || $_->{tag} eq 'flt' ? () : random_aggregate($_) } outputs($b, 'q');
		@aggregates = grep { $_->{mode} eq 'exact' } @aggregates;
		return { sql => 'SELECT count(*)' . join('', map { ", $_->{sql}" } @aggregates) . ' FROM (' . render($b) . ') AS q' . filter($b, 'q'),
			# 2.5 and 2.50 may stand for a group, and then so do their sums
			modes => [ 'exact', map { $_->{arg} && $_->{arg}{mode} eq 'num' && $_->{kind} =~ /^(?:sum2?|avg|var)$/ ? 'num' : 'exact' } @aggregates ] };
	},
	'over a subquery' => sub {
		my ($v, $b) = @_;
		my $name = $v->{of}{name};
		return undef if $b->{from} ne "$name AS t";
		my @where = @{ $b->{where} };
		$b->{from} = chance(0.5) ? "(SELECT * FROM $name AS t" . (@where ? ' WHERE ' . join(' AND ', map { "($_)" } splice @where, 0, 1) : '') . ') AS t'
		  : "(SELECT t.*, 1 AS one FROM (SELECT * FROM $name) AS t) AS t";
		$b->{where} = \@where;
		return plain($b);
	},
	'over a join' => sub {
		my ($v, $b) = @_;
		my $key = correlation($v) // return undef;
		return undef if $b->{from} ne "$v->{of}{name} AS t";
		$b->{from} = "(SELECT t.* FROM $v->{of}{name} AS t " . pick('JOIN', 'LEFT JOIN') . " dim ON $key) AS t";
		return plain($b);
	},
	'CTE' => sub { my ($v, $b) = @_; return around($b, 'WITH q AS (', ') SELECT * FROM q' . filter($b, 'q')) },
	'CTE, materialized' => sub { my ($v, $b) = @_; return around($b, 'WITH q AS MATERIALIZED (', ') SELECT * FROM q' . filter($b, 'q')) },
	'CTE, twice' => sub {
		my ($v, $b) = @_;
		return around($b, 'WITH q AS (', ') ' . pick('SELECT * FROM q UNION ALL SELECT * FROM q' . filter($b, 'q'), 'SELECT q.* FROM q, (SELECT count(*) AS c FROM q) AS r' . filter($b, 'q')));
	},
	'CTE, recursive' => sub {
		my ($v, $b) = @_;
		return around($b, 'WITH RECURSIVE r AS (SELECT x.*, 0 AS step FROM (', ') AS x UNION ALL SELECT ' . join(', ', map { $_->{sql} } outputs($b, 'r'))
			. ', step + 1 FROM r WHERE step < 2) SELECT * FROM r', 'exact')
		  if chance(0.5);
		return around($b, 'WITH RECURSIVE r AS (SELECT 1 AS step UNION ALL SELECT step + 1 FROM r WHERE step < 3), q AS (', ') SELECT q.*, r.step FROM r, q', 'exact');
	},
	'UNION' => sub {
		my ($v, $b) = @_;
		my $all = pick('ALL ', '');
		return { sql => '(' . render($b) . ") UNION $all(" . render(sibling($b, $v)) . ')', modes => [ $all ? modes($b) : loosened($b) ] };
	},
	'INTERSECT, EXCEPT' => sub {
		my ($v, $b) = @_;
		return { sql => '(' . render($b) . ') ' . pick('INTERSECT', 'EXCEPT') . pick('', ' ALL') . ' (' . render(sibling($b, $v)) . ')', modes => [ loosened($b) ] };
	},
	'EXISTS' => sub {
		my ($v, $b) = @_;
		return { sql => 'SELECT dim.id, ' . pick('', 'NOT ') . 'EXISTS (' . render($b) . ') FROM dim', modes => [] } if chance(0.5);
		return { sql => 'SELECT dim.id FROM dim WHERE EXISTS (' . render($b) . ')', modes => [] };
	},
	'IN' => sub {
		my ($v, $b) = @_;
		my @places = grep { $b->{outs}[$_]{tag} eq 'int' && $b->{outs}[$_]{sql} ne '1' } 0 .. $#{ $b->{outs} };
		return undef if !@places || ($b->{distinct} // '') =~ /ON/;
		$b->{outs} = [ $b->{outs}[ pick(@places) ] ];
		delete @$b{qw(order limit)};
		my $sql = render($b);
		return { sql => 'SELECT dim.* FROM dim WHERE ' . pick("dim.id IN ($sql)", "dim.id NOT IN ($sql)", "dim.id > ALL ($sql)", "dim.id < ANY ($sql)", "dim.id = ANY (ARRAY($sql))"), modes => [] };
	},
	'scalar' => sub {
		my ($v) = @_;
		my $b = answerable($v, $v->{kind} eq 'groups' ? 'no grain' : $v->{kind} eq 'one' ? 'one row' : 'rows, aggregated');
		return undef if !$b || has_near($b);
		$b->{outs} = [ pick(@{ $b->{outs} }) ];
		return { sql => 'SELECT dim.id, (' . render($b) . ') AS o1 FROM dim', modes => [ 'exact', modes($b) ] };
	},
	'scalar, correlated' => sub {
		my ($v) = @_;
		my $b = correlated($v, 1) // return undef;
		return { sql => 'SELECT dim.id, (' . render($b) . ') AS o1 FROM dim', modes => [ 'exact', modes($b) ] };
	},
	'EXISTS, correlated' => sub {
		my ($v) = @_;
		my $condition = correlation($v) // return undef;
		my $b = ($v->{kind} eq 'groups' && chance(0.5) ? ungrouped($v) : easy($v)) // return undef;
		push @{ $b->{where} }, $condition;
		return { sql => 'SELECT dim.* FROM dim WHERE ' . pick('', 'NOT ') . 'EXISTS (' . render($b) . ')', modes => [] };
	},
	'LATERAL' => sub {
		my ($v) = @_;
		my $b = correlated($v) // return undef;
		return { sql => 'SELECT dim.id, q.* FROM dim ' . pick('CROSS JOIN LATERAL (' . render($b) . ') AS q', 'LEFT JOIN LATERAL (' . render($b) . ') AS q ON dim.id > 1'), modes => [ 'exact', modes($b) ] };
	},
	'view' => sub { my ($v, $b) = @_; return { before => [ 'CREATE TEMP VIEW vq AS ' . render($b) ], sql => 'SELECT * FROM vq' . filter($b, 'vq'), modes => [ modes($b) ] } },
	'barrier view' => sub { my ($v, $b) = @_; return { before => [ 'CREATE TEMP VIEW vq WITH (' . pick('security_barrier', 'security_barrier',
		'security_invoker') . ') AS ' . render($b) ], sql => 'SELECT * FROM vq' . filter($b, 'vq'), modes => [ modes($b) ] } },
	'over a view' => sub {
		my ($v, $b) = @_;
		my $name = $v->{of}{name};
		return undef if $b->{from} ne "$name AS t";
		$b->{from} = 'vq AS t';
		return { before => ["CREATE TEMP VIEW vq AS SELECT * FROM $name"], %{ plain($b) } };
	},
	'blocks of two views' => sub {
		my ($v, $b, $case) = @_;
		my $other = easy(pick(@{ $case->{views} })) // return undef;
		my $n = @{ $other->{outs} };
		return { sql => 'SELECT q1.*, q2.* FROM (' . render($b) . ' LIMIT 3) AS q1, (' . render($other) . ') AS q2', modes => [ modes($b), modes($other) ] }
		  if !$b->{order} && $v->{kind} eq 'one';
		return { sql => 'SELECT q1.*, (SELECT count(*) FROM (' . render($other) . ') AS q2) FROM (' . render($b) . ') AS q1', modes => [ modes($b) ] };
	},
	'whole rows' => sub {
		my ($v, $b) = @_;
		return undef if grep { $_->{mode} ne 'exact' } @{ $b->{outs} };
		return { sql => pick('SELECT q FROM (', 'SELECT to_json(q) FROM (', 'SELECT q.*::text FROM (', 'SELECT (q).o1, q IS NULL FROM (') . render($b) . ') AS q', modes => [] };
	},
	# what core throws away unplanned must not be evaluated by us
	'not evaluated' => sub {
		my ($v, $b) = @_;
		my $n = @{ $b->{outs} };
		my $error = out(pick('1 / 0', 'sqrt(-1)', q{''::int}, '(SELECT 1 / 0)', 'CASE WHEN 1 / 0 > 1 THEN 2 END'), 'int');
		my $kind = pick('EXISTS', 'unused', 'CASE', 'WHERE');
		my $with = { %$b, outs => [ @{ $b->{outs} }, $error ] };
		return undef if $b->{distinct} || $b->{order};
		return { sql => 'SELECT dim.id FROM dim WHERE ' . pick('', 'NOT ') . 'EXISTS (' . render({ %$b, outs => [$error] }) . ')', modes => [] } if $kind eq 'EXISTS' && $b->{group};
		return { sql => 'SELECT ' . join(', ', map { "q.o$_" } 1 .. $n) . ' FROM (' . render($with) . ') AS q', modes => [ modes($b) ] } if $kind eq 'unused';
		return { sql => 'SELECT dim.id, CASE WHEN ' . pick('false', 'dim.id IS NULL', '1 = 2') . ' THEN (SELECT max(q.o' . ($n + 1) . ') FROM ('
			. render($with) . ') AS q) ELSE 5 END FROM dim', modes => [] }
		  if $kind eq 'CASE' && $error->{sql} !~ /sqrt/;
		return plain({ %$b, where => [ @{ $b->{where} }, pick('false', 'true OR 1 / 0 = 1', "CASE WHEN true THEN true ELSE $error->{sql} = 1 END") ] });
	},
	# of empty groups too: NULL, not 0
	'constants aggregated' => sub {
		my ($v) = @_;
		my $b = answerable($v, $v->{kind} eq 'groups' ? pick('same grain', 'fewer keys', 'no grain') : $v->{kind} eq 'one' ? 'one row' : pick('rows, aggregated', 'rows, grouped'));
		return undef if !$b || has_near($b) || $b->{order};
		push @{ $b->{where} }, condition(pick(@{ $v->{items} })) if $v->{items} && @{ $v->{items} } && chance(0.5);
		push @{ $b->{outs} }, map { out($_, 'big') } some(1 + int rand 3, 'sum(1)', 'avg(5)', 'count(7)', 'count(NULL::int)', 'max(2)', 'min(3.50)', 'sum(NULL::int)',
			'sum(2.50)', "max('x'::text)", 'bool_and(true)', 'sum(-1) FILTER (WHERE false)', 'count(DISTINCT 1)', 'sum(DISTINCT 4)', 'stddev(1)', 'sum(1) + count(*)');
		return plain($b);
	},
	'deep expressions' => sub {
		my ($v, $b) = @_;
		my $key = pick(grep { $_->{tag} eq 'int' } @{ $v->{items} // [] }) // return undef;
		my $of = $v->{kind} eq 'groups' ? answerable($v, pick('same grain', 'no grain')) : answerable($v, 'rows, aggregated');
		return undef if !$of || has_near($of);
		push @{ $of->{where} }, deep($key->{sql}) . pick(' > 0', ' IS NOT NULL', ' IN (0, 1, 5)');
		push @{ $of->{outs} }, out('max(' . deep($key->{sql}) . ')', 'int') if chance(0.5);
		return plain($of);
	},
	'join of blocks' => sub {
		my ($v, $b) = @_;
		my ($one) = grep { $_->{mode} eq 'exact' } outputs($b, 'q1');
		return undef if !$one;
		(my $other = $one->{sql}) =~ s/q1/q2/;
		return { sql => 'SELECT q1.*, q2.* FROM (' . render($b) . ') AS q1 ' . pick('JOIN', 'LEFT JOIN', 'FULL JOIN') . ' (' . render(sibling($b, $v))
			. ") AS q2 ON $one->{sql} = $other", modes => [ modes($b), modes($b) ] };
	},
);

# an expression of many levels that is as good as the one inside
sub deep
{
	my $sql = shift;

	for (1 .. 10 + int rand 50)
	{
		$sql = pick("abs($sql)", "coalesce($sql, 7)", "(- $sql)", "nullif($sql, 1)", "greatest($sql, 0)", "($sql)::int", "(CASE WHEN $sql > 2 THEN 3 END)",
			"(($sql) IN (1, 2, 3))::int", "(($sql) IS NULL)::int", "(NOT ($sql) = 4)::int");
		return $sql if length $sql > 4000;
	}
	return $sql;
}

# one more level around a query
sub nested
{
	my $q = shift;

	return { %$q, order => undef, sql => "SELECT * FROM ($q->{sql}) AS w" } if chance(0.4);
	return { %$q, order => undef, sql => "WITH w AS ($q->{sql}) TABLE w" } if chance(0.5);
	return { %$q, order => undef, modes => [], sql => "SELECT dim.id, (SELECT count(*) FROM ($q->{sql}) AS w) FROM dim" };
}

# ---- joins: the table of a view with dim, or with itself

my @dim = ({ sql => 'dim.id', tag => 'int' }, { sql => 'dim.k', tag => 'int' }, { sql => 'dim.name', tag => 'text' }, { sql => 'dim.num', tag => 'num' });

sub joined
{
	my ($b, $kind) = @_;
	my $name = $b->{of}{name};
	my $on = shift @{ $b->{on} };

	# the table under a simple subquery, with the view's condition or above it
	if (chance(0.15))
	{
		my $where = @{ $b->{where} } && chance(0.5) ? ' WHERE (' . shift(@{ $b->{where} }) . ')' : '';
		$name = "(SELECT * FROM $name AS t$where)" if $where !~ /\bdim\b/;
	}

	# columns that both have are one column then
	if ($kind =~ /^using(.*)/)
	{
		$b->{from} = "$name AS t$1 JOIN dim USING (k)";
		$b->{from} = "dim$1 JOIN $name AS t USING (k)" if chance(0.5);
		if ($b->{group}) { $b->{group} .= ', k'; push @{ $b->{keys} }, { sql => 'k', tag => 'int' } }
		push @{ $b->{outs} }, out('k', 'int') if $b->{group} || !grep { $_->{sql} =~ /\b(?:count|sum|min|max|avg)\(/ } @{ $b->{outs} };
		return $b;
	}
	$b->{from} = $kind eq 'comma' ? "$name AS t, dim" : $kind eq 'comma, reversed' ? "dim, $name AS t"
	  : $kind eq 'right' ? "dim RIGHT JOIN $name AS t ON $on" : $kind eq 'left to it' ? "dim LEFT JOIN $name AS t ON $on"
	  : $kind eq 'left' ? "$name AS t LEFT JOIN dim ON $on" : $kind eq 'full' ? "$name AS t FULL JOIN dim ON $on" : $kind eq 'cross' ? "$name AS t CROSS JOIN dim"
	  : $kind eq 'inner, reversed' ? "dim JOIN $name AS t ON $on" : "$name AS t JOIN dim ON $on";
	push @{ $b->{where} }, $on if $kind =~ /^comma/;
	if ($kind !~ /^comma/ && chance(0.25))
	{
		my ($key) = $on =~ /\b(t\.\w+)/;
		$key //= 'dim.id';
		$b->{from} .= pick(' JOIN', ' LEFT JOIN', ' LEFT JOIN', ' RIGHT JOIN', ' FULL JOIN') . ' dim AS d3 ON d3.' . pick('id', 'k') . ' = ' . pick('dim.k', $key, $key);
		push @{ $b->{where} }, condition({ sql => 'd3.id', tag => 'int' }) if chance(0.3);
	}
	push @{ $b->{where} }, condition(pick(@dim)) if chance(0.15);
	return $b;
}

# how a key is joined with dim: to one row, or to several
sub on { my $key = shift; return put(pick(('? = dim.id') x 4, '? = dim.k', '? > dim.id', '? = dim.id + 1', '(? = dim.id OR dim.k IS NULL)', '? IS NOT DISTINCT FROM dim.k'), $key->{sql}) }


my @join_kinds = ('comma', 'comma, reversed', 'right', 'left to it', 'left', 'full', 'cross', 'inner', 'inner', 'inner, reversed');

sub join_kind
{
	my $v = shift;

	return pick('using', 'using', 'using LEFT', 'using RIGHT', 'using FULL') if chance(0.15) && !$v->{of}{view};
	return pick(@join_kinds);
}

my %join = (
	'join, whole row' => sub {
		my $v = shift;
		my $b = block($v);
		my $key = pick(grep { $_->{tag} eq 'int' } @{ $v->{items} // [] }) // return undef;
		my $on = join ' AND ', map { "($_)" } on($key), @{ $b->{where} };
		return { %$b, where => [], from => "($v->{of}{name} AS t JOIN dim ON $on) AS jj", outs => [ pick(out('jj', 'text'), out('count(jj)', 'big'), out('jj.name', 'text')) ] };
	},
	'join, rows' => sub {
		my $v = shift;
		return undef if $v->{kind} ne 'rows';
		my $b = of_rows($v, 0);
		my $key = pick(grep { $_->{tag} eq 'int' } @{ $v->{items} }) // return undef;
		$b->{on} = [ on($key) . (chance(0.2) ? ' AND ' . condition(pick(@{ $v->{items} })) : '') ];
		push @{ $b->{outs} }, map { out(@$_{qw(sql tag)}) } map { over($_, 0.6) } some(1 + int rand 2, @dim);
		if (chance(0.15))
		{
			$b->{distinct} = 'DISTINCT ';
			$_->{mode} = $loose{ $_->{tag} } // $_->{mode} for @{ $b->{outs} };
		}
		return joined($b, join_kind($v));
	},
	'join, rows, aggregated' => sub {
		my $v = shift;
		return undef if $v->{kind} ne 'rows';
		my $key = pick(grep { $_->{tag} eq 'int' } @{ $v->{items} }) // return undef;
		my $b = of_rows($v, 1, chance(0.5) ? pick(@{ $v->{items} }) : (), over(pick(@dim), 0.6));
		push @{ $b->{outs} }, map { aggregate_out(random_aggregate(over($_, 0.7))) } some(int rand 3, @dim);
		$b->{on} = [ on($key) . (chance(0.2) ? ' AND ' . condition(pick(@{ $v->{items} })) : '') ];
		return joined($b, join_kind($v));
	},
	'join, groups' => sub {
		my $v = shift;
		return undef if $v->{kind} ne 'groups';
		my @keys = @{ $v->{items} };
		my $key = pick(grep { $_->{tag} eq 'int' } @keys) // return undef;
		my $b = grouped($v, 1, distinct_items(some(int rand 2, @keys), chance(0.8) ? over(pick(@dim), 0.6) : ()));
		push @{ $b->{outs} }, map { aggregate_out(chance(0.8) ? pick(key_aggregates($_)) : random_aggregate($_)) } map { over($_, 0.7) } some(int rand 3, @dim) if chance(0.6);
		# as of the table, but of dim: of columns with the same numbers
		push @{ $b->{outs} }, map { my $out = aggregate_out($_); $out->{sql} =~ s/\bt\.id\b/dim.id/g; $out->{sql} =~ s/\bt\.k\b/dim.k/g; $out } some(1, offered($v, 1)) if chance(0.4);
		if (chance(0.15))
		{
			$b = block($v, distinct => 'DISTINCT ', outs => [ map { key_out($_) } some(1, @keys), some(1, @dim) ]);
			return undef if has_near($b);
		}
		$b->{on} = [ on($key) . (chance(0.15) ? ' AND ' . condition(pick(@keys)) : '') ];
		push @{ $b->{where} }, condition(pick(@keys)) if chance(0.3);
		push @{ $b->{where} }, condition(over(pick(@dim), 0.8)) if chance(0.3);
		return joined($b, join_kind($v));
	},
	'join, semi' => sub {
		my $v = shift;
		my $key = pick(grep { $_->{tag} eq 'int' } @{ $v->{items} // [] }) // return undef;
		my $b = easy($v) // return undef;
		my $inner = easy($v);
		my ($n) = $inner && grep { $inner->{outs}[ $_ - 1 ]{tag} eq 'int' } 1 .. @{ $inner->{outs} };
		if ($n && chance(0.35))
		{
			my $sql = render($inner);
			push @{ $b->{where} }, put(pick("? IN (SELECT q.o$n FROM ($sql) AS q)", "? NOT IN (SELECT q.o$n FROM ($sql) AS q WHERE q.o$n IS NOT NULL)", "? > (SELECT min(q.o$n) FROM ($sql) AS q)",
				"EXISTS (SELECT FROM ($sql) AS q WHERE q.o$n = ?)"), $key->{sql});
			return $b;
		}
		push @{ $b->{where} }, put(pick('EXISTS (SELECT 1 FROM dim WHERE dim.id = ? AND dim.k = 1)', 'NOT EXISTS (SELECT 1 FROM dim WHERE dim.id = ?)',
			'? IN (SELECT dim.id FROM dim)', '? NOT IN (SELECT dim.id FROM dim WHERE dim.k = 0)'), $key->{sql});
		return $b;
	},
	'join, self' => sub {
		my $v = shift;
		my $key = pick(grep { $_->{tag} eq 'int' && $_->{sql} =~ /^t\.\w+$/ } @{ $v->{items} // [] }) // return undef;
		return self_joined_groups($v, $key) if $v->{kind} eq 'groups';
		my $b = chance(0.5) ? of_rows($v, 0) : of_rows($v, 1, some(1, @{ $v->{items} }));
		(my $other = $key->{sql}) =~ s/^t\./t2./;
		$b->{from} .= pick(' JOIN ', ' LEFT JOIN ') . "$v->{of}{name} AS t2 ON $key->{sql} = $other";
		push @{ $b->{outs} }, out("count($other)", 'big') if $b->{group};
		push @{ $b->{outs} }, out($other, 'int') if !$b->{group} && !grep { $_->{sql} =~ /\b(?:count|sum|min|max)\(/ } @{ $b->{outs} };
		return $b;
	},
);

sub self_joined_groups
{
	my ($v, $key) = @_;
	my $b = grouped($v, 1, some(int rand 3, @{ $v->{items} }));
	my $other = sub { my $sql = shift; $sql =~ s/\bt\./t2./g; return $sql };

	push @{ $b->{outs} }, map { aggregate_out({ %$_, sql => $other->($_->{sql}) }) } some(1 + int rand 2, offered($v, 1), key_aggregates($key));
	push @{ $b->{where} }, map { $other->($_) } @{ $b->{where} } if chance(0.7);
	$b->{from} .= pick(' JOIN ', ' LEFT JOIN ') . "$v->{of}{name} AS t2 ON $key->{sql} = " . $other->($key->{sql});
	return $b;
}

my %joins = (rows => [ 'join, whole row', 'join, rows', 'join, rows', 'join, rows, aggregated', 'join, rows, aggregated', 'join, self', 'join, semi' ], one => ['join, semi'],
	groups => [ ('join, groups') x 4, 'join, semi', 'join, self' ]);

# ---- statements: what is executed, given {before, sql, modes, order}

# some of them as parameters: the statement, types and values
sub parameters
{
	my $sql = shift;
	my (@types, @values);

	$sql =~ s/(\x01(.*?)\x02(.*?)\x03)/chance(0.7) ? do { push @types, $2; push @values, $3; '$' . @types } : $1/ge;
	return (literals($sql), \@types, \@values);
}

my %statement = (
	'cursor' => sub {
		my ($q, $t) = @_;
		my $sql = literals($q->{sql});
		my @write = chance(0.2) ? literals(write_statement($t, 1)) : ();
		return { %$q, order => undef, statements => [ 'DECLARE cur ' . pick('NO SCROLL ', 'INSENSITIVE ', '') . "CURSOR FOR $sql", @write,
			'FETCH 2 FROM cur', 'FETCH ALL FROM cur', 'CLOSE cur' ] } if chance(0.5);
		return { %$q, order => undef, statements => [ "DECLARE cur SCROLL CURSOR FOR $sql", 'FETCH 1 FROM cur', 'FETCH ALL FROM cur', 'MOVE BACKWARD ALL FROM cur', 'FETCH ALL FROM cur', 'CLOSE cur' ] };
	},
	'prepared, custom' => sub { return prepared(@_, 'force_custom_plan') },
	'prepared, generic' => sub { return prepared(@_, 'force_generic_plan') },
	'prepared, auto' => sub { return prepared(@_, 'auto', 7) },
	'CREATE TABLE AS' => sub {
		my $q = shift;
		return { %$q, order => undef, statements => [ 'CREATE TEMP TABLE made AS ' . literals($q->{sql}), 'SELECT * FROM made' ] };
	},
	'INSERT' => sub {
		my $q = shift;
		return { %$q, order => undef, statements => [ 'CREATE TEMP TABLE made AS ' . literals($q->{sql}) . ' WITH NO DATA', 'INSERT INTO made '
			. literals($q->{sql}) . pick('', ' RETURNING *'), 'SELECT * FROM made' ] };
	},
	'COPY' => sub {
		my $q = shift;
		return { %$q, statements => [ 'COPY (' . literals($q->{sql}) . qq{) TO STDOUT (DELIMITER E'\\x01', NULL '~')} ], copy => 1 };
	},
	'plpgsql' => sub {
		my $q = shift;
		my ($sql, $types, $values) = parameters($q->{sql});
		my $n = @$types;
		$sql =~ s/\$(\d+)/p$1/g;
		my $body = pick("RETURN QUERY $sql;", "FOR fq_row IN $sql LOOP RETURN NEXT fq_row; END LOOP;");
		return { %$q, order => undef, statements => [ 'CREATE TEMP VIEW rowtype AS ' . literals($q->{sql}),
				'CREATE FUNCTION fq(' . join(', ', map { "p$_ $types->[$_ - 1]" } 1 .. $n) . ") RETURNS SETOF rowtype LANGUAGE plpgsql AS \$f\$ DECLARE fq_row rowtype; BEGIN $body END \$f\$",
				('SELECT * FROM fq(' . join(', ', map { quoted($_) } @$values) . ')') x 2 ] };
	},
	'SQL function' => sub {
		my $q = shift;
		my ($sql, $types, $values) = parameters($q->{sql});
		my $n = @$types;
		return { %$q, order => undef, statements => [ 'CREATE TEMP VIEW rowtype AS ' . literals($q->{sql}),
				'CREATE FUNCTION fq(' . join(', ', @$types) . ') RETURNS SETOF rowtype LANGUAGE sql ' . pick('STABLE', 'VOLATILE') . " AS \$f\$ $sql \$f\$",
				('SELECT * FROM fq(' . join(', ', map { quoted($_) } @$values) . ')') ] };
	},
	'writes in FROM' => sub {
		my $q = shift;
		return undef if !@{ $q->{modes} } || grep { $_ ne 'exact' } @{ $q->{modes} };
			my $source = "(SELECT row_number() OVER (ORDER BY b::text COLLATE \"C\") AS number, b::text AS label FROM (" . literals($q->{sql}) . ') AS b) AS q';
		my $returning = 'SELECT * FROM scratch';
		return { %$q, modes => [], order => undef, statements => [ pick(
			"UPDATE scratch SET label = q.label FROM $source WHERE scratch.id = q.number", "DELETE FROM scratch USING $source WHERE scratch.id = q.number",
			"MERGE INTO scratch USING $source ON scratch.id = q.number WHEN MATCHED THEN UPDATE SET label = q.label WHEN NOT MATCHED THEN INSERT VALUES (q.number, q.label)",
			"INSERT INTO scratch SELECT q.number, q.label FROM $source ON CONFLICT (id) DO UPDATE SET label = excluded.label",
			"WITH w AS (UPDATE scratch SET label = q.label FROM $source WHERE scratch.id = q.number RETURNING *) SELECT count(*) FROM w"), $returning ] };
	},
	'writes of the table' => sub {
		my ($q, $t) = @_;
		my $sql = literals($q->{sql});
		return { %$q, modes => [], order => undef, statements => [ pick(
			"DELETE FROM t WHERE t.id % 3 = (SELECT count(*) FROM ($sql) AS q) % 3", "UPDATE t SET k = t.k + 1 WHERE t.id % 2 = (SELECT count(*) FROM ($sql) AS q) % 2",
			"INSERT INTO t (id, k) SELECT 1000 + count(*), count(*) FROM ($sql) AS q"), "SELECT * FROM t ORDER BY id" ] };
	},
	'modifying CTE' => sub {
		my ($q, $t) = @_;
		return undef if $q->{sql} =~ /^WITH/;
		my $write = write_statement($t, 1);
		return { %$q, order => undef, statements => [ literals("WITH written AS ($write RETURNING id) $q->{sql}"), literals($q->{sql}) ] };
	},
	'after a write' => sub {
		my ($q, $t) = @_;
		return { %$q, order => undef, statements => [ literals(write_statement($t)), literals($q->{sql}), pick('SAVEPOINT a', 'SELECT 1'),
			literals(write_statement($t)), literals($q->{sql}) ], writes => 1 };
	},
);

sub prepared
{
	my ($q, $t, $mode, $times) = @_;
	my ($sql, $types, $values) = parameters($q->{sql});
	my $execute = sub { return 'EXECUTE pq' . (@$values ? '(' . join(', ', map { chance(0.1) ? 'NULL' : quoted($_) } @$values) . ')' : '') };
	my @write = chance(0.2) ? ('SAVEPOINT a', literals(write_statement($t)), $execute->(), 'ROLLBACK TO a', $execute->()) : ();

	@write = ('SAVEPOINT a', 'SET LOCAL ROLE reader', $execute->(), 'ROLLBACK TO a', $execute->()) if chance(0.1);

	return { %$q, order => undef, statements => [ "SET LOCAL plan_cache_mode = $mode", 'PREPARE pq' . (@$types ? '(' . join(', ', @$types) . ')' : '') . " AS $sql",
			map({ $execute->() } 1 .. ($times // 2)), @write ], after => ['DEALLOCATE pq'] };
}

# ---- queries

sub query_step
{
	my ($case, $q, $shape, $v) = @_;

	$shape = 'view over a view' if $v && $v->{of}{view};
	my $reader = chance(0.05);

	$q->{statements} //= [ literals($q->{sql}) ];
	$q->{statements} = [ map({ literals($_) } @{ $q->{before} // [] }), @{ $q->{statements} } ];
	# somebody with other rights, who may be the owner of views over t or not
	if ($reader)
	{
		my @first = $q->{before} && chance(0.5) ? (splice(@{ $q->{statements} }, 0, 1), 'GRANT SELECT ON vq TO reader') : ();
		unshift @{ $q->{statements} }, @first, 'SET LOCAL ROLE reader';
		$v = undef;
	}
	return { %$q, kind => 'query', shape => $shape, view => $v && $v->{name}, definition => $v && $v->{sql}[0], expected => $v && $case->{force} && $v->{fresh} && $case->{zone_is} eq $case->{zone} };
}

sub query
{
	my $case = shift;
	my $v = pick(@{ $case->{views} });
	my $n = rand;
	my ($b, $q, $name);

	if ($n < 0.4)
	{
		$b = answerable($v) // return undef;
		return query_step($case, plain($b), $b->{shape}, $v) if chance(0.82);
		return query_step($case, plain(mutate($b, $v)), 'mutated');
	}
	if ($n < 0.58)
	{
		$name = pick(sort keys %context);
		$b = $v->{kind} eq 'groups' && $name =~ /^(?:EXISTS|IN|UNION|INTERSECT, EXCEPT)$/ && chance(0.5) ? ungrouped($v) : easy($v);
		return undef if !$b;
		$b->{limit} = pick(' OFFSET 1', ' OFFSET 3', ' LIMIT 1') if $name eq 'EXISTS' && !$b->{limit} && chance(0.2);
		$q = $context{$name}->($v, $b, $case) // return undef;
		return query_step($case, $q, $name, $v);
	}
	if ($n < 0.7)
	{
		$name = pick(sort keys %statement);
		$b = easy($v, exact => $name eq 'writes in FROM') // return undef;
		$q = $statement{$name}->(plain($b), $case->{table}) // return undef;
		return query_step($case, $q, $name, $v);
	}
	if ($n < 0.9)
	{
		$name = pick(@{ $joins{ $v->{kind} } });
		$b = $join{$name}->($v) // return undef;
		return query_step($case, plain($b), $name, $v);
	}
	if ($n < 0.95)
	{
		return query_step($case, plain(random_block(pick($case->{table}, map { $_->{of} } @{ $case->{views} }))), 'random');
	}
	$b = chance(0.3) ? $join{ pick(@{ $joins{ $v->{kind} } }) }->($v) : answerable($v);
	return undef if !$b || has_near($b);
	$b = mutate($b, $v) if chance(0.15);
	$q = chance(0.75) ? $context{ pick(sort keys %context) }->($v, $b, $case) // return undef : plain($b);
	$q = nested($q) if chance(0.3);
	$q = $statement{ pick(sort keys %statement) }->($q, $case->{table}) // return undef if chance(0.75);
	return query_step($case, $q, 'mixed');
}

# ---- what happens between queries

# views over it are stale, but for immediate ones
sub written
{
	my ($case, $relation) = @_;

	for my $v (@{ $case->{views} })
	{
		next if $v->{of} != $relation && !($relation == $case->{table} && $v->{of}{leaf});
		if ($v->{immediate}) { written($case, $v) }
		else { $v->{fresh} = 0 }
	}
}

sub refresh
{
	my ($case, $v) = @_;

	written($case, $v);
	$v->{fresh} = 1;
	return { kind => 'write', statements => [ "SET timezone = '$case->{zone}'", "REFRESH MATERIALIZED VIEW $v->{name}" ] };
}

sub event_steps
{
	my $case = shift;
	my $t = $case->{table};

	if (chance(0.15))
	{
		$case->{zone_is} = pick(@{ $case->{zones} });
		return { kind => 'write', statements => ["SET timezone = '$case->{zone_is}'"] };
	}
	if (chance(0.15))
	{
		return { kind => 'write', statements => [ pick('SET enable_hashagg = ', 'SET enable_hashjoin = ', 'SET enable_sort = ', 'SET enable_seqscan = ',
			'SET enable_nestloop = ', 'SET enable_memoize = ') . pick('on', 'off') ] };
	}
	if (chance(0.12))
	{
		# what changes no answer, but plans
		my $v = pick(@{ $case->{views} });
		return { kind => 'write', statements => [ pick('ANALYZE t', "ANALYZE $v->{name}", "VACUUM FULL $v->{name}", 'VACUUM t', 'ALTER TABLE t ALTER k DROP NOT NULL', "CREATE INDEX ON $v->{name} (c1)",
					'DISCARD PLANS', "ALTER MATERIALIZED VIEW $v->{name} SET (fillfactor = 60)") ] };
	}
	if (chance(0.12))
	{
		# what makes views stale or is maintained
		written($case, $t);
		return { kind => 'write', statements => [ $t->{partitioned} && chance(0.5) ? ('ALTER TABLE t DETACH PARTITION t_1', 'ALTER TABLE t ATTACH PARTITION t_1 FOR VALUES IN (0, 1)')
				: ('ALTER TABLE t ADD added int DEFAULT 7', chance(0.5) ? 'ALTER TABLE t DROP added' : "COMMENT ON COLUMN t.added IS 'stays'") ] };
	}
	my @steps = { kind => 'write', statements => [ map { literals(write_statement($t)) } 1 .. 1 + int rand 2 ] };
	written($case, $t);
	# views over views after those
	for my $v (@{ $case->{views} })
	{
		push @steps, refresh($case, $v) if (!$v->{fresh} || $v->{of}{view}) && chance(0.85);
	}
	$case->{zone_is} = $case->{zone} if @steps > 1;
	return @steps;
}

# ---- cases

my @zones = qw(Europe/Berlin America/New_York UTC Asia/Kathmandu Australia/Lord_Howe Asia/Beirut America/Havana America/Scoresbysund Pacific/Apia);

# A case of a seed: {seed, setup, insert, rows, views, steps}.  $_[1] says if there are ICU
# collations, $_[2] how many queries to make.
sub make_case
{
	my ($seed, $has_icu, $queries) = @_;
	my (%case, $t, @views, @of);

	srand($seed);
	$icu = $has_icu;
	$id = 0;
	$t = $case{table} = make_table();
	$case{seed} = $seed;
	$case{zone} = $case{zone_is} = pick(@zones);
	$case{zones} = [ $case{zone}, $case{zone}, pick(@zones) ];
	$case{force} = chance(0.93);
	my @session = ("SET timezone = '$case{zone}'", 'SET aqumv.rewrite_mode = ' . ($case{force} ? 'force' : 'cost'));
	$case{isolation} = chance(0.2) ? pick(' ISOLATION LEVEL REPEATABLE READ', ' ISOLATION LEVEL SERIALIZABLE') : '';
	push @session, 'SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0', 'SET min_parallel_table_scan_size = 0', 'SET max_parallel_workers_per_gather = 2' if chance(0.03);
	$case{setup} = [ @session, 'CREATE TABLE dim (id int' . pick('', ' PRIMARY KEY') . ', k int, name text, num numeric)',
		"INSERT INTO dim VALUES (0, 0, 'zero', 1), (1, 1, 'one', 1.0), (2, 0, 'two', NULL), (3, 1, NULL, 2.50), (7, 0, 'seven', 0), (9, NULL, 'nine', 'NaN')",
		"CREATE TABLE scratch (id bigint PRIMARY KEY, label text)", "INSERT INTO scratch SELECT g, 'label ' || g FROM generate_series(1, 5) AS g",
		@{ $t->{sql} }, 'GRANT USAGE, CREATE ON SCHEMA s TO reader', 'GRANT SELECT ON dim TO reader', 'GRANT ALL ON scratch TO reader',
		'GRANT SELECT' . (chance(0.5) ? '' : ' (' . join(', ', map { $_->[0] } some(5, @{ $t->{columns} })) . ')') . ' ON t TO reader' ];
	push @{ $case{setup} }, 'ALTER TABLE t ENABLE ROW LEVEL SECURITY', 'CREATE POLICY p ON t USING (k IS DISTINCT FROM 2)' if chance(0.1);
	$case{insert} = insert_into($t);
	$case{rows} = [ map { tuple($t) } 1 .. (chance(0.92) ? 5 + int rand 50 : 0) ];
	@of = ($t) x 4;
	push @of, { %$t, name => 't_1', leaf => 1 } if $t->{partitioned};
	for my $n (1 .. 3 + int rand 3)
	{
		my $v = make_view(pick(@of, chance(0.3) ? @views : ()), "mv$n");
		push @views, $v;
	}
	$case{views} = \@views;
	$case{steps} = [];
	while ($queries > 0)
	{
		my $q = query(\%case) // next;

		push @{ $case{steps} }, $q;
		$queries--;
		push @{ $case{steps} }, event_steps(\%case) if chance(0.06);
	}
	return \%case;
}

1;
