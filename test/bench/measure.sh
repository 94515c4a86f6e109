# shellcheck shell=sh
# What the benchmarks share: a build without assertions, servers that lose no
# time on disks, and medians.  Figures are medians of the ratios or
# differences of pairs of runs that alternate; each is compared with its
# target.

top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/test/server.sh"
missed=0

# bench_server NAME [SETTING]...: start a server; every setting is a line
bench_server()
{
	bench_name=$1
	shift
	{
		printf '%s\n' 'fsync = off' 'wal_level = minimal' 'max_wal_senders = 0' 'max_wal_size = 16GB' \
			'checkpoint_timeout = 1h' 'shared_buffers = 1GB' 'autovacuum = off' 'jit = off'
		printf '%s\n' "$@"
	} | server_start "$bench_name"
}

# pin SERVER CPUS: run a server, sessions started from now on included, on some
# processors.  With the client on the same one, waking up from idle, which
# costs more than a small statement, does not blur the figures.
pin()
{
	taskset -p -c "$2" "$(head -n 1 "$work/$1/data/postmaster.pid")" >/dev/null
}

# Median of the numbers on stdin.
median()
{
	sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# calculate EXPRESSION
calculate()
{
	awk "BEGIN { printf \"%.4g\\n\", $1 }"
}

# alternate ROUNDS OUTPUT COMMAND1 COMMAND2 EXPRESSION: run two commands that
# print a number each, in turn and in changing order, and append to file
# OUTPUT what the expression over a and b makes of each pair.  Leaves the
# numbers themselves in OUTPUT.a and OUTPUT.b.
alternate()
{
	rm -f "$2" "$2.a" "$2.b"
	for round in $(seq "$1"); do
		if [ $((round % 2)) = 1 ]; then a=$($3) && b=$($4); else b=$($4) && a=$($3); fi
		echo "$a" >>"$2.a"
		echo "$b" >>"$2.b"
		awk "BEGIN { a = $a; b = $b; print $5 }" >>"$2"
	done
}

# target WHAT FIGURE CONDITION: print a figure; the target is met if the
# condition, an awk expression over x, holds
target()
{
	if awk "BEGIN { x = $2; exit !($3) }"; then verdict=met; else verdict=MISSED; missed=$((missed + 1)); fi
	printf '  %-52s %10s   target %s: %s\n' "$1" "$2" "$3" "$verdict"
}
