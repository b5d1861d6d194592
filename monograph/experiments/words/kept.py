"""Trained models that are kept, in half precision."""

import safetensors.torch
import torch

from monograph.experiments.results import Settings
from monograph.experiments.words import plan
from monograph.experiments.words.model import CharacterTransformer


def save(name: str, model: CharacterTransformer) -> None:
    """Keep a model.

    Parameters
    ----------
    name
        Its name.
    model
        The model.
    """
    weights = {key: value.half().contiguous() for key, value in model.state_dict().items()}
    safetensors.torch.save_file(weights, plan.kept_path(name))


def load(name: str, settings: Settings = plan.PRESETS["cpu"]) -> CharacterTransformer:
    """Read a model that was kept.

    Parameters
    ----------
    name
        Its name.
    settings
        Of the run that kept it.

    Examples
    --------
    >>> load("waiting").window
    24
    """
    shape = (settings[part] for part in ("width", "heads", "layers"))
    model = CharacterTransformer(*shape, window=plan.WINDOW, generator=torch.Generator())
    model.load_state_dict(
        {key: value.float() for key, value in safetensors.torch.load_file(plan.kept_path(name)).items()}
    )
    return model
