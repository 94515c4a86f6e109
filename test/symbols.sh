#!/bin/sh
# Every symbol that the library exports starts with aqumv_, or is one that
# the server looks for, so that no other library can collide with it.
#
# usage: sh test/symbols.sh [aqumv.so]
set -eu
library=${1:-$(dirname "$0")/../aqumv.so}

symbols=$(nm -D --defined-only "$library" | awk '{ print $NF }')
if [ -z "$symbols" ]; then
	echo "$library exports nothing"
	exit 1
fi
foreign=$(printf '%s\n' "$symbols" | grep -Ev '^(aqumv_|pg_finfo_aqumv_|_PG_init$|_PG_fini$|Pg_magic_func$)') || exit 0
printf '%s: symbols that do not start with aqumv_:\n%s\n' "$library" "$foreign"
exit 1
