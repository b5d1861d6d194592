"""Checkpoints: all that a killed run needs to go on to the same bits, in one file."""

import json
import os
from pathlib import Path

import safetensors
import safetensors.torch

FORMAT = "ttsbook checkpoint 1"


def save(path, tensors, config):
    """Write tensors and what they belong to; the file is replaced as a whole or not at all.

    Parameters
    ----------
    path : path-like
        File.
    tensors : dict of str to torch.Tensor
        State.
    config : dict of str to str
        What made the state: `load` compares it.

    Examples
    --------
    >>> import torch
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "run.safetensors")
    ...     save(path, {"w": torch.ones(2)}, {"seed": "0"})
    ...     print(read(path))
    ({'w': tensor([1., 1.])}, {'seed': '0'})
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    metadata = {"format": FORMAT, "config": json.dumps(config)}
    safetensors.torch.save_file({name: t.contiguous() for name, t in tensors.items()}, unfinished, metadata)
    unfinished.replace(path)


def load(path, config):
    """Read the tensors of a checkpoint of the same configuration.

    Parameters
    ----------
    path : path-like
        File.
    config : dict of str to str
        What the run is now.

    Returns
    -------
    dict of str to torch.Tensor

    Raises
    ------
    ValueError
        If the file is damaged, or belongs to something else: the message names what differs.

    Examples
    --------
    >>> import torch
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


def read(path):
    """Read the tensors of a checkpoint and what they belong to.

    Parameters
    ----------
    path : path-like
        File.

    Returns
    -------
    tensors : dict of str to torch.Tensor
    config : dict of str to str

    Raises
    ------
    ValueError
        If the file is damaged, of another version or a folder.

    Examples
    --------
    >>> import torch
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
        with safetensors.safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise damaged(path, error) from None
    if metadata.get("format") != FORMAT:
        raise ValueError(f"{path} is no checkpoint of this version, {FORMAT!r}, but {metadata.get('format')!r}")
    if "config" not in metadata:
        raise damaged(path, "it lacks what made it")
    return tensors, json.loads(metadata["config"])


def damaged(path, reason):
    """Error for a file that is no whole checkpoint, to be raised.

    Parameters
    ----------
    path : path-like
        File.
    reason : str
        What is wrong with it.

    Returns
    -------
    ValueError

    Examples
    --------
    >>> print(damaged("run.safetensors", "it lacks progress"))
    run.safetensors is damaged or no checkpoint (it lacks progress); delete it to start anew
    """
    return ValueError(f"{path} is damaged or no checkpoint ({reason}); delete it to start anew")
