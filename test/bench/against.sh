#!/bin/sh
# Is anything slower than it was?  Two builds, of this checkout and of an older
# commit, on two servers with the same tables and views, take slices of the
# same work in turn.
#
# usage: sh test/bench/against.sh COMMIT [ROUNDS [SECONDS [PATTERN...]]]
#        (default: 15 rounds of slices of 1 second, all kinds of work)
#
# A figure is the median, over the rounds, of what this checkout does per second
# by what the older one does; between brackets the middle half of the rounds.
# What needs no aqumv at all comes first and tells how much is noise.
# PG_CONFIG names the PostgreSQL, of which two copies are used: nothing is
# installed outside of a private directory.
set -eu
. "$(dirname "$0")/measure.sh"
commit=$1
rounds=${2:-15}
seconds=${3:-1}
shift $(($# < 3 ? $# : 3))
patterns=$*
pg_config=$PG_CONFIG

# build NAME TREE: server NAME, with what is in directory TREE; sets NAME_config
build()
{
	PG_CONFIG=$pg_config
	copy_postgresql "postgresql_$1"
	rm -rf "$work/build"
	(top=$2 && build_and_install '')
	bench_server "$1" "shared_preload_libraries = 'aqumv'" 'synchronous_commit = off'
	on "$1" createdb bench
	setup "$1"
	eval "${1}_config=\$PG_CONFIG"
}

orders='id bigserial PRIMARY KEY, customer int, region int, amount numeric, qty int, created_at timestamp'
values="1 + i % 10007, i * 7 % 50, (i * 7919 % 100000) * 0.01, 1 + i * 31 % 10,
	make_timestamp(2025, (1 + i * 17 % 12)::int, (1 + i / 12 % 28)::int, (i % 24)::int, (i % 60)::int, 0)"
columns='customer, region, amount, qty, created_at'

# The tables: "plain" has no view, the others one each.
setup()
{
	sql "$1" -d bench -c 'CREATE EXTENSION aqumv'
	for table in plain tracked by_region total kept by_day; do
		sql "$1" -d bench -c "CREATE TABLE $table ($orders)" \
			-c "INSERT INTO $table ($columns) SELECT $values FROM generate_series(1::bigint, 200000) AS i"
	done
	sql "$1" -d bench <<'E2'
CREATE INDEX ON by_day (date_trunc('day', created_at), amount);
CREATE MATERIALIZED VIEW view_tracked AS SELECT region, count(*) FROM tracked GROUP BY region;
CREATE MATERIALIZED VIEW view_by_region WITH (aqumv.incremental) AS
    SELECT region, sum(amount), count(*), avg(amount) FROM by_region GROUP BY region;
CREATE MATERIALIZED VIEW view_total WITH (aqumv.incremental) AS SELECT sum(amount), count(*) FROM total;
CREATE MATERIALIZED VIEW view_kept WITH (aqumv.incremental) AS SELECT id, customer, amount FROM kept WHERE qty > 5;
CREATE MATERIALIZED VIEW view_by_day WITH (aqumv.incremental) AS
    SELECT date_trunc('day', created_at) AS day, sum(amount), count(*), min(amount), max(amount)
    FROM by_day GROUP BY date_trunc('day', created_at);

-- nobody writes these
CREATE TABLE seed (c1 int, c2 int, c3 int);
INSERT INTO seed SELECT i, i + 1, i + 2 FROM generate_series(1, 200000) AS i;
CREATE MATERIALIZED VIEW view_seed AS
    SELECT c1 AS mc1, c2 AS mc2, abs(c2) AS mc3, abs(abs(c2) - c1 - 1) AS mc4 FROM seed WHERE c1 > 30 AND c1 < 40;
CREATE TABLE facts (day date, state text, shop int, amount numeric, n int);
INSERT INTO facts SELECT date '2025-01-01' + i % 365, 'S' || i % 50, i % 7, i * 0.01, i FROM generate_series(1, 100000) AS i;
CREATE MATERIALIZED VIEW view_facts AS
    SELECT day, state, count(*) AS c, sum(amount) AS s, max(n) AS m FROM facts GROUP BY day, state;
CREATE TABLE p (a int PRIMARY KEY, b int, c int);
CREATE TABLE q (a int PRIMARY KEY, b int, c int);
CREATE TABLE r (a int PRIMARY KEY, b int, c int);
INSERT INTO p SELECT i, i % 100, i % 10 FROM generate_series(1, 10000) AS i;
INSERT INTO q SELECT * FROM p;
INSERT INTO r SELECT * FROM p;
CREATE TABLE t (k int PRIMARY KEY, c1 int, c2 int, c3 int, c4 int, c5 int, c6 int, c7 int, c8 int);
INSERT INTO t SELECT i, i, i % 7, i % 11, i % 13, i % 17, i % 19, i % 23, i % 29 FROM generate_series(1, 10000) AS i;
E2
	sql "$1" -d bench -At >/dev/null <<'E2'
SELECT format('CREATE MATERIALIZED VIEW rows_%s AS SELECT k, c1, c2, c3 FROM t WHERE c1 >= %s AND c1 < %s', i, 20 * i, 20 * i + 20)
FROM generate_series(1, 500) AS i
UNION ALL
SELECT format('CREATE MATERIALIZED VIEW groups_%s AS SELECT c%s, c%s, count(*), sum(c4) FROM t WHERE c1 < %s GROUP BY 1, 2',
              i, 2 + i % 2, 5 + i % 3, i) FROM generate_series(501, 1000) AS i
\gexec
E2
	sql "$1" -d bench -c 'VACUUM ANALYZE' \
		-c 'ALTER DATABASE bench SET enable_answer_query_using_materialized_views = on'
}

# insert, update, ... TABLE: statements of pgbench
insert()
{
	printf '%s\n' '\set customer random(1, 10007)' '\set region random(0, 49)' '\set units random(0, 999)' \
		'\set qty random(1, 10)' '\set month random(1, 12)' '\set day random(1, 28)' '\set hour random(0, 23)' \
		"INSERT INTO $1 ($columns) VALUES (:customer, :region, :units.25, :qty, '2025-:month-:day :hour:00');"
}

update()
{
	printf '%s\n' '\set id random(1, 200000)' '\set units random(0, 999)' \
		"UPDATE $1 SET amount = :units.75 WHERE id = :id;"
}

unused()
{
	printf '%s\n' '\set id random(1, 200000)' '\set customer random(1, 10007)' \
		"UPDATE $1 SET customer = :customer WHERE id = :id;"
}

delete()
{
	printf '%s\n' '\set id random(1, 200000)' 'BEGIN;' "DELETE FROM $1 WHERE id = :id;" 'ROLLBACK;'
}

bulk()
{
	printf '%s\n' "INSERT INTO $1 (id, $columns) SELECT i - 1000000, $values FROM generate_series(1::bigint, 10000) AS i;" \
		"DELETE FROM $1 WHERE id <= 0;" | tr '\n\t' '  '
	echo
}

loop()
{
	echo "DO \$\$BEGIN FOR i IN 1 .. 300 LOOP INSERT INTO $1 ($columns)" \
		"VALUES (i, i % 50, i * 0.01, i % 10, timestamp '2025-06-01' + i * interval '1 minute'); END LOOP; END\$\$;"
}

blocks()
{
	for n in 1 2 3 4 5 6 7 8 9; do
		echo "SELECT state, count(*), sum(amount) FROM facts WHERE day >= '2025-0$n-01' GROUP BY state UNION ALL "
	done
	echo "SELECT state, count(*), sum(amount) FROM facts GROUP BY state"
}

seed='SELECT sqrt(abs(abs(c2) - c1 - 1) + abs(c2)) FROM seed WHERE c1 > 30 AND c1 < 40 AND sqrt(abs(c2)) > 5.8'
group='SELECT c, count(*), sum(b) FROM p WHERE b > 10 GROUP BY c ORDER BY c'
join='SELECT p.c, q.c, sum(r.b) FROM p JOIN q ON p.a = q.a JOIN r ON r.a = q.a WHERE p.b < 50 GROUP BY p.c, q.c'

# work CLIENTS PROTOCOL NAME: compare it; the script comes from stdin
work()
{
	cat >"$work/script"
	is_selected "$3" || return 0
	alternate "$rounds" "$work/ratios" "slice old $1 $2" "slice new $1 $2" 'b / a'
	sort -n "$work/ratios" | awk -v name="$3" -v old="$(median <"$work/ratios.a")" -v new="$(median <"$work/ratios.b")" '
		{ v[NR] = $1 }
		END {
			m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
			printf "  %-44s %10.1f %10.1f  %6.3f  (%.3f - %.3f)%s\n", name, old, new, m,
				v[int((NR + 3) / 4)], v[int((3 * NR + 3) / 4)], m < 0.97 ? "  WORSE" : ""
		}' | tee "$work/line"
	if grep -q WORSE "$work/line"; then missed=$((missed + 1)); fi
	for server in old new; do begin_anew $server; done
}

# begin_anew SERVER: clear away what a line has left in views, where it would cost
# the next line more or less by chance
begin_anew()
{
	for view in tracked by_region total kept by_day; do
		sql "$1" -d bench -c "REFRESH MATERIALIZED VIEW view_$view"
	done
	sql "$1" -d bench -c 'VACUUM'
}

# slice SERVER CLIENTS PROTOCOL: transactions per second
slice()
{
	if [ "$2" = 1 ]; then cpus=0; else cpus=0-$(($(nproc) - 1)); fi
	pin "$1" "$cpus"
	eval "PG_CONFIG=\$${1}_config"
	as_user taskset -c "$cpus" "$(config bindir)/pgbench" -h "$work/$1" -U postgres -n -M "$3" -c "$2" -j "$2" \
		-T "$seconds" -f "$work/script" bench >"$work/pgbench.log" 2>&1 || { cat "$work/pgbench.log" >&2; exit 1; }
	sed -n 's/^tps = \([0-9.]*\) .*/\1/p' "$work/pgbench.log"
}

install_packages run
private_directory 6000
as_user mkdir "$work/older"
git -C "$top" archive "$commit" | as_user tar -C "$work/older" -xf -
build old "$work/older"
build new "$top"

echo "What this checkout does, by what $commit does (per second: older, this one; ratio):"
insert plain | work 1 simple 'INSERT, no view'
echo "EXPLAIN $group;" | work 1 simple 'plan, no view'
for table in tracked by_region total kept by_day; do
	insert $table | work 1 simple "INSERT, $table"
done
insert tracked | work 4 simple 'INSERT by 4 clients, tracked'
insert by_region | work 8 simple 'INSERT by 8 clients, by_region'
for table in by_region kept by_day; do
	update $table | work 1 simple "UPDATE, $table"
	delete $table | work 1 simple "DELETE, $table"
	bulk $table | work 1 simple "INSERT and DELETE of 10,000, $table"
	loop $table | work 1 simple "300 INSERTs in one transaction, $table"
done
unused by_region | work 1 simple 'UPDATE of what no view uses, by_region'
echo "$seed;" | work 1 simple "seed's query, simple"
echo "$seed;" | work 1 prepared "seed's query, prepared"
echo "EXPLAIN $seed;" | work 1 simple "plan, seed's query"
echo 'EXPLAIN SELECT state, sum(amount), count(*) FROM facts GROUP BY state;' | work 1 simple 'plan, roll-up'
echo "EXPLAIN $(blocks | tr -d '\n');" | work 1 simple 'plan, ten blocks'
echo "EXPLAIN $join;" | work 1 simple 'plan, join without views'
echo 'EXPLAIN SELECT k, c2 FROM t WHERE c1 >= 105 AND c1 < 115;' | work 1 simple 'plan, 1,000 views, rows'
echo 'EXPLAIN SELECT c2, c5, count(*), sum(c4) FROM t WHERE c1 < 600 GROUP BY c2, c5;' | work 1 simple 'plan, 1,000 views, groups'
echo 'EXPLAIN SELECT c7, count(*) FROM t WHERE c8 = 3 GROUP BY c7;' | work 1 simple 'plan, 1,000 views, none fits'

[ "$missed" -eq 0 ]
