"""Loads weights that were written under PyTorch's names into an nn.Sequential, and runs it: torch_load.py DIR…, where
DIR/net.json says the widths and the activations, DIR/net.npz has the weights and DIR/x.npz the inputs. Prints the outputs of
all; exits 9 where there is no PyTorch."""
import json, sys
try:
    import numpy as np
    import torch
    import torch.nn as nn
except ImportError as e:
    sys.stderr.write(str(e))
    sys.exit(9)

kinds = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "softplus": nn.Softplus, "elu": nn.ELU, "selu": nn.SELU,
         "gelu": nn.GELU, "silu": nn.SiLU, "softsign": nn.Softsign, "hard-sigmoid": nn.Hardsigmoid, "hard-tanh": nn.Hardtanh,
         "leaky-relu": nn.LeakyReLU, "identity": nn.Identity, "softmax": lambda: nn.Softmax(dim=1),
         "log-softmax": lambda: nn.LogSoftmax(dim=1)}


def run(folder):
    with open(folder + "/net.json") as f:
        spec = json.load(f)
    layers = []
    for i, (act, bias) in enumerate(zip(spec["activations"], spec["biases"])):
        layers += [nn.Linear(spec["widths"][i], spec["widths"][i + 1], bias=bias), kinds[act]()]
    net = nn.Sequential(*layers)
    if spec["double"]:
        net = net.double()
    weights = np.load(folder + "/net.npz")
    net.load_state_dict({k: torch.from_numpy(weights[k]) for k in weights.files}, strict=True)
    with torch.no_grad():
        y = net(torch.from_numpy(np.load(folder + "/x.npz")["x"]))
    return y.numpy().astype(np.float64).ravel().tolist()


print(json.dumps([run(folder) for folder in sys.argv[1:]]))
