import { NamedError } from "../../errors/named-error.ts";
import {
  deriveEvaluationPoint,
  hashCommitment,
  hashDaCommitment,
  hashPreCommitment,
  NO_PARTITION,
} from "../../protocol/commitment.ts";
import { hashAssetFlows } from "../../protocol/asset-flows.ts";
import { diffListDigest } from "../../protocol/diff-digest.ts";
import { digestToHex, type Compress, type Digest } from "../../protocol/digest.ts";
import type { DiffEntry } from "../../protocol/diff-list.ts";
import { LeafKind } from "../../protocol/domain-tags.ts";
import { evaluateDiffList } from "../../protocol/evaluation.ts";
import { fromHex, keccak, type Hex } from "../../protocol/hex.ts";
import type { ChainId } from "../../protocol/ids.ts";
import type { Format } from "../../protocol/protocol-version.ts";
import { hashImportOutputs, hashImports } from "../../protocol/imports.ts";
import { encodePubdata, hashPubdata, sortBytecodes } from "../../protocol/pubdata.ts";
import type { BatchStatement } from "../../protocol/statement.ts";
import type { StateTransitionWitness } from "../../protocol/state-transition-witness.ts";
import { genesisLeaves, type GenesisAccount, type GenesisLeaf } from "../model/genesis.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import { whyReserved } from "../model/reserved-addresses.ts";
import type { StateTree } from "../state/state-tree.ts";
import type { ChainIdentity } from "./form-batch.ts";

/** A part of a first state, as it follows from the state alone: no contract is in it, so a chain can be created with it. */
interface PlannedImport {
  readonly number: number;
  readonly oldStateRoot: Digest;
  readonly newStateRoot: Digest;
  /** Leaves of the state after it. */
  readonly leafCount: number;
  readonly entries: readonly DiffEntry[];
  readonly pubdata: Uint8Array;
  readonly outputsHash: Hex;
  readonly witness: StateTransitionWitness;
}

/** A first state in parts, and what a chain's creation says of it. */
export interface PlannedImports {
  readonly imports: readonly PlannedImport[];
  readonly importStateRoot: Hex;
  readonly importData: Hex;
}

/** An import that is ready to be proven and brought to L1. */
export interface FormedImport extends PlannedImport {
  /** Of the record that stands before the first batch from then on. */
  readonly commitment: Hex;
  readonly job: {
    readonly statement: BatchStatement;
    readonly witness: StateTransitionWitness;
    readonly protocolVersion: bigint;
  };
}

/**
 * What one import holds: with its proof and the verifier's gas it stays below a transaction's on L1, and the prover's table
 * has the rows at 2^29 leaves.
 */
const MOST_BYTES = 80_000;
const MOST_LEAVES = 900;
const CODE_OVERHEAD = 3;
/** Head, address, slot with its length, value. */
const LEAF_BYTES = 86;
/** Code comes whole, with its account's header and both digests. */
const MOST_CODE_BYTES = MOST_BYTES - CODE_OVERHEAD - 3 * LEAF_BYTES;

/**
 * Cuts a first state into imports and applies them to the tree, which has the version's genesis; digests of codes are of the
 * version's format. An account's header and code are in one. Throws ImportError for a state with which no chain could be born
 * and run, GenesisError for an account listed twice.
 */
export function planImports(
  { chainId, format }: { readonly chainId: ChainId; readonly format: Format },
  state: readonly GenesisAccount[],
  tree: StateTree,
): PlannedImports {
  // Before anything is on L1: an address and an id there are spent for good.
  for (const account of state) checkAccount(account);
  const inFormat = state.map((account) => ({ ...account, digestFormat: format }));
  const imports = partsOf(inFormat).map((part, number) => planImport(chainId, number, part, tree));
  return {
    imports,
    importStateRoot: digestToHex(tree.root),
    importData: hashImports(imports.map(({ pubdata }) => hashPubdata(pubdata))),
  };
}

/** Throws ImportError. */
function checkAccount({ address, nonce = 0n, code = "0x", storage = [] }: GenesisAccount): void {
  const reserved = whyReserved(address);
  if (reserved !== undefined)
    throw new ImportError("ReservedAccount", `a first state cannot have the account ${address}: ${reserved}; leave it out`);
  const bytes = fromHex(code);
  if (isHostileCode(bytes))
    throw new ImportError("HostileCode", `code ${code} of ${address} is a PUSH20 cut short, which ends the engine; leave it out`);
  if (bytes.length > MOST_CODE_BYTES)
    throw new ImportError(
      "CodeTooLong",
      `${address} has ${bytes.length} bytes of code, and an import holds ${MOST_CODE_BYTES} of one; leave it out`,
    );
  const slots = new Set<bigint>();
  for (const { slot } of storage) {
    if (slots.has(slot)) throw new ImportError("DuplicateSlot", `slot ${slot} of ${address} is listed twice; list it once`);
    slots.add(slot);
  }
  if (nonce === 0n && bytes.length === 0 && storage.some(({ value }) => value !== 0n))
    throw new ImportError(
      "BareStorage",
      `${address} has storage, and neither code nor nonce, as no transaction leaves an account; give it nonce 1, or leave it out`,
    );
}

interface Part {
  readonly leaves: GenesisLeaf[];
  readonly codes: Map<Hex, Uint8Array>;
  bytes: number;
}

function partsOf(state: readonly GenesisAccount[]): readonly Part[] {
  const parts: Part[] = [];
  let last: Part | undefined;
  const add = (leaves: readonly GenesisLeaf[], code: Uint8Array | undefined): void => {
    if (leaves.length === 0) return;
    const bytes = leaves.length * LEAF_BYTES + (code === undefined ? 0 : CODE_OVERHEAD + code.length);
    if (last === undefined || last.bytes + bytes > MOST_BYTES || last.leaves.length + leaves.length > MOST_LEAVES)
      parts.push((last = { leaves: [], codes: new Map(), bytes: 0 }));
    last.leaves.push(...leaves);
    last.bytes += bytes;
    if (code !== undefined) last.codes.set(keccak(code), code);
  };
  // All at once, so that an account that is listed twice is found.
  const byAccount = Map.groupBy(genesisLeaves(state), ({ address }) => address);
  for (const { address, code = "0x" } of state) {
    const leaves = byAccount.get(BigInt(address)) ?? [];
    const isStorage = ({ leafKind }: GenesisLeaf): boolean => leafKind === LeafKind.storage;
    add(
      leaves.filter((leaf) => !isStorage(leaf)),
      code === "0x" ? undefined : fromHex(code),
    );
    for (const leaf of leaves.filter(isStorage)) add([leaf], undefined);
  }
  return parts;
}

function planImport(chainId: ChainId, number: number, { leaves, codes }: Part, tree: StateTree): PlannedImport {
  const oldLeafCount = tree.leafCount;
  // The outputs name the data, and the data the places of leaves, which only the tree knows: so the changes are made twice.
  const before = tree.snapshot();
  const { entries: tried } = tree.apply(leaves, 1n);
  tree.revert(before);
  const bytecodes = sortBytecodes([...codes.values()]);
  const pubdata = encodePubdata({ logs: [], bytecodes, changes: tried.slice(0, -1) }, oldLeafCount);
  const outputsHash = hashImportOutputs(chainId, number, hashPubdata(pubdata));
  const { entries, oldRoot, newRoot, witness } = tree.apply(leaves, BigInt(outputsHash));
  const { leafCount } = tree;
  return { number, oldStateRoot: oldRoot, newStateRoot: newRoot, leafCount, entries, pubdata, outputsHash, witness };
}

/** Binds planned imports to the chain that was created with them. `previousCommitment` is the first record's. */
export function formImports(
  { imports }: PlannedImports,
  { settlementChainId, hyperchainAddress, chainId, daPolicy }: Omit<ChainIdentity, "extensions" | "pubdataOnChain">,
  { protocolVersion, compress }: { readonly protocolVersion: bigint; readonly compress: Compress },
): readonly FormedImport[] {
  let previousCommitment: Hex = NO_PARTITION;
  return imports.map((planned) => {
    const { oldStateRoot, newStateRoot, outputsHash, entries, pubdata, witness } = planned;
    const diffDigest = diffListDigest(entries, compress);
    const preCommitment = hashPreCommitment({
      ...{ protocolVersion, settlementChainId, hyperchainAddress, chainId, daPolicy },
      batchNumber: BigInt(planned.number),
      previousCommitment,
      ...{ oldStateRoot, newStateRoot, diffDigest, outputsHash },
      partition: NO_PARTITION,
    });
    const pubdataHash = hashPubdata(pubdata);
    const point = deriveEvaluationPoint(preCommitment, pubdataHash, pubdata.length);
    const evaluation = evaluateDiffList(entries, point);
    const daCommitment = hashDaCommitment({
      ...{ pubdataHash, point, evaluation, flowsHash: hashAssetFlows([]), policyDataHash: keccak() },
      partitionDa: NO_PARTITION,
    });
    const commitment = hashCommitment(preCommitment, daCommitment);
    previousCommitment = commitment;
    const statement = { commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash };
    return { ...planned, commitment, job: { statement, witness, protocolVersion } };
  });
}

/** A state that no chain can begin with. */
export class ImportError extends NamedError<"ReservedAccount" | "HostileCode" | "CodeTooLong" | "BareStorage" | "DuplicateSlot"> {
  override readonly name = "ImportError";
}
