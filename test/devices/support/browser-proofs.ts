import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { MAX_WAIT_MS, openBrowser } from "../../page/support/browser.ts";
import type { ProofCaseName } from "./proof-cases.ts";

/** Chromium's flags with which `navigator.gpu` shows the card in software that Chromium brings, and lets a page use it. */
export const WITH_SOFTWARE_CARD = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"] as const;

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Makes a case's proof on both backends of a browser's worker. */
const WORKER = `
import { createThreadedBackend } from "./src/proofs/kernels/wasm/threaded-backend.ts";
import { createWebgpuBackend } from "./src/proofs/kernels/webgpu/backend.ts";
import { openDevice } from "./src/proofs/kernels/webgpu/open-device.ts";
import { prove } from "./src/proofs/stark/proofs/prove.ts";
import { startBrowserThread } from "./page/prove/browser-thread.ts";
import { PROOF_CASES } from "./test/devices/support/proof-cases.ts";

const wasm = createThreadedBackend({ workers: 2, startThread: startBrowserThread });
const opened = openDevice(navigator.gpu, "allowed").then(({ device, name }) => ({
  name,
  card: createWebgpuBackend({ device, now: () => performance.now() }),
}));

async function proofsOf(name) {
  const { card, name: adapter } = await opened;
  const { system, input } = await PROOF_CASES[name](wasm);
  const proofs = {};
  for (const backend of [wasm, card]) proofs[backend.name] = [...(await prove(system, input, backend))];
  return { adapter, proofs, memoryInUse: card.memoryInUse() };
}

addEventListener("message", ({ data }) => {
  proofsOf(data).then((made) => postMessage(made), (error) => postMessage({ error: String(error.stack) }));
});
`;

/** Proofs of a case, made in a browser. */
interface BrowserProofs {
  readonly adapter: string;
  /** Proofs by the backend's name. */
  readonly proofs: Readonly<Record<"wasm" | "webgpu", readonly number[]>>;
  /** Bytes that are still held on the card. */
  readonly memoryInUse: number;
}

/** A real browser whose worker proves by WebAssembly and on a card in software. */
export interface ProvingBrowser {
  proofsOf(name: ProofCaseName): Promise<BrowserProofs>;
  close(): Promise<void>;
}

export async function openProvingBrowser(): Promise<ProvingBrowser> {
  const files = await bundled();
  const server = createServer(({ url = "/" }, response) => {
    // Threads share memory only where a page is kept apart from others.
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    const script = files.get(url);
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
    response.end(script ?? "<!doctype html><title>proofs</title>");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const browser = await openBrowser(WITH_SOFTWARE_CARD);
  if (browser === undefined) throw new Error("no browser is installed");
  const page = await browser.newPage();
  page.setDefaultTimeout(MAX_WAIT_MS);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.evaluate(`globalThis.prover = new Worker("/worker.js", { type: "module" }), undefined`);
  return {
    async proofsOf(name) {
      const made = await page.evaluate<BrowserProofs | { readonly error: string }>(`new Promise((resolve) => {
        prover.onmessage = ({ data }) => resolve(data);
        prover.onerror = ({ message }) => resolve({ error: message });
        prover.postMessage(${JSON.stringify(name)});
      })`);
      if ("error" in made) throw new Error(made.error);
      return made;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Scripts by their paths. */
async function bundled(): Promise<ReadonlyMap<string, Uint8Array>> {
  const [worker, thread] = await Promise.all([
    build({ ...BUNDLED, stdin: { contents: WORKER, resolveDir: ROOT } }),
    build({ ...BUNDLED, entryPoints: ["page/prove/kernel-thread.ts"] }),
  ]);
  return new Map([
    ["/worker.js", worker.outputFiles[0]!.contents],
    ["/kernel-thread.js", thread.outputFiles[0]!.contents],
  ]);
}

const BUNDLED = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  tsconfig: "page/tsconfig.json",
} as const;
