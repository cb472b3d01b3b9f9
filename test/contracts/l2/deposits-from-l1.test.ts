import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type BaseContract } from "ethers";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { bridgedTokenAddress, holdingKey } from "../../../src/ground/protocol/holding.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { startLocalL2, type LocalL2 } from "./support/local-l2.ts";

describe("deposits as the shared bridge on L1 writes them", () => {
  const DEPOSITOR = "0x00000000000000000000000000000000000d3905";
  const BASE_TOKEN = "0x00000000000000000000000000000000000ba5e0";
  const RECEIVER = "0x0000000000000000000000000000000000d3ce17";
  let l1: LocalL1;
  let l2: LocalL2;
  let bridge: BaseContract;
  let l1ChainId: bigint;
  before(async () => {
    l1 = await startLocalL1();
    l1ChainId = (await l1.ethers.provider.getNetwork()).chainId;
    // Writing a deposit down needs neither factory nor exit.
    bridge = await l1.deploy("SharedBridge", DEPOSITOR, DEPOSITOR);
    l2 = await startLocalL2(270, {
      l1ChainId,
      l1SharedBridge: (await bridge.getAddress()) as Hex,
      baseTokenOriginChainId: l1ChainId,
      baseTokenOriginToken: BASE_TOKEN,
      bornAt: 0n,
    });
  });
  after(async () => {
    await l1.close();
    await l2.close();
  });

  const depositOf = async (token: string, amount: bigint): Promise<string> => {
    const id: unknown = await bridge.getFunction("assetId").staticCall(token);
    const assetData = AbiCoder.defaultAbiCoder().encode(["uint256", "address", "address"], [amount, RECEIVER, token]);
    return (await bridge.getFunction("getDepositCalldata").staticCall(DEPOSITOR, id, assetData)) as string;
  };
  const deliver = async (data: string): Promise<void> => {
    const alias = await l2.impersonate(aliasOf(270n, (await bridge.getAddress()) as Hex));
    await (await alias.sendTransaction({ to: PREDEPLOYS.L2AssetRouter, data })).wait();
  };

  for (const [what, token, texts] of [
    [
      "an ERC-20",
      () => l1.deploy("L2TestToken", 1000n, false, false).then((token) => token.getAddress()),
      ["Test token", "TT", 6n],
    ],
    ["ETH, by the address that clients give it", () => Promise.resolve(`0x${"1".padStart(40, "0")}`), ["Ether", "ETH", 18n]],
    ["a contract that is not a token", () => l1.deploy("RefusesPayment").then((token) => token.getAddress()), ["", "", 18n]],
  ] as const) {
    test(`mint ${what}`, async () => {
      const address = await token();
      await deliver(await depositOf(address, 700n));
      const router = await l2.predeploy("L2AssetRouter");
      const minted = await l2.ethers.getContractAt(
        "BridgedToken",
        (await router.getFunction("l2TokenAddress").staticCall(address)) as string,
      );
      assert.equal(await minted.getFunction("balanceOf").staticCall(RECEIVER), 700n);
      assert.deepEqual(
        await Promise.all(["name", "symbol", "decimals"].map((name) => minted.getFunction(name).staticCall())),
        texts,
      );
      assert.equal(await router.getFunction("l1TokenAddress").staticCall(await minted.getAddress()), address);
      const vault = await l2.predeploy("L2NativeTokenVault");
      assert.equal(await vault.getFunction("assetId").staticCall(await minted.getAddress()), assetId(l1ChainId, address as Hex));
      // Where the exit on L1 will look for the receiver's balance.
      assert.equal((await minted.getAddress()).toLowerCase(), bridgedTokenAddress(l1ChainId, address as Hex));
      const query = { settlementChainId: l1ChainId, baseToken: BASE_TOKEN, token: address as Hex, account: RECEIVER } as const;
      const { address: holder, slot } = holdingKey(query);
      assert.equal(BigInt(await l2.ethers.provider.getStorage(`0x${holder.toString(16)}`, slot)), 700n);
    });
  }
});
