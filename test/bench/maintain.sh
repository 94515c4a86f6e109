#!/bin/sh
# What immediate maintenance costs a writer: a table of orders with an
# incremental view, against the same table without, and against a trigger that
# a user would write in plpgsql.
#
# usage: sh test/bench/maintain.sh [ROUNDS [SECONDS [PART...]]]
#        (default: 12 rounds of slices of 2 seconds, all parts:
#        insert insert8 update delete bulk loop unused extreme three)
#
# Each view has a copy of the table to itself, and each of these a twin
# without a view.  A round takes one slice of every side, in random order; the
# figures are medians of the ratios of each round.  ROWS sets the size of the
# tables (default 1000000).
set -eu
. "$(dirname "$0")/measure.sh"
rounds=${1:-12}
seconds=${2:-2}
if [ $# -gt 2 ]; then shift 2; else set -- insert insert8 update delete bulk loop unused extreme three; fi
parts=$*
rows=${ROWS:-1000000}

views='by_region total kept by_day'

# label VIEW
label()
{
	case $1 in
		by_region) echo '50 groups: sum, count, avg' ;;
		total) echo 'no GROUP BY: sum, count' ;;
		kept) echo 'projection and filter with key' ;;
		by_day) echo 'by day: sum, count, min, max' ;;
	esac
}

# least PART VIEW: what share of the plain table's throughput must be left, or
# in bulk how many times its time may be taken
least()
{
	case $1:$2 in
		insert:kept) echo 0.88 ;;
		insert:by_day) echo 0.78 ;;
		insert:*) echo 0.82 ;;
		insert8:by_region) echo 0.75 ;;
		insert8:total) echo 0.60 ;;
		insert8:kept) echo 0.84 ;;
		insert8:by_day) echo 0.70 ;;
		update:kept) echo 0.83 ;;
		delete:kept) echo 0.84 ;;
		update:by_day | delete:by_day) echo 0.75 ;;
		update:* | delete:*) echo 0.78 ;;
		bulk:by_region | bulk:total) echo 1.25 ;;
		bulk:*) echo 1.3 ;;
	esac
}

# definition VIEW TABLE
definition()
{
	case $1 in
		by_region) echo "SELECT region, sum(amount), count(*), avg(amount) FROM $2 GROUP BY region" ;;
		total) echo "SELECT sum(amount), count(*) FROM $2" ;;
		kept) echo "SELECT id, customer, amount FROM $2 WHERE qty > 5" ;;
		by_day) echo "SELECT date_trunc('day', created_at) AS day, sum(amount), count(*), min(amount), max(amount)
			FROM $2 GROUP BY date_trunc('day', created_at)" ;;
	esac
}

install_packages run
private_directory 10000
build_and_install ''
bench_server maintain "shared_preload_libraries = 'aqumv'"

# a row of the table, from i
values="1 + i % 10007 AS customer, i * 7 % 50 AS region, (i * 7919 % 100000) * 0.01 AS amount,
	1 + i * 31 % 10 AS qty, make_timestamp(2025, (1 + i * 17 % 12)::int, (1 + i / 12 % 28)::int, (i % 24)::int, (i % 60)::int, 0) AS created_at"
columns='customer, region, amount, qty, created_at'

on maintain createdb maintain
sql maintain -d maintain -v rows="$rows" <<E2
CREATE EXTENSION aqumv;
CREATE TABLE orders (id bigserial PRIMARY KEY, customer int, region int, amount numeric, qty int, created_at timestamp);
INSERT INTO orders ($columns) SELECT $values FROM generate_series(1::bigint, :rows) AS i;
E2
sql maintain -d maintain <<'E2'
-- how long a statement takes, its triggers included, in ms
CREATE FUNCTION took(statement text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    EXECUTE statement;
    RETURN round(1000 * extract(epoch FROM clock_timestamp() - start), 3);
END $$;
-- the median time of deleting the least amount of a day
CREATE FUNCTION took_extreme(n int) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    key bigint;
    times float8[];
BEGIN
    FOR i IN 1 .. n LOOP
        EXECUTE 'SELECT id FROM by_day WHERE date_trunc(''day'', created_at) =
                     (SELECT day FROM view_by_day ORDER BY random() LIMIT 1) ORDER BY amount LIMIT 1' INTO key;
        times[i] := took('DELETE FROM by_day WHERE id = ' || key);
    END LOOP;
    RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) AS t);
END $$;
CREATE FUNCTION differences() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    view regclass;
    n bigint;
    total bigint := 0;
BEGIN
    FOR view IN SELECT oid FROM pg_class WHERE relkind = 'm' LOOP
        EXECUTE format('SELECT count(*) FROM ((TABLE %1$s EXCEPT ALL (%2$s)) UNION ALL ((%2$s) EXCEPT ALL TABLE %1$s)) AS d',
                       view, rtrim(pg_get_viewdef(view), ';')) INTO n;
        total := total + n;
    END LOOP;
    RETURN total;
END $$;
E2

# copy_of_orders TABLE
copy_of_orders()
{
	sql maintain -d maintain <<E2
CREATE TABLE $1 (id bigserial PRIMARY KEY, customer int, region int, amount numeric, qty int, created_at timestamp);
INSERT INTO $1 SELECT * FROM orders;
SELECT setval('$1_id_seq', $rows) \g /dev/null
E2
	case $1 in by_day*) sql maintain -d maintain -c "CREATE INDEX ON $1 (date_trunc('day', created_at), amount)" ;; esac
	echo 0 >"$work/deleted.$1"
	sed "s/TABLE/$1/" <<'E2' | as_user tee "$work/insert.$1" >/dev/null
\set customer random(1, 10007)
\set region random(0, 49)
\set units random(0, 999)
\set cents random(10, 99)
\set qty random(1, 10)
\set month random(1, 12)
\set day random(1, 28)
\set hour random(0, 23)
INSERT INTO TABLE (customer, region, amount, qty, created_at) VALUES (:customer, :region, :units.:cents, :qty, '2025-:month-:day :hour:00');
E2
	sed "s/TABLE/$1/; s/ROWS/$rows/" <<'E2' | as_user tee "$work/update.$1" >/dev/null
\set id random(1, ROWS)
\set units random(0, 999)
\set cents random(10, 99)
UPDATE TABLE SET amount = :units.:cents WHERE id = :id;
E2
	sed "s/TABLE/$1/; s/ROWS/$rows/" <<'E2' | as_user tee "$work/unused.$1" >/dev/null
\set id random(1, ROWS)
\set customer random(1, 10007)
UPDATE TABLE SET customer = :customer WHERE id = :id;
E2
	# every id once, in an order that jumps about
	sed "s/TABLE/$1/; s/ROWS/$rows/" <<'E2' | as_user tee "$work/delete.$1" >/dev/null
\set id permute(:deleted, ROWS, 1) + 1
\set deleted :deleted + 1
DELETE FROM TABLE WHERE id = :id;
E2
}

for view in $views; do
	copy_of_orders "$view"
	copy_of_orders "${view}_plain"
	sql maintain -d maintain -c "CREATE MATERIALIZED VIEW view_$view WITH (aqumv.incremental) AS $(definition "$view" "$view")"
done
copy_of_orders three
sql maintain -d maintain <<E2
CREATE MATERIALIZED VIEW view_three_1 WITH (aqumv.incremental) AS $(definition by_region three);
CREATE MATERIALIZED VIEW view_three_2 WITH (aqumv.incremental) AS
    SELECT customer % 50 AS c, sum(amount), count(*), avg(amount) FROM three GROUP BY customer % 50;
CREATE MATERIALIZED VIEW view_three_3 WITH (aqumv.incremental) AS
    SELECT region + 1 AS r, sum(amount), count(*), avg(amount) FROM three GROUP BY region + 1;
E2
copy_of_orders by_hand
sql maintain -d maintain <<'E2'
CREATE TABLE table_by_hand AS SELECT region, sum(amount) AS total, count(*) AS n FROM by_hand GROUP BY region;
ALTER TABLE table_by_hand ADD PRIMARY KEY (region);
CREATE FUNCTION by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE table_by_hand SET total = total - OLD.amount, n = n - 1 WHERE region = OLD.region;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO table_by_hand AS h VALUES (NEW.region, NEW.amount, 1)
        ON CONFLICT (region) DO UPDATE SET total = h.total + excluded.total, n = h.n + 1;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER by_hand AFTER INSERT OR UPDATE OR DELETE ON by_hand FOR EACH ROW EXECUTE FUNCTION by_hand();
VACUUM ANALYZE;
E2

# statement SQL: run it, print what it returns
statement()
{
	sql maintain -d maintain -At -c "$1"
}

# pgbench SCRIPT TABLE CLIENTS: one slice; prints transactions per second and
# leaves their number in $work/processed
pgbench()
{
	if [ "$3" = 1 ]; then cpus=0; else cpus=0-$(($(nproc) - 1)); fi
	pin maintain "$cpus"
	as_user taskset -c "$cpus" "$(config bindir)/pgbench" -h "$work/maintain" -U postgres -n -M simple -c "$3" -j "$3" \
		-T "$seconds" -D deleted="$(cat "$work/deleted.$2")" -f "$work/$1.$2" maintain >"$work/pgbench.log" 2>&1 ||
		{ cat "$work/pgbench.log" >&2; exit 1; }
	sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$work/pgbench.log" >"$work/processed"
	sed -n 's/^tps = \([0-9.]*\) .*/\1/p' "$work/pgbench.log"
}

# delete TABLE: a slice in which every DELETE finds its row; when they run out,
# what has been deleted comes back first
delete()
{
	deleted=$(cat "$work/deleted.$1")
	if [ $((deleted + ${most:-$((seconds * rows / 20))} * 3 / 2)) -gt "$rows" ]; then
		statement "INSERT INTO $1 SELECT * FROM orders ON CONFLICT (id) DO NOTHING"
		statement "VACUUM $1"
		deleted=0
		echo 0 >"$work/deleted.$1"
	fi
	pgbench delete "$1" 1
	processed=$(cat "$work/processed")
	if [ "$processed" -gt "${most:-0}" ]; then most=$processed; fi
	echo $((deleted + processed)) >"$work/deleted.$1"
	if [ "$(statement "SELECT count(*) FROM $1 WHERE id <= $rows")" != $((rows - deleted - processed)) ]; then
		echo "some DELETE in $1 found no row" >&2
		exit 1
	fi
}

# bulk TABLE: insert 100,000 rows by one statement, and delete them again.
# Prints the time that the INSERT took; that of the DELETE goes to a file.
bulk()
{
	last=$(statement "SELECT last_value FROM $1_id_seq")
	statement "SELECT took(\$\$INSERT INTO $1 ($columns) SELECT $values FROM generate_series($last::bigint, $last + 99999) AS i\$\$)"
	statement "SELECT took('DELETE FROM $1 WHERE id > $last')" >>"$work/bulk_delete.$1"
	# as autovacuum would, of which there is none here
	statement "VACUUM $1"
	case $1 in *_plain | by_hand) ;; *) statement "VACUUM view_$1" ;; esac
}

# loop TABLE N: insert N rows by a statement each in one transaction
loop()
{
	statement "SELECT took(\$took\$DO \$\$BEGIN
		FOR i IN 1 .. $2 LOOP
			INSERT INTO $1 ($columns) VALUES (i, i % 50, i * 0.01, i % 10, timestamp '2025-06-01' + i * interval '1 minute');
		END LOOP;
	END\$\$\$took\$)"
}

# slices COMMAND...: in each round run the commands, which print a number each,
# in random order; the numbers go to $work/slice.1, $work/slice.2, ...
slices()
{
	rm -f "$work"/slice.*
	for _ in $(seq "$rounds"); do
		for which in $(seq $# | shuf); do
			eval "slice=\${$which}"
			# shellcheck disable=SC2154 # assigned by eval
			$slice >>"$work/slice.$which"
		done
	done
}

# ratio EXPRESSION: its median over the rounds, where a, b and c are the
# numbers of the first, second and third command
ratio()
{
	paste "$work"/slice.* | awk "{ a = \$1; b = \$2; c = \$3; printf \"%.4g\\n\", $1 }" | median
}

# number N: the median of what the Nth command printed
number()
{
	median <"$work/slice.$1"
}

# throughput PART HEADING [CLIENTS]: that of each table against its twin
throughput()
{
	echo "$2:"
	for view in $views; do
		if [ "$view" = by_region ]; then
			slices "$1 ${view}_plain ${3:-}" "$1 $view ${3:-}" "$1 by_hand ${3:-}"
		else
			slices "$1 ${view}_plain ${3:-}" "$1 $view ${3:-}"
		fi
		target "$(label "$view") ($(number 1), $(number 2))" "$(ratio 'b / a')" "x >= $(least "$1${3:-}" "$view")"
		by_hand
	done
}

# by_hand [UNIT]: what the third command of the last slices came to
by_hand()
{
	if [ -f "$work/slice.3" ]; then
		printf '  %-52s %10s\n' "    by hand in plpgsql ($(number 3)${1:-})" "$(calculate "$(number 3) / $(number 1)")"
	fi
}

insert() { pgbench insert "$1" "${2:-1}"; }
update() { pgbench update "$1" 1; }
unused() { pgbench unused "$1" 1; }

part_insert() { throughput insert 'INSERT by 1 client, share of what the plain table does per second'; }
part_insert8() { throughput insert 'INSERT by 8 clients' 8; }
part_update() { throughput update 'UPDATE by id'; }
part_delete() { throughput delete 'DELETE by id'; }

part_unused()
{
	echo 'UPDATE by id of a column that the view does not use:'
	for view in by_region total by_day; do
		slices "unused ${view}_plain" "unused $view"
		target "$(label "$view") ($(number 1), $(number 2))" "$(ratio 'b / a')" 'x >= 0.9'
	done
}

part_bulk()
{
	echo 'INSERT of 100,000 rows by one statement, and DELETE of them, times the plain table'\''s time:'
	rm -f "$work"/bulk_delete.*
	for view in $views; do
		slices "bulk ${view}_plain" "bulk $view"
		target "INSERT, $(label "$view") ($(number 1), $(number 2) ms)" "$(ratio 'b / a')" "x <= $(least bulk "$view")"
		if [ "$view" = by_region ]; then
			# once is enough, it takes half a minute
			bulk by_hand >"$work/slice.3"
			by_hand ' ms'
		fi
		rm -f "$work"/slice.*
		mv "$work/bulk_delete.${view}_plain" "$work/slice.1"
		mv "$work/bulk_delete.$view" "$work/slice.2"
		case $view in
			by_region) condition='x <= 3' ;;
			by_day) condition='x <= 6' ;;
			*) condition='x > 0' ;;
		esac
		target "DELETE, $(label "$view") ($(number 1), $(number 2) ms)" "$(ratio 'b / a')" "$condition"
	done
}

part_loop()
{
	echo '5,000 INSERTs in one transaction, times the plain table'\''s time; 10,000 against 5,000:'
	for view in $views; do
		slices "loop ${view}_plain 5000" "loop $view 5000" "loop $view 10000"
		target "$(label "$view") ($(number 1), $(number 2) ms)" "$(ratio 'b / a')" 'x <= 3'
		target "  10,000 ($(number 3) ms)" "$(ratio 'c / b')" 'x <= 2.5'
	done
}

part_extreme()
{
	echo 'DELETE of the least of a group of a min/max view, with an index on the base, ms:'
	target "median of 100 (first in a session: $(statement 'SELECT took_extreme(1)'))" \
		"$(statement 'SELECT took_extreme(100)')" 'x < 1'
}

part_three()
{
	echo 'What three views on a table cost an INSERT, times what one costs:'
	slices 'insert by_region_plain' 'insert by_region' 'insert three'
	target "($(number 1), $(number 2), $(number 3) per second)" "$(ratio '(1 / c - 1 / a) / (1 / b - 1 / a)')" 'x <= 3'
}

for part in $parts; do
	"part_$part"
done

echo 'Afterwards:'
target 'rows that views and their definitions do not share' "$(statement 'SELECT differences()')" 'x == 0'
[ "$missed" -eq 0 ]
