import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createTx, type TypedTransaction } from "@ethereumjs/tx";
import { rules } from "./reference.ts";
import type { WorldAccount } from "./world.ts";

/** One case of the public state tests, in their own notation (hexadecimal text). */
export interface StateTestCase {
  readonly name: string;
  readonly pre: Readonly<
    Record<string, { nonce: string; balance: string; code: string; storage: Readonly<Record<string, string>> }>
  >;
  readonly key: string;
  readonly nonce: string;
  readonly gasLimit: string;
  readonly to: string;
  readonly value: string;
  readonly data: string;
  readonly gasPrice?: string;
  readonly maxFeePerGas?: string;
  readonly maxPriorityFeePerGas?: string;
  readonly accessList?: readonly { readonly address: string; readonly storageKeys: readonly string[] }[];
}

const STORAGE_WITHOUT_CODE = [
  "stCreate2/RevertInCreateInInitCreate2Paris/",
  "stCreate2/create2collisionStorageParis/",
  "stExtCodeHash/dynamicAccountOverwriteEmpty_Paris/",
  "stRevertTest/RevertInCreateInInit_Paris/",
  "stSStoreTest/InitCollisionParis/",
];

/**
 * Creations onto an address that has storage but neither nonce nor code (EIP-7610). No account of a chain is ever in that
 * state, so the kernel does not look for it.
 */
export function hasStorageWithoutCode({ name }: StateTestCase): boolean {
  return STORAGE_WITHOUT_CODE.some((start) => name.startsWith(start));
}

/** All committed cases. Source and licence: fixtures/state-tests/README.md. */
export function stateTestCases(): readonly StateTestCase[] {
  const file = join(import.meta.dirname, "..", "..", "..", "fixtures", "state-tests", "cases.json.gz");
  return (JSON.parse(gunzipSync(readFileSync(file)).toString()) as { cases: StateTestCase[] }).cases;
}

export function accountsOf({ pre }: StateTestCase): ReadonlyMap<bigint, WorldAccount> {
  return new Map(
    Object.entries(pre).map(([address, { nonce, balance, code, storage }]) => [
      BigInt(address),
      {
        nonce: number(nonce),
        balance: number(balance),
        code: bytes(code),
        storage: new Map(Object.entries(storage).map(([slot, value]) => [BigInt(slot), number(value)])),
      },
    ]),
  );
}

/** The case's transaction with at most `gasCap` gas, signed for a chain; undefined where no encoding of it exists. */
export function transactionOf(test: StateTestCase, gasCap: bigint, common = rules): TypedTransaction | undefined {
  const gasLimit = number(test.gasLimit);
  const type = test.maxFeePerGas !== undefined ? 2 : test.accessList !== undefined ? 1 : 0;
  const fees =
    type === 2
      ? { maxFeePerGas: number(test.maxFeePerGas ?? "0x"), maxPriorityFeePerGas: number(test.maxPriorityFeePerGas ?? "0x") }
      : { gasPrice: number(test.gasPrice ?? "0x") };
  const fields = {
    type,
    chainId: common.chainId(),
    nonce: number(test.nonce),
    gasLimit: gasLimit > gasCap ? gasCap : gasLimit,
    ...(test.to === "" ? {} : { to: test.to as `0x${string}` }),
    value: number(test.value),
    data: bytes(test.data),
    ...fees,
    ...(type === 0 ? {} : { accessList: (test.accessList ?? []) as { address: `0x${string}`; storageKeys: `0x${string}`[] }[] }),
  };
  try {
    return createTx(fields, { common }).sign(bytes(test.key));
  } catch {
    return undefined;
  }
}

/** The tests write large numbers as "0x:bigint 0x…", and 0 as "0x". */
function number(text: string): bigint {
  const digits = text.replace("0x:bigint ", "");
  return digits === "0x" || digits === "" ? 0n : BigInt(digits);
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), "hex"));
}
