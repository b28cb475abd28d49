"""Reads what `delve report` writes with the programs that it is written for, and holds it against `run.json`.

    python verify_formats.py <run saved with --moments> [--delve "node bin/delve.js"] [format ...]

A check whose program is not installed says so and is left out; `requirements.txt` has them all.
"""
import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path


def report(args, fmt, output, *options, runs=None):
    command = shlex.split(args.delve) + ["report", *(runs or [args.run]), "--format", fmt, "--output", str(output)]
    subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
    return output


def layers_of(args, *options):
    """The layers as the tool's own JSON has them, by the names that Python Delve gives them."""
    with tempfile.TemporaryDirectory() as folder:
        text = report(args, "json", Path(folder, "run.json"), *options).read_text()
    return {layer["name"].replace(".", "-"): layer for layer in json.loads(text)["layers"]}


def same(found, expected, what):
    assert found == expected, f"{what}: {found!r}, but should be {expected!r}"


def delve_csv(args, work):
    import pandas as pd

    path = report(args, "delve-csv", work / "delve.csv", "--step", "3")
    report(args, "delve-csv", path)
    frame = pd.read_csv(path, sep=";", index_col=0)
    same(list(frame.index), [3, 4], "epochs")
    # What delve's writer would make of the same values, to the byte.
    same(frame.to_csv(sep=";"), path.read_text(), "the file as pandas writes it")
    for name, layer in layers_of(args).items():
        same(frame[f"eval-saturation_{name}"][4], layer["saturation"], name)
        same(frame[f"eval-covariance-trace_{name}"][4], layer["trace"], name)
    from delve.writers import extract_layer_stat

    picked, _ = extract_layer_stat(frame, epoch=4, stat="saturation", state_mode="eval")
    same(picked.shape[1], len(layers_of(args)), "saturations that delve's plots pick")
    return f"{frame.shape[1]} columns, byte for byte as pandas writes them"


def npy(args, work):
    import pickle

    import delve

    folder = report(args, "npy", work / "npy")
    stored = delve.reconstruct_csv_from_npy_data(str(folder), str(work / "stored.csv"))
    count = 0
    for name, layer in layers_of(args).items():
        same(float(stored[f"_eval-saturation_{name}"][0]), layer["saturation"], name)
        same(float(stored[f"_eval-covariance-determinant_{name}"][0]), layer["determinant"], name)
    for threshold in [0.99, 0.9, 0.5]:
        cut = delve.reconstruct_csv_from_npy_data(str(folder), str(work / "cut.csv"), thresh=threshold)
        expected = layers_of(args, "--threshold", str(threshold), "--idim-rule", "delve-0.1.50")
        for name, layer in expected.items():
            same(cut[f"_eval-saturation_{name}"][0], layer["saturation"], f"{name} at {threshold}")
            same(cut[f"_eval-intrinsic-dimensionality_{name}"][0], layer["intrinsicDimensionality"], name)
            count += 1
    counter = pickle.loads((folder / "epoch_counter.pkl").read_bytes())
    same(set(counter.values()), {0}, "epoch_counter.pkl")
    same(set(counter), {path.name for path in folder.iterdir() if path.is_dir()}, "epoch_counter.pkl")
    return f"{count} saturations from covariances equal ours at three thresholds"


CHECKS = {"delve-csv": delve_csv, "npy": npy}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("formats", nargs="*", default=list(CHECKS))
    parser.add_argument("--delve", default="node bin/delve.js")
    args = parser.parse_args()
    failed = False
    for name in args.formats:
        with tempfile.TemporaryDirectory() as work:
            try:
                print(f"{name}: {CHECKS[name](args, Path(work))}")
            except ModuleNotFoundError as error:
                print(f"{name}: skipped, {error.name} is not installed")
            except AssertionError as error:
                failed = True
                print(f"{name}: FAILED, {error}")
    sys.exit(failed)


main()
