"""Training data and test-time scaling: the package behind the book.

One file holds one idea. Import the module that names it::

    from ttsbook import theory
    from ttsbook.data import covariance

A reader can follow the data from room to room: *covariance → task → prompts → model → think → error curve*,
and beside it *task → theory → error curve*.

- `data`: covariances, tasks, prompts, and pools of tasks.
- `theory`: exact errors, bounds, simulation, selection of tasks, the course of training.
- `models`: linear attention, a GPT, classical solvers.
- `thinking`: models that run on their own answers, and their errors.
- `training`: one loop, and its recipes.

`data` but for prompts, and `theory`, need NumPy and SciPy, and compute in float64. All else needs PyTorch, too:
``pip install -e '.[models]'`` in the book's repository.
"""

__version__ = "0.1.0"
