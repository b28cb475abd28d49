"""The same with Lightning: a callback exports after each epoch.

    python with_lightning.py <folder of MNIST> <folder for checkpoints>
"""

import sys
from pathlib import Path

import lightning
import torch
from digits import digits, export, network

mnist, out = sys.argv[1], Path(sys.argv[2])


class Export(lightning.Callback):
    def on_train_epoch_end(self, trainer, module):
        export(module.network, out / f"epoch_{trainer.current_epoch}.onnx")
        if (out.parent / f"{out.name}.watch" / "stop").exists():  # delve watch --stop-when
            trainer.should_stop = True


class Digits(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.network = network()

    def training_step(self, batch, _):
        return torch.nn.functional.cross_entropy(self.network(batch[0]), batch[1])

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), 1e-3)


lightning.seed_everything(0)
train, _ = digits(mnist, 4_000)
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*train), batch_size=100, shuffle=True)
quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
lightning.Trainer(max_epochs=3, callbacks=[Export()], **quiet).fit(Digits(), loader)
