import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { Contract } from "ethers";
import { stakeRegistryAbi } from "../../src/ground/abi/stake-registry.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { DevnetOptionsError } from "../../src/ecosystem/devnet/described/options.ts";
import { ETHER, startFlowDevnet } from "./support/devnet.ts";
import { Kept } from "./support/kept.ts";

const DEPOSIT = 3n * ETHER;
const STAKE = { unbondingSeconds: 100_000, depositWei: DEPOSIT };

describe("D5: an ecosystem in a folder with stake", () => {
  const kept = new Kept([{ chainId: 271n, quorum: { members: 2, threshold: 2 } }], { stake: STAKE });
  before(() => kept.start());
  after(() => kept.end());
  const stake = (): NonNullable<EcosystemInfo["stake"]> => kept.devnet.info().stake!;

  async function untilRead(): Promise<void> {
    await kept.devnet.l1.request("evm_mine", []);
    const newest = await kept.devnet.l1.provider.getBlockNumber();
    for (let tries = 0; tries < 600 && (stake().watcher.readUpTo ?? -1) < newest; tries++) await pause(50);
    assert.ok((stake().watcher.readUpTo ?? -1) >= newest, JSON.stringify(stake()));
  }
  const deposits = (): Promise<bigint[]> => {
    const registry = new Contract(stake().registry, stakeRegistryAbi, kept.devnet.l1.provider);
    return Promise.all(
      stake().keys.map(async ({ operator }) => {
        const { active } = (await registry.getFunction("depositOf")(operator)) as { readonly active: bigint };
        return active;
      }),
    );
  };

  test("stakes validators in separate processes once and voids words from before a return after a restart", async () => {
    await untilRead();
    const { members } = kept.devnet.info().chains[0]!.quorum;
    assert.deepEqual(
      stake()
        .keys.map(({ key }) => key)
        .sort(),
      members.toSorted(),
    );
    assert.deepEqual(await deposits(), [DEPOSIT, DEPOSIT]);
    const mark = await kept.devnet.snapshot();
    await kept.pay(1n);
    await kept.devnet.settle();
    await untilRead();
    assert.equal(await kept.devnet.revert(mark), true);
    await kept.restart();
    await kept.pay(2n);
    await kept.devnet.settle();
    await untilRead();
    assert.equal(stake().rewinds.count, 1);
    assert.deepEqual(await deposits(), [DEPOSIT, DEPOSIT]);
    assert.deepEqual(stake().slashes, []);
    const balance = await kept.devnet.l1.provider.getBalance(stake().registry);
    assert.equal(balance, 2n * DEPOSIT);
  });

  test("cannot start again without its stake", async () => {
    await kept.stop();
    const options = { proofs: "none", data: kept.folder } as const;
    const started = startFlowDevnet([{ chainId: 271n, quorum: { members: 2, threshold: 2 } }], options);
    await assert.rejects(started, (error) => error instanceof DevnetOptionsError && /stake/.test(error.message));
    await kept.start();
  });
});
