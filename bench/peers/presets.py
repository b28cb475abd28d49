"""Holds what delve's presets make of photographs against torchvision, transformers and OpenCV.

    presets.py photographs <folder>      fifty crops of ten photographs that scikit-learn and scikit-image bring along
    presets.py compare <folder>          what presetPixels.js has written, against the others: a table in Markdown

Differences are in units of 8-bit values, after scaling and normalizing were taken back.
"""
import os
import random
import sys

import numpy
import PIL
from PIL import Image

SIDES = {"imagenet": 224, "clip": 224, "siglip": 224, "cifar10": 32, "mnist": 28, "yolo": 640}
STD = {
    "imagenet": [0.229, 0.224, 0.225],
    "clip": [0.26862954, 0.26130258, 0.27577711],
    "siglip": [0.5] * 3,
    "cifar10": [0.247, 0.2435, 0.2616],
    "mnist": [0.3081],
    "yolo": [1] * 3,
}


def photographs(folder):
    import skimage
    import sklearn.datasets

    ours = os.path.join(os.path.dirname(sklearn.datasets.__file__), "images")
    others = os.path.join(os.path.dirname(skimage.__file__), "data")
    names = [os.path.join(ours, name) for name in ("flower.jpg", "china.jpg")]
    more = "coffee.png astronaut.png motorcycle_left.png hubble_deep_field.jpg rocket.jpg chelsea.png retina.jpg ihc.png"
    names += [os.path.join(others, name) for name in more.split()]
    images = [Image.open(name).convert("RGB") for name in names]
    random.seed(5)
    os.makedirs(folder, exist_ok=True)
    for i in range(50):
        image = images[i % len(images)]
        width, height = (random.randint(min(side, 140), side) for side in image.size)
        left, top = random.randint(0, image.width - width), random.randint(0, image.height - height)
        crop = image.crop((left, top, left + width, top + height))
        if i % 3 == 0:
            crop.save(f"{folder}/{i:02}.png")
        else:
            crop.save(f"{folder}/{i:02}.jpg", quality=random.choice([75, 90, 95]), subsampling=random.choice([0, 2]))


def ways():
    import cv2
    import torchvision
    import transformers
    from torchvision import transforms

    def composed(*steps):
        whole = transforms.Compose(steps)
        return lambda name: whole(Image.open(name).convert("RGB")).numpy()

    def processed(processor):
        return lambda name: numpy.asarray(
            processor(Image.open(name).convert("RGB"), return_tensors="np")["pixel_values"][0]
        )

    def letterbox(name, size=640):
        """As Ultralytics' LetterBox, by OpenCV."""
        image = cv2.imread(name)
        height, width = image.shape[:2]
        ratio = min(size / height, size / width)
        inner = round(width * ratio), round(height * ratio)
        left, top = (size - inner[0]) / 2, (size - inner[1]) / 2
        if (width, height) != inner:
            image = cv2.resize(image, inner, interpolation=cv2.INTER_LINEAR)
        edges = round(top - 0.1), round(top + 0.1), round(left - 0.1), round(left + 0.1)
        image = cv2.copyMakeBorder(image, *edges, cv2.BORDER_CONSTANT, value=(114,) * 3)
        return image[:, :, ::-1].transpose(2, 0, 1).astype(numpy.float32) / 255

    to, normalize = transforms.ToTensor(), transforms.Normalize
    vision, hugging = f"torchvision {torchvision.__version__}", f"transformers {transformers.__version__}"
    square = {"height": 224, "width": 224}
    yield "imagenet", vision, composed(
        transforms.Resize(256), transforms.CenterCrop(224), to, normalize([0.485, 0.456, 0.406], STD["imagenet"])
    )
    yield "clip", f"{hugging} (Pillow)", processed(transformers.CLIPImageProcessorPil())
    yield "clip", f"{hugging} (torchvision)", processed(transformers.CLIPImageProcessor())
    yield "siglip", f"{hugging} (Pillow)", processed(transformers.SiglipImageProcessorPil(size=square))
    yield "siglip", f"{hugging} (torchvision)", processed(transformers.SiglipImageProcessor(size=square))
    yield "cifar10", vision, composed(transforms.Resize((32, 32)), to, normalize([0.4914, 0.4822, 0.4465], STD["cifar10"]))
    yield "mnist", vision, composed(
        transforms.Resize((28, 28)), transforms.Grayscale(), to, normalize([0.1307], STD["mnist"])
    )
    yield "yolo", f"OpenCV {cv2.__version__}", letterbox


def compare(folder):
    print(f"Pillow {PIL.__version__}\n")
    print("| preset | against | median | largest | values that differ by a half or more |\n|---|---|---:|---:|---:|")
    for preset, name, way in ways():
        with open(f"{folder}/{preset}.txt") as listing:
            files = listing.read().split("\n")
        channels, side = len(STD[preset]), SIDES[preset]
        values = numpy.fromfile(f"{folder}/{preset}.bin", numpy.float32).reshape(-1, channels, side, side)
        scale = 255 * numpy.array(STD[preset])[:, None, None]
        differences = numpy.concatenate(
            [(numpy.abs(way(file) - values[i]) * scale).ravel() for i, file in enumerate(files)]
        )
        share = 100 * (differences >= 0.5).mean()
        print(f"| `{preset}` | {name} | {numpy.median(differences):.2f} | {differences.max():.0f} | {share:.2f} % |")


{"photographs": photographs, "compare": compare}[sys.argv[1]](sys.argv[2])
