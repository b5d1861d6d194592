"""A training run between two updates: what it records, how it steps, how it is stored and resumed."""

import math
import os
import re
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import torch

from ttsbook.arrays import Preconditioner
from ttsbook.models import checkpoints
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.tensors import Scalar


class TrainingDiverged(ArithmeticError):
    """The loss stopped being finite.

    Attributes
    ----------
    update
        Number of updates after which it did.
    last_loss
        Last finite loss; NaN if there was none.

    Examples
    --------
    >>> print(TrainingDiverged(20, 1.5e9))
    the loss is not finite after 20 updates; the last finite loss was 1.5e+09: a smaller step_size may help
    """

    def __init__(self, update: int, last_loss: float) -> None:
        super().__init__(
            f"the loss is not finite after {update} updates; the last finite loss was {last_loss:.6g}: "
            "a smaller step_size may help"
        )
        self.update, self.last_loss = update, last_loss

    def __reduce__(self) -> tuple[type["TrainingDiverged"], tuple[int, float]]:
        # An experiment's run may raise it in another process.
        return type(self), (self.update, self.last_loss)


@dataclass(eq=False)
class TrainingRun:
    """A model in training; a layer is on its way to a target preconditioner."""

    model: torch.nn.Module
    parameters: list[torch.nn.Parameter]
    optimizer: torch.optim.Optimizer
    generator: torch.Generator
    target: Preconditioner | None
    update: int = 0
    last_loss: float = math.nan
    records: list[list[float]] = field(default_factory=list[list[float]])

    def observe(self, loss: float, *, record: bool) -> None:
        """Refuse a loss that is not finite, and write a record if one is due."""
        if not math.isfinite(loss):
            raise TrainingDiverged(self.update, self.last_loss)
        self.last_loss = loss
        if record:
            self.records.append([self.update, loss, *self._distances()])

    def _distances(self) -> list[float]:
        """How far a layer is from its target, its mean ratio, and how far that is from 1."""
        if self.target is None or not isinstance(self.model, LinearSelfAttention):
            return []
        P, R = self.model.preconditioner(), self.model.ratio()
        error = np.linalg.norm(P - self.target) / np.linalg.norm(self.target)  # thm-training
        ratio_error = np.linalg.norm(R - np.eye(len(R))) / math.sqrt(len(R))
        return [float(error), float(np.trace(R) / len(R)), float(ratio_error)]

    def descend(self, loss: Scalar, step_size: float, clip: float | None = None) -> None:
        """Do one update, along a gradient of at most the norm `clip`."""
        gradients = torch.autograd.grad(loss, self.parameters, allow_unused=True, materialize_grads=True)
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad = gradient
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(self.parameters, clip)
        for group in self.optimizer.param_groups:
            group["lr"] = step_size
        self.optimizer.step()
        self.optimizer.zero_grad()  # what a caller does next with the model starts from none
        self.update += 1

    def save(self, path: str | os.PathLike[str], config: dict[str, str]) -> None:
        """Store all that the next update depends on."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items() if value is not None}
        tensors["generator"] = self.generator.get_state()
        tensors["records"] = torch.tensor(self.records, dtype=torch.float64).reshape(len(self.records), -1)
        tensors["progress"] = torch.tensor([self.update, self.last_loss], dtype=torch.float64)
        checkpoints.save(path, tensors, config)

    def restore(self, path: str | os.PathLike[str], config: dict[str, str]) -> None:
        """Go back to what `save` stored."""
        tensors = checkpoints.load(path, config)
        if missing := {"generator", "records", "progress"}.difference(tensors):
            raise checkpoints.damaged(path, f"it lacks {', '.join(sorted(missing))}")
        update, updates = int(tensors["progress"][0]), int(config["updates"])
        if not 0 <= update <= updates:
            raise checkpoints.damaged(path, f"it is after update {update} of {updates}")
        if missing := self._parts(update) - tensors.keys():
            raise checkpoints.damaged(path, f"it lacks {', '.join(sorted(missing))}")
        state: defaultdict[int, dict[str, torch.Tensor]] = defaultdict(dict)
        for name, value in tensors.items():
            if entry := re.fullmatch(r"optimizer\.(\d+)\.(\w+)", name):
                state[int(entry[1])][entry[2]] = value
        self.model.load_state_dict({name: tensors[f"model.{name}"] for name in self.model.state_dict()})
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})
        self.generator.set_state(tensors["generator"])
        self.records = tensors["records"].numpy().tolist()
        self.update, self.last_loss = update, float(tensors["progress"][1])

    def _parts(self, update: int) -> set[str]:
        """Names of the tensors of the model and of the optimizer that a checkpoint after some updates must hold."""
        adam = isinstance(self.optimizer, torch.optim.Adam) and update > 0
        averages = ("step", "exp_avg", "exp_avg_sq") if adam else ()
        optimizer = {f"optimizer.{index}.{name}" for index in range(len(self.parameters)) for name in averages}
        return optimizer | {f"model.{name}" for name in self.model.state_dict()}
