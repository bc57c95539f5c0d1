/** Why a map does less than it was asked for. See `MapInfo.degraded`. */
export type Degradation = `${'content' | 'style'}-${'empty' | 'too-few-samples' | 'constant' | 'low-rank'}`;

const lowRank = (rank: number, channels: number): 'constant' | 'low-rank' | undefined =>
  rank === 0 ? 'constant' : rank < channels / 4 ? 'low-rank' : undefined;

/** The first of the reasons that applies, the gravest first. */
export function degradation(
  samples: [number, number],
  ranks: [number, number],
  channels: number,
): Degradation | undefined {
  const sides = ['content', 'style'] as const;
  const reasons = [
    ...sides.map((side, i) => (samples[i]! > 0 ? undefined : (`${side}-empty` as const))),
    // A sum of float32 weights of two whole positions may fall short of 2 by rounding.
    ...sides.map((side, i) => (samples[i]! >= 2 - 1e-6 ? undefined : (`${side}-too-few-samples` as const))),
    ...sides.map((side, i) => {
      const reason = lowRank(ranks[i]!, channels);
      return reason === undefined ? undefined : (`${side}-${reason}` as const);
    }),
  ];
  return reasons.find((reason) => reason !== undefined);
}
