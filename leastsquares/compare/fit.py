"""Fits the networks of compare by SciPy's least_squares and prints traces as JSON, as package measure does.

    fit.py DATA.npz WIDTHS        WIDTHS: 4-12-8-1, tanh between, the last layer linear

The residuals and their Jacobian are PyTorch's, in float64 on one thread, for all samples at once: the Jacobian by
reverse sweeps written with whole-batch products, which is faster than torch.autograd.functional.jacobian.
"""
import json, sys, time
import numpy, scipy.optimize, torch

REPEATS, ENOUGH, EVALUATIONS = 30, 6, 300
torch.set_num_threads(1)
data = numpy.load(sys.argv[1])
widths = [int(w) for w in sys.argv[2].split("-")]
x, y, start = (torch.from_numpy(data[k].astype("float64")) for k in ("x", "y", "start"))

def layers(theta):
    at, out = 0, []
    for i, o in zip(widths, widths[1:]):
        out.append((theta[at:at+i*o].view(o, i), theta[at+i*o:at+i*o+o]))
        at += i*o + o
    return out

def forward(theta):
    a = [x]
    ls = layers(theta)
    for l, (w, b) in enumerate(ls):
        z = torch.addmm(b, a[-1], w.T)
        a.append(torch.tanh(z) if l < len(ls)-1 else z)
    return a, ls

def residuals(theta):
    return (forward(torch.from_numpy(theta))[0][-1] - y).reshape(-1).numpy()

def jacobian(theta):
    a, ls = forward(torch.from_numpy(theta))
    n, m = x.shape[0], widths[-1]
    d = torch.eye(m, dtype=torch.float64).expand(n, m, m)          # sample, output, unit of the layer
    parts = []
    for l in range(len(ls)-1, -1, -1):
        parts.append(d)
        parts.append((d.unsqueeze(3) * a[l][:, None, None, :]).reshape(n, m, -1))
        if l:
            d = (d @ ls[l][0]) * (1 - a[l]*a[l])[:, None, :]
    return torch.cat(parts[::-1], dim=2).reshape(n*m, -1).numpy()

def fit(method):
    best = None
    first = time.perf_counter()
    for repeat in range(REPEATS):
        if repeat and time.perf_counter() - first > ENOUGH:
            break
        points, jacobians = [], [0]
        began = time.perf_counter()
        def fun(theta):
            r = residuals(theta)
            points.append([time.perf_counter() - began, len(points), jacobians[0], float(r @ r)/2])
            return r
        def jac(theta):
            jacobians[0] += 1
            return jacobian(theta)
        try:
            scipy.optimize.least_squares(fun, start.numpy().copy(), jac, method=method, max_nfev=EVALUATIONS,
                                         ftol=1e-12, xtol=1e-10, gtol=1e-10)
        except ValueError as e:
            print(f"{method}: {e}", file=sys.stderr)
            return None
        for q, p in zip(points[:0:-1], points[-2::-1]):            # the least time from each point to the next
            q[0] -= p[0]
        if best is None:
            best = points
        for p, q in zip(best, points):
            p[0] = min(p[0], q[0])
    for p, q in zip(best, best[1:]):
        q[0] += p[0]
    least = float("inf")                                           # steps that fail are tried and left
    for p in best:
        least = p[3] = min(least, p[3])
    return {"Name": "SciPy " + method,
            "Points": [dict(zip(("Seconds", "Losses", "Jacobians", "Loss"), p)) for p in best]}

print(json.dumps([t for t in map(fit, ("lm", "trf")) if t]))
