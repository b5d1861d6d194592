"""Models that live on a page: what an update and a thinking step cost beside PyTorch's, and what a widget weighs."""

import gzip
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import torch

from benchmarks.timing import median_seconds
from monograph.experiments.gpt2 import plan
from monograph.experiments.threads import one_thread
from monograph.widgets.base import JAVASCRIPT, bundle
from monograph.widgets.shipped import packed
from publish import chromium
from publish.book import SITE
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models import transformer
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot
from ttsbook.training import Adam, Cosine, gpt_recipes, recipes, train

DIM, LENGTH, BATCH, UPDATES, STEPS = 4, 20, 128, 200, 20  # the batch is that of upbringing.js
# Both programs draw the prompts of an update; a chain is that of whole tokens.
TIMED = """
const random = new Random(0);
const strengths = Array(DIM).fill(1);
const batch = () => Array.from({ length: BATCH }, () => drawPrompt(random, strengths, LENGTH));
const timed = (act) => { const start = performance.now(); act(); return performance.now() - start; };
const pupil = newborn(random, DIM);
const tests = batch().map(({ C, w }) => gramMatrix(C, w));
const found = Array.from({ length: 6 }, () => [
  timed(() => {
    for (let k = 0; k < UPDATES; k++) update(pupil, batch().map((prompt) => lesson("shift", prompt)), k, UPDATES);
  }),
  timed(() => { for (const gram of tests) thoughts(pupil.layer, gram, LENGTH, new Float64Array(DIM), STEPS); }),
]).slice(1);
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
return JSON.stringify([0, 1].map((column) => median(found.map((row) => row[column]))));
"""
# A GPT, one prompt: the examples are read once, then a weight is read in each step.
THOUGHT = """
const { sizes, ...config } = shape;
const gpt = { config, tensors: unpacked(text, sizes) };
const random = new Random(0);
const x = Array.from({ length: LENGTH }, () => Array.from({ length: config.dim }, () => random.normal()));
const times = Array.from({ length: 12 }, () => {
  const start = performance.now();
  const cache = encoded(gpt, x, x.map(([first]) => first));
  let w = new Float64Array(config.dim);
  for (let k = 0; k < STEPS; k++) ({ w } = nextWeight(gpt, cache, w));
  return performance.now() - start;
}).slice(2);
return JSON.stringify([times.sort((a, b) => a - b)[times.length >> 1]]);
"""
# A GPT that learns as the widget has it, without its twin; what is asked for is drawn by both programs.
GROWTH = """
const school = newSchool({
  first: "distances", second: "none", size: "small", dim: 3, exponent: 0, train_length: 12, test_length: 12,
  updates: 1000, seed: 0,
});
const times = Array.from({ length: 6 }, () => {
  const start = performance.now();
  for (let k = 0; k < UPDATES; k++) learn(school);
  return performance.now() - start;
}).slice(1);
return JSON.stringify([times.sort((a, b) => a - b)[times.length >> 1]]);
"""
TRAINED = "document.querySelector('.tts-training button').textContent === 'Train another'"


def run():
    """Print milliseconds and ratios, sizes of widgets, and the time to the first answer."""
    with one_thread():
        seconds = median_seconds({"update": torch_updates, "step": torch_thoughts})
    reference = [1e3 * seconds["update"] / UPDATES, 1e3 * seconds["step"] / STEPS]
    print(f"A layer with d = {DIM}, all of V and W, batches of {BATCH}, one thread: ms, and ratio to PyTorch's")
    print(f"{'':>12}{'an update':>12}{'ratio':>8}{'a step of all':>16}{'ratio':>8}")
    layer = in_javascript(("random", "upbringing"), TIMED)
    each = {name: [updates / UPDATES, steps / STEPS] for name, (updates, steps) in layer.items()}
    for name, found in {"PyTorch": reference, **each}.items():
        ratios = [one / other for one, other in zip(found, reference, strict=True)]
        print(f"{name:>12}{found[0]:>12.2f}{ratios[0]:>8.2f}{found[1]:>16.3f}{ratios[1]:>8.2f}")
    print("\nA GPT with d = 5, one layer: ms of a chain of 20 steps on one prompt, its reading included, and ratio")
    with one_thread():
        model = transformer.load(plan.shipped_path("live distances"))
        reference_chain = 1e3 * median_seconds({"chain": partial(torch_chain, model)})["chain"]
    shape, text = packed("live distances")
    given = f"const [shape, text] = {json.dumps([shape, text])};"
    for name, (found,) in {"PyTorch": [reference_chain], **in_javascript(("random", "gpt"), given + THOUGHT)}.items():
        print(f"{name:>12}{found:>12.2f}{found / reference_chain:>8.2f}")
    print("\nA GPT with d = 3, one layer of width 32, batches of 32 with 4 starts: ms of an update, and ratio")
    with one_thread():
        reference_update = 1e3 * median_seconds({"update": torch_growth})["update"] / UPDATES
    growth = {name: found / UPDATES for name, (found,) in in_javascript(("gpt_nursery",), GROWTH).items()}
    for name, found in {"PyTorch": reference_update, **growth}.items():
        print(f"{name:>12}{found:>12.2f}{found / reference_update:>8.2f}")
    print(f"\n{'kB of a widget':>24}{'code':>9}{'gzip':>9}")
    for file in sorted(JAVASCRIPT.glob("*.js")):
        if "\nexport default" in file.read_text(encoding="utf-8"):
            code = bundle(file.name).encode()
            print(f"{file.stem:>24}{len(code) / 1e3:>9.1f}{len(gzip.compress(code)) / 1e3:>9.1f}")
    print_first_answer()


def torch_updates():
    """Train a layer by the package, on prompts as cheap to draw as those of the page."""
    seed = torch.Generator().manual_seed(0)
    model = LinearSelfAttention(DIM, dtype=torch.float64).randomize(0.05, generator=seed)
    optimizer = Adam(step_size=0.03, weight_decay=0.01)
    task = Task(covariance.isotropic(DIM), LENGTH)
    options = {"batch": BATCH, "optimizer": optimizer, "record_every": UPDATES, "condensed": False}
    train(model, task, recipe=recipes.Shift(), updates=UPDATES, generator=seed, **options)


def torch_thoughts():
    """Think about a batch by the package, token by token."""
    seed = torch.Generator().manual_seed(0)
    model = LinearSelfAttention(DIM, dtype=torch.float64).randomize(0.05, generator=seed)
    batch = prompts.sample(Task(covariance.isotropic(DIM), LENGTH), BATCH, generator=seed, dtype=torch.float64)
    cot.think(model, batch, STEPS, literal=True)


def torch_growth():
    """Train a small GPT by the package, as the widget does."""
    seed = torch.Generator().manual_seed(0)
    model = transformer.GPT(transformer.Config(3, width=32, layers=1, heads=2, layer_norm=False), generator=seed)
    optimizer = Adam(step_size=3e-3, schedule=Cosine(warm_up=100), clip=1.0)
    options = {"batch": 32, "optimizer": optimizer, "record_every": UPDATES}
    task, recipe = Task(covariance.isotropic(3), 12), gpt_recipes.Distances(starts=4)
    train(model, task, recipe=recipe, updates=UPDATES, generator=seed, **options)


def torch_chain(model):
    """Let a GPT of the package think about one prompt."""
    seed = torch.Generator().manual_seed(0)
    batch = prompts.sample(Task(covariance.isotropic(5), LENGTH), 1, generator=seed)
    cot.think(model, batch, STEPS)


def in_javascript(names, act):
    """Return the milliseconds that a piece of code tells, with these modules, by the program that runs it."""
    sizes = f"const [DIM, LENGTH, UPDATES, STEPS] = [{DIM}, {LENGTH}, {UPDATES}, {STEPS}];"
    modules = "".join(bundle(f"{name}.js") for name in names).replace("\nexport ", "\n")
    code = f"(() => {{ {sizes}\n{modules}\n{act} }})()"
    node = [Path(sys.executable).with_name("node"), "--input-type=commonjs", "-"]
    asked = {"input": f"console.log({code})", "capture_output": True, "text": True, "check": True}
    found = {"Node.js": subprocess.run(node, **asked).stdout}
    if browser := chromium.find():
        with chromium.started(browser) as window:
            found["Chromium"] = window.new_page().evaluate(code)
    return {name: json.loads(text) for name, text in found.items()}


def print_first_answer():
    """Print how long the widget takes from a press to trained layers, where the site is built."""
    browser, page = chromium.find(), SITE / "widgets" / "three-upbringings.html"
    if browser is None or not page.exists():
        print("\nfirst answer skipped: it needs the built site and Chromium")
        return
    with chromium.started(browser) as window:
        tab = window.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(page.as_uri())
        tab.locator(".tts-stage").wait_for()
        pressed = (
            "() => { window.pressed = performance.now(); document.querySelector('.tts-training button').click(); }"
        )
        tab.evaluate(pressed)
        tab.wait_for_function(TRAINED)
        print(
            f"\nfrom a press to three trained layers, drawn: {tab.evaluate('performance.now() - pressed') / 1e3:.1f} s"
        )
