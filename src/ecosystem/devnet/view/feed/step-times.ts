import type { Hex } from "../../../../ground/protocol/hex.ts";
import { answerWithin } from "../../../relayer/member-silence.ts";
import type { MessageInfo } from "../books/ecosystem-info.ts";
import { READ_MS } from "../books/ecosystem-view.ts";
import { dropOldest } from "../../../../ground/runtime/drop-oldest.ts";

/** Asks a member, by its chain id. Rejects with the member's error. */
export type AskMember = (chainId: number, method: string, params: readonly unknown[]) => Promise<unknown>;

type Step = MessageInfo["steps"][number];

interface Inclusion {
  readonly timestamp: number;
  /** Sender of the transaction. */
  readonly from: Hex;
}

/** Steps whose time is kept, of those that were asked for. */
const MOST_KEPT = 20_000;

/** When steps of messages were done. A member is asked once for each, as long as what books know of messages stands. */
export class StepTimes {
  readonly #era: () => number;
  readonly #inclusions = new Map<string, Inclusion>();
  #keptEra: number;

  /** `era` is another number when what is known of messages was forgotten. */
  constructor(era: () => number) {
    this.#era = era;
    this.#keptEra = era();
  }

  /**
   * The message with the seconds of its steps, by the clock of each step's member, and with the account that delivered or
   * claimed it. A step has none if its block is missing, as on an L1 that has just rewound, or if its member does not
   * answer in time, or is hidden by `sees`: cached answers were also requested by others.
   */
  async of(message: MessageInfo, ask: AskMember, sees: (chainId: number) => boolean): Promise<MessageInfo> {
    const steps = await Promise.all(
      message.steps.map(async (step) => {
        const done = sees(step.chainId) ? await this.#inclusionOf(step, ask) : undefined;
        if (done === undefined) return step;
        return { ...step, timestamp: done.timestamp, ...(step.step === "delivered" ? { account: done.from } : {}) };
      }),
    );
    return { ...message, steps };
  }

  async #inclusionOf({ chainId, transactionHash }: Step, ask: AskMember): Promise<Inclusion | undefined> {
    const era = this.#era();
    if (era !== this.#keptEra) this.#inclusions.clear();
    this.#keptEra = era;
    const key = `${chainId} ${transactionHash}`;
    const kept = this.#inclusions.get(key);
    if (kept !== undefined) return kept;
    // The message is described without the data of a member that does not answer.
    const read = readInclusion(chainId, transactionHash, ask);
    const found = await answerWithin(read, `chain ${chainId}`, READ_MS).catch(() => undefined);
    if (found === undefined || era !== this.#era()) return found;
    this.#inclusions.set(key, found);
    dropOldest(this.#inclusions, MOST_KEPT);
    return found;
  }
}

async function readInclusion(chainId: number, transactionHash: Hex, ask: AskMember): Promise<Inclusion | undefined> {
  const receipt = (await ask(chainId, "eth_getTransactionReceipt", [transactionHash])) as {
    readonly blockNumber: string;
    readonly from: Hex;
  } | null;
  if (receipt === null) return undefined;
  const block = (await ask(chainId, "eth_getBlockByNumber", [receipt.blockNumber, false])) as {
    readonly timestamp: string;
  } | null;
  return block === null ? undefined : { timestamp: Number(block.timestamp), from: receipt.from };
}
