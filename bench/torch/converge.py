"""Gatys' method over one size or several with torch's L-BFGS: the task of tasks/converge.ts."""

import arrays
import torch
from network import Objective
from peer import spent
from torch.nn import functional


def converge(options, turns):
    stages = options["stages"]
    x = arrays.image(stages[0]["plan"]["pictures"], options["start"])
    total = {"wall": 0.0, "cpu": 0.0}
    curve = []
    clock = {"since": None}
    begun = {"yet": False}

    def pause():
        now = spent()
        for name in total:
            total[name] += now[name] - clock["since"][name]

    def hand_over(done):
        """Gives what has been gathered, with the clock stopped."""
        nonlocal curve
        turns.give({**total, "curve": curve, "done": done})
        curve = []
        turns.take()

    for number, stage in enumerate(stages):
        objective = Objective(stage["plan"])
        size = arrays.image(stage["plan"]["pictures"], "content").shape[2:]
        if x.shape[2:] != size:
            x = functional.interpolate(x, size=tuple(size), mode="bilinear", align_corners=False)
        x = x.detach().clone().requires_grad_(True)
        optimizer = torch.optim.LBFGS(
            [x],
            max_iter=stage["iterations"],
            max_eval=10**9,
            history_size=options["historySize"],
            line_search_fn="strong_wolfe",
            tolerance_grad=0,
            tolerance_change=0,
        )
        state = optimizer.state[x]
        progress = {"iteration": 0, "evaluations": 0, "best": float("inf")}

        def note():
            """The iteration that has ended: its lowest evaluation is the accepted one in nearly every search."""
            entry = [number, progress["iteration"], progress["evaluations"], progress["best"], total["wall"], total["cpu"]]
            curve.append(entry)

        def closure():
            iteration = state.get("n_iter", 0)
            if iteration > progress["iteration"]:
                pause()
                if progress["iteration"] > 0:
                    note()
                progress["iteration"] = iteration
                if len(curve) >= options["chunk"]:
                    hand_over(False)
                clock["since"] = spent()
            optimizer.zero_grad()
            loss = objective(x)
            loss.backward()
            progress["evaluations"] += 1
            progress["best"] = min(progress["best"], loss.item())
            return loss

        if not begun["yet"]:
            # Ready; the first run begins here.
            begun["yet"] = True
            turns.give({})
            turns.take()
        clock["since"] = spent()
        optimizer.step(closure)
        pause()
        note()
        x = x.detach()
    hand_over(True)
    yield {}
