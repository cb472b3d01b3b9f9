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

/** True if the statement joins both, the left one first. */
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

/** True if the statement covers the chunks, whose last state is relisted. */
export function isRelisted(
  statement: readonly number[],
  [ofChunks = [], ofRelisting = []]: readonly (readonly number[])[],
): boolean {
  const [anew, own] = [readChunks(statement), readChunks(ofChunks)];
  const isSame =
    [...statement.slice(0, 97), ...statement.slice(105, 152)].join() ===
    [...ofChunks.slice(0, 97), ...ofChunks.slice(105, 152)].join();
  const roots = [ofChunks.slice(97, 105), statement.slice(97, 105)].flat().join() === ofRelisting.join();
  return own.isClosed && isSame && roots && statement[152] === 1 && agree(own, anew.programs);
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

/** Statement about a part of a run, which precedes chunks. */
interface RunPart {
  readonly isOpen: boolean;
  readonly seed: string;
  readonly before: string;
  readonly after: string;
  readonly carried: readonly bigint[];
  readonly first: bigint;
  readonly last: bigint;
  readonly load: bigint;
  readonly clock: bigint;
  readonly version: string;
  readonly chainId: string;
  /** Both boundaries. */
  readonly ends: string;
}

function readPart(elements: readonly number[]): RunPart {
  const own = new Elements(elements);
  const isOpen = own.take(1) === "1";
  const [seed, before, after] = [own.take(8), own.take(8), own.take(8)];
  const carried = Array.from({ length: 5 }, () => own.number(1));
  const [first, last, load, clock] = [own.number(1), own.number(1), own.number(2), own.number(2)];
  const [version, chainId, ends] = [own.take(2), own.take(4), own.take(110)];
  return { isOpen, seed, before, after, carried, first, last, load, clock, version, chainId, ends };
}

const P = 2n ** 31n - 2n ** 24n + 1n;

/** Both parts as one; undefined where they do not follow each other in one run. */
function partsTogether(left: RunPart, right: RunPart): RunPart | undefined {
  const isRun = left.isOpen && right.isOpen;
  const isOne = left.seed === right.seed && left.version === right.version && left.chainId === right.chainId;
  const follows = left.after === right.before && left.last + 1n === right.first && right.ends === zeros(110);
  const [load, clock] = [left.load + right.load, left.clock + right.clock];
  if (!isRun || !isOne || !follows || load >= 2n ** 32n || clock >= 2n ** 32n) return undefined;
  const carried = left.carried.map((element, i) => (element + (right.carried[i] ?? 0n)) % P);
  return { ...left, after: right.after, last: right.last, carried, load, clock };
}

/** Whether a node that checks programs says so, and these agree with what it says. */
function checksPrograms(statement: readonly number[], children: readonly (readonly number[])[]): boolean {
  const { programs } = readChunks(statement);
  return statement[152] === 1 && children.every((child) => agree(readChunks(child), programs));
}

/** Whether the statement is of both parts of an open run. Limbs of a statement have 16 bits. */
export function isRunJoin(statement: readonly number[], [left = [], right = []]: readonly (readonly number[])[]): boolean {
  const joined = partsTogether(readPart(left), readPart(right));
  if (joined === undefined || statement.slice(32, 36).some((limb) => limb >= 2 ** 16)) return false;
  const said = readPart(statement);
  const written = (part: RunPart): string =>
    Object.values(part)
      .map((value) => value.toString())
      .join(" ");
  return written(said) === written(joined) && checksPrograms(statement, [left, right]);
}

/** Whether the statement is of a whole run, of which these are the last two parts: of 128 segments, 2^29 ticks of the clock. */
export function isRunEnd(statement: readonly number[], [left = [], right = []]: readonly (readonly number[])[]): boolean {
  const run = partsTogether(readPart(left), readPart(right));
  if (run === undefined) return false;
  const isWhole = run.before === zeros(8) && run.first === 1n && run.after === run.seed && run.last <= 128n;
  const isBound = run.carried.every((element) => element === 0n) && run.load < P && run.clock < 2n ** 29n;
  const said = statement.slice(0, 152).join() === [zeros(36), left.slice(36, 152).join()].join();
  return isWhole && isBound && said && checksPrograms(statement, [left, right]);
}

/** Whether the statement is of a segment with such counts, which says this early: its place, zeros, a statement of 120 elements. */
export function isSegmentLeaf(
  statement: readonly number[],
  [early = []]: readonly (readonly number[])[],
  { load, clock }: { readonly load: bigint; readonly clock: bigint },
): boolean {
  const part = readPart(statement);
  const [index, opens, closes] = early;
  const is = (holds: boolean): number => (holds ? 1 : 0);
  const place = [
    part.first === BigInt(index ?? 0) && part.last === part.first,
    opens === is(part.before === zeros(8)) && opens === is(index === 1),
    closes === is(part.after === part.seed),
    early.slice(3, 8).join() === zeros(5),
    opens === 1 || early.slice(14).join() === zeros(114),
  ];
  const counts = statement.slice(32, 36).join() === [load % 65536n, load >> 16n, clock % 65536n, clock >> 16n].join();
  const said = statement.slice(36).join() === [...early.slice(8, 124), zeros(9)].join();
  return part.isOpen && place.every((holds) => holds) && counts && said;
}
