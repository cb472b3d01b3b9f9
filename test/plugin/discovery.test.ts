import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { findEcosystem, type Effect } from "../../src/tool/plugin/discovery/find-ecosystem.ts";
import { announce, announced, logFolder } from "../../src/tool/plugin/discovery/state-file.ts";

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
  const find = (options: {
    url?: string;
    configured?: string;
    port?: number;
    project?: string;
    environment?: NodeJS.ProcessEnv;
    answerMs?: number;
    effect?: Effect;
  }) =>
    findEcosystem({
      url: undefined,
      configured: undefined,
      port: 1,
      project: "/elsewhere",
      environment,
      effect: "reads",
      ...options,
    });

  test("the project's own comes first; where it runs none, another's newest that answers, and that is said", async () => {
    const [own, newer, gone] = [await serve("own"), await serve("newer"), "http://127.0.0.1:1"];
    const forget = [
      announce({ pid: process.pid, url: own, project: "/project", startedAt: 1 }, environment),
      announce({ pid: process.pid, url: newer, project: "/other", startedAt: 2 }, environment),
      announce({ pid: process.pid, url: gone, project: "/third", startedAt: 3 }, environment),
    ];
    assert.deepEqual(
      announced(environment).map(({ url }) => url),
      [gone, newer, own],
    );
    assert.deepEqual(await find({ project: "/project" }), { url: own, info: { name: "own" } });
    const { url, notice } = await find({});
    assert.equal(url, newer);
    assert.equal(notice, `this project runs no ecosystem: reading the ecosystem of /other, at ${newer}; --url names another`);
    for (const each of forget) each();
    assert.deepEqual(readdirSync(join(folder, "hardhat-hyperchain")), []);
  });

  test("B7: where the project's own does not answer in time, nothing else is used instead", async () => {
    const silent = createServer(() => undefined);
    servers.push(silent);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const forget = [
      announce({ pid: process.pid, url: await serve("another's"), project: "/other", startedAt: 9 }, environment),
      announce({ pid: process.pid, url, project: "/project", startedAt: 1 }, environment),
    ];
    const message = new RegExp(`this project's ecosystem at ${url} \\(process ${process.pid}\\) does not answer .*--url`);
    await assert.rejects(find({ project: "/project", answerMs: 50 }), { message });
    for (const each of forget) each();
  });

  test("B7: a user without an entry in the system's list, or a home, announces and finds in the folder for temporary files", () => {
    const script = `
      import os, { tmpdir } from "node:os";
      import { syncBuiltinESMExports } from "node:module";
      const fails = () => { throw new Error("ENOENT: no such file or directory, uv_os_get_passwd"); };
      Object.assign(os, { userInfo: fails, homedir: fails });
      syncBuiltinESMExports();
      const { announce, announced } = await import(${JSON.stringify(new URL("../../src/tool/plugin/discovery/state-file.ts", import.meta.url).href)});
      const forget = announce({ pid: process.pid, url: "http://127.0.0.1:1", project: "/", startedAt: 1 }, {});
      console.log(announced({}).length);
      forget();
      console.log(announced({}).length);`;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      env: { ...process.env, TMPDIR: folder },
    });
    assert.deepEqual(output.trim().split("\n"), ["1", "0"]);
  });

  test("logs go to no folder that another user made or can write to", (t) => {
    const [state, temporary] = [mkdtempSync(join(folder, "state-")), mkdtempSync(join(folder, "temporary-"))];
    const { TMPDIR } = process.env;
    process.env["TMPDIR"] = temporary;
    t.after(() => (TMPDIR === undefined ? delete process.env["TMPDIR"] : (process.env["TMPDIR"] = TMPDIR)));
    const first = join(state, "hardhat-hyperchain");
    assert.equal(logFolder({ XDG_STATE_HOME: state }), first);
    chmodSync(first, 0o777);
    const second = logFolder({ XDG_STATE_HOME: state })!;
    assert.equal(dirname(second), temporary);
    chmodSync(second, 0o777);
    assert.equal(logFolder({ XDG_STATE_HOME: state }), undefined);
  });

  test("a given URL comes before what runs: by option, then environment, then config", async () => {
    const [byOption, byEnvironment, byConfig, running] = [
      await serve("option"),
      await serve("environment"),
      await serve("config"),
      await serve("running"),
    ];
    const forget = announce({ pid: process.pid, url: running, project: "/elsewhere", startedAt: 1 }, environment);
    const named = { ...environment, HYPERCHAIN_URL: byEnvironment };
    assert.equal((await find({ url: byOption, configured: byConfig, environment: named })).info.name, "option");
    assert.equal((await find({ configured: byConfig, environment: named })).info.name, "environment");
    assert.equal((await find({ configured: byConfig })).info.name, "config");
    assert.equal((await find({})).info.name, "running");
    forget();
  });

  test("what listens at the default port is found without an announcement, to be read", async () => {
    const url = await serve("at the port");
    const port = Number(new URL(url).port);
    const found = await find({ port });
    assert.equal(found.info.name, "at the port");
    assert.match(found.notice ?? "", /an ecosystem that no process of yours has announced, at http/);
    await assert.rejects(find({ port, effect: "acts" }), {
      message: /act on an ecosystem that no process of yours has announced/,
    });
  });

  test("a task acts on the project's own ecosystem and on a named one, and on no other", async () => {
    const url = await serve("another's");
    const forget = announce({ pid: process.pid, url, project: "/other", startedAt: 1 }, environment);
    await assert.rejects(find({ effect: "acts" }), {
      message: new RegExp(`act on the ecosystem of /other, at ${url}.* --url ${url}`),
    });
    assert.equal((await find({ effect: "acts", project: "/other" })).info.name, "another's");
    assert.equal((await find({ effect: "acts", url })).info.name, "another's");
    assert.equal((await find({ effect: "acts", configured: url })).info.name, "another's");
    const named = { ...environment, HYPERCHAIN_URL: url };
    assert.equal((await find({ effect: "acts", environment: named })).info.name, "another's");
    forget();
  });
});
