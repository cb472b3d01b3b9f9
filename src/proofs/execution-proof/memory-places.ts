import type { MemoryPlace } from "../circuits/memory/memory-trace.ts";
import type { RunEnvironment } from "../machine/interpreter/environment.ts";
import { ARRAYS, fieldIndex, FRAME_FIELDS, type Variable, variableIndex } from "../machine/kernel/names.ts";

/** The spaces of the proven memory. An array has the space `ARRAY_SPACE` plus its number. */
export const VARIABLE_SPACE = 1;
/** Words of frames: fields in the order of `FRAME_FIELDS`, and gas. */
export const FIELD_SPACE = 2;
/** Space that no instruction writes. Places are the opcodes that read them. */
export const ENVIRONMENT_SPACE = 3;
export const ARRAY_SPACE = 16;
/** The memory of frame 0, the kernel's; that of frame f is f higher. Places are offsets in bytes, multiples of 32. */
export const KERNEL_MEMORY_SPACE = 32;

/** Words of frames' stacks, from the foot on; those of frame f from 1,024 · f on. */
export const USER_STACK_SPACE = 4;

/** The place of a frame's gas among its fields. */
export const GAS_FIELD = FRAME_FIELDS.length;

/** Places of a frame's words for user mode, and of the native budget. */
export const USER_PLACES = {
  space: FIELD_SPACE,
  position: fieldIndex("position"),
  gas: GAS_FIELD,
  memoryWords: fieldIndex("memoryWords"),
  budget: placeOfVariable("nativeLeft"),
} as const;

/** Spaces for opcodes that touch bytes. `zeros` is never written; a copy within a memory goes through `between`. */
export const BYTE_PLACES = {
  memory: KERNEL_MEMORY_SPACE,
  zeros: 5,
  between: 6,
  fields: FIELD_SPACE,
  input: fieldIndex("input"),
  returned: fieldIndex("returned"),
} as const;

/** Places of the environment's words. */
export const ENVIRONMENT_PLACES = {
  blockGasLimit: { space: ENVIRONMENT_SPACE, index: 0x45 },
  chainId: { space: ENVIRONMENT_SPACE, index: 0x46 },
  baseFee: { space: ENVIRONMENT_SPACE, index: 0x48 },
} as const satisfies Readonly<Record<string, MemoryPlace>>;

/** Leaves' values, at their ids. */
export const CURRENT_SPACE = ARRAY_SPACE + ARRAYS.indexOf("current");

/** Place of a variable of the kernel. */
export function placeOfVariable(name: Variable): MemoryPlace {
  return { space: VARIABLE_SPACE, index: variableIndex(name) };
}

/** The places of which a statement about a run of the kernel speaks. */
export const KERNEL_PLACES: readonly MemoryPlace[] = [
  ...(["blockNumber", "timestamp", "coinbase"] as const).map(placeOfVariable),
  ENVIRONMENT_PLACES.chainId,
  ENVIRONMENT_PLACES.baseFee,
  ENVIRONMENT_PLACES.blockGasLimit,
  ...(["nextBatch", "open", "blockHashes", "cheatCount"] as const).map(placeOfVariable),
];

/** Words of these places before a run. */
export function firstWords({ boundary, chainId, baseFee, blockGasLimit }: RunEnvironment): bigint[] {
  const { blockNumber, timestamp, coinbase, nextBatch, open, blockHashes, cheatCount } = boundary;
  return [blockNumber, timestamp, coinbase, chainId, baseFee, blockGasLimit, nextBatch, open, blockHashes, cheatCount];
}
