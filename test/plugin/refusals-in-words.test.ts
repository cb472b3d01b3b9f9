import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { JsonRpcProvider, Wallet } from "ethers";
import { HardhatPluginError } from "hardhat/plugins";
import { errorClasses } from "../../scripts/errors-page/typescript-errors.ts";
import { RpcCode, type RpcErrorBody } from "../../src/chain/rpc/request/json-rpc.ts";
import { taskDefinitions } from "../../src/tool/plugin/tasks/definitions.ts";
import { explained } from "../../src/tool/plugin/tasks/session/task-error.ts";
import { createWorkplace } from "./support/run-task.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const KEY = `0x${"33".repeat(32)}`;
const MNEMONIC = "test test test test test test test test test test test junk";
const HASH = `0x${"11".repeat(32)}`;
const CONTRACT = `0x${"22".repeat(20)}`;
const WORDS = "the node's own sentence, with what to do";

/** Names that a node's errors carry: where they are thrown with one, and those of the errors' classes. */
function namedCodes(): readonly string[] {
  const thrown = globSync("src/{chain,ecosystem/devnet}/**/*.ts", { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/\bcode: "([A-Z][A-Za-z]+)"/g)].map(([, code = ""]) => code),
  );
  const ofClasses = errorClasses(root).flatMap(({ codes }) => codes.map(({ code }) => code));
  return [...new Set([...thrown, ...ofClasses])];
}

/** Codes of EIP-4337, in addition to JSON-RPC's. */
const NUMBERS = [...Object.values(RpcCode), -32_500, -32_501, -32_503, -32_504, -32_507, -32_508, -32_521];

/** Every task that talks to an ecosystem, in each of its ways. */
const TASKS: readonly (readonly string[])[] = [
  ["stop", "alpha"],
  ["start", "alpha"],
  ["create", "delta"],
  ["remove", "alpha"],
  ["lists", "alpha", "--senders", "none"],
  ["session", "--chain", "alpha"],
  ["status"],
  ["bridges"],
  ["logs"],
  ["trace", HASH],
  ["dump", "world.dump"],
  ["import", "genesis.json", "alpha"],
  ["deposit", "1", "1@alpha"],
  ["withdraw", "1", "--from", "0@alpha"],
  ["claim", "alpha", HASH],
  ["send", "1", "1@alpha", "--from", "0@alpha"],
  ["send", "1", "1@beta", "--from", "0@alpha"],
  ["announce", CONTRACT, "--from", "0@alpha"],
  ["call", `${CONTRACT}@alpha`, "--from", "0@beta"],
  ["call-together", `[{"to": "${CONTRACT}@alpha"}]`],
  ["bring", `${CONTRACT}@alpha`, "0"],
  ["l1-slot", CONTRACT, "0", "alpha"],
  ["swap", "1", `${CONTRACT}@beta`, "--from", "0@alpha"],
  ["settle"],
  ["reseal", "alpha"],
  ["cut-slot", "alpha"],
  ["nodes", "alpha"],
  ["send-encrypted", `${CONTRACT}@alpha`, "--from", "0"],
  ["message", HASH],
  ["deliver", HASH],
  ["relay", "--once"],
  ["aggregate", "--once"],
  ["guardians"],
  ["hub", "main"],
  ["hub", "main", "--schedule", "1,2,3,4"],
  ["spend", "1", "ETH", "1@alpha"],
  ["names"],
  ["names", "anna@alpha", "--take"],
  ["keys", HASH],
  ["keys", "--register", "--owners", "1"],
  ["reconstruct", "alpha"],
  ["prove", "alpha", HASH],
  ["verify", "alpha", "0"],
  ["exit", "alpha"],
  ["upgrade", "alpha"],
  ["upgrade", "alpha", "--rehearse"],
  ["governance", "alpha"],
  ["governance", "alpha", "--retire", "2"],
  ["terms", "alpha"],
  ["terms", "alpha", "--governed", "no"],
];
/**
 * A view of an account says what it could not read, and a flow is looked for on the chains that answer: neither is an error. The
 * others talk to no ecosystem, need a user's file, or continue until Ctrl-C. `node` and `test:solidity` are tasks of Hardhat, to which the plugin adds a check.
 */
const OTHERS = [
  "wallet",
  "held-account",
  "watch-stake",
  "claim-escrow",
  "spawn",
  "prover",
  "deploy",
  "open",
  "node",
  "test:solidity",
];

describe("what a node answers, a task says in the node's words", () => {
  const workplace = createWorkplace({ shown: taskDefinitions.map(({ id }) => id.join(":")) });
  const folder = mkdtempSync(join(tmpdir(), "hyperchain-refusals-"));
  const environment = () => ({ HYPERCHAIN_URL: urlOf(), HYPERCHAIN_PRIVATE_KEY: KEY });
  /** In place of every answer but who the ecosystem is, and which chain a member is. */
  let refusal: RpcErrorBody = { code: RpcCode.rejected, message: WORDS };
  const server = createServer((request, response) => {
    void (async () => {
      const { id, method } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { id: unknown; method: string };
      const member = (name: string, chainId: number): object => ({ name, chainId, url: urlOf(), hyperchain: CONTRACT });
      const chain = { operator: CONTRACT, baseToken: { symbol: "ETH", l1Address: `0x${"00".repeat(20)}` } };
      const contracts = { factory: CONTRACT, bridge: CONTRACT, roots: CONTRACT, verifier: CONTRACT };
      const info = {
        ...{
          name: "theirs",
          l1: { ...member("l1", 31_337), contracts },
          prover: { mode: "local" },
          accounts: { funded: [], mnemonic: MNEMONIC },
          hubs: [{ name: "main", members: ["alpha"], address: CONTRACT }],
        },
        chains: [
          { ...member("alpha", 271), ...chain },
          { ...member("beta", 272), ...chain },
        ],
      };
      const answers: Readonly<Record<string, unknown>> = { hyperchain_info: info, eth_chainId: "0x10f" };
      const body = method in answers ? { result: answers[method] } : { error: refusal };
      response.end(JSON.stringify({ jsonrpc: "2.0", id, ...body }));
    })();
  });
  const urlOf = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    writeFileSync(join(folder, "genesis.json"), JSON.stringify({ alloc: { [CONTRACT]: { balance: "0x1" } } }));
  });
  after(async () => {
    await workplace.close();
    await new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
    rmSync(folder, { recursive: true, force: true });
  });

  test("of every name and number that a node's errors have, whichever way ethers wraps them", async () => {
    const provider = new JsonRpcProvider(urlOf(), 271, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
    const wallet = new Wallet(KEY, provider);
    const asked: readonly (() => Promise<unknown>)[] = [
      () => provider.send("eth_getLogs", [{}]),
      () => provider.getBlockNumber(),
      () => provider.call({ to: CONTRACT, data: "0x12345678" }),
      () => provider.estimateGas({ to: CONTRACT, data: "0x12345678" }),
      () =>
        wallet.sendTransaction({ to: CONTRACT, nonce: 0, gasLimit: 21_000, maxFeePerGas: 1, maxPriorityFeePerGas: 1, type: 2 }),
    ];
    const names = namedCodes();
    assert.ok(names.includes("ChainStopped") && names.includes("SenderNotAllowed") && names.includes("TooManyLogs"));
    const bodies: readonly RpcErrorBody[] = [
      ...names.map((code) => ({ code: RpcCode.rejected, message: WORDS, data: { code } })),
      ...NUMBERS.map((code) => ({ code, message: WORDS })),
    ];
    for (const body of bodies) {
      refusal = body;
      for (const ask of asked) {
        const told = explained(
          await ask().then(
            () => undefined,
            (error: unknown) => error,
          ),
        );
        const what = `${JSON.stringify(body)}: ${String(told)}`;
        assert.ok(HardhatPluginError.isHardhatPluginError(told), what);
        assert.ok(told.message.endsWith(WORDS), what);
      }
    }
    provider.destroy();
  });

  test("covers every task, except those without an ecosystem", () => {
    const sorted = [...new Set(TASKS.map(([task = ""]) => task)), ...OTHERS].sort();
    assert.deepEqual(sorted, taskDefinitions.map(({ id }) => id.join(":").replace("hyperchain:", "")).sort());
  });

  const kinds: readonly (readonly [string, RpcErrorBody])[] = [
    ["a chain that is paused", { code: RpcCode.rejected, message: WORDS, data: { code: "ChainStopped" } }],
    ["a node without the method", { code: RpcCode.methodNotFound, message: WORDS }],
  ];
  for (const [kind, body] of kinds)
    test(`of ${kind}, by every task: none ends with an unexpected error`, async () => {
      refusal = body;
      const odd: string[] = [];
      for (const [task = "", ...rest] of TASKS) {
        const args = rest.map((arg) => (arg.endsWith(".json") ? join(folder, arg) : arg));
        const { code, stdout, stderr } = await workplace.run([`hyperchain:${task}`, ...args], { environment: environment() });
        const isInWords = `${stdout}${stderr}`.includes(WORDS) && !/unexpected error|report-bug|\n\s+at /.test(stderr);
        if (code !== 1 || !isInWords) odd.push(`${[task, ...rest].join(" ")}: ${stderr}`);
      }
      assert.deepEqual(odd, []);
    });
});
