import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { refusesIn, type Misuse } from "./support/misuse.ts";
import { createWorkplace, SHOWN_ALONE, type SpawnedEcosystem } from "./support/run-task.ts";

/** The ecosystem below is spawned in a separate process, and `create-task.test.ts` runs the other one alone. */
const workplace = createWorkplace({ shown: [...SHOWN_ALONE, "hyperchain:spawn", "hyperchain:create"] });
after(() => workplace.close());
const refuses = refusesIn(workplace);

describe("I5 misuse while nothing runs", () => {
  const nothing = { environment: { XDG_STATE_HOME: "/nonexistent" }, config: { l1: { port: 1 } } };
  const misuses: readonly Misuse[] = [
    {
      title: "no running ecosystem",
      args: ["hyperchain:status"],
      options: nothing,
      says: [/no running ecosystem found/, /hyperchain:spawn/, /--url/],
    },
    {
      title: "a URL at which nothing answers",
      args: ["hyperchain:wallet", "--url", "http://127.0.0.1:1"],
      says: [/no ecosystem answers at http:\/\/127\.0\.0\.1:1/, /--url/, /ECONNREFUSED|bad port/],
    },
    {
      title: "a configured URL at which nothing answers",
      args: ["hyperchain:status"],
      options: { config: { url: "http://127.0.0.1:1" } },
      says: [/hyperchains\.url in the config/],
    },
    {
      title: "a journal in a folder that does not exist",
      args: ["hyperchain:spawn", "--port", "0", "--proofs", "none"],
      options: { config: { chains: { shop: { journal: "/nonexistent/steps.journal" } } } },
      says: [/hyperchains\.chains\.shop\.journal: there is no folder \/nonexistent; create it/],
    },
    {
      title: "a chain that is not JSON",
      args: ["hyperchain:spawn", "--chain", "{name:delta}"],
      says: [/--chain is not JSON/, /\{name:delta\}/, /write '\{"name":"delta"/],
    },
    {
      title: "a chain with an option that no chain has",
      args: ["hyperchain:spawn", "--chain", '{"name":"delta","sequencer":"queue"}'],
      says: [/--chain, sequencer/],
    },
    {
      title: "a chain to create with a value that its option does not take",
      args: ["hyperchain:create", "delta", "--chain", '{"sequencing":"dice"}'],
      says: [/--chain, sequencing/],
    },
    {
      title: "a chain to create under two names",
      args: ["hyperchain:create", "delta", "--chain", '{"name":"gamma"}'],
      says: [/called "delta" and, by --chain, "gamma"; use one name/],
    },
  ];
  for (const misuse of misuses) test(`I5: ${misuse.title}`, () => refuses(misuse));

  test("I5: a port that is in use", async () => {
    // A socket whose data no program reads never ends.
    const server = createTcpServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      await refuses({
        title: "",
        args: ["hyperchain:spawn", "--port", String(port)],
        says: [new RegExp(`port ${port} .*in use`), /another port, or 0 for any free one: --port /],
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("I5: a server that is not an ecosystem", async () => {
    const server = createServer((_, response) =>
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: -32601, message: "method not found" } })),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await refuses({ title: "", args: ["hyperchain:status", "--url", url], says: [/no ecosystem answers/, /method not found/] });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("I5: what a dead process announced is forgotten", async () => {
    mkdirSync(workplace.stateFolder, { recursive: true });
    const dead = execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }).trim();
    const announcement = { pid: Number(dead), url: "http://127.0.0.1:1", project: "/", startedAt: 1 };
    writeFileSync(join(workplace.stateFolder, `${dead}-1.json`), JSON.stringify(announcement));
    writeFileSync(join(workplace.stateFolder, "broken.json"), "{");
    await refuses({
      title: "",
      args: ["hyperchain:status"],
      options: { config: { l1: { port: 1 } } },
      says: [/no running ecosystem found/],
    });
    assert.deepEqual(readdirSync(workplace.stateFolder), []);
  });

  test("I5: what another user may have announced is not believed", async () => {
    mkdirSync(workplace.stateFolder, { recursive: true });
    chmodSync(workplace.stateFolder, 0o777);
    const server = createServer((_, response) =>
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: { name: "false friend" } })),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      writeFileSync(
        join(workplace.stateFolder, "1-1.json"),
        JSON.stringify({ pid: process.pid, url, project: "/", startedAt: 1 }),
      );
      await refuses({
        title: "",
        args: ["hyperchain:status"],
        options: { config: { l1: { port: 1 } } },
        says: [/no running ecosystem found/],
      });
    } finally {
      rmSync(workplace.stateFolder, { recursive: true });
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("I5: an older Node is named by Hardhat itself", async (context) => {
    const version = nodeOnPath();
    if (version === undefined || Number(version.split(".")[0]) >= 22) return context.skip("the system has no older Node");
    const { code, stderr } = await workplace.run(["hyperchain:spawn"], { node: "node", environment: { PATH: systemPath() } });
    assert.equal(code, 1);
    assert.match(stderr, /Node\.js 2\d\..* is not supported/);
    assert.match(stderr, /upgrade to Node\.js 22/);
  });
});

/** Without the Node that npm puts first. */
function systemPath(): string {
  return (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => !folder.includes("node_modules"))
    .join(":");
}

function nodeOnPath(): string | undefined {
  try {
    return execFileSync("node", ["-p", "process.versions.node"], {
      encoding: "utf8",
      env: { ...process.env, PATH: systemPath() },
    }).trim();
  } catch {
    return undefined;
  }
}

describe("I5 misuse of a running ecosystem", () => {
  let ecosystem: SpawnedEcosystem;
  before(async () => {
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "0"]);
  });
  after(() => ecosystem.interrupt());

  const misuses: readonly Misuse[] = [
    {
      title: "an unknown chain",
      args: ["hyperchain:deposit", "1", "1@gamma"],
      says: [/no chain gamma/, /alpha \(271\), beta \(272\)/],
    },
    { title: "an unknown chain to settle", args: ["hyperchain:settle", "300"], says: [/no chain 300/, /alpha \(271\)/] },
    {
      title: "an address without a chain",
      args: ["hyperchain:send", "1", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "--from", "1@alpha"],
      says: [/does not say on which chain/, /@<chain name or id>/],
    },
    {
      title: "an address with a typing error",
      args: ["hyperchain:send", "1", "0x70997970C51812dc3A010C7d01b50e0d17dc79C9@beta", "--from", "1@alpha"],
      says: [/checksum/],
    },
    {
      title: "too little money",
      args: ["hyperchain:send", "50000", "1@beta", "--from", "1@alpha"],
      says: [
        /lacks 40000 ETH on alpha: it has 10000 ETH and needs 50000, and more for gas; bring more there first/,
        /or send less/,
      ],
    },
    {
      title: "too little money on L1",
      args: ["hyperchain:deposit", "50000", "1@beta"],
      says: [/lacks 4\d{4}\.\d+ ETH on l1: it has \S+ ETH and needs 50000\.\d+/, /use another account/],
    },
    {
      title: "no amount",
      args: ["hyperchain:deposit", "much", "1@alpha"],
      says: [/'much' is not an amount of ETH/, /such as 1\.5/],
    },
    {
      title: "an amount of nothing",
      args: ["hyperchain:withdraw", "0", "--from", "1@alpha"],
      says: [/'0' is not an amount of ETH/],
    },
    {
      title: "more decimals than there are",
      args: ["hyperchain:deposit", "0.1234567890123456789", "1@alpha"],
      says: [/at most 18 decimals/],
    },
    {
      title: "an unknown token",
      args: ["hyperchain:send", "1", "1@beta", "--from", "1@alpha", "--token", "0x00000000000000000000000000000000000000ff"],
      says: [/is not a token on alpha/],
    },
    {
      title: "an unknown token on L1",
      args: ["hyperchain:deposit", "1", "1@beta", "--token", "0x00000000000000000000000000000000000000ff"],
      says: [/not an ERC-20 token on l1/],
    },
    { title: "an account number that does not exist", args: ["hyperchain:wallet", "99"], says: [/no account 99/, /0 to 29/] },
    {
      title: "an account without a key",
      args: ["hyperchain:send", "1", "1@beta", "--from", "0x00000000000000000000000000000000000000ff@alpha"],
      says: [/no key to sign for 0x0+ff/, /HYPERCHAIN_PRIVATE_KEY/],
    },
    {
      title: "a sender without its chain",
      args: ["hyperchain:withdraw", "1"],
      says: [/--from must say from which chain/, /--from 0@alpha/],
    },
    {
      title: "a send to the zero address",
      args: ["hyperchain:send", "1", "0x0000000000000000000000000000000000000000@l1", "--from", "1@alpha"],
      says: [/would be lost/, /name another recipient/],
    },
    { title: "a deposit to L1", args: ["hyperchain:deposit", "1", "2@l1"], says: [/a deposit goes to a chain/] },
    {
      title: "a call to an address without code",
      args: [
        "hyperchain:call",
        "1@beta",
        "transfer(address,uint256)",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "5",
        "--from",
        "1@alpha",
      ],
      says: [/there is no contract at 0x70997970C51812dc3A010C7d01b50e0d17dc79C8@beta/, /check address and chain/],
    },
    {
      title: "an invalid call",
      args: ["hyperchain:call", "1@beta", "transfer(address", "--from", "1@alpha"],
      says: [/'transfer\(address' with 0 arguments is not a valid call/],
    },
    {
      title: "a call with a missing argument",
      args: ["hyperchain:call", "1@beta", "transfer(address,uint256)", "5", "--from", "1@alpha"],
      says: [/with 1 argument is not a valid call/],
    },
    { title: "an invalid hash", args: ["hyperchain:message", "0x12"], says: [/'0x12' is not a hash/] },
    {
      title: "an unknown hash",
      args: ["hyperchain:message", `0x${"12".repeat(32)}`],
      says: [/no message and no transaction/, /hyperchain:send/],
    },
    {
      title: "a claim of an unknown withdrawal",
      args: ["hyperchain:claim", "beta", `0x${"12".repeat(32)}`],
      says: [/beta has sent no withdrawal 0x1212/, /hyperchain:withdraw/],
    },
    {
      title: "an invalid key",
      args: ["hyperchain:send", "1", "1@beta"],
      options: { environment: { HYPERCHAIN_PRIVATE_KEY: "secret" } },
      says: [/HYPERCHAIN_PRIVATE_KEY is not a private key/],
    },
  ];
  for (const misuse of misuses) test(`I5: ${misuse.title}`, () => refuses(misuse));
});
