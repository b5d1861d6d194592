"""Layers and prompts shared by the tests of the models."""

from contextlib import contextmanager

import numpy as np
import torch

from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention

BLOCKS = [f"{matrix}{row}{column}" for matrix in "VW" for row in "1234" for column in "1234"]
COV = covariance.rotate(covariance.power_law(3, 1.0), rng=np.random.default_rng(0))


@contextmanager
def default_dtype(dtype):
    """Let PyTorch have another default floating type for a while."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def draw(task=None, batch=4, seed=0, dtype=torch.float64, **options):
    return prompts.sample(task or Task(COV, 6), batch, generator=generator(seed), dtype=dtype, **options)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=generator(seed), dtype=torch.float64)


def random_layer(dim=3, structure="full", seed=0, scale=0.5):
    return LinearSelfAttention(dim, structure=structure, dtype=torch.float64).randomize(
        scale, generator=generator(seed)
    )
