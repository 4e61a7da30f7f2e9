# SPDX-License-Identifier: Apache-2.0
"""Runs in an environment with torch: what it saves."""
from common import CASES, case, main


@case("torch", "state dictionaries, modules, TorchScript")
def files():
    import torch
    torch.manual_seed(0)
    nn = torch.nn
    nets = {"linear": nn.Linear(4, 2), "convolution": nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU()),
            "recurrent": nn.LSTM(3, 2), "transformer": nn.TransformerEncoderLayer(8, 2, 16), "embedding": nn.Embedding(9, 3)}
    for name, net in nets.items():
        state = net.state_dict()
        yield f"{name}, state dictionary", lambda f, s=state: torch.save(s, f / "model.pt")
        yield f"{name}, state dictionary, legacy", lambda f, s=state: torch.save(s, f / "model.bin", _use_new_zipfile_serialization=False)
        yield f"{name}, whole module", lambda f, n=net: torch.save(n, f / "model.pth")
    yield "linear, TorchScript", lambda f: torch.jit.save(torch.jit.script(nets["linear"]), str(f / "model.pt"))
    yield "convolution, TorchScript", lambda f: torch.jit.save(torch.jit.script(nets["convolution"]), str(f / "model.pt"))
    adam = torch.optim.Adam(nets["linear"].parameters())
    nets["linear"](torch.ones(1, 4)).sum().backward()
    adam.step()
    yield "checkpoint with an optimiser", lambda f: torch.save({"epoch": 3, "model": nets["linear"].state_dict(), "optimizer": adam.state_dict(),
                                                                "args": {"lr": 0.1}}, f / "last.ckpt")
    kinds = {str(kind).split(".")[1]: torch.ones(3, dtype=kind) for kind in (torch.float16, torch.bfloat16, torch.int8, torch.bool,
                                                                            torch.complex64, torch.int64, torch.float64)}
    yield "tensors of every type", lambda f: torch.save(kinds, f / "t.pt")
    yield "a sparse tensor", lambda f: torch.save(torch.eye(3).to_sparse(), f / "t.pt")
    yield "a quantised tensor", lambda f: torch.save(torch.quantize_per_tensor(torch.ones(3), .1, 0, torch.qint8), f / "t.pt")
    yield "a parameter", lambda f: torch.save(nn.Parameter(torch.ones(2)), f / "t.pt")
    yield "views of one storage", lambda f: torch.save([torch.arange(9)[:3], torch.arange(9)[3:]], f / "t.pt")
    yield "devices, sizes and types", lambda f: torch.save({"device": torch.device("cpu"), "size": torch.Size([1]), "dtype": torch.float32}, f / "t.pt")


if __name__ == "__main__":
    main(CASES)
