import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { builtTables, partsOf, withParts } from "../../site/parts.ts";
import { PAGE_GROUPS } from "../../site/sidebar.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("parts of pages that the site builds", () => {
  const tables = builtTables(root);
  const files = PAGE_GROUPS.flatMap((group) => group.files).filter((file) => !file.startsWith("api/"));
  const parts = files.flatMap((page) => partsOf(readFileSync(join(root, page), "utf8")).map((part) => ({ page, ...part })));
  const isFile = ({ name }: { readonly name: string }): boolean => name.startsWith("file ");

  test("are tables, in one page each", () => {
    const used = parts.filter((part) => !isFile(part)).map(({ name }) => name);
    assert.deepEqual(used.sort(), [...tables.keys()].sort());
    for (const [name, table] of tables) assert.ok((table.match(/^\| /gm) ?? []).length > 5, name);
  });

  test("or files, with a link to the file in the repository", () => {
    const ofFiles = parts.filter(isFile);
    assert.ok(ofFiles.length > 15, `${ofFiles.length} files`);
    for (const { page, name, text } of ofFiles) {
      const [, target = ""] = /\]\(([^)]+)\)/.exec(text) ?? [];
      assert.equal(join(dirname(page), target), name.slice("file ".length), page);
    }
  });

  test("replace the text for readers of the repository", () => {
    const page = "# Page\n\n<!-- built: a -->\nThe site has it.\n<!-- end of built -->\n\nEnd.\n";
    assert.equal(withParts(page, { root, tables: new Map([["a", "| $1 |"]]) }), "# Page\n\n| $1 |\n\nEnd.\n");
    assert.throws(() => withParts(page, { root, tables: new Map() }), /no table has the name a/);
    const shown = withParts(page.replace(": a", ": file LICENSE"), { root, tables });
    assert.match(shown, /^# Page\n\n```\nMIT License\n[^]*\n```\n\nEnd\.\n$/);
  });
});
