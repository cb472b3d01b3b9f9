import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { before, describe, test } from "node:test";
import { AbiCoder, hexlify, keccak256, toBeHex, toUtf8Bytes } from "ethers";
import {
  findInLayout,
  textIn,
  type StorageLayout,
  type StoragePlace,
} from "../../src/ecosystem/devnet/view/books/storage-layout.ts";
import { compiledLayouts, type CompiledSources } from "../../src/tool/plugin/compiled-layout.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

/** Every type with a special layout in storage, mixed with types outside storage. */
const SOURCE = `
pragma solidity ^0.8.28;
type Price is uint96;
enum Stage { Open, Closed, Gone }
interface IToken {}
struct Point { uint8 x; uint128 y; int16 z; }
struct Pool { address owner; Point[2] corners; mapping(uint256 => Pool) inner; string label; bytes3[] tags; }
contract Base { bool internal flag; uint64 internal started; uint256 constant SEVEN = 7; }
contract Middle is Base { uint256 immutable made = 1; uint8 internal small; address internal owner; }
contract Other { bytes31 internal wide; }
contract All is Middle, Other {
  Price price; Stage stage; IToken token; function() external hook; function() internal own;
  uint24[11] packed; uint256[SEVEN] whole; Point point; Pool pool; uint40[] list; Point[] points;
  mapping(address => mapping(address => uint256)) allowance; mapping(int64 => Stage) stages; mapping(bytes4 => bool) known;
  mapping(string => mapping(bytes => Point)) places;
  string text; bytes raw; uint256[2][3] grid; uint256 transient passing; bool last;
}`;

interface SolcVariable {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
}
interface SolcLayout {
  readonly storage: readonly SolcVariable[];
  readonly types: Readonly<
    Record<string, { readonly encoding: string; readonly numberOfBytes: string; readonly members?: readonly SolcVariable[] }>
  >;
}

describe("I11: variables' names in storage", () => {
  let layout: StorageLayout;
  let solcLayout: SolcLayout;
  const found = (slot: bigint, keys: readonly bigint[] = [], texts: readonly Hex[] = []): readonly StoragePlace[] => {
    const search = { slots: new Set([slot]), keys, texts, hashes: 1_000, places: [] as StoragePlace[] };
    findInLayout(layout, search);
    return search.places;
  };
  const labels = (slot: bigint, keys?: readonly bigint[]): readonly string[] => found(slot, keys).map(({ label }) => label);
  const hash = (...words: readonly (bigint | string)[]): bigint =>
    BigInt(
      keccak256(
        AbiCoder.defaultAbiCoder().encode(
          words.map(() => "uint256"),
          words,
        ),
      ),
    );
  const slotOf = (name: string): bigint => BigInt(solcLayout.storage.find(({ label }) => label === name)!.slot);

  before(() => {
    const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
    const outputSelection = { "*": { "": ["ast"], "*": ["storageLayout"] } };
    const input = { language: "Solidity", sources: { "All.sol": { content: SOURCE } }, settings: { outputSelection } };
    const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
      readonly sources: CompiledSources;
      readonly contracts: Readonly<Record<string, Readonly<Record<string, { readonly storageLayout: SolcLayout }>>>>;
      readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
    };
    assert.deepEqual(
      output.errors?.filter(({ severity }) => severity === "error").map((each) => each.formattedMessage) ?? [],
      [],
    );
    layout = compiledLayouts(output.sources)("All.sol", "All")!;
    solcLayout = output.contracts["All.sol"]!["All"]!.storageLayout;
  });

  test("each variable, and each member of a struct, is where the compiler's own layout has it", () => {
    assert.deepEqual(
      layout.map(({ name }) => name),
      solcLayout.storage.map(({ label }) => label),
    );
    let compared = 0;
    const compare = (variables: readonly SolcVariable[], base: bigint, of: string): void => {
      for (const { label, slot, offset, type } of variables) {
        const { encoding, members, numberOfBytes } = solcLayout.types[type]!;
        const at = base + BigInt(slot);
        if (members !== undefined) compare(members, at, `${of}${label}.`);
        else if (encoding === "inplace" && !type.startsWith("t_array")) {
          const own = found(at).find((place) => place.label === `${of}${label}`);
          assert.deepEqual(
            [own?.offset, (own?.type as { readonly bytes?: number })?.bytes],
            [offset, Number(numberOfBytes)],
            label,
          );
          compared++;
        }
      }
    };
    compare(solcLayout.storage, 0n, "");
    assert.ok(compared > 14, `${compared}`);
  });

  test("elements of lists, of mappings in mappings and of structs in them are found by Solidity's rules", () => {
    const owner = 0xabcdef000000000000000000000000000000cafen;
    const spender = 0x1234n;
    assert.deepEqual(labels(slotOf("packed") + 1n), ["packed[10]"]);
    assert.equal(labels(slotOf("packed")).length, 10);
    assert.deepEqual(labels(slotOf("whole") + 6n), ["whole[6]"]);
    assert.deepEqual(labels(slotOf("grid") + 5n), ["grid[2][1]"]);
    assert.deepEqual(labels(slotOf("list")), ["list.length"]);
    assert.deepEqual(labels(hash(slotOf("list")) + 1n).slice(0, 2), ["list[6]", "list[7]"]);
    // A point fits a slot: 1 + 16 + 2 bytes.
    assert.deepEqual(labels(hash(slotOf("points")) + 3n), ["points[3].x", "points[3].y", "points[3].z"]);
    const allowance = hash(spender, toBeHex(hash(owner, slotOf("allowance"))));
    const address = (value: bigint): string => toBeHex(value, 20);
    assert.deepEqual(labels(allowance, [owner, spender]), [`allowance[${address(owner)}][${address(spender)}]`]);
    assert.deepEqual(labels(hash(2n ** 256n - 5n, slotOf("stages")), [2n ** 256n - 5n]), ["stages[-5]"]);
    const selector = 0xa9059cbbn * 2n ** 224n;
    assert.deepEqual(labels(hash(selector, slotOf("known")), [selector]), ["known[0xa9059cbb]"]);
    // A pool: its owner, two corners of a slot each, then its mapping.
    const poolMapping = solcLayout.types[solcLayout.storage.find(({ label }) => label === "pool")!.type]!.members!.find(
      ({ label }) => label === "inner",
    )!;
    const inner = hash(9n, slotOf("pool") + BigInt(poolMapping.slot));
    assert.deepEqual(labels(inner, [9n]), ["pool.inner[9].owner"]);
    // Solidity's documentation: the hash of such a key has the bytes verbatim, without a length, then the
    // slot.
    const text = (bytes: string, slot: bigint | string): string => keccak256(`${bytes}${toBeHex(slot, 32).slice(2)}`);
    const [oak, data] = [hexlify(toUtf8Bytes('o"ak')), "0x00ff"] as const;
    const point = BigInt(text(data, text(oak, slotOf("places"))));
    assert.deepEqual(
      found(point, [], [oak as Hex, data]).map(({ label }) => label),
      ["x", "y", "z"].map((member) => `places["o\\"ak"][0x00ff].${member}`),
    );
    assert.deepEqual(labels(12_345n, [9n, owner, spender]), [], "a slot of no variable has no name");
  });

  test("values are read from their bytes of the slot", () => {
    const read = (type: StoragePlace["type"], word: string, offset = 0): string =>
      textIn(`0x${word.padStart(64, "0")}`, { type, offset });
    assert.equal(read({ kind: "value", name: "int16", bytes: 2 }, "fffe00", 1), "-2");
    assert.equal(read({ kind: "value", name: "Stage", bytes: 1, members: ["Open", "Closed"] }, "0100", 1), "Closed");
    assert.equal(read({ kind: "value", name: "bool", bytes: 1 }, "01"), "true");
    assert.equal(read({ kind: "value", name: "address", bytes: 20 }, `07${"ab".repeat(20)}`), `0x${"ab".repeat(20)}`);
    assert.equal(read({ kind: "bytes", name: "string" }, `${"68690a".padEnd(62, "0")}06`), '"hi\\n"');
    assert.equal(read({ kind: "bytes", name: "string" }, "51"), "40 bytes");
  });

  test("attack: a struct that holds a mapping to itself, and many keys, end at the hashes that may be made", () => {
    const keys = Array.from({ length: 80 }, (_, i) => BigInt(i));
    const search = { slots: new Set([2n ** 200n]), keys, texts: [], hashes: 10_000, places: [] };
    findInLayout(layout, search);
    assert.deepEqual(search.places, []);
    assert.ok(search.hashes >= 0);
  });
});
