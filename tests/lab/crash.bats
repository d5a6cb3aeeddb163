# SPDX-License-Identifier: MIT
# Whatever is killed, whenever: nothing is left, and the same lab starts again. `make soak` does the
# same a thousand times.

load helpers

@test "nothing is left after 30 rounds of kills, without memory, on a full disk" {
	BIN=$(dirname "$(command -v vethlab)") run "$BATS_TEST_DIRNAME/../../scripts/crash" --rounds 30
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"nothing is left after 30 rounds"* ]]
}
