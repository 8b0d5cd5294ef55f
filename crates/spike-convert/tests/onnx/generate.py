"""Writes the small ONNX files of this folder and what ONNX Runtime computes for them.

Needs onnx, onnxruntime, numpy and safetensors:

    python3 generate.py

The networks have the shapes and operator forms that exporters of different age write; their weights are random.
`expected.safetensors` holds NAME.input and NAME.output for each file.
"""

import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parent
EXPECTED = {}
RNG = np.random.default_rng(20)


class Net:
    """A graph under construction."""

    def __init__(self, name, opset, input_shape, batch="N", ir_version=8):
        self.name, self.opset, self.batch, self.ir_version = name, opset, batch, ir_version
        self.input_shape = list(input_shape)
        self.nodes, self.weights, self.domains = [], [], set()
        self.count = 0

    def w(self, *shape, scale=None, positive=False):
        """A random weight."""
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 1
        values = RNG.standard_normal(shape) * (scale or 1.0 / np.sqrt(max(fan_in, 1)))
        return self.c(np.abs(values) + 0.5 if positive else values)

    def c(self, values, dtype=np.float32):
        """A constant."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values, dtype=dtype), name))
        return name

    def i(self, values):
        """Whole numbers."""
        return self.c(values, np.int64)

    def op(self, kind, *inputs, outputs=1, domain="", **attributes):
        """A node."""
        names = [f"v{self.count + k}" for k in range(outputs)]
        self.count += outputs
        if domain:
            self.domains.add(domain)
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"{kind}_{self.count}", domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def model(self, output, rank, weights_are_inputs=False):
        """The graph up to a value."""
        lead = [] if self.batch is None else [self.batch]
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, lead + self.input_shape)]
        if weights_are_inputs:
            inputs += [helper.make_tensor_value_info(w.name, w.data_type, list(w.dims)) for w in self.weights]
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, [f"d{k}" for k in range(rank)])]
        graph = helper.make_graph(self.nodes, self.name, inputs, outputs, self.weights)
        opsets = [helper.make_opsetid("", self.opset)] + [helper.make_opsetid(d, 1) for d in sorted(self.domains)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=self.ir_version, producer_name="generate.py")

    def run(self, output, x, rank, **form):
        """What ONNX Runtime computes."""
        model = self.model(output, rank, **form)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        return model, session.run(None, {"x": x})[0]

    def length(self, output):
        """Length of the last axis of a matrix."""
        lead = [] if self.batch is None else [1]
        return self.run(output, np.zeros(lead + self.input_shape, np.float32), 2)[1].shape[-1]

    def save(self, output, rank=2, samples=3, **form):
        """Checks, runs and stores the network."""
        number = [] if self.batch is None else [self.batch if isinstance(self.batch, int) else samples]
        x = RNG.standard_normal(number + self.input_shape).astype(np.float32)
        model, y = self.run(output, x, rank, **form)
        if not self.domains:
            onnx.checker.check_model(model)
        (FOLDER / f"{self.name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
        EXPECTED[f"{self.name}.input"], EXPECTED[f"{self.name}.output"] = x, np.ascontiguousarray(y, dtype=np.float32)
        print(f"{self.name}: {y.shape}")


def batch_norm(n, x, channels, **attributes):
    mean = n.w(channels, scale=0.3)
    return n.op("BatchNormalization", x, n.w(channels, positive=True), n.w(channels), mean, n.w(channels, positive=True), **attributes)


def opset7_same_upper():
    n = Net("opset7_same_upper", 7, [3, 13, 11], ir_version=3)
    x = n.op("Conv", "x", n.w(6, 3, 3, 4), auto_pad="SAME_UPPER", strides=[2, 3])
    x = n.op("Clip", batch_norm(n, x, 6, epsilon=1e-3), min=-0.5, max=1.5)
    x = n.op("MaxPool", x, kernel_shape=[2, 2], auto_pad="SAME_LOWER", strides=[2, 2])
    x = n.op("Dropout", x, ratio=0.3)
    x = n.op("Reshape", x, n.i([0, -1]))
    x = n.op("Add", n.op("MatMul", x, n.w(n.length(x), 5)), n.w(5))
    n.save(x, weights_are_inputs=True)


def opset9_groups():
    n = Net("opset9_groups", 9, [4, 12, 15])
    x = n.op("Conv", "x", n.w(8, 2, 3, 2), n.w(8), group=2, dilations=[2, 3], pads=[1, 0, 3, 2], strides=[1, 2])
    x = n.op("LeakyRelu", x, alpha=0.2)
    x = n.op("AveragePool", x, kernel_shape=[3, 3], pads=[1, 1, 0, 2], strides=[2, 2], count_include_pad=1)
    x = n.op("AveragePool", x, kernel_shape=[2, 2], pads=[1, 0, 1, 1], strides=[2, 1])
    x = n.op("Flatten", x)
    n.save(n.op("Gemm", x, n.w(n.length(x), 7), n.w(1), alpha=0.5, beta=2.0))


def opset11_signal():
    n = Net("opset11_signal", 11, [2, 40])
    x = n.op("Conv", "x", n.w(6, 2, 5), n.w(6), strides=[2], pads=[3, 1], dilations=[2])
    x = n.op("Clip", batch_norm(n, x, 6), n.c(0.0))
    x = n.op("MaxPool", x, kernel_shape=[3], strides=[2], ceil_mode=1)
    a, b = n.op("Split", x, outputs=2, axis=1, split=[2, 4])
    a = n.op("Slice", a, n.i([-1]), n.i([-100]), n.i([2]), n.i([-2]))
    b = n.op("Slice", b, n.i([1, 0]), n.i([3, 2**62]), n.i([1, -1]), n.i([1, 2]))
    x = n.op("Concat", a, b, axis=1)
    x = n.op("Squeeze", n.op("Unsqueeze", x, axes=[1, 4]), axes=[1])
    x = n.op("Flatten", x, axis=1)
    n.save(n.op("Gemm", x, n.w(3, n.length(x)), n.w(3), transB=1))


def depthwise():
    n = Net("opset13_depthwise", 13, [3, 9, 10])
    x = n.op("Conv", "x", n.w(6, 1, 3, 3), n.w(6), group=3, auto_pad="SAME_LOWER", strides=[2, 2])
    x = n.op("Relu", batch_norm(n, x, 6))
    x = n.op("Conv", x, n.w(8, 6, 1, 1), auto_pad="VALID")
    x = n.op("GlobalAveragePool", x)
    x = n.op("Squeeze", x, n.i([2, 3]))
    n.save(n.op("Gemm", x, n.w(8, 4)))


def pools_ceil():
    n = Net("opset12_ceil", 12, [2, 11, 10])
    a = n.op("AveragePool", "x", kernel_shape=[3, 2], strides=[3, 3], pads=[1, 0, 1, 1], ceil_mode=1, count_include_pad=1)
    b = n.op("AveragePool", "x", kernel_shape=[3, 2], strides=[3, 3], pads=[1, 0, 1, 1], ceil_mode=1)
    c = n.op("MaxPool", "x", kernel_shape=[2, 2], strides=[3, 3], dilations=[2, 2], ceil_mode=1, pads=[1, 0, 1, 1])
    d = n.op("GlobalMaxPool", "x")
    n.save(n.op("Add", n.op("Concat", a, b, c, axis=1), n.op("Concat", d, d, d, axis=1)), rank=4)


def layer_norm(n, x, width, axis=-1, twice=False):
    mean = n.op("ReduceMean", x, axes=[axis])
    centred = n.op("Sub", x, mean)
    other = n.op("Sub", x, mean) if twice else centred
    variance = n.op("ReduceMean", n.op("Pow", other, n.c(2.0)), axes=[axis])
    deviation = n.op("Sqrt", n.op("Add", variance, n.c(1e-5)))
    x = n.op("Div", centred, deviation)
    return n.op("Add", n.op("Mul", x, n.w(width, positive=True)), n.w(width))


def gelu(n, x, half_first=False):
    erf = n.op("Add", n.op("Erf", n.op("Div", x, n.c(np.sqrt(2.0)))), n.c(1.0))
    if half_first:
        return n.op("Mul", n.op("Mul", x, n.c(0.5)), erf)
    return n.op("Mul", n.op("Mul", x, erf), n.c(0.5))


def dense(n, x, fan_in, fan_out):
    return n.op("Add", n.w(fan_out), n.op("MatMul", x, n.w(fan_in, fan_out)))


def decomposed():
    n = Net("opset13_decomposed", 13, [5, 12])
    x = layer_norm(n, "x", 12)
    x = gelu(n, dense(n, x, 12, 20))
    x = layer_norm(n, dense(n, x, 20, 8), 8, twice=True)
    n.save(gelu(n, x, half_first=True), rank=3)


def vision_transformer():
    """Class token expanded by computed shapes, packed query, key and value, as `timm` networks are exported."""
    n = Net("opset14_class_token", 14, [1, 8, 8])
    tokens, width, heads = 4, 12, 3
    x = n.op("Conv", "x", n.w(width, 1, 4, 4), n.w(width), strides=[4, 4])
    shape = n.op("Shape", x)
    parts = [n.op("Slice", shape, n.i([0]), n.i([2]), n.i([0])), n.i([-1])]
    x = n.op("Transpose", n.op("Reshape", x, n.op("Concat", *parts, axis=0)), perm=[0, 2, 1])
    batch = n.op("Unsqueeze", n.op("Gather", n.op("Shape", x), n.i(0), axis=0), n.i([0]))
    target = n.op("Concat", batch, n.i([-1]), n.i([-1]), axis=0)
    ones = n.op("ConstantOfShape", n.op("Shape", target), value=helper.make_tensor("v", TensorProto.INT64, [1], [1]))
    is_open = n.op("Equal", target, n.op("Mul", ones, n.i(-1)))
    token = n.op("Expand", n.w(1, 1, width), n.op("Where", is_open, ones, target))
    x = n.op("Add", n.op("Concat", token, x, axis=1), n.w(1, tokens + 1, width))
    y = n.op("Add", n.op("MatMul", layer_norm(n, x, width), n.w(width, 3 * width)), n.w(3 * width))
    b, t, _ = [n.op("Gather", n.op("Shape", y), n.i(k), axis=0) for k in range(3)]
    dims = [n.op("Unsqueeze", d, n.i([0])) for d in (b, t)] + [n.i([3]), n.i([heads]), n.i([width // heads])]
    y = n.op("Transpose", n.op("Reshape", y, n.op("Concat", *dims, axis=0)), perm=[2, 0, 3, 1, 4])
    q, k, v = [n.op("Gather", y, n.i(part), axis=0) for part in range(3)]
    head_size = n.op("Cast", n.op("Gather", n.op("Shape", q), n.i(-1), axis=0), to=TensorProto.FLOAT)
    scale = n.op("Div", n.c(1.0), n.op("Sqrt", head_size))
    scores = n.op("MatMul", n.op("Mul", q, scale), n.op("Transpose", k, perm=[0, 1, 3, 2]))
    y = n.op("MatMul", n.op("Softmax", scores, axis=-1), v)
    y = n.op("Reshape", n.op("Transpose", y, perm=[0, 2, 1, 3]), n.op("Concat", *dims[:2], n.i([width]), axis=0))
    x = n.op("Add", x, dense(n, y, width, width))
    x = n.op("Add", x, dense(n, gelu(n, dense(n, layer_norm(n, x, width), width, 16)), 16, width))
    n.save(dense(n, n.op("Gather", x, n.i(0), axis=1), width, 5))


def sequence_first():
    """Tokens before the batch and both merged, as `torch.nn.MultiheadAttention` is exported."""
    n = Net("opset11_sequence_first", 11, [6, 8])
    heads = 2
    x = n.op("Transpose", "x", perm=[1, 0, 2])
    x = n.op("Add", x, n.w(6, 1, 8))
    qkv = n.op("Add", n.op("MatMul", x, n.w(8, 24)), n.w(24))
    parts = n.op("Split", qkv, outputs=3, axis=2)
    shape = n.op("Shape", x)
    tokens, batch = [n.op("Gather", shape, n.i(k), axis=0) for k in range(2)]
    merged = n.op("Unsqueeze", n.op("Mul", batch, n.i(heads)), axes=[0])
    first = n.op("Unsqueeze", tokens, axes=[0])
    heads_shape = n.op("Concat", first, merged, n.i([4]), axis=0)
    q, k, v = [n.op("Transpose", n.op("Reshape", p, heads_shape), perm=[1, 0, 2]) for p in parts]
    scores = n.op("MatMul", n.op("Mul", q, n.c(0.5)), n.op("Transpose", k, perm=[0, 2, 1]))
    y = n.op("MatMul", n.op("Softmax", scores, axis=2), v)
    both = n.op("Unsqueeze", n.op("Mul", tokens, batch), axes=[0])
    y = n.op("Reshape", n.op("Transpose", y, perm=[1, 0, 2]), n.op("Concat", both, n.i([8]), axis=0))
    y = n.op("Gemm", y, n.w(8, 8), n.w(8), transB=1)
    y = n.op("Reshape", y, n.op("Concat", first, n.op("Unsqueeze", batch, axes=[0]), n.i([8]), axis=0))
    n.save(n.op("ReduceMean", n.op("Add", x, y), axes=[0], keepdims=0))


def fixed_batch():
    n = Net("opset18_fixed_batch", 18, [2, 6, 6], batch=2)
    x = n.op("Relu", n.op("Conv", "x", n.w(4, 2, 3, 3), n.w(4)))
    x = n.op("Reshape", x, n.i([2, 4, 16]))
    x = n.op("LayerNormalization", x, n.w(4, 16, positive=True), n.w(4, 16), axis=1, epsilon=1e-3)
    parts = n.op("Split", x, outputs=3, axis=2, num_outputs=3)
    x = n.op("ReduceMean", n.op("Concat", parts[2], parts[0], axis=2), n.i([-1]), keepdims=0)
    n.save(n.op("Gemm", n.op("Reshape", x, n.i([2, 4])), n.w(3, 4), n.w(1, 3), transB=1))


def batch_of_one():
    n = Net("opset17_batch_of_one", 17, [1, 6, 6], batch=1)
    x = n.op("Reshape", "x", n.i([1, 1, 36]))
    x = n.op("LayerNormalization", x, n.w(36, positive=True))
    x = n.op("Reshape", n.op("Transpose", x, perm=[0, 2, 1]), n.i([1, -1]))
    n.save(n.op("Relu", n.op("Gemm", x, n.w(4, 36), transB=1)))


def softmax_flat():
    n = Net("opset11_softmax_flat", 11, [3, 4])
    n.save(n.op("Softmax", n.op("Softmax", "x"), axis=2), rank=3)


def softmax_axis():
    n = Net("opset13_softmax_axis", 13, [3, 4])
    n.save(n.op("Softmax", n.op("Softmax", "x", axis=1)), rank=3)


def quantised():
    """Clip-floor activations of quantisation-aware training (QCFS)."""
    n = Net("opset13_clip_floor", 13, [10])
    x = n.op("Gemm", "x", n.w(6, 10), n.w(6), transB=1)
    x = n.op("Clip", n.op("Div", x, n.c(1.7)), n.c(0.0), n.c(1.0))
    x = n.op("Floor", n.op("Add", n.op("Mul", x, n.c(8.0)), n.c(0.5)))
    n.save(n.op("Mul", n.op("Div", x, n.c(8.0)), n.c(1.7)))


def arithmetic():
    n = Net("opset15_arithmetic", 15, [2, 5])
    a = n.op("Sqrt", n.op("Add", n.op("Pow", "x", n.c(2.0)), n.c(0.1)))
    b = n.op("Exp", n.op("Neg", n.op("Abs", "x")))
    c = n.op("Sum", n.op("Sigmoid", "x"), n.op("Tanh", "x"), n.op("Reciprocal", a))
    d = n.op("Sub", n.c(1.0), n.op("Min", n.op("Max", "x", n.c(-0.5)), n.c([0.7])))
    e = n.op("Pow", a, n.c([1.5]))
    n.save(n.op("Mul", n.op("Add", n.op("Div", a, b), n.op("Mul", c, d)), n.op("Mul", e, n.w(2, 1))), rank=3)


def microsoft_gelu():
    n = Net("opset17_gelu_node", 17, [7])
    n.save(n.op("Gelu", n.op("Gemm", "x", n.w(4, 7), transB=1), domain="com.microsoft"))


def stored_types():
    n = Net("opset13_stored_types", 13, [6])
    double = n.op("Cast", n.c(RNG.standard_normal((6, 5)), np.float64), to=TensorProto.FLOAT)
    half = n.op("Cast", n.c(RNG.standard_normal(5), np.float16), to=TensorProto.FLOAT)
    whole = n.op("Cast", n.c([1, -2, 3, 0, 2], np.int8), to=TensorProto.FLOAT)
    lists = helper.make_tensor("lists", TensorProto.FLOAT, [5], [0.5, 1.5, -1.0, 2.0, 0.25])
    n.weights.append(lists)
    shape = helper.make_tensor("shape", TensorProto.INT64, [2], [-1, 5])
    n.weights.append(shape)
    x = n.op("Add", n.op("MatMul", "x", double), half)
    x = n.op("Mul", n.op("Add", x, whole), n.op("Mul", "lists", n.op("Constant", value_float=2.0)))
    n.save(n.op("Reshape", x, "shape"))


def no_batch():
    n = Net("opset13_no_batch", 13, [8], batch=None)
    n.save(n.op("Relu", n.op("Add", n.op("MatMul", "x", n.w(8, 4)), n.w(4))), rank=1)


def mixer():
    """Weights from the left mix tokens."""
    n = Net("opset13_mixer", 13, [6, 4])
    x = n.op("Add", n.op("MatMul", n.w(5, 6), "x"), n.w(5, 1))
    x = n.op("Relu", x)
    y = n.op("MatMul", n.op("Transpose", x, perm=[0, 2, 1]), x)
    n.save(n.op("Flatten", n.op("Add", y, n.op("MatMul", n.c(np.eye(4)), n.c(np.ones((4, 4)))))))


def moved():
    n = Net("opset10_moved", 10, [2, 3, 4])
    x = n.op("Transpose", "x", perm=[3, 0, 2, 1])
    x = n.op("Slice", x, n.i([3]), n.i([-(2**40)]), n.i([0]), n.i([-1]))
    x = n.op("Transpose", x, perm=[1, 2, 3, 0])
    x = n.op("Gather", x, n.i([[2, 0], [1, -1]]), axis=1)
    x = n.op("Reshape", x, n.i([0, -1, 2, 4]))
    n.save(n.op("Flatten", n.op("Relu", x), axis=1))


def residual():
    n = Net("opset8_residual", 8, [2, 7, 7])
    x = n.op("Relu", n.op("Conv", "x", n.w(4, 2, 3, 3), pads=[1, 1, 1, 1]))
    y = batch_norm(n, n.op("Conv", x, n.w(4, 4, 3, 3), n.w(4), pads=[1, 1, 1, 1]), 4)
    x = n.op("Relu", n.op("Add", y, x))
    y = n.op("Conv", x, n.w(6, 4, 1, 1), strides=[2, 2])
    x = n.op("Sum", n.op("Conv", x, n.w(6, 4, 3, 3), pads=[1, 1, 1, 1], strides=[2, 2]), y)
    x = batch_norm(n, x, 6)
    x = n.op("ReduceMean", x, axes=[2, 3], keepdims=0)
    n.save(n.op("Gemm", x, n.w(3, 6), n.w(3), transB=1))


def channels_last():
    """Images with the channels last, transposed around each convolution, as TensorFlow networks are exported."""
    n = Net("opset13_channels_last", 13, [8, 8, 2])
    x = n.op("Transpose", "x", perm=[0, 3, 1, 2])
    x = n.op("Conv", x, n.w(4, 2, 3, 3), n.w(4), auto_pad="SAME_UPPER", strides=[2, 2])
    x = n.op("Relu", n.op("Add", n.op("Mul", x, n.w(1, 4, 1, 1)), n.w(1, 4, 1, 1)))
    x = n.op("Transpose", n.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), perm=[0, 2, 3, 1])
    x = n.op("Conv", n.op("Transpose", x, perm=[0, 3, 1, 2]), n.w(3, 4, 1, 1), n.w(3))
    x = n.op("Reshape", n.op("Transpose", n.op("Relu", x), perm=[0, 2, 3, 1]), n.i([-1, 12]))
    n.save(n.op("Softmax", n.op("Add", n.op("MatMul", x, n.w(12, 4)), n.w(4)), axis=-1))


def scaled_input():
    """Pixels normalised inside the network."""
    n = Net("opset16_scaled_input", 16, [3, 6, 6])
    x = n.op("Div", n.op("Sub", "x", n.c(np.reshape([0.4, 0.5, 0.6], (1, 3, 1, 1)))), n.c(np.reshape([0.2, 0.3, 0.25], (3, 1, 1))))
    x = n.op("Conv", x, n.w(4, 3, 3, 3), pads=[1, 1, 1, 1])
    x = n.op("ReduceMean", n.op("LeakyRelu", batch_norm(n, x, 4)), axes=[-2, -1], keepdims=1)
    x = n.op("Reshape", x, n.op("Concat", n.op("Shape", x, start=0, end=1), n.i([4]), axis=0))
    n.save(n.op("Gemm", x, n.w(4, 3), n.w(3)))


def rms_norm():
    """A normalisation that no layer of its own stands for, and a gate."""
    n = Net("opset13_gated", 13, [4, 6])
    power = n.op("ReduceMean", n.op("Mul", "x", "x"), axes=[2])
    x = n.op("Mul", n.op("Mul", "x", n.op("Reciprocal", n.op("Sqrt", n.op("Add", power, n.c([1e-6]))))), n.w(6))
    a, b = n.op("Split", dense(n, x, 6, 10), n.i([5, 5]), outputs=2, axis=-1)
    x = dense(n, n.op("Mul", a, n.op("Sigmoid", b)), 5, 6)
    x = n.op("Max", n.op("Add", x, "x"), n.c(0.0))
    n.save(n.op("Squeeze", n.op("MatMul", n.op("Unsqueeze", n.w(4), n.i([0])), x), n.i([1])))


def repeated_constant():
    """A fixed batch whose class token and positions were repeated for each sample by the exporter."""
    n = Net("opset18_repeated_constant", 18, [3, 4], batch=2)
    token = n.c(np.repeat(RNG.standard_normal((1, 1, 4)), 2, axis=0))
    x = n.op("Concat", token, "x", axis=1)
    x = n.op("Add", x, n.c(np.repeat(RNG.standard_normal((1, 4, 4)), 2, axis=0)))
    x = n.op("Relu", n.op("Reshape", n.op("Transpose", x, perm=[1, 0, 2]), n.i([8, 4])))
    x = n.op("Reshape", n.op("Gemm", x, n.w(4, 5)), n.i([4, 2, 5]))
    x = n.op("ReduceMean", n.op("Transpose", x, perm=[1, 0, 2]), n.i([1]), keepdims=0)
    n.save(n.op("MatMul", n.op("Unsqueeze", x, n.i([1])), n.w(5)))


for build in (
    opset7_same_upper, opset9_groups, opset11_signal, depthwise, pools_ceil, decomposed, vision_transformer,
    sequence_first, fixed_batch, batch_of_one, softmax_flat, softmax_axis, quantised, arithmetic, microsoft_gelu,
    stored_types, no_batch, mixer, moved, residual, channels_last, scaled_input, rms_norm,
    repeated_constant,
):
    build()
save_file(EXPECTED, FOLDER / "expected.safetensors")
