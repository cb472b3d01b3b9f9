/** Storage of a chain's slots. */
export interface SlotStore {
  /** Slots as texts, in their order. */
  readonly slots: {
    readonly length: number;
    entry(position: number): string | undefined;
    append(text: string): void;
    truncate(length: number): void;
  };
  readonly facts: {
    get(name: string): string | undefined;
    set(name: string, text: string): void;
    delete(name: string): void;
  };
  /** Stores all changes of the work, or none. */
  together<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything is on disk. */
  durable(): Promise<void>;
}

/** Storage that ends with its process. */
export function memorySlotStore(): SlotStore {
  const texts: string[] = [];
  return {
    slots: {
      get length() {
        return texts.length;
      },
      entry: (position) => texts[position],
      append: (text) => void texts.push(text),
      truncate: (length) => void texts.splice(length),
    },
    facts: new Map<string, string>() as SlotStore["facts"],
    together: (work) => work(),
    durable: () => Promise.resolve(),
  };
}
