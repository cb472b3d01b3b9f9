import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { announce } from "../../src/tool/plugin/discovery/state-file.ts";
import { taskDefinitions } from "../../src/tool/plugin/tasks/definitions.ts";
import { createWorkplace } from "./support/run-task.ts";

const HASH = `0x${"11".repeat(32)}`;
const CONTRACT = `0x${"22".repeat(20)}`;

/** Every task that finds a running ecosystem and changes something, with arguments with which it would. */
const ACTING: readonly (readonly string[])[] = [
  ["stop", "alpha"],
  ["start", "alpha"],
  ["create", "delta"],
  ["remove", "beta", "--force"],
  ["lists", "alpha", "--senders", "none"],
  ["session", "--chain", "alpha"],
  ["import", "genesis.json", "alpha"],
  ["deposit", "1", "1@alpha"],
  ["withdraw", "1"],
  ["claim", "alpha", HASH],
  ["send", "1", "1@beta"],
  ["announce", CONTRACT],
  ["call", `${CONTRACT}@beta`],
  ["send-encrypted", `${CONTRACT}@beta`],
  ["call-together", "[]"],
  ["bring", `${CONTRACT}@alpha`, "0"],
  ["l1-slot", CONTRACT, "0", "alpha"],
  ["swap", "1", `${CONTRACT}@beta`],
  ["settle"],
  ["reseal", "alpha"],
  ["cut-slot", "alpha"],
  ["nodes", "alpha", "crash", "0"],
  ["deliver", HASH],
  ["relay", "--once"],
  ["aggregate", "--once"],
  ["hub", "--land"],
  ["hub", "--schedule", "1,2,3,4"],
  ["guardians", "stop", "0"],
  ["watch-stake", "--once"],
  ["spend", "1", "ETH", "1@beta"],
  ["held-account", "register", "--file", "account.held"],
  ["names", "anna@alpha", "--take"],
  ["keys", "--register", "--owners", "1"],
  ["keys", HASH, "--rotate", "--owners", "1"],
  ["reconstruct", "alpha", "--operate", "--serve-port", "0"],
  ["exit", "alpha"],
  ["claim-escrow", HASH, "0"],
  ["upgrade", "alpha", "--to", "2"],
  ["upgrade", "alpha", "--cancel"],
  ["upgrade", "alpha", "--rehearse"],
  ["upgrade", "--all", "--to", "2"],
  ["governance", "alpha", "--retire", "2"],
  ["governance", "alpha", "--vote", "1"],
  ["terms", "alpha", "--governed", "no"],
  ["terms", "alpha", "--withdraw"],
];
/** Tasks that only read. */
const READING: readonly (readonly string[])[] = [
  ["status"],
  ["bridges"],
  ["guardians"],
  ["logs"],
  ["trace", HASH],
  ["wallet"],
  ["held-account", "balance", "--file", "account.held"],
  ["message", HASH, "--no-wait"],
  ["names"],
  ["keys", HASH],
  ["lists", "alpha"],
  ["upgrade", "alpha"],
  ["governance", "alpha"],
  ["terms", "alpha"],
  ["send", "1", "1@beta", "--estimate"],
  ["call", `${CONTRACT}@beta`, "--estimate"],
  ["swap", "1", `${CONTRACT}@beta`, "--estimate"],
  ["spend", "1", "ETH", "1@beta", "--estimate"],
  ["dump", "world.dump"],
  ["reconstruct", "alpha"],
  ["prove", "alpha", HASH],
  ["verify", "alpha", "0"],
];
/** Tasks that start an ecosystem, work for one by a separate URL, or deploy to a network of the config. */
const OTHERS = ["spawn", "prover", "deploy", "open", "node", "test:solidity"];

describe("an ecosystem of another project", () => {
  const workplace = createWorkplace({ shown: taskDefinitions.map(({ id }) => id.join(":")) });
  const state = mkdtempSync(join(tmpdir(), "hyperchain-stranger-"));
  const environment = { XDG_STATE_HOME: state, HYPERCHAIN_PRIVATE_KEY: `0x${"33".repeat(32)}`, HYPERCHAIN_SESSION: "secret" };
  let asked: { readonly method: string; readonly authorization: string | undefined }[] = [];
  // Whatever it is asked but who it is: one chain that only its readers may read.
  const server = createServer((request, response) => {
    void (async () => {
      const { authorization } = request.headers;
      const { method } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { readonly method: string };
      asked.push({ method, authorization });
      const chain = {
        name: "alpha",
        chainId: 271,
        url: urlOf(),
        readsNeedSession: true,
        operator: CONTRACT,
        hyperchain: CONTRACT,
      };
      const l1 = { name: "l1", chainId: 31_337, url: urlOf(), contracts: {} };
      const info = { name: "theirs", l1, chains: [chain], prover: { mode: "local" }, accounts: { funded: [] } };
      const answer = method === "hyperchain_info" ? { result: info } : { error: { code: -32_601, message: "asked for more" } };
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, ...answer }));
    })();
  });
  const urlOf = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let forget = (): void => undefined;
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    forget = announce({ pid: process.pid, url: urlOf(), project: "/theirs", startedAt: 1 }, environment);
  });
  after(async () => {
    forget();
    await workplace.close();
    await new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
    rmSync(state, { recursive: true, force: true });
  });
  const run = async ([task = "", ...rest]: readonly string[]) => {
    asked = [];
    return workplace.run([`hyperchain:${task}`, ...rest], { environment });
  };

  test("every task is one that acts, one that reads, or one that looks for no ecosystem", () => {
    const sorted = [...new Set([...ACTING, ...READING].map(([task = ""]) => task)), ...OTHERS].sort();
    assert.deepEqual(sorted, taskDefinitions.map(({ id }) => id.join(":").replace("hyperchain:", "")).sort());
  });

  test("no task acts on it unless a URL names it: it is asked who it is, and nothing else", async () => {
    for (const args of ACTING) {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 1, args.join(" "));
      assert.equal(stdout, "", args.join(" "));
      const refusal = `the task would act on the ecosystem of /theirs, at ${urlOf()}. To act on it, name it with --url ${urlOf()}`;
      assert.ok(stderr.includes(refusal), `${args.join(" ")}: ${stderr}`);
      assert.deepEqual(asked, [{ method: "hyperchain_info", authorization: undefined }], args.join(" "));
    }
  });

  test("tasks that read continue, report its owner, and show it neither a token nor a signature", async () => {
    for (const args of READING) {
      const { stderr } = await run(args);
      const line = `this project runs no ecosystem: reading the ecosystem of /theirs, at ${urlOf()}; --url names another`;
      assert.ok(stderr.includes(line), `${args.join(" ")}: ${stderr}`);
      assert.match(stderr, /only its readers may read alpha; to read it as one name the ecosystem with --url/);
      const signed = asked.filter(({ method, authorization }) => method.endsWith("Session") || authorization !== undefined);
      assert.deepEqual(signed, [], args.join(" "));
    }
  });

  test("a URL names it: by option or by environment, and the task continues", async () => {
    await run(["remove", "alpha", "--force", "--url", urlOf()]);
    assert.ok(
      asked.some(({ method, authorization }) => method === "hyperchain_removeChain" && authorization === "Bearer secret"),
    );
    asked = [];
    const named = { ...environment, HYPERCHAIN_URL: urlOf() };
    await workplace.run(["hyperchain:stop", "alpha"], { environment: named });
    assert.ok(asked.some(({ method }) => method === "hyperchain_stopChain"));
  });
});
