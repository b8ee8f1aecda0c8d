#!/bin/sh
# Installs what `make console` has built: packaging/install_console.sh BUILT FOLDER enabled|disabled|auto. Called by Meson.
set -eu

built=$1
to="$MESON_INSTALL_DESTDIR_PREFIX/$2"
[ "$3" != disabled ] || exit 0
if [ ! -f "$built/index.html" ]; then
	[ "$3" = auto ] && exit 0
	echo "the console is not built; next: make console" >&2
	exit 1
fi
# The folder of another version would be served beside this one; a node that starts meanwhile finds one of them whole.
rm -rf "$to.new" "$to.old"
mkdir -p "$to.new"
cp -R "$built/." "$to.new/"
[ ! -d "$to" ] || mv "$to" "$to.old"
mv "$to.new" "$to"
rm -rf "$to.old"
