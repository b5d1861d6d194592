"""A plugin of pytest: calls are checked against their annotations, shapes too.

An int will do for a float, an integer of NumPy for an int. Each test has so many checks: where a loop has used them up,
the rest of it runs unchecked, as fast as for a reader.
"""

from collections.abc import Callable, Iterator
from functools import wraps

import jaxtyping
import numpy as np
import pytest
from beartype import BeartypeConf, FrozenDict, beartype

WIDER = FrozenDict({int: int | np.integer, float: float | int | np.integer | np.floating})
MOST = 1_000
"""Checks in one test, two a call."""
_left = MOST


def begin(checks: int) -> None:
    """Let what follows have so many checks."""
    global _left
    _left = checks
    jaxtyping.config.update("jaxtyping_disable", checks == 0)


def checked(function: Callable[..., object]) -> Callable[..., object]:
    """Check calls of a function while there are checks left."""
    check = beartype(conf=BeartypeConf(hint_overrides=WIDER))(function)

    @wraps(function)
    def counted(*arguments: object, **named: object) -> object:
        global _left
        _left -= 1
        if _left == 0:
            jaxtyping.config.update("jaxtyping_disable", True)
        return check(*arguments, **named)

    return counted


def pytest_configure(config: pytest.Config) -> None:
    """Check in everyday's tests; the long runs make the same calls."""
    if not config.option.markexpr or config.option.markexpr.startswith("not exhaustive"):
        jaxtyping.install_import_hook(["ttsbook", "monograph"], f"{__name__}.checked")


@pytest.fixture(autouse=True)
def annotations_are_checked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give each test its checks, and none to a test that calls as a reader may."""
    begin(0 if request.node.get_closest_marker("unchecked") else MOST)
    yield
    begin(MOST)
