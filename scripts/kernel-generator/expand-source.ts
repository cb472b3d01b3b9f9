import { IndexedCode, LOAD_ARRAY, MACHINE, STORE_ARRAY } from "../../src/proofs/machine/instructions/privileged.ts";
import { ARRAYS, FRAME_FIELDS, VARIABLES } from "../../src/proofs/machine/kernel/names.ts";

const CALL = /\b(machine|get|set|frame|setFrame|load|store)\.(\w+)\(\s*(\))?/g;
const PROTOCOL_CODE = /\bprotocol\.(\w+)\(\)/g;

/**
 * The kernel's sources with each privileged call (`get.price()`, `machine.hint()` …) written as solc's `verbatim`, and the digest
 * of each protocol code (`protocol.power()` …) as a number. Throws KernelSourceError for a name that does not exist.
 */
export function expandSource(source: string, digests: ReadonlyMap<string, bigint> = new Map()): string {
  const withDigests = source.replace(PROTOCOL_CODE, (_, name: string) => {
    const digest = digests.get(name);
    if (digest === undefined) throw new KernelSourceError(`protocol.${name} does not exist`);
    return `0x${digest.toString(16)}`;
  });
  return withDigests.replace(CALL, (_, group: string, name: string, close: string | undefined) => {
    const { bytes, pops, pushes } = encode(group, name);
    const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return `verbatim_${pops}i_${pushes}o(hex"${hex}"${close === undefined ? ", " : ")"}`;
  });
}

interface Encoded {
  readonly bytes: readonly number[];
  readonly pops: number;
  readonly pushes: number;
}

function encode(group: string, name: string): Encoded {
  switch (group) {
    case "get":
      return { bytes: [IndexedCode.getVariable, indexOf(VARIABLES, name, group)], pops: 0, pushes: 1 };
    case "set":
      return { bytes: [IndexedCode.setVariable, indexOf(VARIABLES, name, group)], pops: 1, pushes: 0 };
    case "frame":
      return { bytes: [IndexedCode.getField, indexOf(FRAME_FIELDS, name, group)], pops: 0, pushes: 1 };
    case "setFrame":
      return { bytes: [IndexedCode.setField, indexOf(FRAME_FIELDS, name, group)], pops: 1, pushes: 0 };
    case "load":
      return { bytes: [LOAD_ARRAY + indexOf(ARRAYS, name, group)], pops: 1, pushes: 1 };
    case "store":
      return { bytes: [STORE_ARRAY + indexOf(ARRAYS, name, group)], pops: 2, pushes: 0 };
    default: {
      const found = Object.entries(MACHINE).find(([key]) => key === name)?.[1];
      if (found === undefined) throw new KernelSourceError(`machine.${name} does not exist`);
      return { bytes: [found.code], pops: found.pops, pushes: found.pushes };
    }
  }
}

function indexOf(names: readonly string[], name: string, group: string): number {
  const index = names.indexOf(name);
  if (index < 0) throw new KernelSourceError(`${group}.${name} does not exist`);
  return index;
}

/** The kernel's sources name something that the machine does not have, or do not compile. */
export class KernelSourceError extends Error {
  override readonly name = "KernelSourceError";
}
