import type { Chain } from "../chain.ts";
import type { BlockEnvironment } from "../model/block.ts";
import type { RpcMethod } from "./request/dispatch.ts";
import { RpcCode, RpcError } from "./request/json-rpc.ts";
import { readQuantity } from "./request/quantities.ts";

interface FixedValue {
  readonly rule: string;
  readonly reason: string;
  readonly instead: string;
  /** Value of the next block by the rule; absent where a client sets no value. */
  readonly value?: (next: BlockEnvironment) => bigint;
}

/**
 * Values that development networks let a user set, and that the protocol fixes here: the rule's name, the
 * reason, and the alternative.
 */
const FIXED: Readonly<Record<string, FixedValue>> = {
  hardhat_setNextBlockBaseFeePerGas: {
    rule: "BaseFeeZero",
    reason: "the base fee of every block is 0, so that all fees reach the operator",
    instead: "give transactions a priority fee, or run what depends on the base fee on L1",
    value: () => 0n,
  },
  hardhat_setMinGasPrice: {
    rule: "BaseFeeZero",
    reason: "this chain takes any fee cap, since the base fee of every block is 0",
    instead: "leave the call out",
    value: () => 0n,
  },
  evm_setBlockGasLimit: {
    rule: "BlockGasLimit",
    reason: "the gas limit of every block is 2^50: validators refuse other blocks",
    instead: "set the gas limit of each transaction; each has 2^24 at most (EIP-7825)",
    value: ({ gasLimit }) => gasLimit,
  },
  hardhat_setPrevRandao: {
    rule: "PrevRandao",
    reason: "PREVRANDAO follows from the chain's id and the block's number: validators compute it again",
    instead: "read it from the block, or run what depends on it on L1",
    value: ({ prevRandao }) => BigInt(prevRandao),
  },
  hardhat_setCoinbase: {
    rule: "Coinbase",
    reason: "the coinbase of every block is the chain's operator: validators refuse other blocks",
    instead: "leave the call out, or send the fees on from the operator's account",
    value: ({ coinbase }) => BigInt(coinbase),
  },
  hardhat_reset: {
    rule: "OneEcosystem",
    reason: "this chain has batches on L1 and messages to other chains, which cannot start over with it",
    instead:
      "take evm_snapshot at the start and return with evm_revert, which restore L1 and all chains, or start the ecosystem again",
  },
};

/** Rule of the protocol by method. */
export const FIXED_RULES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(FIXED).map(([method, { rule }]) => [method, rule]),
);

/**
 * Answers that name the rule of the protocol by which a value cannot be set. The present value may be set: suites set a base fee
 * of 0, for one.
 */
export function fixedValueMethods({ sequencer }: Pick<Chain, "sequencer">): ReadonlyMap<string, RpcMethod> {
  return new Map(
    Object.entries(FIXED).map(([method, { rule, reason, instead, value }]) => [
      method,
      async ([given]) => {
        const wanted = readQuantity(given);
        if (wanted !== undefined && wanted === value?.(sequencer.nextEnvironment)) return true;
        throw new RpcError(RpcCode.rejected, `${method} cannot work on a hyperchain (rule ${rule}): ${reason}; ${instead}`, {
          code: "FixedByProtocol",
          rule,
        });
      },
    ]),
  );
}
