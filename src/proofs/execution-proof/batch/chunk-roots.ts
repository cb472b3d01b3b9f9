import { fromHex } from "../../../ground/protocol/hex.ts";
import { PROVEN_VERSION } from "../../../ground/protocol/protocol-version.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import { executionParameters } from "../parameters.ts";
import { WRITTEN_PROGRAMS } from "./written-programs.ts";

/** The package's roots of the columns that the key of chunks fixes, by the height of the stack's columns. */
export function packageChunkRoots(): ReadonlyMap<number, Uint8Array> {
  const entries = Object.entries(WRITTEN_PROGRAMS.chunkRoots);
  return new Map(entries.map(([height, root]) => [Number(height), fromHex(`0x${root}`)] as const));
}

/** Roots of the package's program of that version with these parameters; undefined if it may be another program. */
export function writtenChunkRoots(
  protocolVersion: bigint,
  parameters: ProofParameters,
): ReadonlyMap<number, Uint8Array> | undefined {
  const isPackage = protocolVersion === PROVEN_VERSION && isSame(parameters, executionParameters());
  return isPackage ? packageChunkRoots() : undefined;
}

/** Compares values; the order of fields means nothing. */
function isSame(a: ProofParameters, b: ProofParameters): boolean {
  const text = (parameters: object): string =>
    JSON.stringify(parameters, (_, value: unknown) =>
      typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).toSorted()) : value,
    );
  return text(a) === text(b);
}
