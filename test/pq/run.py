#!/usr/bin/python3
"""Builds and tests sealing in a Debian 13, whose OpenSSL has ML-KEM-768: test/pq/run.py [BUILD-FOLDER]

The root is made once, by debootstrap, in BUILD-FOLDER (build-pq); the judges come from npm, pinned by their lock file.
Closes with `N passed, N failed`.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else SOURCE / "build-pq").resolve()
ROOT, JUDGES = FOLDER / "root", FOLDER / "judges"
MORE = ["python3", "python3-cbor2", "python3-nacl", "openssh-client", "openssl", "nodejs", "age"]
STEPS = [
    ("build", "test -f /build/build.ninja || meson setup /build /src >/build.log || { cat /build.log; exit 1; }; "
              "ninja -C /build --quiet src/entente/entente test/unit/test_age"),
    ("unit", "cd /tmp && CMOCKA_MESSAGE_OUTPUT=TAP VECTORS=/src/test/vectors /build/test/unit/test_age"),
    ("vectors", "node /judges/vectors.mjs /tmp/vectors && python3 /src/test/pq/judge_age.py /tmp/vectors"),
    ("plays", "rm -rf /tmp/play && mkdir /tmp/play && python3 /src/test/pq/play.py /tmp/play /judges"),
]


def as_root(*command, **how):
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    return subprocess.run([*prefix, *map(str, command)], **how)


def make_root():
    if (FOLDER / "whole").exists():
        return
    print("test-pq: making a Debian 13 root; it takes minutes", flush=True)
    as_root("rm", "-rf", ROOT, check=True)
    FOLDER.mkdir(exist_ok=True)
    packages = re.findall(r"^build (\S+)$", (SOURCE / "packaging/packages.txt").read_text(), re.M)
    with open(FOLDER / "root.log", "w") as log:
        as_root("debootstrap", "--variant=minbase", "--include=ca-certificates", "trixie", ROOT, check=True, stdout=log, stderr=log)
        # debootstrap does not resolve what is provided by a package of another name.
        as_root("cp", "/etc/resolv.conf", ROOT / "etc/resolv.conf", check=True)
        for words in (["update"], ["install", *packages, *MORE]):
            as_root("env", "DEBIAN_FRONTEND=noninteractive", "chroot", ROOT, "apt-get", "-q", "-y", "--no-install-recommends", *words,
                    check=True, stdout=log, stderr=log)
    (FOLDER / "whole").touch()


def make_judges():
    if shutil.which("npm") is None:
        sys.exit("test-pq: npm, which fetches the judges, is not there: apt-get install npm")
    JUDGES.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", "vectors.mjs", "typage.mjs"):
        shutil.copy(HERE / name, JUDGES / name)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=JUDGES, check=True)


def inside(script):
    """In the root, which sees the sources and the judges while this runs, and nothing afterwards."""
    mounts = [("--bind", SOURCE, "src"), ("--bind", JUDGES, "judges"), ("--bind", "/dev", "dev"), ("-t", "proc", "proc", "proc")]
    lines = ["set -e"]
    for *how, to in mounts:
        lines.append(f"mkdir -p {shlex.quote(str(ROOT / to))}; mount {' '.join(shlex.quote(str(word)) for word in how)} "
                     f"{shlex.quote(str(ROOT / to))}")
    environment = "HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 ENTENTE=/build/src/entente/entente"
    lines.append(f"exec chroot {shlex.quote(str(ROOT))} env -i {environment} sh -c {shlex.quote(script)}")
    return as_root("unshare", "-m", "sh", "-c", "\n".join(lines), capture_output=True, text=True)


def main():
    make_root()
    make_judges()
    passed = failed = 0
    for name, script in STEPS:
        begun = time.monotonic()
        done = inside(script)
        good = len(re.findall(r"^ok \d+", done.stdout, re.M))
        bad = len(re.findall(r"^not ok \d+", done.stdout, re.M))
        is_good = done.returncode == 0 and bad == 0
        passed += good or is_good
        failed += max(bad, not is_good)
        print(f"{name}: {'good' if is_good else 'FAILED'} ({time.monotonic() - begun:.1f} s)", flush=True)
        if not is_good:
            print(done.stdout[-4000:] + done.stderr[-4000:])
        elif name == "vectors":
            print("  " + done.stdout.strip())
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
