# SPDX-License-Identifier: Apache-2.0
"""Protocol buffers by field number; ONNX, TensorFlow, CoreML and Paddle models out of them."""


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def message(*fields) -> bytes:
    """message((1, 7), (2, "text"), (3, b"bytes or a message"), …)"""
    out = bytearray()
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            raw = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(raw)) + raw
    return bytes(out)


# ---- ONNX

def onnx_tensor(name="w", dims=(2, 2), raw: bytes | None = b"\0" * 16, external: dict | None = None,
                kind: int = 1) -> bytes:
    fields = [(1, dim) for dim in dims] + [(2, kind), (8, name)]
    if external is not None:
        fields += [(13, message((1, key), (2, text))) for key, text in external.items()] + [(14, 1)]
    elif raw is not None:
        fields.append((9, raw))
    return message(*fields)


def onnx_value(name: str, dims=(2, 2), kind: int = 1) -> bytes:
    shape = message(*[(1, message((1, dim))) for dim in dims])
    return message((1, name), (2, message((1, message((1, kind), (2, shape))))))


def onnx_node(kind="MatMul", inputs=("x", "w"), outputs=("y",), attributes=(), domain: str = "") -> bytes:
    return message(*[(1, name) for name in inputs], *[(2, name) for name in outputs], (3, kind + "_0"), (4, kind),
                   *[(5, attribute) for attribute in attributes], *([(7, domain)] if domain else []))


def onnx_graph(nodes=None, initializers=None, sparse=(), inputs=("x",), outputs=("y",)) -> bytes:
    nodes = [onnx_node()] if nodes is None else nodes
    initializers = [onnx_tensor()] if initializers is None else initializers
    return message(*[(1, node) for node in nodes], (2, "graph"), *[(5, tensor) for tensor in initializers],
                   *[(11, onnx_value(name)) for name in inputs], *[(12, onnx_value(name)) for name in outputs],
                   *[(15, tensor) for tensor in sparse])


def onnx_model(graph: bytes | None = None, functions=(), metadata=(), opsets=(("", 17),)) -> bytes:
    return message((1, 8), (2, "corpus"), (7, onnx_graph() if graph is None else graph),
                   *[(8, message((1, domain), (2, version)) if domain else message((2, version)))
                     for domain, version in opsets],
                   *[(14, message((1, key), (2, text))) for key, text in metadata],
                   *[(25, function) for function in functions])


# ---- TensorFlow

def tf_node(name: str, op: str, inputs=(), attributes: dict | None = None) -> bytes:
    entries = [(5, message((1, key), (2, value))) for key, value in (attributes or {}).items()]
    return message((1, name), (2, op), *[(3, source) for source in inputs], *entries)


def tf_string(name: str, text: str) -> bytes:
    """A Const node that holds one string."""
    tensor = message((1, 7), (2, b""), (8, text))
    return tf_node(name, "Const", attributes={"dtype": message((6, 7)), "value": message((8, tensor))})


def tf_placeholder(name: str = "x") -> bytes:
    return tf_node(name, "Placeholder", attributes={"dtype": message((6, 1))})


def tf_graph(nodes, functions=()) -> bytes:
    library = [(2, message(*[(1, function) for function in functions]))] if functions else []
    return message(*[(1, node) for node in nodes], *library, (4, message((1, 1286))))


def tf_function(name: str, nodes) -> bytes:
    return message((1, message((1, name))), *[(3, node) for node in nodes])


def tf_meta_graph(graph: bytes) -> bytes:
    signature = message((1, message((1, "x:0"), (2, 1))), (3, "tensorflow/serving/predict"))
    info = message((4, "serve"), (5, "2.15.0"))
    return message((1, info), (2, graph), (5, message((1, "serving_default"), (2, signature))))


def tf_saved_model(graph: bytes) -> bytes:
    return message((1, 1), (2, tf_meta_graph(graph)))
