import type { Provider, Signer } from "ethers";
import type { FormedBatch } from "../../batch/form-batch.ts";
import type { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import type { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import { patientReader, type L1Reader } from "../../settlement/l1-sender/chain-reader.ts";
import { createL1Retry, type L1Retry, type L1Trouble } from "../../settlement/l1-sender/l1-retry.ts";
import type { StageDelay } from "../../settlement/l1-sender/sender-context.ts";
import { createTransactor, type Transactor } from "../../settlement/l1-sender/transactor.ts";
import type { PaceDependencies } from "../../settlement/pace/proof-pace.ts";
import type { Settlement } from "../../settlement/settlement.ts";
import type { CommitsUnderWay } from "./commits-under-way.ts";

/** One time of sending, between two returns to an earlier state. */
export interface Run {
  readonly settlement: Promise<Settlement<FormedBatch>>;
  readonly end: AbortController;
  /** Transactions on their way to L1's node. */
  readonly underWay: ReadonlySet<Promise<unknown>>;
}

/** Connection of one run to L1: reads, transactions and waits. */
export interface Sending {
  readonly delay: StageDelay;
  readonly patience: L1Retry;
  readonly transactor: Transactor;
  /** Transactions that are past the gate. */
  readonly underWay: ReadonlySet<Promise<unknown>>;
  readonly provider: L1Reader;
}

interface SendingOptions {
  /** Name of the chain for messages. */
  readonly name: string;
  /** Confirmations that a transaction needs, its block included. */
  readonly confirmations: number;
  readonly l1MayBeBehind: boolean;
}

interface SendingDependencies {
  readonly l1: Provider;
  readonly time: MovableClock;
  readonly gate: SharedExclusiveLock;
  readonly sender: Signer;
  readonly onTrouble: (trouble: L1Trouble | undefined) => void;
  readonly commits: CommitsUnderWay;
}

/** Ten seconds. */
const LOOKS_UNTIL_UNMINED = 40;
const UNMINED_POLL_MS = 250;
/** With the transactor's pauses between them these take as long as a block of Ethereum. */
const REFUSALS_UNTIL_BELIEVED = 5;

/** Sends until `signal` ends the run. */
export function openSending(
  { confirmations, l1MayBeBehind, name }: SendingOptions,
  { l1, sender, onTrouble, time, gate, commits }: SendingDependencies,
  signal: AbortSignal,
): Sending {
  signal.addEventListener("abort", () => commits.changed());
  const forL1 = (ms: number): Promise<void> => commits.obstructed(() => untilTimeMoves(time, ms, signal));
  const delay: StageDelay = (ms, stage) => (stage === "commit" ? forL1(ms) : untilTimeMoves(time, ms, signal));
  const patience = createL1Retry({}, { delay: forL1, signal, onTrouble });
  const underWay = new Set<Promise<unknown>>();
  const refusalsUntilBelieved = l1MayBeBehind ? REFUSALS_UNTIL_BELIEVED : 1;
  const direct = createTransactor({ confirmations, refusalsUntilBelieved }, { signer: sender, patience });
  const transactor = passing({ gate, name, signal, underWay }, direct);
  return { delay, patience, transactor, underWay, provider: patientReader(l1, patience) };
}

interface Passing {
  readonly gate: SharedExclusiveLock;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly underWay: Set<Promise<unknown>>;
}

/** Sends through the gate, and nothing more once the run has ended. `underWay` holds what is past the gate. */
function passing({ gate, name, signal, underWay }: Passing, transactor: Transactor): Transactor {
  return {
    send: (call) =>
      gate.shared(
        `the ${call.label} of ${name}`,
        async () => {
          if (signal.aborted) throw signal.reason;
          const sent = transactor.send(call);
          underWay.add(sent);
          try {
            return await sent;
          } finally {
            underWay.delete(sent);
          }
        },
        { urgent: true },
      ),
  };
}

/** Nothing is sent, for this reason. */
export function endedRun(error: unknown): Run {
  const end = new AbortController();
  end.abort(error);
  const settlement = Promise.reject<Settlement<FormedBatch>>(error);
  settlement.catch(() => undefined);
  return { settlement, end, underWay: new Set() };
}

/** Pace by the ecosystem's time, and the base fee of L1's newest block. */
export function paceDependencies(time: MovableClock, signal: AbortSignal, provider: L1Reader): PaceDependencies {
  return {
    nowSeconds: () => time.nowSeconds(),
    gasPriceWei: async () => (await provider.getBlock("latest"))?.baseFeePerGas ?? 0n,
    wait: (ms, wake) => untilTimeMoves(time, ms, AbortSignal.any([signal, wake])),
    signal,
  };
}

/** Resolves when an ended run sends nothing further, and L1's node has answered its requests. */
export async function quiet({ settlement, underWay }: Run): Promise<void> {
  await settlement.then((opened) => opened.close()).catch(() => undefined);
  await Promise.allSettled(underWay);
}

/** Resolves when L1 has mined all that the sender gave its node. Rejects with RangeError where it does not in ten seconds. */
export async function allMined(name: string, sender: Signer, patience: L1Retry): Promise<void> {
  for (let look = 0; look < LOOKS_UNTIL_UNMINED; look++) {
    const count = (tag: string): Promise<number> => patience.answered(name, () => sender.getNonce(tag));
    const [mined, given] = await Promise.all([count("latest"), count("pending")]);
    if (given <= mined) return;
    await patience.pause(name, UNMINED_POLL_MS);
  }
  throw new RangeError(`a transaction of ${name}'s operator waits on L1 to be mined; ask again when it is`);
}

/** Waits, but no longer than until the ecosystem's time moves or the signal is aborted. */
function untilTimeMoves(time: MovableClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const ends: (() => void)[] = [];
    const end = (): void => {
      for (const undo of ends.splice(0)) undo();
      resolve();
    };
    ends.push(time.after(ms, end), time.onMoved(end), () => signal.removeEventListener("abort", end));
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
