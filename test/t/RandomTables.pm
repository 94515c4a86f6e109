# Random tables and materialized views over them, and what their expressions,
# conditions and aggregates are made of: the words of RandomBlocks.pm.
#
# Everything is text with a *tag*, which says what can be done with it: an item
# is {sql, tag}, of a column "t.k" or of an expression over columns; the table of
# a query goes by the alias t, whatever it is.  Outputs have a mode, in which they
# are to be compared:
#   exact     text
#   near      a number up to the last digits (aggregates of floats)
#   num, ci, ival, json   equal, but maybe not the same text (grouping keys,
#             minima of types whose equal values can look different)
# A literal is kept as "\x01type\x02value\x03" until the statement is written,
# where it becomes a literal or a parameter.
package RandomTables;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw($icu $id %coarser %key %telling %loose %boundary %aggregates %number %rolls %bucket %type %values @columns
	chance pick some shuffled distinct_items quoted literals put column_items
	bucket_item apply over condition condition_of implying range number_item number_range aggregate random_aggregate make_view make_table tuple insert_into write_statement);
our $icu;

# ---- chance

sub chance { return rand() < shift }
sub pick { return $_[ rand @_ ] }

sub some
{
	my ($n, @from) = @_;
	my @some;

	while (@from && $n-- > 0) { push @some, splice @from, rand @from, 1 }
	return @some;
}

sub shuffled { return some(scalar @_, @_) }

# items, each expression once
sub distinct_items { my %seen; return grep { !$seen{ $_->{sql} }++ } @_ }

# ---- types: columns, values, literals

our @columns = (
	[ 'a', 'int2', 'int' ], [ 'i', 'int4', 'int' ], [ 'b', 'int8', 'big' ], [ 'n', 'numeric', 'num' ], [ 'm', 'numeric(8,2)', 'num' ],
	[ 'f', 'float8', 'flt' ], [ 's', 'text COLLATE "C"', 'text' ], [ 'c', 'text COLLATE ci', 'ci' ], [ 'x', 'text COLLATE "und-x-icu"', 'text' ],
	[ 'p', 'char(4)', 'bp' ], [ 'd', 'date', 'date' ], [ 'w', 'timestamp', 'ts' ], [ 'z', 'timestamptz', 'tz' ], [ 'v', 'interval', 'ival' ],
	[ 'o', 'boolean', 'bool' ], [ 'y', 'bit(4)', 'bit' ], [ 'u', 'uuid', 'uuid' ], [ 'j', 'jsonb', 'json' ], [ 'r', 'varchar(10)', 'text' ],
	[ 'nm', 'name', 'text' ], [ 'e', 'mood', 'enum' ], [ 'q', 'time', 'time' ], [ 'g', 'int[]', 'arr' ], [ 'h', 'numeric[]', 'narr' ],
	[ 'l', 'bytea', 'bytes' ], [ 'mo', 'money', 'money' ], [ 'dn', 'dn', 'num' ], [ 'ip', 'inet', 'inet' ]);

# the type of a tag's literals
our %type = (
	int => 'int', big => 'bigint', num => 'numeric', flt => 'float8', text => 'text', ci => 'text', bp => 'bpchar', date => 'date', ts => 'timestamp',
	tz => 'timestamptz', ival => 'interval', bool => 'boolean', bit => 'bit(4)', uuid => 'uuid', json => 'jsonb', enum => 'mood', time => 'time', arr => 'int[]', narr => 'numeric[]',
	bytes => 'bytea', money => 'money', inet => 'inet');

# how a value that stands for equal ones is compared
our %loose = (num => 'num', flt => 'near', ci => 'ci', ival => 'ival', json => 'json', narr => 'num');

# what columns hold, in ascending order where there is one
my @times = (
	'2023-12-31 23:59:59.999999', '2024-01-01 00:00:00', '2024-02-29 12:00:00', '2024-02-29 12:10:00', '2024-03-01 00:00:00', '2024-03-31 23:59:59',
	'2024-04-01 00:00:00', '2024-05-31 23:30:00', '2024-06-01 00:00:00', '2024-06-02 15:00:00', '2024-07-01 00:00:00', '2024-12-30 00:00:00',
	'2025-01-01 00:00:00', '2025-03-30 01:30:00', '2025-03-30 02:30:00', '2025-10-26 00:30:00', '2025-10-26 02:30:00');
our %values = (
	int => [ -3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 8, 9, 12 ],
	big => [ -2000000000, -1, 0, 1, 2, 10, 2147483648 ],
	num => [ qw(-2.25 -1 0 0.00 0.1 1 1.0 1.00 2.5 2.50 3 3.000 10 100) ],
	flt => [ qw(-2.5 -0 0 0.1 0.2 0.3 1.5 2 7) ],
	text => [ '', qw(A B a ab b zz) ],
	ci => [ qw(a A ab AB Ab b B) ],
	bp => [ '', qw(A a ab b) ],
	date => [ qw(2023-12-31 2024-01-01 2024-02-29 2024-03-01 2024-03-31 2024-04-01 2024-06-01 2024-12-30 2025-01-01 2025-03-30) ],
	ts => \@times, tz => \@times,
	ival => [ '-1 day', '0', '1 hour', '1 day', '24:00:00', '30 days', '1 mon', '1 year 2 days' ],
	bool => [ qw(f t) ], bit => [ qw(0000 0101 0110 1111) ],
	uuid => [ map { "00000000-0000-0000-0000-00000000000$_" } 1 .. 4 ],
	enum => [ qw(sad ok happy) ], time => [ '00:00:00', '07:30:00', '12:00:00', '23:59:59.5' ], arr => [ '{}', '{1}', '{1,2}', '{2,NULL}' ],
	narr => [ '{1}', '{1.0}', '{1.00,2}', '{1,2}' ], bytes => [ '', '\x00', '\x61', '\x6162' ], money => [ '0', '1', '2.50', '-3' ],
	inet => [ '10.0.0.1', '10.0.0.0/8', '::1' ],
	json => [ '1', '1.0', '{"a": 1}', '{"a": 1.00}', '{"a": 2, "b": null}', '[1, 2]', '"x"' ]);
# around days that begin late or come twice, in Beirut, Havana, Scoresbysund
my @midnights = ('2024-03-10 04:59:59+00', '2024-03-10 05:00:00+00', '2024-03-30 21:30:00+00', '2024-03-30 22:00:00+00', '2024-10-26 20:30:00+00', '2024-10-26 21:30:00+00',
	'2024-10-26 22:30:00+00', '2024-10-27 00:30:00+00', '2024-10-27 01:30:00+00', '2024-10-27 02:30:00+00', '2024-11-03 04:30:00+00', '2024-11-03 05:30:00+00');
# comparable with integers, but not of their types
my @large = (40000, 131072, 262144, 8589934592, 17179869184, -17179869184);
my %rare = (
	num => [ qw(NaN Infinity -Infinity 123456789012345678901234567890.123) ], flt => [ qw(NaN Infinity -Infinity) ],
	ts => [ 'infinity', '-infinity' ], tz => [ 'infinity', '-infinity' ], date => [ 'infinity', '-infinity' ]);

sub quoted { my $value = shift; $value =~ s/'/''/g; return "'$value'" }
sub literal_of { my ($tag, $value) = @_; return "\x01$type{$tag}\x02$value\x03" }

sub random_literal
{
	my $tag = shift;

	# of times sometimes of another type
	return literal_of(pick(qw(date ts tz)), pick(@{ $values{$tag} })) if $tag =~ /^(?:date|ts|tz)$/ && chance(0.08);
	return literal_of($tag, pick(@{ $rare{$tag} })) if $rare{$tag} && chance(0.04);
	return literal_of('big', pick(@large)) if $tag =~ /^(?:int|big)$/ && chance(0.03);
	return literal_of($tag, pick(@{ $values{$tag} }));
}

# a row's value of a column, as SQL
sub row_value
{
	my ($name, $sql_type, $tag, $not_null) = @{ shift() };

	return 'NULL' if !$not_null && chance(0.1);
	return int rand 5 if $name eq 'k';
	return int rand 4 if $name eq 'part';
	return pick(1.5, -2.25, 0, 999.99, 10, "'NaN'") if $name eq 'm';
	return quoted(pick(@{ $rare{$tag} })) if $rare{$tag} && chance(0.03);
	return quoted(pick(@midnights)) if $tag eq 'tz' && chance(0.2);
	return quoted(pick(@{ $values{$tag} }));
}

sub literal
{
	my ($type, $value) = @_;

	return $value < 0 ? "($value)" : $value if $type =~ /^(?:int|bigint)$/ || $type eq 'numeric' && $value =~ /^[\d.]+$/;
	return quoted($value) . "::$type" if $type =~ /\[\]$/;
	return $type eq 'bit(4)' ? "B'$value'" : $type =~ /^(?:text|bpchar)$/ ? quoted($value) : "$type " . quoted($value);
}

# literals as such
sub literals
{
	my $sql = shift;

	$sql =~ s/\x01(.*?)\x02(.*?)\x03/literal($1, $2)/ge;
	return $sql;
}

# ---- items

sub wrap { my $sql = shift; return $sql =~ /^[\w.]+$/ ? $sql : "($sql)" }
sub put { my ($template, $sql) = @_; $sql = wrap($sql); $template =~ s/\?/$sql/g; return $template }
sub column_item { my $c = shift; return { sql => "t.$c->[0]", tag => $c->[2], column => "t.$c->[0]", column_tag => $c->[2] } }
sub column_items { return map { column_item($_) } @{ shift()->{columns} } }

# Buckets of times: how to write them, and the tag unless it is that of the
# column.  The zone_ and ny_ ones are of timestamptz only.
our %bucket = (
	(map { $_ => [ "date_trunc('$_', ?)", '' ] } qw(minute hour day week month quarter year decade century)),
	(map { +"ex_$_" => [ "extract($_ FROM ?)", 'num' ] } qw(year month hour dow isodow quarter week isoyear doy epoch century decade minute julian)),
	(map { $_->[0] => [ "to_char(?, '$_->[1]')", 'text' ] } [ 'ch_day', 'YYYY-MM-DD' ], [ 'ch_month', 'YYYY-MM' ], [ 'ch_year', 'YYYY' ], [ 'ch_week', 'IYYY-IW' ],
		[ 'ch_ww', 'YYYY-WW' ], [ 'ch_quarter', 'YYYY"Q"Q' ], [ 'ch_mon', 'Mon YYYY' ], [ 'ch_hour', 'YYYY-MM-DD HH24' ], [ 'ch_hh', 'HH24' ], [ 'ch_j', 'J' ], [ 'ch_tz', 'TZ' ]),
	date => [ '(?)::date', 'date' ], part_year => [ "date_part('year', ?)", 'flt' ],
	bin15 => [ "date_bin('15 minutes', ?, '2024-01-01')", '' ], bin60 => [ "date_bin('1 hour', ?, '2024-01-01')", '' ], bin6 => [ "date_bin('6 hours', ?, '2024-01-01')", '' ],
	bin1 => [ "date_bin('1 day', ?, '2024-01-01')", '' ], bin7 => [ "date_bin('7 days', ?, '2024-01-02 03:00:00')", '' ],
	zone_day => [ "date_trunc('day', ? AT TIME ZONE 'Europe/Berlin')", 'ts' ], zone_month => [ "date_trunc('month', ? AT TIME ZONE 'Europe/Berlin')", 'ts' ],
	ny_day => [ "date_trunc('day', ?, 'America/New_York')", 'tz' ], ny_month => [ "date_trunc('month', ?, 'America/New_York')", 'tz' ]);
# what is a function of which bucket
my @of_year = qw(year decade century ex_year ex_decade ex_century part_year ch_year);
my @of_month = (qw(month quarter ex_month ex_quarter ch_month ch_quarter ch_mon), @of_year);
my @of_week = qw(week ch_week ex_week ex_isoyear);
my @of_day = (qw(day date ex_dow ex_isodow ex_doy ch_day ch_ww ch_j), @of_week, @of_month);
my @of_hour = (qw(hour ex_hour ch_hour ch_hh), @of_day);
our %coarser = (
	year => \@of_year, quarter => [ qw(quarter ex_quarter ch_quarter), @of_year ], month => \@of_month, week => \@of_week, day => \@of_day, date => \@of_day,
	hour => \@of_hour, minute => [ 'minute', 'bin15', 'ex_minute', @of_hour ], bin15 => [ qw(bin15 bin60), @of_hour ], bin60 => [ qw(bin60 bin6) ], bin6 => [ qw(bin6 bin1) ],
	bin7 => ['bin7'], decade => [ qw(decade ex_decade) ], ch_month => [ qw(ch_month ch_year month) ], ch_day => [ qw(ch_day ch_month) ],
	zone_day => [ qw(zone_day zone_month) ], ny_day => [ qw(ny_day ny_month) ]);
my %unit = (minute => 'minutes', hour => 'hours', day => 'DAY', month => 'mons', year => 'years', week => 'Week', quarter => 'quarter');

sub bucket_item
{
	my ($column, $name) = @_;
	my ($template, $tag) = @{ $bucket{$name} };
	my $from = $column->{tag} eq 'date' ? 'tz' : $column->{tag};

	return bucket_item($column, pick(qw(day month))) if $name =~ /^(?:zone|ny)_/ && $column->{tag} ne 'tz';
	return { %$column, bucket => 'date' } if $name eq 'date' && $column->{tag} eq 'date';
	$template =~ s/'(\w+)'/'$unit{$1}'/ if $unit{$name} && chance(0.05);
	return { sql => put($template, $column->{sql}), tag => $tag || $from, column => $column->{sql}, column_tag => $column->{tag}, bucket => $name };
}

# Buckets of numbers: [template, tag]
our %number = (
	int => [ [ '? / 2', 'int' ], [ '? / 4', 'int' ], [ '? / 10', 'int' ], [ 'floor(? / 2.0)', 'num' ], [ 'floor(? / 4.0)', 'num' ] ],
	num => [ [ 'floor(?)', 'num' ], [ 'trunc(?)', 'num' ], [ 'ceil(?)', 'num' ], [ 'round(?)', 'num' ], [ 'round(?, 1)', 'num' ], [ 'floor(? / 10)', 'num' ] ],
	flt => [ [ 'floor(?)', 'flt' ], [ 'trunc(?)', 'flt' ], [ 'ceil(?)', 'flt' ], [ 'round(?)', 'flt' ], [ 'floor(? / 10)', 'flt' ] ]);
$number{big} = [ map { [ $_->[0], $_->[1] eq 'int' ? 'big' : $_->[1] ] } @{ $number{int} } ];

sub number_item
{
	my ($column, $rule) = @_;

	return { sql => put($rule->[0], $column->{sql}), tag => $rule->[1], column => $column->{sql}, column_tag => $column->{tag}, number => 1 };
}

# expressions that make keys of items, by tag: [template, tag]
my @int_keys = (
	[ '? % 3', 'int' ], [ '? / 4', 'int' ], [ 'abs(?)', 'int' ], [ '? > 2', 'bool' ], [ '? + 1', 'int' ], [ '- ?', 'int' ], [ '(?)::text', 'text' ],
	[ 'floor(? / 2.0)', 'num' ], [ "CASE WHEN ? > 3 THEN 'big' ELSE 'small' END", 'text' ], [ '? IS NULL', 'bool' ], [ 'coalesce(?, -1)', 'int' ]);
our %key = (
	int => \@int_keys, big => [ grep { $_->[1] ne 'int' } @int_keys ],
	num => [ [ 'floor(?)', 'num' ], [ 'round(?, 1)', 'num' ], [ '? > 1', 'bool' ], [ '? * 2', 'num' ], [ 'abs(?)', 'num' ], [ '? IS NULL', 'bool' ] ],
	flt => [ [ 'floor(?)', 'flt' ], [ '? > 0', 'bool' ], [ 'abs(?)', 'flt' ], [ 'round((?)::numeric, 1)', 'num' ] ],
	text => [ [ 'upper(?)', 'text' ], [ 'length(?)', 'int' ], [ 'left(?, 1)', 'text' ], [ "coalesce(?, 'none')", 'text' ], [ "? || 'x'", 'text' ], [ "? LIKE 'a%'", 'bool' ] ],
	ci => [ [ "? = 'a'", 'bool' ], [ '? IS NULL', 'bool' ] ],
	bp => [ [ '(?)::text', 'text' ], [ 'length(?)', 'int' ], [ 'upper(?)', 'text' ] ],
	date => [ [ '? - 1', 'date' ], [ "? > '2024-04-01'", 'bool' ], [ "date_trunc('month', (?)::timestamp)", 'ts' ] ],
	ts => [ [ "? + interval '1 day'", 'ts' ], [ "? > '2024-04-01'", 'bool' ] ],
	tz => [ [ "? > '2024-04-01 00:00:00+00'", 'bool' ], [ "? AT TIME ZONE 'Europe/Berlin'", 'ts' ] ],
	ival => [ [ "? > interval '1 day'", 'bool' ], [ '? * 2', 'ival' ] ],
	bool => [ [ 'NOT ?', 'bool' ], [ '? IS TRUE', 'bool' ], [ 'coalesce(?, false)', 'bool' ], [ '(?)::int', 'int' ] ],
	bit => [ [ '(?)::int', 'int' ], [ "? & '0110'", 'bit' ] ],
	uuid => [ [ '(?)::text', 'text' ] ],
	json => [ [ "? ->> 'a'", 'text' ], [ "? -> 'a'", 'json' ], [ '? IS NULL', 'bool' ] ],
	enum => [ [ "? > 'ok'", 'bool' ], [ '? IS NULL', 'bool' ] ], time => [ [ 'extract(hour FROM ?)', 'num' ], [ "? > '08:00'", 'bool' ] ],
	arr => [ [ '(?)[1]', 'int' ], [ 'cardinality(?)', 'int' ] ], narr => [ [ '(?)[1]', 'num' ], [ 'cardinality(?)', 'int' ] ],
	bytes => [ [ 'length(?)', 'int' ], [ "encode(?, 'hex')", 'text' ] ], money => [ [ '? IS NULL', 'bool' ], [ "? > '1'::money", 'bool' ] ],
	inet => [ [ 'host(?)', 'text' ], [ 'family(?)', 'int' ] ]);
# expressions that tell equal values apart
our %telling = (
	num => [ [ '(?)::text', 'text' ], [ 'scale(?)', 'int' ] ], flt => [ [ '(?)::text', 'text' ] ],
	ci => [ [ '? COLLATE "C"', 'text' ], [ 'upper(? COLLATE "C")', 'text' ], [ '(?)::bytea', 'text' ] ],
	narr => [ [ '(?)::text', 'text' ] ], ival => [ [ '(?)::text', 'text' ], [ 'extract(day FROM ?)', 'num' ] ], json => [ [ '(?)::text', 'text' ] ]);

sub apply { my ($item, $rule) = @_; return { sql => put($rule->[0], $item->{sql}), tag => $rule->[1] } }

# an expression over an item, which may be the item
sub over
{
	my ($item, $plain) = @_;
	my $tag = $item->{tag};

	return $item if chance($plain // 0.5);
	return number_item($item, pick(@{ $number{$tag} })) if $number{$tag} && $item->{column} && !$item->{bucket} && !$item->{number} && chance(0.4);
	return bucket_item($item, pick(qw(minute hour day day week month month quarter year date date bin15 bin60 bin6 bin7 ex_year ch_month zone_day ny_day)))
	  if $tag =~ /^(?:ts|tz)$/ && chance(0.8);
	return bucket_item($item, pick(qw(week month quarter year ex_year))) if $tag eq 'date' && chance(0.7);
	return apply($item, pick(@{ $key{$tag} }));
}

# ---- conditions

my @comparisons = (
	'? > L', '? >= L', '? < L', '? <= L', '? = L', '? = L', '? <> L', '? BETWEEN L AND L', '? IN (L, L)', '? IN (L, L, L)', '? NOT IN (L, L)',
	'? IS NULL', '? IS NOT NULL', '(? > L) IS NOT TRUE', 'NOT (? = L)', '? = L OR ? IS NULL', '? IS DISTINCT FROM L', '? = ANY (ARRAY[L, L])',
	'? > L AND ? <= L', 'NOT (? > L AND ? < L)', 'L < ?', '? < L OR ? > L');

sub condition
{
	my ($item, $other) = @_;
	my $tag = $item->{tag};

	if ($other && $item->{tag} =~ /^(?:int|text|date|ts)$/ && $other->{tag} =~ /^(?:int|text|date|ts)$/ && chance(0.15))
	{
		my $literals = sub { return '(' . join(', ', map { random_literal($_->{tag}) } $item, $other) . ')' };
		return "(($item->{sql}, $other->{sql}) " . pick('> ' . $literals->(), '<= ' . $literals->(), 'IN (' . $literals->() . ', ' . $literals->() . ')', '= ' . $literals->()) . ')';
	}
	my $sql = $tag eq 'bool' ? pick('?', 'NOT ?', '? IS NOT TRUE', '? IS NULL', '? = L', '? IS NOT NULL')
	  : $tag =~ /^(?:bit|json|uuid)$/ ? pick('? = L', '? IS NULL', '? IN (L, L)', '? <> L', '? IS NOT NULL')
	  : pick(@comparisons);

	$sql = '? = L' if $sql =~ /ARRAY/ && $tag =~ /^n?arr$/;
	$sql =~ s/\bL\b/random_literal($tag)/ge;
	return '(' . put($sql, $item->{sql}) . ')';
}

# a condition on some of these
sub condition_of { my @items = some(2, @_); return condition(@items) }

# a condition of a view that can be made stronger: {sql, item, at}, where at is
# a place in the list of literals
sub lower_bound
{
	my $item = shift;
	my $literals = $values{ $item->{tag} };
	my $at = int rand(@$literals / 2);

	return { sql => put('? ' . pick('>', '>=') . ' ' . literal_of($item->{tag}, $literals->[$at]), $item->{sql}), item => $item, at => $at };
}

# what implies a condition of a view, and is computable from it
sub implying
{
	my ($v, $condition) = @_;
	my ($item, $at) = @$condition{qw(item at)};
	my ($tag, $sql, @above);

	return $condition->{sql} if !$item || chance(0.5) || !grep { $_->{sql} eq $item->{sql} } @{ $v->{items} // [] };
	$tag = $item->{tag};
	@above = @{ $values{$tag} };
	@above = @above[ $at + 1 .. $#above ];
	$sql = pick('? > L', '? = L', '? IN (L, L)', '? BETWEEN L AND L', 'L < ?', '? = ANY (ARRAY[L, L])', '? > L AND ? IS NOT NULL', '? = L OR ? = L');
	$sql =~ s/\bL\b/literal_of($tag, pick(@above))/ge;
	return '(' . put($sql, $item->{sql}) . ')';
}

our %boundary = (
	year => [ '2024-01-01', '2025-01-01' ], quarter => [ '2024-01-01', '2024-04-01', '2024-07-01', '2025-01-01' ],
	month => [ '2024-01-01', '2024-03-01', '2024-04-01', '2024-06-01', '2025-01-01' ], week => [ '2024-01-01', '2024-12-30', '2024-04-01' ],
	day => [ '2024-03-10', '2024-03-31', '2024-10-26', '2024-10-27', '2024-10-28', '2024-11-03', '2024-01-01', '2024-02-29', '2024-03-01', '2024-06-02', '2024-12-30', '2025-03-30' ],
	hour => [ '2024-02-29 12:00:00', '2024-03-01 00:00:00', '2024-06-02 15:00:00', '2025-10-26 02:00:00' ],
	bin15 => [ '2024-02-29 12:00:00', '2024-02-29 12:15:00', '2025-10-26 00:30:00' ], bin6 => [ '2024-02-29 12:00:00', '2024-03-01 00:00:00' ],
	bin7 => [ '2024-01-02 03:00:00', '2024-01-09 03:00:00' ]);
$boundary{minute} = $boundary{bin60} = $boundary{hour};
$boundary{$_} = $boundary{year} for qw(decade century);
$boundary{$_} = $boundary{day} for qw(zone_day ny_day zone_month ny_month bin1);
$boundary{date} = $boundary{day};
$boundary{$_} = $boundary{month} for qw(ch_month ex_month);
$boundary{ch_day} = $boundary{day};
$boundary{$_} = $boundary{year} for qw(ex_year ch_year part_year);
my @off_boundary = ('2024-03-01 12:30:00', '2024-02-29 12:10:00', '2024-04-15 00:00:01', '2024-05-31 23:59:59.999999', '2024-06-01 00:00:00.000001');

# a condition on the raw column under a bucket: whole buckets, or not
sub range
{
	my ($item, $whole) = @_;
	my $tag = $item->{column_tag};
	my @at = $whole ? @{ $boundary{ $item->{bucket} } } : (@off_boundary, @{ $boundary{ $item->{bucket} } });
	my $sql = $whole ? pick('? >= L AND ? < L', '? >= L AND ? < L', '? >= L', '? < L', '? < L OR ? >= L', 'NOT (? < L)', '? IS NULL', '? IS NOT NULL',
		'? >= L AND ? IS NOT NULL', "? < 'infinity'", "? >= L AND ? < 'infinity'")
	  : pick('? >= L AND ? < L', '? BETWEEN L AND L', '? > L', '? <= L', '? = L', '? IN (L, L)', '? >= L', '? < L', '? >= L AND ? <= L',
	  	"? <= 'infinity'", "? > '-infinity'", '? <> L', '? < L OR ? >= L');

	# of another type, now and then
	$sql =~ s/\bL\b/literal_of(chance(0.1) ? pick(qw(date ts tz)) : $tag, pick(@at))/ge;
	return '(' . put($sql, $item->{column}) . ')';
}

# the same of numbers
sub number_range
{
	my $item = shift;
	my $sql = pick('? >= L AND ? < L', '? >= L', '? < L', '? > L', '? <= L', 'NOT (? < L)', '? < L OR ? >= L', '? BETWEEN L AND L', '? = L', '? IN (L, L)', '? IS NULL');
	my @at = (-8, -4, -2, -1, 0, 1, 2, 4, 8, 10, $item->{column_tag} =~ /^(?:num|flt)$/ ? (2.5, 0.1, 1.0) : ());

	if ($item->{column_tag} =~ /^(?:int|big)$/ && chance(0.3)) { $sql =~ s/\bL\b/literal_of('big', pick(@large))/ge }
	$sql =~ s/\bL\b/literal_of($item->{column_tag}, pick(@at))/ge;
	return '(' . put($sql, $item->{column}) . ')';
}

# ---- aggregates: {sql, tag, mode, kind, arg}

my @statistics = qw(variance var_pop var_samp stddev stddev_pop stddev_samp);
our %aggregates = (
	int => [ qw(sum avg min max sum2 bit_and bit_or bit_xor var) ], big => [ qw(sum avg min max sum2 bit_and bit_or var) ], num => [ qw(sum avg min max sum2 var) ],
	flt => [ qw(sum avg min max sum2 var) ], text => [ qw(min max) ], ci => [ qw(min max) ], bp => [ qw(min max) ],
	date => [ qw(min max) ], ts => [ qw(min max) ], tz => [ qw(min max) ], ival => [ qw(min max sum avg) ], bool => [ qw(bool_and bool_or every) ],
	bit => [ qw(bit_and bit_or bit_xor) ], uuid => [], json => [], enum => [ qw(min max) ], time => [ qw(min max) ], arr => [ qw(min max) ], narr => [ qw(min max) ],
	bytes => [], money => [ qw(sum min max) ], inet => [ qw(min max) ]);
# kinds that can be rolled up
our %rolls = map { $_ => 1 } qw(count sum min max sum2 bit_and bit_or bit_xor bool_and bool_or every regr_count regr_sxx regr_syy regr_sxy);

sub aggregate
{
	my ($kind, $arg, $filter) = @_;
	my ($sql, $tag) = $arg ? @$arg{qw(sql tag)} : ('', '');
	my $near = $tag eq 'flt';
	my %made = (kind => $kind, arg => $arg, filter => $filter);
	my $function = $kind eq 'var' ? pick(@statistics) : $kind;

	$made{sql} = $kind eq 'count*' ? 'count(*)' : $kind eq 'sum2' ? put('sum(? * ?)', $sql) : "$function($sql)";
	$made{sql} = "count(DISTINCT $sql)" if $kind eq 'distinct';
	$made{sql} = qq{string_agg(($sql)::text, ',' ORDER BY ($sql)::text COLLATE "C")} if $kind eq 'list';
	$made{sql} = "percentile_cont(0.5) WITHIN GROUP (ORDER BY $sql)" if $kind eq 'percentile';
	$made{sql} .= " FILTER (WHERE $filter)" if $filter;
	$made{tag} = $kind =~ /^(?:count|distinct)/ ? 'big' : $kind =~ /^(?:min|max|bit|bool|every)/ ? ($kind eq 'every' ? 'bool' : $tag)
	  : $kind eq 'list' ? 'text' : $kind eq 'percentile' ? 'flt' : $near || $tag =~ /^(?:ival|money)$/ ? $tag : $kind =~ /^sum/ && $tag eq 'int' ? 'big' : 'num';
	$made{mode} = $kind =~ /^(?:count|distinct|list|bit|bool|every)/ ? 'exact' : $kind =~ /^m(?:in|ax)$/ ? $loose{$tag} // 'exact'
	  : $near || $kind eq 'percentile' ? 'near' : $tag eq 'ival' ? 'ival' : 'exact';
	return \%made;
}

sub random_aggregate
{
	my ($item, $filter) = @_;
	my $n = rand;
	my @kinds = @{ $aggregates{ $item->{tag} } };

	return aggregate('count*', undef, $filter) if $n < 0.15;
	return aggregate('count', $item, $filter) if $n < 0.25 || !@kinds;
	return aggregate('distinct', $item, $filter) if $n < 0.32;
	return aggregate('percentile', $item, $filter) if $n < 0.36 && $item->{tag} =~ /^(?:int|flt)$/;
	return aggregate('list', $item, $filter) if $n < 0.4 && $item->{tag} =~ /^(?:int|text|bool)$/;
	return aggregate(pick(@kinds), $item, $filter);
}

# what belongs together: sum and count, minimum and maximum
sub bundle
{
	my ($item, $filter) = @_;
	my $tag = $item->{tag};
	my $n = rand;

	return aggregate('count*', undef, $filter) if $n < 0.2;
	return random_aggregate($item, $filter) if $n < 0.35;
	return map { aggregate($_, $item, $filter) } qw(min max) if $n < 0.55 && $tag !~ /^(?:bool|bit|uuid|json|bytes)$/;
	return map { aggregate($_, $item, $filter) } qw(sum count) if $tag eq 'money';
	if ($tag eq 'flt' && chance(0.7))
	{
		return map { aggregate($_, $item, $filter) } qw(sum count var) if chance(0.5);
		# corr and slope tell what is constant from what nearly is
		my $pair = { sql => "$item->{sql}, abs($item->{sql})", tag => 'flt' };
		return map { aggregate($_, $pair, $filter) } qw(regr_count regr_avgx regr_avgy regr_sxx regr_syy), pick(qw(regr_sxy covar_pop covar_samp));
	}
	if ($tag =~ /^(?:int|big|num|flt)$/)
	{
		return map { aggregate($_, $item, $filter) } chance(0.5) ? qw(sum count) : qw(sum count sum2);
	}
	return random_aggregate($item, $filter);
}

# ---- relations and views: {name, columns, ...}

sub make_view
{
	my ($of, $name) = @_;
	my @items = column_items($of);
	my $n = rand;
	my %v = (name => $name, of => $of, kind => $n < 0.3 ? 'rows' : $n < 0.4 ? 'one' : 'groups', fresh => 1, immediate => chance(0.25));
	my (@outs, $group, $options);

	# immediate views are over tables
	$v{immediate} = 0 if $of->{view};
	$v{where} = [ map { $_->{tag} =~ /^(?:int|big|text|date|ts|tz)$/ && $_->{sql} !~ /^t\.[xr]|nm$/ && chance(0.6) ? lower_bound($_) : { sql => condition($_) } }
		  chance(0.35) ? some(chance(0.15) ? 2 : 1, @items) : () ];
	if ($v{kind} eq 'rows')
	{
		@outs = chance(0.3) ? @items : distinct_items(some(3 + int rand 5, @items, map { over($_, 0.2) } some(3, @items)));
		$v{items} = [@outs];
	}
	else
	{
		my @keys = grep { $_->{sql} ne 't.id' } @items;
		my $filter = chance(0.2) ? condition(pick(@items)) : '';

		my @times = chance(0.5) ? some(1, grep { $_->{tag} =~ /^(?:ts|tz|date)$/ } @keys) : ();
		# groups of values that are equal and look different
		my @loose = chance(0.25) ? some(1, grep { $loose{ $_->{tag} } && $_->{sql} ne 't.m' } @keys) : ();
		@keys = $v{kind} eq 'one' ? () : @loose ? distinct_items(@loose, some(chance(0.3), @keys)) : distinct_items(map({ over($_, 0) } @times),
			map { over($_, 0.45) } some((@times ? 0 : 1) + int rand 3, @keys));
		$v{keys} = \@keys;
		$v{items} = [ map { $_->{hidden} = chance(0.06); $_->{hidden} ? () : $_ } @keys ];
		$v{aggregates} = [ distinct_items(chance(0.8) ? aggregate('count*') : (), $filter && chance(0.5) ? aggregate('count*', undef, $filter) : (),
				map { bundle($_, chance(0.4) ? $filter : '') } some(1 + int rand 3, @items)) ];
		@outs = shuffled(@{ $v{items} }, @{ $v{aggregates} });
		# a bucket may be stored with what is computed from it
		$group = join ', ', map { $_->{sql} } shuffled(@keys);
	}
	my $c = 0;
	$v{columns} = [ map { [ 'c' . ++$c, undef, $_->{tag} ] } @outs ];
	$c = 0;
	$options = $v{immediate} ? ' WITH (aqumv.incremental)' : '';
	$v{definition} = "SELECT " . join(', ', map { "$_->{sql} AS c" . ++$c } @outs) . " FROM $of->{name} AS t"
	  . (@{ $v{where} } ? ' WHERE ' . join(' AND ', map { "($_->{sql})" } @{ $v{where} }) : '') . ($group ? " GROUP BY $group" : '');
	$v{view} = 1;
	# one that cannot be maintained at once is made without the option
	$v{sql} = [ map { literals($_) } "CREATE MATERIALIZED VIEW $name$options AS $v{definition}", $options ? "\\if :ERROR\nCREATE MATERIALIZED VIEW $name AS $v{definition};\n\\endif" : () ];
	push @{ $v{sql} }, "CREATE INDEX ON $name (c1)" if chance(0.1) && $v{columns}[0][2] ne 'json';
	return \%v;
}

sub make_table
{
	my @base = grep { $icu || $_->[0] !~ /^[cx]$/ } @columns;
	my %t = (name => 't', partitioned => chance(0.25));
	my @chosen = some(4 + int rand 4, @base);
	my (@definitions, @sql);

	# a time and a number, always
	push @chosen, pick(grep { $_->[0] =~ /^[dwz]$/ } @base) if !grep { $_->[0] =~ /^[dwz]$/ } @chosen;
	push @chosen, pick(grep { $_->[0] =~ /^[inmf]$/ } @base) if !grep { $_->[0] =~ /^[inmf]$/ } @chosen;
	$t{columns} = [ [ 'id', 'int', 'int', 1 ], map { [ @$_, chance(0.25) ] } [ 'k', 'int', 'int' ], sort { $a->[0] cmp $b->[0] } @chosen ];
	push @{ $t{columns} }, [ 'part', 'int', 'int' ] if $t{partitioned};
	@definitions = map { "$_->[0] $_->[1]" . ($_->[3] ? ' NOT NULL' : '') } @{ $t{columns} };
	$t{key} = !$t{partitioned} && chance(0.5);
	push @definitions, 'PRIMARY KEY (id)' if $t{key};
	@sql = ("CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')", 'CREATE DOMAIN dn AS numeric', 'CREATE TABLE t (' . join(', ', @definitions) . ')' . ($t{partitioned} ? ' PARTITION BY LIST (part)' : ''));
	if ($t{partitioned})
	{
		push @sql, 'CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (0, 1)', 'CREATE TABLE t_2 PARTITION OF t DEFAULT';
	}
	push @sql, 'CREATE INDEX ON t (' . pick(map { $_->[0] } @{ $t{columns} }) . ')' if chance(0.3);
	$t{sql} = \@sql;
	return \%t;
}

our $id;

sub tuple
{
	my $t = shift;

	return '(' . join(', ', map { $_->[0] eq 'id' ? ++$id : row_value($_) } @{ $t->{columns} }) . ')';
}

sub insert_into { my $t = shift; return 'INSERT INTO t (' . join(', ', map { $_->[0] } @{ $t->{columns} }) . ') VALUES ' }
sub insert { my ($t, $n) = @_; return insert_into($t) . join ', ', map { tuple($t) } 1 .. $n }

sub write_statement
{
	my ($t, $in_use) = @_;
	# what is open cannot be truncated
	my $n = $in_use ? rand 0.97 : rand;
	my $column = pick(grep { $_->[0] ne 'id' } @{ $t->{columns} });
	my $where = chance(0.6) ? condition(pick(column_items($t))) : 't.id % 5 = ' . int rand 5;

	return insert($t, 1 + int rand 6) if $n < 0.5;
	return "UPDATE t SET $column->[0] = " . row_value($column) . " WHERE $where" if $n < 0.8;
	return "DELETE FROM t WHERE $where" if $n < 0.97;
	return $t->{partitioned} ? 'TRUNCATE t_1' : 'TRUNCATE t';
}

1;
