import type { HubBlock } from "../../hub/hub-block.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashHubHeader, type HubHeader } from "../../../ground/protocol/hub-header.ts";
import { dropOldest } from "../../../ground/runtime/drop-oldest.ts";

/** Proposed blocks that are stored: a group decides one of the last few. */
const MAX_BODIES = 256;

/** Proposed blocks of a hub by their headers: its aggregators decide on headers. The oldest proposals are dropped. */
export class BlockBodies {
  readonly #bodies = new Map<Hex, HubBlock>();

  add(block: HubBlock): void {
    const hash = hashHubHeader(block.header);
    this.#bodies.delete(hash);
    this.#bodies.set(hash, block);
    dropOldest(this.#bodies, MAX_BODIES);
  }

  /** Stored blocks, the oldest first. */
  get blocks(): readonly HubBlock[] {
    return [...this.#bodies.values()];
  }

  find(header: HubHeader): HubBlock | undefined {
    return this.#bodies.get(hashHubHeader(header));
  }
}
