import type { BatchCommand } from "../../../src/chain/ordering/command.ts";
import type { Deciders } from "../../../src/chain/sequencer/own-commands.ts";
import type { OfferVerdict } from "../../../src/chain/core/source.ts";

/** Longer than a test takes. */
const LONG_MS = 3_600_000;

/** Deciders who drop every third command, some time after its execution. */
export class ThirdsDropped implements Deciders {
  readonly timeoutMs = LONG_MS;
  readonly dropped: BatchCommand[] = [];
  #shown = 0;

  async verdict(command: BatchCommand): Promise<OfferVerdict> {
    const isDropped = ++this.#shown % 3 === 0;
    if (isDropped) this.dropped.push(command);
    await new Promise((resolve) => setImmediate(resolve));
    return isDropped ? "dropped" : "decided";
  }
}

/** Deciders who say what becomes of a command when the test does. */
export class DecidedByHand implements Deciders {
  readonly timeoutMs: number;
  readonly #waiting: { readonly command: BatchCommand; readonly tell: (verdict: OfferVerdict) => void }[] = [];
  #looking: (() => void) | undefined;

  constructor(timeoutMs = LONG_MS) {
    this.timeoutMs = timeoutMs;
  }

  verdict(command: BatchCommand): Promise<OfferVerdict> {
    const { promise, resolve: tell } = Promise.withResolvers<OfferVerdict>();
    this.#waiting.push({ command, tell });
    this.#looking?.();
    return promise;
  }

  /** The oldest proposal of a type without a verdict, when there is one. */
  async next(
    type: BatchCommand["type"],
  ): Promise<{ readonly command: BatchCommand; readonly tell: (verdict: OfferVerdict) => void }> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next?.command.type === type) return next;
      // Others are decided: a batch is opened before its first block.
      if (next !== undefined) next.tell("decided");
      else await new Promise<void>((resolve) => (this.#looking = resolve));
    }
  }
}
