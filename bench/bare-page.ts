import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { WebSocketServer } from "ws";

/** Smallest page that shows an event: a socket notifies it, it sends one request and draws a line. */
export interface BarePage {
  readonly url: string;
  /** Tells it that this has happened; when its line was drawn, the page keeps in `drawnAt`. */
  tell(name: string): void;
  close(): Promise<unknown>;
}

const SOURCE = `<!doctype html><title>bare</title><p>bare</p><ol></ol><script>
  window.drawnAt = {};
  new WebSocket(location.origin.replace("http", "ws")).onmessage = async ({ data }) => {
    const { name, filler } = await (await fetch("/line/" + data)).json();
    const line = document.createElement("li");
    line.textContent = name + filler.length;
    document.querySelector("ol").prepend(line);
    requestAnimationFrame(() => (drawnAt[name] = Date.now()));
  };
</script>`;
/** Characters of an answer, about as many as of a block with one transaction. */
const ANSWER = 1_000;

/** Serves the page from a separate thread, which only the machine's load can delay. */
export async function serveBarePage(): Promise<BarePage> {
  const worker = new Worker(new URL(import.meta.url));
  const [url] = (await once(worker, "message")) as [string];
  return { url, tell: (name) => worker.postMessage(name), close: () => worker.terminate() };
}

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const server = createServer(({ url = "" }, reply) => {
    if (!url.startsWith("/line/")) return reply.setHeader("content-type", "text/html").end(SOURCE);
    return reply.end(JSON.stringify({ name: url.slice("/line/".length), filler: " ".repeat(ANSWER) }));
  });
  const sockets = new WebSocketServer({ server });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port.on("message", (name: string) => {
    for (const socket of sockets.clients) socket.send(name);
  });
  port.postMessage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

if (!isMainThread && parentPort !== null) await serve(parentPort);
