import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import hre from "hardhat";
import { startRpcServer } from "../../src/chain/rpc/transport/server.ts";
import type { DevnetOptions } from "../../src/ecosystem/devnet/devnet.ts";
import type { L1Connection } from "../../src/ecosystem/devnet/described/l1-connection.ts";
import { startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const HASH = `0x${"11".repeat(32)}`;
/** One request of each method by which a client decides about more than its own accounts, with parameters that change little where it is answered. */
const FAMILIES: Readonly<Record<string, readonly (readonly [string, ...unknown[]])[]>> = {
  mining: [["evm_mine"], ["hardhat_mine", "0x1"], ["anvil_mine", "0x1"], ["evm_setAutomine", true], ["evm_setIntervalMining", 0]],
  time: [
    ["evm_increaseTime", 1],
    ["evm_setNextBlockTimestamp", 1],
  ],
  pool: [["hardhat_dropTransaction", HASH]],
  snapshots: [["evm_snapshot"], ["evm_revert", "0x9"]],
  batches: [["hyperchain_sealBatch"], ["hyperchain_reseal", 271]],
  dumps: [["hyperchain_dump"]],
  faults: [["hyperchain_setFault", { type: "clear" }]],
  chains: [
    ["hyperchain_addChain", { name: "alpha" }],
    ["hyperchain_stopChain", "omega"],
    ["hyperchain_startChain", "omega"],
    ["hyperchain_removeChain", "omega"],
  ],
};
const DRIVING = [["hyperchain_settle"], ["hyperchain_relay"]] as const;
const OF_L1: readonly (readonly [string, ...unknown[]])[] = [
  ["evm_mine"],
  ["evm_increaseTime", 1],
  ["evm_snapshot"],
  ["hardhat_setBalance", `0x${"22".repeat(20)}`, "0x1"],
  ["anvil_setBalance", `0x${"22".repeat(20)}`, "0x1"],
  ["hardhat_impersonateAccount", `0x${"22".repeat(20)}`],
  ["hyperchain_setFault", { type: "clear" }],
  ["hyperchain_settle"],
];

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code?: string } };
}

async function ask(url: string, [method, ...params]: readonly [string, ...unknown[]]): Promise<Answer> {
  const response = await fetch(url.replace("0.0.0.0", "127.0.0.1"), {
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  return (await response.json()) as Answer;
}

async function assertRefused(url: string, request: readonly [string, ...unknown[]], reason: RegExp): Promise<void> {
  const { error } = await ask(url, request);
  assert.equal(error?.data?.code, "DevelopmentClosed", `${request[0]}: ${JSON.stringify(error)}`);
  assert.match(error.message, reason);
  assert.match(error.message, request[0] === "hyperchain_reseal" ? /reseal: true/ : /development: true/);
}

async function assertOpen(url: string, request: readonly [string, ...unknown[]]): Promise<void> {
  const { error } = await ask(url, request);
  assert.notEqual(error?.data?.code, "DevelopmentClosed", `${request[0]}: ${error?.message}`);
  assert.notEqual(error?.code, -32601, request[0]);
}

const start = (options: Partial<DevnetOptions>): Promise<FlowDevnet> => startFlowDevnet([271n], { proofs: "none", ...options });

describe("on an open host clients outside", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await start({ host: "0.0.0.0" });
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  for (const [family, requests] of Object.entries(FAMILIES)) {
    test(`are refused what decides about ${family}, with the reason and the option`, async () => {
      for (const request of requests) await assertRefused(devnet.chains[0]!.url, request, /served on 0\.0\.0\.0/);
    });
  }

  test("are refused to settle and relay at the operator's cost, on the chain and on L1", async () => {
    for (const request of DRIVING) {
      await assertRefused(devnet.chains[0]!.url, request, /served on 0\.0\.0\.0/);
      await assertRefused(devnet.l1.url, request, /served on 0\.0\.0\.0/);
    }
  });

  test("are refused what changes L1's time and state", async () => {
    for (const request of OF_L1) await assertRefused(devnet.l1.url, request, /served on 0\.0\.0\.0/);
  });

  test("are answered everything else, and the process itself all of it", async () => {
    const { url, provider } = devnet.chains[0]!;
    for (const request of [["eth_blockNumber"], ["hyperchain_info"], ["hyperchain_status"], ["txpool_status"]] as const)
      assert.equal((await ask(url, request)).error, undefined);
    assert.equal((await ask(devnet.l1.url, ["hardhat_metadata"])).error, undefined);
    const before = BigInt((await provider.request({ method: "eth_blockNumber" })) as string);
    await provider.request({ method: "evm_mine" });
    assert.equal(BigInt((await provider.request({ method: "eth_blockNumber" })) as string), before + 1n);
    await provider.request({ method: "hyperchain_settle" });
  });
});

describe("with an L1 in another process", () => {
  let connection: L1Connection;
  let l1: Awaited<ReturnType<typeof startRpcServer>>;
  before(async () => {
    connection = await hre.network.create({ network: "local", override: { allowBlocksWithSameTimestamp: true } });
    const request = (method: string, params: readonly unknown[]) => connection.provider.request({ method, params });
    l1 = await startRpcServer(
      { host: "127.0.0.1", port: 0 },
      {
        engine: { request, onNotification: () => () => undefined },
        methods: { get: (method) => (/^(eth|net|web3)_/.test(method) ? (params) => request(method, params) : undefined) },
      },
    );
  });
  after(async () => {
    await l1.close();
    await connection.close();
  });

  test("clients are refused each family, and may settle", async () => {
    const devnet = await start({ l1: { url: `http://127.0.0.1:${l1.port}` } });
    try {
      const [{ url }] = devnet.chains as [FlowDevnet["chains"][number]];
      for (const request of Object.values(FAMILIES).flat()) await assertRefused(url, request, /L1 runs elsewhere/);
      for (const request of DRIVING) await assertOpen(url, request);
    } finally {
      await devnet.close();
    }
  });
});

test("clients on an open host may do everything where the options say so", async () => {
  const devnet = await start({ host: "0.0.0.0", development: true });
  try {
    const { url } = devnet.chains[0]!;
    const opened = [["hyperchain_relay"], ["evm_snapshot"], ["hyperchain_setFault", { type: "clear" }], ["evm_mine"]] as const;
    for (const request of [...opened, ["hardhat_dropTransaction", HASH] as const]) await assertOpen(url, request);
    for (const request of [["evm_snapshot"], OF_L1[3]!, ["evm_mine"]] as const) await assertOpen(devnet.l1.url, request);
  } finally {
    await devnet.close();
  }
});

test("clients may only reseal batches if the options allow it", async () => {
  const devnet = await start({ host: "0.0.0.0", reseal: true });
  try {
    const { url } = devnet.chains[0]!;
    await assertOpen(url, ["hyperchain_reseal", 271]);
    await assertRefused(url, ["hyperchain_sealBatch"], /served on 0\.0\.0\.0/);
    await assertRefused(url, ["hyperchain_settle"], /served on 0\.0\.0\.0/);
  } finally {
    await devnet.close();
  }
});

test("clients of this machine alone are refused what the options close", async () => {
  const devnet = await start({ development: false });
  try {
    await assertRefused(devnet.chains[0]!.url, ["evm_mine"], /its options say so/);
    await assertRefused(devnet.chains[0]!.url, ["hyperchain_settle"], /its options say so/);
  } finally {
    await devnet.close();
  }
});
