#!/bin/sh
# Run test/check.sh on other majors of PostgreSQL: in chroots of trixie (17)
# and sid (18).
#
# usage: sh test/majors.sh [OPTION OF check.sh]...
#
# As root.  The chroots are made by debootstrap in $AQUMV_CHROOTS (default
# /var/cache/aqumv-chroots), and kept for the next time.  Where one cannot be
# made, its major is SKIPPED, loudly, and that is no failure.  The last line
# is the total of all majors, as "N passed, N failed".
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
chroots=${AQUMV_CHROOTS:-/var/cache/aqumv-chroots}
. "$top/test/total.sh"

skipped=
copy=
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Make the chroot of release $1 unless it is there.
make_chroot()
{
	[ "$(id -u)" = 0 ] || return 1
	[ -x "$chroots/$1/usr/bin/apt-get" ] && return 0
	if ! command -v debootstrap >/dev/null; then
		apt-get -qq update && apt-get -qq -y --no-install-recommends install debootstrap || return 1
	fi
	# under another name until it is complete
	new=$chroots/$1.new
	mkdir -p "$chroots" && rm -rf "$new" || return 1
	echo "making a chroot of $1"
	debootstrap --variant=minbase "$1" "$new" >"$new.log" 2>&1 || { tail "$new.log"; return 1; }
	rm "$new.log"
	# start no services; the archive's clock and ours may differ
	printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d"
	chmod +x "$new/usr/sbin/policy-rc.d"
	echo 'Acquire::Check-Valid-Until "false";' >"$new/etc/apt/apt.conf.d/99aqumv"
	mv "$new" "$chroots/$1"
}

# in_chroot RELEASE SCRIPT ARGUMENT...: run a script of this checkout there.
# The mounts are in a namespace of their own, so they end with it.
in_chroot()
{
	root=$chroots/$1
	shift
	# shellcheck disable=SC2016 # expanded inside
	unshare --mount sh -c '
		root=$1
		shift
		mount -t proc proc "$root/proc" &&
		mount -t tmpfs tmpfs "$root/dev/shm" &&
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb chroot "$root" sh "$@"' sh "$root" "$@"
}

# check RELEASE MAJOR OPTION...
check()
{
	release=$1
	major=$2
	shift 2
	printf '\n==== PostgreSQL %s (%s)\n' "$major" "$release"
	if make_chroot "$release" &&
		copy=$(mktemp -d "$chroots/$release/tmp/aqumv.XXXXXX") &&
		tar -C "$top" --exclude=./.git -cf - . | tar -C "$copy" --no-same-owner -xf - &&
		inside=${copy#"$chroots/$release"} &&
		in_chroot "$release" -c "set -e; top=$inside; . $inside/test/server.sh; install_packages test"
	then
		suite in_chroot "$release" "$inside/test/check.sh" --no-install "$@"
	else
		echo "**** PostgreSQL $major is NOT TESTED: cannot make a chroot of $release in $chroots"
		skipped="$skipped $major"
	fi
	rm -rf "$copy"
}

check trixie 17 "$@"
check sid 18 "$@"

echo
for major in $skipped; do
	echo "**** SKIPPED: PostgreSQL $major"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
