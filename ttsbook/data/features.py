r"""Features that are not Gaussian, and their fourth moments.

Examples are :math:`x = \Lambda^{1/2} z` with *standard* features z: mean 0, covariance I, and tails by their kind. A
layer that is trained on one step sees no more of them than :math:`K = \mathbb{E}\,\|x\|^2 x x^\top`. Numbers that are
out of range are refused by name.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from ttsbook import _validation as check
from ttsbook.arrays import Covariance, CovarianceLike, Numbers
from ttsbook.data import covariance


@dataclass(frozen=True)
class Features:
    r"""Kind of the standard features: :math:`z = \sqrt s\, u` with independent coordinates u and one s for an example.

    Both have the mean squares 1. The kinds of this module say more of them.

    Examples
    --------
    >>> Gaussian().kurtosis, Gaussian().stretch(5)
    (3.0, 1.0)
    """

    @property
    def kurtosis(self) -> float:
        r"""Fourth moment :math:`\kappa = \mathbb{E}\,u_i^4` of a coordinate: 3 for the Gaussian, at least 1."""
        return 3.0

    def stretch(self, dim: int) -> float:
        r"""Second moment :math:`q = \mathbb{E}\,s^2` of what all coordinates of an example share.

        Parameters
        ----------
        dim
            Dimension d.
        """
        return 1.0

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Numbers:
        """Draw standard features, an example along the last axis.

        Parameters
        ----------
        rng
            Source of randomness.
        shape
            Shape of what is drawn; its last entry is the dimension.
        """
        raise NotImplementedError(f"{type(self).__name__} must define draw")


@dataclass(frozen=True)
class Gaussian(Features):
    r"""The features of the rest of the book, :math:`z \sim N(0, I)`.

    Examples
    --------
    >>> Gaussian().draw(np.random.default_rng(0), (2, 3)).shape
    (2, 3)
    """

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Numbers:
        """Draw normal numbers."""
        return rng.standard_normal(shape)


@dataclass(frozen=True)
class Uniform(Features):
    """Independent coordinates, uniform: tails lighter than Gaussian.

    Examples
    --------
    >>> Uniform().kurtosis
    1.8
    """

    @property
    def kurtosis(self) -> float:
        """Fourth moment of a uniform number of variance 1."""
        return 1.8

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Numbers:
        """Draw from the interval between -√3 and √3."""
        return rng.uniform(-np.sqrt(3), np.sqrt(3), shape)


@dataclass(frozen=True)
class ThreePoint(Features):
    r"""Independent coordinates that are 0 or :math:`\pm\sqrt\kappa`: for each kurtosis the simplest law.

    Parameters
    ----------
    fourth
        Kurtosis :math:`\kappa`, at least 1; for 1 the coordinates are signs.

    Examples
    --------
    >>> np.unique(ThreePoint(4.0).draw(np.random.default_rng(0), (9, 5))).tolist()
    [-2.0, 0.0, 2.0]
    """

    fourth: float = 1.0

    def __post_init__(self) -> None:
        check.settle(self, fourth=check.number("fourth", self.fourth, least=1))

    @property
    def kurtosis(self) -> float:
        """As chosen."""
        return self.fourth

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Numbers:
        """Draw signs, of which a share 1/κ counts."""
        signs = np.where(rng.random(shape) < 0.5, -1.0, 1.0)
        return np.where(rng.random(shape) < 1 / self.fourth, np.sqrt(self.fourth) * signs, 0.0)


@dataclass(frozen=True)
class Sparse(Features):
    """Independent coordinates that are mostly zero, and else Gaussian.

    An example all of whose coordinates are zero teaches nothing; a GPT, and a model of one's own that counts examples
    by what is not zero, take it for padding.

    Parameters
    ----------
    share
        Share p of the coordinates that are not zero, above 0.

    Examples
    --------
    >>> Sparse(0.1).kurtosis
    30.0
    """

    share: float = 0.1

    def __post_init__(self) -> None:
        check.settle(self, share=_share(self.share))

    @property
    def kurtosis(self) -> float:
        """A Gaussian of variance 1/p with probability p."""
        return 3 / self.share

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Numbers:
        """Draw normal numbers, and keep a share of them."""
        return rng.standard_normal(shape) * (rng.random(shape) < self.share) / np.sqrt(self.share)


@dataclass(frozen=True)
class Sphere(Features):
    """Elliptical features of one length √d: tails lighter than Gaussian.

    Examples
    --------
    >>> Sphere().stretch(8)
    0.8
    """

    def stretch(self, dim: int) -> float:
        """E‖z‖⁴ = d² over the d(d + 2) of Gaussian features."""
        return dim / (dim + 2)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Numbers:
        """Draw normal numbers, and give each example the length √d."""
        normal = rng.standard_normal(shape)
        return normal * np.sqrt(shape[-1] / np.square(normal).sum(axis=-1, keepdims=True))


@dataclass(frozen=True)
class ScaleMixture(Features):
    """Elliptical features with heavy tails: Gaussian, but for a share of the examples with a larger variance.

    Parameters
    ----------
    share
        Share p of the examples that are large, above 0.
    factor
        Variance b of their coordinates, with p b ≤ 1; the others have (1 - p b)/(1 - p).

    Examples
    --------
    >>> ScaleMixture(0.1, 5.5).stretch(20)
    3.25
    """

    share: float = 0.1
    factor: float = 5.5

    def __post_init__(self) -> None:
        share, factor = _share(self.share), check.number("factor", self.factor, least=0)
        if share * factor > 1 or share == 1:
            raise ValueError(f"share * factor must be at most 1, and share below 1, got {share} and {factor}")
        check.settle(self, share=share, factor=factor)

    @property
    def _rest(self) -> float:
        """Variance of the other examples."""
        return (1 - self.share * self.factor) / (1 - self.share)

    def stretch(self, dim: int) -> float:
        """Mean square of the variance."""
        # Rounded, so that q is 3.25 by default, and not 3.2500000000000004.
        return round(self.share * self.factor**2 + (1 - self.share) * self._rest**2, 12)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Numbers:
        """Draw normal numbers, and a variance for each example."""
        large = rng.random((*shape[:-1], 1)) < self.share
        return rng.standard_normal(shape) * np.sqrt(np.where(large, self.factor, self._rest))


def _share(share: float) -> float:
    """Return a share, which is above 0 and at most 1."""
    if check.positive("share", share) > 1:
        raise ValueError(f"share must be at most 1, got {share!r}")
    return float(share)


def fourth_moments(cov: CovarianceLike, features: Features) -> Covariance:
    r"""Fourth moments :math:`K = \mathbb{E}\,\|x\|^2 x x^\top` of examples :math:`x = \Lambda^{1/2} z`.

    :math:`K = q\,\Lambda^{1/2}\bigl(2\Lambda + \mathrm{tr}(\Lambda)\,I + (\kappa - 3)\,\mathrm{diag}\,\Lambda\bigr)
    \Lambda^{1/2}`, so :math:`q\,(2\Lambda^2 + \mathrm{tr}(\Lambda)\,\Lambda)` for elliptical features.

    In the book: :prf:ref:`prop-fourth-moments`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda` of the examples.
    features
        Kind of the standard features.

    Examples
    --------
    >>> fourth_moments(np.eye(2), Gaussian()).tolist()
    [[4.0, 0.0], [0.0, 4.0]]
    >>> fourth_moments(np.eye(2), ThreePoint(9.0)).tolist()
    [[10.0, 0.0], [0.0, 10.0]]
    """
    cov = check.covariance("cov", cov)
    check.instance("features", features, Features)
    root, trace = covariance.square_root(cov), np.trace(cov)
    middle = 2 * cov + trace * np.eye(len(cov)) + (features.kurtosis - 3) * np.diag(np.diag(cov))
    moments = features.stretch(len(cov)) * root @ middle @ root  # prop-fourth-moments
    return (moments + moments.T) / 2


def sample(
    cov: CovarianceLike, length: int, features: Features, *, samples: int, rng: np.random.Generator
) -> Float64[np.ndarray, "{samples} {length} d"]:
    r"""Draw prompts of examples :math:`x = \Lambda^{1/2} z`, one a row.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda` of the examples.
    length
        Number of examples in a prompt.
    features
        Kind of the standard features.
    samples
        Number of prompts.
    rng
        Source of randomness.

    Examples
    --------
    >>> sample(np.eye(2), 5, Sparse(0.5), samples=3, rng=np.random.default_rng(0)).shape
    (3, 5, 2)
    """
    cov = check.covariance("cov", cov)
    check.instance("features", features, Features)
    check.instance("rng", rng, np.random.Generator)
    shape = (check.count("samples", samples, least=1), check.count("length", length, least=1), len(cov))
    return features.draw(rng, shape) @ covariance.square_root(cov)
