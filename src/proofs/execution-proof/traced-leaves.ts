import { ACCOUNT_LIMBS } from "../circuits/keys/keys-air.ts";
import { type AskedLeaf, keyChain } from "../circuits/keys/keys-trace.ts";
import type { CompressDigests } from "../circuits/leaves/touched-leaf.ts";
import { limbsOf, wordOf } from "../circuits/shapes/word.ts";
import type { LeafChange } from "../machine/interpreter/kernel.ts";
import type { Limbs } from "./recorded-run.ts";

/** A leaf as a run begins with it. */
export type FirstLeaf = Omit<LeafChange, "after">;

/** Counts how often a run asks for the ids of its leaves, and for their accounts. */
export class TracedLeaves {
  /** Numbers of uses by id. */
  readonly #uses: { id: number; account: number }[] = [];

  /** The id of the next leaf. */
  add(): number {
    return this.#uses.push({ id: 0, account: 0 }) - 1;
  }

  askId(id: Limbs): void {
    this.#of(id).id++;
  }

  askAccount(id: Limbs): void {
    this.#of(id).account++;
  }

  /** All leaves as the run leaves them: `after` gives an id's value. Asks for the compressions of their keys. */
  list(leaves: readonly FirstLeaf[], after: (id: number) => Limbs, compress: CompressDigests): AskedLeaf[] {
    return leaves.map(({ leafKind, account, slot, before }, id) => {
      const uses = this.#uses[id];
      const name = { kind: leafKind, account: limbsOf(account, ACCOUNT_LIMBS), slot: limbsOf(slot) };
      return {
        ...name,
        ...keyChain(name, compress),
        id,
        before: limbsOf(before),
        after: after(id),
        uses: uses?.id ?? 0,
        accountUses: uses?.account ?? 0,
      };
    });
  }

  #of(id: Limbs): { id: number; account: number } {
    const uses = this.#uses[Number(wordOf(id))];
    if (uses === undefined) throw new Error(`the run has no leaf of id ${wordOf(id)}`);
    return uses;
  }
}
