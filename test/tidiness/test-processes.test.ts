import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { APART, inProcesses } from "../../scripts/test-processes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Says in which process it is, and what it finds there of those before it. */
const FILES = {
  first: `import { after, before, test } from "node:test";
let isReady = false;
before(async () => void (await Promise.resolve(), (isReady = true)));
after(() => { globalThis.ended = true; });
test("is ready", () => { if (!isReady) throw new Error("its hook has not run"); });
test("takes time", () => { while (process.cpuUsage().user < 600_000); });
`,
  second: `import { test } from "node:test";
test("comes behind what the first one ends with", () => { if (globalThis.ended !== true) throw new Error("side by side"); });
test("fails", () => { throw new Error("planted"); });
`,
  third: `import { test } from "node:test";
test("passes", () => {});
`,
  fourth: `import { test } from "node:test";
test("passes", () => {});
`,
  broken: `throw new Error("cannot be loaded");\n`,
  deadly: `import { test } from "node:test";
test("ends its process", () => process.exit(3));
`,
  leaking: `import { test } from "node:test";
process.once("beforeExit", () => process.exit(1));
test("passes", () => {});
`,
};
const RUN = `const [script, ...names] = process.argv.slice(2);
const { runFiles } = await import(script);
const processes = names.map((group) => group.split("+").map((name) => \`test/abi/\${name}.test.js\`));
const { failed, isGood, files } = await runFiles(processes, { root: process.cwd(), concurrency: 2, limitOf: () => 600_000 });
console.log();
console.log(JSON.stringify({ failed, isGood, files }));
`;

interface Outcome {
  readonly failed: readonly string[];
  readonly isGood: boolean;
  readonly files: readonly { readonly file: string; readonly cpuSeconds?: number }[];
}

/** Files of one process are joined by +. */
function outcomeOf(folder: string, ...processes: readonly string[]): Outcome {
  mkdirSync(join(folder, "test/support"), { recursive: true });
  mkdirSync(join(folder, "test/abi"), { recursive: true });
  writeFileSync(join(folder, "test/support/leak-guard.ts"), "");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, `test/abi/${name}.test.js`), text);
  writeFileSync(join(folder, "run.js"), RUN);
  // A test run inside a test would be skipped.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const script = new URL("../../scripts/test-files.ts", import.meta.url).href;
  const { stdout } = spawnSync(process.execPath, ["run.js", script, ...processes], { cwd: folder, env, encoding: "utf8" });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Outcome;
}

const names = (files: readonly string[]): readonly string[] => files.map((name) => `test/abi/${name}.test.js`);

describe("test files that share a process", () => {
  test("run in sequence, each with its hooks and CPU seconds; one that fails is named alone", (context) => {
    const folder = mkdtempSync(join(tmpdir(), "test-together-"));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const { failed, isGood, files } = outcomeOf(folder, "first+second+broken+third", "fourth");
    assert.deepEqual([failed, isGood], [names(["second", "broken"]), false]);
    assert.equal(files.length, 5);
    const [first, third] = ["first", "third"].map((name) => files.find(({ file }) => file.includes(name))?.cpuSeconds ?? -1);
    assert.ok(first! >= 0.6 && third! >= 0 && third! < 0.5, `${first} and ${third}`);
  });

  test("fail with a process that ends before they do, and all of them where it fails behind them", (context) => {
    const folder = mkdtempSync(join(tmpdir(), "test-together-"));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const { failed, isGood } = outcomeOf(folder, "deadly+first", "third+leaking");
    assert.deepEqual([new Set(failed), isGood], [new Set(names(["deadly", "first", "third", "leaking"])), false]);
  });

  test("are of one tier, and few in the last one; others have a separate process, those that need it with a reason", () => {
    const files = [
      ...Array.from({ length: 49 }, (_, i) => `test/chain/${i}.test.ts`),
      "test/relayer/a.test.ts",
      ...["test/circuits/a.test.ts", "test/stark/a.test.ts"],
      ...["test/package/a.test.ts", "test/package/b.test.ts"],
      ...Array.from({ length: 5 }, (_, i) => `test/suites/${i}.test.ts`),
    ];
    const processes = inProcesses(files);
    assert.deepEqual(processes.flat(), files);
    assert.deepEqual(
      processes.map(({ length }) => length),
      [48, 2, 2, 1, 1, 4, 1],
    );
    const [apart = ""] = APART.keys();
    const [one, other] = ["test/chain/a.test.ts", "test/chain/b.test.ts"];
    assert.deepEqual(inProcesses([one, apart, other]), [[one, other], [apart]]);
    for (const file of APART.keys()) assert.ok(existsSync(join(root, file)), file);
  });
});
