import type { Clock } from "./clock.ts";
import { HyperchainError } from "../errors/hyperchain-error.ts";

/** Someone at the gate. */
interface Holder {
  /** Purpose of the holder: `commit of batch 3 on chain 271`. */
  readonly label: string;
  readonly alone: boolean;
  readonly urgent: boolean;
}

interface WaitingHolder {
  readonly visitor: Holder;
  /** Called when it is in. */
  readonly enter: () => void;
}

/** Maximum wait of a snapshot, or of a return to one, for pending work. */
const LONGEST_WAIT_MS = 15_000;

/**
 * Keeps what moves between the members of an ecosystem apart from what marks or restores all of them: any number of
 * movements at a time, or one restoration. Fair: who waits to be alone is not overtaken, except by urgent movements while
 * others are in, since those may wait for just these (a relayer's delivery waits for a chain, and a chain that is held up
 * waits for its settlement).
 */
export class SharedExclusiveLock {
  readonly #clock: Clock;
  readonly #inside = new Set<Holder>();
  #waiting: WaitingHolder[] = [];
  #timesAlone = 0;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /**
   * Runs work in parallel with others. Rejects like the work. `urgent`: others that hold the lock may wait
   * for it.
   */
  shared<Result>(label: string, work: () => Promise<Result>, { urgent = false } = {}): Promise<Result> {
    return this.#visit({ label, alone: false, urgent }, work);
  }

  /** Runs work alone. Rejects like the work, or with EcosystemBusyError if pending work does not end. */
  alone<Result>(label: string, work: () => Promise<Result>): Promise<Result> {
    return this.#visit({ label, alone: true, urgent: false }, work);
  }

  /** Another number whenever something begins or ends that is done alone. */
  get timesAlone(): number {
    return this.#timesAlone;
  }

  async #visit<Result>(visitor: Holder, work: () => Promise<Result>): Promise<Result> {
    if (this.#admits(visitor, this.#waiting)) this.#inside.add(visitor);
    else await this.#wait(visitor);
    if (visitor.alone) this.#timesAlone++;
    try {
      return await work();
    } finally {
      if (visitor.alone) this.#timesAlone++;
      this.#inside.delete(visitor);
      this.#admitWaiting();
    }
  }

  #wait(visitor: Holder): Promise<void> {
    return new Promise((resolve, reject) => {
      let cancelDeadline = (): void => undefined;
      const waiting: WaitingHolder = {
        visitor,
        enter: () => {
          cancelDeadline();
          resolve();
        },
      };
      this.#waiting.push(waiting);
      if (!visitor.alone) return;
      cancelDeadline = this.#clock.after(LONGEST_WAIT_MS, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(new EcosystemBusyError([...this.#inside].map(({ label }) => label)));
        this.#admitWaiting();
      });
    });
  }

  /** True if the holder may enter now, before earlier ones. */
  #admits({ alone, urgent }: Holder, earlier: readonly WaitingHolder[]): boolean {
    if (alone) return this.#inside.size === 0;
    if ([...this.#inside].some((other) => other.alone)) return false;
    return (urgent && this.#inside.size > 0) || !earlier.some(({ visitor }) => visitor.alone);
  }

  #admitWaiting(): void {
    const still: WaitingHolder[] = [];
    for (const waiting of this.#waiting) {
      if (this.#admits(waiting.visitor, still)) {
        this.#inside.add(waiting.visitor);
        waiting.enter();
      } else {
        still.push(waiting);
      }
    }
    this.#waiting = still;
  }
}

/**
 * A snapshot could not be taken, or returned to, because pending work between the members did not end.
 * Remedy: wait until deliveries and settlement are at rest, and take the snapshot again.
 */
export class EcosystemBusyError extends HyperchainError<"EcosystemBusy"> {
  override readonly name = "EcosystemBusyError";

  constructor(labels: readonly string[]) {
    const what = [...new Set(labels)].join(", ");
    super(
      "EcosystemBusy",
      `the ecosystem is busy: ${what} did not end within ${LONGEST_WAIT_MS / 1000} s; if L1 mines on demand only, mine a block there`,
    );
  }
}
