import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyTypedData, Wallet } from "ethers";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { BATCH_COMMITMENT_TYPES, quorumDomain } from "../../../src/ground/protocol/quorum.ts";
import { collectApproval, createLocalMember, type QuorumMember } from "../../../src/chain/settlement/signing/quorum.ts";
import type { SettlementBatch } from "../../../src/chain/settlement/batch/settlement-batch.ts";

const CONTEXT = { settlementChainId: 31337n, hyperchain: `0x${"33".repeat(20)}` } as const;
/** Members read what they check; these read the commitment and the number alone. */
const BATCH = { commitment: wordToHex(77n), outputs: { batchNumber: 3n } } as SettlementBatch;
const TERMS = { revertCount: 5n, validFrom: 1_000n, validUntil: 2_000n };

function members(count: number): Promise<QuorumMember[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => createLocalMember(new Wallet(wordToHex(BigInt(i + 1))), CONTEXT)));
}

/** Signers by an independent recovery, in the order of the signatures. */
function signers(signatures: readonly Hex[]): string[] {
  const domain = quorumDomain(CONTEXT.settlementChainId, CONTEXT.hyperchain);
  return signatures.map((signature) =>
    verifyTypedData(
      domain,
      BATCH_COMMITMENT_TYPES,
      { commitment: BATCH.commitment, batchNumber: 3n, ...TERMS },
      signature,
    ).toLowerCase(),
  );
}

test("two of three are enough while the third never answers, and come in ascending order", async () => {
  const [a, b, c] = await members(3);
  const silent: QuorumMember = { ...b!, signBatch: () => new Promise<never>(() => undefined) };
  const { signatures } = await collectApproval({ members: [a!, silent, c!], threshold: 2 }, CONTEXT, BATCH, TERMS);
  assert.deepEqual(signers(signatures), [a!.address, c!.address].sort());
});

test("gives exactly as many signatures as are needed", async () => {
  const { signatures } = await collectApproval({ members: await members(4), threshold: 3 }, CONTEXT, BATCH, TERMS);
  assert.equal(signatures.length, 3);
  assert.deepEqual(signers(signatures), signers(signatures).toSorted());
});

test("does not count a signature of something else, and says who gave it", async () => {
  const [a, b] = await members(2);
  const confused: QuorumMember = { ...b!, signBatch: () => b!.signBatch({ ...BATCH, commitment: wordToHex(78n) }, TERMS) };
  await assert.rejects(collectApproval({ members: [a!, confused], threshold: 2 }, CONTEXT, BATCH, TERMS), (error: unknown) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, new RegExp(`2 of 2 must sign; refused: ${b!.address}: the signature is by 0x`));
    return true;
  });
});

test("says at once when there are fewer members than signatures needed", async () => {
  await assert.rejects(collectApproval({ members: [], threshold: 1 }, CONTEXT, BATCH, TERMS), { code: "QuorumUnreachable" });
});

test("a member does not sign a batch that is withdrawn while it checks the batch, and signs the next one of its number", async () => {
  let endCheck: (() => void) | undefined;
  const check = new Promise<void>((resolve) => (endCheck = resolve));
  const member = await createLocalMember(new Wallet(wordToHex(1n)), CONTEXT, { batch: () => check, l1Returns: true });
  const signed = member.signBatch(BATCH, TERMS);
  await member.forgetApprovalsBut?.([]);
  endCheck?.();
  await assert.rejects(signed, { code: "BatchWithdrawn" });
  await member.signBatch({ ...BATCH, commitment: wordToHex(78n) }, TERMS);
});
