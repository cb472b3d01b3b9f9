/** End of one of the nightly runs. */
export interface NightlyEnd {
  readonly name: string;
  readonly isGood: boolean;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Results of the run, in numbers. */
  readonly figures: string;
}

/** The nightly runs in lines, with what all of them took. */
export function nightlySummary(ends: readonly NightlyEnd[]): string {
  const rows = ends.map(
    ({ name, isGood, seconds, cpuSeconds, figures }) =>
      `${name.padEnd(12)}${isGood ? "good " : "WRONG"}${timesOf(seconds, cpuSeconds)}  ${figures}`,
  );
  const sum = (of: (end: NightlyEnd) => number): number => ends.reduce((all, end) => all + of(end), 0);
  const wrong = ends.filter(({ isGood }) => !isGood).map(({ name }) => name);
  const all = timesOf(
    sum(({ seconds }) => seconds),
    sum(({ cpuSeconds }) => cpuSeconds),
  );
  return [...rows, `${"all".padEnd(12)}${wrong.length === 0 ? "good " : "WRONG"}${all}  ${wrong.join(", ")}`.trimEnd()].join(
    "\n",
  );
}

function timesOf(seconds: number, cpuSeconds: number): string {
  return `${(seconds / 60).toFixed(1).padStart(8)} min,${cpuSeconds.toFixed(0).padStart(7)} CPU s`;
}
