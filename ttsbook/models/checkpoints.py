"""Checkpoints: all that a killed run needs to go on to the same bits, in one file."""

import json
import os
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from ttsbook import _validation as check

FORMAT = "ttsbook checkpoint 1"
_safe_open: Any = safetensors.safe_open  # which says no types


def save(path: str | PathLike[str], tensors: Mapping[str, torch.Tensor], config: Mapping[str, str]) -> None:
    """Write tensors and what they belong to; the file is replaced as a whole or not at all.

    Parameters
    ----------
    path
        File.
    tensors
        State.
    config
        What made the state: `load` compares it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "run.safetensors")
    ...     save(path, {"w": torch.ones(2)}, {"seed": "0"})
    ...     print(read(path))
    ({'w': tensor([1., 1.])}, {'seed': '0'})
    """
    for name, tensor in tensors.items():
        check.instance(f"tensors[{name!r}]", tensor, torch.Tensor)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    metadata = {"format": FORMAT, "config": json.dumps(config)}
    contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
    safetensors.torch.save_file(contiguous, unfinished, metadata)  # pyright: ignore  # its PathLike does not say of what
    unfinished.replace(path)


def load(path: str | PathLike[str], config: Mapping[str, str]) -> dict[str, torch.Tensor]:
    """Read the tensors of a checkpoint of the same configuration.

    Parameters
    ----------
    path
        File.
    config
        What the run is now.

    Raises
    ------
    ValueError
        If the file is damaged, or belongs to something else: the message names what differs.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "run.safetensors")
    ...     save(path, {"w": torch.ones(2)}, {"seed": "0"})
    ...     print(load(path, {"seed": "0"}))
    {'w': tensor([1., 1.])}
    """
    tensors, stored = read(path)
    for name in config:
        if stored.get(name) != config[name]:
            raise ValueError(f"{path} belongs to another run: {name} was {stored.get(name)}, is {config[name]}")
    return tensors


def read(path: str | PathLike[str]) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Read the tensors of a checkpoint and what they belong to.

    Parameters
    ----------
    path
        File.

    Raises
    ------
    ValueError
        If the file is damaged, of another version or a folder.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save(Path(folder, "run.safetensors"), {"w": torch.ones(2)}, {"seed": "0"})
    ...     tensors, config = read(Path(folder, "run.safetensors"))
    >>> config
    {'seed': '0'}
    """
    if Path(path).is_dir():
        raise ValueError(f"{path} is a folder, not a checkpoint: name a file in it")
    try:
        with _safe_open(path, "pt") as file:
            metadata: dict[str, str] = file.metadata() or {}
            tensors: dict[str, torch.Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise damaged(path, error) from None
    if metadata.get("format") != FORMAT:
        raise ValueError(f"{path} is no checkpoint of this version, {FORMAT!r}, but {metadata.get('format')!r}")
    if "config" not in metadata:
        raise damaged(path, "it lacks what made it")
    return tensors, json.loads(metadata["config"])


def damaged(path: str | PathLike[str], reason: object) -> ValueError:
    """Error for a file that is no whole checkpoint, to be raised.

    Parameters
    ----------
    path
        File.
    reason
        What is wrong with it, in words or as an error.

    Examples
    --------
    >>> print(damaged("run.safetensors", "it lacks progress"))
    run.safetensors is damaged or no checkpoint (it lacks progress); delete it to start anew
    """
    return ValueError(f"{path} is damaged or no checkpoint ({reason}); delete it to start anew")
