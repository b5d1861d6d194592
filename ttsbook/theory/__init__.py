r"""The mathematics of a linear attention layer that thinks: exact errors, bounds, simulation.

A layer trained on prompts of covariance :math:`\Lambda` and length n answers with a
*preconditioner* P. Each thinking step maps :math:`w_k` to :math:`w_k - P S_m (w_k - w)`, where
:math:`S_m` is the empirical covariance of a test prompt of m examples with covariance
:math:`\Sigma`, and :math:`w_0 = 0`. All errors are :math:`\mathbb{E}\|w_k - w\|^2` with
:math:`w \sim N(0, I_d)`: absolute, without a factor 1/2, and equal to d at k = 0.

Arguments that are out of range, matrices that are no covariances and dimensions that disagree are refused by name.
A length m or n is at least 1, and a number of steps at least 0 where nothing else is said.
"""

from ttsbook.theory._chain import DivergenceWarning
from ttsbook.theory.costs import effective_dimension, mean_cost_bound, skill_costs
from ttsbook.theory.depth import BestDepth, best_depth
from ttsbook.theory.direct import direct_error, direct_error_bound, direct_error_by_skill
from ttsbook.theory.excess import divergence_bound, first_excess
from ttsbook.theory.finite import ValidityWarning, cot_error, cot_error_gap
from ttsbook.theory.layer import layer_error
from ttsbook.theory.learned import caution, conditioning, gamma, moments, preconditioner
from ttsbook.theory.limit import best_scaling_limit, cot_error_limit, scaling_law_bound, train_length_for
from ttsbook.theory.noise import (
    NoisePhase,
    bayes_error,
    least_squares_error,
    noise_phase,
    noisy_error,
    wiener_depth,
)
from ttsbook.theory.simulation import CotSimulation, simulate_cot_error
from ttsbook.theory.stability import critical_train_length, spectral_edges
from ttsbook.theory.strides import best_scaling, largest_stride, strides
from ttsbook.theory.votes import vote_error

__all__ = [
    "BestDepth",
    "CotSimulation",
    "DivergenceWarning",
    "NoisePhase",
    "ValidityWarning",
    "bayes_error",
    "best_depth",
    "best_scaling",
    "best_scaling_limit",
    "caution",
    "conditioning",
    "cot_error",
    "cot_error_gap",
    "cot_error_limit",
    "critical_train_length",
    "direct_error",
    "direct_error_bound",
    "direct_error_by_skill",
    "divergence_bound",
    "effective_dimension",
    "first_excess",
    "gamma",
    "largest_stride",
    "layer_error",
    "least_squares_error",
    "mean_cost_bound",
    "moments",
    "noise_phase",
    "noisy_error",
    "preconditioner",
    "scaling_law_bound",
    "simulate_cot_error",
    "skill_costs",
    "spectral_edges",
    "strides",
    "train_length_for",
    "vote_error",
    "wiener_depth",
]
