# shellcheck shell=sh
# A private build of this checkout, and private servers that run it.
#
# Sourced by check.sh, demo.sh and bench/*.sh, which set $top to the root of
# the checkout.  Everything lives in one directory, $work, that is removed
# when the script ends; only "make install" reaches outside, into the
# PostgreSQL of $PG_CONFIG.

PG_CONFIG=${PG_CONFIG:-pg_config}
export PG_CONFIG

# the same sort order and messages everywhere
LC_ALL=C.UTF-8
export LC_ALL
unset PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS PGSERVICE

as_root()
{
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Servers refuse to run as root, so what starts one runs as postgres then.
as_user()
{
	if [ "$(id -u)" = 0 ]; then
		runuser -u postgres -- env HOME="$work" TMPDIR="$work" "$@"
	else
		"$@"
	fi
}

# config WHAT: what pg_config says
config()
{
	"$PG_CONFIG" "--$1" 2>/dev/null
}

# The major version to install packages of: that of $PG_CONFIG, or else the
# default of the distribution.
pg_major()
{
	if ! config version | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p' | grep .; then
		apt-cache show postgresql | sed -n 's/^Version: \([0-9]*\).*/\1/p' | head -n 1
	fi
}

# Print the packages that are missing to build and run ("run"), and to test or
# to measure ("bench").
missing_packages()
{
	major=$(pg_major)
	command -v make >/dev/null && command -v cc >/dev/null || echo build-essential
	# the makefiles come with the client already, the headers do not
	{ [ -f "$(config pgxs)" ] && [ -f "$(config includedir-server)/postgres.h" ]; } ||
		echo "postgresql-server-dev-$major"
	[ -x "$(config bindir)/postgres" ] || echo "postgresql-$major"
	command -v runuser >/dev/null || echo util-linux
	[ "$1" != bench ] || command -v valgrind >/dev/null || echo valgrind
	[ "$1" = test ] || return 0
	[ -f "$(config sharedir)/extension/pgtap.control" ] || echo "postgresql-$major-pgtap"
	command -v pg_prove >/dev/null || echo libtap-parser-sourcehandler-pgtap-perl
	perl -MIPC::Run -e 1 2>/dev/null || echo libipc-run-perl
}

# Install what is missing for $1 ("run", "test" or "bench").
install_packages()
{
	command -v apt-get >/dev/null || return 0
	# without package lists nobody knows the distribution's major
	[ -n "$(pg_major)" ] || as_root apt-get -qq update
	packages=$(missing_packages "$1" | tr '\n' ' ')
	[ -n "$packages" ] || return 0
	echo "installing $packages"
	as_root apt-get -qq update
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y --no-install-recommends install $packages >/dev/null
}

# Does the name $1 match one of the shell patterns in $patterns, or are there none?
is_selected()
{
	# shellcheck disable=SC2154 # the caller sets patterns
	[ -n "$patterns" ] || return 0
	set -f
	for pattern in $patterns; do
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in $pattern) set +f; return 0 ;; esac
	done
	set +f
	return 1
}

# Make $work, in memory if there are $1 MB of it to spare.
private_directory()
{
	place=${TMPDIR:-/tmp}
	free=$(df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
	if [ -w /dev/shm ] && [ "${free:-0}" -ge "$1" ]; then
		place=/dev/shm
	fi
	work=$(mktemp -d "$place/aqumv.XXXXXX")
	trap remove_private_directory EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	chmod 755 "$work"
	if [ "$(id -u)" = 0 ]; then chown postgres: "$work"; fi
}

remove_private_directory()
{
	cd /
	for server in "$work"/*/data; do
		if [ -f "$server/postmaster.pid" ]; then server_stop "$(basename "${server%/data}")"; fi
	done
	rm -rf "$work"
}

# Copy the PostgreSQL of $PG_CONFIG to $work/$1, where anything may be installed,
# and use the copy from now on; its programs find the rest relative to themselves.
copy_postgresql()
{
	as_user mkdir "$work/$1"
	for what in bindir pkglibdir sharedir includedir includedir-server; do
		config $what
	done | sort -u | sed 's,^/,,' |
		tar -C / --exclude=bitcode -T - -cf - | tar -C "$work/$1" --no-same-owner -xf -
	if [ "$(id -u)" = 0 ]; then chown -R postgres: "$work/$1"; fi
	PG_CONFIG=$work/$1$(config bindir)/pg_config
}

# Build a copy of the checkout in $work/build, with $1 added to the
# compiler's options, and install it.
build_and_install()
{
	as_user mkdir "$work/build"
	# shellcheck disable=SC2154 # the caller sets top
	tar -C "$top" -cf - --exclude=./.git --exclude='*.o' --exclude='*.so' --exclude='*.bc' \
		--exclude='./tmp_check*' . | tar -C "$work/build" --no-same-owner -xf -
	if [ "$(id -u)" = 0 ]; then chown -R postgres: "$work/build"; fi
	as_user make -s -C "$work/build" -j2 with_llvm=no COPT="$1" PG_CONFIG="$PG_CONFIG" || return 1
	if [ -w "$(config pkglibdir)" ]; then root=; else root=as_root; fi
	$root make -s -C "$work/build" with_llvm=no COPT="$1" PG_CONFIG="$PG_CONFIG" install
}

# Start the server $1, reachable by socket only; its settings come from stdin.
server_start()
{
	as_user mkdir "$work/$1"
	as_user "$(config bindir)/initdb" -D "$work/$1/data" -A trust -U postgres \
		--no-locale -E UTF8 -N >"$work/initdb.log" 2>&1 || { cat "$work/initdb.log"; return 1; }
	{
		cat
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$work/$1'"
	} | as_user tee -a "$work/$1/data/postgresql.conf" >/dev/null
	as_user "$(config bindir)/pg_ctl" -s -w -D "$work/$1/data" -l "$work/$1/log" start >/dev/null ||
		{ cat "$work/$1/log"; return 1; }
}

server_stop()
{
	as_user "$(config bindir)/pg_ctl" -s -D "$work/$1/data" -m immediate stop || :
}

# on SERVER PROGRAM ARGUMENT...: run a client program of PostgreSQL
on()
{
	on_server=$1
	on_program=$2
	shift 2
	as_user env PGHOST="$work/$on_server" PGUSER=postgres "$(config bindir)/$on_program" "$@"
}

# sql SERVER ARGUMENT...: psql that stops at the first error
sql()
{
	sql_server=$1
	shift
	on "$sql_server" psql -X -q -v ON_ERROR_STOP=1 "$@"
}
