import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type BaseContract, ZeroAddress } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { TestChain } from "../l1/support/chain.ts";
import { as, defaultConfiguration, deployEcosystem, hexAddress, send, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

// An account with a key can have code (EIP-7702): it is the origin of transactions and answers calls.
describe("accounts with a key and code", () => {
  let ecosystem: Ecosystem;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  const delegate = async (account: string, implementation: BaseContract): Promise<void> => {
    const code = `0xef0100${(await hexAddress(implementation)).slice(2)}`;
    await ecosystem.l1.ethers.provider.send("hardhat_setCode", [account, code]);
  };

  test("cannot be named as a second bridge by a contract that their owner calls", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 270n));
    const victim = ecosystem.accounts[7]!;
    const magic = await view<Hex>(await ecosystem.l1.deploy("SecondBridgeDouble", `0x${"00".repeat(32)}`), "MAGIC");
    await delegate(victim.address, await ecosystem.l1.deploy("SecondBridgeDouble", magic));
    const phisher = await ecosystem.l1.deploy("RequestingContract");
    const request = ecosystem.factory.interface.encodeFunctionData("requestL2TransactionTwoBridges", [
      {
        chainId: 270n,
        mintValue: 10n ** 7n,
        l2Value: 0n,
        l2GasLimit: 500_000n,
        l2GasPerPubdataByteLimit: 800n,
        refundRecipient: ZeroAddress,
        secondBridgeAddress: victim.address,
        secondBridgeValue: 0n,
        secondBridgeCalldata: "0x",
      },
    ]);
    await assertReverts(
      send(as(phisher, victim), "call", await hexAddress(ecosystem.factory), request, { value: 10n ** 7n }),
      `NotASecondBridge(${victim.address.toLowerCase()}, 0x${"00".repeat(32)})`,
    );
    assert.equal(await view(chain.contract, "getTotalPriorityTxs"), 0n);
  });

  test("get all the gas of a guarded call, or the call is not made", async () => {
    const listener = ecosystem.accounts[8]!.address;
    await delegate(listener, await ecosystem.l1.deploy("GasReporter"));
    const probe = await ecosystem.l1.deploy("GuardedCallProbe");
    const run = (gasLimit: bigint): Promise<bigint | undefined> =>
      view<bigint>(probe, "run", listener, 300_000n, { gasLimit }).catch(() => undefined);
    const plenty = await run(2_000_000n);
    assert.ok(plenty !== undefined && plenty > 299_000n);
    let [refused, accepted] = [300_000n, 2_000_000n];
    while (accepted - refused > 1n) {
      const middle = (refused + accepted) / 2n;
      if ((await run(middle)) === undefined) refused = middle;
      else accepted = middle;
    }
    assert.equal(await run(accepted), plenty);
  });
});
