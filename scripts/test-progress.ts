import { TEST_TIERS, tierOf, type FileTime, type TestTier, type TierTime } from "./test-tiers.ts";

export interface RunTimes {
  /** In the order of the tiers. */
  readonly tiers: readonly TierTime[];
  readonly files: readonly FileTime[];
}

/**
 * Progress of a run of test files, with their times. Files of two tiers run side by side where one ends and
 * the next begins: each file that runs has an equal share of the clock.
 */
export class RunProgress {
  readonly #now: () => number;
  readonly #start: number;
  /** Files of each tier that have not ended. */
  readonly #left = new Map<TestTier, number>();
  readonly #shares = new Map<TestTier, number>();
  readonly #running = new Map<string, number>();
  readonly #ended: FileTime[] = [];
  #sharedUntil: number;

  /** `now` in milliseconds. */
  constructor(files: readonly string[], now: () => number) {
    this.#now = now;
    this.#start = this.#sharedUntil = now();
    for (const file of files) this.#left.set(tierOf(file), this.#leftOf(tierOf(file)) + 1);
  }

  begin(file: string): void {
    this.#share();
    this.#running.set(file, this.#now());
  }

  /** Returns a line that says what the file took and what is left. */
  end(file: string, cpuSeconds?: number): string {
    this.#share();
    const seconds = (this.#now() - (this.#running.get(file) ?? this.#now())) / 1000;
    this.#running.delete(file);
    this.#ended.push({ file, seconds, ...(cpuSeconds === undefined ? {} : { cpuSeconds }) });
    const tier = tierOf(file);
    this.#left.set(tier, this.#leftOf(tier) - 1);
    const left = [...this.#left.values()].reduce((sum, files) => sum + files, 0);
    const time = clockOf((this.#now() - this.#start) / 1000);
    const cpu = cpuSeconds === undefined ? "" : `, ${cpuSeconds.toFixed(1)} CPU s`;
    return `${time}  ${file}: ${seconds.toFixed(1)} s${cpu}; left: ${this.#leftOf(tier)} files of tier ${tier.name}, ${left} of all`;
  }

  times(): RunTimes {
    this.#share();
    const tiers = TEST_TIERS.filter((tier) => this.#left.has(tier));
    const cpuOf = (tier: TestTier): number =>
      this.#ended.reduce((sum, { file, cpuSeconds = 0 }) => sum + (tierOf(file) === tier ? cpuSeconds : 0), 0);
    return {
      tiers: tiers.map((tier) => ({ tier, seconds: (this.#shares.get(tier) ?? 0) / 1000, cpuSeconds: cpuOf(tier) })),
      files: this.#ended,
    };
  }

  #leftOf(tier: TestTier): number {
    return this.#left.get(tier) ?? 0;
  }

  /** Divides what has passed since the last time among the files that ran. */
  #share(): void {
    const passed = this.#now() - this.#sharedUntil;
    this.#sharedUntil += passed;
    for (const file of this.#running.keys()) {
      const tier = tierOf(file);
      this.#shares.set(tier, (this.#shares.get(tier) ?? 0) + passed / this.#running.size);
    }
  }
}

/** Such as 12:05. */
function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
