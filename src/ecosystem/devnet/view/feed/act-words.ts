import { faultWords } from "./fault-words.ts";

/** Description of a call. Parameters have their caller's form: they are not decoded, and perhaps of other types. */
interface ActKind {
  /**
   * Text of the action; `result` is undefined if it failed. Never a key, a token, code or options. `nameOf` returns a
   * client's name of a snapshot.
   */
  readonly words: (params: readonly unknown[], result: unknown, nameOf: (id: string) => string | undefined) => string;
  /** True if it is one action for all members, whichever of them is called. Absent: of that one alone. */
  readonly onAll?: true;
  /** The id of the chain that it was done to, of one that is asked of any member; undefined where that is not known. */
  readonly chainOf?: (params: readonly unknown[], result: unknown) => unknown;
}

const fixed = (words: string): ActKind => ({ words: () => words });
/** Action on an address or a hash: another text of a caller's would look like the ecosystem's text in the feed. */
const ofAccount = (words: (address: string) => string): ActKind => ({
  words: ([address]) => words(/^0x([0-9a-f]{40}|[0-9a-f]{64})$/i.test(shown(address)) ? shown(address) : "?"),
});
const ofChain = (done: string): ActKind => ({
  words: ([chain], result) => `${shown(fieldOf(result, "name") ?? chain)} ${done}`,
  onAll: true,
  chainOf: (_params, result) => fieldOf(result, "chainId"),
});

/** Actions of clients besides transactions, which blocks report. */
export const ACT_KINDS: ReadonlyMap<string, ActKind> = new Map<string, ActKind>([
  ["evm_increaseTime", { words: ([by]) => `time moved by ${span(by)}`, onAll: true }],
  ["evm_mine", fixed("a block mined")],
  ["hardhat_mine", { words: ([count = 1]) => (whole(count) === "1" ? "a block mined" : `${plural(count, "block")} mined`) }],
  ["evm_setNextBlockTimestamp", { words: ([time]) => `the next block's time set to ${whole(time)}` }],
  ["evm_setAutomine", { words: ([on]) => `a block for each transaction: ${on === true ? "on" : "off"}` }],
  ["evm_setIntervalMining", { words: ([ms]) => `a block each ${whole(ms)} milliseconds` }],
  [
    "evm_snapshot",
    { words: (_params, id, nameOf) => (id === undefined ? "snapshot taken" : `${snapshot(id, nameOf)} taken`), onAll: true },
  ],
  ["evm_revert", { words: ([id], _result, nameOf) => `returned to ${snapshot(id, nameOf)}`, onAll: true }],
  ["hardhat_setBalance", ofAccount((address) => `balance of ${address} set`)],
  ["hardhat_setNonce", ofAccount((address) => `nonce of ${address} set`)],
  ["hardhat_setCode", ofAccount((address) => `code of ${address} set`)],
  ["hardhat_setStorageAt", ofAccount((address) => `storage of ${address} set`)],
  ["hardhat_impersonateAccount", ofAccount((address) => `acts as ${address}`)],
  ["hardhat_stopImpersonatingAccount", ofAccount((address) => `no longer acts as ${address}`)],
  ["hardhat_dropTransaction", ofAccount((hash) => `transaction ${hash} dropped`)],
  ["hyperchain_settle", { words: (_params, batches) => counted("settled", batches, "batch", "batches"), onAll: true }],
  [
    "hyperchain_relay",
    {
      words(_params, result) {
        const moved = counted("relayed", fieldOf(result, "messages"), "message");
        return result === undefined ? moved : `${moved} came a step further`;
      },
      onAll: true,
    },
  ],
  ["hyperchain_reseal", ofChain("forms its batches again")],
  ["hyperchain_sealBatch", fixed("a batch sealed")],
  ["hyperchain_cutSlot", fixed("external sequencing cut")],
  ["hyperchain_addChain", { words: ([options]) => `chain ${shown(fieldOf(options, "name"))} added`, onAll: true }],
  ["hyperchain_stopChain", ofChain("paused")],
  ["hyperchain_startChain", ofChain("started")],
  ["hyperchain_removeChain", ofChain("removed")],
  [
    "hyperchain_setFault",
    {
      words: ([fault]) => `fault: ${faultWords(fault) ?? "unknown"}`,
      onAll: true,
      chainOf: ([fault]) => fieldOf(fault, "chainId"),
    },
  ],
  [
    "hyperchain_setGuardian",
    {
      words: ([name, index, running]) => `guardian ${whole(index)} of ${shown(name)} ${running === true ? "started" : "ended"}`,
      onAll: true,
    },
  ],
  [
    "hyperchain_curse",
    {
      words: ([chain, on]) =>
        `CCIP ${on === false ? "takes messages of" : "refuses messages of"} ${chain === "all" ? "all chains" : `chain ${whole(chain)}`}`,
      onAll: true,
      chainOf: ([chain]) => chain,
    },
  ],
  ["hyperchain_executeDelivery", { words: () => "a bridge's message executed", onAll: true }],
  ["hyperchain_dump", { words: () => "the state saved as a file", onAll: true }],
]);

/** Characters of a caller's text: an address fits, and the hash of a transaction. */
const MOST_SHOWN = 66;

function shown(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") return "?";
  const text = String(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** A number, also one in hexadecimal digits. */
function whole(value: unknown): string {
  const text = shown(value);
  return /^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text) ? String(BigInt(text)) : "?";
}

function hexOf(value: unknown): string {
  const number = whole(value);
  return number === "?" ? number : `0x${BigInt(number).toString(16)}`;
}

/** In quotation marks: a name is its caller's text, and must not read as the ecosystem's. */
function snapshot(id: unknown, nameOf: (id: string) => string | undefined): string {
  const name = nameOf(hexOf(id));
  return name === undefined ? `snapshot ${hexOf(id)}` : `snapshot "${name.replaceAll('"', "'")}"`;
}

const UNITS = [
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** Seconds in the largest unit of which they are whole ones. */
function span(value: unknown): string {
  const seconds = Number(whole(value));
  const [unit, size] = UNITS.find((each) => seconds > 0 && seconds % each[1] === 0) ?? ["second", 1];
  return Number.isNaN(seconds) ? "?" : plural(seconds / size, unit);
}

function plural(value: unknown, one: string, many = `${one}s`): string {
  const count = whole(value);
  return `${count} ${count === "1" ? one : many}`;
}

function counted(done: string, list: unknown, one: string, many?: string): string {
  return Array.isArray(list) ? `${done}: ${plural(list.length, one, many)}` : done;
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : undefined;
}
