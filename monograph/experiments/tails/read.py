"""How near trained layers came to what fourth moments predict, as the experiment `tails` found them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from monograph.experiments.results import Results


@dataclass(frozen=True, eq=False)
class Distances:
    """Relative distances of the learned preconditioners from two predictions, one entry a seed.

    Attributes
    ----------
    to_own, to_gaussian
        From Λ B⁻¹ with the fourth moments of the features, and from Γ⁻¹, which has those of Gaussian ones.

    Examples
    --------
    >>> Distances(np.array([0.02]), np.array([0.3])).learned(0.05)
    True
    """

    to_own: Float64[np.ndarray, " seeds"]
    to_gaussian: Float64[np.ndarray, " seeds"]

    def learned(self, tolerance: float) -> bool:
        """Say whether each layer is this close to its own prediction, and a third as far as from the Gaussian one.

        Parameters
        ----------
        tolerance
            Largest relative distance.
        """
        return bool((self.to_own <= tolerance).all() and (self.to_own < self.to_gaussian / 3).all())


def distances(records: Results, kind: str) -> Distances:
    """Collect the distances of the layers that were trained on one kind of features.

    Parameters
    ----------
    records
        Of the experiment `tails`: ``results.load("tails")``.
    kind
        Kind of features, one of `plan.KINDS`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> distances(results.load("tails", "tiny"), "sparse").to_own.shape
    (1,)
    """
    runs = records.select(kind=kind)
    return Distances(*(np.array([run[name] for run in runs]) for name in ("to_own", "to_gaussian")))
