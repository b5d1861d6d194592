import numpy as np
import pytest
import torch

from ttsbook.data import covariance, features, prompts
from ttsbook.data.tasks import Mixture, Task

KINDS = [
    features.Gaussian(),
    features.Uniform(),
    features.ThreePoint(1.0),
    features.ThreePoint(9.0),
    features.Sparse(0.2),
    features.Sphere(),
    features.ScaleMixture(0.1, 5.5),
    features.ScaleMixture(0.25, 4.0),  # the others are zero
]


def rows(kind, cov, count, seed=0):
    return features.sample(cov, count, kind, samples=1, rng=np.random.default_rng(seed))[0]


def near(terms, expected):
    """Whether a mean is within 4.5 standard errors of what is expected."""
    spread = terms.std(axis=0) / np.sqrt(len(terms))
    return (np.abs(terms.mean(axis=0) - expected) <= 4.5 * spread + 1e-12).all()


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_drawn_features_have_the_moments_that_are_said(kind):
    """Also where skills are not the coordinates."""
    cov = covariance.rotate(covariance.power_law(3, 1.0), rng=np.random.default_rng(1))
    x = rows(kind, cov, 200_000)
    outer = x[:, :, None] * x[:, None, :]
    assert near(x, 0) and near(outer, cov)
    assert near(np.square(x).sum(axis=1)[:, None, None] * outer, features.fourth_moments(cov, kind))


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_what_is_said_of_a_coordinate_is_its_fourth_moment(kind):
    """All coordinates of an example share the factor s, so E z⁴ = q κ."""
    z = rows(kind, np.eye(4), 200_000, seed=2)[:, :1]
    assert near(z**4, kind.stretch(4) * kind.kurtosis)


def test_gaussian_moments_are_those_of_isserlis():
    cov = covariance.rotate(covariance.power_law(4, 0.7), rng=np.random.default_rng(0))
    expected = 2 * cov @ cov + np.trace(cov) * cov
    assert np.allclose(features.fourth_moments(cov, features.Gaussian()), expected)


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_prompts_have_the_features_asked_for(kind):
    cov = np.diag([2.0, 0.5])
    batch = prompts.sample(
        Task(cov, 10),
        20_000,
        generator=torch.Generator().manual_seed(0),
        dtype=torch.float64,
        features=kind,
    )
    x = batch.x.numpy().reshape(-1, 2)
    assert near(
        np.square(x).sum(axis=1)[:, None, None] * x[:, :, None] * x[:, None, :], features.fourth_moments(cov, kind)
    )
    assert torch.allclose(batch.y, (batch.x @ batch.w[..., None])[..., 0])


def test_prompts_depend_on_the_generator_alone_and_may_be_padded():
    mixture = Mixture([Task(np.eye(2), 3), Task(np.eye(2), 6)], [0.5, 0.5])
    one, same, other = (
        prompts.sample(mixture, 50, generator=torch.Generator().manual_seed(seed), features=features.Sphere())
        for seed in (0, 0, 1)
    )
    assert torch.equal(one.x, same.x) and not torch.equal(one.x, other.x)
    lengths = one.x.square().sum(dim=-1)
    used = torch.arange(6) < one.lengths[:, None]
    assert torch.allclose(lengths[used], torch.tensor(2.0)) and (lengths[~used] == 0).all()


@pytest.mark.unchecked
@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: features.ThreePoint(0.5), "fourth must be a finite number of at least 1, got 0.5"),
        (ValueError, lambda: features.Sparse(0.0), "share must be positive, got 0.0"),
        (ValueError, lambda: features.Sparse(1.5), "share must be at most 1, got 1.5"),
        (ValueError, lambda: features.ScaleMixture(0.5, 3.0), "share \\* factor must be at most 1"),
        (ValueError, lambda: features.ScaleMixture(1.0, 1.0), "share below 1, got 1.0 and 1.0"),
        (ValueError, lambda: features.ScaleMixture(0.1, -1.0), "factor must be a finite number of at least 0"),
        (TypeError, lambda: features.fourth_moments(np.eye(2), 3.0), "features must be a .*Features, got 3.0"),
        (ValueError, lambda: features.fourth_moments(-np.eye(2), features.Sphere()), "cov must be positive"),
        (
            ValueError,
            lambda: features.sample(np.eye(2), 0, features.Sphere(), samples=1, rng=np.random.default_rng(0)),
            "length must be an integer of at least 1, got 0",
        ),
        (
            TypeError,
            lambda: features.sample(np.eye(2), 1, features.Sphere(), samples=1, rng=0),
            "rng must be a numpy.random.Generator, got 0",
        ),
        (
            TypeError,
            lambda: prompts.sample(Task(np.eye(2), 2), 1, generator=torch.Generator(), features="sphere"),
            "features must be a .*Features, got 'sphere'",
        ),
        (
            ValueError,
            lambda: prompts.sample(
                Task(np.eye(2), 2), 1, generator=torch.Generator(), condensed=True, features=features.Sphere()
            ),
            "condensed prompts are Gaussian, but features are Sphere",
        ),
    ],
)
def test_bad_input_is_refused_by_name(error, call, message):
    with pytest.raises(error, match=message):
        call()
