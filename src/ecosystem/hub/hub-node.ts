import { wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { hashHubHeader, type HubHeader } from "../../ground/protocol/hub-header.ts";
import { importedRootsRollingHash } from "../../ground/protocol/rolling-hash.ts";
import { FactPaths, FactTree, isFactIn } from "./fact-tree.ts";
import {
  contentsOf,
  evidenceOf,
  factsAmong,
  firstHubHeader,
  MAX_BLOCK_BATCHES,
  type HubBatch,
  type HubBlock,
  type HubBlockOnL1,
  type HubEntry,
} from "./hub-block.ts";
import { HubError } from "./hub-error.ts";
import { HubState } from "./hub-state.ts";

/** A batch that may go into a block. */
export type OfferedEntry = Omit<HubEntry, "paths">;

/**
 * A node of a hub: the newest header and the state after it. It checks each block completely from these, so a light client is a
 * full node. One that builds blocks or serves newcomers also has each fact and its path.
 */
export class HubNode {
  readonly #paths: FactPaths | undefined;
  #header: HubHeader;
  #state: HubState;

  private constructor(header: HubHeader, state: HubState, paths: FactPaths | undefined) {
    this.#header = header;
    this.#state = state;
    this.#paths = paths;
  }

  /** Node of a hub without blocks, with all facts. */
  static begin(): HubNode {
    const state = HubState.empty();
    return new HubNode(firstHubHeader(state.digest()), state, new FactPaths());
  }

  /**
   * Newcomer, from the header that L1 stores and the state that any node sends; with the facts that it sends, to serve others.
   * Throws HubError Malformed if they have another digest than the header.
   */
  static fromL1(header: HubHeader, stateBytes: Uint8Array, facts?: readonly Hex[]): HubNode {
    const state = HubState.decode(stateBytes);
    if (state.digest() !== header.state)
      throw new HubError(
        "Malformed",
        `the state has the digest ${state.digest()}, and L1 has ${header.state}; request it from another node`,
      );
    return new HubNode(header, state, facts === undefined ? undefined : pathsOf(facts, state));
  }

  /** Separate node at the same block. */
  copy(): HubNode {
    return new HubNode(this.#header, this.#state.copy(), this.#paths?.copy());
  }

  /** True if the node builds blocks and serves facts. */
  get hasFacts(): boolean {
    return this.#paths !== undefined;
  }

  /** Facts of the state in their order, for `fromL1`; none of a node without facts. */
  get facts(): readonly Hex[] {
    return (this.#paths?.facts ?? []).map((fact) => wordToHex(fact));
  }

  get header(): HubHeader {
    return this.#header;
  }

  get state(): HubState {
    return this.#state.copy();
  }

  /**
   * Makes a block with these batches, at most 16: one of each chain in turn, so that a fast chain leaves room for a slow one. A
   * chain's batches stay in their order. The batches of a chain from one that the hub cannot take now are omitted, and `leftOut`
   * gets the reason. Returns undefined if no batch remains. Throws HubError FactNotOffered on a node without facts.
   */
  build(offered: readonly OfferedEntry[], leftOut: (entry: OfferedEntry, reason: HubError) => void): HubBlock | undefined {
    if (this.#paths === undefined) throw new HubError("FactNotOffered", "a node without the hub's facts builds no blocks");
    const draft = new BlockDraft(this.#state.copy(), this.#paths.copy());
    const queues = [...Map.groupBy(offered, ({ chainId }) => chainId).values()].map((queue) => [...queue]);
    const reasons = new Map<OfferedEntry, HubError>();
    for (let count = -1; count < draft.entries.length && draft.hasRoom;) {
      count = draft.entries.length;
      for (const queue of queues) draft.takeFirst(queue, reasons);
    }
    for (const [entry, reason] of reasons) leftOut(entry, reason);
    const { entries } = draft;
    if (entries.length === 0) return undefined;
    const { number } = this.#header;
    const parent = hashHubHeader(this.#header);
    const contents = contentsOf(entries, evidenceOf(entries));
    return { header: { number: number + 1n, parent, state: draft.state.digest(), contents }, entries };
  }

  /** Checks all of a block that L1 is not needed for. Throws HubError. */
  check(block: HubBlock): void {
    this.#after(block);
  }

  /** Applies a decided block, or one that L1 has. Throws HubError, and changes nothing then. */
  apply(block: HubBlock | HubBlockOnL1): void {
    const { state, facts } = this.#after(block);
    for (const fact of facts) this.#paths?.append(BigInt(fact));
    this.#state = state;
    this.#header = block.header;
  }

  #after(block: HubBlock | HubBlockOnL1): { readonly state: HubState; readonly facts: readonly Hex[] } {
    const { header, entries } = block;
    const { evidence, complete } = evidenceIn(block);
    if (entries.length === 0 || entries.length > MAX_BLOCK_BATCHES)
      throw new HubError("BatchCountOutOfRange", `a block has 1 to ${MAX_BLOCK_BATCHES} batches, not ${entries.length}`);
    requireSame("number", header.number, this.#header.number + 1n);
    requireSame("parent", header.parent, hashHubHeader(this.#header));
    requireSame("contents", header.contents, contentsOf(entries, evidence));
    const state = this.#state.copy();
    const facts: Hex[] = [];
    for (const [i, entry] of entries.entries()) {
      requireNext(lastOf(entries.slice(0, i), entry.chainId), entry);
      const known = complete[i];
      if (known !== undefined) {
        requireImports(known);
        requireFacts(known, state);
      }
      facts.push(state.step(entry));
    }
    requireSame("state", header.state, state.digest());
    return { state, facts };
  }
}

/** Digest of a block's evidence, and the entries with it; none of a block on L1, which has checked the block's proof. */
function evidenceIn(block: HubBlock | HubBlockOnL1): { readonly evidence: Hex; readonly complete: readonly HubEntry[] } {
  if ("evidence" in block) return { evidence: block.evidence, complete: [] };
  return { evidence: evidenceOf(block.entries), complete: block.entries };
}

/** Batches of an unfinished block, and the state after these. */
class BlockDraft {
  readonly entries: HubEntry[] = [];
  readonly state: HubState;
  readonly #paths: FactPaths;

  constructor(state: HubState, paths: FactPaths) {
    this.state = state;
    this.#paths = paths;
  }

  get hasRoom(): boolean {
    return this.entries.length < MAX_BLOCK_BATCHES;
  }

  /** Takes the first batch of a chain's queue, or notes why the hub cannot take it now. */
  takeFirst(queue: OfferedEntry[], reasons: Map<OfferedEntry, HubError>): void {
    const [entry] = queue;
    if (entry === undefined || !this.hasRoom) return;
    try {
      const placed = { ...entry, paths: requirePaths(entry, this.#paths) };
      requireNext(lastOf(this.entries, entry.chainId), entry);
      this.#paths.append(BigInt(this.state.step(entry)));
      this.entries.push(placed);
      reasons.delete(entry);
      queue.shift();
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      reasons.set(entry, error);
    }
  }
}

function pathsOf(facts: readonly Hex[], state: HubState): FactPaths {
  const tree = new FactTree();
  const paths = new FactPaths();
  for (const fact of facts) {
    tree.append(BigInt(fact));
    paths.append(BigInt(fact));
  }
  const [actual, expected] = [tree.root(), state.factsRoot()];
  if (tree.count === state.factCount && actual.every((element, i) => element === expected[i])) return paths;
  throw new HubError("Malformed", "the facts are not those of the hub's state; request them from another node");
}

function lastOf(entries: readonly HubBatch[], chainId: bigint): HubBatch | undefined {
  return entries.findLast((entry) => entry.chainId === chainId);
}

/** A chain's batches in a block follow each other. */
function requireNext(last: HubBatch | undefined, { chainId, stored }: HubBatch): void {
  if (last === undefined || last.stored.batchNumber + 1n === stored.batchNumber) return;
  throw new HubError(
    "BatchesNotInOrder",
    `batch ${stored.batchNumber} of chain ${chainId} follows batch ${last.stored.batchNumber} in a block`,
  );
}

function requirePaths(entry: OfferedEntry, paths: FactPaths): HubEntry["paths"] {
  requireImports(entry);
  return factsAmong(entry.imports).map((fact) => {
    const path = paths.pathOf(BigInt(fact));
    if (path === undefined) throw notOffered(entry, fact);
    return path;
  });
}

/** A leader cannot hide a fact: L1 has the hash of the imports. */
function requireImports({ chainId, stored, imports }: OfferedEntry): void {
  const isSame =
    importedRootsRollingHash(imports) === stored.importedRootsRollingHash && BigInt(imports.length) === stored.importedRootCount;
  if (isSame) return;
  throw new HubError(
    "ImportsMismatch",
    `the imports that are shown of batch ${stored.batchNumber} of chain ${chainId} differ from the hash on L1`,
  );
}

/** The batch's facts are in the state before it. */
function requireFacts(entry: HubEntry, state: HubState): void {
  const facts = factsAmong(entry.imports);
  const root = state.factsRoot();
  facts.forEach((fact, i) => {
    const path = entry.paths[i];
    if (path === undefined || path.position >= state.factCount || !isFactIn(root, BigInt(fact), path))
      throw notOffered(entry, fact);
  });
  if (entry.paths.length !== facts.length)
    throw new HubError("ImportsMismatch", `${entry.paths.length} paths are shown, and ${facts.length} facts are imported`);
}

function notOffered({ chainId, stored }: OfferedEntry, fact: Hex): HubError {
  return new HubError(
    "FactNotOffered",
    `batch ${stored.batchNumber} of chain ${chainId} imports the fact ${fact}, whose batch no block of the hub has yet`,
  );
}

function requireSame(field: string, actual: Hex | bigint, expected: Hex | bigint): void {
  if (actual === expected) return;
  throw new HubError("BlockMismatch", `the block's ${field} is ${actual}, and ${expected} follows from the blocks before`);
}
