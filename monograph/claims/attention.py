"""What the chapter on attention claims."""

from itertools import product

import numpy as np

from monograph.claims.ledger import Evidence, Verdict, claim, judge, within
from monograph.claims.statements import Kind, Statement
from monograph.claims.task import Measurement, band, examples, second_moment
from monograph.experiments import results
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Preconditioner, Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import dynamics

DIM, LENGTH = 20, 40
# Blocks that the training loss does not see, by prop-no-gradient.
UNSEEN = {*product("W", "1234", "123"), *product("V", "1234", "3"), ("W", "3", "4")}


@claim(
    source="paper: Theorem 3.1",
    bears_on=(Statement.TRAINING,),
    kinds=(Kind.THEOREM, Kind.EXACT, Kind.LAYER),
    places=("setup/attention#thm-training",),
    method="V31 trained alone, power laws i^(−α): exact gradients with d = 20, n = 40, c = 2; fresh prompts in each "
    "update with d = 10, 20, n = 2d, c = 1, five seeds.",
    tolerance=0.01,
    limits="relative error of the learned preconditioner",
    verdict=Verdict.CAVEAT,
    caveat="W13 and W24 must stay as they start. Trained with the rest, W24 drifts away from −c, and V31 from −Γ⁻¹/c; "
    "their product still tends to Γ⁻¹.",
)
def learned_preconditioner(tolerance: float) -> Evidence:
    """From W13 = cI, W24 = −c and V31 = 0, gradient descent with a constant step learns V31 = −Γ⁻¹/c."""
    tasks = [_task(exponent) for exponent in (0.0, 0.7, 1.0)]
    updates, errors = zip(*(_exact_descent(task, 2.0, tolerance) for task in tasks), strict=True)
    frozen = results.load("frozen")
    sampled = [frozen.values("preconditioner_error", gradient="sampled", dim=dim).max() for dim in (10, 20)]
    ratio, product_error = _flow(_task(0.7), c=1.0)
    return judge(
        max(*errors, *sampled) <= tolerance and min(updates) > 0,
        f"Exact gradients reach 1 % after {', '.join(map(str, updates))} updates for α = 0, 0.7, 1, as predicted. "
        f"Fresh prompts lead to at most {100 * sampled[0]:.2f} % with d = 10, and {100 * sampled[1]:.2f} % with "
        f"d = 20. With W24 free and c = 1, training ends at W24 = −{1 / ratio:.2f}, and W24 V31 is off Γ⁻¹ by "
        f"{within(product_error, 1e-6)}.",
        exception=abs(1 - ratio) > tolerance >= product_error,
    )


def _exact_descent(task: Task, c: float, tolerance: float) -> tuple[int, float]:
    """Count the updates that are predicted to lead to the tolerance, and measure the relative error after them."""
    predicted = dynamics.descent(task, 2000, step_size=dynamics.largest_step(task, c=c) / 2, c=c).preconditioner_error
    updates = int((predicted <= tolerance).argmax())
    curvature = c**2 * second_moment(task.cov, LENGTH)  # c²ΛΓ, thm-training, part 1
    largest = np.linalg.norm(curvature, 2)  # c²λ₁γ₁
    V31 = np.zeros((DIM, DIM))
    for _ in range(updates):
        slope = V31 @ curvature + c * task.cov
        V31 -= slope / largest  # half the step of part 2
    return updates, _relative_error(-c * V31, task)


@claim(
    source="this book",
    places=("setup/thinking#prop-no-gradient",),
    method="Gradients of the literal layer's loss in float64, all weights random, 32 prompts with d = 10.",
    tolerance=0,
    limits="largest gradient in the blocks that the loss does not see",
    verdict=Verdict.HOLDS,
)
def no_gradient(tolerance: float) -> Evidence:
    """With w₀ = 0 the training loss does not depend on W13, nor on 16 other blocks: thinking is not trained."""
    gradients = _largest_gradients()
    unseen = [gradient for block, gradient in gradients.items() if block in UNSEEN]
    seen = [gradient for block, gradient in gradients.items() if block not in UNSEEN]
    return judge(
        max(unseen) <= tolerance and min(seen) > 1e-6,
        f"Exactly 0 in {len(unseen)} blocks of 32; at least {rounded(min(seen))} in each other one.",
    )


def _largest_gradients() -> dict[tuple[str, str, str], float]:
    """Largest gradient of the direct loss in each block of V and W, for a literal layer with random weights."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.models import embedding
    from ttsbook.models.attention import LinearSelfAttention

    generator = torch.Generator().manual_seed(0)
    model = LinearSelfAttention(10, dtype=torch.float64).randomize(0.3, generator=generator)
    drawn = prompts.sample(Task(np.eye(10), 20), 32, generator=generator, dtype=torch.float64)
    answer = model.next_token(embedding.embed(drawn), rho=20)
    loss = (answer - embedding.weight_token(drawn.w)).square().sum()
    loss.backward()
    rows = embedding.rows(10)
    return {
        (name, i, j): getattr(model, name).grad[rows[int(i)], rows[int(j)]].abs().max().item()
        for name, i, j in product("VW", "1234", "1234")
    }


@claim(
    source="this book",
    places=("setup/thinking#prop-drift",),
    method="Gradient flow on the exact loss, integrated with d = 20, n = 40, λᵢ ∝ i^(−0.7), trace d, c = 1, 2, 4.",
    tolerance=1e-3,
    limits="relative difference of r = c/|W24| from the predicted one",
    verdict=Verdict.HOLDS,
)
def drift(tolerance: float) -> Evidence:
    """Trained along with V31, the weight W24 does not stay at −c: W24² tends to (c² + √(c⁴ + 4 tr Γ⁻²))/2.

    A chain then ends beyond the answer, at w/r instead of w, with r = c/|W24| < 1.
    """
    task, scales = _task(0.7), (1.0, 2.0, 4.0)
    found = np.array([_flow(task, c)[0] for c in scales])
    gap = np.abs(found / [dynamics.drift(task, c=c) for c in scales] - 1).max()
    trained = results.load("drift")
    minibatch, flow = (trained.values(name, c=1.0, gradient="sampled") for name in ("ratio", "predicted_ratio"))
    return judge(
        gap <= tolerance and trained.values("W13_moved").max() == 0,
        f"r = {', '.join(f'{r:.2f}' for r in found)}, as predicted: endless thinking leaves the error / d "
        f"{', '.join(rounded((1 / r - 1) ** 2) for r in found)}. After 3000 minibatches (d = 5, c = 1, all of V and W) "
        f"r is {minibatch.mean():.2f}, above the {flow[0]:.2f} of the flow.",
    )


@claim(
    source="this book",
    places=("setup/attention#prop-finite-prompts",),
    method="Regression on N = 500 and 2000 prompts drawn example by example, 60 times, d = 10, n = 20, α = 0 and 0.7.",
    tolerance=0.15,
    limits="half-width of the simultaneous 99 % band, relative to the predicted value",
    verdict=Verdict.HOLDS,
)
def finite_prompts(tolerance: float) -> Evidence:
    """On N prompts the best preconditioner differs from Γ⁻¹ by a squared relative error of about C/N, C being known."""
    errors = _regression_errors()
    inside, width = band(errors)
    roots = [np.sqrt(squares.mean()) for squares, _ in errors]
    trained = [run for run in results.load("finite_prompts").runs if run["pool"] != "endless"]
    gap = max(abs(run["preconditioner_error"] / run["regression_error"] - 1) for run in trained)
    return judge(
        inside == len(errors) and width <= tolerance and gap <= 1e-3,
        f"{inside} of {len(errors)} predictions in the band, half-width at most {100 * width:.0f} %. Relative errors "
        f"{', '.join(f'{100 * root:.1f} %' for root in roots)}. Training V31 on such prompts ends at the errors of "
        f"regression, to {rounded(100 * gap)} %.",
    )


def _regression_errors() -> list[Measurement]:
    """Squared relative errors of regression on N prompts, and the predicted one: a pair for each spectrum and N."""
    rng, pairs = np.random.default_rng(0), []
    for exponent in (0.0, 0.7):
        task = Task(covariance.power_law(10, exponent, trace=10), 20)
        constant, _ = dynamics.finite_prompts_error(task, samples=20_000, rng=rng)
        relative = constant / np.linalg.norm(theory.preconditioner(task)) ** 2
        for samples in (500, 2000):
            squares = np.array([_relative_error(_regression(task, samples, rng), task) ** 2 for _ in range(60)])
            pairs.append((squares, relative / samples))  # C/(N‖Γ⁻¹‖²), prop-finite-prompts
    return pairs


def _task(exponent: float) -> Task:
    return Task(covariance.power_law(DIM, exponent, trace=DIM), LENGTH)


def _relative_error(P: Preconditioner, task: Task) -> float:
    target = theory.preconditioner(task)
    return float(np.linalg.norm(P - target) / np.linalg.norm(target))


def _regression(task: Task, samples: int, rng: np.random.Generator) -> Preconditioner:
    """Best preconditioner on prompts drawn example by example."""
    x, w = examples(task.cov, task.prompt_length, samples, rng), rng.standard_normal((samples, task.dim))
    seen = np.einsum("sni,sn->si", x, np.einsum("sni,si->sn", x, w)) / task.prompt_length
    return np.linalg.lstsq(seen, w, rcond=None)[0].T


def _flow(task: Task, c: float) -> tuple[float, float]:
    """Ratio r = W13 / (−W24) and relative error of W24 V31 after gradient flow on both, for a diagonal covariance."""
    from scipy.integrate import solve_ivp

    strengths, moments = np.diag(task.cov), np.diag(second_moment(task.cov, task.prompt_length))

    def descend(_: float, weights: Vector) -> Vector:
        V31, W24 = weights[:-1], weights[-1]
        slope = V31 * W24 * moments - strengths  # of the loss, in P = V31 W24
        return -np.append(slope * W24, slope @ V31)

    start, end = np.append(np.zeros(task.dim), -c), 20 / (c**2 * moments.min())
    weights = solve_ivp(descend, (0, end), start, method="LSODA", rtol=1e-8, atol=1e-10).y[:, -1]
    return -c / weights[-1], _relative_error(np.diag(weights[:-1] * weights[-1]), task)
