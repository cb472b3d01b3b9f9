import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { before, describe, test } from "node:test";
import { createEVM } from "@ethereumjs/evm";
import { hexToBytes } from "@ethereumjs/util";
import { Interface } from "ethers";
import { compiledLines, type CompiledCode } from "../../src/tool/plugin/compiled-lines.ts";

/** Source in which a comment names the line of a call; the first comment has characters of several bytes. */
const FIRST = `
pragma solidity ^0.8.28;
function twice(uint256 amount) returns (uint256) { return Deep.store(amount) * 2; } // “free” → ∑
library Deep {
  function store(uint256 amount) internal returns (uint256) {
    assembly { tstore(7, amount) } // stores
    return amount;
  }
}
contract Base {
  uint256 internal calls;
  modifier counted(uint256 amount) {
    helper(amount);
    _;
  }
  function helper(uint256 amount) internal {
    for (uint256 i = 0; i < 3; ++i) plus(amount, i);
    amount = plus(amount, twice(amount)); // helps
  }
  function plus(uint256 a, uint256 b) internal pure returns (uint256) { return a + b; }
}`;
const SECOND = `
pragma solidity ^0.8.28;
import {Base, Deep} from "npm/first.sol";
contract All is Base {
  function run(bytes calldata text, uint256 amount)
    external
    counted(amount) // runs
    returns (uint256)
  {
    return text.length;
  }
  receive() external payable {
    Deep.store(1); // receives
  }
}`;

describe("B2: lines of Solidity by the compiler's source maps", () => {
  for (const settings of [{}, { optimizer: { enabled: true, runs: 200 } }]) {
    const isOptimized = "optimizer" in settings;
    describe(isOptimized ? "optimized" : "not optimized", () => {
      let known: ReturnType<typeof compiledLines>;
      let code: string;
      before(() => {
        const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
        const texts: Readonly<Record<string, string>> = { "npm/first.sol": FIRST, "project/second.sol": SECOND };
        const outputSelection = { "*": { "": ["ast"], "*": ["evm.deployedBytecode"] } };
        const sources = Object.fromEntries(Object.entries(texts).map(([name, content]) => [name, { content }]));
        const input = { language: "Solidity", sources, settings: { ...settings, outputSelection } };
        const compiled = JSON.parse(solc.compile(JSON.stringify(input))) as {
          readonly sources: Readonly<Record<string, { readonly id: number; readonly ast: unknown }>>;
          readonly contracts: CompiledCode["contracts"];
        };
        const shown = (name: string): string => name.replace("project/", "contracts/");
        known = compiledLines({
          sources: Object.fromEntries(
            Object.entries(compiled.sources).map(([name, source]) => [
              name,
              { ...source, text: texts[name] ?? "", shownAs: shown(name) },
            ]),
          ),
          contracts: compiled.contracts,
        });
        code = compiled.contracts["project/second.sol"]?.["All"]?.evm?.deployedBytecode?.object ?? "";
      });

      /** Jumps before the store, and the store. */
      const trailOf = async (data: string): Promise<readonly number[]> => {
        const evm = await createEVM();
        const trail: number[] = [];
        let isOver = false;
        evm.events.on("step", ({ pc, opcode }) => {
          if (isOver) return;
          if (opcode.name === "JUMP") trail.push(pc);
          if (opcode.name !== "TSTORE") return;
          trail.push(pc);
          isOver = true;
        });
        const { exceptionError } = await evm.runCode({ code: hexToBytes(`0x${code}`), data: hexToBytes(data as `0x${string}`) });
        assert.equal(exceptionError, undefined);
        assert.ok(isOver);
        return trail;
      };
      const line = (text: string, mark: string): number => text.split("\n").findIndex((each) => each.includes(mark)) + 1;

      test("active functions, a modifier, a library and a free function, innermost first", async () => {
        const data = new Interface(["function run(bytes, uint256)"]).encodeFunctionData("run", ["0x1234", 5n]);
        const first = (name: string, mark: string): string => `at ${name} (npm/first.sol:${line(FIRST, mark)})`;
        assert.deepEqual(known.lines("project/second.sol", "All", await trailOf(data)), [
          first("Deep.store", "// stores"),
          first("twice", "∑"),
          first("Base.helper", "// helps"),
          first("Base.counted", "    helper(amount);"),
        ]);
      });

      test("names an unnamed function by its kind", async () => {
        assert.deepEqual(known.lines("project/second.sol", "All", await trailOf("0x")), [
          `at Deep.store (npm/first.sol:${line(FIRST, "// stores")})`,
          `at All.receive (contracts/second.sol:${line(SECOND, "// receives")})`,
        ]);
      });

      test("returns nothing for an unknown contract or instruction", () => {
        assert.deepEqual(known.lines("project/second.sol", "Other", [1]), []);
        assert.deepEqual(known.lines("project/second.sol", "All", [1_000_000]), []);
        assert.deepEqual(known.lines("project/second.sol", "All", []), []);
        assert.equal(known.places("project/second.sol", "Other"), undefined);
        assert.equal(known.places("project/second.sol", "All")?.(1_000_000), undefined);
      });

      test("each instruction has its line, and says whether it goes into a function or out of one", async () => {
        const places = known.places("project/second.sol", "All") ?? assert.fail("no places");
        const data = new Interface(["function run(bytes, uint256)"]).encodeFunctionData("run", ["0x1234", 5n]);
        const trail = await trailOf(data);
        assert.deepEqual(places(trail.at(-1) ?? -1)?.place, {
          source: "npm/first.sol",
          line: line(FIRST, "// stores"),
          function: "Deep.store",
        });
        const jumps = trail.slice(0, -1).map((pc) => places(pc)?.jump);
        const open = jumps.filter((jump) => jump === "i").length - jumps.filter((jump) => jump === "o").length;
        assert.ok(open >= 3, "helper, twice and store have begun and not ended");
      });
    });
  }
});
