"""Plants one error at a time in the oracle: each must be noticed, every time.

If an oracle that is wrong about a rule still agreed with the package, the comparison would say
nothing about that rule.
"""

import pytest
from oracle import FAULTS
from pair import Mismatch, Pair
from scenario import TARGETED
from stream import Stream

SEEDS = range(5)


@pytest.fixture(scope="module")
def streams():
    """The random streams that every fault without a scenario of its own is given."""
    return [Stream(seed).commands() for seed in SEEDS]


def disagrees(fault, commands, path=None):
    pair = Pair(fault=fault, path=path)
    try:
        pair.run(commands)
    except Mismatch:
        return True
    finally:
        pair.close()
    return False


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_noticed(fault, streams, tmp_path):
    if fault in TARGETED:
        assert disagrees(fault, TARGETED[fault], tmp_path / "book.db"), FAULTS[fault]
    else:
        assert any(disagrees(fault, stream) for stream in streams), FAULTS[fault]


@pytest.mark.parametrize("fault", TARGETED)
def test_without_a_fault_its_scenario_agrees(fault, tmp_path):
    assert not disagrees(None, TARGETED[fault], tmp_path / "book.db")


def test_every_rule_of_the_table_and_of_the_limits_has_a_fault():
    assert len(FAULTS) >= 24
    assert set(TARGETED) <= set(FAULTS)
