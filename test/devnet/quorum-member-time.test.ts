import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider } from "ethers";
import { ValidatingMember } from "../../src/ecosystem/devnet/quorum-member/member.ts";
import type { MemberOperations } from "../../src/ecosystem/devnet/quorum-member/messages.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const CHAIN_ID = 271n;
const WINDOW_SECONDS = 3_600;

/** L1 whose time differs from the real one's by a number of seconds. */
class ShiftedL1 extends JsonRpcProvider {
  shiftSeconds = 0;
  hasPending = true;

  override async send(method: string, params: readonly unknown[]): Promise<unknown> {
    const answer = (await super.send(method, [...params])) as { readonly timestamp: string } | null;
    if (method !== "eth_getBlockByNumber" || answer === null) return answer;
    if (params[0] === "pending" && !this.hasPending) return null;
    return { ...answer, timestamp: `0x${(Number(answer.timestamp) + this.shiftSeconds).toString(16)}` };
  }
}

describe("A6, §8.18: a validator holds a batch's time against L1's", () => {
  let devnet: FlowDevnet;
  let l1: ShiftedL1;
  let member: ValidatingMember;
  let request: MemberOperations["signBatch"]["request"];

  before(async () => {
    const chains = [{ chainId: CHAIN_ID, quorum: { members: 1, threshold: 1 }, priorityOpWindowSeconds: WINDOW_SECONDS }];
    devnet = await startFlowDevnet(chains, { proofs: "none" });
    const { pipeline } = devnet.chains[0]!;
    const client = clientOf(devnet.chains[0]!);
    await (
      await devnet.accounts
        .wallet(ALICE)
        .connect(client)
        .sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })
    ).wait();
    client.destroy();
    const batch = (await pipeline.chain.seal())!;
    await pipeline.settled(batch.outputs.batchNumber);
    const terms = { revertCount: 0n, validFrom: 0n, validUntil: batch.outputs.lastTimestamp };
    const { commitment, protocolVersion } = batch;
    request = { inputs: await pipeline.inputs(batch.outputs.batchNumber), commitment, protocolVersion, terms };
    const connectL1 = (url: string): ShiftedL1 => (l1 = new ShiftedL1(url, undefined, { staticNetwork: true, cacheTimeout: -1 }));
    member = new ValidatingMember({ connectL1, file: undefined });
    await member.operations.configure(pipeline.signers.memberSetup!);
  });
  after(async () => {
    l1.destroy();
    await devnet.close();
  });

  const signAt = (shiftSeconds: number): Promise<unknown> => {
    l1.shiftSeconds = shiftSeconds;
    return member.operations.signBatch(request);
  };

  test("one that holds the clock back past the window, to bypass the queue's deadlines, is not signed", async () => {
    await assert.rejects(signAt(WINDOW_SECONDS + 60), { name: "BatchRefusal", code: "TimestampTooOld" });
    assert.match(String(await signAt(WINDOW_SECONDS - 60)), /^0x[0-9a-f]{130}$/);
  });

  test("one from L1's future is signed only after L1 has reached its time", async () => {
    await assert.rejects(signAt(-60), { name: "BatchRefusal", code: "TimestampAhead" });
    assert.match(String(await signAt(0)), /^0x[0-9a-f]{130}$/);
  });

  test("an earlier signature of the same batch makes no difference", async () => {
    await signAt(0);
    await assert.rejects(signAt(WINDOW_SECONDS + 60), { code: "TimestampTooOld" });
  });

  test("a node that says nothing about its next block is asked for its newest", async () => {
    l1.hasPending = false;
    assert.match(String(await signAt(0)), /^0x[0-9a-f]{130}$/);
    await assert.rejects(signAt(WINDOW_SECONDS + 60), { code: "TimestampTooOld" });
  });
});
