"""Small transformers trained on skewed prompts, below and above the critical length of the linear layer.

The rule, written before the runs. A chain is judged on long isotropic test prompts without label noise: it *turns* if
the median error after the last step is more than twice its least value and more than a hundredth of d; it *stays* high
if it does not turn, and ends above a hundredth of d; else it *falls*. An architecture inherits the linear layer's
overthinking, and its critical length, if of the seeds trained on skewed prompts at most one in five turns at each
n ≤ n_crit/2, at least four in five turn at each n ≥ 1.5 n_crit, and none trained on isotropic prompts turns. Lengths
between the two are shown and not judged.

GPTs with LayerNorm and of two layers are shown and not judged: one seed each. There were to be two or three; as the
machine was shared, these runs were cut before they had ended. Seeds 2 to 4 with d = 10 and of linear layers, tied
layers, and the control of the GPT of two layers were run after the others had been read; the rule stayed.

The preset "large" asks the same of GPTs of the paper's size, in minutes on a GPU; it has not been run.
"""

from monograph.experiments.results import Run, Settings

EXPONENT = 1.5
"""Of the skewed spectrum, whose trace is d: the critical lengths are 21.4 for d = 5 and 29.7 for d = 10."""
SPECTRA = {"skewed": EXPONENT, "steep": 2.0, "isotropic": 0.0}
"""Exponents of the spectra that training knows."""
_GPT = {"updates": 1000, "batch": 64, "step_size": 3e-3}
_LARGE = {**_GPT, "updates": 1500, "step_size": 5e-4, "layers": 12, "width": 256, "heads": 8}
_SMALL = {"updates": 1500, "batch": 256, "step_size": 5e-3}
ARCHITECTURES: dict[str, Settings] = {
    "gpt": {**_GPT, "layers": 1, "layer_norm": False},
    "gpt, normalized": {**_GPT, "layers": 1, "layer_norm": True},
    "gpt, two layers": {**_GPT, "layers": 2, "layer_norm": False},
    "gpt, paper's size": {**_LARGE, "layer_norm": False},
    "gpt, paper's size, normalized": {**_LARGE, "layer_norm": True},
    "softmax": {**_SMALL, "heads": 2, "scale": 0.3},
    "linear, two layers": {**_SMALL, "layers": 2, "scale": 0.05},
    "linear, two layers, tied": {**_SMALL, "layers": 2, "scale": 0.05, "tied": True},
}
"""Shape and training of each architecture."""
_TINY = {"updates": 20, "batch": 8}
_CASES: list[Settings] = [
    {"architecture": "gpt", "dim": 5, "skewed": [10, 20, 40], "isotropic": [10, 40], "seeds": 5},
    {"architecture": "softmax", "dim": 5, "skewed": [10, 20, 40], "isotropic": [10, 40], "seeds": 5},
    {"architecture": "gpt", "dim": 10, "skewed": [14, 60], "isotropic": [60], "seeds": 5},
    {"architecture": "linear, two layers", "dim": 5, "skewed": [10, 40], "isotropic": [40], "seeds": 5},
    {"architecture": "linear, two layers, tied", "dim": 5, "skewed": [10, 40], "isotropic": [40], "seeds": 5},
    {"architecture": "gpt, normalized", "dim": 5, "skewed": [10, 40], "isotropic": [40], "seeds": 1},
    {"architecture": "gpt, two layers", "dim": 5, "skewed": [10, 40], "isotropic": [40], "seeds": 1},
]
PRESETS: dict[str, Settings] = {
    "tiny": {
        "cases": [
            {"architecture": "gpt", "dim": 2, "skewed": [4], "isotropic": [4], "seeds": 1},
            {"architecture": "softmax", "dim": 2, "skewed": [4], "isotropic": [], "seeds": 1},
            {"architecture": "linear, two layers", "dim": 2, "skewed": [4], "isotropic": [], "seeds": 1},
        ],
        "changes": _TINY,
        "test_length": 20,
        "test_prompts": 16,
        "maps": 8,
        "steps": 4,
    },
    "cpu": {
        "cases": _CASES,
        "changes": {},
        "test_length": 200,
        "test_prompts": 1024,
        "maps": 256,
        "steps": 40,
    },
    "large": {
        "cases": [
            {"architecture": name, "dim": 5, "steep": [20], "isotropic": [20], "seeds": 1}
            for name in ("gpt, paper's size", "gpt, paper's size, normalized")
        ],
        "changes": {},
        "test_length": 200,
        "test_prompts": 1024,
        "maps": 256,
        "steps": 40,
        "device": "fastest",
    },
}


def runs(settings: Settings) -> list[Run]:
    """For each architecture and spectrum of its training one training a length and seed."""
    return [
        {"architecture": case["architecture"], "dim": case["dim"], "spectrum": spectrum, "length": length, "seed": seed}
        for case in settings["cases"]
        for spectrum in SPECTRA
        for length in case.get(spectrum, ())
        for seed in range(case["seeds"])
    ]
