"""Disks for plays: file systems of a chosen size, and how to leave no room on one."""
import os
import subprocess

MIB = 1 << 20


def as_root(*command):
    """A file system of a chosen size takes root; who runs the tests has it, or sudo, to install packages."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*prefix, *map(str, command)], check=True)


def mount(folder, mib):
    as_root("mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0700,uid={os.geteuid()}", "tmpfs", folder)


def unmount(folder):
    as_root("umount", "-l", folder)


def fill(folder):
    """Leaves no byte free."""
    with open(folder / "ballast", "ab", buffering=0) as ballast:
        for piece in (MIB, 4096, 1):
            try:
                while True:
                    ballast.write(bytes(piece))
            except OSError:
                continue
    return folder / "ballast"
