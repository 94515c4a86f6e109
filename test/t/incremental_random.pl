# Random tables, random incremental views over them, random statements; after
# each statement every view is compared with its definition.  Cases are made
# from a seed: AQUMV_SEED repeats a run (or, set to the seed that a failed case
# prints, runs that case first).  AQUMV_RANDOM_SECONDS (default 20) says for how
# long new cases are begun.  A case that fails is reduced and printed as a
# script.
#
# Text is compared, so that 1.0 instead of 1.00 shows, but for
# - floating point aggregates, whose last digits depend on the order of input;
# - grouping keys, minima and maxima of types where equal values may look
#   different: they must be equal, and look like a value of their group.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use AqumvTest;
use PostgreSQL::Test::Utils;
use RandomTables qw(chance pick some);
use Test::More;
use Time::HiRes qw(time);

my $seconds = $ENV{AQUMV_RANDOM_SECONDS} || 20;
my $seed = $ENV{AQUMV_SEED} || int(time) % 1000000 * 1000;

# ICU collations need an encoding other than SQL_ASCII
my $node = new_node('random', extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
my $icu = $node->safe_psql('postgres', q{SELECT count(*) > 0 FROM pg_collation WHERE collprovider = 'i'}) eq 't';
my $amcheck = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'});

my $oracle = <<'SQL';
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE SCHEMA oracle;
CREATE TABLE oracle.views (name text, columns jsonb, looks text[], zone text);
CREATE AGGREGATE oracle.my_sum (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE FUNCTION oracle.near(a float8, b float8) RETURNS boolean LANGUAGE sql AS $$
	SELECT a IS NOT DISTINCT FROM b OR coalesce(abs(a - b) <= 1e-6 + 1e-9 * greatest(abs(a), abs(b)), false)
$$;
-- the session that has just made a view says how to compare its columns:
-- {"name": "exact", "equal" or "near"}; looks are conditions on its row v
CREATE FUNCTION oracle.register(view text, columns jsonb, looks text[]) RETURNS SETOF text LANGUAGE sql AS $$
	INSERT INTO oracle.views SELECT view, columns, looks, current_setting('timezone') WHERE to_regclass(view) IS NOT NULL
	RETURNING 'ACCEPTED ' || view
$$;
CREATE FUNCTION oracle.check(step text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	zone text := current_setting('timezone');
	r oracle.views;
	columns text;
	ordering text;
	condition text;
	look text;
	n bigint;
	sample text;
BEGIN
	FOR r IN SELECT * FROM oracle.views WHERE to_regclass(name) IS NOT NULL ORDER BY name LOOP
		PERFORM set_config('timezone', r.zone, false);
		-- columns that the test has not asked for are compared too
		SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
			string_agg(CASE WHEN mode = 'exact' THEN format('%I::text COLLATE "C"', attname) ELSE quote_ident(attname) END, ', '
				ORDER BY mode = 'near', mode, attnum),
			string_agg(format(CASE mode WHEN 'exact' THEN 'v.%1$I::text COLLATE "C" IS DISTINCT FROM d.%1$I::text COLLATE "C"'
				WHEN 'near' THEN 'NOT oracle.near(v.%1$I, d.%1$I)'
				ELSE 'v.%1$I IS DISTINCT FROM d.%1$I' END, attname), ' OR ')
		INTO columns, ordering, condition
		FROM (SELECT attname, attnum, coalesce(r.columns->>attname::text,
				CASE WHEN atttypid IN ('float4'::regtype, 'float8'::regtype) THEN 'near'
					WHEN typcategory IN ('N', 'B', 'D', 'S') THEN 'equal' ELSE 'exact' END) AS mode
			FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
			WHERE attrelid = r.name::regclass AND attnum > 0 AND NOT attisdropped) AS a;
		EXECUTE format('WITH v AS (SELECT row_number() OVER (ORDER BY %1$s) AS number, * FROM %2$s),
				d AS (SELECT row_number() OVER (ORDER BY %1$s) AS number, * FROM (%3$s) AS d (%4$s))
			SELECT count(*), string_agg(format(''%%s should be %%s'', v, d), ''; '')
			FROM v FULL JOIN d USING (number) WHERE v.number IS NULL OR d.number IS NULL OR %5$s',
			ordering, r.name, rtrim(pg_get_viewdef(r.name::regclass), ';'), columns, condition)
		INTO n, sample;
		IF n > 0 THEN
			RETURN NEXT format('MISMATCH %s %s: %s', step, r.name, left(sample, 1000));
		ELSE
			FOREACH look IN ARRAY r.looks LOOP
				EXECUTE format('SELECT count(*), string_agg(v::text, ''; '') FROM %s AS v WHERE NOT (%s)', r.name, look) INTO n, sample;
				IF n > 0 THEN
					RETURN NEXT format('MISMATCH %s %s: no such value in the group: %s', step, r.name, left(sample, 1000));
				END IF;
			END LOOP;
		END IF;
	END LOOP;
	PERFORM set_config('timezone', zone, false);
END $$;
SQL
$oracle .= "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);\n" if $icu;
$oracle .= <<'SQL' if $amcheck;
CREATE EXTENSION amcheck SCHEMA oracle;
SQL
$oracle .= 'CREATE FUNCTION oracle.check_indexes() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN ' . ($amcheck ? <<'SQL' : '') . "END \$\$;\n";

	PERFORM oracle.bt_index_check(indexrelid, true)
	FROM oracle.views JOIN pg_index ON indrelid = to_regclass(name) JOIN pg_class i ON i.oid = indexrelid
	WHERE relam = (SELECT oid FROM pg_am WHERE amname = 'btree');
SQL
$node->safe_psql('postgres', $oracle);

# ---- tables

my %type = (
	g => 'int', i => 'int', b => 'bigint', n => 'numeric', m => 'numeric(8,2)', f => 'float8', s => 'text',
	c => $icu ? 'text COLLATE ci' : 'text', o => 'bool', d => 'date', w => 'timestamp', z => 'timestamptz');
my @zones = qw(Europe/Berlin America/New_York UTC Asia/Kathmandu Australia/Lord_Howe);
my %values = (
	g => [ 0 .. 4 ], i => [ -3 .. 9 ], b => [ 1, 2, 10000000000, -9000000000000000 ],
	n => [ qw(0 0.00 1 1.0 1.00 -1 2.5 2.50 100 0.1 3 3.000 123456789012345678901234567890.123) ],
	m => [ qw(1.5 -2.25 0 999.99 10 10.01) ],
	f => [ qw(0 -0 1.5 -2.5 0.1 0.2 0.3 7 1e-5) ],
	s => [ qw(a A b ab zz), '', 'e f' ], c => [ qw(a A b B ab AB) ], o => [ qw(t f) ],
	d => [ qw(2025-03-29 2025-03-30 2025-10-26 2024-02-29 2025-03-01) ],
	w => [ '2025-03-30 01:30:00', '2025-10-26 02:30:00', '2024-02-29 12:00:00', '2025-03-01 00:00:00' ],
	z => [ '2025-03-30 00:59:59+00', '2025-03-30 01:00:00+00', '2025-10-25 23:30:00+00', '2025-10-26 00:30:00+00',
		'2025-10-26 01:30:00+00', '2025-11-02 05:30:00+00', '2025-11-02 06:30:00+00', '2025-04-05 15:15:00+00' ]);
my %rare = (
	n => [ qw(NaN Infinity -Infinity) ], m => ['NaN'], f => [ qw(NaN Infinity -Infinity 1e17) ],
	w => [ 'infinity', '-infinity' ], z => [ 'infinity' ]);

# a value of a column, undef for NULL
sub value
{
	my $column = shift;

	return undef if chance($column eq 'g' ? 0.05 : 0.12);
	return pick(@{ $rare{$column} }) if $rare{$column} && chance(0.06);
	return pick(@{ $values{$column} });
}

sub literal
{
	my $value = shift;

	return !defined $value ? 'NULL' : $value =~ /^-?[1-9]\d*$/ ? $value : "'$value'";
}

my $id;

# values of all columns of a row
sub row
{
	my ($t, $row_id) = @_;

	return map { $_ eq 'id' ? $row_id // ++$id : $_ eq 'part' ? int rand 4 : $_ eq 'parent' ? pick(undef, 1 .. 3) : value($_) }
	  @{ $t->{insert} };
}

sub columns { my $t = shift; return join ', ', @{ $t->{insert} } }

sub tuple { return '(' . join(', ', map { literal($_) } row(@_)) . ')' }

sub make_table
{
	my %t = (columns => [ 'g', sort(some(3 + int rand 5, grep { $_ ne 'g' } sort keys %type)) ]);
	my %has = map { $_ => 1 } @{ $t{columns} };
	my @insert = ('id', @{ $t{columns} });
	my (@definitions, @sql);

	$t{has} = \%has;
	$t{key} = chance(0.6);
	$t{partitioned} = chance(0.3);
	$t{parent} = chance(0.15);
	$t{zone} = pick(@zones);
	push @insert, 'part' if $t{partitioned};
	push @insert, 'parent' if $t{parent};
	$t{insert} = \@insert;
	@definitions = map { "$_ " . ($type{$_} // 'int') . ($t{key} && /^(?:id|part)$/ ? ' NOT NULL' : '') . ($_ eq 'parent' ? ' REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE' : '') } @insert;
	push @definitions, 'unused_json json' if chance(0.3);
	push @definitions, "unused_point point DEFAULT '(1,2)'" if chance(0.3);
	push @definitions, 'made int GENERATED ALWAYS AS (g * 2) STORED' if $t{made} = chance(0.15);
	splice @definitions, rand @definitions, 0, 'hole int' if my $hole = chance(0.3);
	push @sql, 'CREATE TABLE parent (parent int PRIMARY KEY)', 'INSERT INTO parent VALUES (1), (2), (3)' if $t{parent};
	push @definitions, $t{partitioned} ? 'PRIMARY KEY (id, part)' : 'PRIMARY KEY (id)' if $t{key};
	$t{conflict} = $t{partitioned} ? '(id, part)' : '(id)';
	push @sql, 'CREATE TABLE t (' . join(', ', @definitions) . ')' . ($t{partitioned} ? ' PARTITION BY LIST (part)' : '');
	push @sql, 'ALTER TABLE t DROP COLUMN hole' if $hole;
	if ($t{partitioned})
	{
		push @sql, 'CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (0)',
		  'CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (1, 2) PARTITION BY ' . ($t{key} ? 'HASH (id)' : 'LIST (g)'),
		  $t{key}
		  ? ('CREATE TABLE t_2a PARTITION OF t_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0)', 'CREATE TABLE t_2b PARTITION OF t_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1)')
		  : ('CREATE TABLE t_2a PARTITION OF t_2 FOR VALUES IN (0, 1)', 'CREATE TABLE t_2b PARTITION OF t_2 DEFAULT');
		# one whose columns are in another order
		push @sql, 'CREATE TABLE t_3 (hole2 int, ' . join(', ', reverse grep { !/^PRIMARY|^hole / } @definitions) . ')',
		  'ALTER TABLE t_3 DROP COLUMN hole2', 'ALTER TABLE t ATTACH PARTITION t_3 DEFAULT';
	}
	if (chance(0.1))
	{
		push @sql, 'CREATE FUNCTION before() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.g = 3 AND NEW.id % 4 = 0 THEN RETURN NULL; END IF;
	NEW.g := coalesce(NEW.g, 4);
	RETURN NEW;
END $$', 'CREATE TRIGGER before BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION before()';
	}
	if ($t{partitioned} && chance(0.15))
	{
		# moves rows untold
		push @sql, 'CREATE FUNCTION moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.id % 3 = 0 THEN NEW.part := (coalesce(NEW.g, 0) + NEW.id) % 4; END IF;
	RETURN NEW;
END $$', 'CREATE TRIGGER moves BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION moves()';
	}
	if (chance(0.1))
	{
		my $name = pick('aa', 'zz');
		push @sql, 'CREATE FUNCTION after() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF pg_trigger_depth() < 2 THEN
		UPDATE t SET g = NEW.g WHERE id = NEW.id - 1;
		DELETE FROM t WHERE id = NEW.id - 9;
	END IF;
	RETURN NULL;
END $$', "CREATE TRIGGER $name AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION after()";
	}
	push @sql, 'CREATE INDEX ON t (' . pick(@{ $t{columns} }) . ')' if chance(0.4);
	$t{sql} = \@sql;
	return \%t;
}

# ---- expressions over a row; each kind only of columns that the table has

# those of a list of [expression, needed columns...] that the table allows
sub possible
{
	my ($t, @list) = @_;

	return grep { my (undef, @need) = @$_; !grep { !$t->{has}{$_} } @need } @list;
}

sub condition
{
	my $t = shift;
	my @conditions = map { $_->[0] } possible($t,
		['g > 1'], ['g IS NOT NULL'], ['(g = 2) IS NOT TRUE'], [ 'i > 2', 'i' ], [ 'i IS NULL OR i % 2 = 0', 'i' ], [ 'o', 'o' ], [ 'NOT o', 'o' ],
		[ 'n >= 1', 'n' ], [ 'm > 0', 'm' ], [ 'f < 2', 'f' ], [ "s <> 'a'", 's' ], [ "c = 'a'", 'c' ], [ "d > '2025-03-15'", 'd' ],
		[ "z >= timestamptz '2025-10-26 00:00:00+00'", 'z' ], [ "w < '2025-06-01'", 'w' ], [ 'b IN (1, 2)', 'b' ]);

	return join pick(' AND ', ' OR '), some(chance(0.2) ? 2 : 1, @conditions);
}

# a grouping key: [expression, how to compare it]
sub key
{
	my $t = shift;

	return @{ (some(1, possible_keys($t)))[0] };
}

sub possible_keys
{
	my $t = shift;

	return map { [ $_->[0], $_->[0] =~ /^[nfc]$/ ? 'equal' : 'exact' ] } possible($t,
		['g'], ['g'], ['g'], ['g % 3'], [ 'i', 'i' ], [ 'abs(i)', 'i' ], [ 'i + g', 'i' ], [ 'b', 'b' ], [ 'n', 'n' ], [ 'm', 'm' ], [ 'f', 'f' ],
		[ 's', 's' ], [ 'upper(s)', 's' ], [ "coalesce(s, 'none')", 's' ], [ 'c', 'c' ], [ 'o', 'o' ], [ 'd', 'd' ], [ 'n > 1', 'n' ],
		[ 'CASE WHEN o THEN g ELSE -1 END', 'o' ], [ 'w::date', 'w' ], [ "date_trunc('month', w)", 'w' ], [ "date_trunc('day', z)", 'z' ],
		[ 'z::date', 'z' ], [ 'extract(hour FROM z)', 'z' ], [ 'round(m)', 'm' ], [ "date_trunc('hour', z)", 'z' ]);
}

# an aggregate: [expression, how to compare it, its argument if it shows one]
sub aggregate
{
	my ($t, $algebraic) = @_;
	my @folded = possible($t,
		['count(*)'], ['count(*)'], ['sum(g)'], ['count(g)'], ['avg(g)'], ['min(g)'], ['max(g)'], [ 'sum(i)', 'i' ], [ 'count(i)', 'i' ],
		[ 'avg(i)', 'i' ], [ 'min(i)', 'i' ], [ 'max(i)', 'i' ], [ 'sum(i * 2 + g)', 'i' ], [ 'sum(b)', 'b' ], [ 'avg(b)', 'b' ],
		[ 'sum(n)', 'n' ], [ 'avg(n)', 'n' ], [ 'min(n)', 'n' ], [ 'max(n)', 'n' ], [ 'sum(m)', 'm' ], [ 'avg(m)', 'm' ], [ 'max(m)', 'm' ],
		[ 'sum(n * 2)', 'n' ], [ 'sum(f)', 'f' ], [ 'avg(f)', 'f' ], [ 'min(f)', 'f' ], [ 'max(f)', 'f' ], [ 'min(s)', 's' ], [ 'max(s)', 's' ],
		[ 'count(s)', 's' ], [ 'min(c)', 'c' ], [ 'max(c)', 'c' ], [ 'bool_and(o)', 'o' ], [ 'bool_or(o)', 'o' ], [ 'every(o)', 'o' ],
		[ 'bit_and(i)', 'i' ], [ 'bit_or(i)', 'i' ], [ 'bit_xor(i)', 'i' ], [ 'variance(i)', 'i' ], [ 'stddev(g)' ], [ 'var_pop(m)', 'm' ],
		[ 'stddev_samp(n)', 'n' ], [ 'var_samp(n)', 'n' ], [ 'stddev_pop(n * 2)', 'n' ], [ 'variance(b)', 'b' ], [ 'stddev_pop(i - g)', 'i' ], [ 'sum(n * n)', 'n' ],
		[ 'sum(i::bigint * i)', 'i' ], [ 'stddev_pop(f)', 'f' ], [ 'variance(f)', 'f' ], [ 'min(d)', 'd' ], [ 'max(z)', 'z' ], [ 'min(w)', 'w' ],
		[ 'max(length(s))', 's' ]);
	my @other = possible($t,
		['count(DISTINCT g)'], [ 'count(DISTINCT i)', 'i' ], [ 'count(DISTINCT c)', 'c' ], [ 'count(DISTINCT n)', 'n' ], [ 'sum(DISTINCT i)', 'i' ],
		[ "string_agg(s, ',' ORDER BY s)", 's' ], [ q{string_agg(c, ',' ORDER BY c COLLATE "C")}, 'c' ], [ 'array_agg(i ORDER BY i)', 'i' ],
		[ 'array_agg(n ORDER BY n, n::text COLLATE "C")', 'n' ], [ 'percentile_cont(0.5) WITHIN GROUP (ORDER BY f)', 'f' ],
		[ 'percentile_cont(0.25) WITHIN GROUP (ORDER BY i)', 'i' ], ['percentile_disc(0.5) WITHIN GROUP (ORDER BY g)'], [ 'mode() WITHIN GROUP (ORDER BY i)', 'i' ],
		[ 'oracle.my_sum(i)', 'i' ], [ 'json_agg(i ORDER BY i)', 'i' ], [ 'array_agg(DISTINCT g)' ], [ '(array_agg(id ORDER BY g, id))[1]' ]);
	my $expression = pick(@{ $algebraic ? \@folded : \@other })->[0];
	my $argument = $expression =~ /^(?:min|max)\(([nfc])\)$/ ? $1 : undef;
	my $compare = $argument && $argument ne 'f' ? 'equal' : $expression =~ /\bf\b|percentile_cont/ ? 'near' : 'exact';

	$compare = 'equal' if $argument && $argument eq 'f';
	if ($expression !~ /^\(/ && chance(0.25))
	{
		my $filter = condition($t);
		$expression .= " FILTER (WHERE $filter)";
		$argument = undef;
	}
	return ($expression, $compare, $argument);
}

sub derived
{
	my $t = shift;

	return pick(map { $_->[0] } possible($t,
		['sum(g) / count(*)'], ['coalesce(sum(g), 0)'], ['round(avg(g), 2)'], ['max(g) - min(g)'], ['count(*) > 2'], [ 'sum(i) + count(*)', 'i' ],
		[ 'coalesce(sum(m), 0)', 'm' ], [ 'max(i) - min(g)', 'i' ], [ 'CASE WHEN count(*) > 1 THEN avg(m) END', 'm' ], [ 'round(sum(i)::numeric / count(*), 3)', 'i' ],
		[ "'total ' || sum(i)", 'i' ], [ 'bool_or(o) AND count(*) > 1', 'o' ], [ 'count(*) - count(s)', 's' ]));
}

# ---- views

my @shapes = ('projection with key', 'projection without key', 'groups', 'groups recomputed', 'groups with expressions', 'groups with HAVING',
	'groups without their key', 'no GROUP BY', 'no GROUP BY recomputed', 'no aggregate');

sub make_view
{
	my ($t, $name) = @_;
	my $shape = pick(@shapes);
	my (@out, @keys, %compare, @looks);
	my $where = chance(0.4) ? condition($t) : '';
	my $tail = '';
	my $add = sub {
		my ($expression, $mode) = @_;
		my $column = 'c' . (@out + 1);

		push @out, "$expression AS $column";
		$compare{$column} = $mode;
		return $column;
	};

	$shape = 'projection without key' if $shape eq 'projection with key' && !$t->{key};
	if ($shape =~ /^projection/)
	{
		if ($shape eq 'projection with key')
		{
			$add->('id', 'exact');
			$add->('part', 'exact') if $t->{partitioned};
		}
		$add->($_, 'exact') for some(1 + int rand 4, @{ $t->{columns} }, map({ $_->[0] } possible_keys($t)), $t->{made} ? 'made' : ());
	}
	else
	{
		my $n = $shape =~ /^no GROUP BY/ ? 0 : chance(0.7) ? 1 : 2;
		my @made;

		while (@keys < $n)
		{
			my ($expression, $mode) = key($t);
			push @keys, [ $expression, $mode, undef ] if !grep { $_->[0] eq $expression } @keys;
		}
		if ($shape ne 'groups without their key')
		{
			$_->[2] = $add->($_->[0], $_->[1]) for @keys;
		}
		if ($shape ne 'no aggregate')
		{
			for (1 .. 1 + int rand 4)
			{
				my ($expression, $mode, $argument) = aggregate($t, $shape !~ /recomputed/ || chance(0.4));
				# rows that nothing tells apart cannot be compared one by one
				($expression, $mode, $argument) = ('count(*)', 'exact') if $shape eq 'groups without their key' && $mode ne 'exact';
				push @made, [ $add->($expression, $mode), $argument ];
			}
			$add->((aggregate($t, 0))[ 0, 1 ]) if $shape =~ /recomputed/;
			$add->(derived($t), 'exact') if $shape eq 'groups with expressions';
			$add->("$keys[0][0] + count(*)", 'exact') if $shape eq 'groups with expressions' && $keys[0][0] eq 'g';
		}
		$tail = ' GROUP BY ' . join ', ', map { $_->[0] } @keys if @keys;
		$tail .= ' HAVING ' . pick('count(*) > 1', 'sum(g) > 3', 'max(g) IS NOT NULL', 'min(id) > 5') if $shape eq 'groups with HAVING';
		if ($shape ne 'groups without their key')
		{
			my $group = join ' AND ', map({ "$_->[0] IS NOT DISTINCT FROM v.$_->[2]" } @keys), $where ? "($where)" : ();

			$group ||= 'true';
			for (grep { $_->[1] } [], map({ $_->[1] eq 'equal' ? [ $_->[2], $_->[0] ] : [] } @keys), @made)
			{
				push @looks, qq{v.$_->[0] IS NULL OR EXISTS (SELECT FROM t WHERE $group AND $_->[1]::text COLLATE "C" = v.$_->[0]::text COLLATE "C")};
			}
		}
	}
	my $query = 'SELECT ' . join(', ', @out) . ' FROM t' . ($where ? " WHERE $where" : '') . $tail;
	my $sql = "CREATE MATERIALIZED VIEW $name WITH (aqumv.incremental) AS $query";
	my @sql = chance(0.1) ? ("$sql WITH NO DATA", "REFRESH MATERIALIZED VIEW $name") : ($sql);

	push @sql, "SELECT oracle.register('$name', '{" . join(', ', map { qq("$_": "$compare{$_}") } sort keys %compare) . "}', ARRAY["
	  . join(', ', map { '$l$' . $_ . '$l$' } @looks) . ']::text[])';
	return { name => $name, shape => $shape, sql => \@sql };
}

# ---- statements

sub where
{
	my $t = shift;
	my $n = rand;

	return $n < 0.4 ? 'WHERE ' . condition($t)
	  : $n < 0.65 ? 'WHERE id IN (' . join(', ', map { 1 + int rand($id + 1) } 1 .. 1 + int rand 4) . ')'
	  : $n < 0.8 ? 'WHERE g IS NOT DISTINCT FROM ' . literal(value('g'))
	  : $n < 0.95 ? 'WHERE id > ' . int rand($id + 1) : '';
}

sub assignments
{
	my $t = shift;
	my @same = map { $_->[0] } possible($t, ['g = t.g'], ['g = (t.g + 1) % 5'], [ 'n = t.n * 1.0', 'n' ], [ 'n = trim_scale(t.n)', 'n' ], [ 'f = - t.f', 'f' ],
		[ 'c = upper(t.c)', 'c' ], [ 'c = lower(t.c)', 'c' ], [ 'i = t.i + 1', 'i' ], [ 'o = NOT t.o', 'o' ], [ 's = t.s', 's' ]);

	return pick(@same) if chance(0.4);
	return join ', ', map { "$_ = " . ($_ eq 'part' ? int rand 4 : literal(value($_))) }
	  some(1 + int rand 2, @{ $t->{columns} }, $t->{partitioned} ? 'part' : ());
}

sub insert
{
	my $t = shift;

	return "INSERT INTO t (" . columns($t) . ') VALUES ' . join(', ', map { tuple($t, @_) } 1 .. (chance(0.5) ? 1 : 1 + int rand 6));
}

sub update { my $t = shift; return 'UPDATE t SET ' . assignments($t) . ' ' . where($t) }
sub delete_rows { my $t = shift; return 'DELETE FROM t ' . where($t) }

# A statement that may stand in a transaction; if that may be an aborted one, not
# COPY, whose data would be taken for SQL.
sub statement
{
	my ($t, $later) = @_;
	my $n = rand;

	return insert($t) if $n < 0.3;
	return update($t) if $n < 0.55;
	return delete_rows($t) if $n < 0.68;
	return delete_rows($t) if $later && $n < 0.73;
	if ($n < 0.73)
	{
		return "COPY t (" . columns($t) . ") FROM stdin;\n"
		  . join('', map { join("\t", map { defined $_ ? $_ : '\N' } row($t)) . "\n" } 1 .. 1 + int rand 8) . "\\.\n";
	}
	if ($n < 0.8)
	{
		my @ids = some(3, 1 .. $id + 3);
		my $part = $t->{partitioned} ? ', part' : '';
		# all sets of actions; rows may move to other partitions
		my $set = pick('g = s.g', assignments($t), $part ? ('part = s.part', 'g = s.g, part = (t.part + s.part) % 5') : ());
		my @actions = some(1 + int rand 3, ' WHEN MATCHED AND s.g > 3 THEN DELETE', " WHEN MATCHED AND s.g < 4 THEN UPDATE SET $set",
			" WHEN NOT MATCHED THEN INSERT (id, g$part) VALUES (s.id, s.g" . ($part ? ', s.part' : '') . ')');
		return 'MERGE INTO t USING (VALUES ' . join(', ', map { "($_, " . int(rand 5) . ($part ? ', ' . int rand 4 : '') . ')' } @ids) . ") AS s (id, g$part)"
		  . ' ON t.id = s.id' . join '', @actions;
	}
	if ($n < 0.87 && $t->{key})
	{
		my @rows = map { tuple($t, $_) } some(1 + int rand 3, 1 .. $id + 2);
		my $set = assignments($t);

		# which must not move rows to other partitions
		$set = 'g = excluded.g' if $set =~ /\bpart =/;
		return 'INSERT INTO t (' . columns($t) . ') VALUES ' . join(', ', @rows) . " ON CONFLICT $t->{conflict} DO "
		  . pick('NOTHING', "UPDATE SET $set", 'UPDATE SET g = excluded.g', 'UPDATE SET g = excluded.g WHERE t.g > 1');
	}
	if ($n < 0.93)
	{
		return pick(
			"WITH gone AS (DELETE FROM t " . where($t) . " RETURNING *) INSERT INTO t (" . columns($t) . ') SELECT '
			  . join(', ', map { $_ eq 'id' ? 'id + 1000' : $_ } @{ $t->{insert} }) . ' FROM gone',
			"WITH a AS (UPDATE t SET " . assignments($t) . ' WHERE id % 3 = 0 RETURNING 1), b AS (DELETE FROM t WHERE id % 3 = 1 AND g = 2 RETURNING 1) ' . insert($t),
			"WITH a AS (" . insert($t) . ' RETURNING id) UPDATE t SET ' . assignments($t) . ' WHERE id % 2 = 0',
			'INSERT INTO t (' . columns($t) . ') SELECT ' . join(', ', map { $_ eq 'id' ? 'id + ' . ($id += 100) : $_ } @{ $t->{insert} }) . ' FROM t WHERE id % 4 = 0');
	}
	if ($n < 0.96)
	{
		my $value = literal(value('g'));
		return 'DO $$ BEGIN
	FOR counter IN 1 .. ' . (2 + int rand 20) . ' LOOP
		' . update($t) . ';
		BEGIN
			' . pick(insert($t), delete_rows($t), update($t)) . ';
			IF counter % 2 = 0 THEN RAISE division_by_zero; END IF;
		EXCEPTION WHEN division_by_zero OR unique_violation THEN NULL;
		END;
	END LOOP;
END $$' if chance(0.5);
		return "DO \$\$ BEGIN FOR counter IN 1 .. 30 LOOP INSERT INTO t (id, g" . ($t->{partitioned} ? ', part' : '') . ') VALUES (' . (($id += 30) - 30) . " + counter, $value"
		  . ($t->{partitioned} ? ', counter % 4' : '') . '); END LOOP; END $$';
	}
	return $t->{parent} ? pick('DELETE FROM parent WHERE parent = 2', 'UPDATE parent SET parent = parent + 10 WHERE parent < 3', 'INSERT INTO parent VALUES (1), (2), (3) ON CONFLICT DO NOTHING')
	  : $t->{partitioned} ? pick('TRUNCATE t_2', 'DELETE FROM t_1 WHERE g > 1', 'UPDATE t_2 SET g = 1 WHERE id % 2 = 0', 'UPDATE t_3 SET part = 5 WHERE id % 2 = 1', 'TRUNCATE t_1, t_3')
	  : pick('TRUNCATE t', 'DELETE FROM t', 'UPDATE t SET id = id + 2000');
}

# a step: a statement or several, with checks between
sub step
{
	my ($t, @views) = @_;
	my $n = rand;
	my $view = pick(@views)->{name};

	if ($n < 0.14)
	{
		return join ";\n%CHECK%", 'BEGIN' . pick('', ' ISOLATION LEVEL REPEATABLE READ', ' ISOLATION LEVEL SERIALIZABLE'), statement($t), 'SAVEPOINT a',
		  statement($t, 1), statement($t, 1), pick('ROLLBACK TO a', 'RELEASE a'), statement($t, 1), 'SAVEPOINT b', statement($t, 1),
		  pick('ROLLBACK TO b', 'RELEASE b'), statement($t, 1), pick('COMMIT', 'COMMIT', 'ROLLBACK');
	}
	if ($n < 0.16)
	{
		my $statements = statement($t) . ";\n" . statement($t, 1);

		# what is truncated stays locked
		return "BEGIN;\n$statements;\nPREPARE TRANSACTION 'x';\n" . ($statements =~ /TRUNCATE/ ? '' : "%CHECK%;\n")
		  . pick('COMMIT', 'ROLLBACK') . " PREPARED 'x'";
	}
	if ($n < 0.2)
	{
		# a REFRESH is by its session's zone
		return "SET timezone = '$t->{zone}';\n" . pick(
			"REFRESH MATERIALIZED VIEW $view", "BEGIN;\n" . statement($t) . ";\nREFRESH MATERIALIZED VIEW $view;\n%CHECK%;\n" . statement($t, 1) . ";\n%CHECK%;\nCOMMIT",
			"ALTER MATERIALIZED VIEW $view SET (aqumv.maintenance = 'manual');\n" . statement($t)
			  . ";\nALTER MATERIALIZED VIEW $view SET (aqumv.maintenance = 'immediate');\nREFRESH MATERIALIZED VIEW $view",
			"VACUUM $view", "REINDEX TABLE $view", 'VACUUM t', "VACUUM FULL $view", 'VACUUM FULL t');
	}
	if ($n < 0.24)
	{
		my $zone = pick(@zones);
		return pick(
			"SET timezone = '$zone'", 'SET enable_seqscan = off', 'SET enable_indexscan = off', 'RESET enable_seqscan', 'RESET enable_indexscan', "SET extra_float_digits = 0",
			'ALTER TABLE t ADD COLUMN added int DEFAULT 5', 'ALTER TABLE t DROP COLUMN IF EXISTS added', "SET bytea_output = escape; SET datestyle = 'German'", 'SET search_path = public, s');
	}
	return statement($t);
}

# ---- cases

sub make_case
{
	my $case_seed = shift;
	my (%case, $t, @views);

	srand($case_seed);
	$id = 0;
	$t = make_table();
	$case{seed} = $case_seed;
	$case{setup} = [ "SET timezone = '$t->{zone}'", @{ $t->{sql} } ];
	push @{ $case{setup} }, 'INSERT INTO t (' . columns($t) . ') VALUES ' . join(', ', map { tuple($t) } 1 .. 15) if chance(0.8);
	@views = map { make_view($t, "v$_") } 1 .. 1 + int rand 3;
	$case{views} = \@views;
	$case{steps} = [ map { step($t, @views) } 1 .. 25 ];
	return \%case;
}

# The case as a script, with the step that each line belongs to.
sub script
{
	my $case = shift;
	my ($text, @lines) = ('', undef);
	my $add = sub {
		my ($step, $sql) = @_;
		my $check = "SELECT * FROM oracle.check('$step')";

		$sql =~ s/%CHECK%;/$check;/g;
		$sql =~ s/%CHECK%/$check;\n/g;
		# after COPY's data there is nothing to end
		$sql =~ s/^(\\\.)\n;/$1/gm;
		$sql .= ";\n" if $sql !~ /(?:;|^\\\.)\n\z/m;
		$text .= $sql;
		push @lines, ($step) x ($sql =~ tr/\n//);
	};

	$add->('setup', $_) for "\\set VERBOSITY verbose\nSET $switch = off;\nSET lock_timeout = '10s'", 'CREATE SCHEMA s', 'SET search_path = s, public', @{ $case->{setup} };
	for my $view (@{ $case->{views} })
	{
		$add->($view->{name}, $_) for @{ $view->{sql} };
	}
	$add->('creation', '%CHECK%');
	for my $n (1 .. @{ $case->{steps} })
	{
		$add->("step $n", $case->{steps}[ $n - 1 ]);
		$add->("step $n", '%CHECK%');
	}
	$add->('indexes', 'SELECT oracle.check_indexes()');
	return ($text, \@lines);
}

# Run a case.  Returns the first problem as [step, text], and the names of the
# views that were accepted.
sub run_case
{
	my $case = shift;
	my ($text, $lines) = script($case);
	my ($out, $err, $timed_out);
	my (@problems, %accepted);

	$node->psql('postgres', q{ROLLBACK PREPARED 'x'}) if $node->safe_psql('postgres', 'SELECT count(*) FROM pg_prepared_xacts');
	$node->safe_psql('postgres', 'SET client_min_messages = warning; DROP SCHEMA IF EXISTS s CASCADE; TRUNCATE oracle.views');
	$node->psql('postgres', $text, stdout => \$out, stderr => \$err, on_error_stop => 0, timeout => 60, timed_out => \$timed_out);
	return ([ 'end', 'timed out' ]) if $timed_out;
	for (split /\n/, $out)
	{
		$accepted{$1} = 1 if /^ACCEPTED (.*)/;
		push @problems, [ $1, "$2: $3" ] if /^MISMATCH (setup|creation|step \d+|v\d) (\w+): (.*)/;
	}
	while ($err =~ /^psql:<stdin>:(\d+): (?:ERROR|FATAL|PANIC):  (\w{5}): (.*)/mg)
	{
		my ($step, $code, $message) = ($lines->[$1] // 'end', $2, $3);
		next if $step =~ /^v/ && $code eq '0A000';
		# of a view that was refused
		next if $step =~ /^v/ && $code eq '42P01' && !$accepted{$step};
		next if $step =~ /^step/ && $code =~ /^(?:42P01|42704)$/ && $message =~ /"(v\d)"/ && !$accepted{$1};
		next if $step =~ /^step/ && $code eq '23505' && $message !~ /constraint "(?:v\d|.*aqumv)/;
		next if $step =~ /^step/ && $code =~ /^(?:21000|23503|23514|25P02|3B001|42701)$/;
		# ROLLBACK PREPARED of what could not be prepared, VACUUM and such in aborted transactions
		next if $step =~ /^step/ && $code eq '42704' && $message =~ /prepared transaction/;
		push @problems, [ $step, "$code: $message" ];
	}
	push @problems, [ 'end', "connection lost: $err" ] if $err =~ /server closed the connection|connection to server was lost/;
	# mismatches come first in time or not: by step
	my $order = sub { my $step = shift; return $step eq 'setup' ? -3 : $step =~ /^v/ ? -2 : $step eq 'creation' ? -1 : $step =~ /(\d+)/ ? $1 : 1e9 };
	@problems = sort { $order->($a->[0]) <=> $order->($b->[0]) } @problems;
	return ($problems[0], \%accepted);
}

# The case without what its problem does not need, and the problem that it then has.
sub reduced
{
	my ($case, $problem) = @_;
	my $kind = sub { my $text = shift; return $text =~ /^(\w{5}): / ? $1 : 'mismatch' };
	my $fails = sub {
		my $part = shift;
		my ($found) = @{ $part->{views} } ? run_case($part) : ();

		return 0 if !$found || $kind->($found->[1]) ne $kind->($problem->[1]);
		$problem = $found;
		return 1;
	};

	$case = { %$case, steps => [ @{ $case->{steps} }[ 0 .. $1 - 1 ] ] } if $problem->[0] =~ /step (\d+)/;
	return (reduce($case, 30, $fails, qw(views steps)), $problem);
}

my (%tried, %accepted, $failed);
my $cases = 0;
my $end = time + $seconds;
note("seed $seed");
while (time < $end && ($failed // 0) < 3)
{
	my $case = make_case($seed + $cases++);
	my ($problem, $accepted) = run_case($case);

	for my $view (@{ $case->{views} })
	{
		$tried{ $view->{shape} }++;
		$accepted{ $view->{shape} }++ if $accepted->{ $view->{name} };
	}
	next if !$problem;
	$failed++;
	my ($reduced, $found) = reduced($case, $problem);
	fail("AQUMV_SEED=$case->{seed}: $problem->[0], $problem->[1]");
	diag("reduced to ($found->[0], $found->[1]), after\n", $failed == 1 ? $oracle : '(the oracle as above)', "\n", (script($reduced))[0]);
	last if $problem->[1] =~ /connection lost|timed out/;
}
note("$cases cases");
ok(!$failed, "views are as their definitions say (seed $seed)");
for my $shape (@shapes)
{
	my ($n, $of) = map { $_ // 0 } $accepted{$shape}, $tried{$shape};
	cmp_ok(2 * $n, '>=', $of, "$shape: $n of $of accepted");
}

$node->stop('immediate');
done_testing();
