"""Hypothesis strategies shared by the tests."""

import numpy as np
from hypothesis import strategies as st

from ttsbook.data import covariance


@st.composite
def covariances(draw, max_dim=6, min_strength=0.05, dim=None):
    """Positive definite covariances with random strengths and directions, of dimension `dim` if it is given."""
    dim = dim or draw(st.integers(1, max_dim))
    strengths = draw(st.lists(st.floats(min_strength, 3.0), min_size=dim, max_size=dim))
    seed = draw(st.integers(0, 2**32 - 1))
    return covariance.rotate(np.diag(strengths), rng=np.random.default_rng(seed))


def pairs_of_covariances(max_dim=6):
    """Two of the same dimension."""
    return st.integers(1, max_dim).flatmap(lambda dim: st.tuples(covariances(dim=dim), covariances(dim=dim)))


lengths = st.integers(1, 500)
