"""Eigenvalues by LAPACK as NumPy has it: eigvalsh.py <folder>. The number of threads is set in the environment.

For every line `<order>` on stdin: the covariance of seeded random rows, kept in <folder>/<order>.f64 (row-major
float64) for others to read, and its eigenvalues, ascending, in <folder>/<order>.values.f64.
"""
import sys
import time
from pathlib import Path

from answers import answer_each_line, require, say

versions = require("numpy")

import numpy

folder = Path(sys.argv[1])


def matrix(order):
    path = folder / f"{order}.f64"
    if not path.exists():
        rows = numpy.random.default_rng(order).standard_normal((2 * order, order))
        (rows.T @ rows / len(rows)).tofile(path)
    return numpy.fromfile(path).reshape(order, order)


def eigenvalues(line):
    symmetric = matrix(int(line))
    start = time.perf_counter()
    values = numpy.linalg.eigvalsh(symmetric)
    seconds = time.perf_counter() - start
    values.tofile(folder / f"{line}.values.f64")
    return {"seconds": seconds}


say(versions=versions)
answer_each_line(eigenvalues)
