import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, type JsonRpcApiProvider } from "ethers";
import { stakeRegistryAbi } from "../../src/abi/stake-registry.ts";
import { serviceOf } from "../../src/devnet/stake/services.ts";
import { promiseServiceData } from "../../src/protocol/batch-promise.ts";
import { ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const [A, B] = [271n, 272n];
const MIN_STAKE = 2n * ETHER;

describe("promises backed by stake", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta", instant: { from: { alpha: { minStakeWei: MIN_STAKE, maxAtRiskWei: ETHER } } } },
      ],
      UNPROVEN,
    );
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("the source's validators have the least stake of the terms for this pair alone", async () => {
    const { addresses } = devnet.ecosystem;
    const registry = new Contract(addresses.stakeRegistry!, stakeRegistryAbi, devnet.l1.provider);
    const keys = devnet.chains[0]!.pipeline.signers.stakableKeys;
    // The registry returns weights of past seconds.
    const now = (await devnet.l1.provider.getBlock("latest"))!.timestamp;
    const l1 = devnet.l1.provider as JsonRpcApiProvider;
    await l1.send("evm_increaseTime", [2]);
    await l1.send("evm_mine", []);
    const stakeFor = async (from: bigint, to: bigint): Promise<bigint> => {
      const service = serviceOf(addresses.brokenPromises!, promiseServiceData(from, to));
      const weights = await Promise.all(
        keys.map(({ address }) => registry.getFunction("weightAt")(service, address, now) as Promise<bigint>),
      );
      return weights.reduce((sum, each) => sum + each, 0n);
    };
    assert.equal(await stakeFor(A, B), MIN_STAKE);
    assert.equal(await stakeFor(B, A), 0n);
  });
});
