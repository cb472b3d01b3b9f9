import { fromHex } from "../../protocol/hex.ts";
import { PROVEN_VERSION } from "../../protocol/protocol-version.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import { executionParameters } from "../parameters.ts";
import { WRITTEN_PROGRAMS } from "./written-programs.ts";

/** Roots of the columns that the key of chunks fixes, by the height of the stack's columns, as the package has them. */
export function packageChunkRoots(): ReadonlyMap<number, Uint8Array> {
  const entries = Object.entries(WRITTEN_PROGRAMS.chunkRoots);
  return new Map(entries.map(([height, root]) => [Number(height), fromHex(`0x${root}`)] as const));
}

/** The same where that version's program with these parameters is the package's; undefined where it may be another one. */
export function writtenChunkRoots(
  protocolVersion: bigint,
  parameters: ProofParameters,
): ReadonlyMap<number, Uint8Array> | undefined {
  const isPackage = protocolVersion === PROVEN_VERSION && sameParameters(parameters, executionParameters());
  return isPackage ? packageChunkRoots() : undefined;
}

/** Whatever the order of their fields. */
function sameParameters(a: ProofParameters, b: ProofParameters): boolean {
  const text = (parameters: object): string =>
    JSON.stringify(parameters, (_, value: unknown) =>
      typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).toSorted()) : value,
    );
  return text(a) === text(b);
}
