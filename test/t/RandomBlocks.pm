# Blocks of random queries: SELECTs over the tables and views of RandomTables.pm.
#
# A block is {from, where, keys, group, outs, having, ...}, rendered by render().
# Most are made from a view that should answer them, in a shape.
package RandomBlocks;

use strict;
use warnings;
use Exporter 'import';
use RandomTables;

our @EXPORT = qw(out key_out aggregate_out render block has_near offered key_aggregates grouped of_rows windows answerable easy mutate
	random_block);

# ---- blocks

sub out { my ($sql, $tag, $mode) = @_; return { sql => $sql, tag => $tag, mode => $mode // 'exact' } }
sub key_out { my $item = shift; return out($item->{sql}, $item->{tag}, $loose{ $item->{tag} }) }
sub aggregate_out { my $a = shift; return out($a->{sql}, $a->{tag}, $a->{mode}) }

sub render
{
	my $b = shift;
	my $n = 0;
	my $sql = 'SELECT ' . ($b->{distinct} // '') . join(', ', map { "$_->{sql} AS o" . ++$n } @{ $b->{outs} }) . " FROM $b->{from}";

	$sql .= ' WHERE ' . join(' AND ', map { "($_)" } @{ $b->{where} }) if @{ $b->{where} };
	$sql .= " GROUP BY $b->{group}" if $b->{group};
	$sql .= ' HAVING ' . join(' AND ', @{ $b->{having} }) if $b->{having} && @{ $b->{having} };
	$sql .= ' ORDER BY ' . join(', ', map { $_->[0] . $_->[1] } @{ $b->{order} }) if $b->{order};
	$sql .= $b->{limit} if $b->{limit};
	return $sql;
}

# a block over what a view is over, under its condition
sub block
{
	my ($v, %more) = @_;

	return { from => "$v->{of}{name} AS t", where => [ map { implying($v, $_) } @{ $v->{where} } ], outs => [], having => [], of => $v->{of}, view => $v, %more };
}

sub group_by { my ($b, @keys) = @_; $b->{keys} = \@keys; $b->{group} = join ', ', map { $_->{sql} } @keys if @keys }
sub has_near { my $b = shift; return scalar grep { $_->{mode} eq 'near' } @{ $b->{outs} } }
sub direction { return pick('', '', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST') }

# ORDER BY some outputs; all of them, and LIMIT, where that says which rows
sub ordered
{
	my ($b, $limit) = @_;
	my @places = shuffled(1 .. @{ $b->{outs} });

	@places = some(1 + int rand 2, @places) if !$limit;
	$b->{order} = [ map { [ $_, direction() ] } @places ];
	# by what is not put out
	unshift @{ $b->{order} }, map { [ $_->{sql}, direction() ] } some(1, grep { $_->{mode} ne 'near' } @{ $b->{hidden} // [] }) if chance(0.3);
	return $b if !$limit || has_near($b);
	$b->{limit} = pick(' LIMIT 2', ' LIMIT 1 OFFSET 1', ' OFFSET 2', ' FETCH FIRST 3 ROWS WITH TIES', ' LIMIT ALL');
	# of equal rows any may be the last
	$_->{mode} = $loose{ $_->{tag} } // $_->{mode} for @{ $b->{outs} };
	return $b;
}

# an aggregate of a kind with the inputs of another
sub stored_too
{
	my ($kind, $like, @stored) = @_;

	return grep { $_->{kind} eq $kind && $_->{arg}{sql} eq $like->{arg}{sql} && ($_->{filter} // '') eq ($like->{filter} // '') } @stored;
}

# aggregates that a view of groups can give: of its own grain or of a coarser one
sub offered
{
	my ($v, $roll) = @_;
	my @stored = @{ $v->{aggregates} };
	my %has = map { $_->{sql} => $_ } @stored;
	my @offered = grep { !$roll || $rolls{ $_->{kind} } || $_->{kind} eq 'count*' } @stored;

	for my $sum (grep { $_->{kind} eq 'sum' } @stored)
	{
		my @arguments = @$sum{qw(arg filter)};

		next if $sum->{arg}{tag} =~ /^(?:ival|money)$/ || !$has{ aggregate('count', @arguments)->{sql} };
		push @offered, aggregate('avg', @arguments);
		push @offered, aggregate('var', @arguments) if $sum->{arg}{tag} eq 'flt' ? stored_too('var', $sum, @stored) : $has{ aggregate('sum2', @arguments)->{sql} };
	}
	push @offered, map { aggregate(pick(qw(covar_pop covar_samp)), @$_{qw(arg filter)}) } grep { $_->{kind} eq 'regr_count' } @stored;
	return @offered;
}

# aggregates over keys
sub key_aggregates
{
	my @keys = @_;

	return map {
		my $key = $_;
		(aggregate('distinct', $key), map { aggregate($_, $key) } 'count', grep { /^(?:min|max|sum|avg|bool|every)/ } @{ $aggregates{ $key->{tag} } })
	} @keys;
}

# an expression over aggregates and keys
sub expression_out
{
	my ($v, @aggregates) = @_;
	my @exact = grep { $_->{mode} eq 'exact' } @aggregates;
	my $a = pick(@exact) // return out("'constant'", 'text');
	my $sql = $a->{sql};

	return out("coalesce($sql, 0)", 'num') if $a->{tag} =~ /^(?:big|num)$/ && chance(0.4);
	return out("$sql * 2 + 1", 'num') if $a->{tag} =~ /^(?:big|num)$/ && chance(0.5);
	return out("CASE WHEN $sql IS NULL THEN 'none' ELSE 'some' END", 'text') if chance(0.5);
	return out("($sql)::text", 'text');
}

# an output with a subquery, or a set of rows
sub other_out
{
	my $key = pick(grep { $_->{tag} eq 'int' && $_->{sql} =~ /^t\.\w+$/ && !$_->{hidden} } @_);

	return out(put('(SELECT dim.name FROM dim WHERE dim.id = ?)', $key->{sql}), 'text') if $key && chance(0.5);
	return pick(out('(SELECT max(dim.k) FROM dim)', 'int'), out('generate_series(1, 2)', 'int'), out('now() > \'2000-01-01\'', 'bool'));
}

sub having
{
	my @aggregates = grep { $_->{mode} eq 'exact' } @_;
	my $a = pick(@aggregates) // return ();

	return condition({ sql => $a->{sql}, tag => $a->{tag} });
}

# a query over a view of groups: keys, aggregates that it offers
sub grouped
{
	my ($v, $roll, @keys) = @_;
	my $b = block($v);
	my @aggregates = some(1 + int rand 3, offered($v, $roll));

	group_by($b, shuffled(@keys));
	$b->{hidden} = [ map({ key_out($_) } grep { !$_->{hidden} } @keys), map { aggregate_out($_) } some(2, offered($v, $roll)) ];
	push @{ $b->{outs} }, map({ key_out($_) } some(1 + int rand 3, grep { !$_->{hidden} } @keys)), map { aggregate_out($_) } @aggregates;
	push @{ $b->{outs} }, expression_out($v, @aggregates) if chance(0.2);
	push @{ $b->{outs} }, other_out(@keys) if chance(0.05);
	$b->{outs} = [out('1', 'int')] if !@{ $b->{outs} };
	$b->{having} = [ having(@aggregates) ] if chance(@keys ? 0.15 : 0.07);
	$b->{having} = [ pick('true', '1 = 1', 'now() IS NOT NULL') ] if chance(0.02);
	return $b;
}

# what groups of a view can be made into one: keys that are functions of its keys
sub coarser_key
{
	my $key = shift;
	my @rules = @{ $key{ $key->{tag} } };

	return bucket_item({ sql => $key->{column}, tag => $key->{column_tag} }, pick(@{ $coarser{ $key->{bucket} } }))
	  if $key->{bucket} && $coarser{ $key->{bucket} } && chance(0.7);
	return $key if chance(0.2);
	# of loose keys only what does not tell equal values apart
	return apply($key, pick(@rules)) if !$loose{ $key->{tag} } && !$key->{hidden};
	return $key;
}

my %shape;

# a condition that equal keys may meet or not, and some of them do
sub telling_condition
{
	my ($key, $rule) = @_;
	my $item = apply($key, $rule);
	my $value = sub { return $item->{tag} eq 'text' ? put($rule->[0], quoted(pick(@{ $values{ $key->{tag} } })) . "::$type{ $key->{tag} }") : int rand 3 };

	return "($item->{sql} " . pick('= ' . $value->(), 'IN (' . $value->() . ', ' . $value->() . ')', '<> ' . $value->(), '> ' . $value->()) . ')';
}

# ---- shapes over views of groups

$shape{groups} = {
	'same grain' => sub { my $v = shift; return grouped($v, 0, @{ $v->{keys} }) },
	'same grain, ordered' => sub { my $v = shift; return ordered(grouped($v, 0, @{ $v->{keys} }), chance(0.5)) },
	'filter on keys' => sub {
		my $v = shift;
		my $b = grouped($v, 0, @{ $v->{keys} });
		my $condition = condition(pick(@{ $v->{items} }) // return undef);
		push @{ chance(0.7) ? $b->{where} : $b->{having} }, $condition;
		return $b;
	},
	'fewer keys' => sub { my $v = shift; my @keys = @{ $v->{items} }; return @keys < 2 ? undef : grouped($v, 1, some(@keys - 1, @keys)) },
	'fewer keys, filtered' => sub {
		my $v = shift;
		my @keys = @{ $v->{items} };
		my $b = @keys < 2 ? return undef : grouped($v, 1, some(1 + int rand(@keys - 1), @keys));
		push @{ $b->{where} }, map { condition_of(@keys) } 1 .. 1 + int rand 2;
		return $b;
	},
	'no grain' => sub { my $v = shift; return grouped($v, 1) },
	'no grain, filtered' => sub {
		my $v = shift;
		my $b = grouped($v, 1);
		push @{ $b->{where} }, condition_of(@{ $v->{items} }) if @{ $v->{items} };
		return $b;
	},
	'no rows' => sub { my $v = shift; my $b = grouped($v, 1, some(int rand 2, @{ $v->{items} })); my $key = pick(@{ $v->{items} });
		push @{ $b->{where} }, "$key->{sql} IS NULL AND $key->{sql} IS NOT NULL" if $key; return $b },
	'expressions over keys' => sub {
		my $v = shift;
		my @keys = some(1 + int rand 2, grep { !$loose{ $_->{tag} } } @{ $v->{items} });
		return @keys ? grouped($v, 1, distinct_items(map { coarser_key($_) } @keys)) : undef;
	},
	'coarser buckets' => sub {
		my $v = shift;
		my @keys = @{ $v->{items} };
		my @buckets = grep { $_->{bucket} && $coarser{ $_->{bucket} } } @keys;
		my $key = pick(@buckets) // return undef;
		return grouped($v, 1, distinct_items(bucket_item({ sql => $key->{column}, tag => $key->{column_tag} }, pick(@{ $coarser{ $key->{bucket} } })),
			some(int rand 2, grep { $_ != $key } @keys)));
	},
	'ranges of buckets' => sub {
		my $v = shift;
		my @keys = @{ $v->{items} };
		my $key = pick(grep { $_->{bucket} && $boundary{ $_->{bucket} } } @keys) // return undef;
		my $b = grouped($v, 1, some(int rand 3, @keys));
		push @{ $b->{where} }, range($key, 1);
		return $b;
	},
	'ranges through buckets' => sub {
		my $v = shift;
		my @keys = @{ $v->{items} };
		my $key = pick(grep { $_->{bucket} && $boundary{ $_->{bucket} } } @keys) // return undef;
		my $b = grouped($v, 1, some(int rand 3, @keys));
		push @{ $b->{where} }, range($key, 0);
		return $b;
	},
	'number buckets' => sub {
		my $v = shift;
		my @keys = @{ $v->{items} };
		my $key = pick(grep { $_->{number} } @keys) // return undef;
		my $column = { sql => $key->{column}, tag => $key->{column_tag} };
		my $b = grouped($v, 1, distinct_items(chance(0.5) ? number_item($column, pick(@{ $number{ $column->{tag} } })) : (), some(int rand 2, @keys)));
		push @{ $b->{where} }, number_range($key) if chance(0.6);
		return $b;
	},
	'grouping sets' => sub { my $v = shift; return grouping_sets(grouped($v, 1, @{ $v->{items} })) },
	'DISTINCT' => sub {
		my $v = shift;
		my @keys = @{ $v->{items} };
		return undef if !@keys;
		return block($v, distinct => 'DISTINCT ', outs => [ map { key_out($_) } some(1 + int rand 2, @keys) ]) if chance(0.5);
		my $b = grouped($v, 1, some(1 + int rand 2, @keys));
		return $b if has_near($b);
		$b->{distinct} = 'DISTINCT ';
		$_->{mode} = $loose{ $_->{tag} } // $_->{mode} for @{ $b->{outs} };
		return $b;
	},
	'DISTINCT ON' => sub {
		my $v = shift;
		my $b = grouped($v, 1, @{ $v->{items} });
		return distinct_on($b);
	},
	'windows' => sub { my $v = shift; return windows(grouped($v, 1, @{ $v->{items} })) },
	'aggregates of keys' => sub {
		my $v = shift;
		my @keys = @{ $v->{items} };
		my @aggregates = some(1 + int rand 2, key_aggregates(@keys));
		my ($filter) = map { $_->{filter} } grep { $_->{filter} && $_->{kind} =~ /^count/ } shuffled(@{ $v->{aggregates} });
		@aggregates = map { +{ %$_, sql => "$_->{sql} FILTER (WHERE $filter)" } } @aggregates if $filter && chance(0.7);
		my $b = @aggregates ? grouped($v, 1, some(int rand 2, @keys)) : return undef;
		push @{ $b->{outs} }, map { aggregate_out($_) } @aggregates;
		return $b;
	},
	'FILTER on keys' => sub {
		my $v = shift;
		my @keys = @{ $v->{items} };
		my @aggregates = some(1 + int rand 2, grep { !$_->{filter} } @keys ? offered($v, 1) : ());
		my $b = @aggregates ? grouped($v, 1, some(int rand 2, @keys)) : return undef;
		push @{ $b->{outs} }, map { aggregate_out({ %$_, sql => "$_->{sql} FILTER (WHERE " . condition(pick(@keys)) . ')' }) } @aggregates;
		return $b;
	},
	'derived aggregates' => sub {
		my $v = shift;
		my %has = map { $_->{sql} => 1 } @{ $v->{aggregates} };
		my @derived = some(2, grep { $_->{kind} =~ /^(?:avg|var|covar_.*)$/ && !$has{ $_->{sql} } } offered($v, 1));
		my $b = @derived ? grouped($v, 1, some(int rand 3, @{ $v->{items} })) : return undef;
		push @{ $b->{outs} }, map { aggregate_out($_) } @derived;
		return $b;
	},
	# what tells equal keys apart
	'must not' => sub {
		my $v = shift;
		my $key = pick(grep { $telling{ $_->{tag} } } @{ $v->{items} }) // return undef;
		my $rule = pick(@{ $telling{ $key->{tag} } });
		return telling($v, $key, apply($key, $rule), telling_condition($key, $rule));
	},
	# other buckets, which may be functions of the view's, or not
	'other buckets' => sub {
		my $v = shift;
		my $key = pick(grep { $_->{bucket} } @{ $v->{items} }) // return undef;
		my $other = bucket_item({ sql => $key->{column}, tag => $key->{column_tag} }, pick(sort keys %bucket));
		return telling($v, $key, $other, condition($other));
	},
};

# a query with an expression that is none over a view's keys, or a condition on it
sub telling
{
	my ($v, $key, $other, $condition) = @_;
	my @keys = @{ $v->{keys} };
	my $n = rand;
	my $b = grouped($v, 1, $n < 0.3 ? $other : chance(0.6) ? @keys : some(int rand 2, @{ $v->{items} }));

	if ($n < 0.3) { }
	elsif ($n < 0.6) { push @{ $b->{where} }, $condition }
	elsif ($n < 0.75) { push @{ $b->{outs} }, aggregate_out(aggregate(pick(@{ $aggregates{ $other->{tag} } }, 'distinct'), $other)) }
	elsif ($n < 0.9) { push @{ $b->{outs} }, aggregate_out(aggregate('count*', undef, $condition)) }
	elsif ($b->{group}) { $b->{group} .= ", $other->{sql}" }
	return $b;
}

# ---- shapes over views of one row

$shape{one} = {
	'one row' => sub { my $v = shift; my $b = grouped($v, 0); $b->{where} = [ map { $_->{sql} } @{ $v->{where} } ]; return $b },
	'one row, more' => sub {
		my $v = shift;
		my $b = grouped($v, 0);
		$b->{where} = [ map { $_->{sql} } @{ $v->{where} } ];
		$b->{having} = [ having(offered($v, 0)) ] if chance(0.6);
		$b->{limit} = pick(' LIMIT 1', ' OFFSET 1', ' LIMIT ALL', '');
		return $b;
	},
};

# ---- shapes over views of rows

sub of_rows
{
	my ($v, $aggregated, @keys) = @_;
	my $b = block($v);
	my @items = @{ $v->{items} };

	group_by($b, shuffled(@keys));
	push @{ $b->{outs} }, $aggregated
	  ? (map({ key_out($_) } some(2, @keys)), map { aggregate_out(random_aggregate($_, chance(0.15) ? condition(pick(@items)) : '')) } some(1 + int rand 3, @items))
	  : map { my $item = over($_, 0.75); out(@$item{qw(sql tag)}) } some(1 + int rand 4, @items);
	push @{ $b->{where} }, chance(0.4) ? condition_of(@items) : ();
	return $b;
}

$shape{rows} = {
	'rows' => sub { return of_rows(shift, 0) },
	'rows, ordered' => sub { return ordered(of_rows(shift, 0), chance(0.6)) },
	'rows, aggregated' => sub { return of_rows(shift, 1) },
	'rows, grouped' => sub {
		my $v = shift;
		my $b = of_rows($v, 1, distinct_items(map { over($_, 0.6) } some(1 + int rand 2, @{ $v->{items} })));
		$b->{having} = [ having(map { +{ sql => $_->{sql}, tag => $_->{tag}, mode => $_->{mode} } } @{ $b->{outs} }) ] if chance(0.2);
		return $b;
	},
	'rows, grouping sets' => sub { my $v = shift; return grouping_sets(of_rows($v, 1, some(2, @{ $v->{items} }))) },
	'rows, DISTINCT' => sub {
		my $v = shift;
		my $b = of_rows($v, 0);
		return distinct_on($b) if chance(0.3);
		$b->{distinct} = 'DISTINCT ';
		$_->{mode} = $loose{ $_->{tag} } // $_->{mode} for @{ $b->{outs} };
		return $b;
	},
	'rows, windows' => sub { my $v = shift; return windows(of_rows($v, 0)) },
};

sub grouping_sets
{
	my $b = shift // return undef;
	my @keys = @{ $b->{keys} // [] };
	my @names = map { $_->{sql} } @keys;

	return undef if !@keys;
	$b->{group} = pick('ROLLUP(' . join(', ', @names) . ')', 'CUBE(' . join(', ', @names) . ')', "GROUPING SETS (($names[0]), ())",
		'GROUPING SETS ((' . join(', ', @names) . '), (' . pick(@names) . '))', @names > 1 ? "$names[0], ROLLUP($names[1])" : "GROUPING SETS ((), ())");
	# only keys that are in the sets may be put out
	my %shown = map { $_->{sql} => 1 } grep { index($b->{group}, $_->{sql}) >= 0 } @keys;
	my %key = map { $_->{sql} => 1 } @keys;
	$b->{outs} = [ grep { !$key{ $_->{sql} } || $shown{ $_->{sql} } } @{ $b->{outs} } ];
	my @shown = grep { $shown{$_} } @names;
	push @{ $b->{outs} }, out('GROUPING(' . pick(@shown) . ')', 'int') if chance(0.6) && $b->{group} !~ /^GROUPING SETS \(\(\), \(\)\)/;
	push @{ $b->{outs} }, out('1', 'int');
	return $b;
}

sub distinct_on
{
	my $b = shift // return undef;
	my $n = grep { $_->{mode} ne 'near' } @{ $b->{outs} };

	return undef if !$n || has_near($b) || grep { $_->{tag} eq 'json' } @{ $b->{outs} };
	# ties must be rows that look the same
	$_->{mode} = $loose{ $_->{tag} } // $_->{mode} for @{ $b->{outs} };
	my $first = 1 + int rand @{ $b->{outs} };
	# that of a constant is taken for a place in the list
	return undef if $b->{outs}[ $first - 1 ]{sql} =~ /^(?:1|'constant')$/;
	$b->{distinct} = "DISTINCT ON ($b->{outs}[ $first - 1 ]{sql}) ";
	$b->{order} = [ map { [ $_, $_ == $first ? '' : direction() ] } $first, shuffled(grep { $_ != $first } 1 .. @{ $b->{outs} }) ];
	return $b;
}

sub windows
{
	my $b = shift;
	my @outs = grep { $_->{mode} ne 'near' && $_->{sql} !~ /^(?:1|'constant')$/ } @{ $b->{outs} };
	my $all = join ', ', map { $_->{sql} . direction() } shuffled(@outs) or return undef;
	my ($one, $tag) = @{ pick(@outs) }{qw(sql tag)};

	# rows that all outputs order are told apart by them, or look the same
	return undef if has_near($b) && @{ $b->{keys} // [] } > @outs;
	$_->{mode} = $loose{ $_->{tag} } // $_->{mode} for @{ $b->{outs} };
	return undef if has_near($b);
	push @{ $b->{outs} }, pick(
		out("row_number() OVER (ORDER BY $all)", 'big'), out("rank() OVER (ORDER BY $one)", 'big'), out("count(*) OVER (PARTITION BY $one)", 'big'),
		out("dense_rank() OVER (PARTITION BY $one ORDER BY $all)", 'big'), out("count($one) OVER ()", 'big'),
		out("lag($one, 1) OVER (ORDER BY $all)", $tag, $loose{$tag}), out("first_value($one) OVER (PARTITION BY $one ORDER BY $all ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", $tag, $loose{$tag}),
		$b->{group} || grep({ $_->{sql} =~ /\b(?:count|sum|min|max)\(/ } @outs) ? ()
			: out("count(*) FILTER (WHERE $one IS NOT NULL) OVER (ORDER BY $all ROWS UNBOUNDED PRECEDING)", 'big'), out("max(length(($one)::text)) OVER ()",
			'int'),
		$b->{group} ? out('sum(count(*)) OVER ()', 'num') : out('ntile(2) OVER (ORDER BY ' . $all . ')', 'int'));
	return $b;
}

# ---- blocks of any kind

# a block that one of the views should answer: [block, shape]; undef if that
# view has no such block
sub answerable
{
	my ($v, $name) = @_;
	my $shapes = $shape{ $v->{kind} };

	$name //= pick(sort(keys %$shapes), $v->{kind} ne 'groups' ? () : ('must not') x 2,
		(grep { $_->{bucket} } @{ $v->{keys} }) ? ('coarser buckets', 'ranges of buckets', 'ranges through buckets', 'other buckets') x 3 : (),
		(grep { $_->{number} } @{ $v->{keys} // [] }) ? ('number buckets') x 6 : (),
		$v->{kind} eq 'groups' && (grep { $_->{filter} } @{ $v->{aggregates} }) ? ('aggregates of keys') x 3 : ());
	my $b = $shapes->{$name}->($v) // return;
	return if !@{ $b->{outs} };
	$b->{shape} = $name;
	return $b;
}

# one that is easily answered, for what is put around it
sub easy
{
	my ($v, %want) = @_;
	my %names = (groups => [ ('same grain', 'filter on keys', 'fewer keys') x 2, 'no grain', 'coarser buckets', 'same grain, ordered', 'DISTINCT', 'windows', 'FILTER on keys' ],
		one => ['one row'], rows => [ 'rows', 'rows', 'rows, grouped', 'rows, ordered', 'rows, DISTINCT' ]);

	for (1 .. 20)
	{
		my $b = answerable($v, pick(@{ $names{ $v->{kind} } })) // next;
		next if $want{exact} && grep { $_->{mode} ne 'exact' } @{ $b->{outs} };
		next if has_near($b);
		return $b;
	}
	return;
}

# something changed, so that the view may or may not do
sub mutate
{
	my ($b, $v) = @_;
	my @columns = column_items($b->{of});
	my $n = rand;
	my $simple = $b->{from} =~ /^\w+ AS t$/;
	# outputs decide which rows LIMIT and DISTINCT ON leave
	my $open = !$b->{limit} && !$b->{distinct};

	if ($n < 0.25) { push @{ $b->{where} }, condition(over(pick(@columns), 0.7)) }
	elsif ($n < 0.45 && @{ $b->{where} }) { splice @{ $b->{where} }, rand @{ $b->{where} }, 1 }
	elsif ($n < 0.6 && $open && ($b->{group} || $v->{kind} ne 'rows')) { push @{ $b->{outs} }, aggregate_out(random_aggregate(over(pick(@columns), 0.7), chance(0.2) ? condition(pick(@columns)) : '')) }
	elsif ($n < 0.7 && $open && $b->{group} && $b->{group} !~ /GROUPING|ROLLUP|CUBE/) { $b->{group} .= ', ' . over(pick(@columns))->{sql} }
	elsif ($n < 0.75) { push @{ $b->{where} }, pick('random() < 2', 'clock_timestamp() IS NOT NULL', "now() > '2000-01-01'", "current_setting('timezone') <> ''") }
	elsif ($n < 0.8 && $simple) { $b->{from} .= ' TABLESAMPLE SYSTEM (100)' }
	elsif ($n < 0.85 && $open && !$b->{group} && $v->{kind} eq 'rows') { push @{ $b->{outs} }, pick(out('t.ctid', 'text'), out('t', 'text'), out('t.tableoid::regclass', 'text')) }
	elsif ($n < 0.9 && !$b->{group} && !$b->{distinct} && $v->{kind} eq 'rows' && !grep({ $_->{sql} =~ /\(/ } @{ $b->{outs} })) { $b->{limit} = ($b->{limit} // '') . pick(' FOR UPDATE', ' FOR SHARE') }
	elsif ($n < 0.95 && $simple) { $b->{from} =~ s/^/ONLY / }
	else { $b->{where} = [ join ' OR ', map { "($_)" } @{ $b->{where} }, condition(pick(@columns)) ] }
	return $b;
}

sub random_block
{
	my $of = shift;
	my @columns = column_items($of);
	my $b = { from => "$of->{name} AS t", of => $of, where => [ map { condition(over($_, 0.7)) } some(int rand 2, @columns) ], outs => [], having => [] };

	if (chance(0.3))
	{
		$b->{outs} = [ map { out(@{ over($_, 0.6) }{qw(sql tag)}) } some(1 + int rand 4, @columns) ];
	}
	else
	{
		my @keys = distinct_items(map { over($_, 0.5) } some(int rand 3, @columns));
		# grouped by the primary key, if it is one
		push @keys, $columns[0] if chance(0.1);
		group_by($b, @keys);
		push @keys, some(1, @columns) if $of->{key} && $b->{group} && $b->{group} =~ /\bt\.id$/;
		$b->{outs} = [ map({ key_out($_) } @keys), map { aggregate_out(random_aggregate(over($_, 0.8), chance(0.1) ? condition(pick(@columns)) : '')) } some(1 + int rand 3, @columns) ];
	}
	return $b;
}

1;
