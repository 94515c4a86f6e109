#!/bin/sh
# The sources are laid out as core's are: by its pgindent, which comes with
# PostgreSQL 17 and later.  Where there is none: no blanks at the ends of lines,
# tabs, and 100 columns, but for messages, which are not broken.
#
# usage: sh test/indent.sh [bindir of PostgreSQL]
#        LAYOUT=yes lays them out instead of complaining
set -eu
cd "$(dirname "$0")/.."
bindir=${1:-$(pg_config --bindir)}
sources=$(find src -name '*.[ch]' | sort)

wrong=$(awk '
	{ line = $0; column = 0
	  while (match(line, /\t/)) { column += RSTART - 1; column += 4 - column % 4; line = substr(line, RSTART + 1) }
	  column += length(line) }
	/[ \t]$/ || /^\t* {4,}[^ *]/ { print FILENAME ":" FNR ": blanks" }
	column > 100 && !/"/ { print FILENAME ":" FNR ": " column " columns" }' $sources)
if [ -n "$wrong" ]; then
	printf '%s\n' "$wrong"
	exit 1
fi

[ -x "$bindir/pgindent" ] || exit 0
list=$(find "$bindir/../../../../share/postgresql" "$bindir/../share" -name typedefs.list 2>/dev/null | sort | tail -1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# core's type names, and ours
cat $sources | perl -0777 -ne '
	s{/\*.*?\*/}{}gs;
	print "$1\n" while /\btypedef\b[^;{]*?\(\s*\*\s*(\w+)\)/g;
	print "$1\n" while /\btypedef\s+(?:struct|enum|union)\s+\w+\s*\{.*?^\}\s*(\w+)\s*;/gsm;
	print "$1\n" while /\btypedef\s+[^;{(]*?\b(\w+)\s*;/g' | sort -u - "$list" >"$work/typedefs"
if [ "${LAYOUT:-}" = yes ]; then
	PATH=$bindir:$PATH perl "$bindir/pgindent" --typedefs="$work/typedefs" $sources
else
	PATH=$bindir:$PATH perl "$bindir/pgindent" --typedefs="$work/typedefs" --check --diff $sources
fi
