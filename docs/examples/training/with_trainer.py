"""The same with Hugging Face's Trainer, on a small text classifier: a callback exports whenever the Trainer saves.

    python with_trainer.py <folder for checkpoints>
"""

import sys
from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments

out = Path(sys.argv[1])


class Logits(torch.nn.Module):
    """What is exported: tensors in, the logits out."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


class Export(TrainerCallback):
    def on_epoch_end(self, args, state, control, model=None, **_):
        unfinished = out / f"step_{state.global_step}.tmp"
        ids = torch.zeros(2, 16, dtype=torch.int64)
        batch = torch.export.Dim("batch")
        model.eval()
        torch.onnx.export(
            Logits(model),
            (ids, torch.ones_like(ids)),
            str(unfinished),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes=({0: batch}, {0: batch}),
            external_data=False,
            verbose=False,
        )
        model.train()
        unfinished.replace(out / f"step_{state.global_step}.onnx")
        if (out.parent / f"{out.name}.watch" / "stop").exists():  # delve watch --stop-when
            control.should_training_stop = True


out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(0)
# Sequences of 100 words, of two classes by their first word.
ids = torch.randint(1, 100, (2_000, 16))
data = [
    {"input_ids": row, "attention_mask": torch.ones_like(row), "labels": label}
    for row, label in zip(ids, (ids[:, 0] < 50).long())
]
config = BertConfig(vocab_size=100, hidden_size=64, num_hidden_layers=3, num_attention_heads=4, intermediate_size=128)
arguments = TrainingArguments(
    output_dir=str(out / "trainer"), num_train_epochs=3, per_device_train_batch_size=50, save_strategy="no",
    report_to=[], disable_tqdm=True, use_cpu=True, learning_rate=1e-3,
)
Trainer(BertForSequenceClassification(config), arguments, train_dataset=data, callbacks=[Export()]).train()
np.savez(out / "ids.npz", input_ids=ids[:500], attention_mask=np.ones_like(ids[:500]))
