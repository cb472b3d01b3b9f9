/** Public text about another tool. */
export interface Source {
  /** Address of the text; with the commit if the text is in a repository. */
  readonly url: string;
  /** Day of the version that was read, as year-month-day; of a text without versions the day on which it was read. */
  readonly date: string;
}

/** Property of another tool, with the name of its source. */
export interface OthersCell {
  readonly value: string;
  readonly source: string;
}

/** Property of this package, with the test that shows it. */
export interface OurCell {
  readonly value: string;
  /** Test file of this repository. */
  readonly test: string;
  /** Title of a test in this file. */
  readonly title: string;
}

/** Tool next to this package, with the column's name as `name`. */
export interface Tool {
  readonly name: string;
  readonly homepage: string;
}

/** One property of all tools. */
export interface ComparisonRow {
  readonly property: string;
  readonly ours: OurCell;
  /** Cells by the tools' ids. A tool is absent if no public text was found that states its property. */
  readonly others: Readonly<Record<string, OthersCell>>;
}

/** Comparison of this package with other tools. */
export interface Comparison {
  /** Name of the column with this package's cells. */
  readonly ourName: string;
  /** Other tools by id, in the order of the columns. */
  readonly tools: Readonly<Record<string, Tool>>;
  readonly sources: Readonly<Record<string, Source>>;
  readonly rows: readonly ComparisonRow[];
}

/** Cell of a tool whose documents, as far as this project read them, do not state the property. */
const UNKNOWN = "–";

/** A comparison as Markdown: the table, then the numbered sources and the tests. */
export function comparisonText({ ourName, tools, sources, rows }: Comparison): string {
  const ids = Object.keys(tools);
  const numbers = new Map(Object.keys(sources).map((id, i) => [id, i + 1]));
  const cell = (row: ComparisonRow, id: string): string => {
    const found = row.others[id];
    if (found === undefined) return UNKNOWN;
    return `${found.value} [[${numbers.get(found.source)}]](${sources[found.source]?.url})`;
  };
  const names = Object.values(tools).map(({ name, homepage }) => `[${name}](${homepage})`);
  const lines = rows.map((row) => `| ${[row.property, row.ours.value, ...ids.map((id) => cell(row, id))].join(" | ")} |`);
  return [
    `| | ${[ourName, ...names].join(" | ")} |`,
    `|---|${"---|".repeat(ids.length + 1)}`,
    ...lines,
    "",
    "Sources, each with the day of the version that was read:",
    "",
    ...Object.values(sources).map(({ url, date }, i) => `${i + 1}. <${url}>, ${date}`),
    "",
    "Tests of the first column:",
    "",
    ...rows.map(({ property, ours }) => `- ${property}: \`${ours.test}\`, "${ours.title}"`),
  ].join("\n");
}
