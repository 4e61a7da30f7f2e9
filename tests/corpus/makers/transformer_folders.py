# SPDX-License-Identifier: Apache-2.0
"""Runs in an environment with transformers: folders of small models, not trained, as save_pretrained writes them."""
import json

from common import CASES, case, main

SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
WORDS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "hello", "world", "##s", "a", "b", ".", "un", "##able"]
TEMPLATE = ("{%- for message in messages %}{{- '<|' + message['role'] + '|>\\n' + message['content'] + '</s>\\n' }}{%- endfor %}"
            "{%- if add_generation_prompt %}{{- '<|assistant|>\\n' }}{%- endif %}")
TOOLS = ("{%- if tools %}{{- '<|system|>\\n# Tools\\n' }}{%- for tool in tools %}{{- tool | tojson }}{{- '\\n' }}{%- endfor %}{%- endif %}"
         "{%- for message in messages %}{%- if message.role == 'tool' %}{{- '<tool_response>' + message.content + '</tool_response>' }}"
         "{%- elif message.tool_calls %}{%- for call in message.tool_calls %}{{- '<tool_call>' + (call.function | tojson) + '</tool_call>' }}{%- endfor %}"
         "{%- else %}{{- '<|' + message.role + '|>\\n' + message.content + '\\n' }}{%- endif %}{%- endfor %}"
         "{%- if add_generation_prompt %}{{- '<|assistant|>\\n' }}{%- endif %}")
CARD = """---
license: {licence}
language:
- en
library_name: transformers
pipeline_tag: {task}
tags:
- {task}
---

# A small model

Not trained, made for a test.

## How to use

```python
from transformers import pipeline
pipe = pipeline("{task}", model="org/small")
```
"""


def card(folder, task, licence="apache-2.0"):
    (folder / "README.md").write_text(CARD.format(task=task, licence=licence))


def word_pieces(folder):
    from transformers import BertTokenizerFast
    (folder.parent / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    BertTokenizerFast(str(folder.parent / "vocab.txt")).save_pretrained(str(folder))


def byte_pairs(folder, template=None):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast
    inner = Tokenizer(models.BPE(unk_token="<unk>"))
    inner.pre_tokenizer, inner.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    inner.train_from_iterator(["hello world", "how are you"], trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "<s>", "</s>"]))
    outer = PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="<unk>", bos_token="<s>", eos_token="</s>")
    if template:
        outer.chat_template = template
    outer.save_pretrained(str(folder))


def text_models():
    import transformers as t
    words = {"vocab_size": len(WORDS), "max_position_embeddings": 16}
    decoder = {"vocab_size": 300, "max_position_embeddings": 32}
    bert = lambda **more: t.BertConfig(**words, **SMALL, **more)  # noqa: E731
    yield "BERT for masked words", "fill-mask", lambda: t.BertForMaskedLM(bert()), word_pieces
    yield "BERT for classes", "text-classification", lambda: t.BertForSequenceClassification(bert(id2label={0: "no", 1: "yes"}, label2id={"no": 0, "yes": 1})), word_pieces
    yield "BERT for tokens", "token-classification", lambda: t.BertForTokenClassification(bert(num_labels=3)), word_pieces
    yield "BERT for questions", "question-answering", lambda: t.BertForQuestionAnswering(bert()), word_pieces
    yield "DistilBERT", "text-classification", lambda: t.DistilBertForSequenceClassification(t.DistilBertConfig(
        vocab_size=13, max_position_embeddings=16, dim=16, n_layers=1, n_heads=2, hidden_dim=32)), word_pieces
    yield "RoBERTa", "fill-mask", lambda: t.RobertaForMaskedLM(t.RobertaConfig(vocab_size=300, max_position_embeddings=18, **SMALL)), byte_pairs
    yield "GPT-2", "text-generation", lambda: t.GPT2LMHeadModel(t.GPT2Config(vocab_size=300, n_positions=16, n_embd=16, n_layer=1, n_head=2)), byte_pairs
    yield "LLaMA", "text-generation", lambda: t.LlamaForCausalLM(t.LlamaConfig(**decoder, **SMALL)), byte_pairs
    yield "LLaMA with a chat template", "text-generation", lambda: t.LlamaForCausalLM(t.LlamaConfig(**decoder, **SMALL)), lambda f: byte_pairs(f, TEMPLATE)
    yield "Mistral that calls tools", "text-generation", lambda: t.MistralForCausalLM(t.MistralConfig(num_key_value_heads=2, **decoder, **SMALL)), lambda f: byte_pairs(f, TOOLS)
    yield "Qwen2 that calls tools", "text-generation", lambda: t.Qwen2ForCausalLM(t.Qwen2Config(num_key_value_heads=2, **decoder, **SMALL)), lambda f: byte_pairs(f, TOOLS)
    yield "T5", "translation", lambda: t.T5ForConditionalGeneration(t.T5Config(vocab_size=300, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2)), byte_pairs
    yield "BART", "summarization", lambda: t.BartForConditionalGeneration(t.BartConfig(
        vocab_size=300, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=16)), byte_pairs
    yield "OPT", "text-generation", lambda: t.OPTForCausalLM(t.OPTConfig(
        vocab_size=300, hidden_size=16, num_hidden_layers=1, ffn_dim=32, num_attention_heads=2, max_position_embeddings=16, word_embed_proj_dim=16)), byte_pairs


@case("transformers", "text models")
def text():
    import torch
    torch.manual_seed(0)
    for name, task, make, tokens in text_models():
        def write(folder, make=make, tokens=tokens, task=task):
            make().save_pretrained(str(folder))
            tokens(folder)
            card(folder, task)
        yield name, write

    def old(folder):
        model = __import__("transformers").BertModel(next(text_models())[2]().config)
        model.config.save_pretrained(str(folder))
        torch.save(model.state_dict(), str(folder / "pytorch_model.bin"))
        word_pieces(folder)

    def sharded(folder):
        import transformers as t
        t.LlamaForCausalLM(t.LlamaConfig(vocab_size=300, **SMALL)).save_pretrained(str(folder), max_shard_size="10KB")
        byte_pairs(folder)
    yield "BERT, pytorch_model.bin", old
    yield "LLaMA in shards", sharded


@case("transformers media", "models of images, sound and both")
def media():
    import torch
    import transformers as t
    torch.manual_seed(0)
    vision = {"image_size": 8, "patch_size": 4, **SMALL}

    def vit(folder):
        t.ViTForImageClassification(t.ViTConfig(**vision, id2label={0: "cat", 1: "dog"}, label2id={"cat": 0, "dog": 1})).save_pretrained(str(folder))
        t.ViTImageProcessor(size={"height": 8, "width": 8}).save_pretrained(str(folder))
        card(folder, "image-classification", "mit")

    def detr(folder):
        t.YolosForObjectDetection(t.YolosConfig(**{**vision, "image_size": [8, 8]}, num_detection_tokens=2)).save_pretrained(str(folder))
        t.YolosImageProcessor().save_pretrained(str(folder))
        card(folder, "object-detection")

    def segformer(folder):
        t.SegformerForSemanticSegmentation(t.SegformerConfig(num_encoder_blocks=1, depths=[1], sr_ratios=[2], hidden_sizes=[8], patch_sizes=[3], strides=[2],
                                                              num_attention_heads=[1], mlp_ratios=[2], decoder_hidden_size=8)).save_pretrained(str(folder))
        t.SegformerImageProcessor().save_pretrained(str(folder))
        card(folder, "image-segmentation", "other")

    def clip(folder):
        t.CLIPModel(t.CLIPConfig(text_config=dict(vocab_size=300, max_position_embeddings=8, **SMALL), vision_config=vision, projection_dim=8)).save_pretrained(str(folder))
        t.CLIPImageProcessor().save_pretrained(str(folder))
        byte_pairs(folder)
        card(folder, "zero-shot-image-classification", "mit")

    def whisper(folder):
        t.WhisperForConditionalGeneration(t.WhisperConfig(
            vocab_size=300, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
            decoder_ffn_dim=32, max_source_positions=10, max_target_positions=10, pad_token_id=0, bos_token_id=1, eos_token_id=2,
            decoder_start_token_id=1, begin_suppress_tokens=None)).save_pretrained(str(folder))
        t.WhisperFeatureExtractor().save_pretrained(str(folder))
        byte_pairs(folder)
        card(folder, "automatic-speech-recognition")

    def wav2vec(folder):
        t.Wav2Vec2ForCTC(t.Wav2Vec2Config(vocab_size=32, conv_dim=(8,), conv_stride=(2,), conv_kernel=(3,), num_feat_extract_layers=1,
                                          num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2, **SMALL)).save_pretrained(str(folder))
        t.Wav2Vec2FeatureExtractor().save_pretrained(str(folder))
        card(folder, "automatic-speech-recognition")

    def sounds(folder):
        t.ASTForAudioClassification(t.ASTConfig(patch_size=4, frequency_stride=4, time_stride=4, max_length=16, num_mel_bins=8, **SMALL)).save_pretrained(str(folder))
        card(folder, "audio-classification", "bsd-3-clause")

    def llava(folder):
        config = t.LlavaConfig(vision_config=t.CLIPVisionConfig(projection_dim=8, **vision), text_config=t.LlamaConfig(vocab_size=300, **SMALL), image_token_index=299)
        t.LlavaForConditionalGeneration(config).save_pretrained(str(folder))
        byte_pairs(folder, TEMPLATE)
        t.CLIPImageProcessor().save_pretrained(str(folder))
        (folder / "processor_config.json").write_text(json.dumps({"processor_class": "LlavaProcessor", "patch_size": 4, "image_token": "<image>"}, indent=2))
        card(folder, "image-text-to-text", "llama2")

    for name, write in {"ViT": vit, "YOLOS": detr, "SegFormer": segformer, "CLIP": clip, "Whisper": whisper, "Wav2Vec2": wav2vec, "audio spectrograms": sounds,
                        "LLaVA": llava}.items():
        yield name, write


@case("transformers training", "what its trainer leaves")
def training():
    import torch
    import transformers as t

    def write(folder):
        config = t.BertConfig(vocab_size=13, max_position_embeddings=16, **SMALL)
        rows = [{"input_ids": torch.tensor([1, 5, 6, 2]), "attention_mask": torch.ones(4, dtype=torch.long), "labels": torch.tensor(n % 2)} for n in range(4)]
        options = t.TrainingArguments(output_dir=str(folder / "run"), max_steps=2, save_steps=2, per_device_train_batch_size=2, report_to=[], disable_tqdm=True, use_cpu=True) \
            if "use_cpu" in t.TrainingArguments.__dataclass_fields__ else \
            t.TrainingArguments(output_dir=str(folder / "run"), max_steps=2, save_steps=2, per_device_train_batch_size=2, report_to=[], disable_tqdm=True, no_cuda=True)
        t.Trainer(t.BertForSequenceClassification(config), options, train_dataset=rows).train()
    yield "a checkpoint folder", write
    yield "training_args.bin", lambda f: torch.save(t.TrainingArguments(output_dir="out", report_to=[]), f / "training_args.bin")
    yield "training_args.bin of a translator", lambda f: torch.save(t.Seq2SeqTrainingArguments(output_dir="out", report_to=[], predict_with_generate=True), f / "training_args.bin")


@case("peft", "adapters")
def adapters():
    import peft
    import transformers as t

    def write(folder, config):
        base = t.LlamaForCausalLM(t.LlamaConfig(vocab_size=300, **SMALL))
        base.config._name_or_path = "org/small"
        peft.get_peft_model(base, config).save_pretrained(str(folder))
    yield "LoRA", lambda f: write(f, peft.LoraConfig(r=2, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    yield "prompt tuning", lambda f: write(f, peft.PromptTuningConfig(num_virtual_tokens=2, task_type="CAUSAL_LM"))
    yield "IA3", lambda f: write(f, peft.IA3Config(target_modules=["k_proj", "down_proj"], feedforward_modules=["down_proj"], task_type="CAUSAL_LM"))


@case("sentence-transformers", "an encoder of sentences")
def sentences():
    import sentence_transformers as s
    import transformers as t

    def write(folder):
        inner = folder.parent / "inner"
        t.BertModel(t.BertConfig(vocab_size=13, max_position_embeddings=16, **SMALL)).save_pretrained(str(inner))
        word_pieces(inner)
        words = s.models.Transformer(str(inner))
        s.SentenceTransformer(modules=[words, s.models.Pooling(16), s.models.Normalize()], device="cpu").save(str(folder / "model"))
    yield "BERT, mean and norm", write


@case("diffusers", "a pipeline of images")
def diffusers():
    import diffusers as d
    import transformers as t

    def unconditional(folder):
        net = d.UNet2DModel(sample_size=8, in_channels=3, out_channels=3, block_out_channels=(8, 8), layers_per_block=1, norm_num_groups=4,
                            down_block_types=("DownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "UpBlock2D"))
        d.DDPMPipeline(net, d.DDPMScheduler()).save_pretrained(str(folder / "model"))

    def stable(folder):
        net = d.UNet2DConditionModel(sample_size=8, block_out_channels=(8, 8), layers_per_block=1, norm_num_groups=4, cross_attention_dim=16, attention_head_dim=4,
                                     down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"))
        tokens = folder.parent / "tokens"
        tokens.mkdir()
        (tokens / "vocab.json").write_text(json.dumps({w: n for n, w in enumerate(["<|startoftext|>", "<|endoftext|>", "a", "b", "a</w>", "b</w>", "a b</w>"])}))
        (tokens / "merges.txt").write_text("#version: 0.2\na b</w>\n")
        text = t.CLIPTextModel(t.CLIPTextConfig(vocab_size=7, max_position_embeddings=8, **SMALL))
        d.StableDiffusionPipeline(vae=d.AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, latent_channels=4), text_encoder=text, unet=net,
                                  tokenizer=t.CLIPTokenizer(str(tokens / "vocab.json"), str(tokens / "merges.txt"), model_max_length=8),
                                  scheduler=d.PNDMScheduler(), safety_checker=None, feature_extractor=None,
                                  requires_safety_checker=False).save_pretrained(str(folder / "model"))
    yield "without words", unconditional
    yield "Stable Diffusion", stable


if __name__ == "__main__":
    main(CASES)
