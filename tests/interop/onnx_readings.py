#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""formats/onnx reads to the end what protobuf parses, and finds the same operators, functions,
tensors and other files in it; what the checker of the onnx package refuses because of its structure
we refuse too. usage: onnx_readings.py READINGS SOURCE [COUNT]"""
import random
import sys

from readings import Difference, Refused, compare, flips, mixed, need, truncations

need("onnx", "numpy")
import numpy  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

MEANING = "what a graph means is the runtime's business: it refuses the model, and nothing is reached by it"
DIFFERENCES = [
    Difference("operators, and what they are given", MEANING,
               r"we take, the checker refuses: ValidationError: (No Op registered|Node with schema|NodeProto|No opset import|Unrecognized attribute|Required attribute|.*[Mm]ismatch|Attribute|Unrecognized type|Node \(|Input \d|Output \d)"),
    Difference("names and their order", MEANING,
               r"we take, the checker refuses: ValidationError: (Nodes in a (graph|function)|Graph (output|must)|Field '.*' of|.* not unique|Your model has duplicate|Graph input|.* has been used|Initializer|Sparse|.*SSA)"),
    Difference("versions", "newer and older than the checker knows, told as data", r"we take, the checker refuses: ValidationError: (model with IR|Opset import|Your model ir_version|.*opset)"),
    Difference("data in another file", "the place is judged (ONX002), whether the file is there is not", r"we take, the checker refuses: ValidationError: Data of TensorProto .* should be (stored in|file inside)|we take, the checker refuses: ValidationError: Location of external"),
    Difference("texts that are no UTF-8", "protobuf gives them as bytes, and the Python around it stumbles", r"we take, the checker refuses: UnicodeDecodeError"),
    Difference("data of another size", "the checker does not count them; every runtime does", r"we refuse: tensor `.*` needs"),
    Difference("groups of unknown fields", "protobuf's reader skips some garbage in them; no writer makes any", r"we do not read to the end: \['the model is cut short"),
    Difference("types that nobody knows", "the checker takes any number for a type when the data are raw", r"we refuse: tensor `.*` is of the unknown type"),
]


def model(nodes, initializers=(), functions=(), inputs=None, **options) -> onnx.ModelProto:
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 2])  # noqa: E731
    graph = helper.make_graph(list(nodes), "g", inputs or [value("x")], [value("y")], list(initializers), doc_string="a graph")
    made = helper.make_model(graph, producer_name="cupel", functions=list(functions), ir_version=10,
                             opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("own", 1)], **options)
    helper.set_model_props(made, {"licence": "MIT", "": "x"})
    return made


def external(location: str, **more) -> TensorProto:
    tensor = TensorProto(name="e", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    for key, value in ({"location": location} | more).items():
        tensor.external_data.add(key=key, value=value)
    return tensor


def models() -> dict[str, onnx.ModelProto]:
    node = helper.make_node
    add = [node("Add", ["x", "w"], ["y"])]
    w = numpy_helper.from_array(numpy.ones(2, "f4"), "w")
    typed = [helper.make_tensor(f"t{kind}", kind, [2], [1, 0]) for kind in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16)]
    typed += [helper.make_tensor("t8", 8, [2], [b"a", b"\xff"]), helper.make_tensor("t22", TensorProto.INT4, [3], [1, 2, 3])]
    raw = [numpy_helper.from_array(numpy.ones((2, 2), kind), kind) for kind in ("f4", "f8", "i8", "u1", "bool", "f2", "c8", "c16")]
    inner = helper.make_graph([node("Identity", ["x"], ["z"])], "inner", [], [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)])
    sparse = helper.make_sparse_tensor(helper.make_tensor("s", 1, [1], [5.0]), helper.make_tensor("i", 7, [1], [0]), [2])
    function = helper.make_function("own", "F", ["a"], ["b"], [node("Relu", ["a"], ["b"])], [helper.make_opsetid("", 21)])
    held = model([node("If", ["x"], ["y"], then_branch=inner, else_branch=inner), node("Constant", [], ["k"], value=w), node("Constant", [], ["l"], sparse_value=sparse), node("F", ["x"], ["m"], domain="own")], [w], [function])
    with_sparse = model(add, [w])
    with_sparse.graph.sparse_initializer.append(sparse)
    with_sparse.graph.metadata_props.add(key="k", value="v")
    with_sparse.graph.quantization_annotation.add(tensor_name="w").quant_parameter_tensor_names.add(key="SCALE_TENSOR", value="w")
    trained = model(add, [w])
    trained.training_info.add().algorithm.CopyFrom(inner)
    return {"add": model(add, [w]), "typed": model(add, [w, *typed]), "raw": model(add, [w, *raw]), "held": held, "sparse": with_sparse, "trained": trained,
            "external": model(add, [w, external("w.bin", offset="0", length="8")]), "elsewhere": model(add, [w, external("../w.bin")])}


def crafted() -> dict[str, bytes]:
    base = models()["add"]
    out = {"empty": b"", "only a graph": onnx.ModelProto(graph=base.graph).SerializeToString()}

    def changed(name: str, change) -> None:
        copy = onnx.ModelProto()
        copy.CopyFrom(base)
        change(copy, copy.graph, copy.graph.initializer[0])
        out[name] = copy.SerializePartialToString()

    for kind in (0, 17, 22, 23, 26, 27, 28, 99):
        changed(f"type {kind}", lambda m, g, t, kind=kind: setattr(t, "data_type", kind))
    for sides in ([3], [-2], [2, 0], [1 << 62, 4], [1 << 62], []):
        changed(f"sides {sides}", lambda m, g, t, sides=sides: (t.ClearField("dims"), t.dims.extend(sides)))
    changed("both data", lambda m, g, t: t.float_data.extend([1, 2]))
    changed("no data", lambda m, g, t: t.ClearField("raw_data"))
    changed("raw text", lambda m, g, t: setattr(t, "data_type", 8))
    changed("wrong field", lambda m, g, t: (t.ClearField("raw_data"), t.int32_data.extend([1, 2])))
    changed("raw and external", lambda m, g, t: (setattr(t, "data_location", 1), t.external_data.add(key="location", value="w.bin")))
    changed("external without place", lambda m, g, t: setattr(t, "data_location", 1))
    changed("no graph", lambda m, g, t: m.ClearField("graph"))
    changed("no operator sets", lambda m, g, t: m.ClearField("opset_import"))
    changed("no version", lambda m, g, t: m.ClearField("ir_version"))
    changed("unknown operator", lambda m, g, t: setattr(g.node[0], "op_type", "Nope"))
    changed("not ordered", lambda m, g, t: g.node.insert(0, helper.make_node("Relu", ["y"], ["v"])))
    changed("no output", lambda m, g, t: g.node[0].ClearField("output"))
    changed("name no UTF-8", lambda m, g, t: None)
    out["name no UTF-8"] = out["name no UTF-8"].replace(b"cupel", b"cup\xff\xff")
    entry = b"\x0a\x08location\x12\x05w.bin\x12\x09../../etc"  # the last of twin fields counts
    twin = external("w.bin").SerializeToString().replace(b"\x6a\x11\x0a\x08location\x12\x05w.bin", b"\x6a" + bytes([len(entry)]) + entry)
    stream = base.SerializeToString()
    out["twin values"] = stream + onnx.ModelProto(graph=onnx.GraphProto()).SerializeToString() + b"\x3a" + bytes([len(twin) + 2]) + b"\x2a" + bytes([len(twin)]) + twin
    out["twin names"] = stream + b"\x12\x01a\x12\x01b"
    out["twin operators"] = stream + b"\x3a\x08\x0a\x06\x22\x01A\x22\x01B"
    out["twin graphs"] = stream + b"\x3a" + bytes([2]) + b"\x12\x00"
    out["a group"] = stream + b"\xa3\x06\x08\x01\xa4\x06"
    out["an open group"] = stream + b"\xa3\x06\x08\x01"
    out["wrong kinds"] = stream + b"\x38\x05\x0a\x01x"
    out["unknown field"] = stream + b"\xfa\x07\x03\xff\xff\xff"
    for depth in (20, 30, 40, 60):
        graph = onnx.GraphProto(name="g")
        for _ in range(depth):
            outer = onnx.GraphProto(name="g")
            outer.node.add(op_type="If").attribute.add(name="then_branch", type=5).g.CopyFrom(graph)
            graph = outer
        changed(f"{depth} graphs deep", lambda m, g, t, graph=graph: g.node[0].attribute.add(name="a", type=5).g.CopyFrom(graph))
    return out


class Found:
    def __init__(self, made: onnx.ModelProto):
        self.nodes, self.externals, self.metadata, self.tensors = [], [], [], 0
        self.entries(made.metadata_props)
        self.graph(made.graph, 0)
        for training in made.training_info:
            self.graph(training.initialization, 0)
            self.graph(training.algorithm, 0)
        for number, function in enumerate(made.functions, 1):
            self.entries(function.metadata_props)
            for node in function.node:
                self.node(node, number)
            for attribute in function.attribute_proto:
                self.attribute(attribute, number)
        for found in (self.nodes, self.externals, self.metadata):
            found.sort(key=repr)

    def entries(self, entries):
        self.metadata += [[entry.key, entry.value] for entry in entries]

    def graph(self, graph, function):
        self.entries(graph.metadata_props)
        for node in graph.node:
            self.node(node, function)
        for tensor in graph.initializer:
            self.tensor(tensor)
        for tensor in graph.sparse_initializer:
            self.sparse(tensor)

    def node(self, node, function):
        self.nodes.append([node.domain, node.op_type, function])
        for attribute in node.attribute:
            self.attribute(attribute, function)

    def attribute(self, one, function):
        for tensor in [*([one.t] if one.HasField("t") else []), *one.tensors]:
            self.tensor(tensor)
        for graph in [*([one.g] if one.HasField("g") else []), *one.graphs]:
            self.graph(graph, function)
        for tensor in [*([one.sparse_tensor] if one.HasField("sparse_tensor") else []), *one.sparse_tensors]:
            self.sparse(tensor)

    def sparse(self, one):
        for name in ("values", "indices"):
            if one.HasField(name):
                self.tensor(getattr(one, name))

    def tensor(self, one):
        self.tensors += 1
        if one.data_location == TensorProto.EXTERNAL or one.external_data:
            self.externals += [[one.name, entry.value] for entry in one.external_data if entry.key == "location"]


def theirs(path, stream: bytes) -> dict:
    made = onnx.ModelProto.FromString(stream)
    found = Found(made)
    problem = ""
    try:
        onnx.checker.check_model(made)
    except Exception as error:  # noqa: BLE001
        problem = " ".join(f"{type(error).__name__}: {error}".split())
    return {"producer": made.producer_name, "ir_version": made.ir_version % 2**64, "tensors": found.tensors, "nodes": found.nodes, "externals": found.externals, "metadata": found.metadata,
            "functions": [[one.domain, one.name] for one in made.functions], "opsets": [[one.domain, str(one.version % 2**64)] for one in made.opset_import], "problem": problem}


def readable(value):
    """Latin-1 back to the UTF-8 that it was."""
    if isinstance(value, list):
        return [readable(item) for item in value]
    if not isinstance(value, str):
        return value
    raw = value.encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:  # then protobuf gives bytes
        return raw


def describe(told: dict, other, stream: bytes) -> list[str]:
    if isinstance(other, Refused):
        return [f"we read, protobuf refuses: {other}"] if told["complete"] else []
    if not told["complete"]:
        return [f"we do not read to the end: {told['problems'][:1]}"]
    out = []
    for name in ("nodes", "externals", "metadata", "functions", "opsets", "producer", "ir_version", "tensors"):
        mine = readable(told[name])
        mine = sorted(mine, key=repr) if name in ("nodes", "externals", "metadata") else int(mine) if name in ("ir_version", "tensors") else mine
        if mine != other[name]:
            out.append(f"other {name}: {mine} and {other[name]}"[:600])
    if told["problems"] and not other["problem"]:
        out.append(f"we refuse: {told['problems'][0]}")
    if other["problem"] and not told["problems"]:
        out.append(f"we take, the checker refuses: {other['problem'][:300]}")
    return out


def main() -> int:
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1600
    rng = random.Random(5)
    honest = {name: made.SerializeToString() for name, made in models().items()}
    files = honest | crafted()
    for name, stream in honest.items():
        damage = truncations(stream) + flips(stream, len(stream), rng, 0.2) + mixed(stream, len(stream), rng, count // 8)
        files |= {f"{name}, damaged {number}": damaged for number, damaged in enumerate(damage)}
    return compare("onnx", files, theirs, describe, DIFFERENCES, 50)


if __name__ == "__main__":
    sys.exit(main())
