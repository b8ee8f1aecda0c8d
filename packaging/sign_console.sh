#!/bin/sh
# Signs what `make console` has built, as a release does: packaging/sign_console.sh PROGRAM BUILT KEY. KEY is a file of ssh-keygen, or the public
# key of one that the agent has. BUILT.manifest and its signature are what `entente console verify` is given.
set -eu

program=$1 built=$2 key=$3 manifest="$2.manifest"
if [ -z "$key" ]; then
	echo "whose key signs? next: make sign KEY=FILE" >&2
	exit 2
fi
"$program" console manifest "$built" >"$manifest"
rm -f "$manifest.sig"
ssh-keygen -q -Y sign -n entente-console-v1 -f "$key" "$manifest"
ssh-keygen -q -Y check-novalidate -n entente-console-v1 -s "$manifest.sig" <"$manifest"
echo "to publish: $manifest, $manifest.sig"
