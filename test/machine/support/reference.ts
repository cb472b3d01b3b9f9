import { createBlock } from "@ethereumjs/block";
import { EVMError } from "@ethereumjs/evm";
import type { TypedTransaction } from "@ethereumjs/tx";
import { Account, createAddressFromBigInt } from "@ethereumjs/util";
import { createVM, runTx } from "@ethereumjs/vm";
import type { RunEnvironment } from "../../../src/proofs/machine/interpreter/environment.ts";
import type { LeafChange } from "../../../src/proofs/machine/interpreter/kernel.ts";
import { codeDigestValue } from "../../../src/proofs/rules/code-digests.ts";
import { prevRandaoOf } from "../../../src/ground/protocol/prev-randao.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { UNCOVERED_PRECOMPILES } from "../../../src/ground/protocol/uncovered-precompiles.ts";
import type { WorldAccount } from "./world.ts";

/** The product's own rules, on another chain id. */
export const rules = chainRules(1);

/** A transaction's result under an independent engine (ethereumjs), or why it refused the transaction. */
export type ReferenceResult =
  | { readonly refused: string }
  | {
      readonly refused: undefined;
      readonly gasUsed: bigint;
      readonly success: boolean;
      leaf(change: LeafChange): Promise<bigint>;
    };

/** Runs one transaction in the block after the environment's boundary, with the kernel's precompiled contracts. */
export async function runReference(
  accounts: ReadonlyMap<bigint, WorldAccount>,
  environment: RunEnvironment,
  transaction: TypedTransaction,
): Promise<ReferenceResult> {
  const vm = await createVM({ common: rules });
  for (const [address, { nonce, balance, code, storage }] of accounts) {
    // EIP-161: no state has an account that exists and is empty.
    if (nonce === 0n && balance === 0n && code.length === 0) continue;
    const at = createAddressFromBigInt(address);
    await vm.stateManager.putAccount(at, new Account(nonce, balance));
    if (code.length > 0) await vm.stateManager.putCode(at, code);
    for (const [slot, value] of storage) await vm.stateManager.putStorage(at, bytesOf(slot, 32), trimmed(value));
  }
  const { boundary, baseFee, blockGasLimit, chainId } = environment;
  const number = boundary.blockNumber + 1n;
  const header = {
    number,
    timestamp: boundary.timestamp,
    coinbase: createAddressFromBigInt(boundary.coinbase),
    gasLimit: blockGasLimit,
    baseFeePerGas: baseFee,
    mixHash: Buffer.from(prevRandaoOf(chainId, number).slice(2), "hex"),
    excessBlobGas: 0n,
  };
  const block = createBlock({ header }, { common: rules });
  failUncovered(vm.evm);
  try {
    const result = await runTx(vm, { tx: transaction, block, skipBlockGasLimitValidation: true });
    return {
      refused: undefined,
      gasUsed: result.totalGasSpent,
      success: result.execResult.exceptionError === undefined,
      leaf: (change) => leafOf(vm.stateManager, change),
    };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

type Evm = Awaited<ReturnType<typeof createVM>>["evm"];

/** A precompiled contract without a proof fails if it has input. */
function failUncovered({ precompiles }: Evm): void {
  for (const [name, original] of precompiles) {
    if (!UNCOVERED_PRECOMPILES.has(BigInt(`0x${name}`))) continue;
    precompiles.set(name, (input) =>
      input.data.length === 0
        ? original(input)
        : {
            executionGasUsed: input.gasLimit,
            returnValue: new Uint8Array(0),
            exceptionError: new EVMError(EVMError.errorMessages.OUT_OF_GAS),
          },
    );
  }
}

type States = Awaited<ReturnType<typeof createVM>>["stateManager"];
const NO_CODE_HASH = 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470n;

/** Reads the value of a leaf. */
async function leafOf(states: States, { leafKind, account, slot }: LeafChange): Promise<bigint> {
  const at = createAddressFromBigInt(account);
  const found = await states.getAccount(at);
  if (found === undefined) return 0n;
  if (leafKind === 0) return numberOf(await states.getStorage(at, bytesOf(slot, 32)));
  if (leafKind === 1) return (found.balance << 64n) | found.nonce;
  const hash = numberOf(found.codeHash);
  if (hash === NO_CODE_HASH) return 0n;
  return leafKind === 2 ? hash : codeDigestValue(await states.getCode(at));
}

export function bytesOf(value: bigint, length: number): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex"));
}

function trimmed(value: bigint): Uint8Array {
  const text = value.toString(16);
  return Uint8Array.from(Buffer.from(text.length % 2 === 1 ? `0${text}` : text, "hex"));
}

export function numberOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}
