import { existsSync } from "node:fs";
import bundled from "@sparticuz/chromium";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

/** Where systems without a Chromium from npm have a browser of their own. */
const CHANNELS = ["chrome", "msedge", "chromium"] as const;

/**
 * A real browser without a window. On Linux x64 it comes from npm; elsewhere it is one that is installed. Undefined where there is
 * none: Linux x64 always has one, so that CI never skips.
 */
export async function openBrowser(): Promise<Browser | undefined> {
  if (process.platform === "linux" && process.arch === "x64") {
    const executablePath = await bundled.executablePath();
    if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}`);
    return chromium.launch({ executablePath, args: [...bundled.args, "--disable-background-networking"], headless: true });
  }
  for (const channel of CHANNELS) {
    const browser = await chromium.launch({ channel, headless: true }).catch(() => undefined);
    if (browser !== undefined) return browser;
  }
  return undefined;
}
