import secp256k1 from "secp256k1";
import { fromHex, hashTag, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { BatchRevert } from "../../../src/ground/protocol/quorum.ts";
import { requireThat } from "./refusal.ts";
import type { Chain, ContractKind, World } from "./world.ts";

const LENGTH = 65;
const HIGHEST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const DOMAIN_TYPE = hashTag("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const DOMAIN_VERSION = hashTag("1");
const BATCH_TYPE = hashTag(
  "BatchCommitment(bytes32 commitment,uint64 batchNumber,uint256 revertCount,uint64 validFrom,uint64 validUntil)",
);
const REVERT_TYPE = hashTag(
  "BatchRevert(uint256 firstNumber,bytes32 firstBatchHash,bytes32 lastBatchHash,uint256 revertCount,uint64 validUntil)",
);
const AVAILABILITY_TYPE = hashTag("DataAvailability(bytes32 preCommitment,bytes32 pubdataHash)");

/** keccak of concatenated words. */
export function hashWords(...words: readonly (Hex | bigint)[]): Hex {
  return keccak(fromHex(`0x${words.map((word) => wordToHex(BigInt(word)).slice(2)).join("")}`));
}

/** Domains of an ecosystem's contracts, by name and address, cached because signatures recur. */
const domains = new WeakMap<World, Map<string, Uint8Array>>();

function domainOf(world: World, name: string, contract: Hex): Uint8Array {
  const known = domains.get(world) ?? new Map<string, Uint8Array>();
  domains.set(world, known);
  const key = `${name},${contract}`;
  const domain = known.get(key) ?? fromHex(hashWords(DOMAIN_TYPE, hashTag(name), DOMAIN_VERSION, world.l1ChainId, contract));
  known.set(key, domain);
  return domain;
}

function typedDataHash(world: World, name: string, contract: Hex, structHash: Hex): Hex {
  return keccak(Uint8Array.of(0x19, 0x01), domainOf(world, name, contract), fromHex(structHash));
}

/** From when to when L1 takes what validators sign, in its own seconds. */
export interface Terms {
  readonly validFrom: bigint;
  readonly validUntil: bigint;
}

/** Digest that validators sign to commit a batch. */
export function batchDigest(
  world: World,
  chain: Chain,
  commitment: Hex,
  batchNumber: bigint,
  { validFrom, validUntil }: Terms,
): Hex {
  const structHash = hashWords(BATCH_TYPE, commitment, batchNumber, chain.revertCount.value, validFrom, validUntil);
  return typedDataHash(world, "Hyperchain", chain.address, structHash);
}

/** Digest that validators sign to revert batches. */
export function revertDigest(world: World, chain: Chain, reversal: BatchRevert): Hex {
  const { firstNumber, firstBatchHash, lastBatchHash, revertCount, validUntil } = reversal;
  const structHash = hashWords(REVERT_TYPE, firstNumber, firstBatchHash, lastBatchHash, revertCount, validUntil);
  return typedDataHash(world, "Hyperchain", chain.address, structHash);
}

/** Digest that a committee's members sign. */
export function availabilityDigest(world: World, policy: Hex, preCommitment: Hex, pubdataHash: Hex): Hex {
  return typedDataHash(world, "HyperchainAvailability", policy, hashWords(AVAILABILITY_TYPE, preCommitment, pubdataHash));
}

/** Whose signature it is, as ecrecover says. */
function recover(digest: Hex, signature: Uint8Array): Hex | undefined {
  const recovery = (signature[64] ?? 0) - 27;
  if (recovery !== 0 && recovery !== 1) return undefined;
  try {
    const key = secp256k1.ecdsaRecover(signature.subarray(0, 64), recovery, fromHex(digest), false);
    return `0x${keccak(key.subarray(1)).slice(-40)}`;
  } catch {
    return undefined;
  }
}

/** Signatures by strictly ascending accounts that are admitted one by one, each in the one form. */
export function requireSigners(
  raisedBy: ContractKind,
  stranger: "NotAValidator" | "NotAMember",
  admits: (signer: Hex) => boolean,
  digest: Hex,
  signatures: readonly Hex[],
): void {
  let previous: Hex = "0x0000000000000000000000000000000000000000";
  for (const text of signatures) {
    const signature = fromHex(text);
    requireThat(signature.length === LENGTH, raisedBy, "SignatureLength", () => [LENGTH, signature.length]);
    const isLow = BigInt(toHex(signature.subarray(32, 64))) <= HIGHEST_S;
    const signer = isLow ? recover(digest, signature) : undefined;
    requireThat(signer !== undefined, raisedBy, "SignatureMalformed");
    requireThat(admits(signer), raisedBy, stranger, () => [signer]);
    requireThat(BigInt(signer) > BigInt(previous), raisedBy, "SignersNotAscending", () => [previous, signer]);
    previous = signer;
  }
}

/** Whether the chain's standby of that second has signed and not its validators: all signers are of the one, or all of the other. */
export function requireQuorum(chain: Chain, now: bigint, digest: Hex, signatures: readonly Hex[]): boolean {
  const { threshold, validators, standbyThreshold, standby } = chain.termsAt(now);
  let [areValidators, areStandby] = [true, true];
  const admits = (signer: Hex): boolean => {
    areValidators &&= validators.includes(signer);
    areStandby &&= standby.includes(signer);
    return areValidators || areStandby;
  };
  requireSigners("ChainSettings", "NotAValidator", admits, digest, signatures);
  const count = BigInt(signatures.length);
  if (areValidators && count >= threshold) return false;
  const isByStandby = standbyThreshold !== 0n && areStandby && count >= standbyThreshold;
  requireThat(isByStandby, "ChainSettings", "QuorumTooSmall", () => [threshold, count]);
  return true;
}
