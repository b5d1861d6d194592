"""Votes: several answers to one question, each from other examples, and their mean."""

import numpy as np
import torch

from ttsbook import _validation as check
from ttsbook.data.prompts import Prompts
from ttsbook.models.protocols import Solver
from ttsbook.tensors import Chain


def vote(solver: Solver, voters: int) -> Solver:
    r"""Deal the examples of each prompt out to several voters, let each answer alone, and average the answers.

    The voters have the same weight behind their labels, and no example in common.

    Parameters
    ----------
    solver
        What answers, such as `baselines.thinking`.
    voters
        Number of voters. The lengths of prompts must be multiples of it.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> from ttsbook.models import baselines
    >>> task = Task(covariance.isotropic(2), 80, noise_variance=1.0)
    >>> batch = prompts.sample(task, 3, generator=torch.Generator())
    >>> tuple(vote(baselines.least_squares(), 8)(batch, 1).shape)
    (3, 2, 2)
    """
    if not callable(solver):
        raise TypeError(f"solver must be a function of prompts and steps, got {check.shown(solver)}")
    voters = check.count("voters", voters, least=1)

    def answers(prompts: Prompts, steps: int) -> Chain:
        batch, length, dim = prompts.x.shape
        if length % voters or (prompts.lengths != length).any():
            lengths = np.unique(prompts.lengths.numpy(force=True))
            raise ValueError(f"prompts must have one length, a multiple of {voters}, got {check.shown(lengths)}")
        voter_length = length // voters
        voter_prompts = Prompts(
            prompts.x.reshape(batch * voters, voter_length, dim),
            prompts.y.reshape(batch * voters, voter_length),
            prompts.w.repeat_interleave(voters, dim=0),
            torch.full((batch * voters,), voter_length, device=prompts.x.device),
        )
        return solver(voter_prompts, steps).reshape(batch, voters, steps + 1, dim).mean(dim=1)

    return answers
