"""What the chapter on post-training claims in closed form: fine-tuning on few prompts, and supervised outcomes."""

import numpy as np

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.experiments import results
from monograph.experiments.post_training import read
from ttsbook import theory
from ttsbook.arrays import Covariance, Matrix, Numbers
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import fine_tuning

CHAPTER = "beyond/post-training"
FOLLOW_UP = "follow-up paper"
SKEWED = covariance.rotate(covariance.power_law(5, 0.8, trace=5), rng=np.random.default_rng(0))
LOW = covariance.rotate(np.diag([2.0, 1.0, 0.5, 0.0, 0.0]), rng=np.random.default_rng(1))
START = theory.preconditioner(Task(SKEWED, 10))


@claim(
    source=f"{FOLLOW_UP}: Theorem 4.1",
    places=(f"{CHAPTER}#thm-sft",),
    method="d = 5, A of rank 5 and 3, n = 12, B = 2, 4 and 40, η = 0.4, chains of k = 1 to 6 steps: all supervised "
    "steps as one system of linear equations, solved for the change of the layer by least squares.",
    tolerance=1e-8,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def sft_solution(tolerance: float) -> Evidence:
    """Fine-tuning ends at the minimum-norm solution, which is the same for chains of every length."""
    rng, gap = np.random.default_rng(2), 0.0
    for cov in (SKEWED, LOW):
        for count in (2, 4, 40):
            w, seen = fine_tuning.sample_pairs(Task(cov, 12), count, rng=rng)
            found = fine_tuning.minimum_norm(START, w, seen, rate=0.4)
            for depth in range(1, 7):
                left = 0.6 ** np.arange(depth)[:, None, None]
                inputs = (left * seen).reshape(-1, 5)
                targets = (left * (0.4 * w - seen @ START.T)).reshape(-1, 5)
                change = np.linalg.lstsq(inputs, targets, rcond=1e-7)[0]
                gap = max(gap, float(np.abs(found - START - change.T).max()))
    return judge(gap <= tolerance, f"Difference {within(gap, tolerance)}.")


@claim(
    source=f"{FOLLOW_UP}: Theorem 4.2",
    places=(f"{CHAPTER}#thm-sft-descent",),
    method="d = 5, A of rank 5 and 3, n = 12, B = 2, 4 and 40, η = 0.4, k = 3: 40 updates at half the largest step, "
    "and 400 at 1.02 times it.",
    tolerance=1 + 1e-9,
    limits="largest ratio of the distance from the solution to its bound; beyond the largest step the distance grows",
    verdict=Verdict.HOLDS,
)
def sft_descent(tolerance: float) -> Evidence:
    """Gradient descent gets to the solution at the stated rate, and only below the largest step."""
    rng, ratio, grown = np.random.default_rng(3), 0.0, np.inf
    for cov in (SKEWED, LOW):
        for count in (2, 4, 40):
            w, seen = fine_tuning.sample_pairs(Task(cov, 12), count, rng=rng)
            found = fine_tuning.minimum_norm(START, w, seen, rate=0.4)
            step = fine_tuning.largest_step(seen, rate=0.4, depth=3)
            near, far = (_descended(w, seen, step * part, updates) for part, updates in ((0.5, 40), (1.02, 400)))
            values = np.linalg.eigvalsh(seen.T @ seen)
            bound = (1 - values[values > 1e-9 * values[-1]][0] / values[-1]) ** 40 * np.linalg.norm(START - found)
            ratio = max(ratio, float(np.linalg.norm(near - found) / max(bound, 1e-9)))
            grown = min(grown, float(np.linalg.norm(far - found) / np.linalg.norm(START - found)))
    return judge(
        ratio <= tolerance and grown > 1,
        f"At most {ratio:.2f} of the bound; beyond the largest step the distance has grown at least {grown:.0f} times.",
    )


def _descended(w: Numbers, seen: Numbers, step: float, updates: int) -> Matrix:
    """Follow the gradient of the mean loss of three steps at rate 0.4, written out for each step."""
    P = START
    for _ in range(updates):
        gradient = np.zeros_like(P)
        for i in range(3):
            start, target = (1 - 0.6**i) * w, (1 - 0.6 ** (i + 1)) * w
            answer = start + 0.6**i * seen @ P.T
            gradient += (answer - target).T @ (0.6**i * seen) / len(w)
        P = P - step * gradient
    return P


@claim(
    source=f"{FOLLOW_UP}: Proposition 4.3",
    places=(f"{CHAPTER}#prop-sft-limit",),
    method="d = 5, A of rank 5 and 3, n = 12, η = 0.6: 40,000 prompts made of examples, in eight parts.",
    tolerance=5.0,
    limits="largest distance of an entry from its limit, in standard errors of the parts' mean",
    verdict=Verdict.HOLDS,
)
def sft_limit(tolerance: float) -> Evidence:
    """Endlessly many prompts teach the rate times Γ⁻¹ in the skills that they have, and leave the others alone."""
    rng, far = np.random.default_rng(4), 0.0
    for cov in (SKEWED, LOW):
        task, parts = Task(cov, 12), list[Matrix]()
        for _ in range(8):
            x, w = rng.standard_normal((5000, 12, 5)) @ task.root, rng.standard_normal((5000, 5))
            seen = np.einsum("bni,bnj,bj->bi", x, x, w, optimize=True) / 12
            parts.append(fine_tuning.minimum_norm(START, w, seen, rate=0.6))
        error = np.std(parts, axis=0, ddof=1) / np.sqrt(8) + 1e-9
        limit = fine_tuning.FineTuning(START, task, 0.6).limit
        far = max(far, float((np.abs(np.mean(parts, axis=0) - limit) / error).max()))
    return judge(far <= tolerance, f"At most {far:.1f} standard errors.")


@claim(
    source=f"{FOLLOW_UP}: Proposition 5.1",
    places=(f"{CHAPTER}#thm-sft",),
    method="d = 5, n = 12, B = 4 and 40, η = 0.6, test prompts of m = 8 isotropic examples, 100,000 of them.",
    tolerance=4.5,
    limits="largest distance of the simulated mean from the formula, in standard errors",
    verdict=Verdict.HOLDS,
)
def sft_direct_error(tolerance: float) -> Evidence:
    """After fine-tuning the direct answer errs as the preconditioner says, symmetric or not."""
    rng, far = np.random.default_rng(8), 0.0
    for count in (4, 40):
        w, seen = fine_tuning.sample_pairs(Task(SKEWED, 12), count, rng=rng)
        P = fine_tuning.minimum_norm(START, w, seen, rate=0.6)
        x, asked = rng.standard_normal((100_000, 8, 5)), rng.standard_normal((100_000, 5))
        answer = np.einsum("ij,bnj,bnk,bk->bi", P, x, x, asked, optimize=True) / 8
        errors = np.square(answer - asked).sum(axis=1)
        gap = errors.mean() - theory.direct_error(P, np.eye(5), 8)
        far = max(far, float(abs(gap) / errors.std() * np.sqrt(len(errors))))
    return judge(far <= tolerance, f"At most {far:.1f} standard errors.")


def _halves(dim: int, hard: float, rest: float) -> Covariance:
    return np.diag(np.where(np.arange(dim) < dim // 2, hard, rest))


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-sft-error",),
    method="d = 400, n = m = 400 and 1,200, r = 0, .01, .1 and 1, B = 100, 300, 600 and 2,000; medians of five seeds.",
    tolerance=0.1,
    limits="largest relative difference of the median error from the formula",
    verdict=Verdict.HOLDS,
)
def sft_error(tolerance: float) -> Evidence:
    """For large d the double descent of fine-tuning has a closed form."""
    found, far = results.load("post_training"), 0.0
    given = found.settings["scaling"]
    dim, test = given["dim"], _halves(given["dim"], 1.1, 1.0)
    for n in (400, 1200):
        start = theory.preconditioner(Task(_halves(dim, 0.1, 1.0), n))
        for r in given["interference"]:
            tuning = fine_tuning.FineTuning(start, Task(_halves(dim, 1.1, r), n), 1.0)
            median = np.median(read.direct(found, r, n), axis=0)
            for count in (100, 300, 600, 2000):
                measured = median[given["counts"].index(count)]
                far = max(far, abs(measured / (tuning.direct_error(count, test, n) / dim) - 1))
    return judge(far <= tolerance, f"Relative difference of at most {far:.2f}.")


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-sft-count",),
    method="d = 120, λᵢ from 0.4 to 1.6, n = 120; η = 1 and 0.4 on the test of the training, η = 1 on an isotropic "
    "one; medians of five draws at 0.75 and 1.4 times the critical number.",
    tolerance=1.0,
    limits="spectral radius of a step below which chains converge, on either side of the critical number",
    verdict=Verdict.HOLDS,
)
def sft_count(tolerance: float) -> Evidence:
    """Chains converge after fine-tuning on more than d + (d + tr A tr A⁻¹)/n prompts, by far more than the peak's d."""
    rng, below, above = np.random.default_rng(6), list[float](), list[float]()
    task = Task(np.diag(np.linspace(0.4, 1.6, 120)), 120)
    for rate, test in ((1.0, task.cov), (0.4, task.cov), (1.0, np.eye(120))):
        critical = fine_tuning.FineTuning(np.eye(120), task, rate).critical_count(test)
        for part, kept in ((0.75, below), (1.4, above)):
            radii = list[float]()
            for _ in range(5):
                pairs = fine_tuning.sample_pairs(task, round(part * critical), rng=rng)
                P = fine_tuning.minimum_norm(np.eye(120), *pairs, rate=rate)
                radii.append(float(np.abs(1 - theory.strides(P, test)).max()))
            kept.append(float(np.median(radii)))
    return judge(
        min(below) > tolerance > max(above),
        f"Radius of at least {min(below):.2f} below the critical number, and of at most {max(above):.2f} above it.",
    )


@claim(
    source=f"{FOLLOW_UP}: Proposition 6.1",
    places=(f"{CHAPTER}#prop-outcome",),
    method="d = 3, n = 8, 6 prompts, k = 1, 2 and 5: gradient and Hessian by automatic differentiation; layers with "
    "eigenvalues of I − PS inside and far outside of the unit disk.",
    tolerance=1 + 1e-9,
    limits="largest ratio of the Hessian's norm to its bound; the gradient agrees to 10⁻⁹, relative",
    verdict=Verdict.HOLDS,
)
def outcome_gradient(tolerance: float) -> Evidence:
    """Supervision of the k-th answer has a gradient with Mᵏ, and a curvature of at most k(2k − 1) times M's norm."""
    import torch

    rng, gap, ratio = np.random.default_rng(7), 0.0, 0.0
    x, w = rng.standard_normal((6, 8, 3)), rng.standard_normal((6, 3))
    S = x.swapaxes(1, 2) @ x / 8
    examples, weights = torch.as_tensor(S), torch.as_tensor(w)[..., None]
    for P in (0.4 * np.eye(3) + 0.1 * rng.standard_normal((3, 3)), 4 * np.eye(3)):
        for depth in (1, 2, 5):

            def loss(given: torch.Tensor, depth: int = depth) -> torch.Tensor:
                M = torch.eye(3, dtype=torch.float64) - given.reshape(3, 3) @ examples
                return (torch.linalg.matrix_power(M, depth) @ weights).square().sum() / 12

            given = torch.as_tensor(P).reshape(-1).requires_grad_()
            gradient = torch.autograd.grad(loss(given), given)[0].numpy().reshape(3, 3)
            rows = torch.autograd.grad(loss(given), given, create_graph=True)[0]
            hessian = np.stack([torch.autograd.grad(row, given, retain_graph=True)[0].numpy() for row in rows])
            M = np.eye(3) - P @ S
            stated = np.zeros((3, 3))
            for one, seen, target in zip(M, S, w, strict=True):
                last = np.linalg.matrix_power(one, depth) @ target
                for j in range(depth):
                    left, right = (np.linalg.matrix_power(one, power) for power in (depth - 1 - j, j))
                    stated -= left.T @ np.outer(last, right @ target) @ seen / 6
            norms, sizes = np.linalg.norm(M, 2, axis=(1, 2)), np.linalg.norm(S, 2, axis=(1, 2))
            terms = norms ** (2 * depth - 2) * sizes**2 * np.square(w).sum(axis=1)
            gap = max(gap, float(np.abs(gradient - stated).max() / np.abs(stated).max()))
            ratio = max(ratio, float(np.linalg.norm(hessian, 2) / (depth * (2 * depth - 1) * terms.mean())))
    return judge(
        ratio <= tolerance and gap <= 1e-9, f"Gradient: {within(gap, 1e-9)}; at most {ratio:.2f} of the bound."
    )
