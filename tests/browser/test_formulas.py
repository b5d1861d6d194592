"""What the browser computes agrees with the package: to 1e-6, on 50 random settings."""

import numpy as np
import pytest
import torch

from ttsbook import attention, cot, covariance, prompts, theory, widgets
from ttsbook.tasks import Task

pytestmark = pytest.mark.browser
SETTINGS = 50
ORIGIN = "http://127.0.0.1"


@pytest.fixture(scope="module")
def run(browser):
    """Run a JavaScript function of (modules, arguments) in a page that serves ttsbook/javascript."""

    def serve(route):
        file = widgets.base.JAVASCRIPT / route.request.url.removeprefix(f"{ORIGIN}/")
        if file.is_file():
            route.fulfill(body=file.read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>formulas</title>", content_type="text/html")

    page = browser.new_page()
    page.route("**/*", serve)
    page.goto(ORIGIN)
    load = "Promise.all(['theory', 'attention'].map((name) => import(`/${name}.js`)))"
    yield lambda code, settings: page.evaluate(
        f"async (settings) => {{ const [theory, attention] = await {load}; return settings.map({code}); }}", settings
    )
    page.close()


def random_setting(rng):
    return {
        "dim": int(rng.integers(1, 40)),
        "exponent": float(rng.uniform(0, 2)),
        "n": int(rng.integers(1, 500)),
        "m": None if rng.random() < 0.2 else int(rng.integers(1, 500)),
    }


def test_the_formulas_agree_with_covariance_and_theory(run):
    rng = np.random.default_rng(0)
    settings = [random_setting(rng) for _ in range(SETTINGS)]
    code = """({ dim, exponent, n, m }) => {
        const strengths = theory.powerLaw(dim, exponent);
        const P = theory.preconditioner(strengths, n);
        return {
            hardness: theory.hardness(strengths), gamma: theory.gamma(strengths, n),
            by_skill: theory.directErrorBySkill(P, strengths, m), error: theory.directError(P, strengths, m),
            bound: theory.directErrorBound(strengths, n, m),
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
