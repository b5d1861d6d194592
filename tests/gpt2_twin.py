"""Hugging Face's GPT-2 with the weights of a GPT of ours, for tests and benchmarks."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from transformers import GPT2Config, GPT2Model

NAMES = {
    "attention_norm": "ln_1",
    "attention": "attn.c_attn",
    "merge": "attn.c_proj",
    "perceptron_norm": "ln_2",
    "widen": "mlp.c_fc",
    "narrow": "mlp.c_proj",
}


class Twin(torch.nn.Module):
    """GPT-2 between the same read-in and read-out, without positions unless the model has them."""

    def __init__(self, model):
        super().__init__()
        config = model.config
        self.dim, self.read_in, self.read_out = model.dim, model.read_in, model.read_out
        self.trunk = GPT2Model(
            GPT2Config(
                vocab_size=1,
                bos_token_id=None,
                eos_token_id=None,
                n_positions=config.positions or 512,
                n_embd=config.width,
                n_layer=config.layers,
                n_head=config.heads,
                activation_function="gelu_pytorch_tanh",
                resid_pdrop=0.0,
                embd_pdrop=0.0,
                attn_pdrop=0.0,
                use_cache=False,
                attn_implementation="sdpa",
            )
        ).to(self.read_in.weight)
        state = {"wte.weight": self.trunk.wte.weight, "wpe.weight": torch.zeros_like(self.trunk.wpe.weight)}
        if config.positions:
            state["wpe.weight"] = model.places
        state |= {f"ln_f.{part}": value for part, value in model.norm.named_parameters()}
        for index, block in enumerate(model.blocks):
            for name, value in block.named_parameters():
                part, _, kind = name.partition(".")
                turned = value.T if kind == "weight" and value.ndim == 2 else value
                state[f"h.{index}.{NAMES[part]}.{kind}"] = turned
        self.trunk.load_state_dict(state)

    def forward(self, E, rho=None):
        """Answer tokens, as `transformer.GPT` with a residual head gives them on joint tokens."""
        answers = self.read_out(self.trunk(inputs_embeds=self.read_in(E.mT)).last_hidden_state)
        w = answers + E.mT[..., self.dim + 1 : 2 * self.dim + 1]
        return torch.cat([0 * w, 0 * w[..., :1], w, 1 + 0 * w[..., :1]], dim=-1).mT

    def next_token(self, E, rho=None):
        """Last column of the answer."""
        return self(E)[..., -1]
