import { bytesToHex } from "@noble/hashes/utils.js";
import { listParameters, listSystem } from "../../circuits/state-transition/list-system.ts";
import type { Backend } from "../../kernels/backend.ts";
import type { WasmBackend } from "../../kernels/wasm/threaded-backend.ts";
import { compress as poseidon } from "../../kernels/poseidon.ts";
import { fromHex } from "../../../ground/protocol/hex.ts";
import { PROVEN_VERSION } from "../../../ground/protocol/protocol-version.ts";
import type { ProgramKey } from "../../recursion/nodes/admitted-programs.ts";
import { AGGREGATE } from "../../recursion/nodes/layout.ts";
import { type FirstProofs, NodePrograms, PROGRAM_NAMES } from "../../recursion/nodes/node-programs.ts";
import {
  batchParameters,
  compressParameters,
  fastParameters,
  programParameters,
  wrapParameters,
} from "../../recursion/tables/program-parameters.ts";
import { systemOfForm } from "../../recursion/tables/program-system.ts";
import type { ProgramForm } from "../../recursion/tables/table-parts.ts";
import type { System } from "../../stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../stark/transcripts/transcript-form.ts";
import { executionParameters } from "../parameters.ts";
import { CHUNK_PROFILES, profileShape, SEGMENT_PROFILES } from "../run-profiles.ts";
import { committedExecutionKey, packageExecutionKey } from "./execution-key.ts";
import { type CheckedKey, firstProofsOf } from "./checked-shapes.ts";
import { hubSlots } from "./hub-slots.ts";
import { WRITTEN_PROGRAMS } from "./written-programs.ts";
import { relistingShapes, relistingSystem } from "./relisting-system.ts";

/** Data that `scripts/generate-programs.ts` writes into the package. Roots as hexadecimal digits; keys as digest, root. */
interface WrittenPrograms {
  /** Roots of the columns that the key of chunks fixes, by the height of the stack's columns, as log2. */
  readonly chunkRoots: Readonly<Record<number, string>>;
  readonly forms: {
    readonly chunks: ProgramForm;
    readonly batches: ProgramForm;
    readonly wrap: ProgramForm;
    readonly fast: ProgramForm;
  };
  readonly keys: { readonly chunks: readonly WrittenKey[]; readonly batches: readonly WrittenKey[] };
  /** Root of the tree of the keys of batches' programs: L1's registry names a version's programs by it. */
  readonly batchesDigest: string;
  readonly compressRoot: string;
  readonly wrapRoot: string;
  /** Root of the program that compresses, by the parameters of fast proofs. */
  readonly fastRoot: string;
}

type WrittenKey = readonly [digest: string, root: string];

const PARAMETERS = {
  chunks: programParameters(),
  batches: batchParameters(),
  compress: compressParameters(),
  wrap: wrapParameters(),
  fast: fastParameters(),
};

/**
 * All programs from the proofs of a batch's chunks to the one that L1 checks, of the protocol version that L1 knows them by:
 * whatever a batch is, the last one has one key. Their keys are constants of the package.
 */
export function productPrograms(backend: Backend): Promise<NodePrograms> {
  const elements = (hex: string): readonly number[] => wordsOf(fromHex(`0x${hex}`));
  const keys = (written: readonly WrittenKey[]): ProgramKey[] =>
    written.map(([digest, root]) => ({ digest: elements(digest), root: elements(root) }));
  return NodePrograms.create(firstProofs(packageExecutionKey()), PARAMETERS, backend, {
    forms: WRITTEN_PROGRAMS.forms,
    keys: { chunks: keys(WRITTEN_PROGRAMS.keys.chunks), batches: keys(WRITTEN_PROGRAMS.keys.batches) },
    roots: {
      compress: fromHex(`0x${WRITTEN_PROGRAMS.compressRoot}`),
      wrap: fromHex(`0x${WRITTEN_PROGRAMS.wrapRoot}`),
      fast: fromHex(`0x${WRITTEN_PROGRAMS.fastRoot}`),
    },
  });
}

/** System of a single batch's proof by a program of the package, from its key alone; undefined for another name. */
export function systemOfBatch(program: string): System | undefined {
  const names = [
    ...listHeights().map((_, list) => PROGRAM_NAMES.batch(list)),
    ...ONE_CHUNK_BATCHES.map(PROGRAM_NAMES.oneChunkBatch),
  ];
  const [, root] = WRITTEN_PROGRAMS.keys.batches[names.indexOf(program)] ?? [];
  return root && systemOfForm(AGGREGATE.count, WRITTEN_PROGRAMS.forms.batches, PARAMETERS.batches, fromHex(`0x${root}`));
}

/** Computes all keys, which takes minutes. */
export async function writtenPrograms(processor: WasmBackend): Promise<WrittenPrograms> {
  const key = await committedExecutionKey(PROVEN_VERSION, executionParameters(), processor);
  const programs = await NodePrograms.create(firstProofs(key), PARAMETERS, processor);
  const compress = await programs.prepareCompress(processor);
  const wrap = await programs.prepareWrap(compress, processor);
  const fast = await programs.prepareFast(processor);
  const hex = (elements: readonly number[]): string => bytesToHex(elementBytes([...elements]));
  const keys = (computed: readonly ProgramKey[]): WrittenKey[] => computed.map(({ digest, root }) => [hex(digest), hex(root)]);
  return {
    chunkRoots: Object.fromEntries(Array.from(key.system.preprocessedRoots, ([height, root]) => [height, bytesToHex(root)])),
    forms: { chunks: programs.chunks.form, batches: programs.batches.form, wrap: wrap.compiled.form, fast: fast.compiled.form },
    keys: { chunks: keys(programs.keys.chunks), batches: keys(programs.keys.batches) },
    batchesDigest: hex(programs.digests.batches),
    compressRoot: onlyRoot(compress.compiled.system),
    wrapRoot: onlyRoot(wrap.compiled.system),
    fastRoot: onlyRoot(fast.compiled.system),
  };
}

function onlyRoot({ name, preprocessedRoots }: System): string {
  const [root, ...others] = preprocessedRoots.values();
  if (root === undefined || others.length > 0) throw new Error(`${name} has ${preprocessedRoots.size} roots, not one`);
  return bytesToHex(root);
}

/**
 * Batches of one chunk that need no leaf: of up to 24 transfers, and with lists of up to 2^12 rows. More shapes would make the
 * tables of all batches higher (decision 369).
 */
const ONE_CHUNK_BATCHES = [0, 1, 2, 3].flatMap((chunk) => [0, 1, 2, 3].map((list) => ({ list, chunk })));

/** Heights of a list's table. */
function listHeights(): readonly number[] {
  const { minLogRows, maxLogRows } = listSystem(listParameters()).parameters;
  return Array.from({ length: maxLogRows - minLogRows + 1 }, (_, i) => minLogRows + i);
}

/** Shapes that proofs of the product have: a chunk's and a segment's are profiles', a list's table has any height. */
function firstProofs(key: CheckedKey): FirstProofs {
  const parameters = { chunk: executionParameters(), list: listParameters() };
  const shapes = firstProofsOf(key, parameters, {
    chunks: CHUNK_PROFILES.map((profile) => profileShape(key.system, profile).logRows),
    segments: SEGMENT_PROFILES.map((profile) => profileShape(key.segmented().system, profile).logRows),
    lists: listHeights().map((logRows) => [logRows]),
    relistings: relistingShapes(relistingSystem(parameters.chunk)).map(({ logRows }) => logRows),
    oneChunkBatches: ONE_CHUNK_BATCHES,
  });
  return { ...shapes, hub: hubSlots(poseidon) };
}
