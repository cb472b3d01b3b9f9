import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createWorkplace, type SpawnedEcosystem } from "../plugin/support/run-task.ts";
import { installInEmptyProject, type EmptyProject } from "./support/empty-project.ts";

const [KEY_1, KEY_2] = [
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
  "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
];

/** Prints one line of JSON: what a front-end shows. */
const SCRIPT = `
import { JsonRpcProvider, NonceManager, Wallet } from "ethers";
import { createWalletClient, defineChain, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import * as client from "hardhat-hyperchain/client";
import { viemChain } from "hardhat-hyperchain/viem";

const connect = (url) => new JsonRpcProvider(url, undefined, { staticNetwork: true });
const alphaProvider = connect(process.argv[2]);
const ecosystem = await client.loadEcosystem(alphaProvider);
const providers = new Map([ecosystem.l1, ...ecosystem.chains].map(({ chainId, url }) => [chainId, connect(url)]));
const [alpha, beta] = ecosystem.chains;
const to = (name) => client.formatChainAddress(ecosystem, client.parseChainAddress(ecosystem, "0x00000000000000000000000000000000000a11ce@" + name));

const signer = new Wallet("${KEY_1}", providers.get(alpha.chainId));
const sent = await client.send(ecosystem, { chain: "alpha", to: to("beta"), amount: 3n }, signer);
const arrived = await client.waitForStep(alphaProvider, sent.messageHash, "executed");
const view = await client.walletView(ecosystem, "0x00000000000000000000000000000000000a11ce", (chainId) => providers.get(chainId));

const account = privateKeyToAccount("${KEY_2}");
const wallet = createWalletClient({ account, chain: defineChain(viemChain(beta, ecosystem)), transport: http(beta.url) });
const back = await client.withdraw(ecosystem, { chain: "beta", amount: 5n, to: "0x00000000000000000000000000000000000a11ce" }, client.viemSigner(wallet));
await client.waitForStep(alphaProvider, back.messageHash, "inTransactionRoot");
const l1 = new NonceManager(new Wallet("${KEY_1}", providers.get(ecosystem.l1.chainId)));
const claim = await client.finalizeWithdrawal(ecosystem, { chain: "beta", messageHash: back.messageHash }, l1);
const refusal = await client.send(ecosystem, { chain: "alpha", to: to("gamma"), amount: 3n }, signer).catch((error) => error);
const late = await client.waitForStep(alphaProvider, "0x" + "12".repeat(32), "executed", { timeoutMs: 1 }).catch((error) => error);
console.log(JSON.stringify({
  steps: arrived.steps.map(({ step }) => step).slice(0, 6),
  balances: view.members.map(({ name, tokens }) => [name, tokens[0].amount.toString()]),
  claim: claim.state,
  paid: (await providers.get(ecosystem.l1.chainId).getBalance("0x00000000000000000000000000000000000a11ce")).toString(),
  address: client.interoperableAddress(271n, "0x00000000000000000000000000000000000a11ce"),
  refusal: [refusal instanceof client.ClientError, refusal.code],
  late: [late.code, late.message],
  reason: client.revertReason("0x4e487b71" + "11".padStart(64, "0")),
}));
for (const provider of [alphaProvider, ...providers.values()]) provider.destroy();
process.exit(0);
`;

describe("B11: hardhat-hyperchain/client in a project without Hardhat", () => {
  const workplace = createWorkplace();
  let project: EmptyProject;
  let ecosystem: SpawnedEcosystem;
  before(async () => {
    project = installInEmptyProject(["viem"]);
    project.write("script.mjs", SCRIPT.replace('to("gamma")', '"0x00000000000000000000000000000000000a11ce@gamma"'));
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "200"]);
  });
  after(async () => {
    await workplace.close();
    project.remove();
  });

  test("sends, follows, withdraws with viem's wallet, claims, and names errors", () => {
    assert.ok(!existsSync(join(project.folder, "node_modules/hardhat")));
    const url = ecosystem.info.chains[0]?.url ?? "";
    const { status, stdout, stderr } = spawnSync(process.execPath, ["script.mjs", url], {
      cwd: project.folder,
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout + stderr);
    const { late, ...rest } = JSON.parse(stdout) as { late: readonly [string, string] };
    assert.deepEqual(rest, {
      steps: ["initiated", "settled", "inTransactionRoot", "imported", "delivered", "executed"],
      balances: [
        ["l1", "0"],
        ["alpha", "0"],
        ["beta", "3"],
      ],
      claim: "paid",
      paid: "5",
      // ERC-7930: version 1, chain type 0 (eip155), two bytes of chain reference (271), 20 bytes of address.
      address: "0x0001000002010f1400000000000000000000000000000000000a11ce",
      refusal: [true, "UnknownChain"],
      reason: "with panic 0x11 (arithmetic overflow or underflow)",
    });
    assert.equal(late[0], "TimedOut");
    assert.match(late[1], /did not reach "executed" within 1 ms; no member knows it/);
  });

  test("the script of the documentation sends, and says when it has arrived", () => {
    project.write("send.mjs", readFileSync(new URL("../../fixtures/client/send.mjs", import.meta.url), "utf8"));
    const { status, stdout, stderr } = spawnSync(process.execPath, ["send.mjs", ecosystem.info.chains[0]?.url ?? ""], {
      cwd: project.folder,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^arrived in 0x[0-9a-f]{64}$/m);
    assert.equal(stderr, "");
  });

  test("loads nothing that browsers lack", () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const follow = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/\b(?:import|export)\b[^;"]*?\bfrom"([^"]+)"/g)) {
        if (target.startsWith(".")) follow(join(dirname(file), target));
        else packages.add(target.startsWith("@") ? target.split("/").slice(0, 2).join("/") : (target.split("/")[0] ?? ""));
      }
    };
    follow(join(project.folder, "node_modules/hardhat-hyperchain/dist/client.js"));
    assert.ok(seen.size > 20);
    assert.deepEqual([...packages].sort(), ["@noble/curves", "@noble/hashes", "ethers"]);
  });
});
