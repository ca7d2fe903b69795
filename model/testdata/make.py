#!/usr/bin/python3
"""Makes the models of this folder by the exporters of other tools, each with inputs and outputs of its own runtime.

    apt-get install python3-torch python3-onnx python3-sklearn
    npm install onnxruntime-node          # anywhere; NODE_PATH names its node_modules
    NODE_PATH=… /usr/bin/python3 make.py  # writes *.onnx, *.pt, *.safetensors, *.npz here and below refused/

Beside NAME.onnx stands NAME.sample.npz with x and y: rows of inputs and outputs. Files that no package was at hand for
(safetensors) are written by the format's definition. The same versions of all tools write the same bytes,
but for refused/legacy.pt and refused/script.pt, which hold addresses, and torch_opset17_functions.onnx, whose functions come in
any order.
"""
import json, os, struct, subprocess, sys, tempfile, warnings
import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

warnings.filterwarnings("ignore")
os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.set_num_threads(1)
SAMPLES = 8


def rng(name):
    return np.random.default_rng(sum(map(ord, name)))


def sample(name, x, y):
    np.savez(name + ".sample.npz", x=np.ascontiguousarray(x), y=np.ascontiguousarray(y))


def ort(path, x, output=None, as_type=None):
    """Runs a model by onnxruntime."""
    kind = as_type or str(x.dtype)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        json.dump({"dims": x.shape, "data": x.astype(np.float64).ravel().tolist(), "type": kind}, f)
        f.flush()
        text = subprocess.run(["node", "ort.js", path, f.name], capture_output=True, text=True)
    if text.returncode != 0:
        sys.exit(path + ": " + text.stderr)
    out = json.loads(text.stdout)
    name = output or next(iter(out))
    return np.array(out[name]["data"]).reshape(out[name]["dims"])


# PyTorch's own exporter -------------------------------------------------------------------------------------------------


def export(name, net, shape, opset, dynamic=True, double=False, train=False, fold=True, x=None, **more):
    torch.manual_seed(sum(map(ord, name)))
    for m in net.modules():  # as if trained
        if isinstance(m, nn.BatchNorm1d):
            m.running_mean.normal_()
            m.running_var.uniform_(0.3, 3)
            m.weight.data.uniform_(0.5, 2)
            m.bias.data.normal_()
    net = net.double() if double else net
    net.eval()
    batch = SAMPLES if dynamic else 1
    dtype = torch.float64 if double else torch.float32
    xs = torch.randn(SAMPLES, *shape, dtype=dtype) * 1.5 if x is None else x
    axes = {"x": {0: "batch"}, "y": {0: "batch"}} if dynamic else None
    mode = torch.onnx.TrainingMode.TRAINING if train else torch.onnx.TrainingMode.EVAL
    torch.onnx.export(net, xs[:batch], name + ".onnx", opset_version=opset, input_names=["x"], output_names=["y"],
                      dynamic_axes=axes, do_constant_folding=fold, training=mode, **more)
    net.eval()
    with torch.no_grad():
        y = torch.cat([net(xs[i:i + 1]) for i in range(SAMPLES)])
    sample(name, xs.reshape(SAMPLES, -1).numpy(), y.reshape(SAMPLES, -1).numpy())


def mlp(*acts, sizes=(4, 8, 3), bias=True):
    layers = []
    for i, act in enumerate(acts):
        layers.append(nn.Linear(sizes[i], sizes[i + 1], bias=bias))
        if act is not None:
            layers.append(act)
    return nn.Sequential(*layers)


class Normalised(nn.Module):
    """Scaling before and after, as people write it into the module."""

    def __init__(self):
        super().__init__()
        self.net = mlp(nn.Tanh(), None, sizes=(4, 8, 2))
        for k, v in dict(mean=torch.randn(4), std=torch.rand(4) + 0.5, ymean=torch.randn(2), ystd=torch.rand(2) + 1).items():
            self.register_buffer(k, v)

    def forward(self, x):
        return self.net((x - self.mean) / self.std) * self.ystd + self.ymean


class View(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(12, 6), nn.Linear(6, 4)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        x = F.relu(self.a(x))
        return F.log_softmax(self.b(x), dim=1)


class Spelled(nn.Module):
    """Activations as formulas."""

    def __init__(self):
        super().__init__()
        self.l = nn.ModuleList([nn.Linear(5, 6)] + [nn.Linear(6, 6) for _ in range(6)])

    def forward(self, x):
        x = self.l[0](x)
        x = x * torch.sigmoid(x)
        x = self.l[1](x)
        x = 0.5 * x * (1 + torch.tanh(0.7978845608 * (x + 0.044715 * x ** 3)))
        x = self.l[2](x)
        x = x * F.relu6(x + 3) / 6
        x = self.l[3](x)
        x = torch.where(x > 0, x, 0.1 * x)
        x = self.l[4](x)
        x = 1 / (1 + torch.exp(-x))
        x = self.l[5](x)
        x = x / (1 + x.abs())
        x = self.l[6](x)
        e = torch.exp(x - x.max(dim=1, keepdim=True)[0])
        return e / e.sum(dim=1, keepdim=True)


class Block(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        self.linear, self.norm = nn.Linear(n, m), nn.BatchNorm1d(m)

    def forward(self, x):
        return F.silu(self.norm(self.linear(x)))


class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.head = Block(4, 8), Block(8, 6), nn.Linear(6, 2)

    def forward(self, x):
        return self.head(self.b(self.a(x)))


def from_torch():
    torch.manual_seed(0)
    export("torch_opset7", mlp(nn.ReLU(), nn.Softmax(dim=1)), (4,), 7)
    export("torch_opset8_fixed", mlp(nn.Tanh(), nn.Sigmoid()), (4,), 8, dynamic=False)
    export("torch_opset9_view", View(), (3, 4), 9)
    export("torch_opset10_flatten", nn.Sequential(nn.Flatten(), *mlp(nn.LeakyReLU(0.2), nn.ELU(0.7), None, sizes=(16, 8, 5, 3))),
           (1, 4, 4), 10)
    export("torch_opset11_gelu", mlp(nn.GELU(), nn.GELU(), None, sizes=(4, 8, 6, 3)), (4,), 11)
    export("torch_opset12_clip", mlp(nn.ReLU6(), nn.Hardtanh(), nn.Hardsigmoid(), sizes=(4, 8, 6, 3)), (4,), 12, x=10 * torch.randn(SAMPLES, 4))
    export("torch_opset13_many", mlp(nn.SELU(), nn.CELU(0.5), nn.Softplus(), nn.Softsign(), nn.LogSoftmax(dim=-1),
                                     sizes=(4, 7, 6, 5, 4, 3)), (4,), 13)
    export("torch_opset14_hardswish", mlp(nn.Hardswish(), nn.Mish(), nn.SiLU(), None, sizes=(4, 8, 7, 6, 3)), (4,), 14)
    bn = lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3),
                               nn.Linear(8, 6), nn.ReLU(), nn.BatchNorm1d(6), nn.Linear(6, 3), nn.BatchNorm1d(3))
    export("torch_opset15_batchnorm", bn(), (4,), 15)
    export("torch_opset16_unfolded", bn(), (4,), 16, fold=False)
    export("torch_opset17_spelled", Spelled(), (5,), 17)
    export("torch_opset17_double", mlp(nn.GELU(), nn.Softmax(dim=1)), (4,), 17, double=True)
    export("torch_opset17_scaled", Normalised(), (4,), 17)
    export("torch_opset17_functions", Blocks(), (4,), 17, export_modules_as_functions=True)
    export("torch_training_dropout", nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 2)), (4,), 12,
           train=True, fold=False)
    export("torch_prelu_nobias", mlp(nn.PReLU(), None, bias=False), (4,), 13)
    export("torch_vector", mlp(nn.ReLU(), None, sizes=(4, 8, 1)), (4,), 17, x=torch.randn(SAMPLES, 4))
    # One sample without a batch axis: MatMul and Add in place of Gemm.
    net = mlp(nn.ReLU(), nn.Tanh(), sizes=(4, 6, 3))
    xs = torch.randn(SAMPLES, 4)
    torch.onnx.export(net, xs[0], "torch_unbatched.onnx", opset_version=13)
    sample("torch_unbatched", xs.numpy(), net(xs).detach().numpy())


# Graphs made by hand ------------------------------------------------------------------------------------------------------


class Graph:
    def __init__(self, name, opset=13, inputs=(("x", TensorProto.FLOAT, ["N", 4]),), outputs=("y",), domains=()):
        self.name, self.opset, self.rng, self.domains = name, opset, rng(name), domains
        self.inputs, self.outputs, self.nodes, self.init, self.functions = inputs, outputs, [], [], []

    def weight(self, *shape, scale=0.7, dtype=np.float32):
        return (self.rng.standard_normal(shape) * scale).astype(dtype)

    def const(self, name, array):
        self.init.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def op(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def model(self, out_type=TensorProto.FLOAT, out_shape=None):
        g = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info(n, t, s) for n, t, s in self.inputs],
            [helper.make_tensor_value_info(n, out_type, out_shape) for n in self.outputs], self.init)
        opsets = [helper.make_opsetid("", self.opset)] + [helper.make_opsetid(d, v) for d, v in self.domains]
        m = helper.make_model(g, opset_imports=opsets, functions=self.functions, producer_name="by hand")
        m.ir_version = 8
        return m

    def save(self, x=None, folder="", run=True, as_type=None, **more):
        path = folder + self.name + ".onnx"
        onnx.save(self.model(**more), path)
        if not run:
            return
        if x is None:
            x = (self.rng.standard_normal((SAMPLES, 4)) * 1.5).astype(np.float32)
        y = ort(path, x, as_type=as_type)
        sample(folder + self.name, x.reshape(len(x), -1), y.reshape(len(x), -1))


def by_hand():
    torch.manual_seed(0)
    g = Graph("gemm_alpha_beta")
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 6)), g.const("b1", g.weight(6))], "z1", alpha=0.5, beta=1.5)
    g.op("Relu", ["z1"], "a1")
    g.op("Gemm", ["a1", g.const("W2", g.weight(3, 6)), g.const("b2", g.weight(1, 3))], "z2", alpha=2.0, beta=0.25, transB=1)
    g.op("Sigmoid", ["z2"], "y")
    g.save()

    g = Graph("gemm_columns", inputs=(("x", TensorProto.FLOAT, [4, "N"]),))
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 6)), g.const("b1", g.weight(6))], "z1", transA=1)
    g.op("Tanh", ["z1"], "a1")
    g.op("Gemm", ["a1", g.const("W2", g.weight(6, 2))], "y")
    onnx.save(g.model(), "gemm_columns.onnx")
    x = g.weight(SAMPLES, 4)
    sample(g.name, x, ort("gemm_columns.onnx", np.ascontiguousarray(x.T)))

    g = Graph("matmul_add", opset=11)
    g.op("MatMul", ["x", g.const("W1", g.weight(4, 6))], "m1")
    g.op("Add", [g.const("b1", g.weight(6)), "m1"], "z1")
    g.op("Elu", ["z1"], "a1", alpha=0.5)
    g.op("MatMul", ["a1", g.const("W2", g.weight(6, 5))], "z2")
    g.op("LeakyRelu", ["z2"], "a2")
    g.op("MatMul", ["a2", g.const("W3", g.weight(5, 1))], "m3")
    g.op("Add", ["m3", g.const("b3", g.weight(1))], "z3")
    g.op("Tanh", ["z3"], "y")
    g.save()

    g = Graph("matrix_times_column", inputs=(("x", TensorProto.FLOAT, [4, 1]),))
    g.op("MatMul", [g.const("W1", g.weight(6, 4)), "x"], "m1")
    g.op("Add", ["m1", g.const("b1", g.weight(6, 1))], "z1")
    g.op("Relu", ["z1"], "a1")
    g.op("MatMul", [g.const("W2", g.weight(3, 6)), "a1"], "y")
    onnx.save(g.model(), "matrix_times_column.onnx")
    x = g.weight(SAMPLES, 4)
    sample(g.name, x, np.array([ort("matrix_times_column.onnx", v.reshape(4, 1)).ravel() for v in x]))

    g = Graph("squeeze_reshape", inputs=(("x", TensorProto.FLOAT, ["N", 1, 4, 1]),))
    g.op("Squeeze", ["x", g.const("axes", np.array([1, 3]))], "s")
    g.op("Gemm", ["s", g.const("W1", g.weight(6, 4)), g.const("b1", g.weight(6))], "z1", transB=1)
    g.op("Softplus", ["z1"], "a1")
    g.op("Unsqueeze", ["a1", g.const("two", np.array([1]))], "u")
    g.op("Reshape", ["u", g.const("shape", np.array([-1, 6]))], "r")
    g.op("Identity", ["r"], "i")
    g.op("MatMul", ["i", g.const("W2", g.weight(6, 3))], "z2")
    g.op("Softmax", ["z2"], "y", axis=-1)
    g.save(x=g.weight(SAMPLES, 1, 4, 1))

    g = Graph("half_weights_cast")
    g.op("Cast", [g.const("W1", g.weight(4, 6, dtype=np.float16))], "w1", to=TensorProto.FLOAT)
    g.op("Cast", [g.const("b1", g.weight(6, dtype=np.float16))], "c1", to=TensorProto.FLOAT)
    g.op("Gemm", ["x", "w1", "c1"], "z1")
    g.op("Relu", ["z1"], "a1")
    g.op("Cast", [g.const("W2", g.weight(6, 3, dtype=np.float16))], "w2", to=TensorProto.FLOAT)
    g.op("MatMul", ["a1", "w2"], "y")
    g.save()

    g = Graph("float16", inputs=(("x", TensorProto.FLOAT16, ["N", 4]),))
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 6, dtype=np.float16)), g.const("b1", g.weight(6, dtype=np.float16))], "z1")
    g.op("Tanh", ["z1"], "a1")
    g.op("Gemm", ["a1", g.const("W2", g.weight(6, 3, dtype=np.float16)), g.const("b2", g.weight(3, dtype=np.float16))], "y")
    g.save(x=g.weight(SAMPLES, 4, dtype=np.float16).astype(np.float32), as_type="float16", out_type=TensorProto.FLOAT16)

    g = Graph("bfloat16_weights_cast")
    bits = lambda a: (np.ascontiguousarray(a).view(np.uint32) >> 16).astype(np.uint16)
    for name, a in {"W1": g.weight(6, 4), "W2": g.weight(3, 6)}.items():
        g.init.append(helper.make_tensor(name, TensorProto.BFLOAT16, a.shape, bits(a).tobytes(), raw=True))
    g.op("Cast", ["W1"], "w1", to=TensorProto.FLOAT)
    g.op("Cast", ["W2"], "w2", to=TensorProto.FLOAT)
    g.op("Transpose", ["w1"], "t1", perm=[1, 0])
    g.op("Transpose", ["w2"], "t2")
    g.op("MatMul", ["x", "t1"], "z1")
    g.op("Sigmoid", ["z1"], "a1")
    g.op("MatMul", ["a1", "t2"], "y")
    g.save()

    g = Graph("float64_typed", inputs=(("x", TensorProto.DOUBLE, ["N", 4]),), opset=14)
    w1, b1, w2 = g.weight(4, 6, dtype=np.float64), g.weight(6, dtype=np.float64), g.weight(6, 2, dtype=np.float64)
    g.init.append(helper.make_tensor("W1", TensorProto.DOUBLE, [4, 6], w1.ravel()))
    g.init.append(helper.make_tensor("b1", TensorProto.DOUBLE, [6], b1))
    g.init.append(helper.make_tensor("W2", TensorProto.DOUBLE, [6, 2], w2.ravel()))
    g.op("Gemm", ["x", "W1", "b1"], "z1")
    g.op("Tanh", ["z1"], "a1")
    g.op("MatMul", ["a1", "W2"], "y")
    g.save(x=g.weight(SAMPLES, 4, dtype=np.float64), out_type=TensorProto.DOUBLE)

    g = Graph("float32_typed_constants", opset=12)
    for name, a in {"W1": g.weight(4, 6), "b1": g.weight(6), "W2": g.weight(6, 3)}.items():
        t = helper.make_tensor(name, TensorProto.FLOAT, a.shape, a.ravel())
        g.nodes.append(helper.make_node("Constant", [], [name], value=t))
    g.nodes.append(helper.make_node("Constant", [], ["shape"], value=helper.make_tensor("", TensorProto.INT64, [2], [-1, 4])))
    g.op("Reshape", ["x", "shape"], "r")
    g.op("Gemm", ["r", "W1", "b1"], "z1")
    g.op("Selu", ["z1"], "a1")
    g.op("MatMul", ["a1", "W2"], "y")
    g.save()

    g = Graph("external_data")
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 16)), g.const("b1", g.weight(16))], "z1")
    g.op("Relu", ["z1"], "a1")
    g.op("Gemm", ["a1", g.const("W2", g.weight(16, 3)), g.const("b2", g.weight(3))], "y")
    m = g.model()
    if os.path.exists("external_data.bin"):
        os.remove("external_data.bin")  # the package appends
    onnx.save_model(m, "external_data.onnx", save_as_external_data=True, location="external_data.bin", size_threshold=16)
    x = g.weight(SAMPLES, 4)
    sample(g.name, x, ort("external_data.onnx", x))

    g = Graph("local_functions", domains=(("mine", 1),), opset=15)
    dense = helper.make_function(
        "mine", "Dense", ["x", "w", "b"], ["y"],
        [helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Add", ["m", "b"], ["z"]),
         helper.make_node("Leak", ["z"], ["y"], domain="mine")],
        [helper.make_opsetid("", 15), helper.make_opsetid("mine", 1)], [])
    ref = helper.make_node("LeakyRelu", ["z"], ["y"])
    a = ref.attribute.add()
    a.name, a.type, a.ref_attr_name = "alpha", onnx.AttributeProto.FLOAT, "slope"
    leak = helper.make_function("mine", "Leak", ["z"], ["y"], [ref], [helper.make_opsetid("", 15)], ["slope"])
    soft = helper.make_function("mine", "Swish", ["z"], ["y"],
                                [helper.make_node("Sigmoid", ["z"], ["s"]), helper.make_node("Mul", ["z", "s"], ["y"])],
                                [helper.make_opsetid("", 15)], [])
    g.functions = [dense, leak, soft]
    g.nodes.append(helper.make_node("Dense", ["x", g.const("W1", g.weight(4, 6)), g.const("b1", g.weight(6))], ["a1"], domain="mine"))
    g.nodes.append(helper.make_node("Leak", ["a1"], ["c1"], domain="mine", slope=0.3))
    g.nodes.append(helper.make_node("MatMul", ["c1", g.const("W2", g.weight(6, 3))], ["z2"]))
    g.nodes.append(helper.make_node("Swish", ["z2"], ["y"], domain="mine"))
    g.save()

    g = Graph("normalised_everywhere", opset=15)
    bn = lambda i, o, n, k: g.op("BatchNormalization", [
        i, g.const(o + "s", g.weight(n, scale=1)), g.const(o + "b", g.weight(n)), g.const(o + "m", g.weight(n)),
        g.const(o + "v", np.abs(g.weight(n)) + np.float32(0.2))], o, epsilon=k)
    bn("x", "n0", 4, 1e-3)
    g.op("MatMul", ["n0", g.const("W1", g.weight(4, 6))], "m1")
    bn("m1", "n1", 6, 1e-5)
    g.op("Relu", ["n1"], "a1")
    bn("a1", "n2", 6, 1e-5)
    g.op("Gemm", ["n2", g.const("W2", g.weight(6, 5)), g.const("b2", g.weight(5))], "z2")
    g.op("Sigmoid", ["z2"], "a2")
    bn("a2", "n3", 5, 1e-5)
    g.op("Tanh", ["n3"], "a3")
    bn("a3", "y", 5, 1e-5)
    g.save()

    g = Graph("sklearn_converter", domains=(("ai.onnx.ml", 1),), outputs=("probabilities", "label"))
    g.op("Scaler", ["x"], "s", domain="ai.onnx.ml", offset=g.weight(4).tolist(), scale=(np.abs(g.weight(4)) + 0.5).tolist())
    g.op("Cast", ["s"], "c", to=TensorProto.FLOAT)
    g.op("MatMul", ["c", g.const("coefficient", g.weight(4, 8))], "m1")
    g.op("Add", ["m1", g.const("intercepts", g.weight(1, 8))], "z1")
    g.op("Relu", ["z1"], "a1")
    g.op("MatMul", ["a1", g.const("coefficient1", g.weight(8, 3))], "m2")
    g.op("Add", ["m2", g.const("intercepts1", g.weight(1, 3))], "z2")
    g.op("Softmax", ["z2"], "probabilities", axis=1)
    g.op("ArgMax", ["probabilities"], "label", axis=1)
    m = g.model()
    m.graph.output[1].type.tensor_type.elem_type = TensorProto.INT64
    onnx.save(m, "sklearn_converter.onnx")
    x = g.weight(SAMPLES, 4)
    sample(g.name, x, ort("sklearn_converter.onnx", x, "probabilities"))

    g = Graph("pools_and_norms", opset=13)
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 8)), g.const("b1", g.weight(8))], "z1")
    g.op("Reshape", ["z1", g.const("windows", np.array([0, 4, 2]))], "w1")
    g.op("ReduceMax", ["w1"], "p1", axes=[2], keepdims=0)
    g.op("Gemm", ["p1", g.const("W2", g.weight(4, 6)), g.const("b2", g.weight(6))], "z2")
    g.op("Unsqueeze", ["z2", g.const("one", np.array([1]))], "u2")
    g.op("AveragePool", ["u2"], "p2", kernel_shape=[3], strides=[3])
    g.op("Flatten", ["p2"], "f2")
    g.op("MatMul", ["f2", g.const("W3", g.weight(2, 5))], "z3")
    g.op("ReduceL2", ["z3"], "n3", axes=[1], keepdims=1)
    g.op("Sigmoid", ["n3"], "s3")
    g.op("Div", ["z3", "n3"], "d3")
    g.op("Mul", ["d3", "s3"], "a3")
    g.op("MatMul", ["a3", g.const("W4", g.weight(5, 3))], "z4")
    g.op("ReduceMax", ["z4"], "m4", axes=[-1])
    g.op("Sub", ["z4", "m4"], "c4")
    g.op("Exp", ["c4"], "e4")
    g.op("ReduceSum", ["e4", g.const("last", np.array([-1]))], "t4")
    g.op("Log", ["t4"], "l4")
    g.op("Sub", ["c4", "l4"], "y")
    g.save()

    g = Graph("one_unit_bias", opset=13)
    g.op("MatMul", ["x", g.const("W1", g.weight(4, 1))], "m1")
    g.op("Add", ["m1", g.const("b1", g.weight(1))], "z1")
    g.op("Mul", ["z1", g.const("k", np.float32(0.70710677))], "k1")
    g.op("Erf", ["k1"], "e1")
    g.op("Add", ["e1", g.const("one", np.float32(1))], "p1")
    g.op("Mul", ["z1", "p1"], "q1")
    g.op("Mul", ["q1", g.const("half", np.float32(0.5))], "a1")
    g.op("MatMul", ["a1", g.const("W2", g.weight(1, 2))], "z2")
    g.op("Mul", ["z2", g.const("two", np.float32(2))], "y")
    g.save()


def newer():
    """Operators of opsets that the package is too old to check; onnxruntime runs them all the same."""
    g = Graph("opset20_gelu", opset=20)
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 6)), g.const("b1", g.weight(6))], "z1")
    g.op("Gelu", ["z1"], "a1")
    g.op("Gemm", ["a1", g.const("W2", g.weight(6, 5)), g.const("b2", g.weight(5))], "z2")
    g.op("Gelu", ["z2"], "a2", approximate="tanh")
    g.op("MatMul", ["a2", g.const("W3", g.weight(5, 5))], "z3")
    g.op("Mish", ["z3"], "a3")
    g.op("MatMul", ["a3", g.const("W4", g.weight(5, 4))], "z4")
    g.op("HardSwish", ["z4"], "y")
    g.save()

    g = Graph("opset18_reductions", opset=18)  # axes are an input
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 8)), g.const("b1", g.weight(8))], "z1")
    g.op("Shape", ["z1"], "s1", end=1)
    g.op("Concat", ["s1", g.const("rest", np.array([4, 2]))], "shape", axis=0)
    g.op("Reshape", ["z1", "shape"], "r1")
    g.op("ReduceMean", ["r1", g.const("axis", np.array([-1]))], "p1", keepdims=0)
    g.op("Gemm", ["p1", g.const("W2", g.weight(4, 3)), g.const("b2", g.weight(3))], "z2")
    g.op("ReduceMax", ["z2", g.const("last", np.array([1]))], "m2")
    g.op("Sub", ["z2", "m2"], "c2")
    g.op("Exp", ["c2"], "e2")
    g.op("ReduceSum", ["e2", "last"], "t2")
    g.op("Div", ["e2", "t2"], "y")
    g.save()

    g = Graph("bytes_as_inputs", inputs=(("x", TensorProto.UINT8, ["N", 2, 3]),))
    g.op("Cast", ["x"], "f", to=TensorProto.FLOAT)
    g.op("Div", ["f", g.const("most", np.float32(255))], "d")
    g.op("Shape", ["d"], "s")
    g.op("Gather", ["s", g.const("zero", np.array(0))], "n")
    g.op("Unsqueeze", ["n", g.const("front", np.array([0]))], "u")
    g.op("Concat", ["u", g.const("minus", np.array([-1]))], "shape", axis=0)
    g.op("Reshape", ["d", "shape"], "r")
    g.op("Gemm", ["r", g.const("W1", g.weight(6, 5)), g.const("b1", g.weight(5))], "z1")
    g.op("Relu", ["z1"], "a1")
    g.op("Gemm", ["a1", g.const("W2", g.weight(5, 2))], "y")
    x = g.rng.integers(0, 256, (SAMPLES, 2, 3)).astype(np.uint8)
    onnx.save(g.model(), g.name + ".onnx")
    sample(g.name, x.reshape(SAMPLES, -1).astype(np.float32), ort(g.name + ".onnx", x, as_type="uint8"))

    # What onnxruntime itself writes of a model: Gemm and Relu in one operator of its own.
    text = subprocess.run(["node", "-e", """
const ort = require("onnxruntime-node");
ort.InferenceSession.create("torch_opset10_flatten.onnx", {optimizedModelFilePath: "ort_optimized.onnx", logSeverityLevel: 3,
  graphOptimizationLevel: "extended"}).catch((e) => { console.error(String(e)); process.exit(1); });
"""], capture_output=True, text=True)
    if text.returncode != 0:
        sys.exit(text.stderr)
    with np.load("torch_opset10_flatten.sample.npz") as s:
        sample("ort_optimized", s["x"], ort("ort_optimized.onnx", s["x"].reshape(SAMPLES, 1, 4, 4)).reshape(SAMPLES, -1))


# Weights alone ------------------------------------------------------------------------------------------------------------


def safetensors(path, tensors):
    """The format by its definition: a header in JSON, and the numbers."""
    names = {"float32": "F32", "float64": "F64", "float16": "F16", "int64": "I64"}
    header, data = {}, b""
    for name, a in sorted(tensors.items()):  # the order in which the package writes them
        a = np.ascontiguousarray(a)
        header[name] = {"dtype": names[str(a.dtype)], "shape": list(a.shape), "data_offsets": [len(data), len(data) + a.nbytes]}
        data += a.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def weights():
    torch.manual_seed(0)
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.preprocessing import StandardScaler

    def run(name, net, n, save, dtype=torch.float32):
        torch.manual_seed(sum(map(ord, name)))
        net = net.to(dtype).eval()
        x = torch.randn(SAMPLES, n, dtype=dtype)
        save(net)
        sample(name, x.numpy(), net(x).detach().numpy())

    run("state_dict", mlp(nn.ReLU(), nn.Softmax(dim=1), sizes=(4, 8, 3)), 4, lambda net: torch.save(net.state_dict(), "state_dict.pt"))

    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.middle, self.decoder = nn.Linear(4, 5), nn.Linear(5, 5), nn.Linear(5, 2, bias=False)

        def forward(self, x):
            return self.decoder(torch.tanh(self.middle(torch.tanh(self.encoder(x)))))

    def checkpoint(net):
        optimizer = torch.optim.Adam(net.parameters())
        net(torch.randn(2, 4)).sum().backward()
        optimizer.step()
        torch.save({"epoch": 7, "model_state_dict": net.state_dict(), "optimizer_state_dict": optimizer.state_dict(),
                    "loss": 0.25, "name": "a run"}, "checkpoint.pth")

    run("checkpoint", Named(), 4, checkpoint)

    def views(net):  # parts of one storage, one of them transposed
        both = torch.cat([net[0].weight.data.t().reshape(-1), net[2].weight.data.reshape(-1)])
        torch.save({"0.weight": both[:32].view(4, 8).t(), "0.bias": net[0].bias.data, "2.weight": both[32:].view(3, 8),
                    "2.bias": net[2].bias.data}, "views.pt")

    run("views", mlp(nn.Sigmoid(), None, sizes=(4, 8, 3)), 4, views)
    run("double_state_dict", mlp(nn.Tanh(), None, sizes=(3, 6, 2)), 3,
        lambda net: torch.save(net.state_dict(), "double_state_dict.pt"), torch.float64)
    run("deep_safetensors", mlp(*[nn.Tanh() for _ in range(11)], None, sizes=[3] + [4] * 11 + [2]), 3,
        lambda net: safetensors("deep_safetensors.safetensors", {k: v.numpy() for k, v in net.state_dict().items()}))
    # Keras keeps [in, out]; here in its names.
    run("keras_like", mlp(nn.ReLU(), nn.Sigmoid(), sizes=(4, 6, 1)), 4, lambda net: np.savez(
        "keras_like.npz", **{"dense/kernel": net[0].weight.detach().numpy().T, "dense/bias": net[0].bias.detach().numpy(),
                             "dense_1/kernel": net[2].weight.detach().numpy().T, "dense_1/bias": net[2].bias.detach().numpy()}))
    # Square matrices, [in, out]: only the sample tells.
    run("square_transposed", mlp(nn.Tanh(), None, sizes=(4, 4, 4)), 4, lambda net: np.savez(
        "square_transposed.npz", W1=net[0].weight.detach().numpy().T, b1=net[0].bias.detach().numpy(),
        W2=net[2].weight.detach().numpy().T, b2=net[2].bias.detach().numpy()))

    g = np.random.default_rng(5)
    x = g.standard_normal((60, 4)) * [1, 5, 0.2, 3] + [0, 10, -1, 2]
    for name, net, y in (
            ("sklearn_classifier", MLPClassifier((6,), activation="relu", max_iter=60, random_state=1), (x[:, 0] > 0) * 1 + (x[:, 1] > 10)),
            ("sklearn_regressor", MLPRegressor((5, 4), activation="tanh", max_iter=60, random_state=1), x[:, 0] - x[:, 2])):
        scaler = StandardScaler().fit(x)
        net.fit(scaler.transform(x), y)
        w, b = [c.copy() for c in net.coefs_], [c.copy() for c in net.intercepts_]
        b[0] -= (scaler.mean_ / scaler.scale_) @ w[0]  # the scaler, folded into the first layer
        w[0] /= scaler.scale_[:, None]
        np.savez(name + ".npz", **{f"coefs_{i}": c for i, c in enumerate(w)}, **{f"intercepts_{i}": c for i, c in enumerate(b)})
        out = net.predict_proba(scaler.transform(x[:SAMPLES])) if name.endswith("classifier") else net.predict(scaler.transform(x[:SAMPLES]))
        sample(name, x[:SAMPLES], out.reshape(SAMPLES, -1))


# What is refused ----------------------------------------------------------------------------------------------------------


def refused():
    torch.manual_seed(0)
    os.makedirs("refused", exist_ok=True)

    def export(name, net, shape, opset=13, **more):
        torch.manual_seed(1)
        torch.onnx.export(net, torch.randn(2, *shape), "refused/" + name + ".onnx", opset_version=opset,
                          input_names=["x"], output_names=["y"], **more)

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Linear(4, 4)

        def forward(self, x):
            return x + F.relu(self.a(x))

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Linear(4, 2)

        def forward(self, x, w):
            return self.a(x) * w

    class Heads(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(4, 2), nn.Linear(4, 3)

        def forward(self, x):
            return self.a(x), self.b(x)

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.q, self.k = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x):
            return self.q(x) @ self.k(x).transpose(0, 1)

    export("conv", nn.Sequential(nn.Conv1d(1, 2, 3), nn.Flatten(), nn.Linear(4, 2)), (1, 4))
    export("residual", Residual(), (4,))
    export("layernorm", nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4)), (4,))
    export("lstm", nn.LSTM(4, 3), (4, 4))
    export("batchnorm_training", nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)), (4,), training=torch.onnx.TrainingMode.TRAINING,
           do_constant_folding=False)
    prelu = nn.Sequential(nn.Linear(4, 4), nn.PReLU(4))
    prelu[1].weight.data = torch.tensor([0.1, 0.2, 0.3, 0.4])
    export("prelu_per_unit", prelu, (4,))
    export("attention", Attention(), (4,))
    export("heads", Heads(), (4,))
    export("shared_over_positions", nn.Linear(4, 2), (3, 4))
    torch.onnx.export(Two(), (torch.randn(1, 4), torch.randn(1, 2)), "refused/two_inputs.onnx", opset_version=13,
                      input_names=["x", "w"], output_names=["y"])

    def graph(name, *steps, opset=13, **more):
        g = Graph(name, opset=opset, **more)
        z = g.op("Gemm", ["x", g.const("W1", g.weight(4, 3)), g.const("b1", g.weight(3))], "z1")
        for kind, inputs, output, attributes in steps:
            g.op(kind, [z] + [g.const(output + str(i), np.asarray(v)) for i, v in enumerate(inputs)], output, **attributes)
            z = output
        onnx.save(g.model(), "refused/" + name + ".onnx")

    graph("opset6", ("Relu", [], "y", {}), opset=6)
    graph("argmax", ("ArgMax", [], "y", {"axis": 1}))
    graph("jump", ("ThresholdedRelu", [], "y", {"alpha": 0.5}))
    graph("floor", ("Floor", [], "y", {}))
    graph("softmax_over_batch", ("Softmax", [], "y", {"axis": 0}))
    graph("part", ("Slice", [np.array([0]), np.array([2]), np.array([1])], "y", {}))
    graph("unknown_domain", ("Frobnicate", [], "y", {"domain": "acme"}), domains=(("acme", 1),))
    graph("transposed_values", ("Reshape", [np.array([-1, 3, 1])], "r", {}), ("Transpose", [], "t", {"perm": [1, 0, 2]}),
          ("Reshape", [np.array([-1, 3])], "y", {}))

    g = Graph("gelu_step")
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 3)), g.const("b1", g.weight(3))], "z1")
    g.op("Greater", ["z1", g.const("zero", np.float32(0))], "positive")
    g.op("Where", ["positive", "z1", g.const("minus", np.float32(-1))], "y")
    onnx.save(g.model(), "refused/where_jumps.onnx")

    g = Graph("outer_product")
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 3)), g.const("b1", g.weight(3))], "z1")
    g.op("Unsqueeze", ["z1", g.const("last", np.array([2]))], "column")
    g.op("Unsqueeze", ["z1", g.const("middle", np.array([1]))], "row")
    g.op("Mul", ["column", "row"], "y")
    onnx.save(g.model(), "refused/outer_product.onnx")

    g = Graph("sum_over_rows", inputs=(("x", TensorProto.FLOAT, [3, 4]),))  # its sums lie along the batch
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 3)), g.const("b1", g.weight(3))], "z1")
    g.op("Exp", ["z1"], "e")
    g.op("ReduceSum", ["e", g.const("axis", np.array([1]))], "s", keepdims=0)
    g.op("Div", ["e", "s"], "y")
    onnx.save(g.model(), "refused/sum_over_rows.onnx")

    g = Graph("no_layer")
    g.op("Relu", ["x"], "y")
    onnx.save(g.model(), "refused/no_layer.onnx")

    g = Graph("missing_external")
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 16))], "y")
    m = g.model()
    m.graph.initializer[0].ClearField("raw_data")
    m.graph.initializer[0].data_location = TensorProto.EXTERNAL
    for location, file in (("../secret.bin", "outside_folder"), ("absent.bin", "missing_external")):
        del m.graph.initializer[0].external_data[:]
        e = m.graph.initializer[0].external_data.add()
        e.key, e.value = "location", location
        onnx.save(m, "refused/" + file + ".onnx")

    g = Graph("short_weights")
    g.op("Gemm", ["x", g.const("W1", g.weight(4, 3))], "y")
    m = g.model()
    m.graph.initializer[0].dims[0] = 5
    onnx.save(m, "refused/short_weights.onnx")

    g = Graph("int_weights")
    g.op("MatMul", ["x", g.const("W1", np.array([["a"]], dtype=object))], "y")
    onnx.save(g.model(), "refused/text_weights.onnx")

    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    torch.save(net.state_dict(), "refused/batchnorm.pt")
    torch.save(net, "refused/module.pt")
    torch.save(net.state_dict(), "refused/legacy.pt", _use_new_zipfile_serialization=False)
    torch.jit.script(net).save("refused/script.pt")
    np.savez("refused/several_orders.npz", a=np.ones((3, 3)), b=np.zeros((3, 3)))
    np.savez("refused/no_order.npz", W1=np.ones((3, 4)), W2=np.zeros((3, 7)))
    np.savez("refused/no_matrix.npz", b1=np.ones(4))
    np.savez("refused/left_over.npz", W1=np.ones((3, 4)), b1=np.ones(3), scale=np.ones(4))

    with open("torch_opset7.onnx", "rb") as f:
        half = f.read()
    with open("refused/cut_short.onnx", "wb") as f:
        f.write(half[:len(half) // 2])


if __name__ == "__main__":
    from_torch()
    by_hand()
    newer()
    weights()
    refused()
