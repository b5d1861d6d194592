"""Euclid's algorithm in words: what thinking of a forced length is worth to a small character transformer.

What decides, written before the runs. A problem *needs* n lines, one for each subtraction. The *target* is the problems
that need 9 to 16. After k forced lines a model has to answer; its *gain* is the share of right answers after n lines
less that of the answers at once, in percentage points. Intervals are of the paired bootstrap over problems, 95 %.

- *Aligned helps* (`waiting`, trained on Euclid's traces, some of which wait at the end): holds if in every seed the
  interval of the gain lies above 0.
- *Misaligned hurts* (`misaligned`, trained on polynomials in small updates): at a dose, a number of updates, it holds
  if in every seed the interval of the gain lies below 0. The clause *holds* if it does at every dose, *holds at some
  doses* if at some, else it *fails*.
- *Misaligned hurts more than no training*: the same for the gain less that of `base`, of the same seed.
- *Forgetting* (`forgetting`, small updates on polynomials from `waiting`): both clauses once more, judged alone.
- *Overthinking is the trace's*: holds if in every seed `aligned`, trained on traces that end, loses from n to n + 2
  lines (interval below 0), and `waiting` loses at most 10 points from n to n + 8 (interval above -10).
- *Observed length misleads*: holds if in every seed `waiting` is right less often where it chose 20 lines or more than
  where it chose fewer than 10 (intervals of Wilson apart), although its gain is above 0.
- *Hard beats easy*: holds if in every seed the interval of `hard` less `easy`, after n lines of problems that need 17
  to 24, lies above 0.
- *Easy fails by position*: of next lines of true chains that need at least 13, `easy` with all characters in sight has
  less than 10 % right beyond line 10, and with the last 24 in sight more than 80 %, in every seed of both. The control,
  `hard` with all characters in sight, must have more than half of lines 11 to 16 right in every seed, as it was trained
  on such lines; else nothing is decided.

Seed 3, and the models with all characters in sight, were run after the other seeds had been read; the rules stayed. The
control, and seed 3 with all in sight, were written down and run after all others had been read.
"""

from pathlib import Path

from monograph.experiments.results import Run, Settings, results_dir

WINDOW = 24
"""Characters in sight of the models that are judged: three lines."""
DOSES = (10, 30, 100, 300)
"""Updates after which a model in misaligned training is tested."""
TUNED = ("aligned", "waiting", "hard", "easy")
"""Trainings that go on from the base model, each tested at its end."""
SMALL = {"misaligned": "base", "forgetting": "waiting"}
"""Trainings on polynomials in small updates, tested after each dose, and the models that they go on from."""
TARGET = (9, 16)
LONGEST = (17, 24)
SHORTEST = (1, 4)
"""Lines that problems of the target need, and those of the longest and of the shortest problems."""
PRESETS: dict[str, Settings] = {
    "tiny": {
        "width": 16,
        "heads": 2,
        "layers": 1,
        "tokens": 512,
        "base": {"updates": 4, "step_size": 3e-3, "warm_up": 2},
        "tuned": {"updates": 3, "step_size": 3e-3, "warm_up": 2},
        "small": {"updates": 3, "step_size": 3e-4, "warm_up": 2},
        "problems": 1,
        "budget": 4,
        "shown": 1,
        "kept": [],
        "sights": {
            "24": {"seeds": [0], "tuned": list(TUNED), "doses": [1, 3]},
            "all": {"seeds": [0], "tuned": ["hard", "easy"], "doses": []},
        },
    },
    "cpu": {
        "width": 64,
        "heads": 4,
        "layers": 3,
        "tokens": 2048,
        "base": {"updates": 900, "step_size": 3e-3, "warm_up": 50},
        "tuned": {"updates": 500, "step_size": 3e-3, "warm_up": 20},
        "small": {"updates": 300, "step_size": 3e-4, "warm_up": 20},
        "problems": 80,
        "budget": 26,
        "shown": 8,
        "kept": ["aligned", "waiting"],
        "sights": {
            "24": {"seeds": [0, 1, 2, 3], "tuned": list(TUNED), "doses": [10, 30, 100, 300]},
            "all": {"seeds": [0, 1, 2, 3], "tuned": ["hard", "easy"], "doses": []},
        },
    },
}


def runs(settings: Settings) -> list[Run]:
    """List the seeds for each number of characters in sight; "all" may be one."""
    return [{"sight": sight, "seed": seed} for sight, part in settings["sights"].items() for seed in part["seeds"]]


def kept_path(model: str) -> Path:
    """Path of the weights of a trained model, in half precision.

    Parameters
    ----------
    model
        Its name, one of those that the settings keep.

    Examples
    --------
    >>> kept_path("waiting").name
    'words-waiting.safetensors'
    """
    return results_dir() / "cpu" / f"words-{model}.safetensors"
