import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RpcMethods } from "../../../src/chain/rpc/request/dispatch.ts";
import { withRequiredParameters } from "../../../src/chain/rpc/request/required-parameters.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { engineNetwork } from "../../support/engine-network.ts";

const ACCOUNT: Hex = `0x${"11".repeat(20)}`;
const HASH: Hex = `0x${"22".repeat(32)}`;
const CALL = { to: ACCOUNT };

/** Requests with every parameter that Hardhat's node has. */
const COMPLETE: Readonly<Record<string, readonly unknown[]>> = {
  eth_accounts: [],
  eth_blockNumber: [],
  eth_chainId: [],
  eth_coinbase: [],
  eth_gasPrice: [],
  eth_maxPriorityFeePerGas: [],
  eth_newBlockFilter: [],
  eth_pendingTransactions: [],
  eth_syncing: [],
  net_version: [],
  web3_clientVersion: [],
  hardhat_getAutomine: [],
  eth_getBlockTransactionCountByNumber: ["latest"],
  eth_getLogs: [{}],
  eth_getTransactionByHash: [HASH],
  eth_getTransactionReceipt: [HASH],
  eth_newFilter: [{}],
  web3_sha3: ["0x00"],
  evm_increaseTime: [1],
  evm_setAutomine: [true],
  eth_getBalance: [ACCOUNT, "latest"],
  eth_getBlockByHash: [HASH, false],
  eth_getBlockByNumber: ["latest", false],
  eth_getCode: [ACCOUNT, "latest"],
  eth_getTransactionByBlockHashAndIndex: [HASH, "0x0"],
  eth_getTransactionByBlockNumberAndIndex: ["latest", "0x0"],
  eth_getTransactionCount: [ACCOUNT, "latest"],
  hardhat_mine: ["0x1", "0x1"],
  hardhat_setBalance: [ACCOUNT, "0x1"],
  eth_feeHistory: ["0x1", "latest", []],
  eth_getStorageAt: [ACCOUNT, "0x0", "latest"],
  debug_traceCall: [CALL, "latest", {}],
};

describe("superfluous parameters", () => {
  const methods: RpcMethods = withRequiredParameters({ get: () => () => Promise.resolve("served") });
  const ask = async (method: string, params: readonly unknown[]): Promise<unknown> => methods.get(method)?.(params, undefined);

  test("are refused by the methods that refuse them in Hardhat's node, which serves the same without these", async () => {
    const { provider, close } = await engineNetwork.create({ network: "local" });
    const node = (method: string, params: readonly unknown[]) => provider.request({ method, params: [...params] });
    try {
      for (const [method, params] of Object.entries(COMPLETE)) {
        await node(method, params);
        assert.equal(await ask(method, params), "served", method);
        for (const served of [node, ask])
          await assert.rejects(served(method, [...params, HASH]), ({ code }: { code: number }) => code === -32_602, method);
      }
    } finally {
      await close();
    }
  });

  test("are counted in the refusal, and not if they are absent", async () => {
    await assert.rejects(ask("eth_chainId", ["0x1"]), {
      message: "eth_chainId: it has no parameters; the request has 1, leave the others out",
    });
    await assert.rejects(ask("eth_getBalance", [ACCOUNT, "latest", "0x1"]), /it has 2 parameters; the request has 3/);
    await assert.rejects(ask("anvil_setBalance", [ACCOUNT, "0x1", "0x2"]), /anvil_setBalance: it has 2 parameters/);
    assert.equal(await ask("eth_getBalance", [ACCOUNT, "latest", undefined, null]), "served");
  });

  test("are not overrides of the state and the block, which viem and ethers send with a call", async () => {
    assert.equal(await ask("eth_call", [CALL, "latest", {}, { number: "0x1" }]), "served");
    await assert.rejects(ask("eth_call", [CALL, "latest", {}, {}, {}]), /it has 4 parameters; the request has 5/);
  });
});
