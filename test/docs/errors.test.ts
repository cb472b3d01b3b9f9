import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { contractErrors } from "../../scripts/errors-page/contract-errors.ts";
import { errorsPage } from "../../scripts/errors-page/errors-page.ts";
import { errorClasses } from "../../scripts/errors-page/typescript-errors.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("I5: named errors", () => {
  const classes = errorClasses(root);

  test("docs/errors.md lists them as the sources have them (npm run generate)", () => {
    const { path, content } = errorsPage(root, classes);
    assert.ok(readFileSync(join(root, path), "utf8") === content, `${path} is out of date: run npm run generate`);
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

  test("no selector stands for two errors", () => {
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
