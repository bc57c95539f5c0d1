"""Universal style transfer over the levels of a plan (cascadePlan.ts)."""

import arrays
import torch
from operation import moments
from peer import first_run, timed
from torch.nn import functional


class Net:
    def __init__(self, plan):
        weights = arrays.read(plan["file"])
        self.steps = [
            step if step in ("relu", "pool", "up") else (weights[step + ".weight"], weights[step + ".bias"])
            for step in plan["steps"]
        ]

    def __call__(self, x):
        for step in self.steps:
            if step == "relu":
                x = functional.relu(x)
            elif step == "pool":
                x = functional.max_pool2d(x, 2, 2)
            elif step == "up":
                x = functional.interpolate(x, scale_factor=2, mode="nearest")
            else:
                weight, bias = step
                if weight.shape[2] == 3:
                    x = functional.pad(x, (1, 1, 1, 1), mode="reflect")
                x = functional.conv2d(x, weight, bias)
        return x


def root(covariance, exponent):
    """A power of a covariance over the directions that count: the cut-off of this library."""
    values, vectors = torch.linalg.eigh(covariance)
    kept = values > torch.clamp(1e-7 * values.max(), min=1e-5)
    vectors = vectors[:, kept]
    return (vectors * values[kept] ** exponent) @ vectors.t()


def colouring(features):
    mean, covariance = moments(features)
    return mean, root(covariance, 0.5)


def transform(features, style, strength):
    style_mean, colours = style
    mean, covariance = moments(features)
    matrix = colours @ root(covariance, -0.5)
    identity = torch.eye(matrix.shape[0], dtype=matrix.dtype)
    blended = strength * matrix + (1 - strength) * identity
    bias = strength * (style_mean - matrix @ mean)
    rows = features.reshape(features.shape[1], -1)
    return torch.addmm(bias.float(), blended.float(), rows).reshape(features.shape)


def cascade(options, _):
    levels = [(Net(level["encoder"]), Net(level["decoder"])) for level in options["levels"]]
    content = arrays.image(options["pictures"], "content")
    picture = arrays.image(options["pictures"], "style")

    def styles():
        return [colouring(encoder(picture)) for encoder, _ in levels]

    def run():
        looks = cached or styles()
        x = content
        for (encoder, decoder), style in zip(levels, looks):
            x = decoder(transform(encoder(x), style, options["strength"]))
        return x.clamp(0, 1).mean().item()

    with torch.no_grad():
        cached = styles() if options["cached"] else None
        yield first_run(run)
        while True:
            yield timed(run)
