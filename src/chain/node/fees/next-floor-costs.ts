import type { Provider } from "ethers";
import { SETTLEMENT_STAGES } from "../../../ground/protocol/settlement-stage.ts";
import { gasAtNextFloor } from "../../../ground/protocol/way-to-l1.ts";
import { gasShare } from "../../settlement-layer/reader/gas-share.ts";
import type { SettledBatch } from "../settling/settled-batch.ts";
import { WINDOW } from "./followed-gas-price.ts";

/**
 * L1's gas for the newest executed batches if L1 adopts the next floor of calldata (EIP-7976). Receipts do not have the calldata,
 * so each transaction is read from L1. A forecast for people: no price depends on it.
 */
export class NextFloorCosts {
  readonly #l1: Pick<Provider, "getTransaction">;
  readonly #costs: bigint[] = [];

  constructor(l1: Pick<Provider, "getTransaction">) {
    this.#l1 = l1;
  }

  /** Average of the newest batches; undefined before the first one. */
  get average(): bigint | undefined {
    const count = BigInt(this.#costs.length);
    return count === 0n ? undefined : this.#costs.reduce((sum, cost) => sum + cost, 0n) / count;
  }

  /** Adds a batch whose commit and execution this process sent, if L1 shows all its transactions. */
  async add({ receipts }: Pick<SettledBatch, "receipts">): Promise<void> {
    if (receipts.commit === undefined || receipts.execute === undefined) return;
    let cost = 0n;
    for (const stage of SETTLEMENT_STAGES) {
      const receipt = receipts[stage];
      if (receipt === undefined) continue;
      const transaction = await this.#l1.getTransaction(receipt.hash).catch(() => null);
      if (transaction === null) return;
      const bytes = (transaction.data.length - 2) / 2;
      cost += gasShare({ gasUsed: gasAtNextFloor(receipt.gasUsed, bytes), logs: receipt.logs }, stage);
    }
    this.#costs.push(cost);
    if (this.#costs.length > WINDOW) this.#costs.shift();
  }
}
