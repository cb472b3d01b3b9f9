import { verifyTypedData } from "ethers";
import type { TypedDataField } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { BATCH_COMMITMENT_TYPES, BATCH_REVERT_TYPES, orderSignatures, quorumDomain } from "../protocol/quorum.ts";
import type { TypedDataDomain } from "../protocol/quorum.ts";
import type { SettlementBatch } from "./settlement-batch.ts";
import { SettlementError } from "./settlement-error.ts";

/** A validator of a chain, in this process or elsewhere. */
export interface QuorumMember {
  /** 20 bytes, lower case. */
  readonly address: Hex;
  /** Its EIP-712 signature of the batch's commitment. Rejects when it does not agree with the batch. */
  signBatch(batch: SettlementBatch): Promise<Hex>;
  /** Its signature of a revert from `batchNumber` on; `revertCount` is the contract's counter. */
  signRevert(batchNumber: bigint, revertCount: bigint): Promise<Hex>;
}

/** Signs typed data: ethers' wallets and signers do. */
export interface TypedDataSigner {
  getAddress(): Promise<string>;
  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string>;
}

/** Names the contract whose validators sign. */
export interface QuorumContext {
  readonly settlementChainId: bigint;
  /** The chain's contract. */
  readonly hyperchain: Hex;
}

/**
 * A member inside this process. `check` runs before every batch's signature and rejects for one that the member does not
 * agree with; where the sequencer is the member itself, there is nothing to check against.
 */
export async function createLocalMember(
  signer: TypedDataSigner,
  context: QuorumContext,
  check?: (batch: SettlementBatch) => Promise<void>,
): Promise<QuorumMember> {
  const domain = quorumDomain(context.settlementChainId, context.hyperchain);
  return {
    address: (await signer.getAddress()).toLowerCase() as Hex,
    async signBatch(batch) {
      await check?.(batch);
      return (await signer.signTypedData(domain, BATCH_COMMITMENT_TYPES, { commitment: batch.commitment })) as Hex;
    },
    async signRevert(batchNumber, revertCount) {
      return (await signer.signTypedData(domain, BATCH_REVERT_TYPES, { batchNumber, revertCount })) as Hex;
    },
  };
}

/** Asks members for signatures until enough agree. */
export interface Quorum {
  readonly members: readonly QuorumMember[];
  /** How many must sign. */
  readonly threshold: number;
}

/** Enough signatures of a batch, in the contract's order. Rejects with QuorumUnreachable, naming every refusal. */
export function collectBatchSignatures(quorum: Quorum, context: QuorumContext, batch: SettlementBatch): Promise<Hex[]> {
  const value = { commitment: batch.commitment };
  return collect(quorum, context, BATCH_COMMITMENT_TYPES, value, (member) => member.signBatch(batch));
}

/** Enough signatures of a revert. Rejects with QuorumUnreachable. */
export function collectRevertSignatures(
  quorum: Quorum,
  context: QuorumContext,
  batchNumber: bigint,
  revertCount: bigint,
): Promise<Hex[]> {
  return collect(quorum, context, BATCH_REVERT_TYPES, { batchNumber, revertCount }, (member) =>
    member.signRevert(batchNumber, revertCount),
  );
}

async function collect(
  { members, threshold }: Quorum,
  context: QuorumContext,
  types: Record<string, TypedDataField[]>,
  value: Record<string, unknown>,
  ask: (member: QuorumMember) => Promise<Hex>,
): Promise<Hex[]> {
  const domain = quorumDomain(context.settlementChainId, context.hyperchain);
  const agreed: { signer: Hex; signature: Hex }[] = [];
  const refusals: string[] = [];
  await new Promise<void>((resolve) => {
    let waiting = members.length;
    if (waiting === 0) resolve();
    for (const member of members) {
      signedBy(member, domain, types, value, ask)
        .then(
          (signature) => agreed.push({ signer: member.address, signature }),
          (error: unknown) => refusals.push(`${member.address}: ${error instanceof Error ? error.message : String(error)}`),
        )
        .finally(() => {
          waiting--;
          // A slow member is not waited for once the others suffice.
          if (waiting === 0 || agreed.length >= threshold) resolve();
        });
    }
  });
  if (agreed.length < threshold) {
    throw new SettlementError(
      "QuorumUnreachable",
      `${agreed.length} of ${threshold} needed validators signed; refused: ${refusals.join("; ") || "nobody"}`,
    );
  }
  return orderSignatures(agreed.slice(0, threshold));
}

/** A member's signature, checked: one bad signature would make the whole commit fail. */
async function signedBy(
  member: QuorumMember,
  domain: TypedDataDomain,
  types: Record<string, TypedDataField[]>,
  value: Record<string, unknown>,
  ask: (member: QuorumMember) => Promise<Hex>,
): Promise<Hex> {
  const signature = await ask(member);
  const signer = verifyTypedData(domain, types, value, signature).toLowerCase();
  if (signer !== member.address) throw new SettlementError("BatchRefused", `signature is by ${signer}`);
  return signature;
}
