import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { after, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { isAllowedOrigin } from "../../../src/chain/rpc/transport/origin-check.ts";
import { startRpcServer, type RpcServer } from "../../../src/chain/rpc/transport/server.ts";

const OWN = [
  "http://localhost:5173",
  "http://localhost",
  "https://app.localhost:3000",
  "http://127.0.0.1:8080",
  "http://127.8.9.10",
  "http://[::1]:3000",
];
const EXTENSIONS = [
  "chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn",
  "moz-extension://5d8ba2b4-1f1f-4f5e-9b5e-000000000000",
];
const FOREIGN = [
  "https://evil.example",
  "http://localhost.evil.example",
  "http://127.0.0.1.evil.example",
  "http://evil.example:8545",
  "http://192.168.0.7",
  "http://evil@localhost.evil.example",
  "file://",
  "null",
  "",
  "not an origin",
];

describe("A11: web pages that would drive a devnet", () => {
  let open: RpcServer;
  let closed: RpcServer;
  let all: RpcServer;
  let carriedOut = 0;
  before(async () => {
    const engine = { request: () => Promise.resolve(null), onNotification: () => () => undefined };
    const methods = new Map([["hardhat_setBalance", () => Promise.resolve(++carriedOut)]]);
    const routes = [{ method: "GET" as const, path: "/held", answer: async () => ({ status: 200, body: ++carriedOut }) }];
    closed = await startRpcServer({ host: "127.0.0.1", port: 0 }, { engine, methods, routes });
    open = await startRpcServer({ host: "127.0.0.1", port: 0, origins: ["https://app.example"] }, { engine, methods, routes });
    all = await startRpcServer({ host: "127.0.0.1", port: 0, origins: ["*"] }, { engine, methods, routes });
  });
  after(async () => {
    await closed.close();
    await open.close();
    await all.close();
  });

  /** Posts like a browser for a page without a preflight: a "simple" request, whose content is plain text. */
  function post(
    { port }: RpcServer,
    origin: string | undefined,
  ): Promise<{ readonly status: number | undefined; readonly allowed: string | undefined; readonly body: string }> {
    const headers = { "content-type": "text/plain", ...(origin === undefined ? {} : { origin }) };
    return new Promise((resolve, reject) => {
      const request = httpRequest({ port, host: "127.0.0.1", method: "POST", headers, agent: false }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () =>
          resolve({ status: response.statusCode, allowed: response.headers["access-control-allow-origin"], body }),
        );
      });
      request.on("error", reject);
      request.end(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "hardhat_setBalance" }));
    });
  }

  async function openSocket({ port }: RpcServer, origin: string | undefined): Promise<number | "open"> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, origin === undefined ? {} : { origin });
    const outcome = await Promise.race([
      once(socket, "open").then(() => "open" as const),
      once(socket, "unexpected-response").then(([, response]) => (response as { statusCode: number }).statusCode),
    ]);
    socket.on("error", () => undefined);
    socket.terminate();
    return outcome;
  }

  it("are refused before anything is executed, by POST and at the opening of a WebSocket", async () => {
    for (const origin of FOREIGN) {
      const before = carriedOut;
      const { status, allowed, body } = await post(closed, origin);
      assert.deepEqual([status, allowed, carriedOut], [403, undefined, before], origin);
      assert.match((JSON.parse(body) as { error: { message: string } }).error.message, /"origins"/);
      if (origin !== "") assert.equal(await openSocket(closed, origin), 403, origin);
    }
  });

  it("are answered where they come from this machine or a wallet's extension, and may read the answer", async () => {
    for (const origin of [...OWN, ...EXTENSIONS]) {
      const before = carriedOut;
      const { status, allowed } = await post(closed, origin);
      assert.deepEqual([status, allowed, carriedOut], [200, origin, before + 1]);
      assert.equal(await openSocket(closed, origin), "open");
    }
  });

  it("are answered where the options name their origin, and only then", async () => {
    assert.deepEqual(await post(open, "https://app.example").then(({ status, allowed }) => [status, allowed]), [
      200,
      "https://app.example",
    ]);
    assert.equal(await openSocket(open, "https://app.example"), "open");
    assert.equal((await post(open, "https://app.example.evil.example")).status, 403);
    assert.equal((await post(open, "http://app.example")).status, 403);
    assert.equal(isAllowedOrigin("https://anything.example", ["*"]), true);
    assert.equal(isAllowedOrigin("null", ["*"]), true);
  });

  /** Loads like a browser a picture, a script or a frame for a page: without an Origin. */
  function load({ port }: RpcServer, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      httpRequest({ port, host: "127.0.0.1", path: "/held", headers, agent: false }, (response) => {
        response.resume();
        resolve(response);
      })
        .on("error", reject)
        .end();
    });
  }

  it("are refused before a resource is read for a picture or a frame of theirs, which name no origin", async () => {
    const foreign = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
    for (const server of [closed, open]) {
      const before = carriedOut;
      assert.equal((await load(server, foreign)).statusCode, 403);
      assert.equal(
        (await load(server, { ...foreign, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" })).statusCode,
        403,
      );
      assert.equal(carriedOut, before);
    }
    // A permitted page sends its origin, also from the machine's other name; a user who types the address has no page.
    const asks = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
    for (const origin of ["http://localhost:5173", "http://127.0.0.1:5173"])
      assert.equal((await load(closed, { ...asks, origin })).statusCode, 200, origin);
    assert.equal((await load(open, { ...asks, origin: "https://app.example" })).statusCode, 200);
    for (const site of ["none", "same-origin", "same-site"])
      assert.equal((await load(closed, { "sec-fetch-site": site })).statusCode, 200, site);
    assert.equal((await load(all, foreign)).statusCode, 200);
    assert.equal((await load(closed, {})).headers["x-content-type-options"], "nosniff");
  });

  it("leave programs alone, which name no origin", async () => {
    assert.equal((await post(closed, undefined)).status, 200);
    assert.equal(await openSocket(closed, undefined), "open");
  });
});
