import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createPublicClient, defineChain, http } from "viem";
import { createBundlerClient } from "viem/account-abstraction";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { JsonRpcProvider } from "ethers";
import { toSimpleAccount } from "../../../fixtures/sponsored-call/simple-account.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { systemClock, type Clock } from "../../../src/ground/runtime/clock.ts";
import { FOR_EACH_SECOND } from "../../chain/support/timed-contracts.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../../flow/support/devnet.ts";
import { PATIENT } from "../../support/patient.ts";
import { deploy, deployEntryPoint, packageContract } from "./support/entry-points.ts";

const CHAIN_ID = 271n;
const PAYING: Hex = `0x${"a1".repeat(20)}`;
const SENDS = 10;

/** Clock that is constant, unless a client moves the time. */
function stillClock(): Clock {
  const nowMs = systemClock.nowMs();
  return { nowMs: () => nowMs, after: (...timer) => systemClock.after(...timer) };
}

describe("limits that are estimated for a user operation", () => {
  let devnet: FlowDevnet;
  let provider: JsonRpcProvider;

  before(async () => {
    const clock = stillClock();
    const second = `0x${Math.floor(clock.nowMs() / 1_000)
      .toString(16)
      .padStart(64, "0")}`;
    const paying = { nonce: "1", code: FOR_EACH_SECOND, storage: { "0x0": second } };
    const chain = { chainId: CHAIN_ID, import: { [PAYING]: paying } } as const;
    devnet = await startFlowDevnet([chain], { ...UNPROVEN, singletons: true }, { clock });
    provider = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    provider.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  it(`are enough for a call of a contract that pays for each second, in each of ${SENDS} sends`, async () => {
    const { url } = devnet.chains[0]!;
    const chain = defineChain({
      ...{ id: Number(CHAIN_ID), name: "Hyperchain", rpcUrls: { default: { http: [url] } } },
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    });
    const client = createPublicClient({ chain, transport: http(url, PATIENT), pollingInterval: 20, cacheTime: 0 });
    const bundler = createBundlerClient({ client, chain, transport: http(url, PATIENT), pollingInterval: 20 });
    const signer = devnet.accounts.wallet(ALICE).connect(provider);
    const entryPoint = await deployEntryPoint("0.8", signer);
    const factory = await deploy(packageContract("0.8", "SimpleAccountFactory"), signer, entryPoint);
    const owner = privateKeyToAccount(generatePrivateKey());
    const account = await toSimpleAccount({ client, owner, factory, entryPoint: { address: entryPoint, version: "0.8" } });
    await (await signer.sendTransaction({ to: account.address, value: ETHER })).wait();
    const reasons: (string | undefined)[] = [];
    for (let i = 0; i < SENDS; i++) {
      const operation = await bundler.prepareUserOperation({ account, calls: [{ to: PAYING }] });
      await provider.send("evm_increaseTime", ["0x2"]);
      const hash = await bundler.sendUserOperation({
        ...operation,
        account,
        signature: await account.signUserOperation(operation),
      });
      const { success, reason } = await bundler.getUserOperationReceipt({ hash });
      if (!success) reasons.push(reason ?? "its call failed");
    }
    assert.deepEqual(reasons, []);
  });
});
