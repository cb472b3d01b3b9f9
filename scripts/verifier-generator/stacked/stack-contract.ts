import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { constraintSource, type GeneratedContract, type GeneratorOptions, HEADER } from "../contract.ts";
import { drawQueries, foldLayers, layerFunctions } from "../core-queries.ts";
import { ERROR_FUNCTIONS } from "../errors.ts";
import { hex } from "../lanes.ts";
import { indentYul } from "../indent.ts";
import { answerWithKey, COMPARE_PARTS, keyLiteral, partsOfProfile, partsOfVerifier } from "../system-parts.ts";
import { domainFunctions } from "../yul-domain.ts";
import { EXT_POWER, EXTENSION_FUNCTIONS } from "../yul-extension.ts";
import { finalChunkFunction, READ_FINAL, readLeafFunction, tensorFoldFunction } from "../yul-fri.ts";
import { merkleFunction } from "../yul-merkle.ts";
import { COEFFICIENT_TABLE, leafSumFunction, ROW_FAULTS, UNPACK_VALUES } from "../yul-opening.ts";
import { transcriptFunctions } from "../yul-transcript.ts";
import { callClaim, claimBody } from "./stack-claim.ts";
import { checkStackConstraints, stackEvaluators, type StackEvaluators } from "./stack-constraints.ts";
import { ABSORB_ROUNDS, checkPoint, readStackHead, readStackValues, runStackTranscript } from "./stack-head.ts";
import { layoutStack, type StackLayout } from "./stack-layout.ts";
import { foldByRatios, openStackTree, prepareQueries } from "./stack-queries.ts";
import { EQUALITY, FOLD_PLACES, JOINED, NEXT_CLAIM, placeFunctions, READ_EXTENSIONS } from "./yul-claim.ts";

/** Phases of the gas breakdown, in the order of the profile's words. */
export const STACK_GAS_PHASES = [
  "transcript",
  "openedValues",
  "constraints",
  "claim",
  "weights",
  "trees",
  "layersAndFinal",
] as const;

/**
 * Generates the verifier of a system of stacked columns whose tables have separate heights, and the contracts
 * that it calls, in order.
 */
export function generateStackVerifier(
  system: System,
  options: GeneratorOptions,
): { readonly core: GeneratedContract; readonly others: readonly GeneratedContract[] } {
  const layout = layoutStack(system);
  const evaluators = stackEvaluators(layout);
  const constraints = evaluators.parts.map((part, i) => {
    const of = layout.tables.find(({ table }) => evaluators.ofTable[table.index]?.includes(i));
    if (of === undefined) throw new Error("each part is a table's");
    const own = {
      ...{ name: `${options.name}Constraints${i + 1}`, system },
      of: `table ${of.table.air.name} of a program's proof, at one point`,
    };
    return constraintSource(of.graph, part, own);
  });
  return {
    core: coreContract(layout, evaluators, options),
    others: [...constraints, claimContract(layout, `${options.name}Claim`)],
  };
}

function coreContract(layout: StackLayout, evaluators: StackEvaluators, options: GeneratorOptions): GeneratedContract {
  const { memory, parameters, system } = layout;
  const profile = options.profile === true;
  const others = [...evaluators.parts.map((_, i) => `constraints${i + 1}`), "claim"];
  const name = `${options.name}${profile ? "Profile" : ""}`;
  const returns = profile ? "" : " returns (bool)";
  const source = `${HEADER}
${profile ? "" : `import {IStarkVerifier} from "${options.interfacePath}";\n`}
/// @title ${profile ? "Gas per phase of" : "Verifier of"} the system "${system.name}"
/// @dev ${layout.shape.columnCount} columns in ${layout.stack.width} stack columns; ${parameters.queryCount} queries at blowup ${2 ** parameters.logBlowup}.
/// Verification key ${keyLiteral(system)}.
contract ${name}${profile ? "" : " is IStarkVerifier"} {
${profile ? partsOfProfile(others) : partsOfVerifier(system, others)}

    ${profile ? "" : "/// @inheritdoc IStarkVerifier\n    "}function verify(bytes32 statementHash, bytes calldata publicValues, bytes calldata proof) external view${returns} {
${others.map((other, i) => `        _keep(${hex(memory.evaluators + 32 * i)}, ${other});`).join("\n")}
        // Memory below 0x1000 is left to the compiler; the block never returns to Solidity.
        assembly ("memory-safe") {
${indentYul(coreBody(layout, evaluators, profile), 3)}
        }
    }

${profile ? "" : `${COMPARE_PARTS}\n\n`}    function _keep(uint256 at, address other) private pure {
        assembly ("memory-safe") {
            mstore(at, other)
        }
    }
}
`;
  return { name, source };
}

function coreBody(layout: StackLayout, evaluators: StackEvaluators, profile: boolean): string {
  const { memory, trees } = layout;
  const phase = (index: number, code: string): string =>
    `// ${STACK_GAS_PHASES[index] ?? ""}\n{ ${code}\n}${profile ? `\nmstore(${hex(memory.gas + 32 + 32 * index)}, sub(mload(${hex(memory.gas)}), gas()))\nmstore(${hex(memory.gas)}, gas())` : ""}`;
  return [
    ...coreFunctions(layout),
    ...(profile ? [`mstore(${hex(memory.gas)}, gas())`] : []),
    phase(0, `{ ${readStackHead(layout)} }\n${runStackTranscript(layout)}`),
    phase(1, readStackValues(layout)),
    phase(2, `{ ${checkPoint(layout)} }\n${checkStackConstraints(layout, evaluators)}`),
    phase(3, callClaim(layout, memory.evaluators + 32 * evaluators.parts.length)),
    phase(4, `${drawQueries(layout)}\n${prepareQueries(layout)}`),
    phase(5, trees.map((tree, index) => `{ ${openStackTree(layout, tree, index)} }`).join("\n")),
    phase(6, foldLayers(layout)),
    profile ? `return(${hex(memory.gas + 32)}, ${32 * STACK_GAS_PHASES.length})` : "mstore(0, 1)\nreturn(0, 32)",
  ].join("\n");
}

function coreFunctions(layout: StackLayout): string[] {
  const { memory } = layout;
  return [
    ERROR_FUNCTIONS,
    EXTENSION_FUNCTIONS,
    EXT_POWER,
    domainFunctions(layout.shape.logDomain),
    transcriptFunctions(memory.buffer),
    ...[READ_EXTENSIONS, ABSORB_ROUNDS, UNPACK_VALUES, READ_FINAL, EQUALITY, COEFFICIENT_TABLE],
    leafSumFunction(memory.partsTable),
    ...(layout.trees.some(({ rowsPerLeaf }) => rowsPerLeaf > 1) ? [ROW_FAULTS] : []),
    merkleFunction(layout.digestBytes, memory.stack),
    readLeafFunction({ bytes: memory.buffer, leaf: memory.friLeaf }),
    tensorFoldFunction(memory.friLeaf),
    finalChunkFunction(memory.finalTable),
    layerFunctions(layout, foldByRatios(layout)),
  ];
}

function claimContract(layout: StackLayout, name: string): GeneratedContract {
  const body = [EXTENSION_FUNCTIONS, NEXT_CLAIM, FOLD_PLACES, EQUALITY, JOINED, placeFunctions(layout), claimBody(layout)].join(
    "\n",
  );
  const source = `${HEADER}
/// @title The claim that opened values of a program's proof make together
/// @dev Input words as the verifier has them in memory: challenges, opened values, the rounds' messages and the final polynomial. Output
/// is a word that is 0 where the values are those of the committed columns. Anyone may call it; it reads no state.
contract ${name} {
    fallback() external {
        // Memory below 0x1000 is left to the compiler; the block never returns to Solidity.
        assembly ("memory-safe") {
${indentYul(answerWithKey(layout.system), 3)}
${indentYul(body, 3)}
        }
    }
}
`;
  return { name, source };
}
