"""Single operations: those of tasks/operation.ts."""

import math

import arrays
import torch
from network import gram
from peer import timed


def moments(features):
    """Mean and covariance in float64, as programs for universal style transfer compute them."""
    channels = features.shape[1]
    rows = features.reshape(channels, -1).double()
    mean = rows.mean(1, keepdim=True)
    centred = rows - mean
    return mean, centred @ centred.t() / (rows.shape[1] - 1)


def operation(options, _):
    given = arrays.read(options["file"])["input"]
    kind = options["operation"]
    features = given.permute(0, 3, 1, 2).contiguous() if given.dim() == 4 else None
    if kind == "gram":
        work = lambda: gram(features)[0, 0].item()
    elif kind == "moments":
        work = lambda: moments(features)[1][0, 0].item()
    elif kind == "affine":
        channels = features.shape[1]
        index = torch.arange(channels**2, dtype=torch.float64)
        matrix = (torch.cos(index) / channels).float().reshape(channels, channels)
        bias = torch.sin(torch.arange(channels, dtype=torch.float64)).float()
        rows = features.reshape(channels, -1)
        transposed = matrix.t().contiguous()
        work = lambda: torch.addmm(bias[:, None], transposed, rows)[0, 0].item()
    else:
        matrix = given.double()
        work = lambda: torch.linalg.eigh(matrix)[0].max().item()
    with torch.no_grad():
        work()
        repeats = min(200, math.ceil(100 / timed(work)["wall"]))

        def repeated():
            for _ in range(repeats):
                work()

        yield {"value": work()}
        while True:
            yield {name: total / repeats for name, total in timed(repeated).items()}
