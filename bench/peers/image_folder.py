"""torchvision's loader over a folder of classes: image_folder.py <folder> <batch size>.

For every line on stdin one pass over all images, decoded, resized to 224 × 224, as tensors, by two workers.
"""
import sys
import time

from answers import answer_each_line, require, say

versions = require("torch", "torchvision")

import torch
from torchvision import datasets, transforms


def main(folder, batch_size):
    transform = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor()])
    images = datasets.ImageFolder(folder, transform)

    def run(_):
        start = time.perf_counter()
        loader = torch.utils.data.DataLoader(images, batch_size=int(batch_size), num_workers=2)
        read = sum(len(batch) for batch, _ in loader)
        return {"seconds": time.perf_counter() - start, "images": read}

    say(versions=versions)
    answer_each_line(run)


main(*sys.argv[1:])
