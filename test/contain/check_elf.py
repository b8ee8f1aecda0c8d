#!/usr/bin/python3
"""What the compiler and the linker were told to do against attackers is in the program that they made.

usage: check_elf.py PROGRAM plain|sanitized
"""
import re
import subprocess
import sys


def readelf(program, *options):
    return subprocess.run(["readelf", "-W", *options, program], capture_output=True, text=True, check=True).stdout


def main(program, build):
    head, segments, dynamic = (readelf(program, option) for option in ("-h", "-l", "-d"))
    symbols = readelf(program, "--dyn-syms")
    code = [line for line in segments.splitlines() if re.match(r"\s+LOAD", line)]
    checks = [
        ("position independent", "DYN (" in head and "(PIE)" in dynamic + head.replace("Position-Independent", "(PIE)")),
        ("relocations are read-only", "GNU_RELRO" in segments),
        ("and bound at the start", "BIND_NOW" in dynamic and re.search(r"FLAGS_1.*NOW", dynamic) is not None),
        ("no stack is code", re.search(r"GNU_STACK.* RW +0", segments) is not None),
        ("nothing is code and writable", code and not any("RWE" in line or "W E" in line for line in code)),
        ("no path of the build is searched for libraries", "/" not in "".join(re.findall(r"R(?:UN)?PATH.*\[(.*)\]", dynamic))),
    ]
    if build == "plain":
        checks.append(("stacks are guarded", "__stack_chk_fail" in symbols))
        checks.append(("copies are checked", len(re.findall(r"__\w+_chk\b", symbols)) >= 5))
        if "X86-64" in head:
            # The program's property is gone as soon as one object lacks it, and Debian's crti.o does.
            code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], capture_output=True, text=True, check=True).stdout
            entries = re.findall(r"^[0-9a-f]+ <(\w+)>:\n +[0-9a-f]+:\t(\w+)", code, re.M)
            marked = sum(first == "endbr64" for _, first in entries)
            checks.append((f"jumps land where they may: {marked} of {len(entries)} functions", marked > len(entries) * 0.5))
    print(f"1..{len(checks)}")
    for number, (what, is_good) in enumerate(checks, 1):
        print(f"{'' if is_good else 'not '}ok {number} - {what}")
    return not all(is_good for _, is_good in checks)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
