#!/usr/bin/env bash
# Everything that must hold for a commit: types, lint, documentation, package, consumers, and the tests on every backend in Node and,
# where there is a Chromium, in the browser. Closes with the line "N passed, N failed" and fails if anything failed.
set -uo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
broken=()

step() {
  printf '\n=== %s\n' "$*"
  local begun=$SECONDS
  if "$@"; then
    printf '=== %s: ok, %d s\n' "$*" $((SECONDS - begun))
  else
    printf '=== %s: FAILED, %d s\n' "$*" $((SECONDS - begun))
    broken+=("$*")
  fi
}

# The code blocks of README, docs and doc comments; the tests run them.
examples_typecheck() { node scripts/extract-examples.mjs && npx --no-install tsc --noEmit -p tsconfig.examples.json; }
tests() { npm test 2>&1 | tee "$log"; }

step npm run --silent typecheck
step examples_typecheck
step npm run --silent lint
step npm run --silent docs
step npx --no-install tsx scripts/check-site.mjs
step npm run --silent build
step npm run --silent check:package
step npm run --silent check:consumers
step node scripts/check-walk.mjs
step tests

# Counts steps that failed outside the tests as one failure each, so that the last line never looks green by mistake.
passed=0 failed=0
line=$(sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '^[0-9]+ passed, [0-9]+ failed' | tail -n 1)
if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
  passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
fi
if [ ${#broken[@]} -gt 0 ]; then
  printf '\nFailed: %s\n' "$(printf '%s; ' "${broken[@]}")"
  if [ "$failed" -eq 0 ]; then failed=${#broken[@]}; fi
fi
printf '\n%d s in all\n%d passed, %d failed\n' "$SECONDS" "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
