"""The second checker is not blind to real processes: of a program with a fault of ours planted in it, run by the same clients
under the one fault that brings it out, the judge objects by the check that is for it."""
import pytest

import run

SEED = 7
QUIET_S = 20.0  # what is broken does not settle
TRIES = 4


@pytest.mark.parametrize("plant, fault, check", [
    ("SHOW_BEFORE_FLUSH", "write is full", "acknowledged"),
])
def test_a_planted_fault_is_found(tmp_path, plant, fault, check):
    """The first write that the disk refuses may be of peers' entries alone, of which no client was told; from then on the node
    takes none of ours. Then there is nothing to object to, and it is tried anew."""
    for seed in range(SEED, SEED + TRIES):
        found = run.play(tmp_path / f"world{seed}", 3, seed, seconds_each=(2.0, 3.0), pause_s=0.05, wanted=[fault], planted=plant,
                         quiet_s=QUIET_S)
        run.print_tally(found[0])
        objections = run.judged(*found)
        if any(objection.startswith(f"{check}: ") for objection in objections):
            return
    pytest.fail(f"{TRIES} runs without what is looked for; the last: {objections}")
