// Runs the commands of a workflow's job here, in a clean clone of the last commit: `npm run workflow -- ci test --node 22`. Steps that
// belong to the code host (checkout, setup-node) are left out; the clone and a Node from node_modules replace them.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { commandsOf, readWorkflow } from "./workflows/workflow-file.ts";

const root = join(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  options: {
    ...{ node: { type: "string" }, os: { type: "string" }, manager: { type: "string" }, shard: { type: "string" } },
    list: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const [workflow = "ci", job = "test"] = positionals;
const { list, os, manager } = values;
const numbers = { node: values.node, shard: values.shard };
const given = Object.fromEntries([
  ...Object.entries({ os, manager }).filter(([, value]) => value !== undefined),
  ...Object.entries(numbers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Number(value)]])),
]) as Record<string, string | number>;

function commands(): readonly string[] {
  try {
    const found = readWorkflow(root, workflow).jobs[job];
    if (found === undefined) throw new RangeError(`workflow ${workflow} has no job '${job}'`);
    return commandsOf(found, given);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

/** Folder of a Node of that major version in node_modules. */
function folderOfNode(major: string): string {
  const folder = join(root, "node_modules", ...(major === "22" ? [".node-22", "node_modules"] : []), "node", "bin");
  if (existsSync(folder)) return folder;
  console.error(`no Node ${major} in node_modules: run 'node scripts/setup.mjs --with-node-22' first; it has 22 and 24`);
  process.exit(1);
}

const steps = commands();
if (list) {
  for (const step of steps) console.log(step);
  process.exit(0);
}
const PATH = [folderOfNode(values.node ?? "24"), process.env["PATH"]].join(delimiter);
const clone = mkdtempSync(join(tmpdir(), "hyperchain-workflow-"));
try {
  execFileSync("git", ["clone", "--quiet", root, clone], { stdio: "inherit" });
  for (const step of steps) {
    console.error(`$ ${step}`);
    execFileSync("bash", ["-euo", "pipefail", "-c", step], {
      cwd: clone,
      env: { ...process.env, PATH, CI: "true" },
      stdio: "inherit",
    });
  }
} finally {
  rmSync(clone, { recursive: true, force: true });
}
