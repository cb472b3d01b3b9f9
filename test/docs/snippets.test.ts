import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pagesWithSnippets } from "../../scripts/snippets/snippets.ts";
import { taskDefinitions } from "../../src/plugin/tasks/definitions.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = globSync(["README.md", "docs/*.md", "docs/recipes/*.md"], { cwd: root });
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe("I6: listings in the documentation", () => {
  test("marked ones are the files that tests run (npm run generate)", () => {
    const marked = pagesWithSnippets(root);
    assert.ok(marked.length >= 3);
    for (const { path, content } of marked)
      assert.ok(read(path) === content, `${path} shows another listing than its file: run npm run generate`);
  });

  for (const page of pages) {
    const text = read(page);

    test(`${page} names tasks and options that exist`, () => {
      for (const [command, name] of text.matchAll(/npx hardhat (hyperchain:\w+)[^\n`]*/g)) {
        const definition = taskDefinitions.find(({ id }) => id.join(" ") === name);
        assert.ok(definition !== undefined, `no task ${name}`);
        const options = [...command.replace(/#.*/, "").matchAll(/ --([\w-]+)/g)].map(([, option]) => option);
        const known = "options" in definition ? Object.keys(definition.options).map(kebab) : [];
        for (const option of options)
          assert.ok(option === "help" || known.includes(option ?? ""), `${command}: no option --${option}`);
      }
    });

    test(`${page} names scripts that exist`, () => {
      const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
      for (const [, name] of text.matchAll(/npm run (?:-s )?([\w:]+)/g))
        assert.ok(scripts[name ?? ""] !== undefined, `no script ${name}`);
    });
  }
});
