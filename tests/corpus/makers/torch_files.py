# SPDX-License-Identifier: Apache-2.0
"""Runs in an environment with torch: what it saves."""
from common import CASES, case, main


def networks():
    import torch
    torch.manual_seed(0)
    nn = torch.nn
    return {"linear": nn.Linear(4, 2), "convolution": nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU()),
            "recurrent": nn.LSTM(3, 2), "transformer": nn.TransformerEncoderLayer(8, 2, 16), "embedding": nn.Embedding(9, 3)}


@case("torch", "state dictionaries, modules, TorchScript")
def files():
    import torch
    nets = networks()
    nn = torch.nn
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


@case("torch training", "checkpoints as training scripts write them")
def training():
    import argparse
    from collections import OrderedDict, defaultdict
    import numpy as np
    import torch
    net = networks()["convolution"]
    optimisers = {"SGD": lambda p: torch.optim.SGD(p, .1, momentum=.9), "AdamW": torch.optim.AdamW, "RMSprop": torch.optim.RMSprop,
                  "Adagrad": torch.optim.Adagrad}
    for name, make in optimisers.items():
        optimiser = make(net.parameters())
        net(torch.ones(1, 1, 4, 4)).sum().backward()
        optimiser.step()
        plan = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 10)
        state = {"epoch": 9, "best": np.float64(.93), "state_dict": net.state_dict(), "optimizer": optimiser.state_dict(), "scheduler": plan.state_dict()}
        yield f"{name} with a schedule and a NumPy score", lambda f, s=state: torch.save(s, f / "checkpoint.pth.tar")
        yield f"{name}, legacy", lambda f, s=state: torch.save(s, f / "checkpoint.pth.tar", _use_new_zipfile_serialization=False)
    arguments = argparse.Namespace(lr=.1, name="run", layers=[1, 2], device=torch.device("cpu"))
    yield "arguments of the command line", lambda f: torch.save({"model": net.state_dict(), "args": arguments}, f / "model.pt")
    yield "history in defaultdict", lambda f: torch.save({"loss": defaultdict(list, train=[.5, .4]), "model": OrderedDict(net.state_dict())}, f / "m.pt")
    yield "random states", lambda f: torch.save({"python": __import__("random").getstate(), "numpy": np.random.RandomState(1).get_state(),
                                                 "cpu": torch.random.get_rng_state()}, f / "rng_state.pth")
    for name, plan in {"StepLR": torch.optim.lr_scheduler.StepLR(optimiser, 3), "OneCycleLR": torch.optim.lr_scheduler.OneCycleLR(optimisers["SGD"](net.parameters()), .1, 10),
                       "ReduceLROnPlateau": torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser)}.items():
        yield f"{name} by its state", lambda f, p=plan: torch.save(p.state_dict(), f / "scheduler.pt")
    yield "an averaged model", lambda f: torch.save({"ema": torch.optim.swa_utils.AveragedModel(net).state_dict(), "n": 3}, f / "ema.pt")
    yield "labels and an image size", lambda f: torch.save({"model": net.state_dict(), "names": {0: "cat", 1: "dog"}, "size": (224, 224),
                                                            "date": __import__("datetime").datetime(2026, 1, 2).isoformat()}, f / "best.pt")
    yield "a plain pickle of tensors on NumPy", lambda f: (f / "weights.pkl").write_bytes(
        __import__("pickle").dumps({k: v.numpy() for k, v in net.state_dict().items()}))
    yield "a plain pickle of tensors", lambda f: (f / "weights.pkl").write_bytes(__import__("pickle").dumps(net.state_dict()))


@case("torch modules", "whole modules, quantised, scripted and traced")
def modules():
    import torch
    nn = torch.nn
    torch.manual_seed(0)
    nets = {"perceptron": nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.LayerNorm(8), nn.Dropout(.1), nn.Linear(8, 2), nn.Softmax(1)),
            "convolutions": nn.Sequential(nn.Conv1d(1, 2, 3), nn.MaxPool1d(2), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Sigmoid()),
            "image": nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.SiLU(), nn.Upsample(scale_factor=2), nn.ConvTranspose2d(4, 1, 2), nn.Tanh()),
            "GRU": nn.GRU(3, 2, bidirectional=True), "attention": nn.MultiheadAttention(8, 2), "encoder": nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2),
            "decoder": nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 1), "lists": nn.ModuleList([nn.Linear(2, 2), nn.ModuleDict({"a": nn.PReLU()})]),
            "bag": nn.EmbeddingBag(9, 3), "losses": nn.ModuleList([nn.CrossEntropyLoss(torch.ones(2)), nn.MSELoss(), nn.BCEWithLogitsLoss(), nn.SmoothL1Loss()])}
    for name, net in nets.items():
        yield f"{name}, whole", lambda f, n=net.eval(): torch.save(n, f / "model.pt")
        yield f"{name}, whole, legacy", lambda f, n=net: torch.save(n, f / "model.pt", _use_new_zipfile_serialization=False)
    small = nets["perceptron"].eval()
    dynamic = torch.ao.quantization if hasattr(torch, "ao") and hasattr(torch.ao, "quantization") else torch.quantization
    yield "dynamically quantised, state dictionary", lambda f: torch.save(dynamic.quantize_dynamic(small, {nn.Linear}).state_dict(), f / "q.pt")
    yield "dynamically quantised, whole", lambda f: torch.save(dynamic.quantize_dynamic(small, {nn.Linear}), f / "q.pt")
    yield "dynamically quantised, scripted", lambda f: torch.jit.save(torch.jit.script(dynamic.quantize_dynamic(small, {nn.Linear})), str(f / "q.pt"))
    yield "half precision", lambda f: torch.save(nets["image"].half().state_dict(), f / "half.pt")
    yield "traced", lambda f: torch.jit.save(torch.jit.trace(small, torch.ones(1, 4)), str(f / "traced.pt"))
    yield "traced and frozen", lambda f: torch.jit.save(torch.jit.freeze(torch.jit.trace(small, torch.ones(1, 4))), str(f / "frozen.pt"))
    yield "scripted encoder", lambda f: torch.jit.save(torch.jit.script(nets["encoder"]), str(f / "encoder.pt"))
    yield "scripted GRU with extra files", lambda f: torch.jit.save(torch.jit.script(nets["GRU"]), str(f / "gru.pt"), {"labels.json": '["a", "b"]'})
    yield "a data set of tensors", lambda f: torch.save(torch.utils.data.TensorDataset(torch.ones(3, 2), torch.zeros(3)), f / "data.pt")
    yield "a packed sequence", lambda f: torch.save(nn.utils.rnn.pack_sequence([torch.ones(2), torch.ones(1)]), f / "p.pt")
    yield "spectral norm, whole", lambda f: torch.save(nn.utils.spectral_norm(nn.Linear(2, 2)), f / "s.pt")
    yield "exported program", lambda f: torch.export.save(torch.export.export(small, (torch.ones(1, 4),)), f / "model.pt2")
    yield "ONNX by torch", lambda f: torch.onnx.export(small, torch.ones(1, 4), str(f / "model.onnx"), **({"dynamo": False} if hasattr(torch, "export") else {}))


@case("torchvision", "models of its zoo, not trained")
def vision():
    import torch
    import torchvision.models as zoo
    torch.manual_seed(0)
    small = zoo.squeezenet1_1()
    yield "SqueezeNet, state dictionary", lambda f: torch.save(small.state_dict(), f / "model.pth")
    yield "SqueezeNet, whole", lambda f: torch.save(small, f / "model.pth")
    yield "MobileNet V3, whole", lambda f: torch.save(zoo.mobilenet_v3_small(), f / "model.pth")
    yield "ShuffleNet, TorchScript", lambda f: torch.jit.save(torch.jit.script(zoo.shufflenet_v2_x0_5()), str(f / "model.pt"))
    yield "ResNet of one block each, whole", lambda f: torch.save(zoo.ResNet(zoo.resnet.BasicBlock, [1, 1, 1, 1]), f / "model.pth")


@case("lightning", "a checkpoint of its trainer")
def lightning():
    import torch
    import pytorch_lightning as pl
    import warnings
    warnings.simplefilter("ignore")

    class Net(pl.LightningModule):
        def __init__(self, width=4, rate=.1):
            super().__init__()
            self.save_hyperparameters()
            self.net = torch.nn.Linear(width, 1)

        def training_step(self, batch, _):
            return self.net(batch[0]).mean()

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), self.hparams.rate)

    def write(folder):
        data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 4)), 4)
        stop = pl.callbacks.ModelCheckpoint(dirpath=str(folder), filename="last")
        pl.Trainer(max_epochs=1, logger=False, enable_progress_bar=False, enable_model_summary=False, callbacks=[stop], default_root_dir=str(folder.parent)).fit(Net(), data)
    yield "last.ckpt", write


if __name__ == "__main__":
    main(CASES)
