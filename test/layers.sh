#!/bin/sh
# Enforce the layer table of src/README.md.
#
# Its rows read "| 3 | `catalog`, `match` | ... |".  A module includes own
# headers of strictly lower layers only, besides its own; the two towers,
# answering and maintaining, never include each other; and PG_VERSION_NUM
# appears in compat.h only.
set -eu
cd "$(dirname "$0")/../src"

answer='planner choose answer cover rewrite match derive rollup moments parts flatten bucket levels guard explain'
maintain='ddl event access attach reserve capture incremental trigger refresh merge apply delta track viewindex change follow
	recompute written reading net pending settle groups rows fold maintain attempt limits'

# shellcheck disable=SC2035 # in src, no name starts with a dash
awk -v answer="$answer" -v maintain="$maintain" '
	function complain(what)
	{
		print FILENAME (FILENAME == "README.md" ? "" : ":" FNR) ": " what
		bad = 1
	}

	BEGIN {
		n = split(answer, a, " ")
		for (i = 1; i <= n; i++) tower[a[i]] = "answer"
		n = split(maintain, a, " ")
		for (i = 1; i <= n; i++) tower[a[i]] = "maintain"
	}

	FILENAME == "README.md" {
		if (split($0, cell, "|") >= 4 && cell[2] ~ /^ *[0-9]+ *$/) {
			gsub(/[` ]/, "", cell[3])
			n = split(cell[3], a, ",")
			for (i = 1; i <= n; i++) {
				sub(/\.[ch]$/, "", a[i])
				if (a[i] in layer && layer[a[i]] != cell[2] + 0)
					complain(a[i] " is on two layers")
				layer[a[i]] = cell[2] + 0
			}
		}
		next
	}

	FNR == 1 {
		module = FILENAME
		sub(/\.[ch]$/, "", module)
		seen[module] = 1
		if (!(module in layer))
			complain(module " is not in the layer table of src/README.md")
	}

	/PG_VERSION_NUM/ && FILENAME != "compat.h" {
		complain("PG_VERSION_NUM belongs in compat.h")
	}

	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, a, "\"")
		used = a[2]
		sub(/^src\//, "", used)
		if (!sub(/\.h$/, "", used) || !(used in layer) || used == module)
			next
		if (layer[used] >= layer[module])
			complain(module " (layer " layer[module] ") includes " used " (layer " layer[used] ")")
		if (module in tower && used in tower && tower[used] != tower[module])
			complain(module " (" tower[module] ") includes " used " (" tower[used] ")")
	}

	END {
		for (module in layer)
			if (!(module in seen)) {
				print "README.md: " module " is in the layer table but has no file"
				bad = 1
			}
		exit bad
	}' README.md *.c *.h
