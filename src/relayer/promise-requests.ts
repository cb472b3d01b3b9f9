import { factIndex } from "../protocol/import-kinds.ts";
import type { L1View } from "../settlement-layer/reader/l1-view.ts";
import { Attempts } from "./attempts.ts";
import type { OpenJourney } from "./journey-book.ts";
import type { PromisedMessages } from "./promised-messages.ts";
import { describeRefusal, refusalCodeOf } from "./refusal.ts";
import type { AskedNode } from "./state-proof.ts";

/** Promises that are requested in a round: as many as a batch imports. */
const MAX_REQUESTS = 16;

interface PromiseRequestsDependencies {
  readonly chainId: bigint;
  readonly l1View: L1View;
  readonly promised: PromisedMessages;
  /** Node of a chain. Throws RangeError if it speaks no JSON-RPC here. */
  readonly nodeOf: (chainId: number) => AskedNode;
}

/** A batch of a source. */
interface SourceBatch {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
}

/** Requests promises for messages that wait for a chain: the source's node signs, and the chain imports. */
export class PromiseRequests {
  /** Chains whose promises the chain takes. */
  readonly #from: () => readonly bigint[];
  readonly #dependencies: PromiseRequestsDependencies;
  readonly #attempts = new Attempts<OpenJourney>();
  /** Facts that the chain has imported by promises. */
  readonly #imported = new Set<bigint>();

  constructor(from: () => readonly bigint[], dependencies: PromiseRequestsDependencies) {
    this.#from = from;
    this.#dependencies = dependencies;
  }

  /** The chain returned to an earlier state. */
  forget(): void {
    this.#imported.clear();
  }

  /** Requests a promise for each batch with a message that waits. Resolves with the number of imports. */
  async request(waiting: readonly OpenJourney[]): Promise<number> {
    this.#attempts.look();
    const requested = new Set<bigint>();
    let imported = 0;
    for (const journey of waiting.filter((each) => this.#waits(each))) {
      const batch = await this.#batchOf(journey);
      if (batch === undefined) continue;
      const index = factIndex(batch.chainId, batch.batchNumber);
      if (requested.has(index) || this.#imported.has(index)) continue;
      if (requested.size === MAX_REQUESTS) break;
      requested.add(index);
      if (!(await this.#requestOne(journey, batch))) continue;
      this.#imported.add(index);
      imported++;
    }
    return imported;
  }

  #waits(journey: OpenJourney): boolean {
    const { sourceChainId, sender, messageHash, content, imported, steps, sentTooEarly } = journey;
    const isOpen = imported === undefined && !steps.has("executed") && sentTooEarly === undefined;
    if (!isOpen || content.type === "refund" || !this.#from().includes(sourceChainId)) return false;
    const onL1 = this.#dependencies.l1View.messages(sourceChainId, sender, messageHash);
    return this.#attempts.isDue(journey) && onL1.every(({ batch }) => batch.executed === undefined);
  }

  /** Batch of the transaction that sent the message, by its node: also an open one. */
  async #batchOf({ sourceChainId: chainId, steps }: OpenJourney): Promise<SourceBatch | undefined> {
    const hash = steps.get("initiated")?.transactionHash;
    if (hash === undefined) return undefined;
    const node = this.#dependencies.nodeOf(Number(chainId));
    const receipt = (await node.send("eth_getTransactionReceipt", [hash])) as { readonly l1BatchNumber?: string | null } | null;
    const number = receipt?.l1BatchNumber;
    return number === undefined || number === null ? undefined : { chainId, batchNumber: BigInt(number) };
  }

  async #requestOne(journey: OpenJourney, { chainId, batchNumber }: SourceBatch): Promise<boolean> {
    const { chainId: toChain, nodeOf, promised } = this.#dependencies;
    try {
      const request = { toChain: Number(toChain), batchNumber: Number(batchNumber) };
      const answer = await nodeOf(Number(chainId)).send("hyperchain_getPromise", [request]);
      await nodeOf(Number(toChain)).send("hyperchain_importPromise", [answer]);
      promised.add(chainId, batchNumber, answer);
      journey.refusal = undefined;
      return true;
    } catch (error) {
      // The batch ends soon, or L1 has executed it.
      if (refusalCodeOf(error) === "BatchNotSealed") return false;
      journey.refusal = describeRefusal(error);
      this.#attempts.fail(journey, error);
      return false;
    }
  }
}
