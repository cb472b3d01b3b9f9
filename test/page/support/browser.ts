import { existsSync } from "node:fs";
import bundled from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";

/**
 * Time for an element of a page to appear, which is far longer than on a busy machine. Playwright has no other limit than the
 * clock, and without one a missing element would not be named.
 */
export const MAX_WAIT_MS = 300_000;

/** Browsers on systems without a Chromium from npm. */
const CHANNELS = ["chrome", "msedge", "chromium"] as const;

/**
 * Opens a real browser without a window: the npm package on Linux x64, so that CI never skips; an installed browser on
 * other systems, `undefined` if there is none. `flags` are Chromium's, in addition to those of a user's browser. The npm
 * package has other defaults: all pages and the drawing share one process, so that each page may read all others.
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
