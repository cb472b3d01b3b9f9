const DAY = 86_400;

/** Seconds, from the least to the most, that L1's contracts take for a chain's times (`ChainRules`), and that options may say. */
export const TIME_LIMITS = {
  /** The exit's delay, which must be longer, bounds it. */
  executionDelaySeconds: { least: 0, most: 90 * DAY },
  priorityOpWindowSeconds: { least: 1, most: 30 * DAY },
  exitDelaySeconds: { least: 1, most: 90 * DAY },
} as const;

/** A chain's times, seconds. */
export type ChainTimes = Readonly<Record<keyof typeof TIME_LIMITS, number>>;

/**
 * Objection to an exit delay that is too short for the other times; undefined if it suffices.
 * `recoverySeconds` is the time that L1's factory reserves for a chain to rebuild a refused batch, 0 on
 * devnets; `freezeSeconds` is the maximum time for which a council may freeze its version.
 */
export function exitDelayObjection(
  { exitDelaySeconds, priorityOpWindowSeconds, executionDelaySeconds }: ChainTimes,
  { recoverySeconds, freezeSeconds }: { readonly recoverySeconds: number; readonly freezeSeconds: number },
): string | undefined {
  const needed = priorityOpWindowSeconds + executionDelaySeconds + recoverySeconds + freezeSeconds;
  if (exitDelaySeconds > needed) return undefined;
  const parts = [
    recoverySeconds > 0 && `${recoverySeconds} of recovery time`,
    freezeSeconds > 0 && `${freezeSeconds} of a freeze`,
  ];
  const told = parts.filter((part) => part !== false).join(" and ");
  const recovery = told === "" ? "" : `, with ${told} on this L1`;
  return `${exitDelaySeconds} is not longer than window and execution delay together, ${needed}${recovery}: one operation could stop the chain; give more, or lower priorityOpWindowSeconds or executionDelaySeconds`;
}
