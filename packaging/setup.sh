#!/bin/sh
# Installs what packages.txt lists for the groups named (default: all) and is missing. Says nothing when all is there.
set -eu

here=$(dirname "$0")
groups=${*:-build demo test}
wanted=$(awk -v groups=" $groups " '/^[a-z]/ && index(groups, " " $1 " ") { print $2 }' "$here/packages.txt")

if ! command -v dpkg-query >/dev/null; then
	echo "setup: this is not Debian; install by hand what $here/packages.txt lists" >&2
	exit 1
fi

# dpkg-query fails when it does not know a name, and still prints those it knows.
# shellcheck disable=SC2086,SC2016
present=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null | awk '$2 == "installed" { print $1 }') ||
	present=
missing=
for name in $wanted; do
	case "
$present
" in
	*"
$name
"*) ;;
	*) missing="$missing $name" ;;
	esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "setup: missing:$missing; install them as root: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi

echo "setup: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
options="-q -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
# A source that has nothing to do with us may be out of reach: what counts is whether the install succeeds.
$as_root apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 || echo "setup: apt-get update had errors, going on" >&2
# shellcheck disable=SC2086
if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get $options install $missing >>"$log" 2>&1; then
	tail -n 40 "$log" >&2
	echo "setup: the packages could not be installed; is the network there?" >&2
	exit 1
fi
