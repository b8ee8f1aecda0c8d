#!/usr/bin/python3
"""The systemd unit: its exposure, and that what it forbids is nothing that the program needs.

usage: check_unit.py UNIT CONTAIN.C
"""
import pathlib
import re
import subprocess
import sys

EXPOSURE_MAX = 1.5
# What the processes ask for before each is contained, and the starter after it.
AT_THE_START = """arch_prctl bind chmod clone clone3 connect dup2 epoll_create1 eventfd2 execve fcntl flock getdents64 kill landlock_add_rule
    landlock_create_ruleset landlock_restrict_self listen mkdir pidfd_open pipe2 prctl prlimit64 readlink rename rt_sigaction
    sched_getaffinity seccomp sendmsg set_tid_address socket sysinfo umask vfork wait4""".split()


def run(*command):
    return subprocess.run(["systemd-analyze", *command], capture_output=True, text=True, check=True).stdout


def groups():
    """{"@name": its words} as this systemd has them."""
    found, name = {}, None
    for line in run("syscall-filter").splitlines():
        if line.startswith("@"):
            name = line.strip()
            found[name] = set()
        elif name and line.startswith("    ") and not line.strip().startswith("#"):
            found[name].add(line.strip())
    return found


def expand(words, known):
    calls = set()
    for word in words:
        calls |= expand(known[word], known) if word.startswith("@") else {word}
    return calls


def allowed(unit, known):
    calls = expand(["@default"], known)
    for value in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        words = expand(value.removeprefix("~").split(), known)
        calls = calls - words if value.startswith("~") else calls | words
    return calls | expand(["@default"], known)


def main(path, table):
    unit, known = pathlib.Path(path).read_text(), groups()
    said = run("security", "--offline=true", path)
    exposure = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)[1])
    needed = set(AT_THE_START) | set(re.findall(r'\{ "(\w+)", \{', pathlib.Path(table).read_text()))
    # SQLite asks for it when it runs as root, which the unit does not.
    missing = sorted(needed - allowed(unit, known) - {"fchown"})
    checks = [
        (f"exposure {exposure} <= {EXPOSURE_MAX}", exposure <= EXPOSURE_MAX),
        (f"all {len(needed)} system calls are allowed{': not ' + ' '.join(missing) if missing else ''}", not missing),
        ("ptrace is not", "ptrace" not in allowed(unit, known)),
    ]
    print(f"1..{len(checks)}")
    for number, (what, is_good) in enumerate(checks, 1):
        print(f"{'' if is_good else 'not '}ok {number} - {what}")
    return not all(is_good for _, is_good in checks)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
