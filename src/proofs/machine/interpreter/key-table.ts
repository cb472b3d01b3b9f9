import { LIMBS } from "./limbs.ts";
import type { WordList } from "./word-list.ts";
import { readBigInt, writeBigInt } from "./word-stack.ts";

/** The state that a run starts from. */
export interface StateSource {
  /** Value of a leaf; 0 for one that does not exist. Headers hold the nonce in the low 64 bits, the balance above. */
  read(leafKind: number, account: bigint, slot: bigint): bigint;
}

/** A leaf that a run has asked for. */
interface TouchedKey {
  readonly leafKind: number;
  readonly account: bigint;
  readonly slot: bigint;
}

/** Numbers the leaves of a run in the order of their first use, and reads each from the state once. */
export class KeyTable {
  readonly keys: TouchedKey[] = [];
  /** Values of the leaves in the state. */
  readonly before: bigint[] = [];
  readonly #source: StateSource;
  readonly #ids = new Map<string, number>();

  constructor(source: StateSource) {
    this.#source = source;
  }

  /**
   * Id of the leaf whose account and slot are in `limbs`. A new one's value is written to `current`. Throws Error for an
   * account of more than 160 bits.
   */
  id(leafKind: number, limbs: Uint16Array, accountAt: number, slotAt: number, current: WordList): number {
    if (limbs.subarray(accountAt + 10, accountAt + LIMBS).some((limb) => limb !== 0)) {
      throw new Error("the kernel named an account of more than 160 bits");
    }
    const name = nameOf(leafKind, limbs, accountAt, slotAt);
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const key = { leafKind, account: readBigInt(limbs, accountAt), slot: readBigInt(limbs, slotAt) };
    const value = this.#source.read(key.leafKind, key.account, key.slot);
    const id = this.keys.length;
    this.keys.push(key);
    this.before.push(value);
    this.#ids.set(name, id);
    const at = current.offset(id);
    writeBigInt(current.limbs, at, value);
    return id;
  }
}

function nameOf(leafKind: number, limbs: Uint16Array, accountAt: number, slotAt: number): string {
  return (
    String.fromCharCode(leafKind, ...limbs.subarray(accountAt, accountAt + 10)) +
    String.fromCharCode(...limbs.subarray(slotAt, slotAt + LIMBS))
  );
}
