import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = `${ROOT}docs/decisions/`;
const MAX_PAGES = 60;
const MAX_LINES = 160;

/** A number in a path or in a text: "decision 283", "decisions 289, 296 and 298". */
const CITED = /\bdecisions\/(\d{4})\b|\b[Dd]ecisions? (\d+(?:(?:,| and|, and) \d+)*)\b/g;

const INDEX = readFileSync(`${FOLDER}README.md`, "utf8").split("\n");
const pages = globSync("*.md", { cwd: FOLDER })
  .filter((file) => file !== "README.md")
  .sort()
  .map((file) => readPage(file, readFileSync(FOLDER + file, "utf8")));
const replaced = INDEX.flatMap((line) => {
  const [, number, later = ""] = /^\| (\d+) \| [^[].* \| (\d+(?:, \d+)*) \|$/.exec(line) ?? [];
  return number === undefined ? [] : [{ number: Number(number), later: parseNumbers(later) }];
});
const current = pages.flatMap(({ sections }) => sections.flatMap(({ numbers }) => numbers));

interface Section {
  readonly heading: string;
  /** Decisions of the section, empty if its heading has none. */
  readonly numbers: readonly number[];
}

interface Page {
  readonly file: string;
  readonly title: string;
  readonly lines: number;
  readonly sections: readonly Section[];
}

function readPage(file: string, text: string): Page {
  const [, title = ""] = /^# (.+)$/m.exec(text) ?? [];
  const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => ({
    heading,
    numbers: parseNumbers(/ \((\d+(?:, \d+)*)\)$/.exec(heading)?.[1] ?? ""),
  }));
  return { file, title, lines: text.split("\n").length, sections };
}

function parseNumbers(list: string): readonly number[] {
  return list === "" ? [] : list.split(", ").map(Number);
}

/** Row of the index, with a link to the heading of each section. */
function indexRow({ file, title, sections }: Page): string {
  const links = sections.map(({ heading, numbers }) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    return `[${numbers.join(", ")}](${file}#${anchor})`;
  });
  return `| [${title}](${file}) | ${links.join(", ")} |`;
}

describe("the pages of decisions", () => {
  test(`are at most ${MAX_PAGES}, of at most ${MAX_LINES} lines`, () => {
    assert.ok(pages.length > 0 && pages.length <= MAX_PAGES, `${pages.length} pages`);
    for (const { file, lines } of pages) assert.ok(lines <= MAX_LINES, `${file} has ${lines} lines`);
  });

  test("have sections whose headings end with the numbers of their decisions", () => {
    for (const { file, sections } of pages) {
      assert.doesNotMatch(file, /^\d/, `${file}: make it a section of a page, with its number at the end of the heading`);
      assert.ok(sections.length > 0, `${file} has no section`);
      for (const { heading, numbers } of sections)
        assert.ok(numbers.length > 0, `${file}: write "## ${heading} (n)" with the next number`);
    }
  });

  test("have each decision once", () => {
    const numbers = [...current, ...replaced.map(({ number }) => number)];
    assert.deepEqual(
      numbers.filter((number, at) => numbers.indexOf(number) !== at),
      [],
    );
  });
});

describe("the index of decisions", () => {
  test("has a row for each page, with a link to each section", () => {
    const rows = new Set(INDEX);
    for (const page of pages) {
      const row = indexRow(page);
      assert.ok(rows.has(row), `write this row into docs/decisions/README.md:\n${row}`);
    }
  });

  test("names the decision that replaced each superseded one", () => {
    assert.ok(replaced.length >= 14);
    for (const { number, later } of replaced)
      for (const successor of later) assert.ok(current.includes(successor), `${number}: ${successor}`);
  });

  test("has each number that sources, tests and pages cite", () => {
    const numbers = new Set([...current, ...replaced.map(({ number }) => number)]);
    const paths = globSync(
      [
        "{src,test,page,scripts,bench,contracts,site}/**/*.{ts,tsx,sol,json}",
        "docs/**/*.md",
        "{contracts,fixtures}/**/*.md",
        "*.md",
      ],
      { cwd: ROOT },
    );
    const cited = paths.flatMap((path) =>
      [...readFileSync(ROOT + path, "utf8").matchAll(CITED)].flatMap(([, inPath = "", inText = ""]) =>
        [...`${inPath} ${inText}`.matchAll(/\d+/g)].map(([number]) => ({ path, number: Number(number) })),
      ),
    );
    assert.ok(cited.length > 100);
    assert.deepEqual(
      cited.filter(({ number }) => !numbers.has(number)),
      [],
    );
  });
});
