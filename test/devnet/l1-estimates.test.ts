import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { connectHttp } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { hexQuantity, type Hex } from "../../src/ground/protocol/hex.ts";
import { FOR_EACH_SECOND, GAS_OF_A_SECOND, ONCE_A_SECOND } from "../chain/support/timed-contracts.ts";
import { startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";

const [ACCRUING, PAYING]: readonly Hex[] = [`0x${"a1".repeat(20)}`, `0x${"a2".repeat(20)}`];
const SENDS = 40;

describe("an estimate on the devnet's L1, whose blocks share seconds", () => {
  let devnet: FlowDevnet;
  let http: JsonRpcProvider;
  let from: Hex;
  before(async () => {
    devnet = await startFlowDevnet([271n], UNPROVEN);
    http = connectHttp(devnet.l1.chainId, devnet.l1.url);
    [from] = (await ask("eth_accounts")) as [Hex];
    await ask("hardhat_setCode", ACCRUING, ONCE_A_SECOND);
    await ask("hardhat_setCode", PAYING, FOR_EACH_SECOND);
  });
  after(async () => {
    http.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const ask = (method: string, ...params: readonly unknown[]) => devnet.l1.eip1193.request({ method, params });
  const askOverHttp = (method: string, ...params: readonly unknown[]) => http.send(method, [...params]);
  const latest = async (): Promise<bigint> => {
    const { timestamp } = (await ask("eth_getBlockByNumber", "latest", false)) as { readonly timestamp: Hex };
    return BigInt(timestamp);
  };

  for (const [route, asking] of [
    ["in this process", ask],
    ["over HTTP", askOverHttp],
  ] as const) {
    it(`is enough for a contract that accrues once a second, in each of ${SENDS} sends ${route}`, async () => {
      const failures: string[] = [];
      for (let i = 0; i < SENDS; i++) {
        const call = { from, to: ACCRUING };
        const gas = await asking("eth_estimateGas", call, ...(i % 2 === 0 ? [] : ["latest"]));
        // The next second has begun.
        await ask("evm_increaseTime", 1);
        await asking("eth_sendTransaction", { ...call, gas }).catch(({ message }: Error) => failures.push(message));
      }
      assert.deepEqual(failures, []);
    });
  }

  it("is enough for a contract that pays for each second, in each of 10 sends whose blocks come two seconds later", async () => {
    const failures: string[] = [];
    await ask("hardhat_setStorageAt", PAYING, "0x0", `0x${(await latest()).toString(16).padStart(64, "0")}`);
    for (const asking of [ask, askOverHttp]) {
      for (let i = 0; i < 5; i++) {
        const call = { from, to: PAYING };
        const gas = await asking("eth_estimateGas", call);
        await ask("evm_increaseTime", 2);
        await asking("eth_sendTransaction", { ...call, gas }).catch(({ message }: Error) => failures.push(message));
      }
    }
    assert.deepEqual(failures, []);
  });

  it("does not change L1's time", async () => {
    for (let i = 0; i < 5; i++) {
      await ask("eth_estimateGas", { from, to: ACCRUING });
      const { number } = (await ask("eth_getBlockByNumber", "latest", false)) as { readonly number: Hex };
      await ask("eth_sendTransaction", { from, to: from });
      assert.equal(BigInt((await ask("eth_blockNumber")) as Hex), BigInt(number) + 1n);
      const ahead = (await latest()) - (await devnetSecond());
      assert.ok(ahead <= 0n && ahead >= -1n, `L1 is ${ahead} s ahead`);
    }
  });

  it("is made for the time that a user has fixed, which stays fixed", async () => {
    const fixed = (await latest()) + 1_000n;
    const gasAt = async (second: bigint) => {
      await ask("evm_setNextBlockTimestamp", hexQuantity(second));
      return BigInt((await ask("eth_estimateGas", { from, to: PAYING })) as Hex);
    };
    await ask("hardhat_setStorageAt", PAYING, "0x0", `0x${(fixed - 4n).toString(16).padStart(64, "0")}`);
    const before = await gasAt(fixed - 1n);
    assert.equal((await gasAt(fixed)) - before, GAS_OF_A_SECOND);
    await ask("eth_sendTransaction", { from, to: from });
    assert.equal(await latest(), fixed);
  });

  /** The time of the ecosystem, which L1 keeps. */
  async function devnetSecond(): Promise<bigint> {
    const { timestamp } = (await devnet.chains[0]!.provider.request({
      method: "eth_getBlockByNumber",
      params: ["pending", false],
    })) as { readonly timestamp: Hex };
    return BigInt(timestamp);
  }
});
