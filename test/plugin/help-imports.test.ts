import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const REPORT = `import { registerHooks } from "node:module";
registerHooks({ load: (url, context, next) => (process.stderr.write(url + "\\n"), next(url, context)) });`;

/** Everything that is loaded for a Hardhat command, and for a connection to a network that has nothing to do with the plugin. */
test("I4: neither ethers nor a chain is loaded for a config and a plain network", () => {
  const files = ["../../src/index.ts", "../../src/tool/plugin/hooks/config.ts", "../../src/tool/plugin/hooks/network.ts"];
  const script = files
    .map((file) => `await import(${JSON.stringify(fileURLToPath(new URL(file, import.meta.url)))});`)
    .join("\n");
  const options = ["--import", `data:text/javascript,${encodeURIComponent(REPORT)}`, "--input-type=module", "--eval", script];
  const { stderr, status } = spawnSync(process.execPath, options, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const loaded = stderr.split("\n").filter((url) => url !== "");
  assert.ok(loaded.some((url) => url.endsWith("/src/ecosystem/options/config.ts")));
  assert.deepEqual(
    loaded.filter((url) =>
      /node_modules\/(ethers|@ethereumjs|fastify)\/|src\/(chain\/(?!execution\/connection|model\/instruction-limits)|proofs\/(?!rules\/code-limits)|ground\/transaction\/(?!gas-limits)|ecosystem\/(relayer|client))/.test(
        url,
      ),
    ),
    [],
  );
});
