import type { Hex } from "./hex.ts";
import { HyperchainError } from "../errors/hyperchain-error.ts";

/**
 * The number of a protocol version, 32 bits: 0…7 its format ‖ 8…15 its generation (circuits, kernel, limits) ‖ 16…30 its
 * machine ‖ 31 whether nothing is proven. New bytes are a new format, a new key is a new generation.
 */
export interface VersionParts {
  /** False only for tests' versions. */
  readonly isProven: boolean;
  /** 0: the EVM. */
  readonly machine: number;
  readonly generation: number;
  readonly format: Format;
}

/** Format of a version's bytes (docs/protocol.md) that this software reads and writes. */
export type Format = 2 | 3;

/** Version of trusted chains: format 2, whose batches' execution is not proven. */
export const TRUSTED_VERSION = 2n;

/** Version of proven chains: transactions pay for their proof, and L1 executes a batch by one proof of its execution. */
export const PROVEN_VERSION = 0x203n;

export const FORMATS: readonly Format[] = [2, 3];
const FORMAT_BITS = 8;
const LARGEST = 2n ** 32n - 1n;

/**
 * Takes a version's number apart. Throws ProtocolVersionError for a number that no registry has, and for a format that is
 * unknown here.
 */
export function versionParts(version: bigint): VersionParts {
  if (version < 1n || version > LARGEST) throw new ProtocolVersionError("VersionOutOfRange", version);
  const number = Number(version);
  const format = FORMATS.find((known) => known === number % 2 ** FORMAT_BITS);
  if (format === undefined) throw new ProtocolVersionError("FormatUnknown", version);
  return {
    isProven: number < 2 ** 31,
    machine: Math.floor(number / 2 ** 16) % 2 ** 15,
    generation: Math.floor(number / 2 ** FORMAT_BITS) % 2 ** 8,
    format,
  };
}

/** A version's number, and what it says where that is not plain: those under which nothing is proven have bit 31 more. */
export function versionInWords(version: number | bigint): string {
  const number = Number(version);
  return number < 2 ** 31 ? String(number) : `${number} (2^31 + ${number - 2 ** 31}: nothing is proven)`;
}

/** Coinbase in the outputs of a version's batches: format 2 exports none. Throws like versionParts. */
export function exportedCoinbase(version: bigint, coinbase: Hex): Hex | undefined {
  return versionParts(version).format === 2 ? undefined : coinbase;
}

/** Whether a version's batches are known to charge for what transactions cost to prove. */
export function chargesUnits(version: bigint): boolean {
  return version % 2n ** BigInt(FORMAT_BITS) === 3n;
}

/** Whether a version is of those whose batches' execution L1 is shown: programs check the proofs of its chunks. */
export function isProvenOnL1(version: bigint): boolean {
  const { format, generation } = versionParts(version);
  return format === 3 && generation > 0;
}

/** Version with the same machine and format, and the next keys. */
export function nextGeneration(version: bigint): bigint {
  return version + 2n ** BigInt(FORMAT_BITS);
}

/**
 * This software cannot read batches of a version.
 * Remedy: update the package to a version that reads it.
 */
export class ProtocolVersionError extends HyperchainError<"VersionOutOfRange" | "FormatUnknown"> {
  override readonly name = "ProtocolVersionError";

  constructor(code: ProtocolVersionError["code"], version: bigint) {
    super(
      code,
      code === "VersionOutOfRange"
        ? `${version} is not a protocol version: these are from 1 to ${LARGEST}`
        : `protocol version ${version} has format ${version % 2n ** BigInt(FORMAT_BITS)}, and this software reads formats ${FORMATS.join(" and ")}`,
    );
  }
}
