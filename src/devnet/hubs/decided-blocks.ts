import type { HubBlock } from "../../hub/hub-block.ts";
import type { HubCertificate } from "../../hub/hub-certificate.ts";
import { HubNode } from "../../hub/hub-node.ts";
import type { HubState } from "../../hub/hub-state.ts";

/** Block with the votes that decided it. */
interface DecidedBlock {
  readonly block: HubBlock;
  readonly certificate: HubCertificate;
  /** State of the hub before the block. */
  readonly before: HubState;
}

/** Blocks of a hub that its aggregators decided: the newest ones, and the state before these. */
export class DecidedBlocks {
  readonly #limit: number;
  /** Node after the blocks that are no longer stored. */
  readonly #base = HubNode.begin();
  #blocks: readonly DecidedBlock[] = [];

  /** `limit`: landed blocks that are stored. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get newest(): HubBlock | undefined {
    return this.#blocks.at(-1)?.block;
  }

  /** Number of the newest block; 0 before the first. */
  get count(): bigint {
    return this.newest?.header.number ?? this.#base.header.number;
  }

  /** Block of a number; undefined if it is not decided, or no longer stored. */
  at(number: bigint): DecidedBlock | undefined {
    return this.#blocks.find(({ block }) => block.header.number === number);
  }

  add(decided: DecidedBlock): void {
    this.#blocks = [...this.#blocks, decided];
  }

  /** L1 has landed all blocks up to this one: the oldest beyond the limit are dropped. */
  landed(number: bigint): void {
    const count = this.#blocks.filter(({ block }) => block.header.number <= number).length;
    const dropped = this.#blocks.slice(0, Math.max(0, count - this.#limit));
    for (const { block } of dropped) this.#base.apply(block);
    this.#blocks = this.#blocks.slice(dropped.length);
  }

  /** Removes the blocks after this one. Throws RangeError if it is before the stored ones. */
  cutAfter(number: bigint): void {
    const oldest = this.#base.header.number;
    if (number < oldest)
      throw new RangeError(
        `L1 has returned to block ${number} of the hub, and the oldest state that is stored is after block ${oldest}; start the ecosystem again`,
      );
    this.#blocks = this.#blocks.filter(({ block }) => block.header.number <= number);
  }

  /** A new node after all decided blocks. */
  node(): HubNode {
    const node = this.#base.copy();
    for (const { block } of this.#blocks) node.apply(block);
    return node;
  }
}
