#!/bin/sh
# The console's pure modules, compiled by Debian's tsc, under node --test: test/console/run.sh OUT
set -eu

here=$(dirname "$0")
out=$1
rm -rf "$out"
tsc -p "$here/../../console/tsconfig.unit.json" --outDir "$out"
echo '{"type": "module"}' >"$out/package.json"
CONSOLE=$out exec node --no-warnings --test --test-reporter=tap "$here"
