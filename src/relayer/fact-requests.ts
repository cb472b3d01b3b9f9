import type { JsonRpcApiProvider } from "ethers";
import { toHex } from "../protocol/hex.ts";
import { factIndex } from "../protocol/import-kinds.ts";
import { l2LogTreeProof } from "../protocol/message-proof.ts";
import type { L1View, MessagePlace } from "../settlement-layer/reader/l1-view.ts";
import { Attempts } from "./attempts.ts";
import type { OpenJourney } from "./journey-book.ts";
import { describeRefusal } from "./refusal.ts";

/** Facts that are requested in a round: as many as a batch imports. */
const MAX_REQUESTS = 16;

interface FactRequestsDependencies {
  readonly l1View: L1View;
  /** Node of the chain that imports them. Throws RangeError if it speaks no JSON-RPC here. */
  readonly node: () => Pick<JsonRpcApiProvider, "send">;
}

/** Requests imports of facts about batches that L1 stores and has not executed, for messages that wait for a chain. */
export class FactRequests {
  /** Chains whose batches the chain imports facts about. */
  readonly #from: () => readonly bigint[];
  readonly #dependencies: FactRequestsDependencies;
  readonly #attempts = new Attempts<OpenJourney>();
  /** Facts that the chain has, whose events may not be read yet. */
  readonly #imported = new Set<bigint>();

  constructor(from: () => readonly bigint[], dependencies: FactRequestsDependencies) {
    this.#from = from;
    this.#dependencies = dependencies;
  }

  /** The chain returned to an earlier state. */
  forget(): void {
    this.#imported.clear();
  }

  /** Requests a fact for each batch with a message that waits. Resolves with the number of imported facts. */
  async request(waiting: readonly OpenJourney[]): Promise<number> {
    this.#attempts.look();
    const requested = new Set<bigint>();
    let imported = 0;
    for (const journey of waiting) {
      const place = this.#placeOf(journey);
      if (place === undefined) continue;
      const { chainId, batchNumber } = place.batch;
      const index = factIndex(chainId, batchNumber);
      if (requested.has(index) || this.#imported.has(index)) continue;
      if (requested.size === MAX_REQUESTS) break;
      requested.add(index);
      if (!(await this.#requestOne(journey, place))) continue;
      this.#imported.add(index);
      imported++;
    }
    return imported;
  }

  /** The message in an open batch, if a fact about the batch would prove it. */
  #placeOf(journey: OpenJourney): MessagePlace | undefined {
    const { sourceChainId, sender, messageHash, content, imported, steps, sentTooEarly } = journey;
    const isWaiting = imported === undefined && !steps.has("executed") && sentTooEarly === undefined;
    if (!isWaiting || content.type === "refund" || !this.#from().includes(sourceChainId)) return undefined;
    if (!this.#attempts.isDue(journey)) return undefined;
    const places = this.#dependencies.l1View.messages(sourceChainId, sender, messageHash);
    return places.some(({ batch }) => batch.executed !== undefined) ? undefined : places[0];
  }

  async #requestOne(
    journey: OpenJourney,
    { batch: { chainId, batchNumber }, index, logLeaves, sender, body }: MessagePlace,
  ): Promise<boolean> {
    const message = {
      ...{ chainId: Number(chainId), batchNumber: Number(batchNumber), index, sender, data: toHex(body) },
      proof: l2LogTreeProof(logLeaves, index),
    };
    try {
      await this.#dependencies.node().send("hyperchain_importFact", [message]);
      journey.refusal = undefined;
      return true;
    } catch (error) {
      journey.refusal = describeRefusal(error);
      this.#attempts.fail(journey, error);
      return false;
    }
  }
}
