import assert from "node:assert/strict";
import { createServer, request, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { METHOD_ACCESS } from "../../src/chain/rpc/access/method-access.ts";
import { ACT_KINDS } from "../../src/ecosystem/devnet/view/feed/act-words.ts";
import { startPage, type PageServer } from "../../src/tool/page-server/page-server.ts";
import { namedMember } from "./support/named-member.ts";

/** A member that answers with what it was asked. */
async function startMember() {
  const asked: string[] = [];
  const server = createServer((incoming, answer) => {
    let body = "";
    incoming.on("data", (piece) => (body += String(piece)));
    incoming.on("end", () => {
      // A WebSocket is asked for without a body.
      if (body !== "") asked.push((JSON.parse(body) as { method: string }).method);
      answer.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0x1" }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { asked, url: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** Status of a request with these headers, a POST where it has a body; `fetch` would set Host itself. */
function statusWith(url: string, headers: Readonly<Record<string, string>>, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method: body === undefined ? "GET" : "POST" }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end(body);
  });
}

function own(name: string): string {
  return `hyperchain_${name}`;
}

describe("I3: the page's server", () => {
  let member: Awaited<ReturnType<typeof startMember>>;
  let page: PageServer;
  const options = () => ({ host: "127.0.0.1", port: 0, members: namedMember(member.url) });
  const ask = (path: string, body: unknown) =>
    fetch(`${page.url}/rpc/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  before(async () => {
    member = await startMember();
    page = await startPage(options());
  });
  after(async () => {
    await page.close();
    await member.close();
  });

  test("questions reach the member that is named, or any", async () => {
    for (const path of ["271", "any"]) {
      const answer = await ask(path, { jsonrpc: "2.0", id: 1, method: "eth_blockNumber", params: [] });
      assert.deepEqual(await answer.json(), { jsonrpc: "2.0", id: 1, result: "0x1" });
    }
    assert.equal((await ask("999", { method: "eth_blockNumber" })).status, 404);
  });

  test("refuses calls that change a chain, batches of calls and malformed calls, which reach no member", async () => {
    member.asked.length = 0;
    for (const body of [
      { method: "eth_sendTransaction" },
      { method: "eth_sendRawTransaction" },
      { method: "evm_mine" },
      { method: "evm_increaseTime" },
      { method: "evm_revert" },
      { method: "hardhat_impersonateAccount" },
      { method: "hyperchain_stopChain" },
      { method: "hardhat_setBalance" },
      { method: "hyperchain_settle" },
      { method: "hyperchain_setFault" },
      { method: "debug_traceCall" },
      { method: "eth_getFilterChanges" },
      { method: "eth_getLogs\neth_sendTransaction" },
      [{ method: "eth_blockNumber" }],
      "eth_blockNumber",
      {},
      { method: 1 },
    ]) {
      assert.equal((await ask("271", body)).status, 403, JSON.stringify(body));
    }
    assert.deepEqual(member.asked, []);
  });

  test("attack: what changes a chain passes with the printed address's token alone, and from this page or a program", async () => {
    member.asked.length = 0;
    const token = new URL(page.writingUrl).hash.replace("#/token/", "");
    assert.match(token, /^[0-9a-f]{32}$/);
    assert.equal(page.writingUrl.startsWith(`${page.url}/#`), true, "no server gets it with the address");
    const write = (headers: Readonly<Record<string, string>>, method = "eth_sendTransaction") =>
      new Promise<number>((resolve, reject) => {
        const options = { method: "POST", headers: { "content-type": "application/json", ...headers } };
        request(`${page.url}/rpc/271`, options, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on("error", reject)
          .end(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [{}] }));
      });
    const other = `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`;
    for (const wrong of ["", other, token.slice(1), `${token}0`, "é".repeat(16), "é".repeat(32)])
      assert.equal(await write({ "x-page-token": Buffer.from(wrong).toString("latin1") }), 403, wrong);
    assert.equal(await write({}), 403);
    // Pages of this machine on other ports may look, and a page that has the token from elsewhere may not use it.
    for (const origin of ["http://localhost:5173", "http://127.0.0.1:1", "null"])
      assert.equal(await write({ "x-page-token": token, origin }), 403, origin);
    for (const method of [
      "hardhat_setBalance",
      "hardhat_setCode",
      "hyperchain_removeChain",
      "eth_sign",
      "personal_sign",
      "eth_sendRawTransaction",
    ])
      assert.equal(await write({ "x-page-token": token }, method), 403, method);
    assert.deepEqual(member.asked, []);
    assert.equal(await write({ "x-page-token": token, origin: page.url, "sec-fetch-site": "same-origin" }), 200);
    assert.equal(await write({ "x-page-token": token }), 200);
    assert.deepEqual(member.asked.splice(0), ["eth_sendTransaction", "eth_sendTransaction"]);
    assert.equal(await write({ "x-page-token": token }, "evm_increaseTime"), 200);
    assert.deepEqual(member.asked.splice(0), ["evm_increaseTime"]);
    const second = await startPage(options());
    assert.notEqual(new URL(second.writingUrl).hash, new URL(page.writingUrl).hash);
    await second.close();
  });

  test("attack: of all that members answer, what passes without the token is what only looks", async () => {
    const passing: string[] = [];
    for (const method of new Set([...METHOD_ACCESS.keys(), ...ACT_KINDS.keys()]))
      if ((await ask("271", { method })).status === 200) passing.push(method);
    assert.deepEqual(
      passing.filter((method) => ACT_KINDS.has(method)),
      [],
    );
    const looks = new Set([
      ...["eth_accounts", "eth_blockNumber", "eth_call", "eth_chainId", "debug_traceTransaction"],
      ...["activity", "acts", "asTest", "batch", "batches", "bridges", "changes", "contracts", "deployments", "describe"].map(
        own,
      ),
      ...["failure", "governance", "history", "info", "message", "messages", "proof", "read", "search", "sourceSteps"].map(own),
      ...["status", "storageChanges", "traceMessage", "transactions", "wallet"].map(own),
      // What an account would sign, and what it may read that has signed.
      ...["prepare", "openSession"].map(own),
    ]);
    // By Ethereum's and ZK Stack's custom, what gets changes nothing but a filter.
    const isLook = (method: string): boolean =>
      looks.has(method) || (/^(eth|zks|hyperchain)_get/.test(method) && !method.includes("Filter"));
    assert.deepEqual(
      passing.filter((method) => !isLook(method)),
      [],
    );
    assert.ok(passing.length > 30, `${passing.length}`);
  });

  test("other names of this machine and pages of other sites are refused", async () => {
    assert.equal(await statusWith(page.url, { host: "evil.example" }), 403);
    assert.equal(await statusWith(page.url, { origin: "https://evil.example" }), 403);
    assert.equal(await statusWith(page.url, {}), 200);
    const foreign = { "sec-fetch-site": "cross-site" };
    assert.equal(await statusWith(page.url, { ...foreign, "sec-fetch-dest": "iframe" }), 403);
    assert.equal(await statusWith(page.url, { ...foreign, "sec-fetch-dest": "document" }), 200, "a link leads here");
    const question = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const form = { ...foreign, "sec-fetch-dest": "document", "content-type": "application/json" };
    assert.equal(await statusWith(`${page.url}/rpc/any`, form, question), 403, "a form of another site asks nothing");
  });

  test("attack: a page of another site follows nothing, and what a reader sends to the feed ends its socket", async () => {
    const refusedWith = (path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${page.url.replace("http", "ws")}${path}`, { headers });
        socket.on("unexpected-response", (_request, response) => {
          resolve(response.statusCode ?? 0);
          socket.terminate();
        });
        socket.on("open", () => assert.fail(`${path} was opened`));
        socket.on("error", () => undefined);
      });
    assert.equal(await refusedWith("/feed", { origin: "https://evil.example" }), 403);
    assert.equal(await refusedWith("/feed", { host: "evil.example" }), 403);
    assert.equal(await refusedWith("/rpc/271", {}), 403);
    assert.equal(await refusedWith(`/feed?since=${"x".repeat(101)}`, {}), 403);
    const talker = new WebSocket(`${page.url.replace("http", "ws")}/feed`);
    talker.on("error", () => undefined);
    talker.on("open", () => talker.send('{"method":"eth_sendTransaction"}'));
    await once(talker, "close");
    assert.ok(!member.asked.includes("eth_sendTransaction"));
  });

  describe("whose connections one process holds silent", () => {
    const flood = (count: number): Promise<readonly Socket[]> =>
      Promise.all(
        Array.from({ length: count }, async () => {
          const socket = connect({ port: Number(new URL(page.url).port), host: "127.0.0.1" });
          socket.on("error", () => undefined);
          await once(socket, "connect");
          return socket;
        }),
      );

    test("answers another reader of that machine", async () => {
      // As many as it takes.
      const silent = await flood(500);
      try {
        assert.equal(await statusWith(page.url, { connection: "close" }), 200);
      } finally {
        for (const socket of silent) socket.destroy();
      }
    });

    test("notifies another follower of that machine, and a notified follower is stored", async () => {
      const told = new WebSocketServer({ host: "127.0.0.1", port: 0 });
      await once(told, "listening");
      const { port } = told.address() as AddressInfo;
      const other = await startPage({ ...options(), members: namedMember(`http://127.0.0.1:${port}`) });
      const readers: WebSocket[] = [];
      const follow = async (): Promise<{ readonly reader: WebSocket; readonly member: WebSocket }> => {
        const asked = once(told, "connection") as Promise<[WebSocket]>;
        const reader = new WebSocket(`${other.url.replace("http", "ws")}/feed`);
        reader.on("error", () => undefined);
        readers.push(reader);
        await once(reader, "open");
        return { reader, member: (await asked)[0] };
      };
      const tell = async ({ reader, member: from }: Awaited<ReturnType<typeof follow>>): Promise<unknown> => {
        const heard = once(reader, "message") as Promise<[Buffer]>;
        from.send(JSON.stringify({ params: { result: { position: "0:1", type: "here" } } }));
        return JSON.parse((await heard)[0].toString());
      };
      try {
        const first = await follow();
        const second = await follow();
        // A machine has 90 of 100.
        for (let i = 2; i < 90; i++) await follow();
        assert.deepEqual(await tell(first), { position: "0:1", type: "here" });
        const ended = once(second.reader, "close") as Promise<[number]>;
        assert.deepEqual(await tell(await follow()), { position: "0:1", type: "here" });
        // The page opens another socket after such an end.
        assert.deepEqual(await ended.then(([code]) => code), 1_013);
        assert.equal(first.reader.readyState, WebSocket.OPEN);
      } finally {
        for (const reader of readers) reader.terminate();
        await other.close();
        for (const socket of told.clients) socket.terminate();
        told.close();
      }
    });
  });

  test("the tokens of the feed's protocol are a reader's sessions at this address", async () => {
    const told = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(told, "listening");
    const { port } = told.address() as AddressInfo;
    const other = await startPage({ ...options(), members: namedMember(`http://127.0.0.1:${port}`) });
    try {
      for (const [tokens, authorization] of [
        [["abc-1", "d_ef2"], "Bearer abc-1,d_ef2"],
        [[], undefined],
      ] as const) {
        const asked = once(told, "connection") as Promise<[WebSocket, IncomingMessage]>;
        const reader = new WebSocket(`${other.url.replace("http", "ws")}/feed`, ["hyperchain-feed", ...tokens]);
        const [, { headers }] = await asked;
        assert.equal(headers.authorization, authorization);
        if (reader.readyState !== reader.OPEN) await once(reader, "open");
        assert.equal(reader.protocol, "hyperchain-feed", "a browser wants one of those that it named");
        reader.terminate();
      }
    } finally {
      await other.close();
      for (const socket of told.clients) socket.terminate();
      told.close();
    }
  });

  test("every answer forbids scripts, frames and connections from elsewhere", async () => {
    const { headers } = await fetch(page.url);
    const policy = headers.get("content-security-policy") ?? "";
    for (const rule of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"])
      assert.ok(policy.includes(rule), rule);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  });

  test("where its port is taken it listens on another", async () => {
    const second = await startPage({ ...options(), port: Number(new URL(page.url).port) });
    assert.notEqual(second.url, page.url);
    assert.equal((await fetch(second.url)).status, 200);
    await second.close();
  });

  test("answers that are larger than the page needs are refused, and readers that do not read hold no more than a bound", async () => {
    const large = JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0".repeat(15 * 2 ** 20) });
    const sizes = { text: large };
    const server = createServer((incoming, answer) => {
      incoming.resume().on("end", () => answer.setHeader("content-type", "application/json").end(sizes.text));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const other = await startPage({ ...options(), members: namedMember(url) });
    const body = JSON.stringify({ method: "eth_blockNumber" });
    const asked = (): Promise<Response> =>
      fetch(`${other.url}/rpc/271`, { method: "POST", headers: { "content-type": "application/json" }, body });
    // Four of them are below the bound; what a fifth gets would be above it.
    const readers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const reader = connect(Number(new URL(other.url).port), "127.0.0.1");
        reader.pause();
        reader.write(
          `POST /rpc/271 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        );
        await once(reader, "readable");
        return reader;
      }),
    );
    assert.equal((await asked()).status, 503);
    for (const reader of readers) reader.destroy();
    // The server learns of it when the connections' ends arrive.
    let status = 503;
    while (status === 503) ({ status } = await asked());
    assert.equal(status, 200);
    sizes.text = JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0".repeat(17 * 2 ** 20) });
    assert.equal((await asked()).status, 502);
    await other.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test("a read whose connection ends is sent again, and a transaction is not", async () => {
    let requests = 0;
    const server = createServer((incoming, answer) => {
      if (requests++ === 0) incoming.socket.destroy();
      else answer.setHeader("content-type", "application/json").end('{"jsonrpc":"2.0","id":1,"result":"0x1"}');
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const other = await startPage({ ...options(), members: namedMember(url) });
    const token = new URL(other.writingUrl).hash.replace("#/token/", "");
    const statusOf = async (method: string): Promise<number> => {
      requests = 0;
      const headers = { "content-type": "application/json", "x-page-token": token };
      const request = { method: "POST", headers, body: JSON.stringify({ method }) };
      return (await fetch(`${other.url}/rpc/271`, request)).status;
    };
    assert.deepEqual([await statusOf("eth_blockNumber"), requests], [200, 2]);
    assert.deepEqual([await statusOf("eth_sendTransaction"), requests], [502, 1]);
    await other.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test("a member that does not answer is named", async () => {
    const other = await startPage({ ...options(), members: namedMember("http://127.0.0.1:9") });
    const answer = await fetch(`${other.url}/rpc/271`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ method: "eth_blockNumber" }),
    });
    assert.equal(answer.status, 502);
    assert.match(((await answer.json()) as { error: { message: string } }).error.message, /127\.0\.0\.1:9 does not answer/);
    await other.close();
  });
});
