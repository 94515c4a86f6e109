# shellcheck shell=sh
# Adding up test suites.  Sourced by majors.sh and .ci/run.
#
# Each suite's last line is its total, as "N passed, N failed".

passed=0
failed=0

# suite COMMAND...: run one suite, show its output, and add up its total
suite()
{
	suite_log=$(mktemp)
	{ "$@" 2>&1; echo $? >"$suite_log.status"; } | tee "$suite_log"
	# a suite that broke down before its total has failed
	total=$(tail -n 1 "$suite_log" | grep -Ex '[0-9]+ passed, [0-9]+ failed') || total='0 passed, 1 failed'
	more=${total#* passed, }
	more=${more% failed}
	if [ "$(cat "$suite_log.status")" != 0 ] && [ "$more" -eq 0 ]; then more=1; fi
	passed=$((passed + ${total% passed, *}))
	failed=$((failed + more))
	rm -f "$suite_log" "$suite_log.status"
}
