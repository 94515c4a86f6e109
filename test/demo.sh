#!/bin/sh
# Show aqumv at work: build it, start a private server, load data, and run
# queries with rewriting off and on.
#
# usage: sh test/demo.sh [--rows N] [--keep]
#
#   --rows N   rows of the made-up table aqumv_t1 (default 1000000)
#   --keep     leave the server running, and say how to connect
#
# On Debian, as root or as a user with sudo.  Exits non-zero if an answer
# differs, or if a query is not answered from where it should be.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/test/server.sh"

rows=1000000
keep=
while [ $# -gt 0 ]; do
	case $1 in
		--rows) rows=${2-}; if [ $# -gt 1 ]; then shift; fi ;;
		--keep) keep=yes ;;
		*) rows= ;;
	esac
	shift
done
case $rows in
	'' | *[!0-9]*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

wrong=0
mode=enable_answer_query_using_materialized_views

say()
{
	printf '\n== %s\n' "$*"
}

# with on|off [PSQL OPTION]...: psql with rewriting on or off; SQL comes from stdin
with()
{
	setting=$1
	shift
	{ echo "SET $mode = $setting;"; cat; } | sql demo -d demo "$@"
}

# Leave plan and rows of query $2 in $work/plan.$1 and $work/answer.$1, the
# rows sorted unless the query sorts them.
run()
{
	echo "EXPLAIN (COSTS OFF) $2" | with "$1" -At >"$work/plan.$1"
	echo "$2" | with "$1" -At >"$work/answer.$1"
	case $2 in
		*'ORDER BY'*) ;;
		*) sort -o "$work/answer.$1" "$work/answer.$1" ;;
	esac
}

# Median of five runs as the client sees them, in ms.
milliseconds()
{
	printf '%s\n' '\o /dev/null' "$2;" '\timing on' "$2;" "$2;" "$2;" "$2;" "$2;" | with "$1" | awk '/^Time:/ { print $2 }' | sort -n | sed -n 3p
}

# show SOURCE QUERY: run a query with rewriting off and on; it should then be
# answered from SOURCE, a view or a table
show()
{
	source=$1
	query=$2
	echo
	echo "$query" | sed 's/^/  /'
	run off "$query"
	run on "$query"
	off=$(milliseconds off "$query")
	on=$(milliseconds on "$query")
	for setting in off on; do
		echo "  plan with rewriting $setting:"
		sed 's/^/    /' "$work/plan.$setting"
	done
	if cmp -s "$work/answer.off" "$work/answer.on"; then
		printf '  same answer (%d rows)\n' "$(wc -l <"$work/answer.on")"
	else
		printf '  WRONG: the answers differ:\n'
		diff "$work/answer.off" "$work/answer.on" | head -n 10
		wrong=$((wrong + 1))
	fi
	awk -v off="$off" -v on="$on" 'BEGIN {
		printf "  %s ms without, %s ms with: %.1f times as fast\n", off, on, off / on }'
	if ! grep -q "on $source\( \|$\)" "$work/plan.on"; then
		echo "  WRONG: this should read $source"
		wrong=$((wrong + 1))
	fi
}

install_packages run
private_directory 1000

say "building for $(config version)"
build_and_install ''

say "starting a private server in $work"
server_start demo <<-'E2'
	shared_preload_libraries = 'aqumv'
	fsync = off
	max_wal_size = 4GB
E2
on demo createdb demo
sql demo -d demo -c 'CREATE EXTENSION aqumv'

say "loading $rows rows of aqumv_t1"
sql demo -d demo -c 'CREATE TABLE aqumv_t1(c1 int, c2 int, c3 int)'
for tenth in 1 2 3 4 5 6 7 8 9 10; do
	from=$((rows * (tenth - 1) / 10 + 1))
	to=$((rows * tenth / 10))
	sql demo -d demo -c "INSERT INTO aqumv_t1 SELECT i, i + 1, i + 2 FROM generate_series($from, $to) i"
	echo "  $to"
done

say 'loading 200000 US flights of 2001 (source: test/data/README.md)'
sql demo -d demo -c 'CREATE TABLE flights(departed timestamp, delay int, distance int, origin text, destination text)'
gzip -dc "$top/test/data/flights_sample.csv.gz" | sql demo -d demo -c '\copy flights FROM STDIN (FORMAT csv, HEADER)'
sql demo -d demo -c 'CREATE TABLE airports(iata text PRIMARY KEY, name text, city text, state text, country text, latitude float8, longitude float8)'
gzip -dc "$top/test/data/airports.csv.gz" | sql demo -d demo -c '\copy airports FROM STDIN (FORMAT csv, HEADER)'

say 'creating materialized views'
sql demo -d demo -e <<'E2'
CREATE MATERIALIZED VIEW mvt1 AS
    SELECT c1 AS mc1, c2 AS mc2, abs(c2) AS mc3, abs(abs(c2) - c1 - 1) AS mc4
    FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40;

CREATE MATERIALIZED VIEW mv AS
    SELECT sum(c1) AS mc1, count(c2) AS mc2, avg(c3) AS mc3, count(*) AS mc4
    FROM aqumv_t1 WHERE c1 > 90;

CREATE MATERIALIZED VIEW flights_daily AS
    SELECT origin, date_trunc('day', departed) AS day, count(*) AS flights,
           count(delay) AS delays, sum(delay) AS delay, avg(delay) AS mean_delay, max(delay) AS worst_delay
    FROM flights GROUP BY origin, date_trunc('day', departed);
CREATE INDEX ON flights_daily (origin);

CREATE MATERIALIZED VIEW flights_by_origin AS
    SELECT origin, count(*) AS flights, avg(delay) AS mean_delay, max(distance) AS farthest
    FROM flights GROUP BY origin;

CREATE MATERIALIZED VIEW flights_late AS
    SELECT departed, delay, distance, origin, destination
    FROM flights WHERE delay >= 120;

CREATE MATERIALIZED VIEW flights_total AS
    SELECT count(*) AS flights, sum(distance) AS miles, avg(delay) AS mean_delay, max(delay) AS worst_delay
    FROM flights;
E2
sql demo -d demo -c 'VACUUM ANALYZE'

say 'aqumv_t1: expressions over stored expressions; conditions over aggregates'
show mvt1 'SELECT sqrt(abs(abs(c2) - c1 - 1) + abs(c2)) FROM aqumv_t1
WHERE c1 > 30 AND c1 < 40 AND sqrt(abs(c2)) > 5.8'
show mv 'SELECT count(*), sum(c1) FROM aqumv_t1 WHERE c1 > 90
HAVING abs(count(*) - 21) > 0 AND 2 > 1 AND avg(c3) > 97'

say 'flights: groups, with conditions on keys and aggregates'
show flights_daily "SELECT date_trunc('day', departed) AS day, count(*), avg(delay)
FROM flights WHERE origin = 'ATL'
GROUP BY origin, date_trunc('day', departed) ORDER BY avg(delay) DESC, day LIMIT 5"
show flights_daily "SELECT origin, date_trunc('day', departed) AS day, max(delay)
FROM flights GROUP BY date_trunc('day', departed), origin HAVING sum(delay) > 1500"
show flights_by_origin 'SELECT origin, count(*), round(avg(delay), 1) AS mean_delay
FROM flights GROUP BY origin HAVING count(*) > 2000 ORDER BY mean_delay DESC, origin LIMIT 10'

say 'flights: coarser questions than the view, in joins and CTEs'
show flights_daily "SELECT date_trunc('month', departed) AS month, count(*), avg(delay), max(delay)
FROM flights GROUP BY 1 ORDER BY 1"
show flights_daily "SELECT a.state, count(*), round(avg(f.delay), 1) AS mean_delay
FROM flights f JOIN airports a ON a.iata = f.origin
WHERE f.departed >= '2001-03-01' AND f.departed < '2001-06-01'
GROUP BY a.state ORDER BY count(*) DESC, a.state LIMIT 5"
show flights_daily "WITH monthly AS (
    SELECT origin, date_trunc('month', departed) AS month, count(*) AS n FROM flights GROUP BY 1, 2
) SELECT month, origin, n FROM (
    SELECT *, rank() OVER (PARTITION BY month ORDER BY n DESC) AS r FROM monthly
) AS ranked WHERE r <= 2 ORDER BY month, n DESC, origin"

say 'flights: narrower conditions and aggregates over the rows of a view, totals'
show flights_late "SELECT departed, origin, destination, delay
FROM flights WHERE delay > 240 AND origin IN ('ORD', 'JFK') AND distance < 500"
show flights_late 'SELECT origin, count(*), avg(delay) FROM flights WHERE delay BETWEEN 180 AND 300
GROUP BY origin ORDER BY count(*) DESC, origin LIMIT 5'
show flights_total 'SELECT count(*), sum(distance) / count(*) AS mean_distance, max(delay) FROM flights'

say 'after a write, the view is stale: the table answers until REFRESH'
total='SELECT count(*), max(delay) FROM flights'
echo "  INSERT INTO flights VALUES ('2001-07-01 00:00', 5000, 100, 'ATL', 'SAV')"
sql demo -d demo -c "INSERT INTO flights VALUES ('2001-07-01 00:00', 5000, 100, 'ATL', 'SAV')"
show flights "$total"
printf '\n  REFRESH MATERIALIZED VIEW flights_total\n'
sql demo -d demo -c 'REFRESH MATERIALIZED VIEW flights_total'
show flights_total "$total"

say 'why a view is not used'
sql demo -d demo -x -e <<'E2'
SELECT view, used, reason_code, reason FROM aqumv.explain_rewrite($$
    SELECT origin, count(*) FROM flights WHERE delay >= 60 GROUP BY origin
$$);
SELECT view, base, usable, reason_code, marks FROM aqumv.views;
E2

sql demo -d demo -c "ALTER DATABASE demo SET $mode = on"
if [ -n "$keep" ]; then
	trap - EXIT
	psql="psql -h $work/demo -U postgres demo"
	stop="$(config bindir)/pg_ctl -D $work/demo/data stop"
	if [ "$(id -u)" = 0 ]; then stop="runuser -u postgres -- $stop"; fi
	say "the server is running, with rewriting on in database demo"
	printf '  connect:  %s\n  remove:   %s && rm -rf %s\n' "$psql" "$stop" "$work"
fi

if [ "$wrong" -gt 0 ]; then
	say "$wrong WRONG"
	exit 1
fi
say 'all answers are the same, and come from where they should'
