import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const REPORT = `import { registerHooks } from "node:module";
registerHooks({ load: (url, context, next) => (process.stderr.write(url + "\\n"), next(url, context)) });`;

/** Modules that an ecosystem with these bridges loads from its start to its end. */
function loadedFor(bridges: string): readonly string[] {
  const support = fileURLToPath(new URL("../flow/support/devnet.ts", import.meta.url));
  const script = `import { startFlowDevnet, UNPROVEN } from ${JSON.stringify(support)};
const devnet = await startFlowDevnet([271n], { ...UNPROVEN, bridges: ${bridges} });
await devnet.relay();
await devnet.close();`;
  const options = ["--import", `data:text/javascript,${encodeURIComponent(REPORT)}`, "--input-type=module", "--eval", script];
  const { stderr, status } = spawnSync(process.execPath, options, { encoding: "utf8" });
  assert.equal(status, 0, stderr.split("\n").slice(-20).join("\n"));
  return [...stderr.matchAll(/\/src\/ecosystem\/((?:devnet\/)?bridges\/\S+)\.ts$/gm)].map(([, path]) => path!).toSorted();
}

test("C14 nothing of bridges is loaded where none is configured, and nothing of the others where one is", () => {
  // These answer that no bridge is configured.
  const always = ["devnet/bridges/bridge-methods", "devnet/bridges/open-bridges"];
  assert.deepEqual(loadedFor("undefined"), always);
  assert.deepEqual(loadedFor("{}"), always);
  const withCcip = loadedFor("{ ccip: {} }");
  assert.ok(withCcip.includes("bridges/ccip/worker"));
  assert.deepEqual(
    withCcip.filter((path) => /layerzero|hyperlane|superchain/.test(path)),
    [],
  );
});
