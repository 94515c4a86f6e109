#!/bin/sh
# Enforce the floor plan of src/README.md.
#
# Its table has a row for each folder of src/, "| `answer/` | 3 | ... |".  A file
# includes headers of its own folder and of folders with lower numbers; folders of
# the same number never include each other.  The includes of modules (a file and its
# header) have no circle.  What a header declares is defined in its own file, so
# that no include hides behind another.  All of src is in the table, and
# PG_VERSION_NUM appears in compat.h only.  Nobody switches users but the door, and
# nobody takes places of core's for listeners but hear.c.
set -eu
cd "$(dirname "$0")/../src"
status=0

complain()
{
	echo "$1"
	status=1
}

# the table: "folder/ number" a line
floors=$(sed -n 's,^| `\([a-z/]*/\)` | \([0-9]*\) |.*,\1 \2,p' README.md)

# what each file includes of ours: "file header" a line
includes=$(find . -name '*.[ch]' | sed 's,^\./,,' | sort | while read -r file; do
	sed -n "s,^[ \t]*#[ \t]*include[ \t]*\"\([a-z]*/*[a-z]*\.h\)\".*,$file \1,p" "$file"
done | while read -r file header; do
	if [ -f "$header" ]; then echo "$file $header"; fi
done)

wrong=$(printf '%s\n\n%s\n' "$floors" "$includes" | awk '
	function folder(path) { return sub(/[^\/]*$/, "", path) && path == "" ? "src/" : path }
	NF == 0 { table = 1; next }
	!table { floor[$1] = $2; next }
	{
		from = folder($1); to = folder($2)
		if (!(from in floor)) {
			if (!told[from]++) print from " is not in the table of src/README.md"
			next
		}
		if ($2 == "aqumv.h" || $2 == "compat.h" || $2 == "hear.h" || $2 == "objects.h" || from == to) next
		if (!(to in floor) || floor[to] >= floor[from])
			print $1 " includes " $2
	}')
[ -z "$wrong" ] || complain "$wrong"

printf '%s\n' "$includes" | sed 's/\.[ch]\( \|$\)/\1/g' | awk '$1 != $2' | sort -u >"${TMPDIR:-/tmp}/includes.$$"
circle=$(tsort "${TMPDIR:-/tmp}/includes.$$" 2>&1 >/dev/null | sed -n 's,^tsort: \([a-z/]*\)$,\1,p' | tr '\n' ' ')
rm -f "${TMPDIR:-/tmp}/includes.$$"
[ -z "$circle" ] || complain "includes in a circle: $circle"

for header in *.h */*.h; do
	sed -n 's/^extern .*[ *]\(aqumv_[a-z0-9_]*\)(.*/\1/p' "$header" | while read -r function; do
		grep -q "^$function(" "${header%.h}.c" 2>/dev/null || echo "$header declares $function, but $(echo "${header%.h}.c") does not define it"
	done
done | grep . && status=1

elsewhere=$(grep -l PG_VERSION_NUM -r . --include='*.[ch]' | grep -v '^\./compat\.h$') || :
[ -z "$elsewhere" ] || complain "PG_VERSION_NUM belongs in compat.h: $elsewhere"

switches=$(grep -l 'SetUserId' -r . --include='*.[ch]' | grep -v '^\./maintain/owner\.c$') || :
[ -z "$switches" ] || complain "only maintain/owner.c switches users: $switches"

listeners=$(grep -l 'CacheRegister[A-Za-z]*Callback(.*,' -r . --include='*.[ch]' | grep -v '^\./hear\.c$') || :
[ -z "$listeners" ] || complain "only hear.c asks core to be told of changes: $listeners"
exit $status
