import { fromHex, keccak, toHex } from "../../protocol/hex.ts";
import { LeafKind } from "../../protocol/domain-tags.ts";
import { codeDigestValue, isDigestOf } from "../model/code-digests.ts";
import { accountHeader, type GenesisLeaf } from "../model/genesis.ts";
import type { StateReader } from "../model/state-reader.ts";

/** Reads from the engine at one block, run side by side. */
const PARALLEL_READS = 64;

/** A leaf on whose value the two engines differ. */
export interface ValueDifference {
  readonly leaf: GenesisLeaf;
  readonly engineValue: bigint;
}

/**
 * Compares every leaf's value, as the witness has it, with the engine's state. Returns the first
 * difference. Cost: about 0.04 ms a leaf.
 */
export async function compareFinalValues(
  leaves: readonly GenesisLeaf[],
  state: StateReader,
): Promise<ValueDifference | undefined> {
  const valueOf = async ({ leafKind, address, slot, value }: GenesisLeaf): Promise<bigint> => {
    const account = toHex(addressBytes(address));
    if (leafKind === LeafKind.storage) return state.word(account, slot);
    if (leafKind === LeafKind.account) {
      const { nonce, balanceWei } = await state.account(account);
      return accountHeader(nonce, balanceWei);
    }
    const code = fromHex(await state.code(account));
    // The engine knows codes and not in which format they were written.
    if (leafKind === LeafKind.codeDigest) return isDigestOf(code, value) ? value : codeDigestValue(code, 3);
    return code.length === 0 ? 0n : BigInt(keccak(code));
  };
  for (let start = 0; start < leaves.length; start += PARALLEL_READS) {
    const part = leaves.slice(start, start + PARALLEL_READS);
    const values = await Promise.all(part.map(valueOf));
    for (const [i, leaf] of part.entries()) {
      const engineValue = values[i] ?? 0n;
      if (engineValue !== leaf.value) return { leaf, engineValue };
    }
  }
  return undefined;
}

function addressBytes(address: bigint): Uint8Array {
  return fromHex(`0x${address.toString(16).padStart(40, "0")}`, 20);
}
