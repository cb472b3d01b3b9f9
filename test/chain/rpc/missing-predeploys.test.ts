import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

/** Predeploys of the OP Stack's specification: legacy ones, vaults, factories, and the interoperability's. */
const [ORACLE, L1_BLOCK, WETH, VAULT, MESSENGER]: readonly Hex[] = [
  "0x420000000000000000000000000000000000000f",
  "0x4200000000000000000000000000000000000015",
  "0x4200000000000000000000000000000000000006",
  "0x4200000000000000000000000000000000000011",
  "0x4200000000000000000000000000000000000023",
] as const;
/** Addresses right outside of the specification's 2,048. */
const OUTSIDE: readonly Hex[] = [
  "0x4200000000000000000000000000000000000800",
  "0x41ffffffffffffffffffffffffffffffffffffff",
  "0x4200000000000000000000000000000000001015",
  `0x42${"0".repeat(34)}0f0f`,
];
/** Returns 7. */
const SEVEN: Hex = "0x60075f5260205ff3";
const refusal = { code: "NoSuchPredeploy", message: /no code there/ };

describe("addresses of the OP Stack", () => {
  let test: TestChain;
  let methods: ReadonlyMap<string, RpcMethod>;
  const wallet = new TestWallet(517);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: MESSENGER!, code: SEVEN, nonce: 1n },
      ],
      sequencer: { cheatsAllowed: true },
    });
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 0n }, development: true });
  });
  after(() => test.chain.close());

  const ask = (method: string, ...params: readonly unknown[]): Promise<unknown> => methods.get(method)!(params, undefined);

  for (const to of [ORACLE, L1_BLOCK, WETH, VAULT] as readonly Hex[]) {
    it(`refuse transfers, estimates and calls without code at ${to}, and no money is lost`, async () => {
      const balance = await ask("eth_getBalance", wallet.address, "latest");
      const raw = await wallet.signRaw({ to, value: 5n, nonce: 0 });
      await assert.rejects(ask("eth_sendRawTransaction", raw), refusal);
      const request = { from: wallet.address, to, value: "0x5" };
      await assert.rejects(ask("eth_estimateGas", request), refusal);
      await assert.rejects(ask("eth_call", request, "latest"), refusal);
      await assert.rejects(ask("eth_call", { to: to.toUpperCase().replace("0X", "0x") }, "latest"), refusal);
      assert.equal(await ask("eth_getBalance", wallet.address, "latest"), balance);
      assert.equal(await ask("eth_getBalance", to, "latest"), "0x0");
    });
  }

  it("refuse a transaction of an impersonated account", async () => {
    await ask("hardhat_impersonateAccount", wallet.address);
    await assert.rejects(ask("eth_sendTransaction", { from: wallet.address, to: L1_BLOCK, value: "0x5" }), refusal);
    await ask("hardhat_stopImpersonatingAccount", wallet.address);
  });

  it("answer if they have code: from the genesis, by a cheat, or by a call's override", async () => {
    const seven = `0x${"0".repeat(63)}7`;
    assert.equal(await ask("eth_call", { to: MESSENGER }, "latest"), seven);
    await ask("eth_sendRawTransaction", await wallet.signRaw({ to: MESSENGER!, nonce: 0, gasLimit: 100_000n }));
    assert.equal(await ask("eth_call", { to: WETH }, "latest", { [WETH!]: { code: SEVEN } }), seven);
    await ask("hardhat_setCode", WETH, SEVEN);
    assert.equal(await ask("eth_call", { to: WETH }, "latest"), seven);
    await assert.rejects(ask("eth_call", { to: WETH }, "earliest"), refusal);
  });

  it("take money next to them", async () => {
    wallet.nonce = 1;
    for (const to of OUTSIDE) {
      await ask("eth_sendRawTransaction", await wallet.signRaw({ to, value: 5n }));
      assert.equal(await ask("eth_getBalance", to, "latest"), "0x5");
    }
  });
});
