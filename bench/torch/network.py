"""Gatys' objective of a plan (objective.ts), as programs for torch write it."""

import arrays
import torch
from peer import first_run, timed
from torch.nn import functional


def gram(features):
    _, channels, height, width = features.shape
    matrix = features.reshape(channels, height * width)
    return matrix @ matrix.t() / (height * width)


class Objective:
    def __init__(self, plan):
        weights = arrays.read(plan["weights"])
        self.plan = plan
        self.layers = [
            (layer, weights[name + ".weight"], weights[name + ".bias"]) for layer, name in plan["convolutions"]
        ]
        pictures = arrays.read(plan["pictures"])
        with torch.no_grad():
            content = self.features(pictures["content"].permute(0, 3, 1, 2).contiguous())
            style = self.features(pictures["style"].permute(0, 3, 1, 2).contiguous())
            self.content = content[plan["content"]]
            self.grams = {layer: gram(style[layer]) for layer in plan["style"]}

    def features(self, image):
        x = image
        if self.plan["preprocessing"] == "caffe":
            mean = torch.tensor([103.939, 116.779, 123.68]).reshape(1, 3, 1, 1)
            x = x.flip(1) * 255 - mean
        wanted = {self.plan["content"], *self.plan["style"]}
        found = {}
        for layer, weight, bias in self.layers:
            if layer.endswith("_1") and layer != "conv1_1":
                x = functional.max_pool2d(x, 2, 2)
            x = functional.relu(functional.conv2d(x, weight, bias, padding=1))
            if layer in wanted:
                found[layer] = x
        return found

    def __call__(self, image):
        features = self.features(image)
        loss = 0.5 * (features[self.plan["content"]] - self.content).square().sum()
        weight = self.plan["styleWeight"] / len(self.grams)
        for layer, target in self.grams.items():
            channels = target.shape[0]
            loss = loss + weight / (4 * channels**2) * (gram(features[layer]) - target).square().sum()
        return loss


def closure(plan, _):
    """Loss and gradient of a picture, once a run."""
    objective = Objective(plan)
    picture = arrays.image(plan["pictures"], "start").requires_grad_(True)

    def evaluate():
        picture.grad = None
        loss = objective(picture)
        loss.backward()
        return loss.item()

    yield first_run(evaluate)
    while True:
        yield timed(evaluate)
