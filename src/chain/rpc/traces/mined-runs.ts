import type { Common } from "@ethereumjs/common";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Chain } from "../../chain.ts";
import type { RanTransaction, TransactionPlace } from "../../index/block-store.ts";
import type { BlockEnvironment, BlockHeader } from "../../model/block.ts";
import { chainRules, withChainId } from "../../../proofs/rules/chain-rules.ts";
import { UNLIMITED_CODE } from "../../../proofs/rules/code-limits.ts";
import { decodeTransaction } from "../../../ground/transaction/decode-transaction.ts";
import type { ShownFields } from "../../../ground/transaction/shown-transaction.ts";
import type { EngineTransaction } from "../../../ground/transaction/transaction.ts";
import { environmentOf } from "../../execution/rpc-shapes.ts";
import { sentBytes } from "../blocks/sent-bytes.ts";
import { isMetered } from "../calls/asked-place.ts";

/** Block that an earlier process made, as nodes show it. */
type ShownBlock = BlockHeader & { readonly transactions: readonly ShownFields[] };

/** Fields of a mined transaction that one without a signature has as well. */
interface ShownRequest extends ShownFields {
  readonly from: Hex;
  readonly to: Hex | null;
  readonly value: Hex;
  readonly input: Hex;
  readonly gas: Hex;
  readonly nonce: Hex;
}

/** A block as it ran. */
interface RanBlock {
  readonly number: bigint;
  readonly environment: BlockEnvironment;
  readonly transactions: readonly EngineTransaction[];
}

/**
 * Runs of transactions, whatever process made their blocks: from the chain's memory, or from the RPC form of
 * a block before the start of this process. The last of those blocks is cached, because all of its
 * transactions are requested together.
 */
export class MinedRuns {
  readonly #chain: Chain;
  readonly #rules: Common;
  readonly #porter: Common | undefined;
  #last: RanBlock | undefined;

  constructor(chain: Chain) {
    this.#chain = chain;
    this.#rules = chainRules(chain.chainId, UNLIMITED_CODE);
    this.#porter = chain.partition === undefined ? undefined : withChainId(this.#rules, BigInt(chain.partition.chainId));
  }

  /** Undefined where there is no such transaction. */
  async of(place: TransactionPlace): Promise<RanTransaction | undefined> {
    const ran = this.#chain.blocks.ran(place);
    if (ran !== undefined) return ran;
    if (this.#last?.number !== place.block) this.#last = await this.#readBlock(place.block);
    const { environment, transactions = [] } = this.#last ?? {};
    const transaction = transactions[place.index];
    if (environment === undefined || transaction === undefined) return undefined;
    return { environment, before: transactions.slice(0, place.index), transaction };
  }

  async #readBlock(number: bigint): Promise<RanBlock | undefined> {
    const block = (await this.#chain.blocks.block(number, true)) as ShownBlock | undefined;
    if (block === undefined) return undefined;
    const transactions = block.transactions.map((mined) => this.#transaction(mined as ShownRequest));
    return { number, environment: environmentOf(block, isMetered(this.#chain, number)), transactions };
  }

  #transaction(mined: ShownRequest): EngineTransaction {
    const raw = sentBytes(this.#chain, mined);
    if (raw !== null)
      return decodeTransaction(raw, this.#rules, {
        replayProtection: "optional",
        opened: "allowed",
        porter: this.#porter,
      });
    const { from, to, value, input, gas, nonce } = mined;
    return {
      kind: "unsigned",
      from,
      to: to ?? undefined,
      data: input,
      valueWei: BigInt(value),
      gasLimit: BigInt(gas),
      nonce: BigInt(nonce),
      // It ran, so code at its sender did not keep it out.
      isImpersonated: true,
    };
  }
}
