"""What the browser computes agrees with the package: to 1e-6, on 50 random settings."""

import warnings

import numpy as np
import pytest
import torch

from monograph import widgets
from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import attention
from ttsbook.theory import selection
from ttsbook.thinking import cot

pytestmark = pytest.mark.browser
SETTINGS = 50
ORIGIN = "http://127.0.0.1"


@pytest.fixture(scope="module")
def run(browser):
    """Run a JavaScript function of (modules, arguments) in a page that serves monograph/widgets/javascript."""

    def serve(route):
        file = widgets.base.JAVASCRIPT / route.request.url.removeprefix(f"{ORIGIN}/")
        if file.is_file():
            route.fulfill(body=file.read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>formulas</title>", content_type="text/html")

    page = browser.new_page()
    page.route("**/*", serve)
    page.goto(ORIGIN)
    load = "Promise.all(['theory', 'attention', 'selection'].map((name) => import(`/${name}.js`)))"
    yield lambda code, settings: page.evaluate(
        f"async (settings) => {{ const [theory, attention, selection] = await {load}; return settings.map({code}); }}",
        settings,
    )
    page.close()


def random_setting(rng):
    return {
        "dim": int(rng.integers(1, 40)),
        "exponent": float(rng.uniform(0, 2)),
        "n": int(rng.integers(1, 500)),
        "m": None if rng.random() < 0.2 else int(rng.integers(1, 500)),
    }


def test_the_best_scaling_agrees(run):
    rng = np.random.default_rng(11)
    settings = [random_setting(rng) | {"k": int(rng.integers(1, 12))} for _ in range(SETTINGS)]
    code = """({ dim, exponent, n, k }) => {
        const P = theory.preconditioner(theory.powerLaw(dim, exponent), n);
        return theory.bestScalingLimit(P, theory.powerLaw(dim, 0.3), k);
    }"""
    for setting, found in zip(settings, run(code, settings), strict=True):
        task = Task(covariance.power_law(setting["dim"], setting["exponent"]), setting["n"])
        test = covariance.power_law(setting["dim"], 0.3)
        expected = theory.best_scaling_limit(theory.preconditioner(task), test, setting["k"])
        assert found == pytest.approx(expected, rel=1e-6)


def test_the_formulas_agree_with_covariance_and_theory(run):
    rng = np.random.default_rng(0)
    settings = [random_setting(rng) for _ in range(SETTINGS)]
    code = """({ dim, exponent, n, m }) => {
        const strengths = theory.powerLaw(dim, exponent);
        const P = theory.preconditioner(strengths, n);
        return {
            hardness: theory.hardness(strengths), gamma: theory.gamma(strengths, n),
            by_skill: theory.directErrorBySkill(P, strengths, m), error: theory.directError(P, strengths, m),
            bound: theory.directErrorBound(strengths, n, m), costs: theory.skillCosts(strengths),
            sharp: theory.directErrorBound(strengths, n, m, { sharp: true }),
        };
    }"""
    for setting, found in zip(settings, run(code, settings), strict=True):
        cov, n, m = covariance.power_law(setting["dim"], setting["exponent"]), setting["n"], setting["m"]
        P = theory.preconditioner(Task(cov, n))
        assert found["hardness"] == pytest.approx(covariance.hardness(cov), rel=1e-6)
        assert found["gamma"] == pytest.approx(np.diag(theory.gamma(cov, n)), rel=1e-6)
        assert found["by_skill"] == pytest.approx(theory.direct_error_by_skill(P, cov, m), rel=1e-6)
        assert found["error"] == pytest.approx(theory.direct_error(P, cov, m), rel=1e-6)
        assert found["bound"] == pytest.approx(theory.direct_error_bound(cov, n, m), rel=1e-6)
        assert found["sharp"] == pytest.approx(theory.direct_error_bound(cov, n, m, sharp=True), rel=1e-6)
        assert found["costs"] == pytest.approx(theory.skill_costs(cov), rel=1e-6)


def test_the_formulas_of_thinking_agree_with_theory(run):
    rng = np.random.default_rng(2)
    settings = [
        random_setting(rng)
        | {"test": float(rng.uniform(0, 1)), "k": int(rng.integers(1, 12)), "left": float(rng.uniform(0.001, 0.9))}
        for _ in range(SETTINGS)
    ]
    code = """({ dim, exponent, n, m, test, k, left }) => {
        const [strengths, tested] = [theory.powerLaw(dim, exponent), theory.powerLaw(dim, test)];
        const P = theory.preconditioner(strengths, n);
        const finite = (value) => (value === Infinity ? null : value);
        return {
            law: theory.scalingLawBound(strengths, n, k), limit: theory.cotErrorLimit(P, tested, k),
            length: theory.trainLengthFor(strengths, left, k),
            bound: theory.trainLengthFor(strengths, left, k, { bound: true }),
            critical: finite(theory.criticalTrainLength(strengths, tested)), depth: theory.bestDepth(P, tested),
            edges: theory.spectralEdges(P, tested, m), finite: theory.cotError(P, tested, m, k),
        };
    }"""
    for setting, found in zip(settings, run(code, settings), strict=True):
        cov, n, m = covariance.power_law(setting["dim"], setting["exponent"]), setting["n"], setting["m"]
        test, k, left = covariance.power_law(setting["dim"], setting["test"]), setting["k"], setting["left"]
        P = theory.preconditioner(Task(cov, n))
        critical, depth = theory.critical_train_length(cov, test), theory.best_depth(P, test)
        assert found["law"] == pytest.approx(theory.scaling_law_bound(cov, n, k), rel=1e-6)
        assert found["limit"] == pytest.approx(theory.cot_error_limit(P, test, k), rel=1e-6)
        assert found["length"] == pytest.approx(theory.train_length_for(cov, left, k), rel=1e-6)
        assert found["bound"] == pytest.approx(theory.train_length_for(cov, left, k, bound=True), rel=1e-6)
        assert found["critical"] == (None if np.isinf(critical) else pytest.approx(critical, rel=1e-6))
        assert found["depth"] == {"steps": depth.steps, "diverges": depth.diverges}
        assert found["edges"] == pytest.approx(theory.spectral_edges(P, test, m), rel=1e-6)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", theory.ValidityWarning)
            assert found["finite"] == pytest.approx(theory.cot_error(P, test, m, k), rel=1e-6)


def test_the_layer_in_the_browser_thinks_like_the_layer_of_the_package(run):
    rng = np.random.default_rng(1)
    settings = [
        {
            "V": rng.normal(0, 0.4, 16).tolist(),
            "W": rng.normal(0, 0.4, 16).tolist(),
            "x": rng.standard_normal(int(rng.integers(1, 30))).tolist(),
            "w": float(rng.standard_normal()),
        }
        for _ in range(SETTINGS)
    ]
    code = "({ V, W, x, w }) => attention.think(V, W, x, w, 5)"
    for setting, found in zip(settings, run(code, settings), strict=True):
        model = attention.LinearSelfAttention(1, dtype=torch.float64)
        with torch.no_grad():
            model.V.copy_(torch.tensor(setting["V"], dtype=torch.float64).reshape(4, 4))
            model.W.copy_(torch.tensor(setting["W"], dtype=torch.float64).reshape(4, 4))
        x, w = torch.tensor(setting["x"], dtype=torch.float64)[None, :, None], setting["w"]
        prompt = prompts.Prompts(x, w * x[..., 0], torch.tensor([[w]], dtype=torch.float64), torch.tensor([x.shape[1]]))
        expected = cot.think(model, prompt, 5, literal=True)[0, :, 0].tolist()
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_selection_in_the_browser_agrees_with_the_package(run):
    rng = np.random.default_rng(2)
    settings = [
        {
            "tasks": (0.05 + rng.uniform(0, 1.5, (3, 12))).tolist(),
            "lengths": rng.integers(5, 300, 3).tolist(),
            "target": (0.2 + rng.uniform(0, 1.2, 12)).tolist(),
            "steps": int(rng.integers(1, 8)),
            "weights": rng.dirichlet(np.ones(3)).tolist(),
        }
        for _ in range(SETTINGS)
    ]
    code = """({ tasks, lengths, target, steps, weights }) => ({
        error: selection.mixtureError(tasks, lengths, target, steps)(weights),
        program: selection.quadraticProgram(tasks, target),
        best: selection.optimalMixture(tasks, lengths, target, steps),
    })"""
    for setting, found in zip(settings, run(code, settings), strict=True):
        covs, target, steps = [np.diag(row) for row in setting["tasks"]], np.diag(setting["target"]), setting["steps"]
        tasks = [Task(cov, n) for cov, n in zip(covs, setting["lengths"], strict=True)]
        P = theory.preconditioner(Mixture(tasks, setting["weights"]))
        assert found["error"] == pytest.approx(theory.cot_error_limit(P, target, steps)[steps], rel=1e-6)
        program, best = selection.quadratic_program(covs, target), selection.optimal_mixture(tasks, target, steps)
        assert found["program"]["weights"] == pytest.approx(program.weights, abs=1e-6)
        assert found["program"]["error"] == pytest.approx(program.error, rel=1e-6)
        assert found["best"]["error"] == pytest.approx(best.error, rel=1e-6)


def test_the_preconditioner_of_a_mixture_in_the_browser_agrees_with_theory(run):
    rng = np.random.default_rng(3)
    settings = [
        {
            "tasks": (0.05 + rng.uniform(0, 1.5, (4, 12))).tolist(),
            "lengths": rng.integers(5, 300, 4).tolist(),
            "weights": rng.dirichlet(np.ones(4)).tolist(),
        }
        for _ in range(SETTINGS)
    ]
    code = "({ tasks, lengths, weights }) => selection.mixturePreconditioner(tasks, lengths, weights)"
    for setting, found in zip(settings, run(code, settings), strict=True):
        pairs = zip(setting["tasks"], setting["lengths"], strict=True)
        mixture = Mixture([Task(np.diag(row), n) for row, n in pairs], setting["weights"])
        assert found == pytest.approx(np.diag(theory.preconditioner(mixture)), rel=1e-6)
    unused = {"tasks": [[1.0, 0.0], [2.0, 0.0]], "lengths": [5, 5], "weights": [0.5, 0.5]}
    assert run(code, [unused])[0][1] == 0
