"""All experiments, by name."""

from monograph.experiments.attention import run as attention
from monograph.experiments.attention_cost import run as attention_cost
from monograph.experiments.curation import run as curation
from monograph.experiments.drift import run as drift
from monograph.experiments.finite_prompts import run as finite_prompts
from monograph.experiments.finite_tests import run as finite_tests
from monograph.experiments.frozen import run as frozen
from monograph.experiments.gpt2 import run as gpt2
from monograph.experiments.gpt2_compute import run as gpt2_compute
from monograph.experiments.gpt2_cost import run as gpt2_cost
from monograph.experiments.linear import run as linear
from monograph.experiments.post_training import run as post_training
from monograph.experiments.real import run as real
from monograph.experiments.recipes import run as recipes
from monograph.experiments.selection import run as selection
from monograph.experiments.stopping import run as stopping
from monograph.experiments.tails import run as tails
from monograph.experiments.words import run as words

MODULES = (
    frozen,
    drift,
    finite_prompts,
    recipes,
    finite_tests,
    selection,
    linear,
    curation,
    tails,
    real,
    stopping,
    words,
    post_training,
    gpt2,
    gpt2_compute,
    gpt2_cost,
    attention,
    attention_cost,
)
EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in MODULES}
"""All experiments, by the name that the command line takes."""
