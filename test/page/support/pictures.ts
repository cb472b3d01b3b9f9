import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { violations } from "./violations.ts";

/** A folder for pictures of pages; nothing is pictured where it is not named. */
const FOLDER = process.env["PAGE_PICTURES"];
const LOOKS = [
  [390, "light"],
  [390, "dark"],
  [1_280, "light"],
  [1_280, "dark"],
] as const;

/** Checks the page with axe and, on request, stores pictures of the whole page: narrow and wide, light and dark. */
export async function keepPictures(tab: Page, name: string): Promise<void> {
  if (FOLDER === undefined) return;
  const before = tab.viewportSize();
  for (const [width, colorScheme] of LOOKS) {
    await tab.setViewportSize({ width, height: 800 });
    await tab.emulateMedia({ colorScheme });
    await drawn(tab);
    await tab.screenshot({ path: `${FOLDER}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    assert.deepEqual(await violations(tab), [], `${name}, ${width} px, ${colorScheme}`);
  }
  await tab.emulateMedia({ colorScheme: null });
  if (before !== null) await tab.setViewportSize(before);
}

/** Resolves when no visible part waits for an answer. */
async function drawn(tab: Page): Promise<void> {
  await tab.locator('main:not(:has-text("asking…"))').waitFor();
  const frame = (): Promise<void> =>
    tab.evaluate("scrollTo(0, 0), new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  await frame();
  while ((await tab.locator('.long-table td > span:text-is("…")').count()) > 0) await frame();
}
