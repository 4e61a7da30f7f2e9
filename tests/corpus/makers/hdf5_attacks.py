# SPDX-License-Identifier: Apache-2.0
"""Runs in an environment with h5py and not Keras: attacks on Keras' H5 files, and damaged ones."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common import CASES, case, main  # noqa: E402
from families import keras  # noqa: E402


def write(path, config, **more):
    import h5py
    with h5py.File(path, "w", track_order=False) as out:
        out.attrs["model_config"] = config if isinstance(config, (str, bytes)) else json.dumps(config)
        out.attrs["keras_version"], out.attrs["backend"] = "2.15.0", "tensorflow"
        for key, value in more.items():
            out.attrs[key] = json.dumps(value)
        out.create_group("model_weights").attrs["layer_names"] = [b"l"]


@case("Keras H5: Lambda with bytecode", "", "malicious")
def lambdas():
    for where, config in keras.lambdas().items():
        yield where, lambda f, c=config: write(f / "model.h5", c)
    top = keras.sequential(keras.LAMBDA)
    yield "called .hdf5", lambda f: write(f / "model.hdf5", top)
    yield "called .bin", lambda f: write(f / "model.bin", top)
    yield "without an ending", lambda f: write(f / "model", top)
    yield "as bytes, the names escaped", lambda f: write(f / "model.h5", json.dumps(top).replace('"Lambda"', '"\\u004cambda"').encode())


@case("Keras H5: injection, external links and storage", "", "malicious")
def injections():
    import h5py
    for what, (config, _) in keras.injections().items():
        yield what, lambda f, c=config: write(f / "model.h5", c)
    loss = {"loss": {"class_name": "function", "module": "os", "config": "system"}, "optimizer_config": {"class_name": "Adam", "config": {}}}
    yield "a loss of os", lambda f: write(f / "model.h5", keras.sequential(keras.DENSE), training_config=loss)

    def link(folder):
        write(folder / "model.h5", keras.sequential(keras.DENSE))
        with h5py.File(folder / "model.h5", "a") as out:
            out["model_weights/l"] = h5py.ExternalLink("/etc/passwd", "/")

    def storage(folder):
        write(folder / "model.h5", keras.sequential(keras.DENSE))
        with h5py.File(folder / "model.h5", "a") as out:
            out.create_dataset("model_weights/l/kernel", (16,), "u1", external=[("/etc/passwd", 0, 16)])
    yield "an external link", link
    yield "external storage (CVE-2026-1669)", storage


@case("HDF5: structure", "", "malformed")
def damaged():
    def cut(folder, keep):
        write(folder / "model.h5", keras.sequential(keras.DENSE))
        raw = (folder / "model.h5").read_bytes()
        (folder / "model.h5").write_bytes(keep(raw))
    yield "cut in the middle", lambda f: cut(f, lambda raw: raw[:len(raw) // 2])
    yield "the end of the file is said to be elsewhere", lambda f: cut(f, lambda raw: raw[:40] + b"\xff\xff\xff\x7f\0\0\0\0" + raw[48:])
    yield "an unknown superblock", lambda f: cut(f, lambda raw: raw[:8] + b"\x63" + raw[9:])
    yield "the root is behind the end", lambda f: cut(f, lambda raw: raw[:64] + b"\xff\xff\xff\x7f\0\0\0\0" + raw[72:])


if __name__ == "__main__":
    main(CASES)
