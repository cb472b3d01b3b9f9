import type { System } from "../../src/proofs/stark/systems/system.ts";

/*
 * A verifier is several contracts, which a deployer puts together by their addresses. Each part answers an empty call with the
 * verification key of its system, and the constructor of the verifier compares: parts of two systems make no verifier.
 */

/** Verification key of a system as a Solidity literal. */
export function keyLiteral({ verificationKeyDigest }: System): string {
  return `0x${Buffer.from(verificationKeyDigest).toString("hex")}`;
}

/** Yul of a part, in front of all else. No other call of a part is empty. */
export function answerWithKey(system: System): string {
  return `// an empty call asks for the verification key of the part's system
if iszero(calldatasize()) {
  mstore(0, ${keyLiteral(system)})
  return(0, 32)
}`;
}

/** Solidity of a contract that measures: the addresses of its parts, which it does not compare. */
export function partsOfProfile(parts: readonly string[]): string {
  return `${addressesOf(parts)}

    constructor(${parts.map((part) => `address ${part}_`).join(", ")}) {
${parts.map((part) => `        ${part} = ${part}_;`).join("\n")}
    }`;
}

/** Solidity of a verifier: its key, the addresses of its parts, and the constructor that compares. */
export function partsOfVerifier(system: System, parts: readonly string[]): string {
  return `    bytes32 private constant KEY = ${keyLiteral(system)};

${addressesOf(parts)}

    constructor(${parts.map((part) => `address ${part}_`).join(", ")}) {
${parts.map((part) => `        ${part} = _ofThisSystem(${part}_);`).join("\n")}
    }

    /// @inheritdoc IStarkVerifier
    function verificationKey() external pure returns (bytes32) {
        return KEY;
    }`;
}

function addressesOf(parts: readonly string[]): string {
  return `    /// @notice The contracts that do parts of the check; they must be those generated with this one.
${parts.map((part) => `    address public immutable ${part};`).join("\n")}`;
}

/** Solidity that `partsOfVerifier` calls. */
export const COMPARE_PARTS = `    /// @dev A part answers an empty call with the key of its system.
    function _ofThisSystem(address part) private view returns (address) {
        (bool isAnswer, bytes memory answer) = part.staticcall("");
        bytes32 actual = isAnswer && answer.length == 32 ? bytes32(answer) : bytes32(0);
        if (actual != KEY) revert PartOfOtherSystem(part, KEY, actual);
        return part;
    }`;
