import { printable } from "../src/ground/runtime/printable.ts";

/** Name of an address in the reader's address book. */
export interface BookEntry {
  readonly name: string;
  /** In a word or two each. */
  readonly tags: readonly string[];
}

/** The reader's own names, by addresses in lower case. */
export type AddressBook = Readonly<Record<string, BookEntry>>;

const ADDRESS = /^0x[0-9a-f]{40}$/;
const MOST_ENTRIES = 2_000;
const MOST_NAME = 40;
const MOST_TAGS = 6;
const MOST_TAG = 20;

/**
 * Entries in a text of JSON, such as `{"0x…": {"name": "bank", "tags": ["partner"]}}` or `{"0x…": "bank"}`,
 * without invalid ones. Throws SyntaxError for invalid JSON.
 */
export function readBook(text: string): AddressBook {
  const read: unknown = JSON.parse(text);
  if (typeof read !== "object" || read === null) return {};
  const entries = Object.entries(read).flatMap(([address, value]) => {
    const entry = readEntry(value);
    const key = address.toLowerCase();
    return entry === undefined || !ADDRESS.test(key) ? [] : [[key, entry] as const];
  });
  return Object.fromEntries(entries.slice(0, MOST_ENTRIES));
}

/** A file has the same form as what the browser keeps. */
export function bookAsJson(book: AddressBook): string {
  return JSON.stringify(book, undefined, 2);
}

/** Book with the entries of a file; existing names remain. */
export function joined(book: AddressBook, file: AddressBook): AddressBook {
  return Object.fromEntries(Object.entries({ ...file, ...book }).slice(0, MOST_ENTRIES));
}

/** The book with a name for an address; an empty one takes it away. */
export function named(book: AddressBook, address: string, { name, tags }: BookEntry): AddressBook {
  const { [address.toLowerCase()]: _, ...others } = book;
  const entry = readEntry({ name, tags });
  return entry === undefined ? others : { ...others, [address.toLowerCase()]: entry };
}

/** Tags in the reader's spelling, with commas between them. */
export function tagsIn(text: string): readonly string[] {
  return [...new Set(text.split(",").map(cleaned(MOST_TAG)))].filter((tag) => tag !== "").slice(0, MOST_TAGS);
}

/** Another's file may hold any text: what is not seen, or turns the direction of writing, is left out. */
function readEntry(value: unknown): BookEntry | undefined {
  const { name, tags = [] } = typeof value === "string" ? { name: value } : ((value ?? {}) as Readonly<Record<string, unknown>>);
  if (typeof name !== "string") return undefined;
  const shown = cleaned(MOST_NAME)(name);
  const texts = Array.isArray(tags) ? (tags as readonly unknown[]).filter((tag) => typeof tag === "string") : [];
  return shown === "" ? undefined : { name: shown, tags: tagsIn(texts.join(",")) };
}

function cleaned(most: number): (text: string) => string {
  return (text) => printable(text).trim().slice(0, most);
}
