"""A whole run of the Python package `delve`: delve_run.py <model> <data.npy> <batch size> <threads> [<device>].

For every line on stdin one run over all samples of the file: a tracker on a fresh model, the forward passes, the
saturation of every layer, and its CSV. Not counted: starting Python, importing, and making the model.
"""
import logging
import sys
import tempfile
import time

from answers import answer_each_line, require, say

versions = require("torch", "numpy", "delve")

import delve
import numpy
import torch
from models import MODELS

logging.disable(logging.INFO)


def main(model_name, data_path, batch_size, threads, device="cpu"):
    torch.set_num_threads(int(threads))
    size = int(batch_size)

    def run(_):
        model = MODELS[model_name]().eval().to(device)
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            tracker = delve.SaturationTracker(
                f"{folder}/run", save_to="csv", modules=model, stats=["lsat"], device=device
            )
            samples = numpy.load(data_path, mmap_mode="r")
            with torch.inference_mode():
                for first in range(0, len(samples), size):
                    model(torch.from_numpy(numpy.array(samples[first : first + size])).to(device))
            # add_saturations() drops the covariances, and with them the number of features.
            features = [len(moments._cov_mtx) for moments in tracker.logs["eval-covariance-matrix"].values()]
            tracker.add_saturations()
            seconds = time.perf_counter() - start
            tracker.close()
        return {"seconds": seconds, "features": features}

    say(versions=versions)
    answer_each_line(run)


main(*sys.argv[1:])
