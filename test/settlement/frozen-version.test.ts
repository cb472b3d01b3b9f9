import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract } from "ethers";
import hre from "hardhat";
import { noProofMarker, noProofVersionOf } from "../../src/ground/protocol/no-proof.ts";
import { TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { CALLDATA_POSTING } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { commitBatch } from "../../src/chain/settlement/l1-sender/commit.ts";
import { executeBatch } from "../../src/chain/settlement/l1-sender/execute.ts";
import { createL1Retry, type L1Trouble } from "../../src/chain/settlement/l1-sender/l1-retry.ts";
import { proveBatch } from "../../src/chain/settlement/l1-sender/prove.ts";
import type { SenderContext } from "../../src/chain/settlement/l1-sender/sender-context.ts";
import { createSettledChain, startSettledL1, type SettledChain, type SettledL1 } from "./support/settled-l1.ts";
import { senderContext } from "./support/sender.ts";

const VERSION = noProofVersionOf(TRUSTED_VERSION);
const FREEZE_SECONDS = 150n;
const FREEZE = [
  { name: "versions", type: "uint256[]" },
  { name: "time", type: "uint64" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
];

describe("a chain whose protocol version is frozen", () => {
  let settled: SettledL1;
  let chain: SettledChain;
  let context: SenderContext;
  const told: (L1Trouble | undefined)[] = [];
  before(async () => {
    settled = await startSettledL1({ proofs: "none", freezeSeconds: 3n * FREEZE_SECONDS });
    chain = await createSettledChain(settled, 271n);
    // L1's clock moves where something waits for it, and only so far.
    const delay = (ms: number): Promise<void> => settled.increaseTime(Math.ceil(ms / 1_000));
    const patience = createL1Retry({}, { delay, onTrouble: (trouble) => told.push(trouble) });
    context = senderContext(chain, settled.accounts[0]!, { delay, patience });
  });
  after(() => settled.l1.close());

  /** Resolves with the second at which the freeze ends. */
  async function freeze(): Promise<bigint> {
    const { abi } = await hre.artifacts.readArtifact("SecurityCouncil");
    const [bringer, member] = [settled.accounts[8]!, settled.accounts[9]!];
    const council = new Contract(settled.ecosystem.addresses.council!, abi, bringer);
    const [nonce, deadline] = [(await council.getFunction("nonce")()) as bigint, 2n ** 255n];
    const { settlementChainId: chainId } = settled.ecosystem;
    const domain = { name: "SecurityCouncil", version: "1", chainId, verifyingContract: await council.getAddress() };
    const word = { versions: [VERSION], time: FREEZE_SECONDS, nonce, deadline };
    const signature = await member.signTypedData(domain, { Freeze: FREEZE }, word);
    await (await council.getFunction("freeze")([VERSION], FREEZE_SECONDS, deadline, [signature])).wait();
    return (await settled.latestTimestamp()) + FREEZE_SECONDS;
  }

  /** Runs a stage that begins during a freeze, and checks that it waits for the end and reports the wait. */
  async function frozen<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const until = await freeze();
    told.length = 0;
    const done = await work();
    assert.deepEqual(
      told.map((trouble) => trouble?.code),
      ["VersionFrozen", undefined],
    );
    const said = new RegExp(`^${stage} of batch 0: the council has frozen the chain's protocol version, .* second ${until} on`);
    assert.match(told[0]!.message, said);
    const now = await settled.latestTimestamp();
    assert.ok(now >= until && now < until + 10n, `${now - until}`);
    return done;
  }

  test("continues automatically after the freeze, at each stage of a batch, and reports the reason of the wait", async () => {
    const batch = await chain.form();
    const posting = { quorum: { members: chain.members }, posting: CALLDATA_POSTING };
    const { stored } = await frozen("commit", () => commitBatch(context, batch, chain.genesis, posting));
    await frozen("prove", () => proveBatch(context, stored, noProofMarker(batch.commitment)));
    await frozen("execute", () => executeBatch(context, batch, stored));
    assert.deepEqual(await readTotals(context), { committed: 1n, verified: 1n, executed: 1n });
  });
});
