import { existsSync } from "node:fs";
import bundled from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";

/**
 * Time for an element of a page to appear, which is far longer than on a busy machine. Playwright has no other limit than the
 * clock, and without one a missing element would not be named.
 */
export const MAX_WAIT_MS = 300_000;

/** Where systems without a Chromium from npm have a browser of their own. */
const CHANNELS = ["chrome", "msedge", "chromium"] as const;

/**
 * A real browser without a window. On Linux x64 it comes from npm; elsewhere it is one that is installed. Undefined where there is
 * none: Linux x64 always has one, so that CI never skips. `flags` are Chromium's own, beside those of a user's browser: the npm package
 * has others, with which all pages and the drawing share one process, and each page may read all others.
 */
export async function openBrowser(flags: readonly string[] = []): Promise<Browser | undefined> {
  if (process.platform === "linux" && process.arch === "x64") {
    const executablePath = await bundled.executablePath();
    if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}`);
    const args = [...flags, "--no-sandbox", "--disable-background-networking"];
    return chromium.launch({ executablePath, args, headless: true });
  }
  for (const channel of CHANNELS) {
    const browser = await chromium.launch({ channel, args: [...flags], headless: true }).catch(() => undefined);
    if (browser !== undefined) return browser;
  }
  return undefined;
}
