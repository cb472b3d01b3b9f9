import { NamedError } from "../../ground/errors/named-error.ts";
import {
  deriveEvaluationPoint,
  hashCommitment,
  hashDaCommitment,
  hashPreCommitment,
  NO_PARTITION,
} from "../../ground/protocol/commitment.ts";
import { hashAssetFlows } from "../../ground/protocol/asset-flows.ts";
import { diffListDigest } from "../../ground/protocol/diff-digest.ts";
import { digestToHex, type Compress, type Digest } from "../../ground/protocol/digest.ts";
import type { DiffEntry } from "../../ground/protocol/diff-list.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { evaluateDiffList } from "../../ground/protocol/evaluation.ts";
import { fromHex, keccak, type Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { hashImportOutputs, hashImports } from "../../ground/protocol/imports.ts";
import { encodePubdata, hashPubdata, sortBytecodes } from "../../ground/protocol/pubdata.ts";
import type { BatchStatement } from "../../ground/protocol/statement.ts";
import type { StateTransitionWitness } from "../../ground/protocol/state-transition-witness.ts";
import {
  hasRoomFor,
  IMPORT_AT_ONCE,
  l1CostOf,
  l1TotalOf,
  MAX_PROOF_BYTES,
  type L1Cost,
} from "../../ground/protocol/way-to-l1.ts";
import { genesisLeaves, type GenesisAccount, type GenesisLeaf } from "../model/genesis.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import { reservationReason } from "../model/reserved-addresses.ts";
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
  /** Commitment of the record before the first batch from then on. */
  readonly commitment: Hex;
  readonly job: {
    readonly statement: BatchStatement;
    readonly witness: StateTransitionWitness;
    readonly protocolVersion: bigint;
  };
}

/** Leaves of one import: the prover's table has rows for them at 2^29 leaves. */
const MOST_LEAVES = 900;
const PUBDATA_HEADER = 9;
const CODE_OVERHEAD = 3;
/** Head, address, slot with its length, value. */
const LEAF_BYTES = 86;
/** Leaves of an account besides its storage: header and both digests of its code. */
const ACCOUNT_LEAVES = 3;
/** Hash of the data of a later import: calldata, copies and one more hash. */
const LATER_HASH: Pick<L1Cost, "gas" | "bytes"> = { gas: 1_000, bytes: 32 };

/** Contents of an import. */
type PartSize = Readonly<Record<"leaves" | "codes" | "codeBytes", number>>;

/** Cost of an import's contents on L1, with the longest proof and the hashes of all later imports. */
function costOf({ leaves, codes, codeBytes }: PartSize, later: number): L1Cost {
  const { gas, bytes, units } = l1CostOf(IMPORT_AT_ONCE, {
    pubdataBytes: PUBDATA_HEADER + leaves * LEAF_BYTES + codes * CODE_OVERHEAD + codeBytes,
    inputBytes: 0,
    diffs: leaves,
    codes,
    messages: 0,
    flows: 0,
    priorityOps: 0,
    importedRoots: 0,
    facts: 0,
    proofBytes: MAX_PROOF_BYTES,
  });
  return { gas: gas + later * LATER_HASH.gas, bytes: bytes + later * LATER_HASH.bytes, units };
}

/** True if one transaction has room for an import that this number of imports follows. */
function fitsImport(size: PartSize, later: number): boolean {
  return size.leaves <= MOST_LEAVES && hasRoomFor(IMPORT_AT_ONCE, costOf(size, later));
}

/** Bytes of code that fit an import of one account which no other import follows. */
const MOST_CODE_BYTES =
  IMPORT_AT_ONCE.bytes - l1TotalOf(IMPORT_AT_ONCE, costOf({ leaves: ACCOUNT_LEAVES, codes: 1, codeBytes: 0 }, 0)).bytes;

/**
 * Cuts an initial state into imports and applies them to the tree, which has the genesis. An account's header and code
 * are in one. Throws ImportError for a state with which no chain could be created and run, GenesisError for an account
 * listed twice.
 */
export function planImports(chainId: ChainId, state: readonly GenesisAccount[], tree: StateTree): PlannedImports {
  // Before anything is on L1: an address and an id there are spent for good.
  for (const account of state) checkAccount(account);
  const imports = partsOf(state).map((part, number) => planImport(chainId, number, part, tree));
  return {
    imports,
    importStateRoot: digestToHex(tree.root),
    importData: hashImports(imports.map(({ pubdata }) => hashPubdata(pubdata))),
  };
}

/** Throws ImportError. */
function checkAccount({ address, nonce = 0n, code = "0x", storage = [] }: GenesisAccount): void {
  const reserved = reservationReason(address);
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

/** Leaves, and the code of one account among them, that one import has together. */
interface Unit {
  readonly leaves: readonly GenesisLeaf[];
  readonly code: Uint8Array | undefined;
}

interface Part {
  readonly leaves: GenesisLeaf[];
  readonly codes: Map<Hex, Uint8Array>;
}

/** Parts of a state. Each call to L1 has the hashes of all later parts, so their number limits what the earlier ones hold. */
function partsOf(state: readonly GenesisAccount[]): readonly Part[] {
  const units = unitsOf(state);
  let count = 1;
  for (;;) {
    const parts = cut(units, count);
    if (parts.length <= count) return parts;
    count = parts.length;
  }
}

function unitsOf(state: readonly GenesisAccount[]): readonly Unit[] {
  // All at once, so that an account that is listed twice is found.
  const byAccount = Map.groupBy(genesisLeaves(state), ({ address }) => address);
  const isStorage = ({ leafKind }: GenesisLeaf): boolean => leafKind === LeafKind.storage;
  return state
    .flatMap(({ address, code = "0x" }): readonly Unit[] => {
      const leaves = byAccount.get(BigInt(address)) ?? [];
      const account = { leaves: leaves.filter((leaf) => !isStorage(leaf)), code: code === "0x" ? undefined : fromHex(code) };
      return [account, ...leaves.filter(isStorage).map((leaf) => ({ leaves: [leaf], code: undefined }))];
    })
    .filter(({ leaves }) => leaves.length > 0);
}

/** Fills parts in order, `count` of them or more. Throws ImportError StateTooLarge if a part has no room for a single unit. */
function cut(units: readonly Unit[], count: number): readonly Part[] {
  const parts: Part[] = [];
  let size = NOTHING;
  const laterThan = (part: number): number => Math.max(0, count - 1 - part);
  for (const { leaves, code } of units) {
    let last = parts.at(-1);
    let more = grown(size, leaves.length, code);
    if (last === undefined || !fitsImport(more, laterThan(parts.length - 1))) {
      more = grown(NOTHING, leaves.length, code);
      if (!fitsImport(more, laterThan(parts.length)))
        throw new ImportError(
          "StateTooLarge",
          `the first state takes ${count} imports or more, and import ${parts.length} has no room for the hashes of all later ones next to its data; leave accounts out`,
        );
      parts.push((last = { leaves: [], codes: new Map() }));
    }
    size = more;
    last.leaves.push(...leaves);
    if (code !== undefined) last.codes.set(keccak(code), code);
  }
  return parts;
}

const NOTHING: PartSize = { leaves: 0, codes: 0, codeBytes: 0 };

function grown({ leaves, codes, codeBytes }: PartSize, moreLeaves: number, code: Uint8Array | undefined): PartSize {
  return {
    leaves: leaves + moreLeaves,
    codes: codes + (code === undefined ? 0 : 1),
    codeBytes: codeBytes + (code?.length ?? 0),
  };
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
      protocolVersion,
      settlementChainId,
      hyperchainAddress,
      chainId,
      daPolicy,
      batchNumber: BigInt(planned.number),
      previousCommitment,
      oldStateRoot,
      newStateRoot,
      diffDigest,
      outputsHash,
      partition: NO_PARTITION,
    });
    const pubdataHash = hashPubdata(pubdata);
    const point = deriveEvaluationPoint(preCommitment, pubdataHash, pubdata.length);
    const evaluation = evaluateDiffList(entries, point);
    const daCommitment = hashDaCommitment({
      pubdataHash,
      point,
      evaluation,
      flowsHash: hashAssetFlows([]),
      policyDataHash: keccak(),
      partitionDa: NO_PARTITION,
    });
    const commitment = hashCommitment(preCommitment, daCommitment);
    previousCommitment = commitment;
    const statement = { commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash };
    return { ...planned, commitment, job: { statement, witness, protocolVersion } };
  });
}

/** A state that no chain can begin with. */
export class ImportError extends NamedError<
  "ReservedAccount" | "HostileCode" | "CodeTooLong" | "StateTooLarge" | "BareStorage" | "DuplicateSlot"
> {
  override readonly name = "ImportError";
}
