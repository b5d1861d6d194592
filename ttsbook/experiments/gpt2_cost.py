"""What the large sizes of the experiment gpt2 cost: their first updates, at full size."""

import torch

from ttsbook.experiments import gpt2
from ttsbook.experiments.runner import Experiment

PRESETS = {
    "tiny": {
        "runs": [
            {"size": "tiny", "part": "lengths", "variant": 4, "curriculum": True, "updates": 3},
            {"size": "tiny", "part": "recipes", "variant": "direct", "curriculum": True, "updates": 3},
        ],
    },
    "cpu": {
        "runs": [
            {"size": "paper", "part": "lengths", "variant": 40, "curriculum": True, "updates": 50},
            {"size": "paper", "part": "skewed", "variant": False, "curriculum": True, "updates": 50},
            {"size": "paper", "part": "recipes", "variant": "outcome 8", "curriculum": True, "updates": 10},
            {"size": "paper-faithful", "part": "lengths", "variant": 40, "curriculum": True, "updates": 50},
            {"size": "paper-faithful", "part": "lengths", "variant": 40, "curriculum": False, "updates": 10},
        ],
    },
}


def runs(settings):
    """Each of the listed runs."""
    return settings["runs"]


def measure(settings, *, size, part, variant, curriculum, updates):
    """Do the first updates of a run; its time divided by their number is the cost of one."""
    plan = gpt2.plan_of(gpt2.PRESETS[size], part, variant)
    planned = plan["shape"]["updates"]
    options = {} if curriculum else {"curriculum": None}
    model, history = gpt2.train(
        plan, generator=torch.Generator().manual_seed(0), updates=updates, record_every=1, **options
    )
    return {
        "planned_updates": planned,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "history_loss": history.loss.tolist(),
    }


EXPERIMENT = Experiment("gpt2_cost", __doc__.strip(), PRESETS, runs, measure)
