import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { test } from "node:test";
import { Contract, Interface, type JsonRpcProvider } from "ethers";
import { stakeRegistryAbi } from "../../src/ground/abi/stake-registry.ts";
import { challengeInterface, type ChallengeOnL1 } from "../../src/ecosystem/devnet/guardian/challenge-interface.ts";
import { renewIdle } from "../../src/ecosystem/devnet/membership/renew-idle.ts";
import { readRequestEvidence, type RequestEvidence } from "../../src/ecosystem/devnet/reconstruction/request-evidence.ts";
import { contractsOfStake } from "../../src/ecosystem/devnet/stake/contracts.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ANSWER_SECONDS } from "../../src/ground/protocol/stake.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, UNPROVEN } from "./support/devnet.ts";

const CHAIN = 271n;
const BOB_ADDRESS: Hex = `0x${"b0".repeat(20)}`;
/** Account that the state has, and a slot that it lacks. */
const PRESENT = { kind: LeafKind.account, account: BOB_ADDRESS, slot: 0n };
const ABSENT = { kind: LeafKind.storage, account: BOB_ADDRESS, slot: 7n };

test("a leaf is requested on L1: guardians answer and are paid, or lose their stake", async (t) => {
  const devnet = await startFlowDevnet([{ chainId: CHAIN, dataAvailability: { guardians: "main" } }], {
    ...UNPROVEN,
    stake: { unbondingSeconds: 100_000 },
    guardians: { main: { members: 2 } },
  });
  const [chain] = devnet.chains;
  const l1 = devnet.l1.provider;
  const { hyperchain } = chain!.pipeline.created;
  const client: JsonRpcProvider = clientOf(chain!);
  const network = devnet.info().guardians![0]!;
  const challenger = devnet.accounts.wallet(ALICE).connect(l1);
  const contract = new Contract(network.network, challengeInterface, challenger);
  const registry = new Contract(contractsOfStake(devnet.ecosystem)!.registry, new Interface(stakeRegistryAbi), l1);
  const stakeOf = async (key: Hex): Promise<bigint> =>
    ((await registry.getFunction("depositOf")(key)) as { active: bigint }).active;
  const challengeOf = (id: bigint): Promise<ChallengeOnL1> => contract.getFunction("challengeOf")(id);
  const open = async ({ chainId, stored, opening }: RequestEvidence, key: object): Promise<bigint> => {
    await (await contract.getFunction("open")(chainId, stored, opening, key, { value: ETHER })).wait();
    return contract.getFunction("challengeCount")();
  };
  try {
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to: BOB_ADDRESS, value: 5n })).wait();
    await devnet.settle(CHAIN);
    const evidence = await readRequestEvidence(l1, hyperchain);

    await t.test("guardians' processes show a leaf and an absence, and the griefer pays for both", async () => {
      for (const key of [PRESENT, ABSENT]) {
        const id = await open(evidence, key);
        while (!(await challengeOf(id)).isAnswered) await pause(50);
        const { bond } = await challengeOf(id);
        assert.ok(bond < ETHER && bond > 0n);
        await (await contract.getFunction("close")(id)).wait();
      }
      for (const { key } of network.members) assert.equal(await stakeOf(key), ETHER);
    });

    await t.test(
      "data of an idle chain expire: it ends a batch at half of the time for which stake answers, and guardians sign it",
      async () => {
        const newest = BigInt((await client.getBlock("latest"))!.timestamp);
        const { batchNumber } = chain!.pipeline.chain.sequencer;
        const idle = { chain: chain!, retention: 100_000 };
        await renewIdle(idle, newest + 49_999n);
        assert.equal(chain!.pipeline.chain.sequencer.batchNumber, batchNumber);
        await renewIdle(idle, newest + 50_000n);
        assert.equal(chain!.pipeline.chain.sequencer.batchNumber, batchNumber + 1n);
        await devnet.settle(CHAIN);
        const { stored, signatures } = await readRequestEvidence(l1, hyperchain);
        assert.ok(stored.batchNumber > evidence.stored.batchNumber);
        assert.equal(signatures.length, 2);
        // A batch that stays open, and a block in it that is fresh.
        const { sequencer } = chain!.pipeline.chain;
        await sequencer.mine();
        const { openedAt } = sequencer;
        await sequencer.notBefore(openedAt! + 40_000n);
        await sequencer.mine();
        assert.equal(sequencer.openedAt, openedAt);
        await renewIdle(idle, openedAt! + 49_999n);
        assert.equal(sequencer.openedAt, openedAt);
        await renewIdle(idle, openedAt! + 50_000n);
        assert.equal(sequencer.hasOpenBatch, false);
      },
    );

    await t.test("guardians that are killed lose their stake, by the signatures in the commit", async () => {
      for (const { pid } of network.members) process.kill(pid!, "SIGKILL");
      const id = await open(evidence, PRESENT);
      await devnet.l1.request("evm_increaseTime", [ANSWER_SECONDS + 1]);
      await devnet.l1.request("evm_mine", []);
      assert.equal(evidence.signatures.length, 2);
      for (const { validUntil, signature } of evidence.signatures)
        await (await contract.getFunction("report")(id, validUntil, signature)).wait();
      for (const { key } of network.members) assert.equal(await stakeOf(key), 0n);
    });
  } finally {
    client.destroy();
    await devnet.close();
  }
});
