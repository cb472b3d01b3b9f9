import { digestOf } from "../../core/digest-of.ts";
import type { Follower } from "../../core/follower.ts";
import type { GasPrice } from "../../mempool/gas-price.ts";
import type { CommandResult } from "../../ordering/batch-reducer.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { UNITS_PER_GAS } from "../../../ground/protocol/native-budget.ts";
import { SETTLEMENT_STAGES } from "../../../ground/protocol/settlement-stage.ts";
import { gasShare } from "../../settlement-layer/reader/gas-share.ts";
import type { SettledBatch } from "../settling/settled-batch.ts";
import type { FeeOptions } from "../described/fee-options.ts";

/** Parts of a gas price. */
interface FeeReport {
  /** Gas price that clients receive. */
  readonly gasPriceWei: bigint;
  /** The least that is taken. */
  readonly leastGasPriceWei: bigint;
  /** The part of both that pays for proving: what the units of a gas cost. */
  readonly provingPriceWei: bigint;
  /** Last gas price read from L1; undefined before the first read. */
  readonly l1GasPriceWei: bigint | undefined;
  /** Number of counted batches: the newest that L1 has executed. */
  readonly batches: number;
  /** L1's gas for an average one of them: its commit, proof and execution. */
  readonly l1GasPerBatch: bigint;
  /** Users' gas in an average one of them. */
  readonly gasPerBatch: bigint;
}

/** Fees of a chain, with a view of L1's next price of calldata. */
export interface FeeForecast extends FeeReport {
  /** L1's gas for an average batch if L1 adopts EIP-7976; undefined until L1 has shown the transactions of one. */
  readonly l1GasPerBatchAtNextFloor: bigint | undefined;
}

interface BatchCost {
  readonly l1Gas: bigint;
  readonly gas: bigint;
}

/** Batches over which costs are averaged. */
export const WINDOW = 16;

/**
 * Gas price that follows L1's: the newest batches' gas on L1 at its current price there, shared among the gas of their
 * users; and the cost of proving the units that a gas pays for. A transaction that pays less is refused. Clients receive a
 * higher price, so that signed transactions still pay after a small rise.
 */
export class FollowedGasPrice implements GasPrice, Follower<CommandResult, bigint> {
  readonly name = "fees";
  readonly #options: Readonly<Record<keyof FeeOptions, bigint>>;
  /** The newest executed batches, the oldest first. */
  readonly #costs: BatchCost[] = [];
  /** Users' gas by block, of those that L1 has not executed. */
  readonly #gasOfBlocks = new Map<bigint, bigint>();
  /** Newest block of its notifications. */
  #head = 0n;
  #l1GasPriceWei: bigint | undefined;

  constructor({ marginPercent = 25, batchGas = 5_000_000, unitPriceWei = 0, leastGasPriceWei = 1_000_000 }: FeeOptions) {
    this.#options = {
      marginPercent: BigInt(marginPercent),
      batchGas: BigInt(batchGas),
      unitPriceWei: BigInt(unitPriceWei),
      leastGasPriceWei: BigInt(leastGasPriceWei),
    };
  }

  get leastWei(): bigint {
    return this.#provingPriceWei + this.#settlingPriceWei;
  }

  /** On a proven chain no transaction takes more units to prove than its gas pays for. */
  get #provingPriceWei(): bigint {
    return BigInt(UNITS_PER_GAS) * this.#options.unitPriceWei;
  }

  get #settlingPriceWei(): bigint {
    const { batches, l1GasPerBatch, gasPerBatch } = this.#averages();
    if (batches === 0 || this.#l1GasPriceWei === undefined) return 0n;
    const { batchGas } = this.#options;
    const shared = gasPerBatch > batchGas ? gasPerBatch : batchGas;
    return (this.#l1GasPriceWei * l1GasPerBatch + shared - 1n) / shared;
  }

  get toldWei(): bigint {
    const { marginPercent, leastGasPriceWei } = this.#options;
    const told = (this.leastWei * (100n + marginPercent) + 99n) / 100n;
    return told > leastGasPriceWei ? told : leastGasPriceWei;
  }

  on({ blocks }: Pick<CommandResult, "blocks">): void {
    for (const { environment, receipts, transactions } of blocks) {
      const gas = receipts.reduce((sum, { gasUsed }, i) => (transactions[i]?.kind === "signed" ? sum + gasUsed : sum), 0n);
      this.#gasOfBlocks.set(environment.number, gas);
      this.#head = environment.number;
    }
  }

  mark(): bigint {
    return this.#head;
  }

  /** Forgets the blocks after this one. What L1 took for batches that it has executed stays. */
  returnTo(head: bigint): void {
    for (const number of [...this.#gasOfBlocks.keys()]) if (number > head) this.#gasOfBlocks.delete(number);
    this.#head = head;
  }

  digest(): Hex {
    return digestOf([this.report(), this.#gasOfBlocks]);
  }

  /** Takes in what L1's execution of a batch cost; a batch that an earlier process sealed is not counted. */
  addBatch({ batch, receipts }: SettledBatch): void {
    const { firstBlock, lastBlock } = batch.outputs;
    const isKnown = this.#gasOfBlocks.has(firstBlock) && this.#gasOfBlocks.has(lastBlock);
    const isWhole = receipts.commit !== undefined && receipts.execute !== undefined;
    let gas = 0n;
    for (const number of [...this.#gasOfBlocks.keys()]) {
      if (number > lastBlock) continue;
      gas += number >= firstBlock ? (this.#gasOfBlocks.get(number) ?? 0n) : 0n;
      this.#gasOfBlocks.delete(number);
    }
    if (!isKnown || !isWhole) return;
    const l1Gas = sumOfShares(receipts);
    this.#costs.push({ gas, l1Gas });
    if (this.#costs.length > WINDOW) this.#costs.shift();
  }

  /** L1 has this price for its gas now. */
  moveL1(gasPriceWei: bigint): void {
    this.#l1GasPriceWei = gasPriceWei;
  }

  report(): FeeReport {
    return {
      gasPriceWei: this.toldWei,
      leastGasPriceWei: this.leastWei,
      provingPriceWei: this.#provingPriceWei,
      l1GasPriceWei: this.#l1GasPriceWei,
      ...this.#averages(),
    };
  }

  #averages(): Pick<FeeReport, "batches" | "l1GasPerBatch" | "gasPerBatch"> {
    const batches = this.#costs.length;
    if (batches === 0) return { batches, l1GasPerBatch: 0n, gasPerBatch: 0n };
    const sum = (part: keyof BatchCost): bigint => this.#costs.reduce((total, cost) => total + cost[part], 0n);
    return { batches, l1GasPerBatch: sum("l1Gas") / BigInt(batches), gasPerBatch: sum("gas") / BigInt(batches) };
  }
}

/** Gas of a batch on L1: its share of each transaction that did a stage for it. */
function sumOfShares(receipts: SettledBatch["receipts"]): bigint {
  return SETTLEMENT_STAGES.reduce((sum, stage) => {
    const receipt = receipts[stage];
    return receipt === undefined ? sum : sum + gasShare(receipt, stage);
  }, 0n);
}
