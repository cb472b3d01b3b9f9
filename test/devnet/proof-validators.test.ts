import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { startMemberProcess, type MemberProcess } from "../../src/devnet/quorum-member/member-process.ts";
import type { ProvenInputs } from "../../src/devnet/quorum-member/messages.ts";
import { executionParameters } from "../../src/execution-proof/parameters.ts";
import { wordToHex } from "../../src/protocol/hex.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

/** NOT SECURE, and fast. */
const WEAK = {
  parameters: { ...executionParameters(), queryCount: 2, grindingBits: 0 },
  acceptsWeakParameters: true,
  workers: 1,
};
/** BLS12-381, sums of points: of two that are infinity here. */
const UNPROVEN = `0x${"b".padStart(40, "0")}`;
const INFINITIES = `0x${"00".repeat(256)}`;
const WINDOW_SECONDS = 3_600n;

describe("B3: validators that ask for the proof of a batch's execution", () => {
  let devnet: FlowDevnet;
  /** A batch that is proven, and one behind it that has no proof. */
  let provable: FormedBatch;
  let labelled: FormedBatch;
  const members: MemberProcess[] = [];

  before(async () => {
    const quorum = { members: 2, threshold: 2, check: "proof" } as const;
    const chain = { chainId: 271n, prover: { execution: "proven" }, quorum } as const;
    devnet = await startFlowDevnet([chain], { fundedAccounts: [] }, { executionProving: WEAK });
  });
  after(async () => {
    await Promise.all(members.map((member) => member.close()));
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const pipeline = () => devnet.chains[0]!.pipeline;
  /** Has an account without money call, for no fee. */
  const call = async (to: string, data = "0x"): Promise<FormedBatch> => {
    const client = clientOf(devnet.chains[0]!);
    const fees = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 100_000n };
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to, data, ...fees })).wait();
    client.destroy();
    return (await pipeline().seal())!;
  };
  const startMember = async (): Promise<MemberProcess> => {
    const member = await startMemberProcess({ clock: systemClock, checking: WEAK });
    members.push(member);
    await member.request("configure", { ...pipeline().signers.memberSetup, checks: "proof" });
    return member;
  };
  const proofOf = (batchNumber: bigint): Uint8Array => pipeline().execution!.served(batchNumber)!.proof;
  const shown = (batch: FormedBatch, execution: ProvenInputs["execution"], altered: Partial<FormedBatch> = {}): ProvenInputs => ({
    batchNumber: batch.outputs.batchNumber,
    sealed: { ...batch, ...altered },
    execution,
  });
  const proven = (): ProvenInputs["execution"] => ({ kind: "proven", proof: proofOf(0n) });

  test("sign nothing until the proof is there, while the chain goes on", async () => {
    provable = await call(devnet.accounts.wallet(BOB).address);
    assert.equal(pipeline().progress().committed, 0);
    assert.equal(pipeline().execution!.standing(0n)?.kind === "proven", false);
    labelled = await call(UNPROVEN, INFINITIES);
    await pipeline().settled(0n);
    assert.equal(pipeline().execution!.standing(0n)?.kind, "proven");
  });

  test("run a batch that cannot be proven, and those before it, and sign it for the label that they find themselves", async () => {
    await pipeline().settled(1n);
    const standing = pipeline().execution!.standing(1n);
    assert.deepEqual([standing?.kind, standing?.kind === "labelled" && standing.reason], ["labelled", "unsupported-precompile"]);
    assert.equal(devnet.info().chains[0]!.quorum.threshold, 2);
  });

  test("refuse by name a proof that is missing, of other bytes, or of another result, and each part that L1 has otherwise", async () => {
    const member = await startMember();
    const refused = async (code: string, inputs: ProvenInputs): Promise<void> =>
      assert.rejects(member.request("follow", inputs), { name: "QuorumMemberError", code });
    const { outputs } = provable;
    await refused("Malformed", shown(provable, { kind: "proven", proof: new Uint8Array() }));
    const flipped = Uint8Array.from(proofOf(0n));
    flipped[flipped.length - 2_000]! ^= 1;
    await assert.rejects(member.request("follow", shown(provable, { kind: "proven", proof: flipped })), (error: Error) =>
      /ChunkRefused|RelistingRefused|Malformed/.test(error.message),
    );
    const [first, ...others] = provable.writes;
    const richer = [{ ...first!, value: first!.value + 1n }, ...others];
    await refused("OtherStateAfter", shown(provable, proven(), { writes: richer }));
    await refused("OtherEnd", shown(provable, proven(), { outputs: { ...outputs, lastTimestamp: outputs.lastTimestamp + 1n } }));
    const message = { type: "message", sender: `0x${"1".repeat(40)}`, body: Uint8Array.of(1) } as const;
    await refused("OutputsMismatch", shown(provable, proven(), { logs: [message] }));
    await refused("SystemTransactionMismatch", shown(provable, proven(), { outputs: { ...outputs, cheatCount: 1n } }));
    await refused("OutputsMismatch", shown(provable, proven(), { outputs: { ...outputs, extensions: wordToHex(1n) } }));
    await refused("OutputsMismatch", shown(provable, proven(), { bytecodes: ["0x6001"] }));
    // Nothing of it is kept: the batch itself is taken.
    await member.request("follow", shown(provable, proven()));
  });

  test("attack: refuse by name what is neither proven nor labelled, and what equals a number or a list without being one", async () => {
    const member = await startMember();
    const refused = async (inputs: object): Promise<void> =>
      assert.rejects(member.request("follow", inputs as ProvenInputs), { name: "QuorumMemberError", code: "MalformedInputs" });
    const [first, ...others] = provable.writes;
    const writes = [{ ...first!, value: first!.value + 1n }, ...others];
    for (const said of [{ kind: "other" }, {}, { kind: "Proven", proof: proofOf(0n) }])
      await refused({ ...shown(provable, proven(), { writes }), execution: said });
    // Of an object a strict comparison says that it is another one, and the state tree takes it for its number.
    const disguised = [{ ...first!, slot: Object(first!.slot) as bigint }, ...others];
    await refused(shown(provable, proven(), { writes: disguised }));
    await refused(shown(provable, proven(), { writes: new Array<(typeof writes)[number]>(2 ** 32 - 1) }));
    await refused(shown(provable, proven(), { logs: undefined as unknown as [] }));
    await refused(shown(provable, proven(), { bytecodes: ["0x6", "0xzz"] as const }));
    const odd = [{ ...first!, leafKind: 4 as 3 }, ...others];
    await refused(shown(provable, proven(), { writes: odd }));
    const slotOfCode = [{ ...first!, leafKind: 2, slot: 1n } as const, ...others];
    await assert.rejects(member.request("follow", shown(provable, proven(), { writes: slotOfCode })), {
      code: "OutputsMismatch",
    });
    await member.request("follow", shown(provable, proven()));
  });

  test("run a batch again that the chain has formed again since they ran it, be it refused or proven in between", async () => {
    const first = await pipeline().inputs(0n);
    // The same transactions, a second later.
    const blocks = first.blocks.map(({ environment, ...rest }) => ({
      ...rest,
      environment: { ...environment, timestamp: environment.timestamp + 1n },
    }));
    const asUnproven = shown(labelled, { kind: "labelled", reason: "unsupported-precompile" });
    const refused = await startMember();
    await refused.request("execute", { ...first, blocks });
    await assert.rejects(refused.request("follow", shown(provable, { kind: "labelled", reason: "unsupported-precompile" })), {
      code: "InputsNeeded",
      nextBatch: 0n,
    });
    const proved = await startMember();
    await proved.request("execute", { ...first, blocks });
    for (const member of [refused, proved]) {
      await member.request("follow", shown(provable, proven()));
      await assert.rejects(member.request("follow", asUnproven), { code: "InputsNeeded", nextBatch: 0n });
      await member.request("execute", first);
      await member.request("execute", await pipeline().inputs(1n));
      await member.request("follow", asUnproven);
    }
  });

  test("refuse the proof of another batch", async () => {
    const member = await startMember();
    await member.request("follow", shown(provable, proven()));
    await assert.rejects(member.request("follow", shown(labelled, proven())), { code: "OtherBatch" });
  });

  test("refuse a label of a batch that can be proven, and a label that is not the batch's", async () => {
    const member = await startMember();
    const asUnproven = shown(provable, { kind: "labelled", reason: "unsupported-precompile" });
    await assert.rejects(member.request("follow", asUnproven), { code: "InputsNeeded", nextBatch: 0n });
    await member.request("execute", await pipeline().inputs(0n));
    await assert.rejects(member.request("follow", asUnproven), { code: "ProvableBatch" });
    await member.request("follow", shown(provable, proven()));
    await member.request("execute", await pipeline().inputs(1n));
    await assert.rejects(member.request("follow", shown(labelled, { kind: "labelled", reason: "p256" })), {
      code: "LabelMismatch",
    });
    await member.request("follow", shown(labelled, { kind: "labelled", reason: "unsupported-precompile" }));
  });

  test("are not asked for what only others judge by", async () => {
    const member = await startMember();
    await assert.rejects(member.request("follow", await pipeline().inputs(0n)), { code: "OtherInputs" });
    const executing = await startMemberProcess({ clock: systemClock });
    members.push(executing);
    await executing.request("configure", pipeline().signers.memberSetup);
    await assert.rejects(executing.request("follow", shown(provable, proven())), { code: "OtherInputs" });
    await assert.rejects(executing.request("execute", await pipeline().inputs(0n)), { code: "OtherInputs" });
  });

  test("sign no approval that is longer than the window, like all validators", async () => {
    const member = await startMember();
    const now = BigInt((await devnet.l1.provider.getBlock("latest"))!.timestamp);
    const { commitment, protocolVersion } = provable;
    const terms = { revertCount: 0n, validFrom: now, validUntil: now + 2n * WINDOW_SECONDS };
    const inputs = shown(provable, proven());
    await assert.rejects(member.request("signBatch", { inputs, commitment, protocolVersion, terms }), {
      code: "ApprovalTooLong",
    });
    const other = { inputs, commitment: wordToHex(1n), protocolVersion, terms };
    const fresh = await startMember();
    await assert.rejects(fresh.request("signBatch", other), { code: "CommitmentMismatch" });
  });
});
