"""Markets: real ones, where the folder with them is there, and generated ones."""

import pytest
from bar_market import gappy, minutes


@pytest.fixture
def equity():
    """A day of four stocks, before and after hours too."""
    return minutes("equity-minute")


@pytest.fixture
def crypto():
    """Minutes of three pairs."""
    return minutes("crypto-minute")


@pytest.fixture(params=["generated", "equity-minute", "crypto-minute"])
def market(request):
    """Minutes of several symbols with gaps."""
    if request.param == "generated":
        return gappy(["A", "B", "C-USD", "D_E"], 1_000, 7)
    return minutes(request.param)
