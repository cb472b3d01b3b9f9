import assert from "node:assert/strict";
import { test } from "node:test";
import { Contract, concat, ZeroHash } from "ethers";
import hre from "hardhat";
import { calledCommits } from "../../src/chain/settlement-layer/reader/commit-call.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../src/ground/protocol/held-accounts-address.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { ownersObjection } from "../../src/tool/plugin/tasks/governing/upgrade-plan.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { CREATE2_DEPLOYER } from "../../src/ground/protocol/create2.ts";
import { decodeWithheldLogs } from "../../src/ground/protocol/withheld-logs.ts";
import { ALICE, clientOf, startFlowDevnet, UNPROVEN } from "./support/devnet.ts";

const CHAIN = { chainId: 271n, execution: "proven", dataAvailability: "owners", openReads: true } as const;

test("F5: L1 has no data of a chain whose owners store them, and has the messages of held accounts with their bodies", async () => {
  const devnet = await startFlowDevnet([CHAIN], UNPROVEN);
  const [chain] = devnet.chains;
  assert.ok(chain);
  const client = clientOf(chain);
  const alice = devnet.accounts.wallet(ALICE).connect(client);
  const { abi, bytecode } = await hre.artifacts.readArtifact("HeldAccounts");
  await (await alice.sendTransaction({ to: CREATE2_DEPLOYER, data: concat([ZeroHash, bytecode]) })).wait();
  const contract = new Contract(HELD_ACCOUNTS_ADDRESS, abi, alice);
  await ((await contract.getFunction("register")(alice.address)) as Awaited<ReturnType<typeof alice.sendTransaction>>).wait();
  const batch = (await chain.pipeline.seal())!;
  const { l1Transactions } = (await devnet.settle(CHAIN.chainId)).at(-1)!;
  const [call] = (await calledCommits(devnet.l1.provider, l1Transactions.commit!, batch.commitment))!;
  assert.ok(call);
  assert.deepEqual([call.pubdata.length, call.policyData], [0, "0x"]);
  const messages = decodeWithheldLogs(call.withheldLogs).filter((log) => log.type === "message");
  const registration = messages.find(({ sender }) => sender === HELD_ACCOUNTS_ADDRESS);
  assert.equal(Buffer.from(registration?.body ?? []).toString("hex"), `010000000001${alice.address.slice(2).toLowerCase()}`);
  const info = (await client.send("hyperchain_info", [])) as EcosystemInfo;
  assert.deepEqual(
    info.chains.map(({ dataAvailability }) => dataAvailability),
    ["owners"],
  );
  const { hyperchain } = chain.pipeline.created;
  assert.equal(await ownersObjection({ hyperchain }, PROVEN_VERSION, devnet.l1.provider), undefined);
  assert.match(String(await ownersObjection({ hyperchain }, TRUSTED_VERSION, devnet.l1.provider)), /choose a proven version/);
  client.destroy();
  await devnet.close();
  assert.deepEqual(devnet.faults, []);
});

test("openings read: an account without a session gets neither the calldata of a post nor a state of held accounts", async () => {
  const { openReads: _, ...closed } = CHAIN;
  const devnet = await startFlowDevnet([closed], UNPROVEN);
  const [chain] = devnet.chains;
  assert.ok(chain);
  const alice = devnet.accounts.wallet(ALICE);
  try {
    const { bytecode } = await hre.artifacts.readArtifact("HeldAccounts");
    const raw = await alice.signTransaction({
      ...{ chainId: CHAIN.chainId, nonce: 0, gasLimit: 5_000_000n, gasPrice: 10n ** 9n },
      ...{ to: CREATE2_DEPLOYER, data: concat([ZeroHash, bytecode]) },
    });
    const hash = (await chain.provider.request({ method: "eth_sendRawTransaction", params: [raw] })) as string;
    await chain.pipeline.seal();
    const reads: readonly (readonly [method: string, ...params: readonly unknown[]])[] = [
      ["eth_getTransactionByHash", hash],
      ["eth_getTransactionReceipt", hash],
      ["eth_getBlockByNumber", "latest", true],
      ["eth_getStorageAt", HELD_ACCOUNTS_ADDRESS, ZeroHash, "latest"],
      ["eth_call", { to: HELD_ACCOUNTS_ADDRESS, data: "0x" }, "latest"],
      ["eth_getLogs", { address: HELD_ACCOUNTS_ADDRESS }],
      ["debug_traceTransaction", hash],
      ["zks_getProof", HELD_ACCOUNTS_ADDRESS, [], 0],
    ];
    for (const [method, ...params] of reads) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      const answer = await fetch(chain.url, { method: "POST", headers: { "content-type": "application/json" }, body });
      const { error } = (await answer.json()) as { readonly error?: { readonly data?: { readonly code?: string } } };
      assert.equal(error?.data?.code, "SessionRequired", method);
    }
  } finally {
    await devnet.close();
  }
  assert.deepEqual(devnet.faults, []);
});
