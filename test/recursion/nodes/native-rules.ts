/*
 * What PROTOCOL's statements must be for each other, without the layouts and the programs: elements are read one by one, and numbers
 * are compared as numbers.
 */

/** Takes elements from the front. */
class Elements {
  readonly #elements: readonly number[];
  #at = 0;

  constructor(elements: readonly number[]) {
    this.#elements = elements;
  }

  take(count: number): string {
    return this.#elements.slice(this.#at, (this.#at += count)).join();
  }

  number(limbs: number): bigint {
    let value = 0n;
    for (let i = 0; i < limbs; i++) value += BigInt(this.#elements[this.#at++] ?? 0) << BigInt(16 * i);
    return value;
  }
}

const zeros = (count: number): string => new Array<number>(count).fill(0).join();

interface Boundary {
  readonly root: string;
  readonly secondRoot: string;
  readonly nextBatch: bigint;
  readonly open: string;
  readonly claims: string;
  /** All of it. */
  readonly all: string;
}

function readBoundary(elements: readonly number[]): Boundary {
  const own = new Elements(elements);
  const [root, secondRoot, nextBatch, open] = [own.take(8), own.take(8), own.number(2), own.take(1)];
  // Number, time, coinbase, the chain of blocks' hashes, cheats.
  own.take(4 + 4 + 10 + 8 + 2);
  return { root, secondRoot, nextBatch, open, claims: own.take(8), all: elements.join() };
}

interface Chunks {
  readonly isClosed: boolean;
  readonly version: bigint;
  readonly chainId: bigint;
  readonly before: Boundary;
  readonly after: Boundary;
  readonly checksPrograms: boolean;
  readonly programs: string;
}

function readChunks(elements: readonly number[]): Chunks {
  if (elements.length !== 161) throw new Error(`${elements.length} elements, not 161`);
  const own = new Elements(elements);
  const isClosed = own.take(36) === zeros(36);
  const [version, chainId] = [own.number(2), own.number(4)];
  const [before, after] = [readBoundary(elements.slice(42, 97)), readBoundary(elements.slice(97, 152))];
  const [checksPrograms, programs] = [elements[152] !== 0, elements.slice(153).join()];
  return { isClosed, version, chainId, before, after, checksPrograms, programs };
}

/** Whether programs below a child are those below the node. */
function agree(child: Chunks, programs: string): boolean {
  return !child.checksPrograms || child.programs === programs;
}

/** Whether the statement is of a chunk's run. That elements behind it are 0 is the run's matter. */
export function isLeaf(statement: readonly number[], [run = []]: readonly (readonly number[])[]): boolean {
  return readChunks(statement).isClosed && statement.slice(36).join() === [...run.slice(0, 116), zeros(9)].join();
}

/** Whether the statement stands for both, the left one first. */
export function isJoin(statement: readonly number[], [left = [], right = []]: readonly (readonly number[])[]): boolean {
  const [joined, first, second] = [readChunks(statement), readChunks(left), readChunks(right)];
  return (
    [joined, first, second].every(
      ({ isClosed, version, chainId }) => isClosed && version === joined.version && chainId === joined.chainId,
    ) &&
    first.before.all === joined.before.all &&
    first.after.all === second.before.all &&
    second.after.all === joined.after.all &&
    statement[152] === 1 &&
    agree(first, joined.programs) &&
    agree(second, joined.programs)
  );
}

/** Whether the statement is of the chunks, whose last state lists its leaves anew. */
export function isRelisted(
  statement: readonly number[],
  [ofChunks = [], ofRelisting = []]: readonly (readonly number[])[],
): boolean {
  const [anew, own] = [readChunks(statement), readChunks(ofChunks)];
  const isSame =
    [...statement.slice(0, 97), ...statement.slice(105, 152)].join() ===
    [...ofChunks.slice(0, 97), ...ofChunks.slice(105, 152)].join();
  const roots = [ofChunks.slice(97, 105), statement.slice(97, 105)].flat().join() === ofRelisting.join();
  return isSame && roots && statement[152] === 1 && agree(own, anew.programs);
}

/** Whether the statement is of the batch of a list and of chunks. */
export function isBatch(
  statement: readonly number[],
  [ofList = [], ofChunks = []]: readonly (readonly number[])[],
  programs: readonly number[],
): boolean {
  const chunks = readChunks(ofChunks);
  const { isClosed, version, chainId, before, after } = chunks;
  const list = new Elements(ofList);
  const [commitment, oldRoot, newRoot] = [list.take(16), list.take(8), list.take(8)];
  const [diffDigest, point, evaluation, outputsHash] = [list.take(8), list.take(5), list.take(5), list.take(16)];
  const batch = new Elements(statement);
  const says = [
    batch.number(2) === version,
    batch.number(4) === chainId,
    batch.number(2) === after.nextBatch,
    batch.take(16) === commitment,
    batch.take(16) === outputsHash,
    batch.take(8) === oldRoot,
    batch.take(8) === newRoot,
    batch.take(8) === diffDigest,
    batch.take(5) === point,
    batch.take(5) === evaluation,
    batch.take(34) === zeros(34),
    batch.take(9) === zeros(9),
  ];
  const ends = [before, after].map(
    ({ open, secondRoot, claims }) => open === "0" && secondRoot === zeros(8) && claims === zeros(8),
  );
  const roots = [before.root === oldRoot, after.root === newRoot, agree(chunks, programs.join())];
  return isClosed && after.nextBatch === before.nextBatch + 1n && [...says, ...ends, ...roots].every((holds) => holds);
}
