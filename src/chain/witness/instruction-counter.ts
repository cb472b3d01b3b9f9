import type { EVM } from "@ethereumjs/evm";

/** Instructions between two calls of `onSome`. */
const SOME = 1_024;

/** Counts what an EVM runs until it is stopped. */
export interface InstructionCounter {
  /** Whether there were more than allowed; the run was broken off then. */
  readonly isFull: boolean;
  stop(): void;
}

/**
 * Counts the instructions that the EVM runs from now on, and throws in the one that is too many. `onSome` is called now and then
 * between them, and may throw too.
 *
 * The EVM asks before each instruction whether anybody listens to its event "step". This is counted, and nothing else listens
 * unless it did so before: for a listener the EVM copies stack and memory at each instruction, which took minutes where the
 * memory was large.
 */
export function countInstructions(evm: EVM, most: number, onSome: () => void = () => undefined): InstructionCounter {
  const { events } = evm;
  const listeners = events.listenerCount("step");
  let count = 0;
  const listenerCount: typeof events.listenerCount = (name) => {
    if (name !== "step") return Object.getPrototypeOf(events).listenerCount.call(events, name) as number;
    if (++count > most) throw new Error(`it runs more than ${most} instructions`);
    if (count % SOME === 0) onSome();
    return listeners;
  };
  Object.assign(events, { listenerCount });
  return {
    get isFull() {
      return count > most;
    },
    stop() {
      Reflect.deleteProperty(events, "listenerCount");
    },
  };
}
