import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Returns axe's findings as lines with element and remedy. */
export async function violations(tab: Page): Promise<readonly string[]> {
  // A page that follows a link within itself still has it.
  if (!(await tab.evaluate("'axe' in window"))) await tab.evaluate(AXE);
  // What passes would be told element by element.
  const found = (await tab.evaluate("axe.run({ resultTypes: ['violations'] })")) as {
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  };
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
