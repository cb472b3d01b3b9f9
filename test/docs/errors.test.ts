import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { contractErrors } from "../../scripts/errors-page/contract-errors.ts";
import { errorsTables } from "../../scripts/errors-page/errors-tables.ts";
import { errorClasses } from "../../scripts/errors-page/typescript-errors.ts";
import { symptomsText } from "../../scripts/symptoms/symptoms-text.ts";
import { SYMPTOMS } from "../../scripts/symptoms/symptoms.ts";
import { missingTests } from "./named-tests.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("I5: named errors", () => {
  const classes = errorClasses(root);

  test("each class has a description, and each code a row", () => {
    const tables = errorsTables(root, classes);
    for (const { name, summary, codes } of classes) {
      assert.match(summary, /^[A-Z`].{8,}[.!]/, name);
      for (const { code } of codes) assert.ok(tables.includes(`| \`${code}\` |`), `${name}.${code}`);
    }
  });

  test("each class that users may meet has a remedy, in the imperative", () => {
    const forUsers = classes.filter(({ isForUsers }) => isForUsers);
    assert.ok(forUsers.length > 40);
    const without = forUsers.filter(({ summary }) => !/\. Remedy: [a-z].{20,}\.$/.test(summary));
    assert.deepEqual(
      without.map(({ name, file }) => `${name} in ${file}`),
      [],
      "end the description of the class with 'Remedy: ' and an imperative",
    );
  });

  test("a code has a message, or is in the description; the number of other codes only falls", () => {
    const silent = classes.flatMap(({ name, summary, codes }) =>
      codes
        .filter(({ code, messages }) => codes.length > 1 && messages.length === 0 && !summary.includes(code))
        .map(({ code }) => `${name}.${code}`),
    );
    // Their messages are made away from the class, and the generator does not see them.
    assert.ok(silent.length <= 160, silent.join(" "));
  });

  test("each custom error of a contract is in the tables with its selector", () => {
    const tables = errorsTables(root, classes);
    for (const { selector, signature } of contractErrors(root))
      assert.ok(tables.includes(`| \`${selector}\` | \`${signature}\` |`), signature);
  });

  test("a symptom leads to each class that users may meet, with the documented remedy", () => {
    const text = symptomsText(root, classes);
    const rows = classes.filter(({ name }) => text.includes(`| [\`${name}\`](errors.md#${name.toLowerCase()}) | `));
    assert.deepEqual(
      classes.filter((each) => each.isForUsers && !rows.includes(each)).map(({ name }) => name),
      [],
      "add the class to a symptom in scripts/symptoms/symptoms.ts",
    );
    const { name, summary } = rows[0]!;
    const [, remedy = ""] = summary.split("Remedy: ");
    assert.ok(text.includes(`${remedy.slice(1)} |`), name);
    assert.throws(() => symptomsText(root, classes.slice(1)), /no class \w+ has a documented remedy/);
  });

  test("a symptom names tasks and tests that exist, and has a cause", () => {
    const tasks = readFileSync(join(root, "docs/tasks.md"), "utf8");
    for (const { seen, first, classes: causes = [], contracts = [], tested = [] } of SYMPTOMS) {
      assert.ok(causes.length + contracts.length + tested.length > 0, seen);
      for (const [task] of first.matchAll(/hyperchain:[a-z-]+/g)) assert.ok(tasks.includes(`\`${task}`), task);
      assert.deepEqual(
        missingTests(
          root,
          tested.map(({ test: file, title }) => ({ path: file, title })),
        ),
        [],
      );
    }
    assert.equal(new Set(SYMPTOMS.map(({ seen }) => seen)).size, SYMPTOMS.length);
  });

  test("pages that messages name exist", () => {
    const named = globSync("src/**/*.ts", { cwd: root }).flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(/\bdocs\/[\w/-]+\.md/g)].map(([page]) => page),
    );
    assert.ok(named.length > 10);
    assert.deepEqual(
      [...new Set(named)].filter((page) => !existsSync(join(root, page))),
      [],
    );
  });

  test("a class or a code means one thing", () => {
    assert.ok(classes.length > 20);
    const names = classes.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      [],
    );
    for (const { name, codes } of classes) assert.equal(new Set(codes.map(({ code }) => code)).size, codes.length, name);
  });

  test("no two errors have one selector", () => {
    const bySelector = new Map<string, string>();
    for (const { selector, signature, name } of contractErrors(root)) {
      const types = `${name}(${signature
        .slice(name.length + 1, -1)
        .split(", ")
        .map((field) => field.split(" ")[0])
        .join()})`;
      assert.equal(bySelector.get(selector) ?? types, types, selector);
      bySelector.set(selector, types);
    }
  });
});
