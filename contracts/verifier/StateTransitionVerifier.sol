// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStarkVerifier} from "../interfaces/IStarkVerifier.sol";
import {IStateTransitionVerifier, StateTransition} from "../interfaces/IStateTransitionVerifier.sol";
import {Quintic} from "./Quintic.sol";

/// @title Verifier of state transitions: turns a statement into the public values of the generated STARK verifier
contract StateTransitionVerifier is IStateTransitionVerifier {
    /// @dev The circuit reads the powers r, r^2, …, r^16 of the point.
    uint256 private constant HIGHEST_POWER = 16;

    /// @notice The STARK verifier of the system "state-transition/1". It is trusted: whoever deploys this contract must
    /// give the generated one.
    IStarkVerifier public immutable stark;

    constructor(IStarkVerifier stark_) {
        stark = stark_;
    }

    /// @inheritdoc IStateTransitionVerifier
    function verify(StateTransition calldata statement, bytes calldata proof) external view returns (bool) {
        bytes32 statementHash = keccak256(
            abi.encodePacked(
                statement.commitment,
                statement.oldStateRoot,
                statement.newStateRoot,
                statement.diffDigest,
                statement.point,
                statement.evaluation,
                statement.outputsHash
            )
        );
        return stark.verify(statementHash, publicValues(statement), proof);
    }

    /// @notice The circuit's public values, four big-endian bytes each: both roots, the digest, y, the limbs of the outputs
    /// hash, the powers of r. Elements are passed on as they are; the STARK verifier refuses those that are not canonical.
    function publicValues(StateTransition calldata statement) public pure returns (bytes memory) {
        bytes20[HIGHEST_POWER] memory powers;
        powers[0] = statement.point; // unreduced, so that a point that is not canonical is refused
        uint256 base = Quintic.fromBytes20(statement.point);
        uint256 power = base;
        for (uint256 k = 1; k < HIGHEST_POWER; ++k) {
            power = Quintic.multiply(power, base);
            powers[k] = Quintic.toBytes20(power);
        }
        (bytes32 lowLimbs, bytes32 highLimbs) = limbs(statement.outputsHash);
        bytes memory values = abi.encodePacked(
            statement.oldStateRoot,
            statement.newStateRoot,
            statement.diffDigest,
            statement.evaluation,
            lowLimbs,
            highLimbs
        );
        for (uint256 k = 0; k < HIGHEST_POWER; k += 4) {
            values = abi.encodePacked(values, powers[k], powers[k + 1], powers[k + 2], powers[k + 3]);
        }
        return values;
    }

    /// @dev A word's limbs of 16 bits, least significant first, as elements of four bytes.
    function limbs(bytes32 word) private pure returns (bytes32 low, bytes32 high) {
        uint256 rest = uint256(word);
        uint256 first;
        uint256 second;
        for (uint256 i = 0; i < 8; ++i) {
            first = (first << 32) | (rest & 0xffff);
            second = (second << 32) | ((rest >> 128) & 0xffff);
            rest >>= 16;
        }
        return (bytes32(first), bytes32(second));
    }
}
