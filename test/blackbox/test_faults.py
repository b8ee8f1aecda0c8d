"""One round of every fault on real nodes, in `make test`; `make blackbox MINUTES=n` goes on."""
import nodes
import run

SEED = 20


def test_one_round_of_every_fault(tmp_path):
    found = run.play(tmp_path / "world", 1, SEED)
    run.print_tally(found[0])
    objections = run.judged(*found)
    where = run.keep(tmp_path / "world", nodes.ROOT / f"build/blackbox/{SEED}") if objections else None
    assert not objections, "\n".join([*objections, f"history, exports and node logs: {where}"])
