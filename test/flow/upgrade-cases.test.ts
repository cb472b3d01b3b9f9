import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { toQuantity } from "ethers";
import { remoteMember } from "../../src/ecosystem/devnet/quorum-member/remote-member.ts";
import { startMemberProcess, type MemberProcess } from "../../src/ecosystem/devnet/quorum-member/member-process.ts";
import type { DevnetChainOptions, DevnetOptions } from "../../src/ecosystem/devnet/devnet.ts";
import type { Resealed } from "../../src/chain/node/settling/batch-update.ts";
import { noProofVersionOf } from "../../src/ground/protocol/no-proof.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { serveFaultyL1, type FaultyL1 } from "../support/faulty-l1.ts";
import { ALICE, BOB, clientOf, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { Upgrades } from "./support/upgrades.ts";

const CHAIN_ID = 271n;
const WINDOW_SECONDS = 600;
const CHAIN: DevnetChainOptions = { chainId: CHAIN_ID, priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: 1_200 };
const PROVEN = TRUSTED_VERSION;
const UNPROVEN = noProofVersionOf(PROVEN);

const startUnproven = (
  chain: DevnetChainOptions = CHAIN,
  options: Partial<DevnetOptions> = {},
  replaced: Parameters<typeof startFlowDevnet>[2] = {},
): Promise<FlowDevnet> => startFlowDevnet([chain], { proofs: "none", prover: { workers: 2 }, ...options }, replaced);

async function pay(devnet: FlowDevnet): Promise<void> {
  const client = clientOf(devnet.chains[0]!);
  const { wallet } = devnet.accounts;
  try {
    await (
      await wallet(ALICE)
        .connect(client)
        .sendTransaction({ to: wallet(BOB).address, value: 1n })
    ).wait();
  } finally {
    client.destroy();
  }
}

/** The version under which L1 executed a batch of one payment. */
async function versionOfNextBatch(devnet: FlowDevnet): Promise<bigint> {
  await pay(devnet);
  return (await settleNow(devnet.chains[0]!)).batch.protocolVersion;
}

/** Texts of hyperchain_info, the first screen and the status about the chain. */
function told(devnet: FlowDevnet): object {
  const [{ protocolVersion, upgrade } = assert.fail("no chain")] = devnet.info().chains;
  return { protocolVersion, ...(upgrade === undefined ? {} : { upgrade: upgrade.version }) };
}

describe("A8: a validator in a separate process, with a node that lags behind an upgrade", () => {
  let devnet: FlowDevnet;
  let node: FaultyL1;
  let member: MemberProcess;
  /** The newest block that the validator's node has; undefined while it has all. */
  let newest: number | undefined;

  before(async () => {
    devnet = await startUnproven({ ...CHAIN, quorum: { members: 1, threshold: 1 } });
    const { l1, chains } = devnet;
    node = await serveFaultyL1(async (method, params) => {
      const held = newest === undefined ? undefined : `0x${newest.toString(16)}`;
      if (method === "eth_blockNumber" && held !== undefined) return held;
      const isOfNewest = method === "eth_getBlockByNumber" && params[0] === "latest";
      return l1.request(method, isOfNewest && held !== undefined ? [held, params[1]] : params);
    });
    member = await startMemberProcess({ clock: systemClock });
    await member.request("configure", { ...chains[0]!.pipeline.signers.memberSetup!, l1Url: node.url });
  });
  after(async () => {
    await member.close();
    await node.close();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("refuses the new version's batch with VersionMismatch, says what to do, and signs it once the node has the upgrade", async () => {
    const { pipeline } = devnet.chains[0]!;
    const upgrades = new Upgrades(devnet);
    assert.equal(await versionOfNextBatch(devnet), UNPROVEN);
    const second = await upgrades.addNext();
    newest = await devnet.l1.provider.getBlockNumber();
    await upgrades.pass(await upgrades.schedule(second));
    await pay(devnet);
    const { batch } = await settleNow(devnet.chains[0]!);
    assert.equal(batch.protocolVersion, second, "the chain's own validators have seen the upgrade");

    const signer = remoteMember(member, (number) => pipeline.inputs(number));
    const now = BigInt((await devnet.l1.provider.getBlock("latest"))!.timestamp);
    const sign = (): Promise<string> => signer.signBatch(batch, { revertCount: 0n, validFrom: 0n, validUntil: now });
    await assert.rejects(sign(), (error) => {
      assert.ok(error instanceof SettlementError);
      assert.equal(error.code, "L1Unreachable", "it is asked again");
      assert.match(error.message, new RegExp(`VersionMismatch: batch 1 was formed for protocol version ${second}`));
      assert.match(error.message, new RegExp(`by this validator's view of L1 it has version ${UNPROVEN}`));
      assert.match(error.message, /signs once the node has caught up; .* \(hyperchain:reseal\)/);
      return true;
    });
    newest = undefined;
    assert.match(await sign(), /^0x[0-9a-f]{130}$/);
  });
});

describe("VersionChanged: an upgrade that a pending batch has, and that L1 has reverted", () => {
  let devnet: FlowDevnet;
  const resealed: Resealed[] = [];
  before(async () => {
    devnet = await startUnproven(
      CHAIN,
      {},
      {
        onUpdate: (_chainId, update) => update.type === "resealed" && resealed.push(update.resealed),
      },
    );
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("the batch is refused with its version (VersionChanged), rebuilt automatically with L1's, and settles", async () => {
    const { l1 } = devnet;
    const { pipeline } = devnet.chains[0]!;
    const upgrades = new Upgrades(devnet);
    assert.equal(await versionOfNextBatch(devnet), UNPROVEN);
    const second = await upgrades.addNext();
    // The chain remembers the block to which L1 returns.
    await pipeline.pollL1();
    const mark = await l1.request("evm_snapshot", []);
    const notice = await upgrades.schedule(second);
    await upgrades.pass(notice);
    await pay(devnet);
    await pipeline.pause();
    const batch = (await pipeline.seal())!;
    assert.equal(batch.protocolVersion, second);

    // L1 alone returns, and reaches the same time without the upgrade.
    assert.equal(await l1.request("evm_revert", [mark]), true);
    // More blocks than it had, or the node would only be behind.
    await l1.request("hardhat_mine", ["0x8", toQuantity((notice + 120n) / 7n + 1n)]);
    const waiting = pipeline.settled(batch.outputs.batchNumber);
    pipeline.resume();
    const { batch: again } = await waiting;
    assert.deepEqual([again.outputs.batchNumber, again.protocolVersion], [batch.outputs.batchNumber, UNPROVEN]);
    assert.deepEqual(resealed, [{ firstBatch: batch.outputs.batchNumber, lost: [] }]);
    assert.deepEqual(told(devnet), { protocolVersion: Number(UNPROVEN) });
  });
});

describe("A8: an ecosystem that is kept in a folder, across an upgrade", () => {
  const data = mkdtempSync(join(tmpdir(), "upgraded-"));
  let devnet: FlowDevnet | undefined;
  after(async () => {
    await devnet?.close();
    rmSync(data, { recursive: true });
  });

  const restart = async (): Promise<FlowDevnet> => {
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    devnet = await startUnproven(CHAIN, { data });
    return devnet;
  };

  test("closed before the effect it has the second version after the notice has passed, and has it when it is closed again", async () => {
    let kept = await restart();
    assert.equal(await versionOfNextBatch(kept), UNPROVEN);
    const second = await new Upgrades(kept).addNext();
    const notice = await new Upgrades(kept).schedule(second);
    await kept.chains[0]!.pipeline.pollL1();

    kept = await restart();
    assert.deepEqual(told(kept), { protocolVersion: Number(UNPROVEN), upgrade: Number(second) });
    assert.equal(await versionOfNextBatch(kept), UNPROVEN);
    await new Upgrades(kept).pass(notice);
    assert.equal(await versionOfNextBatch(kept), second);
    assert.deepEqual(told(kept), { protocolVersion: Number(second) });

    kept = await restart();
    assert.deepEqual(told(kept), { protocolVersion: Number(second) });
    assert.equal(await versionOfNextBatch(kept), second);
    assert.equal((await new Upgrades(kept).read()).version, second);
  });
});

describe("A8: versions that are proven and versions that are not", () => {
  for (const [kind, start, own, other] of [
    ["proven", () => startFlowDevnet([CHAIN]), PROVEN, UNPROVEN],
    ["not proven", startUnproven, UNPROVEN, PROVEN],
  ] as const)
    test(`a chain whose batches are ${kind} cannot leave that, because an ecosystem has versions of one kind`, async () => {
      const devnet = await start();
      try {
        const upgrades = new Upgrades(devnet);
        assert.equal((await upgrades.read()).version, own);
        await assert.rejects(upgrades.schedule(other), /UnknownProtocolVersion/);
        assert.equal((await upgrades.read()).next, undefined);
      } finally {
        await devnet.close();
      }
      assert.deepEqual(devnet.faults, []);
    });
});
