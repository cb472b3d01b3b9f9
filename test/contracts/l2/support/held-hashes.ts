import { keccak256, solidityPackedKeccak256 as hashPacked, concat, solidityPacked } from "ethers";

/** Hashes of held accounts by their definitions in IHeldAccounts and RedeemedSet, with nothing of the package. */

export const ZERO = `0x${"00".repeat(32)}`;

export interface Holding {
  readonly token: string;
  readonly amount: bigint;
}

export interface Opening {
  readonly owner: string;
  readonly nonce: bigint;
  readonly holdings: readonly Holding[];
  readonly redeemed: string;
}

export interface Note {
  readonly to: number;
  readonly token: string;
  readonly amount: bigint;
}

export interface Payment {
  readonly to: string;
  readonly token: string;
  readonly amount: bigint;
}

/** Proof that an id is not in a set. */
export interface Absence {
  readonly siblings: readonly string[];
  readonly neighbor: string;
}

export function accountLeaf(number: number, { owner, nonce, holdings, redeemed }: Opening): string {
  return hashPacked(
    ["bytes1", "uint40", "address", "uint64", "uint8", ...holdings.flatMap(() => ["address", "uint256"]), "bytes32"],
    ["0x02", number, owner, nonce, holdings.length, ...holdings.flatMap(({ token, amount }) => [token, amount]), redeemed],
  );
}

export function hashNotes(notes: readonly Note[]): string {
  return keccak256(
    concat(notes.map(({ to, token, amount }) => solidityPacked(["uint40", "address", "uint256"], [to, token, amount]))),
  );
}

export function hashPayments(payments: readonly Payment[]): string {
  return keccak256(
    concat(payments.map(({ to, token, amount }) => solidityPacked(["address", "address", "uint256"], [to, token, amount]))),
  );
}

export function actLeaf(number: number, leaf: string, notesHash: string, paymentsHash: string): string {
  return hashPacked(["bytes1", "uint40", "bytes32", "bytes32", "bytes32"], ["0x00", number, leaf, notesHash, paymentsHash]);
}

/** Level 0 is above the leaves. */
export function innerNode(level: number, left: string, right: string): string {
  return hashPacked(["bytes1", "uint8", "bytes32", "bytes32"], ["0x01", level, left, right]);
}

/** Levels of a tree of acts, from its padded leaves to its root. */
export function treeOf(leaves: readonly string[]): readonly (readonly string[])[] {
  const width = 2 ** Math.ceil(Math.log2(leaves.length));
  const levels = [[...leaves, ...Array<string>(width - leaves.length).fill(ZERO)]];
  for (let level = levels[0]!; level.length > 1; levels.push(level))
    level = Array.from({ length: level.length / 2 }, (_, i) => innerNode(levels.length - 1, level[2 * i]!, level[2 * i + 1]!));
  return levels;
}

export function pathOf(levels: readonly (readonly string[])[], position: number): string[] {
  return levels.slice(0, -1).map((level, height) => level[(position >> height) ^ 1]!);
}

export function noteId(root: string, position: number, index: number): string {
  const tag = keccak256(Buffer.from("hyperchain.held-note.v1"));
  return hashPacked(["bytes32", "bytes32", "uint8", "uint8"], [tag, root, position, index]);
}

export function giftId(gift: bigint): string {
  return hashPacked(["bytes32", "uint64"], [keccak256(Buffer.from("hyperchain.held-gift.v1")), gift]);
}

/** A set of redeemed ids by the recursive definition of its root; remembers the roots of its parts. */
export class RedeemedIds {
  readonly ids = new Set<string>();
  readonly #roots = new Map<string, string>();

  root(): string {
    return this.#rootOf([...this.ids], 0);
  }

  absence(id: string): Absence {
    const siblings: string[] = [];
    let inside = [...this.ids];
    for (let level = 0; inside.length > 1; level++) {
      siblings.unshift(
        this.#rootOf(
          inside.filter((each) => bitOf(each, level) !== bitOf(id, level)),
          level + 1,
        ),
      );
      inside = inside.filter((each) => bitOf(each, level) === bitOf(id, level));
    }
    return { siblings, neighbor: inside[0] ?? ZERO };
  }

  copy(): RedeemedIds {
    const copy = new RedeemedIds();
    for (const id of this.ids) copy.ids.add(id);
    for (const [key, root] of this.#roots) copy.#roots.set(key, root);
    return copy;
  }

  #rootOf(ids: readonly string[], level: number): string {
    if (ids.length === 0) return ZERO;
    if (ids.length === 1) return hashPacked(["bytes1", "bytes32"], ["0x03", ids[0]]);
    // A set only grows, so its size at a position names it.
    const key = `${level} ${BigInt(ids[0]!) >> BigInt(256 - level)} ${ids.length}`;
    const root = this.#roots.get(key) ?? this.#nodeOf(ids, level);
    this.#roots.set(key, root);
    return root;
  }

  #nodeOf(ids: readonly string[], level: number): string {
    const [left, right] = [0n, 1n].map((bit) =>
      this.#rootOf(
        ids.filter((id) => bitOf(id, level) === bit),
        level + 1,
      ),
    );
    return hashPacked(["bytes1", "uint8", "bytes32", "bytes32"], ["0x04", level, left, right]);
  }
}

function bitOf(id: string, level: number): bigint {
  return (BigInt(id) >> BigInt(255 - level)) & 1n;
}
