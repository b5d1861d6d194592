"""Experiments too long for a notebook; `python -m monograph.experiments` runs them.

Each folder holds one: `plan` lists its presets and runs, `run` does one of them with PyTorch, and `read` gives
chapters and claims what was found. A run depends on its own seed alone, so that runs may be done in any
order, in several processes, and after an interruption.
"""
