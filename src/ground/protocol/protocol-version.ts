import { HyperchainError } from "../errors/hyperchain-error.ts";

/**
 * Number of a protocol version, 32 bits: 0 whether execution is proven ‖ 1…7 its format ‖ 8…15 its generation (circuits,
 * kernel, limits) ‖ 16…30 its machine ‖ 31 whether nothing is proven. New bytes are a new format, a new key is a new generation.
 */
export interface VersionParts {
  /** False only for tests' versions. */
  readonly hasProofs: boolean;
  /** 0: the EVM. */
  readonly machine: number;
  readonly generation: number;
  /** True if L1 executes batches by proofs of their execution, for which transactions pay. */
  readonly isExecutionProven: boolean;
}

/** Version of trusted chains, whose signers execute. */
export const TRUSTED_VERSION = 2n;

/** Version of proven chains: transactions pay for their proof, and L1 executes a batch by one proof of its execution. */
export const PROVEN_VERSION = 0x203n;

/** Format of the bytes of all batches (docs/protocol.md). */
const FORMAT = 1;
const LARGEST = 2n ** 32n - 1n;

/**
 * Takes a version's number apart. Throws ProtocolVersionError for a number that no registry has, and for a format that is
 * unknown here.
 */
export function versionParts(version: bigint): VersionParts {
  if (version < 1n || version > LARGEST) throw new ProtocolVersionError("VersionOutOfRange", version);
  const number = Number(version);
  if (formatOf(number) !== FORMAT) throw new ProtocolVersionError("FormatUnknown", version);
  return {
    hasProofs: number < 2 ** 31,
    machine: Math.floor(number / 2 ** 16) % 2 ** 15,
    generation: Math.floor(number / 2 ** 8) % 2 ** 8,
    isExecutionProven: number % 2 === 1,
  };
}

/** A version's number, and what it says where that is not plain: those under which nothing is proven have bit 31 more. */
export function versionInWords(version: number | bigint): string {
  const number = Number(version);
  return number < 2 ** 31 ? String(number) : `${number} (2^31 + ${number - 2 ** 31}: nothing is proven)`;
}

/** True if L1 executes a version's batches by proofs of their execution, for which transactions pay. Throws as versionParts. */
export function isProvenOnL1(version: bigint): boolean {
  return versionParts(version).isExecutionProven;
}

/** True for versions of proven chains without proofs: L1 takes a marker of each batch's execution, which proves nothing. */
export function takesExecutionMarkers(version: bigint): boolean {
  return version >= 2n ** 31n && version % 2n === 1n;
}

/** Version with the same machine and format, and the next keys. */
export function nextGeneration(version: bigint): bigint {
  return version + 2n ** 8n;
}

function formatOf(number: number): number {
  return Math.floor(number / 2) % 2 ** 7;
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
        : `protocol version ${version} has format ${formatOf(Number(version))}, and this software reads format ${FORMAT}`,
    );
  }
}
