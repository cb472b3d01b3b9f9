import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startMemberProcess, type MemberProcess } from "../../src/ecosystem/devnet/quorum-member/member-process.ts";
import { QuorumMemberError, type MemberSetup } from "../../src/ecosystem/devnet/quorum-member/messages.ts";
import type { BatchInputs } from "../../src/chain/verification/batch-inputs.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { ApprovalTerms } from "../../src/ground/protocol/quorum.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { startForeignL1, type ForeignL1 } from "../flow/support/foreign-l1.ts";

const CHAIN_ID = 271n;
const WINDOW_SECONDS = 3_600n;

/** A batch that a validator can agree with. */
interface Candidate {
  readonly inputs: BatchInputs;
  readonly commitment: Hex;
  readonly protocolVersion: bigint;
}

describe("a validator whose L1 reverts executed batches", () => {
  let l1: ForeignL1;
  let devnet: FlowDevnet;
  let setup: MemberSetup;
  const members: MemberProcess[] = [];

  before(async () => {
    l1 = await startForeignL1();
    devnet = await startFlowDevnet(
      [{ chainId: CHAIN_ID, quorum: { members: 1, threshold: 1 }, priorityOpWindowSeconds: Number(WINDOW_SECONDS) }],
      {
        proofs: "none",
        l1: { url: l1.url, deployerKey: l1.deployerKey, confirmations: 1 },
        fundedAccounts: [ALICE, BOB],
        fundingWei: ETHER,
      },
    );
    setup = devnet.chains[0]!.pipeline.signers.memberSetup;
  });
  after(async () => {
    await Promise.all(members.map((member) => member.close()));
    await devnet.close();
    await l1.close();
  });

  const start = async (confirmations: number): Promise<MemberProcess> => {
    const member = await startMemberProcess({ clock: systemClock });
    members.push(member);
    await member.request("configure", { ...setup, confirmations });
    return member;
  };
  /** A copy, because the recorder forgets the chain's reverted batches. */
  const candidate = async (batch: Omit<Candidate, "inputs"> & { readonly number: bigint }): Promise<Candidate> => ({
    inputs: structuredClone(await devnet.chains[0]!.pipeline.inputs(batch.number)),
    commitment: batch.commitment,
    protocolVersion: batch.protocolVersion,
  });

  test("follows L1 at the depth of its chain, and signs no other batch of that number for the same second", async () => {
    const { pipeline } = devnet.chains[0]!;
    const client = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    while ((await client.getBalance(alice.address)) === 0n) await devnet.relay();
    const sealNext = async (value: bigint): Promise<Candidate> => {
      await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value })).wait();
      const batch = (await pipeline.seal())!;
      return candidate({ ...batch, number: batch.outputs.batchNumber });
    };
    const member = await start(1);
    // The chain's contract is as deep, and the deposits of the first batch came later.
    const depth = (await devnet.l1.provider.getBlockNumber()) - pipeline.created.fromBlock + 1;
    const patient = await start(depth);
    const deposits = await candidate({ ...(await pipeline.seal())!, number: 0n });
    assert.ok(deposits.inputs.blocks.length > 0);
    await assert.rejects(patient.request("follow", deposits.inputs), QuorumMemberError);
    await l1.mine(depth);
    await patient.request("follow", deposits.inputs);
    await member.request("follow", deposits.inputs);
    await pipeline.settled(0n);

    await pipeline.pause();
    const fork = await l1.fork();
    const replaced = await sealNext(1n);
    // The resealed batch has the time of another second.
    const second = (): number => Math.floor(Date.now() / 1_000);
    for (const sealedAt = second(); second() === sealedAt;) await client.getBlockNumber();
    const { batchNumber } = replaced.inputs;
    await pipeline.reseal(batchNumber);
    const settled = await candidate(pipeline.chain.archive.batch(batchNumber)!);
    assert.notEqual(settled.commitment, replaced.commitment);
    const now = BigInt((await devnet.l1.provider.getBlock("latest"))!.timestamp);
    const terms: ApprovalTerms = { revertCount: 0n, validFrom: now, validUntil: now + WINDOW_SECONDS / 2n };
    const sign = async (batch: Candidate): Promise<Hex> => {
      // A second each: L1's time is behind the machine's by as long as nothing was mined.
      const lag = second() - (await devnet.l1.provider.getBlock("latest"))!.timestamp;
      await l1.mine(Math.max(lag, 0) + 3);
      return member.request("signBatch", { ...batch, terms });
    };
    await sign(settled);
    await pipeline.settled(batchNumber);
    const next = await sealNext(2n);
    await pipeline.settled(next.inputs.batchNumber);
    await sign(next);

    await l1.reorganize(fork);
    await assert.rejects(
      sign(replaced),
      (error: unknown) => error instanceof QuorumMemberError && error.code === "ApprovalOverlaps",
    );
    // What it has signed it signs again: L1 may execute it on its other branch.
    await sign(settled);
    client.destroy();
  });
});
