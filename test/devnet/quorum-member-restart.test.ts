import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startMemberProcess, type MemberProcess } from "../../src/ecosystem/devnet/quorum-member/member-process.ts";
import { QuorumMemberError, type MemberSetup } from "../../src/ecosystem/devnet/quorum-member/messages.ts";
import type { BatchInputs } from "../../src/chain/verification/batch-inputs.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { ApprovalTerms } from "../../src/ground/protocol/quorum.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { byNight, IS_NIGHTLY } from "../support/nightly.ts";

const CHAIN_ID = 271n;
const WINDOW_SECONDS = 3_600n;

/** A batch that a validator can agree with. */
interface Candidate {
  readonly inputs: BatchInputs;
  readonly commitment: Hex;
  readonly protocolVersion: bigint;
}

describe("A13: a validator that is killed and started again stands by what it signed", () => {
  let devnet: FlowDevnet;
  let folder: string;
  let setup: MemberSetup;
  let terms: ApprovalTerms;
  /** Two batches of one number, of which L1 has neither: both come out as they say. */
  let first: Candidate;
  let second: Candidate;
  const members: MemberProcess[] = [];
  const atNight = { skip: !IS_NIGHTLY };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "hyperchain-member-"));
    const chain = { chainId: CHAIN_ID, quorum: { members: 1, threshold: 1 }, priorityOpWindowSeconds: Number(WINDOW_SECONDS) };
    devnet = await startFlowDevnet([chain], { proofs: "none" });
    const { pipeline } = devnet.chains[0]!;
    const client = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const sealed = async (value: bigint): Promise<Candidate> => {
      await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value })).wait();
      const batch = (await pipeline.seal())!;
      // A copy, because the recorder forgets the chain's reverted batches.
      const inputs = structuredClone(await pipeline.inputs(batch.outputs.batchNumber));
      return { inputs, commitment: batch.commitment, protocolVersion: batch.protocolVersion };
    };
    await pipeline.pause();
    const id = await devnet.snapshot();
    first = await sealed(1n);
    assert.equal(await devnet.revert(id), true);
    await pipeline.pause();
    second = await sealed(2n);
    client.destroy();
    setup = pipeline.signers.memberSetup;
    const now = BigInt((await devnet.l1.provider.getBlock("latest"))!.timestamp);
    terms = { revertCount: 0n, validFrom: now, validUntil: now + WINDOW_SECONDS / 2n };
    assert.equal(second.inputs.batchNumber, first.inputs.batchNumber);
    assert.notEqual(second.commitment, first.commitment);
  });
  after(async () => {
    await Promise.all(members.map((member) => member.close()));
    devnet.chains[0]!.pipeline.resume();
    await devnet.close();
    await rm(folder, { recursive: true });
  });

  const start = async (file: string | undefined): Promise<MemberProcess> => {
    const member = await startMemberProcess({ clock: systemClock, file });
    members.push(member);
    await member.request("configure", setup);
    return member;
  };
  const kill = async ({ pid, close }: MemberProcess): Promise<void> => {
    process.kill(pid!, "SIGKILL");
    await close();
  };
  const sign = (member: MemberProcess, candidate: Candidate): Promise<Hex> =>
    member.request("signBatch", { ...candidate, terms });
  const isOverlap = (error: unknown): boolean => error instanceof QuorumMemberError && error.code === "ApprovalOverlaps";

  test("without a file it would sign another batch of the same number: it is another validator then", atNight, async () => {
    const killed = await start(undefined);
    await sign(killed, first);
    await kill(killed);
    const started = await start(undefined);
    await sign(started, second);
    assert.notEqual(started.address, killed.address);
  });

  test("with its file it has its key, refuses the other batch, and renews its word for the one that it signed", async () => {
    const file = join(folder, "validator");
    const killed = await start(file);
    const signature = await sign(killed, first);
    assert.ok((await readFile(file, "utf8")).includes(first.commitment), "it was written before the signature left");
    assert.equal((await stat(file)).mode & 0o077, 0, "only its owner can read the key");
    await kill(killed);
    const started = await start(file);
    assert.equal(started.address, killed.address);
    await assert.rejects(sign(started, second), isOverlap);
    await kill(started);
    assert.equal(await sign(await start(file), first), signature);
  });

  test(
    "after L1 has returned to an earlier state by command, what it signed before binds it no longer, over a restart too",
    atNight,
    async () => {
      const file = join(folder, "returned");
      const killed = await start(file);
      await sign(killed, first);
      await killed.request("forgetApprovalsBut", { exceptions: [] });
      await kill(killed);
      assert.match(await sign(await start(file), second), /^0x[0-9a-f]{130}$/);
    },
  );

  test("whenever it is killed, two batches of one number never both have its signature", async () => {
    const file = join(folder, "unlucky");
    const signed = new Set<Hex>();
    for (let round = 0; round < byNight(6, 2); round++) {
      const member = await start(file);
      const candidate = round % 2 === 0 ? first : second;
      const answer = sign(member, candidate).then(
        () => signed.add(candidate.commitment),
        () => undefined,
      );
      // Each round a little later in its work: from before the request arrives until after the answer.
      await once(AbortSignal.timeout(round * byNight(40, 120)), "abort");
      await kill(member);
      await answer;
    }
    assert.ok(signed.size <= 1, "both were signed");
  });
});
