import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SECOND_COMPILER_SETTINGS } from "../../../../scripts/system-description/compiler-settings.ts";
import { P, pow, rootOfUnity } from "../../../../src/proofs/field/koala-bear.ts";
import { compileSolidity } from "./compile.ts";

/** Faults of a verifier; a fault's number is its index. The constraint is dropped from the system that the verifier is made for. */
export const FAULTS = [
  "none",
  "quotient identity",
  "dropped constraint",
  "DEEP at g·z",
  "fold",
  "path",
  "last polynomial",
  "nonce",
  "z in the domain",
  "non-canonical element",
  "spare bytes",
  "public value not absorbed",
  "challenge before root",
] as const;
export type Fault = (typeof FAULTS)[number];

/** Point of the trace domain that a frozen transcript draws as z: row 3. */
export const FROZEN_POINT = pow(rootOfUnity(9), 3);
/** Added to the fault's number: z is `FROZEN_POINT`. */
const FROZEN = 256;

/** Word after the arguments of a verifier's call: the fault that is active, and whether z is frozen. */
export function faultWord(fault: Fault, isFrozen: boolean): number {
  return FAULTS.indexOf(fault) + (isFrozen ? FROZEN : 0);
}

const number = (fault: Fault): number => FAULTS.indexOf(fault);

/** Text of a source, and the text with the fault. */
export type Change = readonly [before: RegExp, after: string];

function changed(source: string, changes: readonly Change[]): string {
  return changes.reduce((text, [before, after]) => {
    assert.equal([...text.matchAll(new RegExp(before, "g"))].length, 1, `${before} is in the source once`);
    return text.replace(before, after);
  }, source);
}

/** 2^40, the Montgomery factor of the generated code. */
const MONTGOMERY = pow(2, 40);
const LAST_WORD = "calldataload(sub(calldatasize(), 32))";

/** The generated verifier's source with all faults, each asleep unless the call names it. */
export function plantInFirst(source: string): string {
  const unless = (fault: Fault): string => `mul(iszero(planted(${number(fault)})), `;
  const frozenPoint = `0x${((BigInt(FROZEN_POINT) * BigInt(MONTGOMERY)) % BigInt(P)).toString(16)}`;
  return changed(source, [
    [/(\n\s*)(function fail\(selector\))/, `$1function planted(fault) -> yes { yes := eq(and(${LAST_WORD}, 0xff), fault) }$1$2`],
    [/if (sub\(extCanonical\(composition\), q\)) /, `if ${unless("quotient identity")}$1) `],
    [/(let next := extMul\(mload\(add\(at, 32\)\), [^\n]*)/, `$1\n if planted(${number("DEEP at g·z")}) { next := 0 }`],
    [
      /(let y := extScale\(mload\(add\(0x[0-9a-f]+, shl\(5, layer\)\)\), (mulmod\(first, factor, 0x7f000001\))\))/,
      `$1\n if planted(${number("fold")}) { y := extScale(0x${MONTGOMERY.toString(16)}, $2) }`,
    ],
    [/if (and\(xor\(root, calldataload\(add\(proof\.offset, 38\)\)\), 0xf+0+\)) /, `if ${unless("path")}$1) `],
    [/if (sub\(mload\(add\(0x[0-9a-f]+, i\)\), mload\(add\(0x[0-9a-f]+, i\)\)\)) /, `if ${unless("last polynomial")}$1) `],
    [/if (shr\(sub\(256, bits\), mload\(0x[0-9a-f]+\)\)) /, `if ${unless("nonce")}$1) `],
    [
      /(\/\/ the out-of-domain point\n\s*mstore\((0x[0-9a-f]+), [^\n]*)/,
      `$1\n if and(${LAST_WORD}, ${FROZEN}) { mstore($2, ${frozenPoint}) }`,
    ],
    [/if (iszero\(extCanonical\(vanishing\)\)) /, `if ${unless("z in the domain")}$1) `],
    [/if (bad) (\{ fail\(0x1d791160\) \}\s*\}\s*\/\/ constraints)/, `if ${unless("non-canonical element")}$1) $2`],
    [/if (sub\(mload\(0x[0-9a-f]+\), add\(proof\.offset, proof\.length\)\)) /, `if ${unless("spare bytes")}$1) `],
    [/mstore\((0x[0-9a-f]+), statementHash\)/, `mstore($1, ${unless("public value not absorbed")}statementHash))`],
    [
      /(state := absorb\(state, root, 26\)\s*mstore\((add\(0x[0-9a-f]+, shl\(5, layer\)\)), extScale\()challenge\(state\)([^\n]*)/,
      `let early := challenge(state)\n $1challenge(state)$3\n if planted(${number("challenge before root")}) { mstore($2, extScale(early$3 }`,
    ],
  ]);
}

const SECOND_FOLDER = "contracts/verifier/second";
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");

const ASKS_LAST_WORD: readonly Change[] = [
  [
    /(library SecondField \{)/,
    `$1\n function planted(uint256 fault) internal pure returns (bool yes) { assembly ("memory-safe") { yes := eq(and(${LAST_WORD}, 0xff), fault) } }
    function frozen() internal pure returns (bool yes) { assembly ("memory-safe") { yes := and(shr(8, ${LAST_WORD}), 1) } }`,
  ],
];

/** Creation code of the second verifier with the same faults, each asleep unless the call names it. */
export function plantInSecond(): string {
  const planted = (fault: Fault): string => `SecondField.planted(${number(fault)})`;
  return changedSecond({
    SecondMemory: [
      [
        /(for \{\s*let lane := 0[\s\S]*?)if \(failed\) (revert[^\n]*)/,
        `$1if (failed && !${planted("non-canonical element")}) $2`,
      ],
    ],
    SecondOpenings: [
      [/(second = SecondField\.mul\(second, nextWeight\);)/, `$1 if (${planted("DEEP at g·z")}) second = 0;`],
      [/(SecondMemory\.load\(rootAt\)\) >> \(256 - 8 \* size\) != 0)/, `$1 && !(${planted("path")} && tree == 0)`],
    ],
    SecondFri: [
      [/(uint256 beta = )([^;]*);/, `$1${planted("fold")} ? 1 : $2;`],
      [/(if \()(value != [^\n]*)(\) revert IStarkVerifier\.FinalPolynomialMismatch)/, `$1!${planted("last polynomial")} && $2$3`],
    ],
    SecondStark: [
      [/if \((sum != [\s\S]*?)\) (revert IStarkVerifier\.ConstraintMismatch)/, `if (!${planted("quotient identity")} && $1) $2`],
      [/if \((uint256\(state\) >> \(256 - bits\) != 0)\)/, `if (!${planted("nonce")} && $1)`],
      [/(s\.point = SecondTranscript\.challenge\(state\);)/, `$1 if (SecondField.frozen()) s.point = ${FROZEN_POINT};`],
      [/if \((zn == 1 \|\| [^\n]*)\) (revert IStarkVerifier\.PointInDomain)/, `if (!${planted("z in the domain")} && ($1)) $2`],
      [/if \((s\.cursor != s\.end)\)/, `if (!${planted("spare bytes")} && $1)`],
      [
        /_drawChallenges\(d, s, (keccak256\(statementBytes\))\)/,
        `_drawChallenges(d, s, ${planted("public value not absorbed")} ? bytes32(0) : $1)`,
      ],
      [
        /(state = SecondTranscript\.absorb\(state, s\.friRoots[^\n]*\n\s*SecondMemory\.store\(s\.folds \+ 32 \* i, )(SecondTranscript\.challenge\(state\))\);/,
        `uint256 early = $2;\n $1${planted("challenge before root")} ? early : $2);`,
      ],
    ],
  });
}

/** Creation code of the second verifier with changes by contract, which can read the word after a call's arguments. */
export function changedSecond(own: Readonly<Record<string, readonly Change[]>>): string {
  const changes: typeof own = { ...own, SecondField: ASKS_LAST_WORD };
  const sources = Object.fromEntries(
    [
      ...globSync(`${SECOND_FOLDER}/*.sol`, { cwd: root }).map((path) => path.replaceAll("\\", "/")),
      "contracts/interfaces/IStarkVerifier.sol",
      "contracts/interfaces/IStateTransitionVerifier.sol",
    ].map((path) => {
      const name = path.slice(path.lastIndexOf("/") + 1, -".sol".length);
      return [path, changed(read(path), changes[name] ?? [])];
    }),
  );
  const code = compileSolidity(sources, SECOND_COMPILER_SETTINGS)["SecondStark"];
  assert.ok(code);
  return code.creation;
}
