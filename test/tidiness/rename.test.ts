import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../scripts/rename.ts", import.meta.url));

/** A folder with files, and a run of the script there. */
function folderOf(context: TestContext, files: Readonly<Record<string, string>>) {
  const cwd = mkdtempSync(join(tmpdir(), "rename-"));
  context.after(() => rmSync(cwd, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ "package.json": '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  }
  return {
    read: (path: string): string => readFileSync(join(cwd, path), "utf8"),
    has: (path: string): boolean => existsSync(join(cwd, path)),
    rename: (...lines: readonly string[]) =>
      spawnSync(process.execPath, [SCRIPT], { cwd, input: lines.join("\n"), encoding: "utf8" }),
  };
}

describe("the script that renames", () => {
  test("renames a declaration and a member wherever they are used, and keeps keys of literals", (context) => {
    const { read, rename } = folderOf(context, {
      "src/gas.ts": "export interface Told {\n  readonly kept: number;\n}\nexport const limitsBeside = 7;\n",
      "src/user.ts":
        'import { limitsBeside, type Told } from "./gas.ts";\nexport const a = (told: Told) => told.kept + limitsBeside;\n',
      "test/user.test.ts":
        'import { limitsBeside } from "../src/gas.ts";\nexport const all = { limitsBeside };\n// limitsBeside\n',
    });
    const { status, stdout, stderr } = rename(
      "# a comment",
      "src/gas.ts limitsBeside remainingLimits",
      "src/gas.ts Told.kept stored",
      "src/gas.ts Told Report",
    );
    assert.equal(status, 0, stderr);
    assert.equal(
      read("src/gas.ts"),
      "export interface Report {\n  readonly stored: number;\n}\nexport const remainingLimits = 7;\n",
    );
    const user =
      'import { remainingLimits, type Report } from "./gas.ts";\nexport const a = (told: Report) => told.stored + remainingLimits;\n';
    assert.equal(read("src/user.ts"), user);
    const all = "export const all = { limitsBeside: remainingLimits };\n// limitsBeside\n";
    assert.equal(read("test/user.test.ts"), `import { remainingLimits } from "../src/gas.ts";\n${all}`);
    // A key and a comment keep the old name, and are listed.
    assert.match(stdout, /^test\/user\.test\.ts:2: export const all/m);
    assert.match(stdout, /^test\/user\.test\.ts:3: \/\/ limitsBeside$/m);
  });

  test("moves a file with imports of it and in it, and lists addresses that it does not change", (context) => {
    const { read, has, rename } = folderOf(context, {
      "src/a/told.ts": 'import { b } from "../b.ts";\nexport const c = b;\n',
      "src/b.ts": "export const b = 1;\n",
      "src/c.ts": 'import { c } from "./a/told.ts";\nnew URL("./a/told.ts", import.meta.url);\nexport const d = c;\n',
      "docs/page.md": "see src/a/told.ts\n",
    });
    const { status, stdout, stderr } = rename("src/a/told.ts src/reports/report.ts");
    assert.equal(status, 0, stderr);
    assert.equal(has("src/a/told.ts"), false);
    assert.equal(read("src/reports/report.ts"), 'import { b } from "../b.ts";\nexport const c = b;\n');
    assert.match(read("src/c.ts"), /^import \{ c \} from "\.\/reports\/report\.ts";\n/);
    assert.match(stdout, /^docs\/page\.md:1: see src\/a\/told\.ts$/m);
    assert.match(stdout, /^src\/c\.ts:2: new URL/m);
  });

  test("changes nothing if a name does not exist or a file would be overwritten", (context) => {
    const files = { "src/a.ts": "export const a = 1;\n", "src/b.ts": "" };
    const { read, rename } = folderOf(context, files);
    for (const [line, message] of [
      ["src/a.ts none other", "src/a.ts declares no none"],
      ["src/none.ts a b", "src/none.ts is not a file of"],
      ["src/a.ts src/b.ts", "src/b.ts exists"],
    ] as const) {
      const { status, stderr } = rename("src/a.ts a renamed", line);
      assert.equal(status, 1);
      assert.ok(stderr.includes(message), stderr);
      assert.equal(read("src/a.ts"), files["src/a.ts"]);
    }
  });
});
