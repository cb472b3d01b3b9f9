import type { Hex } from "../../protocol/hex.ts";
import type { Chain } from "../chain.ts";
import type { RanTransaction, TransactionPlace } from "../index/block-store.ts";
import type { BlockEnvironment } from "../model/block.ts";
import { chainRules } from "../model/rules.ts";
import { UNLIMITED_CODE } from "../model/code-limits.ts";
import { decodeTransaction } from "../transaction/decode-transaction.ts";
import type { EngineTransaction } from "../transaction/transaction.ts";
import { sentBytes } from "./sent-bytes.ts";

/** What is shown of a block that an earlier process made. */
interface ShownBlock {
  readonly number: Hex;
  readonly timestamp: Hex;
  readonly mixHash: Hex;
  readonly miner: Hex;
  readonly gasLimit: Hex;
  readonly transactions: readonly ShownRequest[];
}

interface ShownRequest {
  readonly hash: Hex;
  readonly from: Hex;
  readonly to: Hex | null;
  readonly value: Hex;
  readonly input: Hex;
  readonly gas: Hex;
  readonly nonce: Hex;
}

/**
 * How a transaction ran, whatever process made its block: as the chain remembers it, or from what is shown of a block before the
 * place at which this process began. Undefined where that does not tell.
 */
export async function runOfMined(chain: Chain, place: TransactionPlace): Promise<RanTransaction | undefined> {
  const ran = chain.blocks.ran(place);
  if (ran !== undefined) return ran;
  const block = (await chain.blocks.block(place.block, true)) as ShownBlock | undefined;
  if (block === undefined) return undefined;
  const transactions = block.transactions
    .slice(0, place.index + 1)
    .map((shown, index) => transactionOf(chain, shown, { block: place.block, index }));
  const transaction = transactions.at(-1);
  return transaction === undefined
    ? undefined
    : { environment: environmentOf(block), before: transactions.slice(0, -1), transaction };
}

function environmentOf({ number, timestamp, mixHash, miner, gasLimit }: ShownBlock): BlockEnvironment {
  return {
    number: BigInt(number),
    timestamp: BigInt(timestamp),
    prevRandao: mixHash,
    coinbase: miner,
    gasLimit: BigInt(gasLimit),
  };
}

function transactionOf(chain: Chain, shown: ShownRequest, place: TransactionPlace): EngineTransaction {
  const raw = sentBytes(chain, place);
  if (raw !== null) return decodeTransaction(raw, chainRules(chain.chainId, UNLIMITED_CODE), { replayProtection: "optional" });
  const { from, to, value, input, gas, nonce } = shown;
  return {
    kind: "unsigned",
    ...{ from, to: to ?? undefined, data: input, valueWei: BigInt(value), gasLimit: BigInt(gas), nonce: BigInt(nonce) },
    // It ran, so code at its sender did not keep it out.
    isImpersonated: true,
  };
}
