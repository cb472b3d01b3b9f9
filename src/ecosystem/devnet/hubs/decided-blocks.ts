import type { HubBlock, HubBlockOnL1 } from "../../hub/hub-block.ts";
import type { HubCertificate } from "../../hub/hub-certificate.ts";
import { HubNode } from "../../hub/hub-node.ts";
import type { HubState } from "../../hub/hub-state.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashHubHeader } from "../../../ground/protocol/hub-header.ts";
import type { StoredHubBlocks } from "./stored-hub-blocks.ts";

/** Block with the votes that decided it. */
export interface DecidedBlock {
  readonly block: HubBlock;
  readonly certificate: HubCertificate;
  /** State of the hub before the block. */
  readonly before: HubState;
}

/** Block that L1 has, of an earlier process or of other aggregators. */
interface ForeignBlock {
  readonly block: HubBlock | HubBlockOnL1;
  readonly certificate: undefined;
}

interface DecidedBlocksOptions {
  readonly limit: number;
  readonly store?: StoredHubBlocks | undefined;
  readonly landed?: readonly (HubBlock | HubBlockOnL1)[] | undefined;
}

/** Blocks of a hub that its aggregators decided: the newest ones, and the state before these. */
export class DecidedBlocks {
  readonly #limit: number;
  /** Node after the blocks that are no longer stored. */
  readonly #base = HubNode.begin();
  #blocks: readonly (DecidedBlock | ForeignBlock)[] = [];
  #landed = 0n;
  readonly #store: StoredHubBlocks | undefined;

  /**
   * `limit`: landed blocks that are in memory. `store`: has all blocks beyond the process; default: none. `landed`: blocks of
   * earlier processes, which L1 has. Throws HubError if one does not follow the one before.
   */
  constructor({ limit, store, landed = [] }: DecidedBlocksOptions) {
    this.#limit = limit;
    this.#store = store;
    const older = landed.slice(0, Math.max(0, landed.length - limit));
    for (const block of older) this.#base.apply(block);
    const node = this.#base.copy();
    for (const block of landed.slice(older.length)) {
      this.#blocks = [...this.#blocks, { block, certificate: undefined }];
      node.apply(block);
    }
    this.#landed = node.header.number;
  }

  get newest(): HubBlock | HubBlockOnL1 | undefined {
    return this.#blocks.at(-1)?.block;
  }

  /** Number of the newest block; 0 before the first. */
  get count(): bigint {
    return this.newest?.header.number ?? this.#base.header.number;
  }

  /** Number of the newest block that L1 has, as of the newest read; 0 before the first. */
  get landedCount(): bigint {
    return this.#landed;
  }

  /** Decided blocks that L1 lacks, as of the newest read. */
  get pending(): readonly DecidedBlock[] {
    const isDecided = (each: DecidedBlock | ForeignBlock): each is DecidedBlock => each.certificate !== undefined;
    return this.#blocks.filter(isDecided).filter(({ block }) => block.header.number > this.#landed);
  }

  /** Block of a number; undefined if it is not decided, or no longer stored. */
  at(number: bigint): DecidedBlock | ForeignBlock | undefined {
    return this.#blocks.find(({ block }) => block.header.number === number);
  }

  /** True for the block with this hash, and for numbers of blocks that are no longer stored. */
  has(number: bigint, hash: Hex): boolean {
    const base = this.#base.header;
    if (number < base.number) return true;
    const header = number === base.number ? base : this.at(number)?.block.header;
    return header !== undefined && hashHubHeader(header) === hash;
  }

  add(decided: DecidedBlock): void {
    this.#store?.append(decided.block);
    this.#blocks = [...this.#blocks, decided];
  }

  /** L1 has landed all blocks up to this one: the oldest beyond the limit are dropped. */
  landed(number: bigint): void {
    this.#landed = number;
    const count = this.#blocks.filter(({ block }) => block.header.number <= number).length;
    const dropped = this.#blocks.slice(0, Math.max(0, count - this.#limit));
    for (const { block } of dropped) this.#base.apply(block);
    this.#blocks = this.#blocks.slice(dropped.length);
  }

  /**
   * Removes the blocks after this one, and adds those that L1 has there. Throws RangeError if it is before the stored ones, and
   * HubError if one does not follow; nothing has changed then.
   */
  cutAfter(number: bigint, onL1: readonly HubBlockOnL1[] = []): void {
    const oldest = this.#base.header.number;
    if (number < oldest)
      throw new RangeError(
        `L1 has returned to block ${number} of the hub, and the oldest state that is stored is after block ${oldest}; start the ecosystem again`,
      );
    const stored = this.#blocks.filter(({ block }) => block.header.number <= number);
    const node = nodeAfter(this.#base, stored);
    for (const block of onL1) node.apply(block);
    this.#blocks = [...stored, ...onL1.map((block) => ({ block, certificate: undefined }))];
    this.#landed = node.header.number;
    this.#store?.cutAfter(number);
    for (const block of onL1) this.#store?.append(block);
  }

  /** A new node after all decided blocks. */
  node(): HubNode {
    return nodeAfter(this.#base, this.#blocks);
  }
}

function nodeAfter(base: HubNode, blocks: readonly { readonly block: HubBlock | HubBlockOnL1 }[]): HubNode {
  const node = base.copy();
  for (const { block } of blocks) node.apply(block);
  return node;
}
