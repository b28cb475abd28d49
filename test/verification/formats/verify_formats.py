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
        expected = layers_of(args, "--threshold", str(threshold), "--idim-rule", "delve")
        for name, layer in expected.items():
            same(cut[f"_eval-saturation_{name}"][0], layer["saturation"], f"{name} at {threshold}")
            same(cut[f"_eval-intrinsic-dimensionality_{name}"][0], layer["intrinsicDimensionality"], name)
            count += 1
    counter = pickle.loads((folder / "epoch_counter.pkl").read_bytes())
    same(set(counter.values()), {0}, "epoch_counter.pkl")
    same(set(counter), {path.name for path in folder.iterdir() if path.is_dir()}, "epoch_counter.pkl")
    return f"{count} saturations from covariances equal ours at three thresholds"


def tensorboard(args, work):
    import numpy as np
    from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
    from tensorboard.util import tensor_util

    folder = report(args, "tensorboard", work / "logs", "--step", "12")
    # Written after it, and of an earlier step: TensorBoard must not take it for a restart.
    report(args, "tensorboard", folder, "--step", "3")
    everything = {name: 0 for name in ["scalars", "histograms", "images", "tensors", "compressedHistograms"]}
    events = event_accumulator.EventAccumulator(str(folder), size_guidance=everything).Reload()
    layers = layers_of(args)
    for name, layer in layers.items():
        found = [(event.step, event.value) for event in events.Scalars(f"eval-saturation_{name}")]
        same(found, [(step, float(np.float32(layer["saturation"]))) for step in [3, 12]], name)
        for histogram in events.Histograms(f"eval-spectrum_{name}"):
            same(histogram.histogram_value.num, layer["features"], f"directions of {name}")
            same(sum(histogram.histogram_value.bucket), layer["features"], f"directions of {name}")
            exponents = np.log10(np.maximum(np.array(layer["eigenvalues"]) / sum(layer["eigenvalues"]), 1e-16))
            assert np.isclose(histogram.histogram_value.sum, exponents.sum()), f"spectrum of {name}"
    same(len(events.Tags()["scalars"]), 5 * len(layers), "scalars")
    for tag in events.Tags()["images"]:
        for image in events.Images(tag):
            same(image.encoded_image_string[:8], b"\x89PNG\r\n\x1a\n", tag)
            size = (int.from_bytes(image.encoded_image_string[16:20]), int.from_bytes(image.encoded_image_string[20:24]))
            same(size, (image.width, image.height), tag)
    # As the plugins of today's TensorBoard have it: everything a tensor.
    shown = plugin_event_accumulator.EventAccumulator(str(folder), tensor_size_guidance={}).Reload()
    for name, layer in layers.items():
        values = tensor_util.make_ndarray(shown.Tensors(f"eval-spectrum_{name}")[0].tensor_proto)
        same(values[:, 2].sum(), layer["features"], f"directions of {name} in the histogram plugin")
    tags = events.Tags()
    return f"{len(tags['scalars'])} scalars, {len(tags['histograms'])} histograms and {len(tags['images'])} images at two steps"


def parquet(args, work):
    import duckdb
    import pyarrow.parquet

    path = report(args, "parquet", work / "report.parquet")
    layers = json.loads(report(args, "json", work / "run.json").read_text())["layers"]
    table = pyarrow.parquet.read_table(path)
    same(str(table.schema.field("eigenvalues").type), "list<element: double>", "type of the spectra")
    rows = table.to_pylist()
    found = duckdb.sql(f"select layer, eigenvalues, observations from '{path}' order by position").fetchall()
    same(len(rows), len(layers), "rows")
    for position, (layer, row, (name, eigenvalues, observations)) in enumerate(zip(layers, rows, found)):
        same((row["position"], row["layer"]), (position, layer["name"]), "layer")
        for key in ["op", "observations", "features", "saturation", "logDeterminant", "eigenvalues", "warnings"]:
            same(row[key], layer[key], f"{key} of {layer['name']}")
        same((name, observations), (layer["name"], layer["observations"]), "layer in DuckDB")
        same(list(eigenvalues), layer["eigenvalues"], f"spectrum of {name} in DuckDB")
    return f"{len(rows)} layers with their spectra, by Arrow and DuckDB"


def markdown(args, work):
    """By the renderer of GitHub: names that are markup must come out as they are, and nothing as a link."""
    import re
    from html import unescape

    from cmarkgfm import github_flavored_markdown_to_html
    from cmarkgfm.cmark import Options

    hostile = ["a|b", "`tick`", "a\\|b", "<script>alert(1)</script>", "@everyone", "#12", "![x](http://x.org/x.png)",
               'say "x", or not', "層の名前", "www.example.org|x", "*bold*|", "</code>|<b>"]
    run = json.loads(report(args, "json", work / "run.json").read_text())
    names = [layer["name"] for layer in run["layers"]]
    names[: len(hostile)] = hostile[: len(names)]
    for layer, name in zip(run["layers"], names):
        layer["name"] = name
    (work / "hostile.delve").mkdir()
    (work / "hostile.delve" / "run.json").write_text(json.dumps(run))
    text = report(args, "markdown", work / "report.md", runs=[str(work / "hostile.delve")]).read_text()
    html = github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr>(.*?)</tr>", html, re.S)[1:]]
    same([row[0] for row in rows], [row[0] for row in rows if len(row) == 7], "rows")
    same([unescape(re.fullmatch("<code>(.*)</code>", row[0], re.S)[1]) for row in rows[: len(names)]], names, "names")
    same(re.findall("<(?:a|b|img|script)[ >]", html), [], "links and markup")
    return f"{len(hostile)} hostile names as they are"


def docs(args, work):
    """Every Python block of docs/formats.md runs, on files that the tool makes, and loads what the run holds."""
    import os
    import re
    import shutil

    shutil.copytree(args.run, work / "model.delve")
    for fmt, name in [("csv", "report.csv"), ("parquet", "report.parquet"), ("delve-csv", "delve.csv"), ("npy", "npy")]:
        report(args, fmt, work / name)
    text = (Path(__file__).parents[3] / "docs" / "formats.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    expected = [layer["saturation"] for layer in json.loads((work / "model.delve/run.json").read_text())["layers"]]
    home = os.getcwd()
    os.chdir(work)
    try:
        for block in blocks:
            names = {}
            exec(block, names)
            if "layers" in names:
                layers = names["layers"]
                same(list((layers.df() if hasattr(layers, "df") else layers)["saturation"]), expected, block)
    finally:
        os.chdir(home)
    return f"{len(blocks)} blocks run"


CHECKS = {"delve-csv": delve_csv, "npy": npy, "tensorboard": tensorboard, "parquet": parquet, "markdown": markdown, "docs": docs}


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
