import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { findEcosystem } from "../../src/plugin/discovery/find-ecosystem.ts";
import { announce, announced } from "../../src/plugin/discovery/state-file.ts";

const folder = mkdtempSync(join(tmpdir(), "hyperchain-discovery-"));
const environment = { XDG_STATE_HOME: folder };
const servers: Server[] = [];
after(async () => {
  for (const server of servers) await new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  rmSync(folder, { recursive: true, force: true });
});

/** Answers every request as an ecosystem of that name does. */
async function serve(name: string): Promise<string> {
  const server = createServer((_, response) => response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: { name } })));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("I1 discovery", () => {
  const find = (options: { url?: string; configured?: string; port?: number; project?: string; environment?: NodeJS.ProcessEnv }) =>
    findEcosystem({ url: undefined, configured: undefined, port: 1, project: "/elsewhere", environment, ...options });

  test("the project's own comes first, then the newest, and what no longer answers is passed over", async () => {
    const [own, newer, gone] = [await serve("own"), await serve("newer"), "http://127.0.0.1:1"];
    const forget = [
      announce({ pid: process.pid, url: own, project: "/project", startedAt: 1 }, environment),
      announce({ pid: process.pid, url: newer, project: "/other", startedAt: 2 }, environment),
      announce({ pid: process.pid, url: gone, project: "/project", startedAt: 3 }, environment),
    ];
    assert.deepEqual(announced(environment).map(({ url }) => url), [gone, newer, own]);
    assert.equal((await find({ project: "/project" })).url, own);
    assert.equal((await find({})).url, newer);
    for (const each of forget) each();
    assert.deepEqual(readdirSync(join(folder, "hardhat-hyperchain")), []);
  });

  test("a given URL comes before what runs: by option, then environment, then config", async () => {
    const [byOption, byEnvironment, byConfig, running] = [await serve("option"), await serve("environment"), await serve("config"), await serve("running")];
    const forget = announce({ pid: process.pid, url: running, project: "/elsewhere", startedAt: 1 }, environment);
    const named = { ...environment, HYPERCHAIN_URL: byEnvironment };
    assert.equal((await find({ url: byOption, configured: byConfig, environment: named })).info.name, "option");
    assert.equal((await find({ configured: byConfig, environment: named })).info.name, "environment");
    assert.equal((await find({ configured: byConfig })).info.name, "config");
    assert.equal((await find({})).info.name, "running");
    forget();
  });

  test("what listens at the default port is found without an announcement", async () => {
    const url = await serve("at the port");
    assert.equal((await find({ port: Number(new URL(url).port) })).info.name, "at the port");
  });
});
