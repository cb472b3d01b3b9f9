import type { System } from "../../src/proofs/stark/systems/system.ts";
import { checkConstraints, readHead, readStatement, readValues, runTranscript } from "./core-head.ts";
import { layoutCore, type CoreLayout } from "./core-layout.ts";
import {
  computeDeep,
  drawQueries,
  foldByPowers,
  foldLayers,
  hasLayers,
  layerFunctions,
  openTree,
  prepareDeep,
  rowSumName,
} from "./core-queries.ts";
import { ERROR_FUNCTIONS } from "./errors.ts";
import { hex } from "./lanes.ts";
import type { EvaluatedTable } from "./evaluated-table.ts";
import { indentYul } from "./indent.ts";
import { type EvaluatorPart, splitEvaluator } from "./split-evaluator.ts";
import { answerWithKey, COMPARE_PARTS, keyLiteral, partsOfProfile, partsOfVerifier } from "./system-parts.ts";
import { domainFunctions } from "./yul-domain.ts";
import { EXTENSION_FUNCTIONS } from "./yul-extension.ts";
import { finalChunkFunction, foldFunction, READ_FINAL, readLeafFunction } from "./yul-fri.ts";
import { merkleFunction } from "./yul-merkle.ts";
import { COEFFICIENT_TABLE, rowSumFunction, UNPACK_VALUES } from "./yul-opening.ts";
import { transcriptFunctions } from "./yul-transcript.ts";

/** A generated Solidity file. */
export interface GeneratedContract {
  readonly name: string;
  readonly source: string;
}

export interface GeneratorOptions {
  /** Contract names start with this. */
  readonly name: string;
  /** Path from the generated file to the interface. */
  readonly interfacePath: string;
  /** Measures gas per phase instead of answering: for benches, never for deployment. */
  readonly profile?: boolean;
}

/** Phases of the gas breakdown, in the order of the profile's words. */
export const GAS_PHASES = [
  "transcript",
  "openedValues",
  "constraints",
  "deepTable",
  "mainTree",
  "quotientTree",
  "deepQuotients",
  "friAndFinal",
] as const;

/** The verifier of a system. Throws RangeError with the reason when this generator cannot write one. */
export function generateVerifier(system: System, options: GeneratorOptions): GeneratedContract {
  const layout = layoutCore(system);
  const parts = splitEvaluator(layout);
  const { memory, trees, parameters } = layout;
  const profile = options.profile === true;
  const phase = (index: number, code: string): string =>
    `// ${GAS_PHASES[index] ?? ""}\n{ ${code}\n}${profile ? `\nmstore(${hex(memory.gas + 32 + 32 * index)}, sub(mload(${hex(memory.gas)}), gas()))\nmstore(${hex(memory.gas)}, gas())` : ""}`;
  const rows = trees.map((tree, index) => ({ name: tree.name, code: openTree(layout, tree, index) }));
  const traces = rows.filter(({ name }) => name !== "quotient").map(({ code }) => code);
  const quotient = rows.filter(({ name }) => name === "quotient").map(({ code }) => code);
  const body = [
    ...helperFunctions(layout),
    ...(profile ? [`mstore(${hex(memory.gas)}, gas())`] : []),
    phase(0, `{ ${readHead(layout)} }\n{ ${readStatement(layout)} }\n${runTranscript(layout)}`),
    phase(1, readValues(layout)),
    phase(2, checkConstraints(layout, parts)),
    phase(3, `${drawQueries(layout)}\n${prepareDeep(layout)}`),
    phase(4, traces.length === 1 ? traces.join() : traces.map((code) => `{ ${code} }`).join("\n")),
    phase(5, quotient.join()),
    phase(6, computeDeep(layout)),
    phase(7, foldLayers(layout)),
    profile ? `return(${hex(memory.gas + 32)}, ${32 * GAS_PHASES.length})` : "mstore(0, 1)\nreturn(0, 32)",
  ].join("\n");
  const name = `${options.name}${profile ? "Profile" : ""}`;
  const returns = profile ? "" : " returns (bool)";
  const names = parts.map((_, i) => `constraints${i + 1}`);
  const source = `${HEADER}
${profile ? "" : `import {IStarkVerifier} from "${options.interfacePath}";\n`}
/// @title ${profile ? "Gas per phase of" : "Verifier of"} the system "${system.name}"
/// @dev ${layout.columnCount} columns, ${layout.nextCount} of them opened at the next row; ${parameters.queryCount} queries at blowup ${2 ** parameters.logBlowup}.
/// Verification key ${keyLiteral(system)}.
contract ${name}${profile ? "" : " is IStarkVerifier"} {
${profile ? partsOfProfile(names) : partsOfVerifier(system, names)}

    ${profile ? "" : "/// @inheritdoc IStarkVerifier\n    "}function verify(bytes32 statementHash, bytes calldata publicValues, bytes calldata proof) external view${returns} {
${parts.map((_, i) => `        address evaluator${i + 1} = constraints${i + 1};`).join("\n")}
        // Memory below 0x1000 is left to the compiler; the block never returns to Solidity.
        assembly ("memory-safe") {
${indentYul(body, 3)}
        }
    }
${profile ? "" : `\n${COMPARE_PARTS}\n`}}
`;
  return { name, source };
}

/** Functions that the phases call. */
function helperFunctions(layout: CoreLayout): readonly string[] {
  const { memory, trees, parameters } = layout;
  const folds = hasLayers(parameters);
  return [
    ERROR_FUNCTIONS,
    EXTENSION_FUNCTIONS,
    domainFunctions(parameters.maxLogRows + parameters.logBlowup),
    transcriptFunctions(memory.buffer),
    UNPACK_VALUES,
    COEFFICIENT_TABLE,
    ...trees.map((tree) =>
      rowSumFunction({
        name: rowSumName(tree),
        width: tree.width,
        table: tree.table,
        prefix: tree.nextWidth,
        prefixAddress: memory.prefixSum,
      }),
    ),
    merkleFunction(layout.digestBytes, memory.stack),
    ...(folds ? [readLeafFunction({ bytes: memory.buffer, leaf: memory.friLeaf }), foldFunction(memory.friLeaf)] : []),
    READ_FINAL,
    finalChunkFunction(memory.finalTable),
    ...(folds ? [layerFunctions(layout, foldByPowers(layout))] : []),
  ];
}

/** The contracts that evaluate a system's constraints, in the order of the verifier's constructor. */
export function generateConstraints(system: System, options: Pick<GeneratorOptions, "name">): GeneratedContract[] {
  const layout = layoutCore(system);
  return splitEvaluator(layout).map((part, index) =>
    constraintSource(layout, part, {
      ...{ name: `${options.name}Constraints${index + 1}`, system },
      of: `the system "${system.name}" at one point, part ${index + 1}`,
    }),
  );
}

/** The contract of a part of some constraints. */
export function constraintSource(
  { columnCount, nextCount, statementCount, auxiliaryCount }: EvaluatedTable,
  part: EvaluatorPart,
  { name, of, system }: { readonly name: string; readonly of: string; readonly system: System },
): GeneratedContract {
  const source = `${HEADER}
/// @title Constraints of ${of}
/// @dev ${part.constraintCount} constraints. Input words, all in Montgomery form: composition challenge, selectors of transition, first and
/// last row, ${statementCount + auxiliaryCount} public values, ${columnCount} column values, ${nextCount} values at the next row, ${part.importCount} values from earlier parts.
/// Output words: this part's share of the composition and ${part.exportCount} values for later parts.
/// Anyone may call it; it reads no state.
contract ${name} {
    fallback() external {
        // Memory below 0x1000 is left to the compiler; the block never returns to Solidity.
        assembly ("memory-safe") {
${indentYul(answerWithKey(system), 3)}
${indentYul(part.yul, 3)}
        }
    }
}
`;
  return { name, source };
}

/** Header of each generated file. */
export const HEADER = `// SPDX-License-Identifier: MIT
// Generated by \`npm run generate\` from scripts/verifier-generator; do not edit.
pragma solidity 0.8.37;
`;
