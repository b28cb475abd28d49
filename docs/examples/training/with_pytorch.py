"""A training in plain PyTorch that writes an ONNX checkpoint every 60 steps, and its loss beside.

    python with_pytorch.py <folder of MNIST> <folder for checkpoints> [convolutions]
"""

import json
import sys
from pathlib import Path

import torch
from digits import digits, export, network

mnist, out = sys.argv[1], Path(sys.argv[2])
torch.manual_seed(0)
(x, y), (test_x, test_y) = digits(mnist)
model = network(int(sys.argv[3]) if len(sys.argv) > 3 else 8)
print(sum(p.numel() for p in model.parameters()), "parameters")
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
out.mkdir(parents=True, exist_ok=True)
step = 0
for epoch in range(6):
    for batch in torch.randperm(len(x)).split(100):
        loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 60 == 0:
            export(model, out / f"step_{step}.onnx")
            model.eval()
            with torch.no_grad():
                accuracy = (model(test_x).argmax(1) == test_y).float().mean().item()
            model.train()
            with open(out / "log.jsonl", "a") as log:
                log.write(json.dumps({"step": step, "loss": loss.item(), "accuracy": accuracy}) + "\n")
            if (out.parent / f"{out.name}.watch" / "stop").exists():  # delve watch --stop-when
                sys.exit(f"stopped at step {step}")
print(f"test accuracy {accuracy:.4f}")
