"""What torch's L-BFGS costs without its evaluations: the bowl of tasks/overhead.ts."""

import arrays
import torch
from peer import spent


def overhead(options, turns):
    pictures = arrays.read(options["pictures"])
    curvature = torch.pow(10, 4 * pictures["content"])
    x = pictures["start"].clone().requires_grad_(True)
    iterations = options["iterations"]
    optimizer = torch.optim.LBFGS(
        [x],
        max_iter=10**9,
        max_eval=10**9,
        history_size=options["historySize"],
        line_search_fn="strong_wolfe",
        tolerance_grad=0,
        tolerance_change=0,
    )
    own = {"wall": 0.0, "cpu": 0.0}
    # The next iteration at which a run ends; the first run fills the history, and warms up.
    mark = {"iteration": options["historySize"] + 2 + options["warmUp"], "since": None, "own": None}

    def hand_over():
        """At the beginning of a marked iteration: the sample of the run before, and the wait for the next one."""
        now = spent()
        if mark["since"] is None:
            sample = {}
        else:
            sample = {
                name: (now[name] - mark["since"][name] - own[name] + mark["own"][name]) / iterations for name in now
            }
        turns.give(sample)
        turns.take()
        mark.update(iteration=mark["iteration"] + iterations, since=spent(), own=dict(own))

    def closure():
        if optimizer.state[x].get("n_iter", 0) >= mark["iteration"]:
            hand_over()
        before = spent()
        with torch.no_grad():
            loss = 0.5 * (curvature * x.square()).sum()
            x.grad = curvature * x
        after = spent()
        for name in own:
            own[name] += after[name] - before[name]
        return loss

    optimizer.step(closure)
    yield {"error": "L-BFGS ended before its time"}
