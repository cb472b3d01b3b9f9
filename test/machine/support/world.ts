import { keccak_256 } from "@noble/hashes/sha3.js";
import { codeDigestValue } from "../../../src/proofs/rules/code-digests.ts";
import type { CodeSource } from "../../../src/proofs/machine/interpreter/code-store.ts";
import type { StateSource } from "../../../src/proofs/machine/interpreter/key-table.ts";

/** An account before a transaction. */
export interface WorldAccount {
  readonly nonce: bigint;
  readonly balance: bigint;
  readonly code: Uint8Array;
  readonly storage: ReadonlyMap<bigint, bigint>;
}

/** Leaves and codes of a world for the machine. */
export class World implements StateSource, CodeSource {
  readonly #accounts: ReadonlyMap<bigint, WorldAccount>;
  readonly #codes = new Map<bigint, Uint8Array>();

  constructor(accounts: ReadonlyMap<bigint, WorldAccount>) {
    this.#accounts = accounts;
    for (const { code } of accounts.values()) this.#codes.set(codeDigestValue(code), code);
  }

  read(leafKind: number, account: bigint, slot: bigint): bigint {
    const found = this.#accounts.get(account);
    if (found === undefined) return 0n;
    switch (leafKind) {
      case 0:
        return found.storage.get(slot) ?? 0n;
      case 1:
        return (found.balance << 64n) | found.nonce;
      case 2:
        return found.code.length === 0 ? 0n : hashOf(found.code);
      default:
        return codeDigestValue(found.code);
    }
  }

  codeOf(digest: bigint): Uint8Array {
    const code = this.#codes.get(digest);
    if (code === undefined) throw new Error(`the world has no code ${digest.toString(16)}`);
    return code;
  }
}

export function hashOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(keccak_256(bytes)).toString("hex")}`);
}
