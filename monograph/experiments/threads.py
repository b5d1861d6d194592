"""Computation on one thread, whose bits and whose time do not depend on what else the machine does."""

from collections.abc import Generator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]  # it has none


@contextmanager
def one_thread() -> Generator[None, None, None]:
    """Keep PyTorch and the linear algebra of NumPy and SciPy, each with threads of its own, to one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(threads)
