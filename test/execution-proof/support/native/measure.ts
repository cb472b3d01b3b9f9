import { transactionHints } from "../../../../src/proofs/machine/hints/transaction-hints.ts";
import { userTransaction } from "../../../../src/proofs/execution-proof/batch/user-transaction.ts";
import type { Code } from "../../../chain/support/assembler.ts";
import { type CalledContract, callOf, worldOf } from "../../../machine/support/contract-call.ts";
import { type MeasuredItem, otherAddress } from "./measured-items.ts";
import { measureRun, plus, type Used } from "./measured-run.ts";

/** Cost of one item. */
export interface Measured {
  readonly cells: number;
  /** Rows of the table that has most of them, and its name. */
  readonly rows: number;
  readonly table: string;
  /** Rows of each table. */
  readonly rowsOf: Readonly<Record<string, number>>;
}

const OWN = 0xc0de01n;
const [STOP, GAS_LIMIT] = [0x00, 2n ** 24n];
/** Codes of one item are equally long, so that none has more rows for its bytes. */
const PADDING = 0xfe;
const OFTEN = [2, 10] as const;

/** Levels of the highest tree: a leaf's path is that long, before a run and behind it, and a new one has that of its neighbour too. */
const [LEVELS, PATHS] = [29, 2];
/** An opcode that does nothing else. */
const PLAIN: Used = new Map([["user", { rows: 1, width: 0 }]]);

/** Measures the rows of all tables that an item needs: of the body's runs, less those of the surrounding code. */
export function measure(item: MeasuredItem): Measured {
  const { body, less, times = 1, counts = OFTEN, pops = 0, leaves = 0, callData } = item;
  if (callData !== undefined) return measuredOf(plus(usedByData(callData), pathsOf(usedByData(callData)), leaves), times);
  const longest = [...body(0)].length > [...(less?.(0) ?? [])].length ? body : (less ?? body);
  const length = codeOf(longest, counts[1]).length;
  const of = (copies: MeasuredItem["body"]): Used => {
    const [few, many] = counts.map((count) => runOf(item, codeOf(copies, count), length)) as [Used, Used];
    return plus(many, few, -1);
  };
  const copies = counts[1] - counts[0];
  let used = less === undefined ? of(body) : plus(of(body), of(less), -1);
  used = plus(used, PLAIN, -copies * pops);
  used = plus(used, pathsOf(used), copies * leaves);
  return measuredOf(used, times * copies);
}

function measuredOf(used: Used, each: number): Measured {
  const [table, { rows }] = [...used].reduce((most, next) => (next[1].rows > most[1].rows ? next : most));
  const cells = [...used.values()].reduce((sum, next) => sum + next.rows * next.width, 0);
  const rowsOf = Object.fromEntries(Array.from(used, ([name, own]) => [name, own.rows / each]));
  return { cells: cells / each, rows: rows / each, table, rowsOf };
}

/** Rows of a transaction to an account without code, compared with one with less data or with none. */
function usedByData([less, bytes]: NonNullable<MeasuredItem["callData"]>): Used {
  const of = (length: number | undefined): Used => {
    const data = Uint8Array.from({ length: length ?? 0 }, (_, i) => (i * 31) % 255);
    const call = callOf(OWN, { gasLimit: GAS_LIMIT, data });
    const hints = length === undefined ? [] : transactionHints(userTransaction(call, 1n));
    return measureRun(worldOf(new Map()), hints).used;
  };
  return plus(of(bytes), of(less), -1);
}

/** Rows of a leaf's paths in the highest tree, in addition to the measured paths, which are short. */
function pathsOf(used: Used): Used {
  const levels = (name: string, rows: number) => [name, { rows, width: used.get(name)?.width ?? 0 }] as const;
  return new Map([levels("tree", PATHS * LEVELS), levels("compression", 2 * PATHS * LEVELS)]);
}

function codeOf(copies: MeasuredItem["body"], count: number): Code {
  return Array.from({ length: count }, (_, copy) => copies(copy)).flat();
}

const known = new Map<string, Used>();

function runOf({ name, setup = [], others = [] }: MeasuredItem, code: Code, length: number): Used {
  const own = [...setup, ...code, STOP];
  while (own.length <= setup.length + length) own.push(PADDING);
  const key = JSON.stringify([own, others]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const called = others.map((other, i): [bigint, CalledContract] => [BigInt(otherAddress(i)), { code: other }]);
  const accounts = worldOf(new Map<bigint, CalledContract>([[OWN, { code: own, balance: 10n ** 18n }], ...called]));
  const { statuses, used } = measureRun(accounts, transactionHints(userTransaction(callOf(OWN, { gasLimit: GAS_LIMIT }), 1n)));
  if (statuses[0] !== "success") throw new Error(`${name} is measured in a transaction that ends as ${statuses[0]}`);
  known.set(key, used);
  return used;
}
