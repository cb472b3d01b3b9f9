import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Picture of the documentation that has a line for itself. */
const PICTURE = /^!\[([^\]]+)\]\(([\w./-]*pictures\/[\w-]+\.svg)\)$/gm;

/** Picture in a page. */
export interface PagePicture {
  readonly title: string;
  /** Path of the file, from the page's folder. */
  readonly path: string;
}

/** The pictures that a page shows. */
export function picturesOf(markdown: string): readonly PagePicture[] {
  return [...markdown.matchAll(PICTURE)].map(([, title = "", path = ""]) => ({ title, path }));
}

interface PagePlace {
  /** The repository. */
  readonly root: string;
  /** Path of the page in the repository. */
  readonly file: string;
}

/** The page with its pictures as elements, which have the theme that a reader chooses for the site. An image has the system's. */
export function withPictures(markdown: string, { root, file }: PagePlace): string {
  return markdown.replaceAll(PICTURE, (_, _title, path: string) =>
    readFileSync(join(root, dirname(file), path), "utf8").trimEnd(),
  );
}
