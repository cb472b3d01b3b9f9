import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { buildSite } from "../../../site/build-site.ts";
import { openBrowser } from "../../page/support/browser.ts";

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ...{ ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" },
  ...{ ".wasm": "application/wasm", ".svg": "image/svg+xml", ".webp": "image/webp" },
};

/** The browser reads each script and style once for all pages. */
const CACHING = "max-age=3600, immutable";
/** No other host has an address. */
const NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

interface SiteOptions {
  /** The repository. */
  readonly root: string;
  readonly base: string;
  /** Generated pages by their paths. */
  readonly generated?: ReadonlyMap<string, string>;
  /** Files next to the site's folder, by URL. */
  readonly others?: Readonly<Record<string, string>>;
}

/** A built site that this process serves, with a page of a browser that reaches no other host. */
export interface ServedSite {
  /** Folder of the site. */
  readonly output: string;
  /** URL of the site with its base. */
  readonly url: string;
  /** Undefined on a system without a browser. */
  readonly page: Page | undefined;
  /** Requests to other hosts, failed requests, and errors of scripts. */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

/** Builds and serves a site. */
export async function serveSite({ root, base, generated = new Map(), others = {} }: SiteOptions): Promise<ServedSite> {
  const output = mkdtempSync(join(tmpdir(), "site-"));
  await buildSite({ root, base, output, generated });
  const server = createServer(answerFrom(output, base, others));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const troubles: string[] = [];
  const browser = await openBrowser([NO_NETWORK]);
  const page = browser === undefined ? undefined : await openPage(browser, origin, troubles);
  return { output, url: `${origin}${base}`, page, troubles, close: () => closeSite(output, server, browser) };
}

function answerFrom(output: string, base: string, others: Readonly<Record<string, string>>): RequestListener {
  return ({ url = "/" }, response) => {
    const path = new URL(url, "http://site").pathname.replace(base, "/").replace(/\/$/, "/index.html");
    try {
      const body = others[url] ?? readFileSync(join(output, path));
      const type = MEDIA_TYPES[extname(path)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "cache-control": CACHING }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  };
}

async function openPage(browser: Browser, origin: string, troubles: string[]): Promise<Page> {
  const page = await browser.newPage();
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (line) => line.type() === "error" && troubles.push(line.text()));
  page.on("response", (answer) => answer.status() >= 400 && troubles.push(`${answer.status()} ${answer.url()}`));
  // A route would turn the browser's cache off.
  page.on("request", (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(origin)) troubles.push(`requested ${request.url()}`);
  });
  return page;
}

async function closeSite(output: string, server: Server, browser: Browser | undefined): Promise<void> {
  await browser?.close();
  server.close();
  rmSync(output, { recursive: true, force: true });
}
