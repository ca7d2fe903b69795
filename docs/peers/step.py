"""Training steps of a 64-64-10 network (relu, softmax, cross-entropy) in PyTorch, to compare generated/digits with.

From the repository's root, with PyTorch installed (Debian: python3-torch):

    python3 docs/peers/step.py
    go test ./generated/digits -run '^$' -bench 'Step$|StepBatch$' -benchtime 5ms -count 50

It prints the least time for one sample of many short measurements, so other programs may run meanwhile.
"""
import time

import torch

SAMPLES = 256
torch.manual_seed(1)
torch.set_num_threads(1)

net = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
loss_of = torch.nn.CrossEntropyLoss(reduction="sum")
optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
xs = torch.rand(SAMPLES, 64)
classes = torch.randint(10, (SAMPLES,))


def step(x, y):
    optimizer.zero_grad(set_to_none=True)
    loss_of(net(x), y).backward()
    optimizer.step()


def least(f, seconds=3.0):
    """The least time of one call, in ns."""
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter_ns()
        for _ in range(5):
            f()
        best = min(best, (time.perf_counter_ns() - began) / 5)
    return best


if __name__ == "__main__":
    print(f"PyTorch {torch.__version__}")
    print(f"step on one sample       {least(lambda: step(xs[:1], classes[:1])):10.1f} ns")
    print(f"step on a batch of {SAMPLES}   {least(lambda: step(xs, classes)) / SAMPLES:10.1f} ns a sample")
