/** Blocks between attempts double up to 2 to this. */
const MOST_DOUBLINGS = 8;

/** When what was refused is asked again: after 1, 2, 4 … 256 blocks of its member. */
export class Retries {
  readonly #tried = new Map<string, { readonly failed: number; readonly nextBlock: number }>();

  /** Number of refusals. */
  refusals(name: string): number {
    return this.#tried.get(name)?.failed ?? 0;
  }

  isDue(name: string, block: number): boolean {
    return (this.#tried.get(name)?.nextBlock ?? 0) <= block;
  }

  refused(name: string, block: number): void {
    const failed = this.refusals(name);
    this.#tried.set(name, { failed: failed + 1, nextBlock: block + 2 ** Math.min(failed, MOST_DOUBLINGS) });
  }

  taken(name: string): void {
    this.#tried.delete(name);
  }

  forget(): void {
    this.#tried.clear();
  }
}
