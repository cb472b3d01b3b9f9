import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { HttpBodyError, serveHttp, type HttpAnswer, type HttpRequest } from "../../src/ground/runtime/http-service.ts";

const LIMITS = { maxConnections: 10, maxBodyBytes: 1_000 };
/** Milliseconds: the server ends a connection after the short time, and a busy machine is faster than the long one. */
const [SHORT_MS, LONG_MS] = [300, 60_000];
const LARGE = new Uint8Array(2 ** 26);

/** Service that answers with its request. */
async function served(t: TestContext, maxWaitMs: number, answer?: (request: HttpRequest) => Promise<HttpAnswer>) {
  const service = {
    answer:
      answer ??
      (async (request: HttpRequest) => ({ status: 200, body: `${request.method} ${request.path} ${await request.text()}` })),
    refuse: (error: unknown) => ({ status: error instanceof HttpBodyError ? 413 : 500, body: String(error) }),
  };
  const server = await serveHttp(service, { host: "127.0.0.1", port: 0 }, { ...LIMITS, maxWaitMs });
  t.after(() => server.close());
  return server.url;
}

/** Opens a connection and sends this text. `ended` resolves when the server has ended it. */
function opened(t: TestContext, url: string, text = ""): { readonly socket: Socket; readonly ended: Promise<void> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  socket.on("error", () => undefined);
  socket.write(text);
  return { socket, ended: new Promise((resolve) => socket.once("close", () => resolve())) };
}

describe("a small HTTP server", () => {
  test("answers requests with their method, path and body", async (t) => {
    const url = await served(t, LONG_MS);
    const answer = await fetch(`${url}/path?query`, { method: "POST", body: "body" });
    assert.deepEqual([answer.status, await answer.text()], [200, "POST /path?query body"]);
  });

  test("large body: a request with more bytes than the limit is refused", async (t) => {
    const url = await served(t, LONG_MS);
    const post = (length: number) => fetch(url, { method: "POST", body: "x".repeat(length) });
    assert.equal((await post(1_000)).status, 200);
    const answer = await post(1_001);
    assert.deepEqual(
      [answer.status, await answer.text()],
      [413, "HttpBodyError: the request has more than 1000 bytes; send less"],
    );
  });

  test("slow requests: connections end if their head or body does not arrive in time", async (t) => {
    const url = await served(t, SHORT_MS);
    const head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n";
    const slow = [opened(t, url), opened(t, url, "GET / HT"), opened(t, url, head), opened(t, url, `${head}\r\nbody`)];
    for (const { socket } of slow) socket.resume();
    await Promise.all(slow.map(({ ended }) => ended));
  });

  test("many connections: a further client is answered while 100 silent ones are opened", async (t) => {
    const url = await served(t, LONG_MS);
    const silent = Array.from({ length: 100 }, () => opened(t, url));
    await Promise.all(silent.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
    assert.equal((await fetch(url)).status, 200);
  });

  test("slow reader: a client that reads nothing of a large answer loses its connection", async (t) => {
    const url = await served(t, SHORT_MS, () => Promise.resolve({ status: 200, body: LARGE }));
    const { socket, ended } = opened(t, url, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 10 * SHORT_MS));
    let length = 0;
    socket.on("data", (part: Buffer) => (length += part.length));
    socket.resume();
    await ended;
    assert.ok(length < LARGE.length);
    const patient = await served(t, LONG_MS, () => Promise.resolve({ status: 200, body: LARGE }));
    assert.equal((await (await fetch(patient)).arrayBuffer()).byteLength, LARGE.length);
  });
});
