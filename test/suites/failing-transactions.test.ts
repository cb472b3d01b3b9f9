import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import type { Member } from "../../src/tool/plugin/api/hyperchains.ts";
import { createHardhat } from "../plugin/connection/support/open.ts";

/** Result of a failed transaction in a suite. Its gas is named, so that nothing is estimated. */
interface Failure {
  readonly data: unknown;
  readonly mined: number;
  readonly isHashOfFailed: boolean;
  readonly namesSource: boolean;
}

const WRONG_JUMP = "0x00000000000000000000000000000000000bad01";

/** Odd numbers are refused with a custom error; so is what has too little gas, by the EVM. */
async function failWith({ ethers }: Pick<NetworkConnection, "ethers">, argument: bigint, gasLimit: bigint): Promise<Failure> {
  const target = await ethers.deployContract("CallTarget");
  const before = await ethers.provider.getBlockNumber();
  const thrown: unknown = await target
    .getFunction("double")
    .send(argument, { gasLimit })
    .catch((error: unknown) => error);
  assert.ok(thrown instanceof Error && "transactionHash" in thrown, `not refused as failed: ${String(thrown)}`);
  const receipt = await ethers.provider.getTransactionReceipt(String(thrown.transactionHash));
  return {
    data: "data" in thrown ? thrown.data : undefined,
    mined: (await ethers.provider.getBlockNumber()) - before,
    isHashOfFailed: receipt?.status === 0,
    namesSource: /CallTarget\.double/.test(String(thrown.stack)),
  };
}

describe("suites: transactions that fail without an estimate before them", () => {
  let chain: NetworkConnection;
  before(async () => {
    const hre = await createHardhat({ proofs: "none" });
    chain = await hre.network.create("hyperchain");
  });
  after(() => chain.close());

  test("are mined and refused on a chain as on L1: same error data, a hash, and a stack trace in the source", async () => {
    const seen = await failWith(chain, 3n, 200_000n);
    assert.deepEqual(seen, await failWith(chain.hyperchains.l1, 3n, 200_000n));
    const odd = (await chain.ethers.getContractFactory("CallTarget")).interface.getError("Odd");
    assert.ok(odd !== null);
    assert.equal(String(seen.data).slice(0, 10), odd.selector);
    assert.deepEqual([seen.mined, seen.isHashOfFailed, seen.namesSource], [1, true, true]);
  });

  test("are refused where the gas does not suffice", async () => {
    const target = await chain.ethers.deployContract("CallTarget");
    const sent = target.getFunction("double").send(2n, { gasLimit: 21_900n });
    await assert.rejects(sent, (error: Error) => "transactionHash" in error && /gas|revert/i.test(error.message));
  });

  test("fail in the same words on a chain as on L1 where the EVM stops them, though the code calls others", async () => {
    const words = async ({ ethers, networkHelpers }: Pick<Member, "ethers" | "networkHelpers">) => {
      // Calls the identity precompile, then jumps to an invalid destination.
      await networkHelpers.setCode(WRONG_JUMP, "0x6000600060006000600060045af150600156");
      const [sender] = await ethers.getSigners();
      const thrown = await Promise.all(
        [
          () => ethers.provider.call({ to: WRONG_JUMP }),
          () => sender?.sendTransaction({ to: WRONG_JUMP }),
          () => sender?.sendTransaction({ to: WRONG_JUMP, gasLimit: 100_000n }),
        ].map((ask) => Promise.resolve(ask()).then(String, (error: Error) => error.message)),
      );
      return thrown;
    };
    const [onChain, onL1] = [await words(chain.hyperchains.chain("alpha")), await words(chain.hyperchains.l1)];
    assert.deepEqual(onChain, onL1);
    for (const text of onL1) assert.match(text, /revert/);
  });

  test("are only mined where the network is configured to throw nothing", async () => {
    const hre = await createHardhat({ proofs: "none" });
    const calm = await hre.network.create({ network: "hyperchain", override: { throwOnTransactionFailures: false } });
    try {
      const target = await calm.ethers.deployContract("CallTarget");
      const sent = await target.getFunction("double").send(3n, { gasLimit: 200_000n });
      assert.equal((await calm.ethers.provider.getTransactionReceipt(sent.hash))?.status, 0);
    } finally {
      await calm.close();
    }
  });
});
