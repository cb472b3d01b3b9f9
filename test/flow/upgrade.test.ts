import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory } from "ethers";
import hre from "hardhat";
import { senderOn } from "../../src/client/submit.ts";
import { addVersion, readUpgrades, readVersion, scheduleUpgrade } from "../../src/client/upgrade.ts";
import { ACCOUNT_NUMBERS } from "../../src/devnet/accounts.ts";
import { continueChain } from "../../src/devnet/reconstruction/continue-chain.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { createProver } from "../../src/prover/prover.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { ALICE, dependencies } from "./support/devnet.ts";
import { plainTransfer, RebuiltRollup, RUNNING } from "./support/rebuilt-rollup.ts";

/** L1's newest block can be some seconds ahead of the clock. */
const MARGIN_SECONDS = 60n;
const RECIPIENT = `0x${"9c".repeat(20)}`;

describe("A8: a chain that changes its protocol version, with real proofs", () => {
  let rollup: RebuiltRollup;
  let [first, second] = [0n, 0n];
  before(async () => {
    rollup = await RebuiltRollup.start(3);
    ({ version: first, version: second } = await readUpgrades(rollup.hyperchain, rollup.devnet.l1.provider));
    second++;
  });
  after(() => rollup.close());

  /** A version whose verifier is another contract, of the same proof system. */
  async function add(version: bigint): Promise<void> {
    const { l1, accounts } = rollup.devnet;
    const upgrades = await readUpgrades(rollup.hyperchain, l1.provider);
    const present = (await readVersion(upgrades.verifiers, upgrades.version, l1.provider))!;
    const governor = accounts.wallet(ACCOUNT_NUMBERS.deployer).connect(l1.provider);
    const { abi, bytecode } = await hre.artifacts.readArtifact("StateTransitionVerifier");
    const stark: unknown = await new Contract(present.verifier, abi, governor).getFunction("stark")();
    const deployed = await new ContractFactory(abi, bytecode, governor).deploy(stark);
    await deployed.waitForDeployment();
    const verifier = (await deployed.getAddress()).toLowerCase() as Hex;
    const member = { name: "L1", chainId: Number(l1.chainId) };
    await addVersion(upgrades.verifiers, version, { ...present, verifier }, await senderOn(governor, member));
  }

  async function schedule(version: bigint): Promise<bigint> {
    const { provider, chainId } = rollup.devnet.l1;
    const upgrades = await readUpgrades(rollup.hyperchain, provider);
    await scheduleUpgrade(upgrades, version, await senderOn(rollup.operator(), { name: "L1", chainId: Number(chainId) }));
    return upgrades.noticeSeconds;
  }

  async function pass(seconds: bigint): Promise<void> {
    const { l1, chains } = rollup.devnet;
    await chains[0]!.provider.request({ method: "evm_increaseTime", params: [Number(seconds)] });
    await l1.request("evm_mine", []);
    await chains[0]!.pipeline.pollL1();
  }

  /** The version under which L1 executed a batch of one payment. */
  async function versionOfNextBatch(): Promise<bigint> {
    await rollup.send({ to: RECIPIENT, value: 1n });
    const { batch } = await rollup.settle();
    return batch.protocolVersion;
  }

  test("batches before the effect have the first version, a batch behind it the second, and a snapshot leads back across it", async () => {
    assert.equal(await versionOfNextBatch(), first);
    await add(second);
    const notice = await schedule(second);
    assert.equal(await versionOfNextBatch(), first);
    const announced = await rollup.devnet.snapshot();
    await rollup.send({ to: RECIPIENT, value: 1n });
    await pass(notice + MARGIN_SECONDS);
    assert.equal((await rollup.settle()).batch.protocolVersion, first, "of a batch that was open at the effect");
    assert.equal(await versionOfNextBatch(), second);
    assert.equal(await rollup.devnet.revert(announced), true);
    assert.equal(await versionOfNextBatch(), first);
    await pass(notice + MARGIN_SECONDS);
    assert.equal(await versionOfNextBatch(), second);
  });

  test("those who have L1 alone rebuild the chain across the upgrade, and go on with it under the second version", async () => {
    const { devnet } = rollup;
    const rebuilt = await rollup.rebuild();
    const versions = rebuilt.batches.map(({ stored }) => stored.protocolVersion);
    assert.equal(versions[0], first);
    assert.equal(versions.at(-1), second);
    const prover = createProver({ workers: 2 });
    const others = {
      l1: devnet.l1.provider,
      connect: dependencies.connectChain,
      clock: systemClock,
      prover,
      operator: rollup.operator(),
      onStop: (error: unknown): void => void devnet.faults.push(error),
    };
    const continued = await continueChain(rebuilt, RUNNING, others);
    try {
      const nonce = Number(await continued.chain.engine.request("eth_getTransactionCount", [rollup.alice, "latest"]));
      const wallet = devnet.accounts.wallet(ALICE);
      await continued.chain.submit(await wallet.signTransaction({ ...plainTransfer, to: RECIPIENT, value: 1n, nonce }));
      const batch = await continued.seal();
      const settled = await continued.settled(batch!.outputs.batchNumber);
      assert.equal(settled.batch.protocolVersion, second);
      assert.equal((await rollup.rebuild()).stateRoot, digestToHex(settled.batch.newStateRoot));
    } finally {
      await continued.close();
      await prover.close();
    }
  });
});
